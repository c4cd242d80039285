/** Differences of two texts by lines and by words. The only importer of `diff`. */

import { diffArrays, formatPatch, type StructuredPatchHunk, structuredPatch } from "diff";
import { type Edit, normalise } from "./edit.ts";
import { lineStart } from "./lines.ts";

export interface HunkLine {
  readonly kind: "same" | "removed" | "added";
  /** The line without its `\n`; a `\r` before it stays. */
  readonly text: string;
  /** False for a last line that does not end in `\n`. */
  readonly newline: boolean;
}

/** Neighbouring changes with their context. Starts are lines counted from 1, also where the side has no lines. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly HunkLine[];
}

const kinds = { " ": "same", "-": "removed", "+": "added" } as const;

/** Hunks with `context` unchanged lines around each change; changes whose context meets share a hunk. */
export function hunks(before: string, after: string, context = 3): Hunk[] {
  return patchHunks(before, after, context).map((hunk) => {
    const lines: HunkLine[] = [];
    hunk.lines.forEach((line, i) => {
      const kind = kinds[line[0] as keyof typeof kinds];
      if (kind) lines.push({ kind, text: line.slice(1), newline: !hunk.lines[i + 1]?.startsWith("\\") });
    });
    const { oldStart, oldLines, newStart, newLines } = hunk;
    return { oldStart, oldLines, newStart, newLines, lines };
  });
}

/**
 * A patch of one file as `git apply` takes it, or "" when nothing differs. Paths are relative to where it is applied, with
 * `/`; names are C-quoted as git does. Line endings are those of the texts.
 */
export function unifiedPatch(path: string, before: string, after: string, context = 3): string {
  return before === after ? "" : gitPatch(path, patchHunks(before, after, context));
}

/** The patch of one file that the hunks make, as `unifiedPatch` writes it; "" without hunks. */
export function patchOf(path: string, hunks: readonly Hunk[]): string {
  if (hunks.length === 0) return "";
  const signs = { same: " ", removed: "-", added: "+" };
  const marked = ({ kind, text, newline }: HunkLine): string[] => [
    signs[kind] + text,
    ...(newline ? [] : ["\\ No newline at end of file"]),
  ];
  return gitPatch(
    path,
    hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.flatMap(marked) })),
  );
}

function gitPatch(path: string, parts: StructuredPatchHunk[]): string {
  const names = { oldFileName: `a/${path}`, newFileName: `b/${path}`, oldHeader: undefined, newHeader: undefined };
  return formatPatch({ ...names, hunks: parts, isGit: true });
}

/** Only what lies between the first and the last difference is compared: fixes touch little of a large file. */
function patchHunks(before: string, after: string, context: number): StructuredPatchHunk[] {
  const start = commonStart(before, after, context);
  const end = commonEnd(before, after, start, context);
  const old = before.slice(start, before.length - end);
  const now = after.slice(start, after.length - end);
  const skipped = countLines(before, start);
  return structuredPatch("", "", old, now, undefined, undefined, { context }).hunks.map((hunk) => ({
    ...hunk,
    oldStart: hunk.oldStart + skipped,
    newStart: hunk.newStart + skipped,
  }));
}

/** Units compared at once, many times faster than one by one. */
const block = 1_024;

/** Length of the whole lines that both texts start with, `context` lines less. */
function commonStart(before: string, after: string, context: number): number {
  const limit = Math.min(before.length, after.length);
  let same = 0;
  while (same + block <= limit && before.slice(same, same + block) === after.slice(same, same + block)) same += block;
  while (same < limit && before.charCodeAt(same) === after.charCodeAt(same)) same++;
  let start = lineStart(before, same);
  for (let i = 0; i < context && start > 0; i++) start = lineStart(before, start - 1);
  return start;
}

