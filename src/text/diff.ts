/** Differences of two texts by lines and by words. The only importer of `diff`. */
import { diffArrays, formatPatch, structuredPatch } from "diff";
import { type Edit, normalise } from "./edit.ts";

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
  return structuredPatch("", "", before, after, undefined, undefined, { context }).hunks.map((hunk) => {
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
  if (before === after) return "";
  const patch = structuredPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { context });
  return formatPatch({ ...patch, isGit: true });
}

/** The edits, by changed lines and then as small as they can be, that lead from one text of a file to the other. */
export function editsBetween(path: string, before: string, after: string): Edit[] {
  const starts = [0];
  for (let at = before.indexOf("\n"); at >= 0; at = before.indexOf("\n", at + 1)) starts.push(at + 1);
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

/**
 * For each line of a hunk that was changed rather than only removed or added: its parts. The n-th removed line of a run
 * is compared with the n-th added line of the run that follows, when both runs are of one length.
 */
export function emphasis(hunk: Hunk): Map<HunkLine, readonly Part[]> {
  const result = new Map<HunkLine, readonly Part[]>();
  let i = 0;
  while (i < hunk.lines.length) {
    const removed = runOf(hunk, i, "removed");
    const added = runOf(hunk, i + removed.length, "added");
    if (removed.length === added.length) {
      removed.forEach((line, k) => {
        const twin = added[k];
        const parts = twin && wordParts(line.text, twin.text);
        if (!parts) return;
        result.set(line, parts.before);
        result.set(twin, parts.after);
      });
    }
    i += Math.max(1, removed.length + added.length);
  }
  return result;
}

function runOf(hunk: Hunk, from: number, kind: HunkLine["kind"]): HunkLine[] {
  const run: HunkLine[] = [];
  for (let line = hunk.lines[from]; line?.kind === kind; line = hunk.lines[from + run.length]) run.push(line);
  return run;
}
