/** Verification with the real Go toolchain. */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goToolchain } from "../../src/cli/go.ts";
import { run } from "../../src/engine/run.ts";
import { verify } from "../../src/engine/verify.ts";
import { writeChanges } from "../../src/engine/write.ts";
import { callRule, replace } from "../engine/rules.ts";
import { tree } from "../engine/tree.ts";
import { goVersion } from "../house/go.ts";
import { bundled, gomend } from "./gomend.ts";

const go = goVersion();
const good = callRule("good", "bad", replace("ok()"));
const wrong = callRule("wrong", "worse", replace("ok(1, missing)"));
const MODULE = "module example.com/m\n\ngo 1.22\n";
const HELPERS = "package p\n\nfunc bad()   {}\nfunc worse() {}\nfunc ok()    {}\n";
const func = (name: string, body: string): string => `\nfunc ${name}() {\n\t${body}\n}\n`;
const LEAKY = `package p

import (
	"context"
	"time"
)

func Leaky(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	_ = cancel
	<-ctx.Done()
	return ctx.Err()
}
`;

/** All that is in a directory, with the times of last change. */
function snapshot(dir: string): Record<string, string> {
  const all: Record<string, string> = {};
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    all[path] = entry.isFile() ? `${statSync(path).mtimeMs} ${readFileSync(path, "utf8")}` : "";
  }
  return all;
}

async function verified(files: Record<string, string>, test = false) {
  const cwd = tree(files);
  const before = snapshot(cwd);
  const result = await run({ cwd, rules: [good, wrong], isolated: true, fix: true });
  const checked = await verify(result, () => undefined, await goToolchain(), { cwd, test });
  expect(snapshot(cwd)).toEqual(before);
  return { ...checked, cwd, result };
}

