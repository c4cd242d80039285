import { describe, expect, it } from "vitest";
import { check, defineRule } from "../../src/index.ts";
import { callRule, replace } from "./rules.ts";
import { tree } from "./tree.ts";

const GO = "package a\n\nfunc f() {\n\tbad()\n}\n";

describe("the public API", () => {
  it("checks with rules of one's own and gives the fixed texts without writing them", async () => {
    const cwd = tree({ "a.go": GO });
    const rule = defineRule(callRule("mine", "bad", replace("good()")));
    const report = await check({ cwd, rules: [rule], fix: true });
    expect(report.findings.map((f) => f.rule)).toEqual(["mine"]);
    expect(report.files).toEqual([{ path: "a.go", before: GO, after: GO.replace("bad", "good") }]);
    expect(await check({ cwd, rules: [rule] })).toMatchObject({ files: [], problems: [] });
  });

  it("has gomend's own rules, tells progress, and throws one line for a mistake", async () => {
    const cwd = tree({ "a.go": GO, "b/b.go": GO });
    const seen: unknown[] = [];
    const report = await check({ cwd, select: ["lost-cancel"], onProgress: (p) => seen.push(p) });
    expect(report.findings).toEqual([]);
    expect(seen).toEqual([
      { done: 1, total: 2, findings: 0 },
      { done: 2, total: 2, findings: 0 },
    ]);
    await expect(check({ cwd, select: ["lost-cancle"] })).rejects.toThrow('unknown rule "lost-cancle", did you mean "lost-cancel"?');
  });
});
