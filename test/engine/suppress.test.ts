import { describe, expect, it } from "vitest";
import { type RunOptions, run } from "../../src/engine/run.ts";
import { callRule } from "./rules.ts";
import { tree } from "./tree.ts";

const rules = [
  callRule("good", "bad", () => []),
  callRule("other", "bad", () => []),
  callRule("shy", "bad", () => [], { tier: "pedantic" }),
];

async function found(body: string, options: Partial<RunOptions> = {}) {
  const { report } = await run({ cwd: tree({ "a.go": `package a\n\nfunc f() {\n${body}}\n` }), rules, isolated: true, ...options });
  return report;
}

async function ids(body: string, options: Partial<RunOptions> = {}): Promise<string[]> {
  return (await found(body, options)).findings.map((f) => f.rule);
}

describe("suppressions", () => {
  it.each<[string, string, string[]]>([
    ["none", "\tbad()\n", ["good", "other"]],
    ["one rule, on the line", "\tbad() //gomend:ignore good // known\n", ["other"]],
    ["one rule, on the line above", "\t//gomend:ignore good // known\n\tbad()\n", ["other"]],
    ["two rules", "\tbad() //gomend:ignore good,other // known\n", []],
    ["two comments above", "\t//gomend:ignore good // a\n\t//gomend:ignore other // b\n\tbad()\n", []],
    ["the next line only", "\t//gomend:ignore good // known\n\tbad()\n\tbad()\n", ["other", "good", "other"]],
    ["nolint", "\tbad() //nolint\n", []],
    ["nolint:all", "\tbad() //nolint:all\n", []],
    ["nolint:gomend among others", "\tbad() //nolint:errcheck,gomend // reason\n", []],
    ["nolint of another linter", "\tbad() //nolint:errcheck\n", ["good", "other"]],
    ["not in a string", "\tbad(`\n//gomend:ignore good\n`)\n", ["good", "other"]],
    ["in a word", "\tbad() // see gomend:ignored\n", ["good", "other"]],
  ])("%s", async (_, body, expected) => {
    expect(await ids(body)).toEqual(expected);
  });

  it("tells unused and unknown ones, and offers to take them out", async () => {
    const body = "\t//gomend:ignore good // long gone\n\tok() //gomend:ignore gud // misspelt\n\tok() //gomend:ignore\n";
    const report = await found(body, { fix: true });
    expect(report.findings.map((f) => [f.rule, f.message])).toEqual([
      ["unused-suppression", "good finds nothing here, so nothing needs to be suppressed"],
      ["unused-suppression", "there is no rule gud to suppress"],
      ["unused-suppression", "this suppression names no rule: write //gomend:ignore rule-id // reason"],
    ]);
    expect(report.files[0]?.after).toBe("package a\n\nfunc f() {\n\tok()\n\tok() //gomend:ignore\n}\n");
    expect(report.left).toHaveLength(1);
  });

  it("does not call one unused whose rule did not run, or whose finding was not asked for", async () => {
    expect(await ids("\tok() //gomend:ignore shy // sometimes\n")).toEqual([]);
    expect(await ids("\tok() //gomend:ignore other // not now\n", { select: ["good", "unused-suppression"] })).toEqual([]);
    expect(await ids("\tok() //gomend:ignore good // now\n", { select: ["good", "unused-suppression"] })).toEqual(["unused-suppression"]);
  });

  it("can be ignored itself", async () => {
    expect(await ids("\tok() //gomend:ignore good\n", { ignore: ["unused-suppression"] })).toEqual([]);
    expect(await ids("\tok() //gomend:ignore good\n", { select: ["other"] })).toEqual([]);
  });

  it("is told in files that no trigger touches", async () => {
    expect(await ids("\t//gomend:ignore good // old\n")).toEqual(["unused-suppression"]);
  });
});
