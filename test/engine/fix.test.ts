import { describe, expect, it } from "vitest";
import { type RunOptions, run } from "../../src/engine/run.ts";
import { defineRule, type Finding, type Fix, type Rule } from "../../src/rule/rule.ts";
import { callRule, replace } from "./rules.ts";
import { tree } from "./tree.ts";

const text = (body: string, head = ""): string => `package a\n\n${head}func f() {\n${body}}\n`;
const good = callRule("good", "bad", replace("ok()"));

async function fix(files: Record<string, string>, rules: readonly Rule[], options: Partial<RunOptions> = {}) {
  const cwd = tree(files);
  const result = await run({ cwd, rules, isolated: true, fix: true, ...options });
  const after = Object.fromEntries(result.report.files.map((f) => [f.path, f.after]));
  return { ...result, after, statuses: statuses(result.report.findings, result.report.outcomes) };
}

function statuses(findings: readonly Finding[], outcomes: ReadonlyMap<Fix, { status: string }>): string[][] {
  return findings.map((f) => f.fixes.map((x) => outcomes.get(x)?.status ?? "none"));
}

describe("fixes in rounds", () => {
  it("applies all that is free in one round and nothing in a second run", async () => {
    const { after, report, rounds } = await fix({ "a.go": text("\tbad()\n\tbad()\n"), "b.go": "package a\n" }, [good]);
    expect(after).toEqual({ "a.go": text("\tok()\n\tok()\n") });
    expect([report.left, report.problems, rounds]).toEqual([[], [], 1]);
    const again = await fix({ "a.go": after["a.go"] ?? "" }, [good]);
    expect(again.report.files).toEqual([]);
  });

  it("retries what lost to a rival on the new text, and says so", async () => {
    const wider = callRule("wider", "bad", (at, t) => [
      { title: "Take the line", applicability: "safe", edits: [{ at: { ...at, end: t.indexOf("\n", at.end) }, text: "ok()" }] },
    ]);
    const { after, report, statuses: s } = await fix({ "a.go": text("\tbad(); bad()\n") }, [wider]);
    // The first fix takes the second call along, so the loser's finding is gone with it.
    expect(after).toEqual({ "a.go": text("\tok()\n") });
    expect(s).toEqual([["applied"], ["conflict"]]);
    expect(report.left).toEqual([]);
  });

  it("applies a conflict's loser in the next round, and tells it of the finding that was read", async () => {
    const relying = callRule("relying", "bad", (at, t) => [
      {
        title: "Write ok",
        applicability: "safe",
        edits: [{ at, text: "ok()" }],
        assumes: [{ path: at.path, start: t.indexOf("{"), end: t.lastIndexOf("}") }],
      },
    ]);
    const { after, report, rounds, statuses: s } = await fix({ "a.go": text("\tbad()\n\tbad()\n\tbad()\n") }, [relying]);
    expect(after).toEqual({ "a.go": text("\tok()\n\tok()\n\tok()\n") });
    expect(s).toEqual([["applied"], ["applied"], ["applied"]]);
    expect([...report.outcomes.values()]).toContainEqual({ status: "applied", round: 3 });
    expect(rounds).toBe(3);
  });

  it("takes a fix in several files whole", async () => {
    const both = callRule("both", "bad", (at) => [
      {
        title: "Rename",
        applicability: "safe",
        edits: [
          { at, text: "ok()" },
          { at: { path: "b.go", start: 19, end: 22 }, text: "ok" },
        ],
      },
    ]);
    const { after } = await fix({ "a.go": text("\tbad()\n"), "b.go": "package a\n\n// bad: bad\n" }, [both]);
    expect(after).toEqual({ "a.go": text("\tok()\n"), "b.go": "package a\n\n// bad: ok\n" });
  });

  it("takes safe fixes only, unless unsafe ones are asked for, and never a sketch", async () => {
    const choices = callRule("choices", "bad", (at) => [
      { title: "Sketch", applicability: "display", because: "only you know", edits: [{ at, text: "sketch()" }] },
      { title: "Unsafe", applicability: "unsafe", because: "it may differ", edits: [{ at, text: "risky()" }] },
      { title: "Safe", applicability: "safe", edits: [{ at, text: "ok()" }] },
    ]);
    const files = { "a.go": text("\tbad()\n") };
    const safe = await fix(files, [choices]);
    expect(safe.after).toEqual({ "a.go": text("\tok()\n") });
    expect(safe.statuses).toEqual([["not-selected", "not-selected", "applied"]]);
    const unsafe = await fix(files, [choices], { unsafeFixes: true });
    expect(unsafe.after).toEqual({ "a.go": text("\trisky()\n") });
    expect(unsafe.statuses).toEqual([["not-selected", "applied", "alternative"]]);
  });

  it("heeds fixable and unfixable: ids, families, tiers", async () => {
    const files = { "a.go": text("\tbad()\n\tworse()\n") };
    const rules = [good, callRule("other", "worse", replace("ok()"), { family: "pools" })];
    const changed = async (options: Partial<RunOptions>) => (await fix(files, rules, options)).after["a.go"];
    expect(await changed({ fixable: ["other"] })).toBe(text("\tbad()\n\tok()\n"));
    expect(await changed({ unfixable: ["pools"] })).toBe(text("\tok()\n\tworse()\n"));
    expect(await changed({ unfixable: ["recommended"] })).toBeUndefined();
    expect(await changed({ fixable: ["ALL"] })).toBe(text("\tok()\n\tok()\n"));
  });
});

