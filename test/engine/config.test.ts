import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RunOptions, run } from "../../src/engine/run.ts";
import { callRule, replace } from "./rules.ts";
import { tree } from "./tree.ts";

const unsafe = callRule("risky", "worse", replace("ok()", { applicability: "unsafe", because: "it may differ" }));
const rules = [callRule("good", "bad", replace("ok()")), unsafe, callRule("shy", "bad", () => [], { tier: "pedantic" })];
const GO = "package a\n\nfunc f() {\n\tbad()\n\tworse()\n}\n";

async function found(files: Record<string, string>, options: Partial<RunOptions> = {}): Promise<string[]> {
  const { report } = await run({ cwd: tree(files), rules, ...options });
  return report.findings.map((f) => `${f.at.path} ${f.rule}`);
}

describe("the configuration", () => {
  it("selects and ignores; the command line replaces the one and adds to the other", async () => {
    const files = { "a.go": GO, ".gomend.yml": "select: [shy, risky]\nignore:\n  - risky\n" };
    expect(await found(files)).toEqual(["a.go shy"]);
    expect(await found(files, { select: ["good", "shy"] })).toEqual(["a.go good", "a.go shy"]);
    expect(await found(files, { ignore: ["shy"] })).toEqual([]);
    expect(await found(files, { isolated: true })).toEqual(["a.go good", "a.go risky"]);
  });

  it("counts from the nearest file upward, up to the work tree's top", async () => {
    const files = {
      ".gomend.yml": "ignore: [ALL]\nselect: [good]\n",
      "a.go": GO,
      "sub/a.go": GO,
      "sub/own/.gomend.yml": "select: [shy]\n",
      "sub/own/a.go": GO,
      "repo/.git/": "",
      "repo/a.go": GO,
    };
    expect(await found(files)).toEqual(["a.go good", "repo/a.go good", "repo/a.go risky", "sub/a.go good", "sub/own/a.go shy"]);
  });

  it("excludes by patterns from its own directory, but not what is named", async () => {
    const files = { ".gomend.yml": "exclude: [legacy/, '*_old.go']\n", "a.go": GO, "x_old.go": GO, "legacy/a.go": GO };
    expect(await found(files, { select: ["good"] })).toEqual(["a.go good"]);
    expect(await found(files, { select: ["good"], paths: ["x_old.go"] })).toEqual(["x_old.go good"]);
  });

  it("has settings per file", async () => {
    const config = "per-file:\n  - files: ['*_test.go']\n    ignore: [good]\n  - files: [strict/]\n    select: [recommended, pedantic]\n";
    const files = { ".gomend.yml": config, "a.go": GO, "a_test.go": GO, "strict/a.go": GO };
    expect(await found(files, { ignore: ["risky"] })).toEqual(["a.go good", "strict/a.go good", "strict/a.go shy"]);
  });

  it("makes fixes of a rule safe or unsafe", async () => {
    const cwd = tree({ "a.go": GO, ".gomend.yml": "extend-safe: [risky]\nextend-unsafe: [good]\n" });
    const { report } = await run({ cwd, rules, fix: true });
    expect(report.files[0]?.after).toBe(GO.replace("worse", "ok"));
  });

  it("says the language version", async () => {
    const old = callRule("old", "bad", () => [], { go: { below: "1.21" } });
    const cwd = tree({ "a.go": GO, "go.mod": "module m\n\ngo 1.24\n", ".gomend.yml": "go: 1.20\n" });
    const { report } = await run({ cwd, rules: [old] });
    expect(report.findings).toHaveLength(1);
  });

  it("may be empty, or another file", async () => {
    expect(await found({ "a.go": GO, ".gomend.yml": "# nothing\n" }, { select: ["good"] })).toEqual(["a.go good"]);
    const cwd = tree({ "a.go": GO, ".gomend.yml": "ignore: [good]\n", "ci/other.yml": "select: [shy]\n" });
    const { report } = await run({ cwd, rules, config: "ci/other.yml" });
    expect(report.findings.map((f) => f.rule)).toEqual(["shy"]);
  });

  it.each<[string, string, string]>([
    ["an unknown key", "selct: [good]\n", '.gomend.yml:1:1: unknown key "selct", did you mean "select"?'],
    [
      "an unknown key further down",
      "per-file:\n  - files: [a]\n    ignor: [b]\n",
      '.gomend.yml:3:5: unknown key "ignor", did you mean "ignore"?',
    ],
    ["an unknown rule", "select:\n  - good\n  - gud\n", '.gomend.yml:3:5: unknown rule "gud", did you mean "good"?'],
    ["no list", "ignore: good\n", ".gomend.yml:1:9: ignore: expected a list of names"],
    ["no version", "go: newest\n", '.gomend.yml:1:5: go: expected a Go version such as "1.22"'],
    ["broken YAML", "select: [good\n", ".gomend.yml:2:1: "],
    ["no mapping", "- good\n", ".gomend.yml:1:1: expected keys"],
  ])("refuses %s with the place", async (_, config, message) => {
    await expect(found({ "a.go": GO, ".gomend.yml": config })).rejects.toThrow(message);
  });

  it("refuses one that is missing", async () => {
    await expect(found({ "a.go": GO }, { config: "gone.yml" })).rejects.toThrow("no such configuration file: gone.yml");
  });

  it("names the file relative to the working directory", async () => {
    const cwd = tree({ "w/a.go": GO, ".gomend.yml": "x: 1\n" });
    await expect(run({ cwd: join(cwd, "w"), rules })).rejects.toThrow("../.gomend.yml:1:1: unknown key");
  });
});
