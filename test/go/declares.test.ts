import { describe, expect, it } from "vitest";
import { mayDeclare } from "../../src/go/declares.ts";
import { outline } from "../../src/go/outline.ts";
import { goFiles } from "./goroot.ts";

const TEXT = `package p

import (
	io "io"
)

var a, b, /* c */ c int
var (d, e = 1, 2; f = 3)
const (
	g = iota
	h
	i)
var /* of course */ j = use1(use2, use3)

type (
	k int
	l (string)
	m[T any] struct{ field int }
)
type n = k
type /*
*/ o int

func
q() {
	use4(use5)
	use6.use7(use8, use9)
	use10 := use11 + 1
	if use12 { use13{} }
	return use14
}

func (recv k) r() (use15 use16) { return }
func (k)s(use17, use18 int) use19 { return 0 }
func ( *m[T]) t /* x */ () {}
func u[V any](use20 V) {}; func v() {}
type w struct {
	use21.embedded
}
`;

describe("a search for a declaration's name", () => {
  it("finds what is declared, however it is laid out", () => {
    const names = outline(TEXT).declarations.flatMap((d) => d.names);
    expect(names.join("")).toBe("abcdefghijklmnoqrstuvw");
    for (const name of names) expect(mayDeclare(TEXT, name), name).toBe(true);
  });

  it("passes most of what is only used", () => {
    const used = Array.from({ length: 21 }, (_, i) => `use${i + 1}`);
    // A statement's beginning is taken for a spec where the file has groups of types.
    expect(used.filter((name) => mayDeclare(TEXT, name))).toEqual(["use4"]);
    for (const name of ["p", "field", "recv", "embedded", "T", "int", "us", "se1"]) expect(mayDeclare(TEXT, name), name).toBe(false);
    expect(mayDeclare("package p\n\nfunc f() {\n\tuse4(x)\n}\n", "use4")).toBe(false);
  });

  it("misses no declaration of real files", () => {
    const missed = goFiles(23).flatMap(({ path, text }) =>
      outline(text).declarations.flatMap((d) => d.names.filter((name) => !mayDeclare(text, name)).map((name) => `${path}: ${name}`)),
    );
    expect(missed).toEqual([]);
  });
});
