/** A hand-made Report that holds what is hard to show: tabs, CJK, CRLF, control characters, several files, several lines. */
import pc from "picocolors";
import type { Outcome, Report } from "../../src/engine/report.ts";
import type { ReportContext } from "../../src/report/index.ts";
import type { Finding, Fix, Rule } from "../../src/rule/rule.ts";
import { applyEdits } from "../../src/text/apply.ts";
import type { Edit, Span } from "../../src/text/edit.ts";

export const poller = `package poll

import (
	"context"
	"time"
)

// Run は間隔ごとに polls until ctx ends.
func (p *Poller) Run(ctx context.Context, interval time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	for {
		select {
		case <-time.After(interval): /* 日本語 */ p.log("間隔 😀"); p.refresh(ctx)
		case <-p.stop:
			return nil
		}
		if p.done {
			return p.err
		}
		p.count++
		p.touch()
		p.sweep()
	}
	cancel()
	return nil
}
`;

export const windows = [
  "package win",
  "",
  "func open() {",
  '\tname := "報告書"; f, err := os.Open(name) // \u202efdp.exe\u202c',
  "\tif err != nil {",
  "\t\tlog.Fatal(err)",
  "\t}",
  "\tread(f)",
  "}",
].join("\r\n"); // and no newline at its end

/** Its path would turn the terminal's title and read backwards. */
export const oddPath = "odd/\u001b]0;evil\u0007na\u202eme 語.go";
export const odd = `package odd\n\nvar table = []string{${Array.from({ length: 40 }, (_, i) => `"entry ${i}"`).join(", ")}, leak(time.Tick(second)), "end"}\n`;

export const paths = { poller: "poll/poller.go", windows: "cmd/win/main.go", odd: oddPath };
export const sources = new Map([
  [paths.windows, windows],
  [paths.odd, odd],
  [paths.poller, poller],
]);

/** The span of a text's n-th occurrence. */
function at(path: string, text: string, nth = 0): Span {
  const source = sources.get(path) ?? "";
  let start = -1;
  for (let i = 0; i <= nth; i++) start = source.indexOf(text, start + 1);
  if (start < 0) throw new Error(`${path} has no "${text}"`);
  return { path, start, end: start + text.length };
}

function before(span: Span, text: string): Edit {
  return { at: { path: span.path, start: span.start, end: span.start }, text };
}

const deferCancel: Fix = {
  title: "Cancel when the function returns",
  applicability: "safe",
  edits: [before(at(paths.poller, "\tfor {"), "\tdefer cancel()\n")],
};

const lostCancel: Finding = {
  rule: "lost-cancel",
  at: at(paths.poller, "context.WithTimeout(ctx, time.Minute)"),
  message: "cancel is not called on every path",
  confidence: "proven",
  related: [
    { at: at(paths.poller, "return nil"), message: "returns here without calling cancel" },
    { at: at(paths.poller, "return p.err"), message: "and here" },
  ],
  fixes: [deferCancel],
};

const newTimer: Fix = {
  title: "Use a timer that is stopped by every other case",
  applicability: "safe",
  edits: [
    before(at(paths.poller, "\t\tselect {"), "\t\ttimer := time.NewTimer(interval)\n"),
    { at: at(paths.poller, "time.After(interval)"), text: "timer.C" },
    before(at(paths.poller, "\t\t\treturn nil"), "\t\t\ttimer.Stop()\n"),
  ],
};
const hoist: Fix = {
  title: "Make one timer before the loop and reset it each turn",
  applicability: "unsafe",
  because: "the first interval starts before the loop instead of at the select, which can be seen when work stands between them",
  edits: [{ at: at(paths.poller, "time.After(interval)"), text: "timer.C" }],
};
const sketch: Fix = {
  title: "Let a ticker drive the loop",
  applicability: "display",
  because: "ticks are dropped while refresh runs",
  edits: [],
};

const timeAfter: Finding = {
  rule: "time-after-in-select",
  at: at(paths.poller, "time.After(interval)"),
  message: "time.After in a loop keeps a timer for each turn",
  confidence: "proven",
  fixes: [newTimer, hoist, sketch],
};

const select = at(paths.poller, "select {");
const selectWithoutDone: Finding = {
  rule: "select-without-done",
  at: { ...select, end: at(paths.poller, "\n\t\tif p.done").start },
  message: "the select waits without ctx.Done()",
  confidence: "likely",
  related: [{ at: at(paths.windows, "read(f)"), message: "called from here, where nothing else ends it" }],
  fixes: [
    {
      title: "Leave the select when ctx ends",
      applicability: "unsafe",
      because: "the function then returns ctx.Err(), which its callers may not expect",
      edits: [before(at(paths.poller, "\t\t}\n\t\tif p.done"), "\t\tcase <-ctx.Done():\n\t\t\treturn ctx.Err()\n")],
    },
  ],
};