describe.skipIf(go === null)("verification with Go", () => {
  it("takes back a fix with which a package that imports its own does not build any more, through another one or in a test", async () => {
    const typed = callRule("typed", "count", (at, text) => {
      const ints = [...text.matchAll(/\bint\b/g)].map((m) => ({ at: { ...at, start: m.index, end: m.index + 3 }, text: "int64" }));
      return [
        {
          title: "Count in 64 bits",
          applicability: "safe",
          edits: [...ints, { at, text: "counted(&Count)" }].sort((a, b) => a.at.start - b.at.start),
        },
      ];
    });
    const files = {
      "go.mod": MODULE,
      "p/p.go": `package p\n${func("F", "bad()")}`,
      "p/helpers.go": HELPERS,
      "p/names.go": "package p\n\nvar Count int\n\nfunc Use() { count(&Count) }\n\nfunc count(*int) {}\n\nfunc counted(*int) {}\n",
      "q/q.go": 'package q\n\nimport "example.com/m/p"\n\nfunc Point() *int { return &p.Count }\n',
      "r/r_test.go": 'package r\n\nimport (\n\t"testing"\n\n\t"example.com/m/q"\n)\n\nfunc TestR(t *testing.T) { *q.Point() = 2 }\n',
    };
    const cwd = tree(files);
    const result = await run({ cwd, rules: [good, typed], isolated: true, fix: true });
    const { culprits, applied } = await verify(result, () => undefined, await goToolchain(), { cwd, test: false });
    expect(culprits.map((c) => [c.finding.rule, c.elsewhere])).toEqual([["typed", true]]);
    expect(culprits[0]?.words).toMatch(/q\/q\.go:5.*int64/);
    expect(applied.files.map((f) => f.path)).toEqual(["p/p.go"]);
    expect(applied.problems.at(-1)?.message).toContain("a package that imports its own does not build");
  });

  it("isolates a wrong fix among 50 good ones in one package, and the other 50 land", async () => {
    const bodies = Array.from({ length: 50 }, (_, i) => func(`F${i}`, "bad()"));
    bodies.splice(31, 0, func("W", "worse()"));
    const files = {
      "go.mod": MODULE,
      "p/helpers.go": HELPERS,
      "p/a.go": `package p\n${bodies.slice(0, 20).join("")}`,
      "p/b.go": `package p\n${bodies.slice(20, 40).join("")}`,
      "p/c_test.go": `package p\n${bodies.slice(40).join("")}`,
    };
    const { applied, culprits, packages, cwd, result } = await verified(files);
    expect(culprits.map((c) => [c.finding.rule, c.finding.at.path])).toEqual([["wrong", "p/b.go"]]);
    expect(culprits[0]?.words).toMatch(/^p\/b\.go:\d+:\d*:? ?.*(too many arguments|undefined: missing)/);
    expect(packages).toEqual([{ dir: "p", status: "fine", words: "" }]);
    expect(writeChanges(applied.files, result.absoluteOf).problems).toEqual([]);
    for (const path of ["p/a.go", "p/b.go", "p/c_test.go"] as const)
      expect(readFileSync(join(cwd, path), "utf8")).toBe(files[path].replaceAll("bad()", "ok()"));
  });

  it("sees test files, external tests, programs and other platforms", async () => {
    const files = {
      "go.mod": MODULE,
      "t/t.go": "package t\n\nfunc Bad() {}\n",
      "t/x_test.go": `package t_test\n\nfunc bad()   {}\nfunc worse() {}\nfunc ok()    {}\n${func("f", "worse()")}${func("g", "bad()")}`,
      "main/main.go": `package main\n\nfunc bad()   {}\nfunc worse() {}\nfunc ok()    {}\n${func("main", "worse()")}${func("g", "bad()")}`,
      "w/w.go": "package w\n",
      "w/w_windows.go": `package w\n\nfunc bad()   {}\nfunc worse() {}\nfunc ok()    {}\n${func("f", "worse()")}${func("g", "bad()")}`,
      "tag/tag.go": "package tag\n",
      "tag/x.go": `//go:build special\n\npackage tag\n\nfunc bad()   {}\nfunc worse() {}\nfunc ok()    {}\n${func("f", "worse()")}${func("g", "bad()")}`,
    };
    const { culprits, applied } = await verified(files);
    expect(culprits.map((c) => c.finding.at.path).sort()).toEqual(["main/main.go", "t/x_test.go", "tag/x.go", "w/w_windows.go"]);
    expect(applied.files.map((f) => f.path)).toEqual(["main/main.go", "t/x_test.go", "tag/x.go", "w/w_windows.go"]);
    for (const f of applied.files) expect(f.after).toBe(f.before.replaceAll(/(?<!func )bad\(\)/g, "ok()"));
  });

  it("tells a package apart that did not build before, and one that imports what is not there", async () => {
    const files = {
      "go.mod": MODULE,
      "a/a.go": `package a\n\nfunc bad() {}\nfunc ok()  {}\n\nvar x int = "no"\n${func("f", "bad()")}`,
      "b/b.go": `package b\n\nimport _ "example.com/elsewhere"\n\nfunc bad() {}\nfunc ok()  {}\n${func("f", "bad()")}`,
      "c/c.go": `package c\n\nfunc bad()   {}\nfunc worse() {}\nfunc ok()    {}\n${func("f", "worse()")}${func("g", "bad()")}`,
    };
    const { culprits, packages, applied } = await verified(files);
    expect(culprits.map((c) => c.finding.at.path)).toEqual(["c/c.go"]);
    expect(packages.map((p) => [p.dir, p.status])).toEqual([
      ["a", "broken"],
      ["b", "broken"],
      ["c", "fine"],
    ]);
    expect(packages[0]?.words).toMatch(/^a\/a\.go:6: cannot use "no"/);
    expect(packages[1]?.words).toMatch(/no required module provides package example\.com\/elsewhere/);
    expect(applied.files).toHaveLength(3);
  });

  it("runs tests: a fix that makes one fail is taken back, one that failed before is told", async () => {
    const test = (name: string, body: string): string => `package p\n\nimport "testing"\n\nfunc ${name}(t *testing.T) {\n${body}}\n`;
    const files = {
      "go.mod": MODULE,
      "p/p.go": `package p\n\nvar calls int\n\nfunc bad()                  { calls = 1 }\nfunc worse()                { calls = 2 }\nfunc ok(...int)             { calls = 1 }\n\nconst missing = 0\n${func("F", "worse()")}${func("G", "bad()")}`,
      "p/p_test.go": test("TestF", '\tif F(); calls != 2 {\n\t\tt.Errorf("calls is %d", calls)\n\t}\n'),
      "q/q.go": `package q\n\nfunc bad() {}\nfunc ok()  {}\n${func("G", "bad()")}`,
      "q/q_test.go": test("TestAlways", '\tt.Error("always")\n').replace("package p", "package q"),
    };
    const built = await verified(files);
    expect(built.culprits).toEqual([]);
    const { culprits, packages } = await verified(files, true);
    expect(culprits.map((c) => [c.finding.rule, c.words])).toEqual([["wrong", "TestF: p_test.go:7: calls is 1"]]);
    expect(packages.map((p) => [p.dir, p.status, p.words])).toEqual([
      ["p", "fine", ""],
      ["q", "broken", "TestAlways: q_test.go:6: always"],
    ]);
  });

  it("works without a module, in a nested module and in one that the workspace does not use", async () => {
    const p = (name: string): string =>
      `package ${name}\n\nfunc bad()   {}\nfunc worse() {}\nfunc ok()    {}\n${func("f", "worse()")}${func("g", "bad()")}`;
    const loose = await verified({ "a.go": p("a") });
    expect(loose.culprits).toHaveLength(1);
    expect(loose.packages.map((v) => v.status)).toEqual(["fine"]);
    const files = {
      "go.work": "go 1.22\n\nuse ./one\n",
      "one/go.mod": "module one\n\ngo 1.22\n",
      "one/a.go": p("one"),
      "one/nested/go.mod": "module nested\n\ngo 1.22\n",
      "one/nested/a.go": p("nested"),
    };
    const { culprits, packages } = await verified(files);
    expect(culprits).toHaveLength(2);
    expect(packages.map((v) => [v.dir, v.status])).toEqual([
      ["one", "fine"],
      ["one/nested", "fine"],
    ]);
  });
});

