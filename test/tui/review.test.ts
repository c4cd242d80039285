/** The review in a real terminal, at three sizes. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundled, gomend } from "../cli/gomend.ts";
import { LEAKY, MENDED } from "../cli/samples.ts";
import { tree } from "../engine/tree.ts";
import { CTRL_R, CTRL_Z, ENTER, ESC, newHome, review, TAB } from "./open.ts";
import { body, large, named, small } from "./trees.ts";

bundled({ worker: "src/engine/worker.ts" });

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];

const mended = (pkg: string, n: number): string => named(MENDED, pkg, n);

describe.each(SIZES)("at $columns x $rows", (size) => {
  it("accepts, rejects, undoes, redoes and writes what was accepted, no more", async () => {
    const { pty, keys, read } = await review(small(), size);
    await pty.see("0/4 decided");
    await keys("y");
    await pty.see("1/4 decided  ✓ 1");
    await keys("n");
    await pty.see("2/4 decided  ✓ 1  ✗ 1");
    await keys("u");
    await pty.see("1/4 decided  ✓ 1");
    await keys(CTRL_Z);
    await pty.see("0/4 decided");
    await keys(CTRL_R);
    await pty.see("1/4 decided  ✓ 1");
    await keys(CTRL_R);
    await pty.see("2/4 decided  ✓ 1  ✗ 1");
    expect(read("api/a.go")).toBe(small()["api/a.go"]);
    await keys("w");
    await pty.see("Wrote 1 decision to 1 file");
    await pty.see("gomend undo takes it back");
    await pty.see("2 findings are left undecided");
    expect(read("api/a.go")).toBe(mended("api", 1) + body(named(LEAKY, "api", 2)));
    await keys("c");
    await pty.see("1/3 decided  ✗ 1");
    await keys("q");
    await pty.see("Leave the review?");
    await keys("d");
    expect(await pty.exit()).toBe(0);
    expect(read("store/c.go")).toBe(small()["store/c.go"]);
  });

  it("takes the rest of a file, and of a rule after a question with the count", async () => {
    const { pty, keys, read } = await review(small(), size);
    await keys("a");
    await pty.see("2/4 decided  ✓ 2");
    await keys("A");
    await pty.see("Accept 1 fix of lost-cancel?");
    await keys("y");
    await pty.see("3/4 decided  ✓ 3");
    await keys("D");
    await pty.see("Reject 1 finding of select-without-done?");
    await keys("n");
    await pty.see("3/4 decided  ✓ 3");
    await keys("d");
    await pty.see("4/4 decided  ✓ 3  ✗ 1");
    await pty.see("all decided: w writes");
    await keys("q");
    await pty.see("write 3 and leave");
    await keys("w");
    expect(await pty.exit()).toBe(0);
    expect(read("api/a.go")).toBe(mended("api", 1) + body(mended("api", 2)));
    expect(read("store/c.go")).toBe(mended("store", 4));
    expect(read("api/b.go")).toBe(small()["api/b.go"]);
    expect(pty.text()).toContain("Wrote 3 decisions to 2 files; gomend undo takes it back.");
  });

  it("shows alternatives with their reasons, and takes the one that is looked at", async () => {
    const { pty, keys, read } = await review({ "go.mod": "module example.com/m\n\ngo 1.21\n", "stats.go": STATS }, size);
    await pty.see("safe fix 1/3");
    await keys(TAB);
    await pty.see("fix 2/3");
    await keys("3");
    await pty.see("unsafe fix 3/3");
    await pty.see("because");
    await keys("2", "y", "K");
    await pty.see("accepted");
    await pty.see("fix 2/3");
    await keys("w");
    await pty.see("Wrote 1 decision to 1 file");
    expect(read("stats.go")).toMatch(/^\t_ +\[4\]byte/m);
    await keys("q");
    expect(await pty.exit()).toBe(0);
  });

  it("filters, searches and goes to places", async () => {
    const { pty, keys } = await review(small(), size);
    await keys("/", "store", ENTER);
    await pty.see("store/c.go:6");
    await keys("f", "unsafe", ENTER);
    await pty.see("1 finding of 4");
    await pty.see("api/b.go:6");
    await pty.see("1 of 1");
    await keys("f", "\x15", "nosuch", ENTER);
    await pty.see("nothing matches nosuch");
    await keys("f", "\x15", ENTER);
    await pty.see(/of 4/);
    await keys("g", "a.go:10", ENTER);
    await pty.see("api/a.go:17");
    await keys("g", "4", ENTER);
    await pty.see("4 of 4");
    await keys("f", "rule:cancel path:api", ENTER);
    await pty.see("2 findings of 4");
  });

  it("suppresses with a reason, as a comment that the next check heeds", async () => {
    const { pty, cwd, keys, read } = await review(small(), size);
    await keys("i", ENTER);
    await pty.see("a suppression wants a reason");
    await keys("the caller waits", ENTER);
    await pty.see("⊘ 1");
    await keys("w");
    await pty.see("Wrote 1 decision to 1 file");
    expect(read("api/a.go")).toContain("\t//gomend:ignore lost-cancel // the caller waits\n\tctx, cancel := context.WithCancel(parent)\n");
    await keys("q");
    await pty.exit();
    const { out } = await gomend(["check", "--output-format", "concise", "api/a.go"], { cwd });
    expect(out.match(/lost-cancel/g)).toHaveLength(1);
  });

  it("opens the editor at the line, checks the file again and asks its decisions anew; takes a rewritten fix", async () => {
    const cwd = tree(small());
    const editor = join(cwd, "editor.mjs");
    writeFileSync(editor, EDITOR);
    chmodSync(editor, 0o755);
    const { pty, keys, read } = await review({}, { ...size, cwd, env: { EDITOR: `${process.execPath} ${editor}` } });
    await keys("y", "K", "e");
    await pty.see("changed: checked again, 1 decision asked anew");
    await pty.see("0/4 decided");
    expect(read("api/a.go")).toMatch(/^\/\/ seen: api\/a\.go$/m);
    await keys("E");
    await pty.see("taken as you wrote it");
    await pty.see("edited");
    await keys("w");
    await pty.see("Wrote 1 decision");
    expect(read("api/a.go")).toContain("defer cancel() // by hand\n");
  });

  it("goes on after kill -9, with every decision", async () => {
    const home = newHome();
    const first = await review(small(), { ...size, home });
    await first.keys("y", "n");
    await first.pty.see("2/4 decided  ✓ 1  ✗ 1");
    first.pty.kill("SIGKILL");
    await first.pty.exit();
    expect(first.read("api/a.go")).toBe(small()["api/a.go"]);
    const second = await review({}, { ...size, home, cwd: first.cwd, args: ["review", "--resume"] });
    await second.pty.see("2/4 decided  ✓ 1  ✗ 1");
    await second.keys("w");
    await second.pty.see("Wrote 1 decision to 1 file");
    expect(second.read("api/a.go")).toBe(mended("api", 1) + body(named(LEAKY, "api", 2)));
  });

  it("survives a resize in the middle", async () => {
    const { pty, keys } = await review(small(), size);
    await keys("y");
    for (const [columns, rows] of [
      [100, 30],
      [170, 50],
      [30, 8],
      [size.columns, size.rows],
    ] as const) {
      pty.resize(columns, rows);
      await pty.see(columns < 40 ? "gomend wants 40x10" : "1/4 decided");
      if (columns >= 120) await pty.see("▾ lost-cancel");
    }
    await pty.quiet();
    const before = pty.text();
    await keys("\x0c");
    await pty.quiet();
    expect(pty.text()).toBe(before);
    await keys("y");
    await pty.see("2/4 decided");
  });

  it("goes through 2,000 findings", async () => {
    const { pty, keys } = await review(large(2_000), size);
    await pty.see("0/2000 decided");
    await keys(`${ESC}[F`);
    await pty.see("2000 of 2000");
    await keys("A");
    await pty.see("Accept 500 fixes of select-without-done?");
    await pty.see("0 safe, 500 unsafe");
    await keys("y");
    await pty.see("500/2000 decided  ✓ 500");
    await keys("u");
    await pty.see("0/2000 decided");
  });

  it("draws wide characters, tabs, long lines and hostile ones in their columns", async () => {
    const { pty, keys } = await review({ "go.mod": "module example.com/m\n\ngo 1.22\n", "a.go": HOSTILE }, size);
    await pty.see("lost-cancel");
    await keys("}", "}", "}", "}");
    await pty.see("日本語");
    for (const line of pty.screen()) expect(line).not.toMatch(/\x1b|\u202e/);
    expect(
      pty
        .screen()
        .find((l) => l.includes("undecided"))
        ?.trimEnd(),
    ).toMatch(/○ undecided$/);
    // Whatever a terminal makes of the widths: what stands there is what a fresh drawing gives.
    await keys("J", "K", "p", "p", "l", "h");
    await pty.quiet();
    const before = pty.text();
    await keys("\x0c");
    await pty.quiet();
    expect(pty.text()).toBe(before);
    expect(pty.raw).not.toContain("\x1b[31mred\x1b");
    expect(pty.raw).not.toContain("\x1b]0;title");
  });

  it("shows the path, the rule's page and help, and comes back", async () => {
    const { pty, keys } = await review(small(), size);
    await pty.quiet();
    const home = pty.text();
    await keys("p");
    await pty.see("the path on which it happens");
    await pty.see("returns here");
    await keys("p", "r");
    await pty.see("Fix safety");
    await keys("r", "?");
    await pty.see("accept the fix, on to the next undecided");
    await keys("x");
    await pty.quiet();
    expect(pty.text()).toBe(home);
  });
});

describe("the smallest screen", () => {
  it("has place, fault, fix, reason and some of the change", async () => {
    const { pty, keys } = await review(small(), { columns: 40, rows: 10 });
    await pty.see(/\+ defer cancel\(\)/);
    expect(pty.text()).toContain("safe fix");
    await keys("n", "n", "n");
    await pty.see("unsafe fix");
    await pty.see("because");
    for (const line of pty.screen()) expect(line.length).toBeLessThanOrEqual(40);
  });
});

describe("the wheel", () => {
  it("goes through the list over the tree, and scrolls the change", async () => {
    const { pty, keys } = await review(small(), { columns: 120, rows: 24 });
    await keys(`${ESC}[<65;5;10M`);
    await pty.see("2 of 4");
    await keys(`${ESC}[<64;5;10M`);
    await pty.see("1 of 4");
    await keys("}", "}", "}", "}", "}", "}");
    const before = pty.text();
    await keys(`${ESC}[<65;80;10M`);
    expect(pty.text()).not.toBe(before);
    await keys(`${ESC}[<64;80;10M`);
    expect(pty.text()).toBe(before);
  });
});

describe("side by side and the tree", () => {
  it("are there when there is room", async () => {
    const narrow = await review(small(), { columns: 119, rows: 30 });
    expect(narrow.pty.text()).not.toContain("▾ lost-cancel");
    const wide = await review(small(), { columns: 120, rows: 30 });
    await wide.pty.until((text) => text.includes("▾ lost-cancel") && /^.*\+\s+defer cancel\(\)/m.test(text), "the tree beside the change");
    const split = await review(small(), { columns: 160, rows: 30 });
    // On one line at both sides.
    const beside = /WithCancel\(parent\).*WithCancel\(parent\)/;
    await split.pty.until((text) => beside.test(text), "both sides");
    await split.keys("s");
    await split.pty.until((text) => !beside.test(text), "one side");
  });
});

describe("findings are there before the check ends", () => {
  it("and can be decided", async () => {
    const { pty, keys } = await review(large(6_000), { args: ["review", "--jobs", "1"], early: true });
    await pty.until((text) => /checking \d/.test(text) && /lost-cancel/.test(text), "a finding while checking");
    await keys("y");
    await pty.see(/1\/\d+ decided {2}✓ 1/);
    await pty.until((text) => text.includes("1/6000 decided") && !text.includes("checking"), "the end of the check");
  });
});

describe("a file that changed meanwhile", () => {
  it("is checked again before anything is written", async () => {
    const { pty, cwd, keys, read } = await review(small());
    await keys("y", "y");
    const changed = `// changed\n${small()["api/a.go"]}`;
    writeFileSync(join(cwd, "api/a.go"), changed);
    await keys("w");
    await pty.see("api/a.go changed: checked again, 2 decisions asked anew");
    expect(read("api/a.go")).toBe(changed);
    await pty.see("0/4 decided");
  });

  it("lets kept decisions lapse", async () => {
    const home = newHome();
    const first = await review(small(), { home });
    await first.keys("y", "y", "y", "q", "k");
    expect(await first.pty.exit()).toBe(0);
    expect(first.pty.text()).toContain("3 decisions kept: gomend review --resume goes on.");
    writeFileSync(join(first.cwd, "store/c.go"), `// changed\n${small()["store/c.go"]}`);
    const second = await review({}, { home, cwd: first.cwd, early: true });
    await second.pty.see("3 decisions of an earlier review are kept");
    await second.keys("y");
    await second.pty.see("2/4 decided  ✓ 2");
    await second.pty.see("1 kept decision asked anew: the code changed");
  });
});

describe("verification", () => {
  it("says what it found, or that there is no Go", async () => {
    const { pty, keys } = await review(small(), { env: { PATH: "/nowhere" } });
    await keys("v");
    await pty.see("nothing is accepted");
    await keys("y", "v");
    await pty.see("not verified:");
  });
});

/** Rewrites what it is given: the file says that it was seen, a fix gets a comment. */
const EDITOR = `
import { readFileSync, writeFileSync } from "node:fs";
const file = process.argv.at(-1);
const text = readFileSync(file, "utf8");
if (file.endsWith("fix.go")) writeFileSync(file, text.replace("defer cancel()", "defer cancel() // by hand"));
else writeFileSync(file, "// seen: api/a.go\\n" + text);
`;

const STATS = `package stats

import "sync/atomic"

type Counters struct {
	name   bool
	failed int64
}

func (c *Counters) Failed() { atomic.AddInt64(&c.failed, 1) }

func (c *Counters) Total() int64 { return atomic.LoadInt64(&c.failed) }
`;

const HOSTILE = LEAKY.replace(
  "\tif err :=",
  `\tnote("日本語のコメント", "🚀👩‍👩‍👧 family", "e\u0301\u0301") // 漢字\t漢字\tend
\tnote("${"long ".repeat(80)}")
\t// \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202eevil\u202c \u200b
\tif err :=`,
).concat("\nfunc note(...string) {}\n");
