/** What is worked out when it is read, and so also when it is copied. */
import { describe, expect, it } from "vitest";
import type { Type } from "../../src/model/model.ts";
import { finding, fix } from "../../src/rule/build.ts";
import { checked, packageOf } from "../model/types-harness.ts";

const AT = { path: "a.go", start: 0, end: 1 };

describe("what is worked out when it is read", () => {
  it("a finding's fixes: once, and a copy has them", () => {
    let made = 0;
    const mend = fix({ title: "Mend", applicability: "safe", edits: [[{ at: AT, text: "b" }]] });
    const lazy = finding({ id: "r" }, AT, "told", () => {
      made++;
      return [mend, null];
    });
    expect(Object.keys(lazy)).toContain("fixes");
    expect(made).toBe(0);
    expect({ ...lazy }.fixes).toEqual([mend]);
    expect(lazy.fixes).toEqual([mend]);
    expect(made).toBe(1);
    expect({ ...lazy }).toEqual(finding({ id: "r" }, AT, "told", [mend, null]));
  });

  it("a call's function, which a copy has", () => {
    const pkg = packageOf({ "p.go": 'package p\nimport "time"\nfunc f() { func() { time.Sleep(1) }() }\nvar x = time.Now()' });
    const [sleep] = pkg.calls("time.Sleep");
    const [now] = pkg.calls("time.Now");
    expect(sleep && { ...sleep }.func?.node.kind).toBe("func_literal");
    expect(sleep?.func?.outer?.name).toBe("f");
    expect(now?.func).toBeNull();
  });

  it("an array's length, which a copy has, of a length that hangs on itself none", () => {
    const { pkg, at } = checked("const n = 3\nvar a [n + 1]int\nvar b [len(b)]int");
    const lengthOf = (name: string) => (pkg.typeOf(at(name)) as Extract<Type, { kind: "array" }>).length;
    expect(lengthOf("a")).toBe(4);
    expect({ ...pkg.typeOf(at("a")) }).toEqual({ kind: "array", elem: { kind: "basic", name: "int" }, length: 4 });
    expect(lengthOf("b")).toBeNull();
  });
});
