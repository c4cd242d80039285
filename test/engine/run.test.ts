import { describe, expect, it } from "vitest";
import { type RunOptions, run, UsageError } from "../../src/engine/run.ts";
import { defineRule, type Rule } from "../../src/rule/rule.ts";
import { callRule, replace } from "./rules.ts";
import { tree } from "./tree.ts";

function go(options: Partial<RunOptions> & { cwd: string; rules: readonly Rule[] }) {
  return run({ isolated: true, ...options });
}

const main = (body: string, head = ""): string => `package a\n\n${head}func f() {\n${body}}\n`;
const good = callRule("good", "bad", replace("ok()"));

describe("run without fixes", () => {
  it("gives findings sorted by path, start and rule, and the texts they speak about", async () => {
    const cwd = tree({ "b.go": main("\tbad()\n"), "a.go": main("\tbad()\n\tworse()\n\tbad()\n"), "c.go": main("\tok()\n") });
    const rules = [callRule("zz", "bad", () => []), callRule("aa", "bad", () => []), callRule("mm", "worse", () => [])];
    const { report } = await go({ cwd, rules });
    expect(report.findings.map((f) => [f.at.path, f.rule])).toEqual([
      ["a.go", "aa"],
      ["a.go", "zz"],
      ["a.go", "mm"],
      ["a.go", "aa"],
      ["a.go", "zz"],
      ["b.go", "aa"],
      ["b.go", "zz"],
    ]);
    expect([...report.sources.keys()].sort()).toEqual(["a.go", "b.go"]);
    expect(report.left).toEqual(report.findings);
    expect(report.files).toEqual([]);
    expect(report.stats).toMatchObject({ files: 3, packages: 1 });
    expect(new Set(report.fingerprints.values()).size).toBe(7);
  });

  it("keeps fingerprints when code moves and tells repeated findings apart", async () => {
    const text = main("\tbad()\n\tbad()\n");
    const before = await go({ cwd: tree({ "a.go": text }), rules: [good] });
    const moved = text.replace("func f", "// f does it.\n\nvar x = 1\n\nfunc f");
    const after = await go({ cwd: tree({ "a.go": moved }), rules: [good] });
    const prints = [...before.report.fingerprints.values()];
    expect([...after.report.fingerprints.values()]).toEqual(prints);
    expect(new Set(prints).size).toBe(2);
    const renamed = await go({ cwd: tree({ "a.go": text.replace("func f", "func g") }), rules: [good] });
    expect([...renamed.report.fingerprints.values()]).not.toEqual(prints);
  });

  it("tells each finding once", async () => {
    const twice = defineRule({
      ...good,
      *check(pkg) {
        yield* good.check(pkg);
        yield* good.check(pkg);
      },
    });
    const { report } = await go({ cwd: tree({ "a.go": main("\tbad()\n") }), rules: [twice] });
    expect(report.findings).toHaveLength(1);
  });

  it("goes on when a rule throws, keeps what it found, and names it", async () => {
    const throwing = defineRule({
      ...good,
      id: "throwing",
      *check(pkg) {
        for (const f of good.check(pkg)) {
          yield { ...f, rule: "throwing" };
          throw new Error("lost my way");
        }
      },
    });
    const { report } = await go({ cwd: tree({ "a.go": main("\tbad()\n\tbad()\n") }), rules: [throwing, good] });
    expect(report.findings.map((f) => f.rule)).toEqual(["good", "throwing", "good"]);
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ path: ".", rule: "throwing" });
    expect(report.problems[0]?.message).toContain("lost my way");
  });

  it("refuses findings that stand nowhere", async () => {
    const lost = defineRule({
      ...good,
      *check() {
        yield { rule: "good", at: { path: "zz.go", start: 0, end: 1 }, message: "x", confidence: "proven", fixes: [] };
        yield { rule: "good", at: { path: "a.go", start: 5, end: 1000 }, message: "x", confidence: "proven", fixes: [] };
      },
    });
    const { report } = await go({ cwd: tree({ "a.go": main("\tbad()\n") }), rules: [lost] });
    expect(report.findings).toEqual([]);
    expect(report.problems.map((p) => p.rule)).toEqual(["good", "good"]);
  });

  it("keeps a finding without its fix when the fix is invalid, and tells why", async () => {
    const invalid = callRule("invalid", "bad", (at) => [{ title: "Break it", applicability: "safe", edits: [{ at, text: "bad()" }] }]);
    const { report } = await go({ cwd: tree({ "a.go": main("\tbad()\n") }), rules: [invalid], fix: true });
    expect(report.left).toHaveLength(1);
    expect(report.files).toEqual([]);
    expect(report.problems).toEqual([
      { path: "a.go", rule: "invalid", message: 'its fix "Break it" is invalid: a fix that changes nothing' },
    ]);
    expect([...report.outcomes.values()]).toEqual([{ status: "invalid", reason: "a fix that changes nothing" }]);
  });

  it("heeds the versions of rules: go.mod, then --go", async () => {
    const old = callRule("old", "bad", () => [], { go: { below: "1.23" } });
    const recent = callRule("recent", "bad", () => [], { go: { from: "1.23" } });
    const files = (version: string) => ({ "go.mod": `module m\n\ngo ${version}\n`, "a.go": main("\tbad()\n") });
    const ids = async (cwd: string, version?: string) => {
      const { report } = await go({ cwd, rules: [old, recent], ...(version === undefined ? {} : { go: version }) });
      return report.findings.map((f) => f.rule);
    };
    expect(await ids(tree(files("1.22.5")))).toEqual(["old"]);
    expect(await ids(tree(files("1.23")))).toEqual(["recent"]);
    expect(await ids(tree(files("1.22")), "1.24")).toEqual(["recent"]);
    expect(await ids(tree({ "a.go": main("\tbad()\n") }))).toEqual(["recent"]);
  });

  it("leaves generated files alone unless they are named or asked for, and counts them as part of the package", async () => {
    const cwd = tree({ "gen.go": `// Code generated by x. DO NOT EDIT.\n\n${main("\tbad()\n")}`, "a.go": "package a\n" });
    const found = async (options: Partial<RunOptions>) => (await go({ cwd, rules: [good], ...options })).report.findings.length;
    expect(await found({})).toBe(0);
    expect(await found({ includeGenerated: true })).toBe(1);
    expect(await found({ paths: ["gen.go"] })).toBe(1);
  });

  it("keeps external test packages and other packages of a directory apart", async () => {
    const seen: string[] = [];
    const spy = defineRule({
      ...good,
      check(pkg) {
        seen.push(`${pkg.name} ${pkg.path}: ${pkg.files.map((f) => f.source.path).join(" ")}`);
        return [];
      },
    });
    const cwd = tree({
      "go.mod": "module example.com/m\n",
      "x/a.go": main("\tbad()\n"),
      "x/a_test.go": "package a\n",
      "x/ext_test.go": main("\tbad()\n").replace("package a", "package a_test"),
      "x/gen.go": `//go:build ignore\n\n${main("\tbad()\n").replace("package a", "package main")}`,
      "x/quiet.go": "package a\n",
    });
    await go({ cwd, rules: [spy] });
    expect(seen.sort()).toEqual([
      "a example.com/m/x: x/a.go x/a_test.go x/quiet.go",
      "a_test example.com/m/x_test: x/ext_test.go",
      "main example.com/m/x: x/gen.go",
    ]);
  });

  it("sees the whole package when one file is named, and tells only of that file", async () => {
    let files = 0;
    const spy = defineRule({
      ...good,
      *check(pkg) {
        files = pkg.files.length;
        yield* good.check(pkg);
      },
    });
    const cwd = tree({ "a.go": main("\tbad()\n"), "b.go": main("\tbad()\n") });
    const { report } = await go({ cwd, rules: [spy], paths: ["b.go"] });
    expect(files).toBe(2);
    expect(report.findings.map((f) => f.at.path)).toEqual(["b.go"]);
  });

  it("finds packages of the module", async () => {
    const names: unknown[] = [];
    const spy = defineRule({
      ...good,
      check(pkg) {
        const other = pkg.import("example.com/m/lib");
        names.push(other?.name, other?.lookup("Helper").length, pkg.import("example.com/m/gone"), pkg.import("example.com/other"));
        return [];
      },
    });
    const cwd = tree({
      "go.mod": "module example.com/m\n\ngo 1.22\n",
      "a.go": main("\tbad()\n"),
      "lib/lib.go": "package library\n\nfunc Helper() {}\n",
      "lib/lib_test.go": "package library\n\nfunc TestX() {}\n",
    });
    await go({ cwd, rules: [spy] });
    expect(names).toEqual(["library", 1, null, null]);
  });
});