/** Length of the whole lines that both texts end with, `context` lines less, behind `start`. */
function commonEnd(before: string, after: string, start: number, context: number): number {
  const limit = Math.min(before.length, after.length) - start;
  const tail = (text: string, from: number): string => text.slice(text.length - from - block, text.length - from);
  let same = 0;
  while (same + block <= limit && tail(before, same) === tail(after, same)) same += block;
  while (same < limit && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) same++;
  // A line that is whole in one text need not be in the other, so one more is given up.
  let end = before.length - same;
  for (let i = 0; i <= context; i++) {
    const next = before.indexOf("\n", end) + 1;
    if (next === 0) return 0;
    end = next;
  }
  return before.length - end;
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** The edits, by changed lines and then as small as they can be, that lead from one text of a file to the other. */
export function editsBetween(path: string, before: string, after: string): Edit[] {
  const starts = lineStarts(before);
  const edits = hunks(before, after, 0).map((hunk): Edit => {
    const start = starts[hunk.oldStart - 1] ?? before.length;
    const removed = hunk.lines.filter((line) => line.kind === "removed");
    const added = hunk.lines.filter((line) => line.kind === "added");
    return { at: { path, start, end: start + textOf(removed).length }, text: textOf(added) };
  });
  return normalise(edits, before);
}

function textOf(lines: readonly HunkLine[]): string {
  return lines.map((line) => line.text + (line.newline ? "\n" : "")).join("");
}

/** Tells where an offset of the text before is in the text after; null on a line that is not in both. */
export function keptLines(before: string, after: string): (offset: number) => number | null {
  const changes = editsOfLines(before, after);
  return (offset) => {
    let shift = 0;
    for (const { start, end, length } of changes) {
      if (offset < start) break;
      if (offset < end) return null;
      shift += length - (end - start);
    }
    return offset + shift;
  };
}

/** Changed lines as ranges of the text before, with the length of what stands there after. */
function editsOfLines(before: string, after: string): { start: number; end: number; length: number }[] {
  const starts = lineStarts(before);
  return hunks(before, after, 0).map((hunk) => {
    const start = starts[hunk.oldStart - 1] ?? before.length;
    const length = (kind: HunkLine["kind"]): number => textOf(hunk.lines.filter((line) => line.kind === kind)).length;
    return { start, end: start + length("removed"), length: length("added") };
  });
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

export interface Part {
  readonly text: string;
  readonly changed: boolean;
}

/** Longer lines are not compared by words. */
const longestLine = 1_000;

/**
 * Differences within two versions of a line, by words and single other characters, or null when the lines share so little
 * that marking words would not help a reader.
 */
export function wordParts(before: string, after: string): { before: Part[]; after: Part[] } | null {
  if (before.length > longestLine || after.length > longestLine) return null;
  const result: { before: Part[]; after: Part[] } = { before: [], after: [] };
  let shared = 0;
  for (const change of diffArrays(tokens(before), tokens(after))) {
    const text = change.value.join("");
    const changed = change.added || change.removed;
    if (!changed) shared += text.replace(/\s/g, "").length;
    if (!change.added) result.before.push({ text, changed });
    if (!change.removed) result.after.push({ text, changed });
  }
  const size = Math.max(before.replace(/\s/g, "").length, after.replace(/\s/g, "").length);
  return shared * 2 >= size ? result : null;
}

function tokens(line: string): string[] {
  return line.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? [];
}

/** Of longer runs of unequal length no lines are compared: trying each with each would take too long. */
const longestRun = 40;

/**
 * For each line of a hunk that was changed rather than only removed or added: its parts. The n-th removed line of a run is compared with the
 * n-th added line of the run that follows, when both runs are of one length; else with the next one that it shares enough with.
 */
export function emphasis(hunk: Hunk): Map<HunkLine, readonly Part[]> {
  const result = new Map<HunkLine, readonly Part[]>();
  let i = 0;
  while (i < hunk.lines.length) {
    const removed = runOf(hunk, i, "removed");
    const added = runOf(hunk, i + removed.length, "added");
    compareRuns(removed, added, result);
    i += Math.max(1, removed.length + added.length);
  }
  return result;
}

function compareRuns(removed: readonly HunkLine[], added: readonly HunkLine[], result: Map<HunkLine, readonly Part[]>): void {
  const even = removed.length === added.length;
  if (!even && Math.max(removed.length, added.length) > longestRun) return;
  let next = 0;
  for (const [n, line] of removed.entries()) {
    for (let k = even ? n : next; k < (even ? n + 1 : added.length); k++) {
      const twin = added[k] as HunkLine;
      const parts = wordParts(line.text, twin.text);
      if (!parts) continue;
      result.set(line, parts.before);
      result.set(twin, parts.after);
      next = k + 1;
      break;
    }
  }
}

function runOf(hunk: Hunk, from: number, kind: HunkLine["kind"]): HunkLine[] {
  const run: HunkLine[] = [];
  for (let line = hunk.lines[from]; line?.kind === kind; line = hunk.lines[from + run.length]) run.push(line);
  return run;
}
