/** Several fixes as one patch of the text that they were all made for. */
import { type Hunk, type HunkLine, patchOf } from "../text/diff.ts";
import type { LineEdit } from "../text/line-edits.ts";
import type { FixedFile, Item } from "./subject.ts";

export interface Combined {
  /** As `git apply` takes it; "" when there is nothing. */
  readonly patch: string;
  /** Items whose fixes are in it, and those whose fixes are in the way of others: they are to be made afterwards. */
  readonly inside: readonly Item[];
  readonly outside: readonly Item[];
}

/** Lines of context around a change, where they are known. */
const CONTEXT = 3;

/** Fixes in the order given; each is taken whole or not at all. What two fixes both do is done once. */
export function combine(items: readonly Item[]): Combined {
  const files = new Map<string, FileState>();
  const inside: Item[] = [];
  const outside: Item[] = [];
  for (const item of items) {
    const fixed = item.fix?.files ?? [];
    const free = fixed.every((file) => (files.get(file.path) ?? new FileState()).takes(file));
    (free ? inside : outside).push(item);
    if (!free) continue;
    for (const file of fixed) {
      const state = files.get(file.path) ?? new FileState();
      files.set(file.path, state);
      state.add(file);
    }
  }
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return { patch: sorted.map(([path, state]) => patchOf(path, state.hunks())).join(""), inside, outside };
}

/** What is known of one file's old side, and the changes that were taken. */
class FileState {
  private readonly old = new Map<number, HunkLine>();
  private edits: LineEdit[] = [];

  takes({ edits }: FixedFile): boolean {
    return edits.every((edit) => this.edits.every((taken) => isSame(edit, taken) || !meet(edit, taken)));
  }

  add({ hunks, edits }: FixedFile): void {
    for (const hunk of hunks) {
      let line = hunk.oldStart;
      for (const entry of hunk.lines) if (entry.kind !== "added") this.old.set(line++, { ...entry, kind: "same" });
    }
    this.edits.push(...edits.filter((edit) => !this.edits.some((taken) => isSame(edit, taken))));
    this.edits.sort((a, b) => a.first - b.first || a.last - b.last);
  }

  hunks(): Hunk[] {
    const hunks: Hunk[] = [];
    let shift = 0;
    for (const group of this.groups()) {
      const hunk = this.hunk(group, shift);
      shift += hunk.newLines - hunk.oldLines;
      hunks.push(hunk);
    }
    return hunks;
  }

  /** Changes whose context meets belong to one hunk. */
  private groups(): LineEdit[][] {
    const groups: LineEdit[][] = [];
    for (const edit of this.edits) {
      const last = groups.at(-1)?.at(-1);
      if (last && edit.first - last.last - 1 <= 2 * CONTEXT && this.knows(last.last + 1, edit.first - 1)) groups.at(-1)?.push(edit);
      else groups.push([edit]);
    }
    return groups;
  }

  private knows(first: number, last: number): boolean {
    for (let line = first; line <= last; line++) if (!this.old.has(line)) return false;
    return true;
  }

  private hunk(edits: readonly LineEdit[], shift: number): Hunk {
    const [head, tail] = [edits[0] as LineEdit, edits.at(-1) as LineEdit];
    let first = head.first;
    while (first > head.first - CONTEXT && this.old.has(first - 1)) first--;
    let last = tail.last;
    while (last < tail.last + CONTEXT && this.old.has(last + 1)) last++;
    const lines: HunkLine[] = [];
    let next = first;
    const keep = (until: number): void => {
      for (; next < until; next++) lines.push(this.old.get(next) as HunkLine);
    };
    for (const edit of edits) {
      keep(edit.first);
      lines.push(...edit.removed, ...edit.added);
      next = edit.last + 1;
    }
    keep(last + 1);
    const newLines = lines.filter(({ kind }) => kind !== "removed").length;
    return { oldStart: first, oldLines: last - first + 1, newStart: first + shift, newLines, lines };
  }
}

function isSame(a: LineEdit, b: LineEdit): boolean {
  return a.first === b.first && a.last === b.last && textOf(a) === textOf(b);
}

function textOf({ added }: LineEdit): string {
  return added.map(({ text, newline }) => `${text}${newline ? "\n" : ""}`).join("");
}

/** Whether changes share a line or a place: then nobody can say which comes first. */
function meet(a: LineEdit, b: LineEdit): boolean {
  return a.first <= b.last + 1 && b.first <= a.last + 1;
}