describe("mistakes and broken files", () => {
  it.each<[string, Partial<RunOptions>, RegExp]>([
    ["a missing path", { paths: ["nope.go"] }, /^no such file or directory: nope\.go$/],
    ["a directory without Go", { paths: ["docs"] }, /^no Go files in docs/],
    ["an unknown rule", { select: ["god"] }, /^unknown rule "god", did you mean "good"\?/],
    ["an unknown rule to fix", { fixable: ["nothing-like-it"] }, /^unknown rule "nothing-like-it"; "gomend rules" lists all/],
    ["a version that is none", { go: "latest" }, /^"latest" is no Go version/],
  ])("%s is the person's mistake", async (_, options, message) => {
    const cwd = tree({ "a.go": main("\tbad()\n"), "docs/x.md": "" });
    await expect(go({ cwd, rules: [good], ...options })).rejects.toThrow(message);
    await expect(go({ cwd, rules: [good], ...options })).rejects.toBeInstanceOf(Error);
  });

  it("is a UsageError", async () => {
    await expect(go({ cwd: tree({}), rules: [good] })).rejects.toBeInstanceOf(UsageError);
  });

  it("tells files that are not UTF-8 and files that do not parse, and goes on", async () => {
    const cwd = tree({
      "latin.go": Buffer.from([...Buffer.from("package a\n// "), 0xe9, 0x0a]),
      "broken.go": "package a\n\nfunc f() {\n\tx := \n}\n",
      "quiet.go": "package a\n\nfunc {\n",
      "a.go": main("\tbad()\n"),
    });
    const { report } = await go({ cwd, rules: [good] });
    expect(report.findings).toHaveLength(1);
    expect(report.problems).toEqual([
      { path: "latin.go", rule: null, message: "not valid UTF-8, so no Go file: not checked" },
      { path: "broken.go", rule: null, message: "does not parse: expected operand, found '}'", line: 5, column: 1 },
      { path: "quiet.go", rule: null, message: expect.stringMatching(/^does not parse: /), line: 3, column: 6 },
    ]);
  });

  it("does not fix a file that does not parse", async () => {
    const text = `${main("\tbad()\n")}\nfunc g() {\n\tx := \n}\n`;
    const { report } = await go({ cwd: tree({ "a.go": text }), rules: [good], fix: true });
    expect(report.files).toEqual([]);
    expect(report.left).toHaveLength(1);
    expect([...report.outcomes.values()]).toEqual([{ status: "not-selected", reason: "a.go does not parse" }]);
    expect(report.problems.map((p) => p.rule)).toEqual([null]);
  });

  it("keeps a byte order mark and finds behind it", async () => {
    const { report } = await go({ cwd: tree({ "a.go": `\uFEFF${main("\tbad()\n")}` }), rules: [good], fix: true });
    expect(report.files[0]?.after).toBe(`\uFEFF${main("\tok()\n")}`);
  });
});

describe("the standard input", () => {
  it("stands for a file, which need not be on disk, and may not change others", async () => {
    const cwd = tree({ "x/b.go": main("\tbad()\n").replace("f()", "g()") });
    const both = callRule("both", "bad", (at) => [
      {
        title: "Both",
        applicability: "safe",
        edits: [
          { at, text: "ok()" },
          { at: { path: "x/b.go", start: 0, end: 0 }, text: "// x\n" },
        ],
      },
    ]);
    const stdin = { path: "x/a.go", bytes: Buffer.from(main("\tbad()\n")) };
    const one = await go({ cwd, rules: [good], stdin, fix: true });
    expect(one.report.files).toEqual([{ path: "x/a.go", before: main("\tbad()\n"), after: main("\tok()\n") }]);
    const two = await go({ cwd, rules: [both], stdin, fix: true });
    expect(two.report.files).toEqual([]);
    expect([...two.report.outcomes.values()]).toEqual([{ status: "not-selected", reason: "it would change x/b.go, which was not given" }]);
  });
});
