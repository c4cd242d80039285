/** The commands that docs/monorepo.md tells people to run do what it says. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bundled, gomend, program } from "./cli/gomend.ts";
import { LEAKY, STUCK } from "./cli/samples.ts";
import { tree } from "./engine/tree.ts";

bundled();

const page = readFileSync(new URL("../docs/monorepo.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```(?:yaml|sh)\n(.*?)^```/gms)].map((m) => m[1] ?? "");
const block = (mark: string): string => blocks.find((b) => b.includes(mark)) ?? "";

/** Runs a script of the page with gomend on its path. */
function shell(script: string, cwd: string, env: Record<string, string> = {}): string {
  const npx = `gomend() { "${process.execPath}" "${program()}" "$@"; }\nnpx() { "$@"; }\n`;
  return execFileSync("bash", ["--norc", "-ec", npx + script], {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "", GOMEND_NO_CACHE: "1", ...env },
  });
}

function repository(): string {
  const cwd = tree({ "go.mod": "module example.com/m\n\ngo 1.21\n", "a/a.go": LEAKY, "b/b.go": STUCK });
  execFileSync("git", ["init", "-q"], { cwd });
  execFileSync("git", ["add", "-A"], { cwd });
  return cwd;
}

const changed = (cwd: string): string[] =>
  execFileSync("git", ["diff", "--name-only"], { cwd, encoding: "utf8" }).split("\n").filter(Boolean);

describe("docs/monorepo.md", () => {
  it("the matrix of GitHub Actions joins what its parts found", async () => {
    const jobs = parse(block("# GitHub Actions")).jobs;
    const cwd = repository();
    const check = jobs.gomend.steps.find((s: { run?: string }) => s.run).run as string;
    for (const shard of jobs.gomend.strategy.matrix.shard)
      shell(check.replaceAll(["$", "{{ matrix.shard }}"].join(""), String(shard)), cwd);
    const merge = jobs.merge.steps.find((s: { run?: string }) => s.run).run as string;
    expect(() => shell(merge, cwd)).toThrow(/status: 1|Command failed/);
    const sarif = JSON.parse(readFileSync(join(cwd, "gomend.sarif"), "utf8"));
    const whole = JSON.parse((await gomend(["--output-format", "json"], { cwd })).out);
    expect(sarif.runs[0].results.length).toBe(whole.findings.length);
  });

  it("the parallel jobs of GitLab do the same", () => {
    const jobs = parse(block("# GitLab"));
    const cwd = repository();
    for (let i = 1; i <= jobs.gomend.parallel; i++)
      shell(jobs.gomend.script.join("\n"), cwd, { CI_NODE_INDEX: String(i), CI_NODE_TOTAL: String(jobs.gomend.parallel) });
    expect(() => shell(jobs["gomend-merge"].script.join("\n"), cwd)).toThrow();
    expect(JSON.parse(readFileSync(join(cwd, "gl-code-quality-report.json"), "utf8")).length).toBeGreaterThan(0);
  });

  it("the step for many repositories changes what it says, ends well, and a second run changes nothing", () => {
    const steps = [block("# gomend.sh"), parse(block("batch") || block("changesetTemplate")).steps[0].run as string];
    for (const step of steps) {
      const cwd = repository();
      shell(step, cwd);
      expect(changed(cwd)).toEqual(["a/a.go"]);
      execFileSync("git", ["add", "-A"], { cwd });
      shell(step, cwd);
      expect(changed(cwd)).toEqual([]);
    }
  });
});
