/** The reader of declarations against tree-sitter, whose trees it must give. All of Go's own source: syntax.go.test.ts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar } from "../../src/go/parse.ts";
import { readDeclaration } from "../../src/go/syntax/read.ts";
import { goFiles } from "./goroot.ts";
import { type Comparison, compareTrees } from "./trees.ts";

beforeAll(loadGrammar);

const fresh = (): Comparison => ({ read: 0, refused: 0, differences: [] });
const wrapped = (code: string): string => `package p\n\nfunc f() {\n${code}\n}\n\nvar v = func() {${code}}\n`;

function fixtures(): { path: string; text: string }[] {
  const files: { path: string; text: string }[] = [];
  const visit = (dir: string) => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (path.endsWith(".go")) files.push({ path, text: readFileSync(path, "utf8") });
    }
  };
  for (const dir of ["fixtures", "samples"]) visit(dir);
  return files;
}

describe("a declaration that is read", () => {
  it("has the grammar's tree, in every fixture", () => {
    const result = fresh();
    for (const { path, text } of fixtures()) compareTrees(path, text, result);
    expect(result.differences).toEqual([]);
    expect(result.refused).toBeLessThan(result.read / 200);
  }, 120_000);

  const files = goFiles(97, 60_000);
  it.skipIf(files.length === 0)(
    "has it in real files, whatever ends their lines and stands between their tokens",
    () => {
      const result = fresh();
      for (const { path, text } of files) {
        for (const written of [text, text.replaceAll("\n", "\r\n"), text.replaceAll("\t", " \t /* x */ ")])
          compareTrees(path, written, result);
      }
      expect(result.differences).toEqual([]);
      expect(result.refused).toBeLessThan(result.read / 200);
    },
    300_000,
  );

  // What the grammar reads in an unexpected way, or in one of several.
  it.each([
    "x = f[a](x)",
    "x = f[a](x, y)",
    "x = p.f[a.B]()",
    "x = p.q.f[T[a]](x).y",
    "x = f[[]int](x)[1]",
    "x = f[a, b]",
    "x = (*T[a])(nil)",
    "x = (*p.T)(nil)",
    "x = ([]byte)(s)",
    "x = *(*[]byte)(unsafe.Pointer(&s))",
    "x = *f[a](y).z[i]",
    "x = **[]T(y)",
    "x = chan<- chan int(nil)",
    "x = <-chan int(nil)",
    "x = *<-c",
    "x = T[a]{b: {c}, {d}: e}",
    "x = []func() int{f, g}",
    "x = struct{ a, b int `t`; *p.C; D[e]; f [n]int }{}",
    "x = interface{ A; ~int | *B; M(a, b int, c ...d) (e error) }(nil)",
    'x = "\\x41bc\\1234\\u12345\\"" + `` + ` a`',
    "x = 'a' + '\\'' + '😀' + 0x1p-2 + 07 + 08i + .5e3 + 1_000",
    "if x := a[i]; x.y(func() { T{}.z() }) {\n} else if y {\n} else {\n}",
    "for i, j := range []int{1} {\n\tcontinue\n}",
    "for ; ; i++ {\n}",
    "switch x := <-c; y := x.(type) {\ncase nil, *T:\n\t// c\ndefault: // d\n\tz()\n\t// e\n}",
    "select {\ncase a, b = <-c:\ncase d <- e:\n\tf(); g();\ncase <-h:\n}",
    "L:\n\tfor {\n\t\tbreak L // a\n\n\n\t\t// b\n\t}\n\n",
    "const (\n\ta, b = iota, 1\n\tc\n)\nvar d, e p.F = g, h\ntype (\n\ti[j any, k ~[]l] = m\n\tn [o]q\n)",
    "x = y\n{\n\tx()\n}",
    "for i := 0; i < x; i++ {\n\ty()\n}\n// z:\n{\n\tz := y\n}",
    "if x != nil {\n\ty()\n} else {\n}\n{\n\tz()\n}",
    "if x.y > 2 {\n\ty()\n}\n{\n\tz()\n}",
    "for range x.y {\n\ta := b\n\tc(a)\n}\n\n// d\n{\n}",
    "switch x.y {\ncase z:\n}\n{\n\tz()\n}",
    "x = func(a, b, c, d, e, f, g, h, i int) (j, k, l, m, n, o, p, q, r *s.T) { return }",
    "y = x[1]\n{\n}",
    "y = x[a].b\n{\n}",
    "y = x[a]()\n{\n}",
    "go f(x...)\ndefer func() { recover() }()\nx, y := make([]int, n), new(p.T)\nx <- <-y",
  ])("has it in %j", (code) => {
    const result = fresh();
    compareTrees("a.go", wrapped(code), result);
    expect(result).toEqual({ read: 2, refused: 0, differences: [] });
  });

  it.each([
    "x = f[a[b[c]]]",
    "x = f[a | b](x)",
    "L: M:",
    ";",
    "x = a\u00a0b",
    "x = new(f(x))",
    "if x {\n}\n{\n}",
    "for i = range x.y {\n}\n{\n}",
    "if x.y {\n\t{\n\t}\n}\n{\n}",
    "if x[y] {\n\tz <- a\n}\n{\n}",
    "switch x.y {\n}\n{\n}",
    "x = func(a, b, c, d, e, f, g, h, i, j int) { return }",
    "return x[a]\n{\n}",
    "y = -x.y[a.b]\n\n// c\n{\n\tz()\n}",
  ])("leaves %j to it", (code) => {
    const text = wrapped(code).slice("package p\n\n".length).split("\n\nvar")[0] as string;
    expect(readDeclaration({ path: "a.go", text }, { start: 0, end: text.length })).toBeNull();
  });

  it.each(["x = ", "f(", "x := y z", "if x { } else", "x = [1]", "for i = range", "var x", "case y:", "x = a b", "switch { x }"])(
    "is no declaration with %j in it",
    (code) => {
      const text = `func f() {\n${code}\n}`;
      expect(readDeclaration({ path: "a.go", text }, { start: 0, end: text.length })).toBeNull();
    },
  );

  it("of any depth needs no deep stack", () => {
    for (const [open, close] of [
      ["(", ")"],
      ["{", "}"],
      ["[", "]"],
      ["func() { ", "}"],
      ["-", ""],
    ] as const) {
      const text = `func f() {\n_ = ${open.repeat(20_000)}${close.repeat(20_000)}\n}`;
      expect(readDeclaration({ path: "a.go", text }, { start: 0, end: text.length })).toBeNull();
    }
  });
});

