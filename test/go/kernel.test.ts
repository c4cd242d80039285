import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headEnd, seemsWhole } from "../../src/go/kernel/kernel.ts";
import { outline } from "../../src/go/outline.ts";

const seems = (text: string) => seemsWhole(Buffer.from(text));

const WHOLE = `\uFEFF// Package p.
package p // of course

import "a"
import (
	b "b"
	. "c" /* } */
)

const x, y = 1 +
	2, '}'

type T[P any] struct{ a []int; s string \`json:")"\` }

/* a { */ var z = map[string]int{"}": 1, "\\"{": 2}

func (t *T[P]) f(a, b int) (c rune) {
	// don't {
	c = '\\''
	s := \`raw " {
\`
	_ = s; return a / b
}; func g()
`;

describe("a look over a file's bytes", () => {
  it("takes files larger than its memory, and knows nothing of the one before", () => {
    const large = `package p\n\nimport "a"\n\n${"func f() {\n\tg(`}`, '}', \"}\") // }\n}\n".repeat(20_000)}`;
    expect(seems(large)).toBe(true);
    expect(seems(`${large}func g() {`)).toBe(false);
    expect(headEnd(Buffer.from(large))).toBe('package p\n\nimport "a"'.length);
    expect(seems("package p\nvar x = (1")).toBe(false);
    expect(seems("package")).toBe(false);
    const imports = `package p\n\nimport (\n${'\t"example.com/a/long/path"\n'.repeat(1_000)})`;
    expect(headEnd(Buffer.from(`${imports}\nfunc f() {}\n`))).toBe(imports.length);
  });

  it("sees a whole file", () => {
    expect(outline(WHOLE).problem).toBeNull();
    expect(seems(WHOLE)).toBe(true);
    for (const text of [
      "package p",
      "package p\r\n\r\nfunc f() {\r\n}\r\n",
      'package p;import "a";var x = 1',
      "package p\n\nvar a = b /\n\tc",
    ])
      expect(seems(text), text).toBe(true);
  });

  it.each([
    ["an empty file", ""],
    ["no package clause", "func f() {}\n"],
    ["two package clauses", "package p\n\npackage q\n"],
    ["an import behind a declaration", 'package p\n\nvar x int\n\nimport "a"\n'],
    ["a statement on its own", "package p\n\nx := 1\n"],
    ["a function without a name", "package p\n\nfunc {\n}\n"],
    ["a bracket that is not closed", "package p\n\nfunc f() {\n\tg(\n}\n"],
    ["a bracket that closes nothing", "package p\n\nfunc f() {\n}\n}\n"],
    ["brackets of two kinds", "package p\n\nvar x = f(a]\n"],
    ["a string that is not closed", 'package p\n\nvar x = "a\n'],
    ["a raw string that is not closed", "package p\n\nvar x = `a\n"],
    ["a comment that is not closed", "package p\n\n/* a\nvar x = 1\n"],
    ["a character that Go does not know", "package p\n\nvar x = a ? b\n"],
  ])("suspects %s", (_, text) => {
    expect(outline(text).problem).not.toBeNull();
    expect(seems(text)).toBe(false);
  });

  it("tells where the head ends", () => {
    const head = (text: string) =>
      Buffer.from(text)
        .subarray(0, headEnd(Buffer.from(text)))
        .toString();
    expect(head(WHOLE)).toBe(WHOLE.slice(0, WHOLE.indexOf("\n\nconst")));
    expect(head('package p\n\nimport "a"\n')).toBe('package p\n\nimport "a"\n');
    expect(head("package p\nfunc f() {}\n")).toBe("package p");
    for (const odd of ["", "/* never closed", "package p\n\nimport (\n", "x\n"]) expect(head(odd), odd).toBe(odd);
  });

  it("suspects whatever a cut or a strange bracket does to a file, where the outline does", () => {
    const change = fc.record({
      at: fc.nat(WHOLE.length),
      cut: fc.nat(3),
      put: fc.constantFrom("", "(", ")", "{", "}", "]", '"', "`", "/*", "\n"),
    });
    fc.assert(
      fc.property(change, ({ at, cut, put }) => {
        const text = WHOLE.slice(0, at) + put + WHOLE.slice(at + cut);
        const problem = outline(text).problem?.message ?? "";
        // What stands on one line with a declaration's end, and names, are not looked at.
        fc.pre(!/newline or semicolon|name|import path/.test(problem));
        expect(seems(text) || problem === "" ? problem : "").toBe("");
      }),
      { numRuns: 2_000 },
    );
  });
});
