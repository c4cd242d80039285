/** What the real reviewdog makes of rdjson and rdjsonl. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { beforeAll, describe, expect, it } from "vitest";
import { render } from "../../src/report/index.ts";
import { tree } from "../engine/tree.ts";
import { commit, git, repository } from "../git.ts";
import { goVersion } from "../house/go.ts";
import { reporters } from "./all.ts";
import { context, empty, paths, poller, sample, sources } from "./sample.ts";

const REVIEWDOG = "github.com/reviewdog/reviewdog@v0.21.0";
const BIN = fileURLToPath(new URL("../../node_modules/.cache/reviewdog", import.meta.url));

/** Without the sources' odd path, which reviewdog's own output would sanitize. */
const plain = { ...sample, findings: sample.findings.filter(({ at }) => at.path !== paths.odd), problems: sample.problems.slice(1) };

describe.skipIf(goVersion() === null)("reviewdog", () => {
  beforeAll(() => {
    mkdirSync(BIN, { recursive: true });
    const env = { ...process.env, GOBIN: BIN, GOFLAGS: "-mod=mod", GOWORK: "off" };
    execFileSync("go", ["install", REVIEWDOG.replace("@", "/cmd/reviewdog@")], { env, stdio: ["ignore", "ignore", "inherit"] });
  }, 900_000);

  function reviewdog(args: readonly string[], input: string, cwd: string): { out: string; err: string; code: number | null } {
    const env = { PATH: process.env.PATH ?? "", HOME: cwd };
    const { stdout, stderr, status } = spawnSync(join(BIN, "reviewdog"), args, { cwd, env, input, encoding: "utf8" });
    return { out: stdout, err: stderr, code: status };
  }

  /** A work tree whose last commit brought the sample's sources. */
  function checkout(): string {
    const cwd = tree({ "README.md": "x\n" });
    repository(cwd);
    for (const [path, text] of sources) {
      if (path === paths.odd) continue;
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), path === paths.poller ? poller.replace("\tp.count++\n", "") : text);
    }
    commit(cwd, "before");
    writeFileSync(join(cwd, paths.poller), poller);
    return cwd;
  }

  it.each(["rdjson", "rdjsonl"] as const)("reads all of %s", (format) => {
    const cwd = checkout();
    const args = [`-f=${format}`, "-name=gomend", "-reporter=rdjson", "-filter-mode=nofilter", "-diff=git diff"];
    const { out, err } = reviewdog(args, render(reporters[format], plain, context()), cwd);
    expect(err).toBe("");
    const { diagnostics } = JSON.parse(out);
    const ours = JSON.parse(render(reporters.rdjson, plain, context())).diagnostics;
    expect(diagnostics).toHaveLength(7);
    const core = (d: Record<string, unknown>) => ({ message: d.message, location: d.location, suggestions: d.suggestions, code: d.code });
    expect(diagnostics.map(core)).toEqual(ours.map(core));
  });

  it("tells by the diff what a change touched", () => {
    const cwd = checkout();
    expect(git(cwd, "diff")).toContain("+\t\tp.count++\n");
    const local = ["-f=rdjson", "-name=gomend", "-reporter=local", "-filter-mode=diff_context", "-diff=git diff"];
    const { out } = reviewdog(local, render(reporters.rdjson, plain, context()), cwd);
    expect(out.match(/^message:/gm)).toHaveLength(1);
    expect(out).toMatch(/^message:"the loop has no way out"\s+location:\{path:"poll\/poller\.go"/);
  });

  it("finds nothing in a clean run", () => {
    const cwd = checkout();
    for (const format of ["rdjson", "rdjsonl"] as const) {
      const { out, code } = reviewdog(
        [`-f=${format}`, "-reporter=local", "-diff=git diff"],
        render(reporters[format], empty, context()),
        cwd,
      );
      expect([out, code]).toEqual(["", 0]);
    }
  });

  it("describes the format by a schema that ours keeps to", () => {
    const cache = execFileSync("go", ["env", "GOMODCACHE"], { encoding: "utf8" }).trim();
    const dir = join(cache, REVIEWDOG, "proto/rdf/jsonschema");
    const ajv = new Ajv({ strict: false });
    // Draft 4, of which they use what later drafts have too.
    const schema = (name: string) => ajv.compile({ ...JSON.parse(readFileSync(join(dir, name), "utf8")), $schema: undefined });
    const valid = schema("DiagnosticResult.json");
    for (const report of [sample, empty]) {
      valid(JSON.parse(render(reporters.rdjson, report, context())));
      expect(valid.errors).toBeNull();
    }
    const line = schema("Diagnostic.json");
    for (const text of render(reporters.rdjsonl, sample, context()).trimEnd().split("\n")) {
      line(JSON.parse(text));
      expect(line.errors).toBeNull();
    }
  });
});