describe("a mutated file", () => {
  const sources = fixtures().filter(({ text }) => text.length < 4_000);
  const SPARE = [
    "",
    "\n",
    ";",
    ",",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    " x ",
    "*",
    "&",
    ".",
    ":",
    ":=",
    "<-",
    "a[b]",
    "(c)",
    "T{}",
    "if x ",
    "func() ",
    "// c\n",
    "/* d */",
    "`",
    '"',
    "1",
    "chan ",
    "~",
    "|",
    "...",
  ];

  it("is read as the grammar reads it, or not at all", () => {
    const change = fc.record({
      at: fc.nat(),
      length: fc.nat({ max: 6 }),
      text: fc.constantFrom(...SPARE),
      from: fc.nat(),
      copy: fc.nat({ max: 30 }),
    });
    fc.assert(
      fc.property(fc.nat({ max: sources.length - 1 }), fc.array(change, { minLength: 1, maxLength: 3 }), (k, changes) => {
        let { text } = sources[k] as { text: string };
        for (const { at, length, text: spare, from, copy } of changes) {
          const place = at % (text.length + 1);
          const start = from % (text.length + 1);
          text = text.slice(0, place) + spare + text.slice(start, start + copy) + text.slice(place + length);
        }
        const result = fresh();
        compareTrees("a.go", text, result);
        expect(result.differences).toEqual([]);
      }),
      { numRuns: Number(process.env.GOMEND_RUNS ?? 300) },
    );
  }, 600_000);
});
