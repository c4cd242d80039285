/** The obligation engine on rows that no rule has yet: with an error result, with a part, with releases that must not run twice. */
import { describe, expect, it } from "vitest";
import type { FuncModel, PackageModel } from "../../src/model/model.ts";
import { effectOnParam, leaks, mend, messageOf, type Resource, witnessOf } from "../../src/rule/obligation.ts";
import { outlives } from "../../src/rule/outlive.ts";
import { packageOf } from "../model/types-harness.ts";

const FILE: Resource = {
  id: "file",
  acquire: [
    { symbol: "os.Open", result: 0, error: 1 },
    { symbol: "os.Create", result: 0, error: 1 },
  ],
  release: ["Close"],
  harmlessTwice: false,
  inMain: false,
  text: "{}.Close()",
  name: "f",
  type: { path: "os", name: "File", pointer: true },
  words: { verb: "Close", done: "closed", doing: "closing", dropped: "the file is dropped" },
};

const BODY: Resource = {
  ...FILE,
  id: "body",
  acquire: [{ symbol: "net/http.Get", result: 0, error: 1 }],
  release: ["Body.Close"],
  text: "{}.Body.Close()",
  harmlessTwice: true,
};

function pkgOf(text: string, imports: readonly string[] = ["os"]): PackageModel {
  return packageOf({ "p.go": `package p\n${imports.map((i) => `import "${i}"\n`).join("")}${text}` });
}

/** "message @ line of the last step", for each leak. */
function told(text: string, row: Resource = FILE, imports?: readonly string[]): string[] {
  const pkg = pkgOf(text, imports);
  return [...leaks(pkg, row)].map((leak) => {
    const last = witnessOf(leak).at(-1);
    const source = leak.call.source.text;
    return `${messageOf(leak)}${last ? ` @ ${source.slice(0, last.at.start).split("\n").at(-1)?.trim()}${source.slice(last.at.start, source.indexOf("\n", last.at.start))}` : ""}`;
  });
}

/** The text after the first fix of the first leak, without the package clause and imports. */
function mended(text: string, row: Resource = FILE, imports?: readonly string[]): string | null {
  const pkg = pkgOf(text, imports);
  const [leak] = leaks(pkg, row);
  const first = leak ? mend(leak)[0] : null;
  if (!leak || !first) return null;
  let out = leak.call.source.text;
  for (const e of [...first.edits].reverse()) out = out.slice(0, e.at.start) + e.text + out.slice(e.at.end);
  return out.slice(out.indexOf("func")).trim();
}

describe("an acquisition with an error", () => {
  it("owes nothing where the error says that there is none", () => {
    expect(told(`func f() error {\n\tx, err := os.Open("a")\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn x.Close()\n}`)).toEqual([]);
  });
  it("leaks behind the check", () => {
    expect(
      told(`func f() error {\n\tx, err := os.Open("a")\n\tif err != nil {\n\t\treturn err\n\t}\n\tprintln(x.Name())\n\treturn nil\n}`),
    ).toEqual(["x is not closed on every path @ return nil"]);
  });
  it("gets its defer behind the check", () => {
    expect(
      mended(`func f() error {\n\tx, err := os.Open("a")\n\tif err != nil {\n\t\treturn err\n\t}\n\tprintln(x.Name())\n\treturn nil\n}`),
    ).toBe(
      `func f() error {\n\tx, err := os.Open("a")\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer x.Close()\n\tprintln(x.Name())\n\treturn nil\n}`,
    );
  });
  it("gets none where the error is not checked, or not at once", () => {
    expect(mended(`func f() {\n\tx, _ := os.Open("a")\n\tprintln(x.Name())\n}`)).toBeNull();
    expect(mended(`func f() {\n\tx, err := os.Open("a")\n\tprintln(x.Name())\n\tif err != nil {\n\t\treturn\n\t}\n}`)).toBeNull();
    expect(mended(`func f() {\n\tx, err := os.Open("a")\n\tif err != nil {\n\t\tprintln(err)\n\t}\n\tprintln(x.Name())\n}`)).toBeNull();
  });
  it("keeps its error through a function that returns both", () => {
    const open = `func open() (*os.File, error) {\n\treturn os.Open("a")\n}\n`;
    expect(told(`${open}func f() error {\n\tx, err := open()\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn x.Close()\n}`)).toEqual([]);
    expect(told(`${open}func f() error {\n\tx, err := open()\n\tif err != nil {\n\t\treturn err\n\t}\n\t_ = x\n\treturn nil\n}`)).toEqual([
      "x is not closed on every path @ return nil",
    ]);
  });
  it("is one of the caller's where a function opens, checks, and returns it", () => {
    const open = `func open() (*os.File, error) {\n\tx, err := os.Open("a")\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn x, nil\n}\n`;
    expect(told(`${open}func f() {\n\tx, _ := open()\n\tprintln(x.Name())\n}`)).toEqual(["x is not closed on every path @ }"]);
  });
});

