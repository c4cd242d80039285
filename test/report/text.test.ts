import fc from "fast-check";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { frame } from "../../src/report/frame.ts";
import { type ReportContext, render } from "../../src/report/index.ts";
import { Lines } from "../../src/text/lines.ts";
import { cells, displayWidth, endColumn, startColumn } from "../../src/text/sanitize.ts";
import { reporters } from "./all.ts";
import { context, empty, sample } from "./sample.ts";

const plain = pc.createColors(false);
const coloured = pc.createColors(true);
const ansi = /\u001b\[\d+m/g;

/** What is left of a terminal's control and of backward text once our own colours are taken out. */
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe("text", () => {
  it("shows findings, witnesses, fixes and problems", async () => {
    await expect(render(reporters.text, sample, context())).toMatchFileSnapshot("snapshots/text.txt");
  });

  it("keeps to a narrow terminal", async () => {
    const out = render(reporters.text, sample, context({ width: 60 }));
    await expect(out).toMatchFileSnapshot("snapshots/text-60.txt");
    const framed = out.split("\n").filter((line) => /^ *\d* [│⋮]/.test(line));
    expect(framed.length).toBeGreaterThan(60);
    for (const line of framed) expect(displayWidth(line), line).toBeLessThanOrEqual(60);
  });

  it("shows what is left after fixing, at its new place", async () => {
    const { findings, files } = sample;
    const [poller] = files;
    const moved = poller!.after.indexOf("time.After");
    const timeAfter = findings.find((finding) => finding.rule === "time-after-in-select")!;
    const left = [{ ...timeAfter, at: { ...timeAfter.at, start: moved, end: moved + 20 }, fixes: [] }];
    const out = render(reporters.text, { ...sample, left, problems: [] }, context({ show: "left" }));
    await expect(out).toMatchFileSnapshot("snapshots/text-left.txt");
    expect(out).toContain("poll/poller.go:14:10 time-after-in-select");
  });

  it("differs by colour alone", () => {
    const out = render(reporters.text, sample, context({ color: coloured }));
    expect(out.match(ansi)?.length).toBeGreaterThan(100);
    expect(out.replace(ansi, "")).toBe(render(reporters.text, sample, context()));
  });

  it.each(["text", "concise"] as const)("%s lets no control or bidi character of the repository through", (format) => {
    expect(render(reporters[format], sample, context())).not.toMatch(unprintable);
    expect(render(reporters[format], sample, context({ color: coloured })).replace(ansi, "")).not.toMatch(unprintable);
  });

  it("tells a rule's reason once", () => {
    const out = render(reporters.text, sample, context());
    expect(out.match(/Whoever cancels/g)).toHaveLength(1);
  });

  it("leaves diffs out on demand", () => {
    const out = render(reporters.text, sample, context({ showFixes: false }));
    expect(out).toContain("= safe fix: Cancel when the function returns");
    expect(out).not.toContain("+ defer cancel()");
  });

  it("shows a fix as the engine renders it", () => {
    const preview: NonNullable<ReportContext["preview"]> = (finding) => [
      { path: finding.at.path, before: "a\nb\n", after: 'a\nimport "x"\nb\n' },
    ];
    const out = render(reporters.text, sample, context({ preview }));
    expect(out).toContain('│ + import "x"');
    expect(out).not.toContain("+ defer cancel()");
  });

  it("falls back to the bare edits when rendering fails", () => {
    const preview = (): never => {
      throw new Error("boom");
    };
    expect(render(reporters.text, sample, context({ preview }))).toBe(render(reporters.text, sample, context()));
  });

  it("says so when there is nothing", () => {
    expect(render(reporters.text, empty, context())).toBe("No findings; checked 1,204 files in 0.81 s.\n");
  });

  it("cuts a very long diff and tells by how much", () => {
    const fix = {
      title: "Fill",
      applicability: "safe",
      edits: [{ at: { path: "a.go", start: 0, end: 0 }, text: "x\n".repeat(100) }],
    } as const;
    const finding = { rule: "r", at: { path: "a.go", start: 0, end: 1 }, message: "m", confidence: "proven", fixes: [fix] } as const;
    const out = render(reporters.text, { ...empty, findings: [finding], sources: new Map([["a.go", "y\n"]]) }, context());
    expect(out.match(/│ \+ x/g)).toHaveLength(60);
    expect(out).toContain("⋮ 41 more lines; `gomend fix --diff` shows all");
  });
});

describe("concise", () => {
  it("is one line a finding", async () => {
    await expect(render(reporters.concise, sample, context())).toMatchFileSnapshot("snapshots/concise.txt");
  });

  it("marks what this run's flags would fix", () => {
    const out = render(reporters.concise, sample, context({ unsafeFixes: true }));
    expect(out).toContain("the select waits without ctx.Done() [*]\n");
    expect(out).toContain("the loop has no way out\n");
    expect(out).toContain("[*] 5 fixable with `gomend fix --unsafe-fixes` (3 safe, 2 unsafe).");
  });
});

describe("frame", () => {
  const piece = fc.constantFrom("a", "xy", " ", "\t", "日", "é", "e\u0301", "😀", "👨‍👩‍👧", "\u202e", "\u0007", "ｱ");
  const line = fc.array(piece, { minLength: 1, maxLength: 80 }).map((pieces) => pieces.join(""));

  it("underlines exactly the columns of its span, and keeps to the width", () => {
    fc.assert(
      fc.property(line, fc.nat(), fc.nat(12), fc.integer({ min: 40, max: 120 }), fc.boolean(), (text, from, length, width, crlf) => {
        const start = from % text.length;
        const end = Math.min(text.length, start + length);
        const source = `package p\n${text}${crlf ? "\r" : ""}\nend\n`;
        const span = { path: "a.go", start: 10 + start, end: 10 + end };
        const rows = frame(new Lines(source), [{ span, primary: true }], { color: plain, gutter: 3, width });
        for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(width);
        const index = rows.findIndex((row) => row.startsWith("  2 │"));
        const shown = cells((rows[index] ?? "").slice(6));
        const underline = (rows[index + 1] ?? "").slice(6);
        const first = underline.indexOf("^");
        expect(underline.trim()).toMatch(/^\^+$/);
        if (shown.some((cell) => cell.text === "…")) return;
        // Nothing cut: under the marks stands what the span covers, and nothing else.
        const whole = cells(text);
        const indent = (whole.at(-1)?.column ?? 0) - (shown.at(-1)?.column ?? 0);
        if (start >= (whole.findLast((cell) => cell.text.trim() !== "")?.end ?? 0)) return; // in trailing space, which is not printed
        const expected = Math.max(1, endColumn(whole, end) - startColumn(whole, start));
        expect(underline.length - first).toBe(expected);
        if (shown.at(-1)?.text === whole.at(-1)?.text) expect(first).toBe(startColumn(whole, start) - indent);
      }),
      { numRuns: 1_000 },
    );
  });

  it("clamps a span that is not in the text instead of throwing", () => {
    const lines = new Lines("a\nb\n");
    expect(
      frame(lines, [{ span: { path: "a.go", start: 90, end: 99 }, primary: true }], { color: plain, gutter: 3, width: 80 }),
    ).not.toEqual([]);
    expect(
      frame(new Lines(""), [{ span: { path: "a.go", start: 0, end: 0 }, primary: true }], { color: plain, gutter: 3, width: 80 }),
    ).toEqual(["    │", "  1 │", "    │ ^", "    │"]);
  });

  it("puts a label that has no room on lines of its own", () => {
    const source = `\tx := ${"y".repeat(30)}()\n`;
    const rows = frame(
      new Lines(source),
      [{ span: { path: "a.go", start: 6, end: 36 }, primary: false, label: "a label of several words that has no room beside" }],
      { color: plain, gutter: 3, width: 50 },
    );
    expect(rows.join("\n")).toMatchInlineSnapshot(`
      "    │
        1 │ x := yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy()
          │      ------------------------------
          │      a label of several words that has no
          │      room beside
          │"
    `);
  });

  it("fills a gap of one line, and shows no blank line beside a wider one", () => {
    const source = ["a()", "", "b()", "c()", "d()", "", "e()", "f()", "", "", "g()", ""].join("\n");
    const lines = new Lines(source);
    const mark = (line: number, primary: boolean): Parameters<typeof frame>[1][number] => ({
      span: { path: "a.go", start: lines.lineStart(line), end: lines.lineEnd(line) },
      primary,
    });
    const rows = frame(lines, [mark(4, true), mark(8, false), mark(11, false)], { color: plain, gutter: 3, width: 80 });
    expect(rows.map((row) => row.slice(0, 3).trim() || row.slice(4))).toEqual([
      "│",
      "3",
      "4",
      "│ ^^^",
      "5",
      "6",
      "7",
      "8",
      "│ ---",
      "⋮",
      "11",
      "│ ---",
      "│",
    ]);
  });

  it("draws nested marks of one line one below the other", () => {
    const source = "call(inner(x))\n";
    const span = (start: number, end: number): { path: string; start: number; end: number } => ({ path: "a.go", start, end });
    const rows = frame(
      new Lines(source),
      [
        { span: span(0, 14), primary: true },
        { span: span(5, 13), primary: false, label: "1. made here" },
        { span: span(11, 12), primary: false, label: "2. kept here" },
      ],
      { color: plain, gutter: 3, width: 80 },
    );
    expect(rows.join("\n")).toMatchInlineSnapshot(`
      "    │
        1 │ call(inner(x))
          │ ^^^^^^^^^^^^^^
          │      -------- 1. made here
          │            - 2. kept here
          │"
    `);
  });
});
