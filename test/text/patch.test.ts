import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hunks, unifiedPatch } from "../../src/text/diff.ts";
import { BadPatch, oldSide, parseHunks, parsePatch } from "../../src/text/patch.ts";

const line = fc.constantFrom("a", "b", "", "-- x", "++ y", "@@ -1 +1 @@", "diff --git a/x b/x", "\\ No newline", "c\r", "語😀");
const text = fc.tuple(fc.array(line, { maxLength: 12 }), fc.boolean()).map(([lines, newline]) => lines.join("\n") + (newline ? "\n" : ""));

function gitDiff(before: string, after: string, ...args: string[]): string {
  const dir = mkdtempSync(join(tmpdir(), "gomend-patch-"));
  try {
    writeFileSync(join(dir, "x"), before);
    writeFileSync(join(dir, "y"), after);
    return execFileSync("git", ["diff", "--no-index", "--no-color", ...args, "x", "y"], { cwd: dir, encoding: "utf8" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

describe("a patch", () => {
  it("read, has the hunks that it was written from", () => {
    fc.assert(
      fc.property(text, text, fc.nat(4), (before, after, context) => {
        const [file] = parsePatch(unifiedPatch("d/x.go", before, after, context));
        if (before === after) expect(file).toBeUndefined();
        else expect(file).toEqual({ oldPath: "d/x.go", newPath: "d/x.go", hunks: hunks(before, after, context) });
      }),
    );
  });

  it("taken back, leads from the new side to the old, as git prints it", () => {
    fc.assert(
      fc.property(text, text, fc.nat(3), (before, after, context) => {
        const [file] = parsePatch(gitDiff(before, after, `-U${context}`));
        expect(oldSide(after, file?.hunks ?? [])).toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  it("does not fit another text", () => {
    const [file] = parsePatch(unifiedPatch("x", "a\nb\nc\n", "a\nB\nc\n"));
    for (const other of ["a\nb\nc\n", "a\nB\n", "", "x\na\nB\nc\n"]) expect(oldSide(other, file?.hunks ?? [])).toBeNull();
  });

  it.each([
    [
      "a new file",
      "diff --git a/n.go b/n.go\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/n.go\n@@ -0,0 +1 @@\n+x\n",
      null,
      "n.go",
      1,
    ],
    [
      "a file that is gone",
      "diff --git a/n.go b/n.go\ndeleted file mode 100644\n--- a/n.go\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
      "n.go",
      null,
      1,
    ],
    ["an empty new file", "diff --git a/e b/e\nnew file mode 100644\nindex 0..0\n", null, "e", 0],
    ["a rename", "diff --git a/o x.go b/n x.go\nsimilarity index 100%\nrename from o x.go\nrename to n x.go\n", "o x.go", "n x.go", 0],
    ["a change of mode of a name with blanks", "diff --git a/o x b/o x\nold mode 100644\nnew mode 100755\n", "o x", "o x", 0],
    [
      "a quoted name",
      'diff --git "a/\\303\\274\\t.go" "b/\\303\\274\\t.go"\n--- "a/\\303\\274\\t.go"\n+++ "b/\\303\\274\\t.go"\n@@ -1 +1 @@\n-x\n+y\n',
      "ü\t.go",
      "ü\t.go",
      1,
    ],
    ["diff -u with time stamps", "--- x.go\t2026-01-01 10:00:00\n+++ x.go\t2026-01-01 10:00:01\n@@ -1 +1 @@\n-x\n+y\n", "x.go", "x.go", 1],
    ["no prefixes", "diff --git a/x.go a/x.go\n--- a/x.go\n+++ a/x.go\n@@ -1 +1 @@\n-x\n+y\n", "a/x.go", "a/x.go", 1],
    ["mnemonic prefixes", "diff --git i/x.go w/x.go\n--- i/x.go\n+++ w/x.go\n@@ -1 +1 @@\n-x\n+y\n", "x.go", "x.go", 1],
    [
      "a mail around it",
      "From: a\nSubject: b\n\n---\n x.go | 2 +-\n\n--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n-x\n+y\n-- \n2.39\n",
      "x.go",
      "x.go",
      1,
    ],
  ])("%s", (_, patch, oldPath, newPath, count) => {
    const files = parsePatch(patch);
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({ oldPath, newPath });
    expect(files[0]?.hunks).toHaveLength(count);
  });

  it("counts lines by the header, so that no content is taken for a header", () => {
    const patch = "--- a/x\n+++ b/x\n@@ -1,3 +1,2 @@\n--- a/y\n+++ b/y\n-@@ -1 +1 @@\n c\n--- a/z\n+++ b/z\n@@ -1 +1 @@\n-1\n+2\n";
    expect(parsePatch(patch).map((f) => [f.newPath, f.hunks[0]?.lines.length])).toEqual([
      ["x", 4],
      ["z", 2],
    ]);
  });

  it("that is broken or none is refused with its line", () => {
    expect(() => parsePatch("hello\n")).toThrow(BadPatch);
    expect(() => parseHunks("@@ -1,2 +1,2 @@\n a\n")).toThrow(/^line 3: the hunk ends before its 2 and 2 lines/);
    expect(parsePatch("")).toEqual([]);
  });
});
