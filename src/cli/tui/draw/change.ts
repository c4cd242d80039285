/** A change of files as lines to be drawn: what stays, goes and comes, the part near the finding first. */
import type { FileChange } from "../../../engine/report.ts";
import { outline } from "../../../go/outline.ts";
import { emphasis, type Hunk, hunks, type Part } from "../../../text/diff.ts";

export type ChangeLine =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "gap" }
  | {
      readonly kind: "same" | "removed" | "added";
      readonly text: string;
      /** Line numbers before and after; null where the line is not there. */
      readonly old: number | null;
      readonly now: number | null;
      /** Where the line starts in the text before (same and removed) or after (added). */
      readonly offset: number;
      readonly parts?: readonly Part[];
      readonly file: FileChange;
    };

export type TextLine = Extract<ChangeLine, { readonly text: string }>;

/** `at` is the finding's place: its file comes first, and in it the hunks of its declaration. */
export function changeLines(
  files: readonly FileChange[],
  at: { readonly path: string; readonly start: number },
  context: number,
): ChangeLine[] {
  const own = files.filter((f) => f.path === at.path);
  const others = files.filter((f) => f.path !== at.path);
  const named = others.length > 0;
  return [...own, ...others].flatMap((file): ChangeLine[] => {
    const lines = fileLines(file, file.path === at.path ? at.start : null, context);
    return named ? [{ kind: "file", path: file.path }, ...lines] : lines;
  });
}

function fileLines(file: FileChange, start: number | null, context: number): ChangeLine[] {
  const result: ChangeLine[] = [];
  for (const hunk of nearFirst(file, start, context)) {
    if (result.length > 0) result.push({ kind: "gap" });
    result.push(...trimmed(hunkLines(file, hunk)));
  }
  return result;
}

/** Blank lines say nothing at the edges. */
function trimmed(lines: readonly TextLine[]): readonly TextLine[] {
  const says = (l: TextLine): boolean => l.kind !== "same" || l.text.trim() !== "";
  const first = lines.findIndex(says);
  return first < 0 ? lines : lines.slice(first, lines.findLastIndex(says) + 1);
}

/** Hunks of the declaration around the finding, then the others, in order of lines both. */
function nearFirst(file: FileChange, start: number | null, context: number): Hunk[] {
  const all = hunks(file.before, file.after, context);
  if (start === null || all.length < 2) return all;
  const declaration = outline(file.before).declarations.find((d) => start >= d.start && start < d.end);
  if (!declaration) return all;
  const first = lineAt(file.before, declaration.start);
  const last = lineAt(file.before, declaration.end);
  const near = (h: Hunk): boolean => h.oldStart <= last && h.oldStart + h.oldLines > first;
  return [...all.filter(near), ...all.filter((h) => !near(h))];
}

function hunkLines(file: FileChange, hunk: Hunk): TextLine[] {
  const parts = emphasis(hunk);
  let old = hunk.oldStart;
  let now = hunk.newStart;
  let before = lineOffset(file.before, old);
  let after = lineOffset(file.after, now);
  return hunk.lines.map((line): TextLine => {
    const { kind } = line;
    const length = line.text.length + (line.newline ? 1 : 0);
    const own = parts.get(line);
    const result: TextLine = {
      kind,
      text: line.text,
      old: kind === "added" ? null : old,
      now: kind === "removed" ? null : now,
      offset: kind === "added" ? after : before,
      file,
      ...(own ? { parts: own } : {}),
    };
    if (kind !== "added") {
      old++;
      before += length;
    }
    if (kind !== "removed") {
      now++;
      after += length;
    }
    return result;
  });
}

/** The line, from 1, of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** The offset of a line's first unit, or of the text's end. */
export function lineOffset(text: string, line: number): number {
  let offset = 0;
  for (let n = 1; n < line; n++) {
    const end = text.indexOf("\n", offset);
    if (end < 0) return text.length;
    offset = end + 1;
  }
  return offset;
}

export interface Pair {
  readonly left: ChangeLine | null;
  readonly right: ChangeLine | null;
}

/** The lines side by side: the n-th of those that go beside the n-th of those that come. */
export function pairs(lines: readonly ChangeLine[]): Pair[] {
  const result: Pair[] = [];
  let i = 0;
  while (i < lines.length) {
    const line = lines[i] as ChangeLine;
    if (line.kind !== "removed" && line.kind !== "added") {
      result.push({ left: line, right: line });
      i++;
      continue;
    }
    const removed = runOf(lines, i, "removed");
    const added = runOf(lines, i + removed.length, "added");
    for (let k = 0; k < Math.max(removed.length, added.length); k++) result.push({ left: removed[k] ?? null, right: added[k] ?? null });
    i += removed.length + added.length;
  }
  return result;
}

function runOf(lines: readonly ChangeLine[], from: number, kind: "removed" | "added"): ChangeLine[] {
  let end = from;
  while (lines[end]?.kind === kind) end++;
  return lines.slice(from, end);
}
