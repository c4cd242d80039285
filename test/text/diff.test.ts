import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits } from "../../src/text/apply.ts";
import { editsBetween, emphasis, hunks, unifiedPatch, wordParts } from "../../src/text/diff.ts";

interface Change {
  path: string;
  before: string;
  after: string;
}

/** What the files hold after one `git apply` of all patches, in a scratch directory that is no repository. */
function gitApply(changes: readonly Change[]): string[] {
  const root = mkdtempSync(join(tmpdir(), "gomend-patch-"));
  try {
    for (const { path, before } of changes) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), before);
    }
    const input = changes.map(({ path, before, after }) => unifiedPatch(path, before, after)).join("");
    const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", GIT_CEILING_DIRECTORIES: dirname(root) };
    execFileSync("git", ["apply", "--whitespace=nowarn", "-"], { cwd: root, input, env, stdio: ["pipe", "pipe", "pipe"] });
    return changes.map(({ path }) => readFileSync(join(root, path), "utf8"));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const line = fc.tuple(
  fc.constantFrom("", "a", "\tb", "c d", "+x", "-x", " y", "@@ -1 +1 @@", "\\ No newline", "-- a/x", "日本", "😀", "e\rf", "\ufeffg"),
  fc.constantFrom("\n", "\n", "\r\n"),
);
const text = fc.tuple(fc.array(line, { maxLength: 14 }), fc.boolean()).map(([lines, ends]) => {
  const joined = lines.map((l) => l.join("")).join("");
  return ends ? joined : joined.replace(/\r?\n$/, "");
});

/** Two texts that have most lines in common. */
const versions = fc.tuple(text, fc.array(fc.tuple(fc.nat(20), fc.nat(2), line), { maxLength: 4 })).map(([before, changes]) => {
  const lines = before.match(/[^\n]*\n|[^\n]+/g) ?? [];
  for (const [at, removed, added] of changes) lines.splice(Math.min(at, lines.length), removed, added.join(""));
  return { before, after: lines.join("") };
});

/** The same, somewhere in a text that is longer than what is compared at once. */
const longVersions = fc
  .tuple(versions, fc.integer({ min: 330, max: 350 }), fc.integer({ min: 330, max: 350 }))
  .map(([{ before, after }, head, tail]) => {
    const around = (middle: string): string => `${"\tx\n".repeat(head) + middle}\n${"\ty\n".repeat(tail)}`;
    return { before: around(before), after: around(after) };
  });
const anyVersions = fc.oneof(versions, longVersions);

describe("unifiedPatch", () => {
  it("is taken by git apply, whatever the lines and their ends", () => {
    fc.assert(
      fc.property(fc.array(anyVersions, { minLength: 60, maxLength: 60 }), (all) => {
        // An emptied or filled file is another kind of patch for git, a deletion or creation; gomend makes neither.
        const changes = all
          .map(({ before, after }, i) => ({ path: `pkg/f${i}.go`, before, after }))
          .filter(({ before, after }) => before !== "" && after !== "" && before !== after);
        expect(gitApply(changes)).toEqual(changes.map(({ after }) => after));
      }),
      { numRuns: 8 },
    );
  });

  const paths = [
    "with space/a b.go",
    ' leading and "quoted".go',
    "日本/ünïcode.go",
    "back\\slash.go",
    "tab\tname.go",
    "new\nline.go",
    "😀.go",
    "a/b/a/b.go",
    "-dash.go",
    "trailing space .go ",
  ];
  it("names any path so that git finds it", () => {
    const changes = paths.map((path, i) => ({ path, before: `package p\nvar x = ${i}\n`, after: `package p\nvar y = ${i}\n` }));
    expect(gitApply(changes)).toEqual(changes.map(({ after }) => after));
  });

  it("quotes names as git does", () => {
    const [, from, to] = unifiedPatch('é "q".go', "a\n", "b\n").split("\n");
    expect([from, to]).toEqual(['--- "a/\\303\\251 \\"q\\".go"', '+++ "b/\\303\\251 \\"q\\".go"']);
  });

  it("tells a missing newline on either side", () => {
    expect(unifiedPatch("a.go", "x\ny", "x\ny\n")).toBe(
      "diff --git a/a.go b/a.go\n--- a/a.go\n+++ b/a.go\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+y\n",
    );
    expect(unifiedPatch("a.go", "x\r\n", "x\r\ny\r\n")).toContain("\n x\r\n+y\r\n");
  });

  it("is empty when nothing differs", () => expect(unifiedPatch("a.go", "x\n", "x\n")).toBe(""));
});

