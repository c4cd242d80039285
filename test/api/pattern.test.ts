/** Patterns: what they find, and what they know that text cannot tell. */
import { beforeAll, describe, expect, it } from "vitest";
import { fileOf } from "../../src/api/collection.ts";
import type { PatternOptions } from "../../src/api/index.ts";
import { loadGrammar } from "../../src/go/parse.ts";
import { packageOf } from "../model/types-harness.ts";

beforeAll(loadGrammar);

/** The places of a pattern, as text. */
function found(pattern: string, go: string, options: PatternOptions = {}): string[] {
  const pkg = packageOf({ "p.go": `package p\n\n${go}` });
  return fileOf(pkg, pkg.files[0] as (typeof pkg.files)[number])
    .root.pattern(pattern, options)
    .map((m) => m.text.trim().replace(/\s+/g, " "));
}

/** What the metavariables stand for in the first place. */
function captured(pattern: string, go: string): Record<string, string> {
  const pkg = packageOf({ "p.go": `package p\n\n${go}` });
  const [first] = fileOf(pkg, pkg.files[0] as (typeof pkg.files)[number]).root.pattern(pattern);
  return Object.fromEntries([...(first?.captures ?? [])].map(([name, nodes]) => [name, nodes.map((n) => n.text).join(" | ")]));
}

const body = (text: string): string => `func f() {\n${text}\n}`;

describe("a pattern", () => {
  it("has metavariables for one node and for any number", () => {
    expect(found("f($x)", body("f(1); f(); f(1, 2); g(3); f(g(1))"))).toEqual(["f(1)", "f(g(1))"]);
    expect(found("f($$$xs)", body("f(1); f(); f(1, 2)"))).toEqual(["f(1)", "f()", "f(1, 2)"]);
    expect(found("f($x, $$$rest)", body("f(1); f(); f(1, 2, 3)"))).toEqual(["f(1)", "f(1, 2, 3)"]);
    expect(found("f($$$, nil, $$$)", body("f(1); f(nil); f(1, nil, 2)"))).toEqual(["f(nil)", "f(1, nil, 2)"]);
    expect(captured("f($a, $$$mid, $z)", body("f(1, 2, 3, 4)"))).toEqual({ a: "1", mid: "2 | 3", z: "4" });
    expect(captured("f($$$all)", body("f()"))).toEqual({ all: "" });
    expect(captured("$x.Close()", body("a.b.Close()"))).toEqual({ x: "a.b" });
  });

  it("wants the same code where a metavariable stands twice, but for those that nobody asks for", () => {
    expect(found("$x = append($x, $$$)", body("a = append(a, 1); a = append(b, 1); s.a = append(s . a, 1, 2)"))).toEqual([
      "a = append(a, 1)",
      "s.a = append(s . a, 1, 2)",
    ]);
    expect(found("copy($x, $x)", body("copy(a[1:], a[:1]); copy(a[1:], a[1:])"))).toEqual(["copy(a[1:], a[1:])"]);
    expect(found("f($_, $_)", body("f(1, 2)"))).toEqual(["f(1, 2)"]);
    expect(found("f($x, $x)", body("f(1, 2); f(g( 1 ), g(1))"))).toEqual(["f(g( 1 ), g(1))"]);
  });

  it("does not care for commas, comments and line breaks, and cares for operators and places", () => {
    expect(found("f($x, $y)", body("f(\n1, // one\n2,\n)"))).toEqual(["f( 1, // one 2, )"]);
    expect(found("$x + $y", body("_ = a + b; _ = a - b"))).toEqual(["a + b"]);
    expect(found("$x[$i:]", body("_ = a[1:]; _ = a[:1]; _ = a[1:2]"))).toEqual(["a[1:]"]);
    expect(found("&$x", body("_ = &a; _ = *a"))).toEqual(["&a"]);
    expect(found('f("a")', body('f("a"); f("b"); f(`a`)'))).toEqual(['f("a")']);
    expect(found("f($x...)", body("f(a...); f(a)"))).toEqual(["f(a...)"]);
  });

  it("may be a statement, a clause, a type or a declaration", () => {
    expect(found("if err != nil { return err }", body("if err != nil { return err }\nif err != nil { return nil }"))).toHaveLength(1);
    expect(found("if $c { $$$body }", body("if a { }\nif b { x(); y() }\nif c {} else {}"))).toHaveLength(2);
    expect(captured("for $i := range $x { $$$body }", body("for i := range xs { a(); b() }"))).toEqual({
      i: "i",
      x: "xs",
      body: "a() | b()",
    });
    expect(found("return $$$", "func f() int { return 1 }\nfunc g() { return }")).toEqual(["return 1", "return"]);
    expect(found("go $f($$$)", body("go g(1); go func() {}(); g(1)"))).toEqual(["go g(1)", "go func() {}()"]);
    expect(found("defer $x.Unlock()", body("defer mu.Unlock(); mu.Unlock()"))).toEqual(["defer mu.Unlock()"]);
    expect(found("case <-$c: $$$", body("select {\ncase <-a:\n\tx()\ncase b <- 1:\n}"))).toEqual(["case <-a: x()"]);
    expect(found("chan struct{}", "var c chan struct{}\nvar d chan int")).toEqual(["chan struct{}"]);
    expect(found("map[string]$v", "var c map[string]int\nvar d map[int]int")).toEqual(["map[string]int"]);
    expect(found("func $name($$$) error { $$$ }", "func a() error { return nil }\nfunc b() int { return 1 }")).toHaveLength(1);
    expect(found("func() { $$$ }", body("go func() { x() }(); h(func() {})"))).toEqual(["func() { x() }", "func() {}"]);
    expect(found("T{$$$, Name: $n, $$$}", body("_ = T{Name: 1}; _ = T{A: 1, Name: 2, B: 3}; _ = T{}"))).toEqual([
      "T{Name: 1}",
      "T{A: 1, Name: 2, B: 3}",
    ]);
  });

  it("leaves strings, runes and comments of the pattern alone", () => {
    expect(found('f("$x")', body('f("$x"); f("y")'))).toEqual(['f("$x")']);
  });

  it("is told to be wrong in one line", () => {
    expect(() => found("f($x", body(""))).toThrow('"f($x" is not Go');
    expect(() => found("", body(""))).toThrow("an empty pattern finds nothing");
    expect(() => found("$x", body(""))).toThrow('"$x" would match everything');
    expect(() => found("a(); b()", body(""))).toThrow("several nodes");
    expect(() => found("f()", body(""), { as: "type" })).toThrow('"f()" is not Go as type');
  });
});

