/** Changes by whole lines: what a review comment, or a tool that knows lines alone, can be told. */
import type { Hunk, HunkLine } from "./diff.ts";

/** Puts `added` in place of the lines `first` to `last` of the old side, counted from 1; before `first` when `last` is `first - 1`. */
export interface LineEdit {
  readonly first: number;
  readonly last: number;
  readonly removed: readonly HunkLine[];
  readonly added: readonly HunkLine[];
}

/** The changes of hunks with any context, in order; neighbouring ones are one. */
export function lineEdits(hunks: readonly Hunk[]): LineEdit[] {
  const edits: LineEdit[] = [];
  for (const hunk of hunks) {
    let line = hunk.oldStart;
    let open: { first: number; removed: HunkLine[]; added: HunkLine[] } | null = null;
    const close = (): void => {
      if (open) edits.push({ ...open, last: open.first + open.removed.length - 1 });
      open = null;
    };
    for (const entry of hunk.lines) {
      if (entry.kind === "same") close();
      else {
        open ??= { first: line, removed: [], added: [] };
        open[entry.kind].push(entry);
      }
      if (entry.kind !== "added") line++;
    }
    close();
  }
  return edits;
}
