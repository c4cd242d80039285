/** What the diff of a pull or merge request shows of each file's new side: the only lines that a comment may stand on. */
import type { Hunk } from "../text/diff.ts";

export interface ChangedFile {
  readonly path: string;
  /** The path before the change; the same but for a rename. */
  readonly oldPath: string;
  /** Empty for a file whose diff the service does not give: too large, binary, or only renamed. */
  readonly hunks: readonly Hunk[];
}

/** A line of the new side. */
export interface ShownLine {
  readonly line: number;
  /** Its number on the old side; null for one that is new. */
  readonly old: number | null;
  /** What stands at its place on the old side: its own number, or that of the next kept or removed line. */
  readonly oldPlace: number;
  /** Without its end, which may be CRLF. */
  readonly text: string;
  readonly crlf: boolean;
  /** False for a last line that does not end. */
  readonly newline: boolean;
  readonly hunk: number;
  /** Removed lines stand between it and the line before. */
  readonly afterRemoved: boolean;
}

export class Diff {
  readonly files: readonly ChangedFile[];
  private readonly lines = new Map<string, Map<number, ShownLine>>();

  constructor(files: readonly ChangedFile[]) {
    this.files = files;
    for (const file of files) this.lines.set(file.path, shownLines(file.hunks));
  }

  line(path: string, line: number): ShownLine | undefined {
    return this.lines.get(path)?.get(line);
  }

  /** The lines from `first` to `last`, when all of them are in one hunk; else null. */
  range(path: string, first: number, last: number): ShownLine[] | null {
    const range: ShownLine[] = [];
    for (let n = first; n <= last; n++) {
      const line = this.line(path, n);
      if (!line || line.hunk !== (range[0] ?? line).hunk) return null;
      range.push(line);
    }
    return range.length > 0 ? range : null;
  }

  oldPath(path: string): string {
    return this.files.find((file) => file.path === path)?.oldPath ?? path;
  }
}

function shownLines(hunks: readonly Hunk[]): Map<number, ShownLine> {
  const lines = new Map<number, ShownLine>();
  hunks.forEach((hunk, index) => {
    let [old, now] = [hunk.oldStart, hunk.newStart];
    let afterRemoved = false;
    for (const { kind, text, newline } of hunk.lines) {
      if (kind === "removed") {
        afterRemoved = true;
        old++;
        continue;
      }
      const crlf = text.endsWith("\r");
      const number = kind === "same" ? old++ : null;
      const oldPlace = number ?? old;
      lines.set(now, { line: now, old: number, oldPlace, text: crlf ? text.slice(0, -1) : text, crlf, newline, hunk: index, afterRemoved });
      now++;
      afterRemoved = false;
    }
  });
  return lines;
}
