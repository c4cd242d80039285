import { describe, expect, it } from "vitest";
import type { GoNode } from "../../src/go/node.ts";
import type { PackageModel } from "../../src/model/model.ts";
import { fix } from "../../src/rule/build.ts";
import { freshName, member, qualifier } from "../../src/rule/names.ts";
import { packageOf } from "../model/types-harness.ts";

/** The package, and the statement that begins with `here`. */
function place(text: string, others: Record<string, string> = {}): { pkg: PackageModel; at: GoNode } {
  const pkg = packageOf({ "p.go": `package p\n${text}`, ...others });
  for (const root of pkg.roots) {
    let at: GoNode | null = null;
    root.walk((n) => {
      if (!at && n.parent?.kind === "statement_list" && n.text.startsWith("here")) at = n;
    });
    if (at) return { pkg, at };
  }
  throw new Error("no statement here");
}

describe("freshName", () => {
  const name = (text: string, others?: Record<string, string>): string => {
    const { pkg, at } = place(text, others);
    return freshName(pkg, "timer", at);
  };
  it.each([
    ["func f() { here() }\nfunc here() {}", "timer"],
    ["func f(timer int) { here() }\nfunc here() {}", "timer2"],
    ["func f() { timer := 1; _ = timer; here() }\nfunc here() {}", "timer2"],
    // declared later in the same block
    ["func f() { here(); timer, timer2 := 1, 2; _, _ = timer, timer2 }\nfunc here() {}", "timer3"],
    // an inner scope would capture what is written there
    ["func f() { here(); func() { timer := 1; _ = timer }() }\nfunc here() {}", "timer2"],
    // a name of the package that the block uses, or that the new name would hide
    ["var timer int\nfunc f() { here() }\nfunc here() {}", "timer2"],
    ["type timer struct{}\nfunc f() { here(); var x timer; _ = x }\nfunc here() {}", "timer2"],
    // fields, labels and other functions do not matter
    ["func f(x struct{ timer int }) { here(); _ = x.timer }\nfunc here() {}\nfunc g() { timer := 1; _ = timer }", "timer"],
    ["func (timer T) f() { here() }\ntype T int\nfunc here() {}", "timer2"],
    ["func f() (timer int) { here(); return }\nfunc here() {}", "timer2"],
  ])("%s: %s", (text, expected) => {
    expect(name(text)).toBe(expected);
  });
  it("knows the names of other files", () => {
    expect(name("func f() { here() }\nfunc here() {}", { "q.go": "package p\nvar timer int\n" })).toBe("timer2");
  });
  it("leaves out the names that are taken", () => {
    const { pkg, at } = place("func f() { here() }\nfunc here() {}");
    expect(freshName(pkg, "timer", at, null, ["timer", "timer2"])).toBe("timer3");
  });
});

describe("qualifier", () => {
  const named = (text: string, ...members: string[]): string | null => {
    const { pkg, at } = place(text);
    const q = qualifier(pkg, at, "time", ...members);
    return q && `${member(q, "Now")}${q.imports.map((i) => ` ${i.action} ${i.path}`).join()}`;
  };
  it.each([
    ['import "time"\nvar _ = time.Now\nfunc f() { here() }\nfunc here() {}', "time.Now"],
    ['import clock "time"\nvar _ = clock.Now\nfunc f() { here() }\nfunc here() {}', "clock.Now"],
    ['import . "time"\nvar _ = Now\nfunc f() { here() }\nfunc here() {}', "Now"],
    ['import _ "time"\nfunc f() { here() }\nfunc here() {}', "time.Now add time"],
    ["func f() { here() }\nfunc here() {}", "time.Now add time"],
    // hidden at the place
    ['import "time"\nvar _ = time.Now\nfunc f(time int) { here() }\nfunc here() {}', null],
    ["func f() { time := 1; here(); _ = time }\nfunc here() {}", null],
    ["var time int\nfunc f() { here() }\nfunc here() {}", null],
    ['import time "strings"\nvar _ = time.Map\nfunc f() { here() }\nfunc here() {}', null],
    // not hidden yet
    ['import "time"\nvar _ = time.Now\nfunc f() { here(); time := 1; _ = time }\nfunc here() {}', "time.Now"],
    // imported twice, one of them hidden
    ['import "time"\nimport clock "time"\nvar _ = clock.Now\nvar _ = time.Now\nfunc f(time int) { here() }\nfunc here() {}', "clock.Now"],
  ])("%s: %s", (text, expected) => {
    expect(named(text)).toBe(expected);
  });
  it("sees a name of a dot import that is hidden", () => {
    expect(named('import . "time"\nvar _ = Now\nfunc f(Now int) { here() }\nfunc here() {}', "Now")).toBeNull();
  });
});

describe("fix", () => {
  const at = (start: number, end: number) => ({ path: "p.go", start, end });
  const built = (...edits: { at: ReturnType<typeof at>; text: string }[]) =>
    fix({ title: "t", applicability: "safe", edits: [edits] })?.edits ?? null;
  it("sorts, and makes the same change once", () => {
    const a = { at: at(5, 6), text: "a" };
    expect(built({ at: at(9, 9), text: "b" }, a, { ...a })).toEqual([a, { at: at(9, 9), text: "b" }]);
  });
  it("joins insertions at one place in the order in which they were named", () => {
    expect(built({ at: at(5, 5), text: "a" }, { at: at(5, 5), text: "b" })).toEqual([{ at: at(5, 5), text: "ab" }]);
  });
  it("is none when changes overlap, when one cannot be made, or when nothing changes", () => {
    expect(built({ at: at(5, 8), text: "a" }, { at: at(7, 9), text: "b" })).toBeNull();
    expect(built({ at: at(5, 8), text: "a" }, { at: at(5, 8), text: "b" })).toBeNull();
    expect(fix({ title: "t", applicability: "safe", edits: [null, [{ at: at(1, 2), text: "" }]] })).toBeNull();
    expect(built()).toBeNull();
  });
  it("must say why it is not safe", () => {
    expect(() => fix({ title: "t", applicability: "unsafe", edits: [[{ at: at(1, 2), text: "" }]] })).toThrow("why it is not safe");
  });
});