/** The same rule again: its reason is not told twice. The span is longer than a frame shows whole. */
const loop: Finding = {
  rule: "select-without-done",
  at: { ...at(paths.poller, "for {"), end: at(paths.poller, "\n\tcancel()").start },
  message: "the loop has no way out",
  confidence: "likely",
  related: [{ at: at(paths.poller, "p.err"), message: "not counting this" }],
  fixes: [],
};

const closeFile: Fix = {
  title: "Close the file when the function returns",
  applicability: "safe",
  edits: [
    before(at(paths.windows, "\tread(f)"), "\tdefer f.Close()\r\n"),
    { at: at(paths.windows, "os.Open(name)"), text: "os.Open(name)" },
  ],
};
const fileNotClosed: Finding = {
  rule: "file-not-closed",
  at: at(paths.windows, "os.Open(name)"),
  message: "the file is not closed [see](https://evil.example) on any \u001b[31mpath",
  confidence: "proven",
  fixes: [{ ...closeFile, edits: [...closeFile.edits].sort((a, b) => a.at.start - b.at.start) }],
};

const tick: Finding = {
  rule: "time-tick",
  at: at(paths.odd, "time.Tick(second)"),
  message: "the ticker cannot be stopped",
  confidence: "proven",
  fixes: [
    {
      title: "Use a ticker that can be stopped, in both files",
      applicability: "unsafe",
      because: "Tick(0) is nil where NewTicker(0) panics",
      edits: [
        { at: at(paths.odd, "time.Tick(second)"), text: "ticker.C" },
        { at: at(paths.poller, "package poll"), text: "package poll // ticks" },
      ],
    },
  ],
};

/** Of gomend's own: no rule stands behind it. */
const unused: Finding = {
  rule: "unused-suppression",
  at: at(paths.odd, "var"),
  message: "this comment suppresses nothing",
  confidence: "proven",
  fixes: [{ title: "Remove the comment", applicability: "safe", edits: [{ at: at(paths.odd, "var "), text: "const " }] }],
};

const findings = [fileNotClosed, unused, tick, lostCancel, loop, selectWithoutDone, timeAfter];

const outcomes = new Map<Fix, Outcome>([
  [newTimer, { status: "conflict", rival: selectWithoutDone }],
  [hoist, { status: "alternative" }],
  [sketch, { status: "not-selected", reason: "a sketch to read, never applied" }],
  [unused.fixes[0] as Fix, { status: "invalid", reason: "the outcome does not parse: 3:1: expected 1 expression" }],
  [deferCancel, { status: "applied", round: 1 }],
]);

const stats = { files: 1_204, bytes: 5_000_000, parsedBytes: 40_000, packages: 88, milliseconds: 812.4 };

export const sample: Report = {
  findings,
  fingerprints: new Map(findings.map((finding, i) => [finding, `fp-${i}`])),
  sources,
  files: [{ path: paths.poller, before: poller, after: applyEdits(poller, deferCancel.edits) }],
  outcomes,
  left: findings.filter((finding) => finding !== lostCancel && finding !== loop && finding !== selectWithoutDone && finding !== timeAfter),
  problems: [
    { path: "bad\u001b[2J/x.go", rule: null, message: "does not parse", line: 3, column: 14 },
    { path: "vendor.go", rule: null, message: "not UTF-8" },
    { path: paths.poller, rule: "lost-cancel", message: "the rule threw: boom" },
  ],
  stats,
};

export const empty: Report = {
  findings: [],
  fingerprints: new Map(),
  sources: new Map(),
  files: [],
  outcomes: new Map(),
  left: [],
  problems: [],
  stats,
};

function rule(id: string, family: Rule["family"], title: string, why: string, tier: Rule["tier"] = "recommended"): Rule {
  return { id, family, title, why, tier, fixSafety: "Safe where it is proved.", since: "0.1.0", triggers: [id], *check() {} };
}

export const rules: readonly Rule[] = [
  rule("file-not-closed", "resources", "A file is not closed", "An open file holds a descriptor, and a process has few of them."),
  rule(
    "lost-cancel",
    "contexts",
    "A context is not cancelled on every path",
    "Until cancel runs, the context's timer and the goroutines that wait for it stay alive; every call adds one, which under load looks like growth without a cause.",
  ),
  rule(
    "select-without-done",
    "contexts",
    "A select does not wait for the context",
    "Whoever cancels waits for a goroutine that does not listen.",
  ),
  rule("time-after-in-select", "timers", "time.After in a select", "The timer lives until it fires, also when another case was chosen."),
  rule("time-tick", "timers", "time.Tick where the function returns", "Nothing can stop its ticker.", "pedantic"),
];

export function context(more: Partial<ReportContext> = {}): ReportContext {
  return { rules, version: "0.1.0", color: pc.createColors(false), ...more };
}