describe("hunks", () => {
  it("gives both sides back", () => {
    fc.assert(
      fc.property(anyVersions, fc.nat(3), ({ before, after }, context) => {
        const old = before.match(/[^\n]*\n|[^\n]+/g) ?? [];
        const now = after.match(/[^\n]*\n|[^\n]+/g) ?? [];
        const rebuilt: string[] = [];
        let next = 0;
        for (const hunk of hunks(before, after, context)) {
          const full = hunk.lines.map((l) => ({ kind: l.kind, text: l.text + (l.newline ? "\n" : "") }));
          const oldSide = full.filter((l) => l.kind !== "added").map((l) => l.text);
          const newSide = full.filter((l) => l.kind !== "removed").map((l) => l.text);
          expect(old.slice(hunk.oldStart - 1, hunk.oldStart - 1 + hunk.oldLines)).toEqual(oldSide);
          expect(now.slice(hunk.newStart - 1, hunk.newStart - 1 + hunk.newLines)).toEqual(newSide);
          rebuilt.push(...old.slice(next, hunk.oldStart - 1), ...newSide);
          next = hunk.oldStart - 1 + hunk.oldLines;
        }
        expect([...rebuilt, ...old.slice(next)].join("")).toBe(after);
      }),
      { numRuns: 500 },
    );
  });
});

describe("editsBetween", () => {
  it("leads from one text to the other", () => {
    fc.assert(
      fc.property(anyVersions, ({ before, after }) => {
        expect(applyEdits(before, editsBetween("a.go", before, after))).toBe(after);
      }),
      { numRuns: 500 },
    );
  });

  it("says what changed, not the lines around it", () => {
    const before = "a\n\tx := time.Tick(d)\nb\nc\n";
    const after = "a\n\tx := time.NewTicker(d)\nb\n\tdefer x.Stop()\nc\n";
    expect(editsBetween("a.go", before, after)).toEqual([
      { at: { path: "a.go", start: 13, end: 17 }, text: "NewTicker" },
      { at: { path: "a.go", start: 23, end: 23 }, text: "\tdefer x.Stop()\n" },
    ]);
  });
});

describe("words", () => {
  const show = (parts: readonly { text: string; changed: boolean }[]): string =>
    parts.map((part) => (part.changed ? `[${part.text}]` : part.text)).join("");

  it("marks what differs within a line", () => {
    const parts = wordParts("\tcase <-time.After(d): // 待つ", "\tcase <-timer.C: // 待つ");
    expect(parts && [show(parts.before), show(parts.after)]).toEqual([
      "\tcase <-[time].[After(d)]: // 待つ",
      "\tcase <-[timer].[C]: // 待つ",
    ]);
  });

  it("says nothing of lines that share little, or are very long", () => {
    expect(wordParts("return nil", "defer cancel()")).toBeNull();
    expect(wordParts("a".repeat(1_001), "a".repeat(1_000))).toBeNull();
  });

  it("pairs the lines of runs that are equally long, and in others those that share enough", () => {
    const [hunk] = hunks("x := f(a)\ny := f(b)\n", "x := g(a)\ny := g(b)\n");
    const marked = [...emphasis(hunk!)].map(([l, parts]) => `${l.kind} ${show(parts)}`);
    expect(marked).toEqual(["removed x := [f](a)", "added x := [g](a)", "removed y := [f](b)", "added y := [g](b)"]);
    const [uneven] = hunks("x := f(a)\n", "x := g(a)\nmore\n");
    expect([...emphasis(uneven!)].map(([l, parts]) => `${l.kind} ${show(parts)}`)).toEqual(["removed x := [f](a)", "added x := [g](a)"]);
    const [other] = hunks("a(b, c)\nx := f(a)\n", "x := g(a)\n");
    expect([...emphasis(other!).keys()].map((l) => l.text)).toEqual(["x := f(a)", "x := g(a)"]);
  });
});
