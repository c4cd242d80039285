/**
 * `npm run corpus [-- flags of gomend fix]`: the proof on a large real tree that every Go user has, `$(go env GOROOT)/src`. A copy of it gets all safe
 * fixes (with other flags: those); then each changed file must be gofmt's, each changed package must compile with its tests, and a second run must
 * change nothing. Exit code 1 when any of that fails.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { goEnvironment } from "../test/house/go.ts";

const flags = process.argv.slice(2);
const original = join(execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "src");
const scratch = mkdtempSync(join(tmpdir(), "gomend-corpus-"));
const copy = join(scratch, "src");
let failed = false;

try {
  cpSync(original, copy, { recursive: true, verbatimSymlinks: true });
  const first = gomend("fix", ...flags, "--output-format", "json", `--output-file=${join(scratch, "report.json")}`);
  if (first.status === 2 || first.status === null) fail(`gomend fix ended with ${first.status}:\n${first.stderr}`);
  const { problems } = JSON.parse(readFileSync(join(scratch, "report.json"), "utf8")) as {
    problems: { path: string; rule: string | null; message: string }[];
  };
  for (const p of problems) {
    console.log(`problem  ${p.path}: ${p.rule ? `fault in ${p.rule}: ` : ""}${p.message}`);
    if (p.rule) failed = true;
  }
  const changed = goFiles(copy).filter((path) => !readFileSync(join(copy, path)).equals(readFileSync(join(original, path))));
  console.log(`${changed.length} files changed, ${problems.length} problems`);
  if (changed.length > 0) prove(changed);
  const second = gomend("fix", "--diff", ...flags);
  if (second.stdout !== "") fail(`a second run has a diff:\n${second.stdout.slice(0, 4000)}`);
  else console.log("a second run changes nothing");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

function prove(changed: readonly string[]): void {
  const unformatted = execFileSync("gofmt", ["-l", ...changed.map((path) => join(copy, path))], { encoding: "utf8" });
  const before = new Set(
    execFileSync("gofmt", ["-l", ...changed.map((path) => join(original, path))], { encoding: "utf8" })
      .split("\n")
      .map((p) => relative(original, p)),
  );
  const worse = unformatted.split("\n").filter((path) => path !== "" && !before.has(relative(copy, path)));
  if (worse.length > 0) fail(`no longer formatted:\n${worse.join("\n")}`);
  else console.log("gofmt finds nothing");

  // Nothing of the real tree is touched: the compiler reads the changed files in place of its own.
  const overlay = join(scratch, "overlay.json");
  writeFileSync(overlay, JSON.stringify({ Replace: Object.fromEntries(changed.map((path) => [join(original, path), join(copy, path)])) }));
  const packages = [...new Set(changed.map((path) => dirname(path)))].sort();
  // The cheapest analyzer, for the types of a package and of its tests; all packages at once, then one by one those that the compiler named.
  const vet = (args: readonly string[], of: readonly string[]) =>
    spawnSync("go", ["vet", "-unusedresult", ...args, ...of.map((pkg) => `./${pkg}`)], {
      cwd: original,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: { ...goEnvironment(), GOFLAGS: "" },
    });
  const all = vet([`-overlay=${overlay}`], packages);
  const suspects = all.status === 0 ? [] : packages.filter((pkg) => all.stderr.includes(`${pkg}/`));
  const broken = suspects.flatMap((pkg) => {
    const now = vet([`-overlay=${overlay}`], [pkg]);
    return now.status !== 0 && vet([], [pkg]).status === 0 ? [`${pkg}:\n${now.stderr}`] : [];
  });
  if (all.status !== 0 && suspects.length === 0) fail(`go vet ended with ${all.status}:\n${all.stderr}`);
  if (broken.length > 0) fail(`${broken.length} of ${packages.length} changed packages do not compile:\n${broken.join("\n")}`);
  else console.log(`${packages.length} changed packages compile`);
}

function gomend(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const run = spawnSync(process.execPath, [resolve("dist/cli.js"), ...args, "."], { cwd: copy, encoding: "utf8", maxBuffer: 1 << 30 });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

function goFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith(".go"))
    .map((e) => relative(root, join(e.parentPath, e.name)));
}

function fail(message: string): void {
  console.error(message);
  failed = true;
}