describe("a pattern knows", () => {
  it("that time is the package, under whatever name, and nothing else is", () => {
    const go = `import clock "time"

type local struct{}

func (local) After(n int) chan int { return nil }

func f() {
	<-clock.After(1)
	var time local
	<-time.After(2)
}`;
    expect(found("time.After($d)", go)).toEqual(["clock.After(1)"]);
  });

  it("dot imports, and types as well as functions", () => {
    expect(found("time.Duration", 'import "time"\n\nvar d time.Duration\n\nfunc f() { _ = time.Duration(1) }')).toEqual([
      "time.Duration",
      "time.Duration",
    ]);
    expect(found("time.Sleep($d)", 'import . "time"\n\nfunc f() { Sleep(1) }\n\ntype T struct{}\n\nfunc (T) Sleep(int) {}')).toEqual([
      "Sleep(1)",
    ]);
    expect(
      found(
        "http.$f($$$)",
        'import "net/http"\n\nfunc f() { http.Get("x"); var http T; http.Get("y") }\n\ntype T struct{ Get func(string) }',
      ),
    ).toEqual(['http.Get("x")']);
  });

  it("packages that have one name by what they export, and others by what is said", () => {
    const go = 'import (\n\t"crypto/rand"\n\tmrand "math/rand"\n)\n\nfunc f() { rand.Read(nil); mrand.Intn(3) }';
    expect(found("rand.Intn($n)", go)).toEqual(["mrand.Intn(3)"]);
    const cron = 'import c3 "github.com/robfig/cron/v3"\n\nfunc f() { c3.New() }';
    expect(found("cron.New()", cron)).toEqual([]);
    expect(found("cron.New()", cron, { imports: { cron: "github.com/robfig/cron/v3" } })).toEqual(["c3.New()"]);
  });

  it("that a name like a package's may be a variable, where the package has no such member", () => {
    expect(found("url.Query()", 'import "net/url"\n\nfunc f(url *url.URL) { url.Query() }')).toEqual(["url.Query()"]);
  });

  it("predeclared names that were declared anew", () => {
    expect(
      found("len($x)", "func f(s string) int {\n\tn := len(s)\n\tlen := func(string) int { return 1 }\n\treturn n + len(s)\n}"),
    ).toEqual(["len(s)"]);
  });
});