describe("outcomes", () => {
  it("are formatted when the file was, and left as they are when it was not", async () => {
    const loose = callRule("loose", "bad", replace("ok( )"));
    expect((await fix({ "a.go": text("\tbad()\n") }, [loose])).after["a.go"]).toBe(text("\tok()\n"));
    const ugly = text("\tbad()\n").replace("func f()", "func  f( )");
    expect((await fix({ "a.go": ugly }, [loose])).after["a.go"]).toBe(ugly.replace("bad()", "ok( )"));
  });

  it("keep CRLF: what is inserted and the imports take the file's line ends", async () => {
    const rule = callRule("lines", "bad", (at) => [
      {
        title: "Two lines",
        applicability: "safe",
        edits: [{ at, text: "fmt.Println()\n\tok()" }],
        imports: [{ file: at.path, path: "fmt", action: "add" }],
      },
    ]);
    const crlf = (t: string): string => t.replaceAll("\n", "\r\n");
    const { after } = await fix({ "a.go": crlf(text("\tbad()\n")) }, [rule]);
    expect(after["a.go"]).toBe(crlf(text("\tfmt.Println()\n\tok()\n", 'import "fmt"\n\n')));
  });

  it("render imports once: an import is added once and dropped only when nothing names it any more", async () => {
    const head = 'import (\n\t"os"\n\t"time"\n)\n\n';
    const rule = callRule("swap", "os.Exit", (at) => [
      {
        title: "Log",
        applicability: "safe",
        edits: [{ at, text: "log.Fatal()" }],
        imports: [
          { file: at.path, path: "log", action: "add" },
          { file: at.path, path: "os", action: "drop" },
          { file: at.path, path: "time", action: "drop" },
        ],
      },
    ]);
    const { after } = await fix({ "a.go": text("\tos.Exit(1)\n\tos.Exit(2)\n\ttime.Sleep(1)\n", head) }, [rule]);
    expect(after["a.go"]).toBe(text("\tlog.Fatal()\n\tlog.Fatal()\n\ttime.Sleep(1)\n", 'import (\n\t"log"\n\t"time"\n)\n\n'));
  });

  it("change no byte outside the edits: comments, build tags and cgo preambles stay", async () => {
    const head = '//go:build linux\n\n// Package a does.\npackage a\n\n/*\n#include <x.h>\n*/\nimport "C"\n\n';
    const before = `${head}// f does.\nfunc f() { // here\n\t/* a */ bad() /* b */ // c\n}\n\n// the end\n`;
    const { after } = await fix({ "a.go": before }, [good]);
    expect(after["a.go"]).toBe(before.replace("bad()", "ok()"));
  });
});

