import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { formatGo, loadFormatter } from "../../src/go/format.ts";
import { type Declaration, importsOnly, outline } from "../../src/go/outline.ts";
import { loadGrammar } from "../../src/go/parse.ts";
import { outlined, parsed } from "./declared.ts";
import { goFiles } from "./goroot.ts";

beforeAll(async () => {
  await Promise.all([loadGrammar(), loadFormatter()]);
});

const brief = (text: string) =>
  outline(text).declarations.map((d) => `${d.kind} ${d.receiver ? `${d.receiver}.` : ""}${d.names.join(" ")}`);
const texts = (text: string) => outline(text).declarations.map((d) => text.slice(d.start, d.end));

describe("declarations", () => {
  it.each([
    ["func f() {}", ["func f"]],
    ["func f()", ["func f"]],
    ["func f[T any, U ~[]T](x T) (r struct{ a int }, err error) { return }", ["func f"]],
    ["func f() interface{ M() } { return nil }", ["func f"]],
    ["func f() struct{} {\n}", ["func f"]],
    ["func f() func() struct{}\nfunc g() {}", ["func f", "func g"]],
    ["func f() <-chan\nint { return nil }", ["func f"]],
    ["func f() map[string]interface{} { return nil }", ["func f"]],
    ["func (t *T) m() {}", ["method T.m"]],
    ["func (T) m() {}", ["method T.m"]],
    ["func (t *T[K, V]) m() {}", ["method T.m"]],
    ["func (_ T[_]) m() {}", ["method T.m"]],
    ["func (t (*T)) m() {}", ["method T.m"]],
    ["func (t /* x */ *T, // y\n) m() {}", ["method T.m"]],
    ["func _() {}\nfunc init() {}\nfunc init() {}", ["func _", "func init", "func init"]],
    ["type A = B", ["type A"]],
    ["type A[P any] struct {\n\tx int\n}", ["type A"]],
    ["type A[P *T,] struct{}", ["type A"]],
    ["type A [N]int", ["type A"]],
    ["type (\n\tA int\n\tB = C\n\tD[P any] []P; E struct{ x int }\n)", ["type A B D E"]],
    ["var _ = x", ["var _"]],
    ["var a, b, c int = 1, 2, 3", ["var a b c"]],
    ["var a,\n\tb = 1, 2", ["var a b"]],
    ["var x = y +\n\tz", ["var x"]],
    ["var x = func() {\n\ta := 1\n}\nvar y int", ["var x", "var y"]],
    ["var x = T{\n\t1,\n}.f", ["var x"]],
    ["var x = 1.\nvar y = 0x1p-2", ["var x", "var y"]],
    ["var x = '\"'; var y = '\\''; var z = \"\\\\\"", ["var x", "var y", "var z"]],
    ["var (\n\ta, b = 1, 2 // x\n\t/* y */ c int; d string\n\te = func() { var z int }\n)", ["var a b c d e"]],
    ["const (\n\tA = iota\n\tB\n\tC, D = iota, iota\n\t_\n)", ["const A B C D _"]],
    ["const A = 1; const B = 2; type T int", ["const A", "const B", "type T"]],
    ["var ()\ntype ()\nconst ()", ["var ", "type ", "const "]],
    ["var 世界, é = 1, 2", ["var 世界 é"]],
    ["var x = `}\n{ func`\nvar y int", ["var x", "var y"]],
    ["var x chan\nint", ["var x"]],
    ["var x /* a */ int /* b\n*/", ["var x"]],
    ["var x = a /* b\nc */\nvar y int", ["var x", "var y"]],
    ["func f() { /* } */ // }\n\t_ = \"}\" + `}` + string('}')\n}\nvar x int", ["func f", "var x"]],
  ])("%j declares %j", (body, names) => {
    const text = `package a\n\n${body}\n`;
    expect(brief(text)).toEqual(names);
    expect(outline(text).problem).toBeNull();
    expect(brief(text.replaceAll("\n", "\r\n"))).toEqual(names);
    expect(brief(`\ufeff${text}`)).toEqual(names);
    expect(brief(text.trimEnd())).toEqual(names);
  });

  it("reach from keyword to last token", () => {
    expect(
      texts("package a\n\n// doc\nvar x = 1 // why\n\nfunc f() {\n} // end\ntype T int; type U int /* u */\nvar (\n\ta = 1 // a\n) // b\n"),
    ).toEqual(["var x = 1", "func f() {\n}", "type T int", "type U int", "var (\n\ta = 1 // a\n)"]);
  });

  it("know their doc comment", () => {
    const doc = (text: string) => {
      const o = outline(text);
      const d = o.declarations.at(-1) as Declaration;
      return text.slice(d.docStart, d.start);
    };
    expect(doc("package a\n\n// one\n// two\nvar x int")).toBe("// one\n// two\n");
    expect(doc("package a\n\n// one\n\n// two\nvar x int")).toBe("// two\n");
    expect(doc("package a\n\n// one\n\nvar x int")).toBe("");
    expect(doc("package a\n\n/* one\ntwo */\nvar x int")).toBe("/* one\ntwo */\n");
    expect(doc("package a\n\n/* one */ var x int")).toBe("");
    expect(doc("package a\n\nvar y int // one\nvar x int")).toBe("");
    expect(doc("package a\n\nvar y int // one\n// two\nvar x int")).toBe("// two\n");
    expect(doc("package a\r\n\r\n//go:noinline\r\nfunc f() {}")).toBe("//go:noinline\r\n");
  });

  it("know a function's body", () => {
    const text = "package a\n\nfunc f() struct{} { return struct{}{} }\nfunc g()\nvar x = func() {}\n";
    expect(outline(text).declarations.map((d) => d.body)).toEqual([text.indexOf("{ return"), null, null]);
  });
});