describe("--verify", () => {
  bundled();
  let path = "";
  beforeAll(() => {
    path = process.env.PATH ?? "";
  });
  afterAll(() => {
    process.env.PATH = path;
  });

  it.skipIf(go === null)("verifies what fix writes and what --diff prints", async () => {
    const env = { HOME: process.env.HOME ?? "", PATH: process.env.PATH ?? "" };
    const broken = `${LEAKY.replace("package p", "package q")}\nvar x int = "no"\n`;
    const cwd = tree({ "go.mod": MODULE, "p/a.go": LEAKY, "q/a.go": broken });
    const diff = await gomend(["fix", "--diff", "--verify", "./..."], { cwd, env });
    expect(diff.out).toContain("defer cancel()");
    expect(diff.err).toMatch(
      /^gomend: q: it did not build before the fixes either, and Go says nothing new of them: q\/a\.go:15: cannot use "no"/,
    );
    const fixed = await gomend(["fix", "--verify=test"], { cwd, env });
    expect(fixed.code).toBe(0);
    expect(readFileSync(join(cwd, "p/a.go"), "utf8")).toContain("defer cancel()");
  });

  it("says in one line that there is no Go, and writes nothing", async () => {
    const cwd = tree({ "a.go": LEAKY, "bin/": "" });
    mkdirSync(join(cwd, "bin"), { recursive: true });
    const { code, err } = await gomend(["fix", "--verify"], { cwd, env: { PATH: join(cwd, "bin") } });
    expect([code, err]).toEqual([
      2,
      "gomend: --verify needs the Go toolchain, and there is no go in PATH: install Go, or leave --verify out\n",
    ]);
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(LEAKY);
  });

  it("wants fixes, packages on disk, and a way that there is", async () => {
    const cwd = tree({ "a.go": LEAKY });
    const err = async (...args: string[]) => (await gomend(args, { cwd })).err;
    expect(await err("check", "--verify")).toBe("gomend: --verify wants fixes to verify: add --fix or --diff, or use gomend fix\n");
    expect(await err("fix", "--verify", "-")).toBe("gomend: --verify looks at packages on disk, not at the standard input\n");
    expect(await err("fix", "--verify=vet")).toContain("Allowed choices are build, test");
  });
});