describe("faults of ours", () => {
  it("isolates the fix with which a file does not parse, and keeps the others, also in other files", async () => {
    const breaking = callRule("breaking", "worse", (at) => [
      {
        title: "Break",
        applicability: "safe",
        edits: [
          { at, text: "ok(" },
          { at: { path: "b.go", start: 0, end: 0 }, text: "// touched\n" },
        ],
      },
    ]);
    const files = { "a.go": text("\tbad()\n\tworse()\n\tbad()\n"), "b.go": "package a\n" };
    const { after, report, statuses: s } = await fix(files, [good, breaking]);
    expect(after).toEqual({ "a.go": text("\tok()\n\tworse()\n\tok()\n") });
    expect(s).toEqual([["applied"], ["invalid"], ["applied"]]);
    expect(report.left.map((f) => f.rule)).toEqual(["breaking"]);
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ path: "a.go", rule: "breaking" });
    expect(report.problems[0]?.message).toMatch(/the outcome of a\.go does not parse: \d+:\d+: /);
  });

  it("isolates a fix that only fails together with others: what comes first stays", async () => {
    const first = callRule("first", "bad", (at) => [
      {
        title: "Declare",
        applicability: "safe",
        edits: [
          { at: { ...at, start: 9, end: 9 }, text: "\n\nvar x int" },
          { at, text: "ok()" },
        ],
      },
    ]);
    const second = callRule("second", "worse", (at, t) => {
      const line = t.indexOf("// here");
      return [
        {
          title: "Import",
          applicability: "safe",
          edits: [
            { at: { ...at, start: line, end: line + 7 }, text: 'import "fmt"' },
            { at, text: "ok()" },
          ],
        },
      ];
    });
    const before = "package a\n\n// here\n\nfunc f() {\n\tbad()\n\tworse()\n}\n";
    const { after, report, statuses: s } = await fix({ "a.go": before }, [first, second]);
    expect(after["a.go"]).toBe("package a\n\nvar x int\n\n// here\n\nfunc f() {\n\tok()\n\tworse()\n}\n");
    expect(s).toEqual([["applied"], ["invalid"]]);
    expect(report.problems.map((p) => p.message)).toEqual([expect.stringMatching(/imports must appear before other declarations/)]);
    const alone = await fix({ "a.go": before }, [second]);
    expect(alone.report.problems).toEqual([]);
  });

  it("takes back a fix that leaves its finding in place", async () => {
    const idle = callRule("idle", "bad", (at) => [
      { title: "Add a comment", applicability: "safe", edits: [{ at: { ...at, end: at.start }, text: "/* x */ " }] },
    ]);
    const {
      after,
      report,
      statuses: s,
    } = await fix({ "a.go": text("\tbad()\n\tworse()\n") }, [idle, callRule("other", "worse", replace("ok()"))]);
    expect(after).toEqual({ "a.go": text("\tbad()\n\tok()\n") });
    expect(s).toEqual([["invalid"], ["applied"]]);
    expect(report.problems).toEqual([
      { path: "a.go", rule: "idle", message: 'its fix "Add a comment" is invalid: its finding is still there afterwards' },
    ]);
  });

  it("takes back only the fix that does not help, of several of a rule in one declaration", async () => {
    const idle = callRule("idle", "bad", (at, t) => [
      {
        title: "Write",
        applicability: "safe",
        edits: [t.slice(at.start, at.end) === "bad(1)" ? { at: { ...at, end: at.start }, text: "/* x */ " } : { at, text: "ok()" }],
      },
    ]);
    const mixed = await fix({ "a.go": text("\tbad(2)\n\tbad(1)\n\tbad(3)\n") }, [idle]);
    expect(mixed.after["a.go"]).toBe(text("\tok()\n\tbad(1)\n\tok()\n"));
    expect(mixed.statuses).toEqual([["applied"], ["invalid"], ["applied"]]);
  });

  it("takes back a fix that brings a new finding", async () => {
    const bringer = callRule("bringer", "bad", replace("worse()"));
    const { after, report } = await fix({ "a.go": text("\tbad()\n") }, [bringer, callRule("other", "worse", () => [])]);
    expect(after).toEqual({});
    expect(report.left.map((f) => f.rule)).toEqual(["bringer"]);
    expect(report.problems.map((p) => p.message)).toEqual(['its fix "Write worse()" is invalid: it brings a new finding of other']);
  });

  it("ends when fixes feed each other for ever, and says so", async () => {
    const growing = defineRule({
      ...good,
      id: "growing",
      *check(pkg): Iterable<Finding> {
        const calls = [...pkg.nodes("call_expression")];
        const last = calls.at(-1);
        if (!last) return;
        const at = { path: last.source.path, start: last.start, end: last.end };
        // A finding in a declaration of its own each time, so that no count can tell that it is the same.
        const n = calls.length;
        yield {
          rule: "growing",
          at,
          message: `call ${n}`,
          confidence: "proven",
          fixes: [
            {
              title: "Move on",
              applicability: "safe",
              edits: [
                { at, text: "ok" },
                {
                  at: { ...at, start: last.source.text.length, end: last.source.text.length },
                  text: `\nfunc f${n}x${last.start}() { bad() }\n`,
                },
              ],
            },
          ],
        };
      },
    });
    const { report, rounds } = await fix({ "a.go": text("\tbad()\n") }, [growing]);
    expect(rounds).toBeLessThanOrEqual(10);
    expect(report.problems.length).toBeGreaterThan(0);
    expect(report.problems.every((p) => p.rule === "growing")).toBe(true);
  });
});

describe("preview", () => {
  it("shows one fix alone, formatted, with its imports", async () => {
    const rule = callRule("adds", "bad", (at) => [
      {
        title: "Print",
        applicability: "safe",
        edits: [{ at, text: "fmt.Print( )" }],
        imports: [{ file: at.path, path: "fmt", action: "add" }],
      },
    ]);
    const before = text("\tbad()\n\tbad()\n");
    const cwd = tree({ "a.go": before });
    const { report, preview } = await run({ cwd, rules: [rule], isolated: true });
    const [, second] = report.findings as [Finding, Finding];
    expect(preview(second, second.fixes[0] as Fix)).toEqual([
      { path: "a.go", before, after: text("\tbad()\n\tfmt.Print()\n", 'import "fmt"\n\n') },
    ]);
  });
});
