import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Choose, type RunOptions, run } from "../../src/engine/run.ts";
import type { Finding, Rule } from "../../src/rule/rule.ts";
import { callRule } from "./rules.ts";
import { tree } from "./tree.ts";

const text = (...lines: string[]): string => `package a\n\nfunc f() {\n${lines.map((l) => `\t${l}\n`).join("")}}\n`;
const choices = callRule("choices", "bad", (at) => [
  { title: "Safe", applicability: "safe", edits: [{ at, text: "ok()" }] },
  { title: "Unsafe", applicability: "unsafe", because: "it may differ", edits: [{ at, text: "risky()" }] },
  { title: "Sketch", applicability: "display", because: "only you know", edits: [{ at, text: "sketch()" }] },
]);
/** Relies on the whole function, so that one is applied in each round. */
const slow = callRule("slow", "bad", (at, t) => [
  {
    title: "Write ok",
    applicability: "safe",
    edits: [{ at, text: "ok()" }],
    assumes: [{ path: at.path, start: t.indexOf("{"), end: t.lastIndexOf("}") }],
  },
]);

async function chosen(files: Record<string, string>, rules: readonly Rule[], choose: (f: Finding, n: number) => ReturnType<Choose>) {
  const options: RunOptions = { cwd: tree(files), rules, isolated: true };
  const checked = await run(options);
  const result = await checked.apply((finding) => {
    const n = checked.report.findings.indexOf(finding);
    return n < 0 ? null : choose(finding, n);
  });
  return { ...result, checked, options, after: result.files.map((f) => f.after) };
}

describe("chosen fixes", () => {
  it("are applied, an unsafe alternative included; nothing else is, and a sketch never", async () => {
    const { after, left, outcomes, checked } = await chosen({ "a.go": text("bad()", "bad()", "bad()", "bad()") }, [choices], (f, n) =>
      n === 0 ? f.fixes[1] : n === 1 ? null : n === 2 ? f.fixes[2] : undefined,
    );
    expect(after).toEqual([text("risky()", "bad()", "bad()", "ok()")]);
    expect(left).toHaveLength(2);
    const status = checked.report.findings.map((f) => f.fixes.map((x) => outcomes.get(x)?.status));
    expect(status).toEqual([
      ["alternative", "applied", "not-selected"],
      ["not-selected", "not-selected", "not-selected"],
      ["alternative", "alternative", "not-selected"],
      ["applied", "not-selected", "not-selected"],
    ]);
  });

  it("stay with their findings in later rounds, where equal ones move up", async () => {
    const { after, rounds } = await chosen({ "a.go": text("bad()", "bad()", "bad()", "bad()") }, [slow], (f, n) =>
      n === 0 || n === 3 ? f.fixes[0] : null,
    );
    expect(after).toEqual([text("ok()", "bad()", "bad()", "ok()")]);
    expect(rounds).toBe(2);
  });

  it("do not pass to the next one when their own finding goes with another fix", async () => {
    const line = callRule("line", "bad", (at, t) => [
      { title: "Take the line", applicability: "safe", edits: [{ at: { ...at, end: t.indexOf("\n", at.end) }, text: "ok()" }] },
    ]);
    const { after } = await chosen({ "a.go": text("bad(); bad()", "bad()") }, [line], (f, n) => (n < 2 ? f.fixes[0] : null));
    expect(after).toEqual([text("ok()", "bad()")]);
  });

  it("may be made for a finding as each round has it", async () => {
    const cwd = tree({ "a.go": text("bad()", "bad()") });
    const checked = await run({ cwd, rules: [slow], isolated: true });
    const seen: string[] = [];
    const { files } = await checked.apply((_finding, _print, now, textOf) => {
      const { path, start } = now.at;
      seen.push(textOf(path).slice(start, now.at.end));
      const assumes = [{ path, start: 10, end: textOf(path).length - 2 }];
      return { title: "Note", applicability: "unsafe", because: "own", edits: [{ at: now.at, text: `ok(${start})` }], assumes };
    });
    expect(files.map((f) => f.after)).toEqual([text("ok(23)", "ok(31)")]);
    expect(new Set(seen)).toEqual(new Set(["bad()"]));
  });

  it("are asked by fingerprint, which a later round does not change", async () => {
    const cwd = tree({ "a.go": text("bad()", "bad()", "bad()") });
    const checked = await run({ cwd, rules: [slow], isolated: true });
    const asked = new Set<string>();
    await checked.apply((finding, print) => {
      asked.add(print);
      expect(checked.report.fingerprints.get(finding)).toBe(print);
      return undefined;
    });
    expect([...asked].sort()).toEqual([...checked.report.fingerprints.values()].sort());
  });

  it("give what fix gives when nothing is chosen otherwise", async () => {
    const files = { "a.go": text("bad()", "bad()"), "b/b.go": text("bad()") };
    const { options, files: changed, left } = await chosen(files, [choices], () => undefined);
    const fixed = await run({ ...options, fix: true });
    expect(changed).toEqual(fixed.report.files);
    expect(left).toEqual(fixed.report.left);
  });
});

describe("a run", () => {
  it("checks anew what changed on disk, and keeps the rest", async () => {
    const cwd = tree({ "a.go": text("bad()"), "b/b.go": text("bad()", "bad()") });
    const first = await run({ cwd, rules: [choices], isolated: true });
    writeFileSync(join(cwd, "b/b.go"), text("ok()", "bad()"));
    const second = await first.recheck(["b/b.go"]);
    expect(second.report.findings.map((f) => f.at.path)).toEqual(["a.go", "b/b.go"]);
    expect(second.report.findings[0]).toBe(first.report.findings[0]);
    expect(second.textOf("b/b.go")).toBe(text("ok()", "bad()"));
    const applied = await second.apply(() => undefined);
    expect(applied.files.map((f) => f.after)).toEqual([text("ok()"), text("ok()", "ok()")]);
  });

  it("hands over each directory as it is done, in steps when it works in the background", async () => {
    const cwd = tree(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d${i}/a.go`, text("bad()")])));
    for (const background of [false, true]) {
      const seen = new Map<string, number>();
      const onChecked: RunOptions["onChecked"] = (dir, checked) => seen.set(dir, checked.findings.length);
      await run({ cwd, rules: [choices], isolated: true, background, onChecked });
      expect(seen.size).toBe(20);
      expect(new Set(seen.values())).toEqual(new Set([1]));
      expect(seen.has("d7")).toBe(true);
    }
  });
});
