import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { renderOutcome } from "../../src/engine/outcome.ts";
import { faultOfFix } from "../../src/engine/plan.ts";
import { Preview } from "../../src/engine/preview.ts";
import { type RunOptions, run } from "../../src/engine/run.ts";
import { loadFormatter } from "../../src/go/format.ts";
import type { Fix } from "../../src/rule/rule.ts";
import { compareEdits, type Edit, overlaps } from "../../src/text/edit.ts";
import { callRule } from "./rules.ts";
import { tree } from "./tree.ts";

beforeAll(loadFormatter);

const GO = `package a

import "fmt"

// T is a type.
type T struct {
	a int // one
	bcd string // two
}

func f(x int) int { // here
	if x > 0 { fmt.Println(x) }
	return x /* end */
} // after

var (
	v = 1
	wide = 2
)

func g() {}
`;

const FORMATTED = GO.replace("a int // one", "a   int    // one")
  .replace("if x > 0 { fmt.Println(x) }", "if x > 0 {\n\t\tfmt.Println(x)\n\t}")
  .replace("\tv = 1", "\tv    = 1");

const edits: fc.Arbitrary<Edit[]> = fc
  .array(
    fc.tuple(
      fc.nat(GO.length),
      fc.nat(8),
      fc.constantFrom("", "x", "y()", "\n\tz := 1\n", "{", "}", "}\n\nfunc h() {", "// c\n", ", 2", '"s"', "  "),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) => {
    const kept: Edit[] = [];
    for (const [start, length, text] of list) {
      const edit = { at: { path: "a.go", start, end: Math.min(GO.length, start + length) }, text };
      if (!kept.some((k) => overlaps(k, edit))) kept.push(edit);
    }
    return kept.sort(compareEdits);
  });

describe("Preview", () => {
  it.each([
    ["an unformatted file", GO],
    ["a formatted file", FORMATTED],
    ["a file with CRLF", FORMATTED.replaceAll("\n", "\r\n")],
  ])("gives what the whole outcome is: %s", (_, text) => {
    const textOf = (path: string): string => (path === "a.go" ? text : "");
    const whole = new Preview(textOf);
    fc.assert(
      fc.property(edits, (own) => {
        const fix: Fix = { title: "Edit", applicability: "safe", edits: own };
        fc.pre(faultOfFix(fix, textOf) === null);
        const rendered = renderOutcome([fix], textOf);
        const why = rendered.invalid.get(fix);
        expect(whole.fault(fix)).toBe(why ?? null);
        if (why === undefined) expect(whole.files(fix)).toEqual(rendered.files);
        else expect(() => whole.files(fix)).toThrow(why);
      }),
      { numRuns: 400 },
    );
  });

  it("renders imports and several files", () => {
    const texts: Record<string, string> = {
      "a.go": "package a\n\nfunc f() {\n\tbad()\n}\n",
      "b.go": "package a\n\nfunc g() {\n\tbad()\n}\n",
    };
    const fix: Fix = {
      title: "Print",
      applicability: "safe",
      edits: ["a.go", "b.go"].map((path) => ({ at: { path, start: 23, end: 28 }, text: "log.Print( )" })),
      imports: [{ file: "a.go", path: "log", action: "add" }],
    };
    expect(new Preview((path) => texts[path] ?? "").files(fix).map((f) => [f.path, f.after])).toEqual([
      ["a.go", 'package a\n\nimport "log"\n\nfunc f() {\n\tlog.Print()\n}\n'],
      ["b.go", "package a\n\nfunc g() {\n\tlog.Print()\n}\n"],
    ]);
  });
});

describe("a check without fixing", () => {
  const breaking = callRule("breaking", "bad", (at) => [
    { title: "Break", applicability: "safe", edits: [{ at, text: "ok(" }] },
    { title: "Sketch", applicability: "display", because: "only you know", edits: [{ at, text: "((" }] },
  ]);
  const check = (text: string, more: Partial<RunOptions> = {}) =>
    run({ cwd: tree({ "a.go": text }), rules: [breaking], isolated: true, ...more });

  it("knows the fixes whose outcome does not parse, and names the rule", async () => {
    const { report, preview } = await check("package a\n\nfunc f() {\n\tbad()\n}\n");
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ path: "a.go", rule: "breaking" });
    expect(report.problems[0]?.message).toMatch(/^its fix "Break" is invalid: the outcome of a\.go does not parse: \d+:\d+: /);
    const [finding] = report.findings;
    const [first] = finding?.fixes ?? [];
    expect(first && report.outcomes.get(first)?.status).toBe("invalid");
    expect(() => finding && first && preview(finding, first)).toThrow("does not parse");
  });

  it("blames no fix for a file that was broken before", async () => {
    const { report } = await check("package a\n\nfunc f() {\n\tbad()\n}\n\nfunc g() {\n\tx := \n}\n");
    expect(report.findings).toHaveLength(1);
    expect(report.problems.map((p) => p.rule)).toEqual([null]);
  });
});
