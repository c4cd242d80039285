import { realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../src/engine/run.ts";
import type { GoFault, GoJob, GoPackage, Toolchain } from "../../src/engine/toolchain.ts";
import { verify } from "../../src/engine/verify.ts";
import type { Rule } from "../../src/rule/rule.ts";
import { callRule, replace } from "./rules.ts";
import { tree } from "./tree.ts";

const good = callRule("good", "bad", replace("ok()"));
const wrong = callRule("wrong", "worse", replace("missing()"));

/** A toolchain that complains of every line with one of these words, in what it is given and in what stands on disk. */
function toolchain(words: readonly string[], onDisk: ReadonlyMap<string, string> = new Map(), importers: readonly GoPackage[] = []) {
  const asked: { job: GoJob; files: number }[] = [];
  const listed: GoJob[] = [];
  const go: Toolchain = {
    host: { goos: "linux", goarch: "amd64", cgo: true, tags: [], go: { major: 1, minor: 26 } },
    check(job, overlay) {
      asked.push({ job, files: overlay.size });
      const faults: GoFault[] = [];
      for (const [file, text] of new Map([...onDisk, ...overlay])) {
        if (!job.packages.some((p) => file.startsWith(`${p.dir}/`))) continue;
        for (const [i, line] of text.split("\n").entries()) {
          for (const word of words) if (line.includes(word)) faults.push({ words: `${i + 1}: ${word}`, message: word, file, line: i + 1 });
        }
      }
      return Promise.resolve(faults);
    },
    importers(job) {
      listed.push(job);
      return Promise.resolve(importers);
    },
  };
  return { go, asked, listed };
}

const func = (name: string, call: string): string => `\nfunc ${name}() {\n\t${call}\n}\n`;

async function verified(files: Record<string, string>, rules: readonly Rule[], go: (cwd: string) => Toolchain, test = false) {
  const cwd = realpathSync(tree(files));
  const result = await run({ cwd, rules, isolated: true, fix: true });
  const said: string[] = [];
  const checked = await verify(result, () => undefined, go(cwd), { cwd, test, onProgress: (doing) => said.push(doing) });
  const after = Object.fromEntries(checked.applied.files.map((f) => [f.path, f.after]));
  return { ...checked, cwd, after, said, statuses: result.report.findings.map((f) => checked.applied.outcomes.get(f.fixes[0]!)?.status) };
}

describe("verify", () => {
  it("keeps all fixes of packages that build, and asks once for a module", async () => {
    const { go, asked } = toolchain(["missing"]);
    const files = { "go.mod": "module m\n", "a/a.go": `package a\n${func("f", "bad()")}`, "b/b.go": `package main\n${func("f", "bad()")}` };
    const { culprits, packages, after } = await verified(files, [good], () => go);
    expect(culprits).toEqual([]);
    expect(Object.keys(after)).toEqual(["a/a.go", "b/b.go"]);
    expect(packages).toEqual(["a", "b"].map((dir) => ({ dir, status: "fine", words: "" })));
    expect(asked).toHaveLength(1);
    expect(asked[0]?.job.packages.map((p) => p.program)).toEqual([false, true]);
  });

  it("takes back the fix that breaks its package, with the toolchain's words, and keeps the others", async () => {
    const body = Array.from({ length: 50 }, (_, i) => func(`f${i}`, "bad()")).join("");
    const files = {
      "go.mod": "module m\n",
      "a.go": `package a\n${body}${func("w", "worse()")}`,
      "b/b.go": `package b\n${func("f", "bad()")}`,
    };
    const { culprits, after, statuses, applied } = await verified(files, [good, wrong], () => toolchain(["missing"]).go);
    expect(culprits.map((c) => [c.finding.rule, c.words])).toEqual([["wrong", "204: missing"]]);
    expect(after["a.go"]).toBe(files["a.go"].replaceAll("bad()", "ok()"));
    expect(after["b/b.go"]).toBe(files["b/b.go"].replaceAll("bad()", "ok()"));
    expect(statuses.filter((s) => s === "applied")).toHaveLength(51);
    expect(statuses.filter((s) => s === "invalid")).toHaveLength(1);
    expect(applied.left.map((f) => f.rule)).toEqual(["wrong"]);
    expect(applied.problems.map((p) => p.message)).toEqual([
      'its fix "Write missing()" was taken back: with it its package does not build: 204: missing',
    ]);
  });

  it("takes back several, in several packages", async () => {
    const files = {
      "go.mod": "module m\n",
      "a/a.go": `package a\n${func("f", "worse()")}${func("g", "bad()")}${func("h", "worse()")}`,
      "b/b.go": `package b\n${func("f", "worse()")}${func("g", "bad()")}`,
    };
    const { culprits, after } = await verified(files, [good, wrong], () => toolchain(["missing"]).go);
    expect(culprits.map((c) => `${c.finding.at.path} ${c.finding.rule}`).sort()).toEqual(["a/a.go wrong", "a/a.go wrong", "b/b.go wrong"]);
    expect(after["a/a.go"]).toBe(files["a/a.go"].replace("bad()", "ok()"));
    expect(after["b/b.go"]).toBe(files["b/b.go"].replace("bad()", "ok()"));
  });

  it("tells packages apart that did not build before, and still finds what a fix adds to that", async () => {
    const files = {
      "go.mod": "module m\n",
      "a/a.go": `package a\n\nvar broken int\n${func("f", "bad()")}`,
      "b/b.go": `package b\n\nvar broken int\n${func("f", "bad()")}${func("g", "worse()")}`,
    };
    const onDisk = (cwd: string) => new Map(Object.entries(files).map(([path, text]) => [join(cwd, path), text]));
    const { culprits, packages, after } = await verified(files, [good, wrong], (cwd) => toolchain(["missing", "broken"], onDisk(cwd)).go);
    expect(packages).toEqual(["a", "b"].map((dir) => ({ dir, status: "broken", words: "3: broken" })));
    expect(culprits.map((c) => [c.finding.rule, c.words])).toEqual([["wrong", "10: missing"]]);
    expect(after["b/b.go"]).toContain("ok()");
  });

  it("asks for the platform and tags that a file belongs to, and tells what nothing builds", async () => {
    const { go, asked } = toolchain([]);
    const text = (line: string): string => `//go:build ${line}\n\npackage a\n${func("f", "bad()")}`;
    const files = { "go.mod": "module m\n", "a/a_windows.go": text("x"), "a/b_test.go": text("linux"), "c/c.go": text("race") };
    const { packages } = await verified(files, [good], () => go, true);
    expect(asked.map(({ job }) => [job.target.goos, job.target.tags, job.test])).toEqual([
      ["windows", ["x"], true],
      ["linux", [], true],
    ]);
    expect(packages).toEqual([
      { dir: "a", status: "fine", words: "" },
      { dir: "c", status: "unknown", words: "no platform and tags are known that build c.go" },
    ]);
  });

  it("finds a culprit in another package than the one that it breaks", async () => {
    const files = { "go.mod": "module m\n", "a/a.go": `package a\n${func("f", "worse()")}`, "b/b.go": `package b\n${func("f", "bad()")}` };
    const { go } = toolchain([]);
    const across: Toolchain = {
      ...go,
      check: (job, overlay) => {
        const broken = [...overlay.values()].some((text) => text.includes("missing")) && job.packages.some((p) => p.dir.endsWith("/b"));
        return Promise.resolve(broken ? [{ words: "a is broken", message: "a is broken", file: null, line: 0 }] : []);
      },
    };
    const { culprits, after } = await verified(files, [good, wrong], () => across);
    expect(culprits.map((c) => [c.finding.at.path, c.words])).toEqual([["a/a.go", "a is broken"]]);
    expect(Object.keys(after)).toEqual(["b/b.go"]);
  });

  it("asks what imports a package only where others see something else of it, and names those that do not build", async () => {
    const files = { "go.mod": "module m\n", "a/a.go": `package a\n\nvar V = worse()\n${func("f", "bad()")}`, "b/b.go": "package b\n" };
    const renamed = callRule("wrong", "worse", replace("other()"));
    let cwd = "";
    const { go, listed } = toolchain([]);
    const across = (at: string): Toolchain => {
      cwd = at;
      return {
        ...go,
        importers: (job) => go.importers(job).then(() => [{ dir: join(cwd, "b"), program: false }]),
        check: (job, overlay) => {
          const broken = [...overlay.values()].some((text) => text.includes("other")) && job.packages.some((p) => p.dir.endsWith("/b"));
          return Promise.resolve(broken ? [{ words: "b needs V", message: "b needs V", file: null, line: 0 }] : []);
        },
      };
    };
    const bodiesOnly = await verified(files, [good], across);
    expect([bodiesOnly.culprits, listed]).toEqual([[], []]);
    const both = await verified(files, [good, renamed], across);
    expect(listed.map((job) => job.packages.map((p) => p.dir))).toEqual([[join(cwd, "a")]]);
    expect(both.culprits.map((c) => [c.finding.rule, c.words, c.elsewhere])).toEqual([["wrong", "b needs V", true]]);
    expect(both.after["a/a.go"]).toContain("ok()");
  });

  it("vouches for no fix of a package that fails now and then", async () => {
    const files = { "go.mod": "module m\n", "a.go": `package a\n${func("f", "bad()")}${func("g", "bad()")}` };
    const { go } = toolchain([]);
    let turns = 0;
    const moody: Toolchain = {
      ...go,
      check: (_, overlay) =>
        Promise.resolve(overlay.size > 0 && turns++ < 2 ? [{ words: "timed out", message: "timed out", file: null, line: 0 }] : []),
    };
    const { culprits, applied } = await verified(files, [good], () => moody);
    expect(culprits).toHaveLength(2);
    expect(applied.files).toEqual([]);
  });

  it("stops when it is told to", async () => {
    const files = { "go.mod": "module m\n", "a.go": `package a\n${func("f", "bad()")}` };
    const cwd = tree(files);
    const result = await run({ cwd, rules: [good], isolated: true });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(verify(result, () => undefined, toolchain([]).go, { cwd, test: false, signal })).rejects.toThrow("enough");
  });
});