describe("header", () => {
  it("has package, imports and build lines", () => {
    const text =
      '// Copyright\n\n//go:build linux && (amd64 || !cgo)\n// +build ignored\n\n// Package a is.\npackage a // x\n\nimport "fmt"\nimport m "math"\nimport (\n\t. "os" // o\n\t_ `io`; x "y/z"\n)\n\nvar v int\n';
    const o = outline(text);
    expect(o.packageName).toBe("a");
    expect(text.slice(o.packageAt.start, o.packageAt.end)).toBe("package a");
    expect(text.slice(o.packageDocStart, o.packageAt.start)).toBe("// Package a is.\n");
    expect(o.imports.map((i) => [i.path, i.alias, text.slice(i.at.start, i.at.end)])).toEqual([
      ["fmt", null, '"fmt"'],
      ["math", "m", 'm "math"'],
      ["os", ".", '. "os"'],
      ["io", "_", "_ `io`"],
      ["y/z", "x", 'x "y/z"'],
    ]);
    expect(o.importDecls.map((d) => [d.grouped, d.imports.length, text.slice(d.start, d.end).length])).toEqual([
      [false, 1, 12],
      [false, 1, 15],
      [true, 3, 40],
    ]);
    expect(o.build).toEqual([{ syntax: "go:build", expression: "linux && (amd64 || !cgo)", start: 14, end: 49 }]);
    expect(importsOnly(text)).toEqual({ ...o, declarations: [] });
  });

  it("heeds +build only above a blank line and without go:build", () => {
    const build = (text: string) => outline(text).build.map((b) => `${b.syntax} ${b.expression}`);
    expect(build("// +build linux darwin\n//   +build !cgo\n\npackage a\n")).toEqual(["+build linux darwin", "+build !cgo"]);
    expect(build("// +build linux\npackage a\n")).toEqual([]);
    expect(build("\n// +build a\n\n// +build b\npackage a\n")).toEqual(["+build a"]);
    expect(build("/*\n//go:build linux\n*/\npackage a\n")).toEqual([]);
    expect(build("/* x */\n//go:build linux\n\npackage a\n")).toEqual(["go:build linux"]);
    expect(build("package a\n\n//go:build linux\n")).toEqual([]);
    expect(build("\ufeff//go:build linux\r\n\r\npackage a\r\n")).toEqual(["go:build linux"]);
  });

  it("finds the preamble of cgo as cgo does", () => {
    const preamble = (text: string) => {
      const d = outline(text).importDecls.find((i) => i.cgo);
      return d?.preamble ? text.slice(d.preamble.start, d.preamble.end) : null;
    };
    expect(preamble('package a\n\n// #include <a.h>\n// int x;\nimport "C"\n')).toBe("// #include <a.h>\n// int x;");
    expect(preamble('package a\n\n/*\n#include <a.h>\n*/\nimport "C"\n')).toBe("/*\n#include <a.h>\n*/");
    expect(preamble('package a\n\n// #include <a.h>\n\nimport "C"\n')).toBeNull();
    expect(preamble('package a\n\nimport (\n\t"os"\n\t// int x;\n\t"C"\n)\n')).toBe("// int x;");
    expect(preamble('package a\n\n// int y;\nimport (\n\t"C"\n)\n')).toBe("// int y;");
    expect(preamble('package a\n\n// doc\nimport (\n\t"C"\n\t"os"\n)\n')).toBeNull();
  });
});

