import { beforeAll, expect, test } from "vitest";
import { loadGrammar } from "../../src/go/parse.ts";
import { respellNew } from "../../src/go/respell.ts";
import { GoFile } from "../../src/model/file.ts";

beforeAll(loadGrammar);

const respelt = (text: string) => respellNew(text, { start: 0, end: text.length });

test("new before a value is respelt, before a type it stays", () => {
  expect(respelt("new(1 + x)")).toBe("neW(1 + x)");
  expect(respelt("new(f())")).toBe("neW(f())");
  expect(respelt("new(a.b.c)")).toBe("neW(a.b.c)");
  expect(respelt('new( "s")')).toBe('neW( "s")');
  for (const type of ["T", "pkg.T", "[]int", "*T", "map[string]int", "chan int", "func()", "struct{}", "T[int]", "p.T[int]"])
    expect(respelt(`new(${type})`)).toBeNull();
  expect(respelt("renew(1); x.new(1)")).toBeNull();
});

test("a declaration with Go 1.26's new is read, its nodes keep the file's text", () => {
  const text = "package p\n\nfunc f() *int {\n\tp := new(1 + 2)\n\tq := new([]int)\n\t_ = q\n\treturn p\n}\n";
  const file = new GoFile("a.go", () => text);
  const root = file.syntax(file.declarations[0] as never);
  expect(file.problems).toEqual([]);
  expect(root?.find("call_expression").map((c) => c.text)).toEqual(["new(1 + 2)", "new([]int)"]);
});

test("a broken declaration does not take its neighbours along", () => {
  const text = "package p\n\nfunc a() { x := }\n\nfunc b() { g(1) }\n\nfunc c() { if }\n";
  const file = new GoFile("a.go", () => text);
  file.parse(file.declarations);
  expect(file.declarations.map((d) => file.syntax(d)?.kind ?? null)).toEqual([null, "function_declaration", null]);
  expect(file.problems.map((p) => p.message)).toEqual(["syntax error", "syntax error"]);
});
