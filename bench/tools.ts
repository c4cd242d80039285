/** The tools that gomend is measured beside, where they are to be had. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Command } from "./measure.ts";

/** The binary itself: its installer is a script, which npm is told not to run. */
export function astGrep(): string {
  const require = createRequire(import.meta.url);
  const home = dirname(require.resolve("@ast-grep/cli/package.json"));
  for (const entry of readdirSync(dirname(home))) {
    const binary = join(dirname(home), entry, process.platform === "win32" ? "ast-grep.exe" : "ast-grep");
    if (entry.startsWith("cli-") && existsSync(binary)) return binary;
  }
  throw new Error("the package of ast-grep for this platform is not installed");
}

/** `go env <name>`; null where Go is not installed. */
export function goEnv(name: string): string | null {
  const run = spawnSync("go", ["env", name], { encoding: "utf8" });
  return run.status === 0 ? run.stdout.trim() : null;
}

/**
 * `go vet` and staticcheck over the tree, each without anything that an earlier run kept: they type-check, and so compile, all that the tree imports. Staticcheck is
 * built into `scratch`. What is not to be had is told in `missing`.
 */
export function goTools(tree: string, scratch: string, missing: string[]): Record<string, Command> {
  if (goEnv("GOROOT") === null) {
    missing.push("go vet, staticcheck: Go is not installed");
    return {};
  }
  const vet: Command = { line: ["go", "vet", "./..."], cwd: tree, env: { GOCACHE: join(scratch, "vet") } };
  const bin = join(scratch, "bin");
  const install = spawnSync("go", ["install", "honnef.co/go/tools/cmd/staticcheck@latest"], {
    encoding: "utf8",
    env: { ...process.env, GOBIN: bin },
    timeout: 300_000,
  });
  const staticcheck = join(bin, "staticcheck");
  if (install.status !== 0 || !existsSync(staticcheck)) {
    missing.push(`staticcheck: ${(install.stderr || String(install.error ?? "not built")).trim().split("\n").at(-1)}`);
    return { "go vet ./..., nothing kept": vet };
  }
  return {
    "go vet ./..., nothing kept": vet,
    "staticcheck ./..., nothing kept": {
      line: [staticcheck, "-checks", "SA*", "./..."],
      cwd: tree,
      env: { GOCACHE: join(scratch, "static"), STATICCHECK_CACHE: join(scratch, "staticcheck") },
    },
  };
}

/** semgrep with one rule, where it is installed. */
export function semgrep(tree: string, missing: string[]): Record<string, Command> {
  if (spawnSync("semgrep", ["--version"]).status !== 0) {
    missing.push("semgrep: not installed");
    return {};
  }
  const rule = resolve("bench/time-after.semgrep.yml");
  return { "semgrep, one rule": { line: ["semgrep", "scan", "--metrics=off", "--quiet", "--json", "--config", rule, tree] } };
}

export function versionOf(binary: string): string {
  return execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
}