describe("what is not Go", () => {
  it.each([
    ["", 0, "the file is empty", []],
    ["func f() {}", 0, "expected a package clause", ["func f"]],
    ["package a\nfunc f() {\n", 19, '"{" is never closed', ["func f"]],
    ["package a\nvar x = (1\nfunc g() {}\n", 18, '"(" is never closed', ["var x"]],
    ["package a\nvar x = [1)\nvar y int\n", 20, '")" does not match "["', ["var x"]],
    ["package a\nfunc f() { g( }\nfunc h() {}\n", 22, '"(" is never closed', ["func f", "func h"]],
    ['package a\nvar s = "x\nfunc h() {}\n', 18, "string is not closed on its line", ["var s", "func h"]],
    ["package a\nvar s = `x\nfunc h() {}\n", 18, "raw string is not closed", ["var s"]],
    ["package a\nvar r = 'x\nfunc h() {}\n", 18, "rune is not closed on its line", ["var r", "func h"]],
    ["package a\n/* x\nfunc h() {}\n", 10, "comment is not closed", []],
    ["package a\nx := 1\nfunc h() {}\n", 10, "expected a declaration", ["func h"]],
    ["package a\nfunc f() {} func g() {}\n", 22, "expected a newline or semicolon before this", ["func f", "func g"]],
    ["package a\n}\nfunc h() {}\n", 10, "expected a declaration", ["func h"]],
    ["package a\nvar x = 1 }\nfunc h() {}\n", 20, '"}" closes nothing', ["var x", "func h"]],
    ["package a\nfunc () {}\nfunc h() {}\n", 18, "expected a function's name", ["func h"]],
    ["package a\nvar 1x int\nfunc h() {}\n", 14, "expected a name", ["var ", "func h"]],
    ['package a\nvar x int\nimport "os"\n', 20, "import after a declaration", ["var x"]],
    ["package a\nimport os\nvar x int\n", 19, "expected an import path", ["var x"]],
    ["package a\nvar x = #\nvar y int\n", 18, "character that Go does not know", ["var x", "var y"]],
    ["package a\nconst (\n\tA = 1\n", 16, '"(" is never closed', ["const A"]],
  ])("%j", (text, offset, message, declared) => {
    expect(outline(text).problem).toEqual({ offset, message });
    expect(brief(text)).toEqual(declared);
  });
});

/** Against two parsers: go/parser (inside gofmt) decides whether a text is Go, tree-sitter tells the declarations. */
function agrees(text: string): void {
  const { problem } = outline(text);
  const ours = outlined(text);
  if (!formatGo(text).ok) return;
  expect(problem).toBeNull();
  const theirs = parsed(text);
  if (theirs) expect(ours).toEqual(theirs);
}

describe("agrees with the parsers", () => {
  const files = goFiles(97, 60_000);

  it.skipIf(files.length === 0)("on a sample of Go's own tree", () => {
    for (const { text } of files) agrees(text);
  });

  it.skipIf(files.length === 0)("on real files with something put in, taken out or moved", () => {
    const small = files.filter(({ text }) => text.length < 12_000);
    const pieces = [
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      '"',
      "'",
      "`",
      "/*",
      "*/",
      "//",
      "\n",
      ";",
      "\\",
      ",",
      "func",
      " struct",
      "type ",
      "var ",
      "\r\n",
      "\n\n",
      " /* x */ ",
      "\n// x\n",
      "/*\n*/",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...small),
        fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom("", ...pieces)), { minLength: 1, maxLength: 3 }),
        ({ text }, changes) => {
          let changed = text;
          for (const [at, length, piece] of changes) {
            const from = at % (changed.length + 1);
            changed = changed.slice(0, from) + piece + changed.slice(from + length);
          }
          agrees(changed);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("on texts made of declarations, comments and line ends in any order", () => {
    const declaration = fc.constantFrom(
      "func f() {}",
      "func (t *T[K]) m(x int) (y, z struct{ a int }) { return func() {}, 1 }",
      "func g() interface{ M() }",
      "var x = []int{1, 2}",
      "var a, b = f(`x\n}`), '\\''",
      'var (\n\ta = 1 /* ; */; b int\n\n\t// c\n\tc,\n\td = "}\\"", 1.\n)',
      "type T struct{ x int }",
      "type (\n\tA = B\n\tC[P any] interface{ ~int | string }\n)",
      "const (\n\tA = iota // a\n\tB\n)",
      "type F func(int) chan\nint",
      "var y = x +\n\t// plus\n\tz",
      "var ()",
    );
    const between = fc.constantFrom(
      "\n",
      "\n\n",
      ";",
      " ; ",
      " // x\n",
      " /* x */\n",
      "\n// doc\n",
      ";/* x\n*/ ",
      " /* x\n*/",
      "\r\n",
      "\n/* func */ ",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(declaration, between), { maxLength: 8 }),
        fc.constantFrom("package a\n", "\ufeff// c\n\npackage a;", "/* x */ package a // y\n"),
        (all, header) => {
          const text = header + all.flat().join("");
          expect(formatGo(text).ok).toBe(true);
          agrees(text);
        },
      ),
      { numRuns: 500 },
    );
  });
});