describe("a release that must not run twice", () => {
  const before = `func f(c bool) error {\n\tx, err := os.Open("a")\n\tif err != nil {\n\t\treturn err\n\t}\n\tif c {\n\t\treturn nil\n\t}\n\tx.Close() // at last\n\treturn nil\n}`;
  it("moves into the defer", () => {
    expect(mended(before)).toBe(
      `func f(c bool) error {\n\tx, err := os.Open("a")\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer x.Close()\n\tif c {\n\t\treturn nil\n\t}\n\t// at last\n\treturn nil\n}`,
    );
  });
  it("stays, and so does the finding, where it is part of an expression", () => {
    expect(mended(before.replace("x.Close() // at last\n\treturn nil", "return x.Close()"))).toBeNull();
  });
});

describe("a part of it", () => {
  const http = ["net/http", "io"];
  it("is released through the part", () => {
    expect(
      told(`func f() {\n\tr, err := http.Get("a")\n\tif err != nil {\n\t\treturn\n\t}\n\tdefer r.Body.Close()\n}`, BODY, ["net/http"]),
    ).toEqual([]);
    expect(
      told(
        `func f() {\n\tr, err := http.Get("a")\n\tif err != nil {\n\t\treturn\n\t}\n\tb := r.Body\n\tdefer func() { b.Close() }()\n}`,
        BODY,
        ["net/http"],
      ),
    ).toEqual([]);
    expect(
      told(
        `func done(c io.Closer) { c.Close() }\nfunc f() {\n\tr, err := http.Get("a")\n\tif err != nil {\n\t\treturn\n\t}\n\tdefer done(r.Body)\n}`,
        BODY,
        http,
      ),
    ).toEqual([]);
  });
  it("is read without being released", () => {
    expect(
      told(`func f() int {\n\tr, err := http.Get("a")\n\tif err != nil {\n\t\treturn 0\n\t}\n\treturn r.StatusCode\n}`, BODY, ["net/http"]),
    ).toEqual(["r is not closed on every path @ return r.StatusCode"]);
  });
  it("is handed over with the part", () => {
    expect(
      told(`func f() io.Reader {\n\tr, err := http.Get("a")\n\tif err != nil {\n\t\treturn nil\n\t}\n\treturn r.Body\n}`, BODY, http),
    ).toEqual([]);
  });
});

describe("effects on a parameter", () => {
  const effect = (text: string, name = "f"): string => {
    const pkg = pkgOf(text);
    let func: FuncModel | null = null;
    for (const f of pkg.functions) if (f.name === name) func = f;
    if (!func) throw new Error(`no ${name}`);
    return effectOnParam(func, 0, { release: ["Close"], received: [], parts: [] });
  };
  it.each([
    ["func f(x *os.File) { x.Close() }", "releases"],
    ["func f(x *os.File) { defer x.Close() }", "releases"],
    ["func f(x *os.File) { if x != nil { _ = x.Close() } }", "releases"],
    ["func f(x *os.File) { g(x) }\nfunc g(x *os.File) { x.Close() }", "releases"],
    ["func f(x *os.File) { func() { x.Close() }() }", "releases"],
    ["func f(x *os.File) { println(x.Name()) }", "reads"],
    ["func f(x *os.File) { y := x; _ = y }", "reads"],
    ["func f(x *os.File) *os.File { return x }", "returns"],
    ["var kept *os.File\nfunc f(x *os.File) { kept = x }", "stores"],
    ["func f(x *os.File) { go x.Name() }", "stores"],
    ["func f(x *os.File) func() { return func() { x.Close() } }", "returns"],
    ["func f(x *os.File) { unknown(x) }\nvar unknown func(*os.File)", "stores"],
    ["func f(x ...*os.File) {}", "unknown"],
    ["func f(_ *os.File) {}", "reads"],
    ["func f(x *os.File) { if g() { f(x) } }\nfunc g() bool { return false }", "reads"],
    ["func f(x *os.File) { g(x) }\nfunc g(x *os.File) { if x == nil { f(x) }; x.Close() }", "releases"],
  ])("%s: %s", (text, expected) => {
    expect(effect(text)).toBe(expected);
  });
});

describe("what outlives a call", () => {
  const leaves = (body: string, result = ""): boolean => {
    const pkg = pkgOf(
      `type T struct { c context.Context }\nfunc make(context.Context) *T { return nil }\nfunc count(context.Context) (int, error) { return 0, nil }\nfunc f(c context.Context, g func(context.Context) (any, error), t *T) ${result} {\n${body}\n}`,
      ["context"],
    );
    for (const f of pkg.functions) if (f.name === "f" && f.params[0]?.binding) return outlives(pkg, f.params[0].binding, f).length > 0;
    throw new Error("no f");
  };
  it.each([
    ["count(c)", "", false],
    ["return count(c)", "(int, error)", false],
    ["n, err := count(c)\n_ = n\nreturn err", "error", false],
    ["v, _ := g(c)\nprintln(v)", "", false],
    ["return g(c)", "(any, error)", true],
    ["v, _ := g(c)\nreturn v", "any", true],
    ["return make(c)", "*T", true],
    ["t.c = c", "", true],
    ["go g(c)", "", true],
    ["go func() { g(c) }()", "", true],
    ["func() { g(c) }()", "", false],
    ["defer func() { g(c) }()", "", false],
    ["return c.Err()", "error", false],
    ["<-c.Done()", "", false],
    ["return T{c}", "T", true],
  ])("%s %s: %s", (body, result, expected) => {
    expect(leaves(body, result)).toBe(expected);
  });
});
