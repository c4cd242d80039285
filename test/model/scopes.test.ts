import { beforeAll, expect, test } from "vitest";
import type { GoNode } from "../../src/go/node.ts";
import { loadGrammar, parse } from "../../src/go/parse.ts";
import type { FileModel, PackageModel } from "../../src/model/model.ts";
import { LocalScope, localScopes } from "../../src/model/scopes.ts";

beforeAll(loadGrammar);

/** Every use of a local in the text's order: `name line -> line of its declaration, how[, captured]`. */
function uses(body: string, keysAreFields: (literal: GoNode) => boolean | null = () => true): string[] {
  const text = body.startsWith("func") ? body : `func f() {\n${body}\n}`;
  const { roots, errors } = parse({ path: "a.go", text });
  expect(errors).toEqual([]);
  const { result, finish } = localScopes(roots[0] as GoNode, {
    pkg: {} as PackageModel,
    file: {} as FileModel,
    fileScope: { kind: "file", parent: null, node: null, bindings: new Map() },
    keysAreFields,
  });
  finish();
  const line = (n: GoNode) => text.slice(0, n.start).split("\n").length - 1;
  const all = new Set([...result.bindings.values()].flatMap((b) => b.uses));
  return [...all]
    .sort((a, b) => a.node.start - b.node.start)
    .map((u) => `${u.node.text} ${line(u.node)} -> ${line(u.binding.node as GoNode)} ${u.how}${u.captured ? " captured" : ""}`);
}

test("a name is visible from the end of its declaration", () => {
  expect(uses("x := 1\n{\nx := x\n_ = x\n}\n_ = x")).toEqual(["x 3 -> 1 read", "x 4 -> 3 read", "x 6 -> 1 read"]);
});

test("the header of if, for and switch has a scope of its own, and clauses another", () => {
  expect(uses("x := 1\nif x := g(x); x > 0 {\n_ = x\n} else if y := x; y > 0 {\n_ = y\n}\n_ = x")).toEqual([
    "x 2 -> 1 read",
    "x 2 -> 2 read",
    "x 3 -> 2 read",
    "x 4 -> 2 read",
    "y 4 -> 4 read",
    "y 5 -> 4 read",
    "x 7 -> 1 read",
  ]);
  expect(uses("switch x := 1; {\ncase x > 0:\nx := 2\n_ = x\ndefault:\n_ = x\n}")).toEqual([
    "x 2 -> 1 read",
    "x 4 -> 3 read",
    "x 6 -> 1 read",
  ]);
});

test("a type switch declares its variable in each clause", () => {
  expect(uses("var v any\nswitch v := v.(type) {\ncase int:\n_ = v\ncase string:\n_ = v\n}")).toEqual([
    "v 2 -> 1 read",
    "v 4 -> 2 read",
    "v 6 -> 2 read",
  ]);
});

test(":= writes what the block has already", () => {
  expect(uses("a, err := g()\nb, err := g()\n{\nc, err := g()\n_, _ = c, err\n}\n_, _, _ = a, b, err")).toEqual([
    "err 2 -> 1 write",
    "c 5 -> 4 read",
    "err 5 -> 4 read",
    "a 7 -> 1 read",
    "b 7 -> 2 read",
    "err 7 -> 1 read",
  ]);
});

test("each way of touching a name", () => {
  expect(
    uses(
      "var x T\nx = 1\nx += 1\nx++\n_ = &x\nx.f = 1\nx[0] = 1\n*x = 1\n_ = &x.f\nx.M()\nx()\nx <- 1\n<-x\nfor range x {\n}\nclose(x)\nx.f.M()\n(x).M()",
    ).map((l) => l.slice(l.indexOf("> 1 ") + 4)),
  ).toEqual([
    "write",
    "readwrite",
    "readwrite",
    "address",
    "member-write",
    "member-write",
    "member-write",
    "member-write",
    "method",
    "call",
    "send",
    "receive",
    "range",
    "close",
    "read",
    "method",
  ]);
});

test("select clauses, receives that declare and that assign", () => {
  expect(uses("var v, ok int\nselect {\ncase v, ok := <-ch:\n_, _ = v, ok\ncase v = <-ch:\ndefault:\n}\n_ = ok")).toEqual([
    "v 4 -> 3 read",
    "ok 4 -> 3 read",
    "v 5 -> 1 write",
    "ok 8 -> 1 read",
  ]);
});

test("literals capture, their parameters shadow", () => {
  expect(uses("x := 1\ngo func(x int) { _ = x }(x)\ndefer func() { x = 2 }()")).toEqual([
    "x 2 -> 2 read",
    "x 2 -> 1 read",
    "x 3 -> 1 write captured",
  ]);
});

test("parameters, results, receivers and type parameters", () => {
  expect(uses("func (r *T[K]) f(a, b K) (n int, err error) {\nn = r.g(a, b)\nvar k K\nreturn n, err\n}")).toEqual([
    "K 0 -> 0 read",
    "K 0 -> 0 read",
    "n 1 -> 0 write",
    "r 1 -> 0 method",
    "a 1 -> 0 read",
    "b 1 -> 0 read",
    "K 2 -> 0 read",
    "n 3 -> 0 read",
    "err 3 -> 0 read",
  ]);
});

test("keys of a literal are names only where its type says so", () => {
  const text = "k := 1\n_ = T{k: k}";
  expect(uses(text, () => true)).toEqual(["k 2 -> 1 read"]);
  expect(uses(text, () => false)).toEqual(["k 2 -> 1 read", "k 2 -> 1 read"]);
  expect(uses(text, () => null)).toEqual(["k 2 -> 1 read"]);
});

test("labels have a name space of their own", () => {
  expect(uses("L := 1\nL:\nfor {\nbreak L\n}\ngoto L\n_ = L")).toEqual(["L 4 -> 2 read", "L 6 -> 2 read", "L 7 -> 1 read"]);
});

test("a local type is visible inside itself, a local value is not", () => {
  expect(uses("type T struct { next *T }\nvar f = func() { f() }\n_ = f\nvar _ T")).toEqual([
    "T 1 -> 1 read",
    "f 3 -> 2 read",
    "T 4 -> 1 read",
  ]);
});

test("a block without names changes nothing", () => {
  expect(new LocalScope("block", null, null).bindings.size).toBe(0);
});
