/**
 * Puts rows onto the terminal with as few bytes as it takes: each cell is compared with what stands there. Ink's own way, whole lines, costs a
 * multiple of that, and of the time: see docs/adr.
 */
import { cells } from "../../../text/sanitize.ts";
import type { Row, Style } from "../draw/row.ts";

/** A line as the terminal shows it: for each column a character and its style; "" in the second column of a wide one. */
interface Line {
  readonly source: Row;
  readonly texts: string[];
  readonly styles: Style[];
}

export interface Cursor {
  readonly row: number;
  readonly column: number;
}

/** Unchanged cells between two changes that are written again, rather than stepped over by a sequence that is as long. */
const STEP = 5;

const BLANK: Line = { source: [], texts: [], styles: [] };

export class Painter {
  private lines: Line[] = [];
  private columns = 0;
  private cursor: Cursor | null = null;

  /** What stands on the screen is not known any more. */
  forget(): void {
    this.lines = [];
    this.columns = 0;
    this.cursor = null;
  }

  /** What to write so that the screen of this size shows the rows; "" when it does already. `cursor` is where text is typed. */
  paint(rows: readonly Row[], columns: number, height: number, cursor: Cursor | null = null): string {
    const fresh = this.lines.length !== height || this.columns !== columns;
    const pen = new Pen();
    if (fresh) pen.clear();
    const next: Line[] = [];
    for (let y = 0; y < height; y++) {
      const source = rows[y] ?? BLANK.source;
      const old = fresh ? BLANK : (this.lines[y] ?? BLANK);
      const line = sameRow(old.source, source) ? old : lineOf(source, columns);
      if (line !== old) paintLine(pen, y, line, old, columns);
      next.push(line);
    }
    this.lines = next;
    this.columns = columns;
    return this.finish(pen, cursor);
  }

  private finish(pen: Pen, cursor: Cursor | null): string {
    const moved = cursor?.row !== this.cursor?.row || cursor?.column !== this.cursor?.column;
    if (pen.out === "" && !moved) return "";
    pen.style("");
    const shown = cursor ? `\x1b[${cursor.row + 1};${cursor.column + 1}H${this.cursor ? "" : "\x1b[?25h"}` : this.cursor ? "\x1b[?25l" : "";
    this.cursor = cursor;
    // Shown at once by terminals that know how.
    return pen.out === "" ? shown : `\x1b[?2026h${pen.out}${shown}\x1b[?2026l`;
  }
}

/** Keeps where the cursor is and what it writes with. */
class Pen {
  out = "";
  private row = -1;
  private column = -1;
  private current: Style = "";

  clear(): void {
    this.out += "\x1b[m\x1b[H\x1b[2J";
  }

  style(style: Style): void {
    if (style === this.current) return;
    this.out += style === "" ? "\x1b[m" : this.current === "" ? `\x1b[${style}m` : `\x1b[0;${style}m`;
    this.current = style;
  }

  moveTo(row: number, column: number): void {
    if (row === this.row && column === this.column) return;
    this.out += row === this.row ? `\x1b[${column + 1}G` : column === 0 ? `\x1b[${row + 1}H` : `\x1b[${row + 1};${column + 1}H`;
    this.row = row;
    this.column = column;
  }

  /** At the cursor. Terminals differ about the width of what is wide or joined: its place is blanked first, and the next one is told anew. */
  write(text: string, width: number): void {
    if (text.length === 1 && width === 1) {
      this.out += text;
      this.column++;
      return;
    }
    this.out += `${" ".repeat(width)}\x1b[${this.column + 1}G${text}`;
    this.column = -1;
  }

  eraseRest(): void {
    this.style("");
    this.out += "\x1b[K";
  }
}

function sameRow(a: Row, b: Row): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((span, i) => span.text === b[i]?.text && span.style === b[i]?.style);
}

function lineOf(source: Row, columns: number): Line {
  const texts: string[] = [];
  const styles: Style[] = [];
  for (const { text, style } of source) {
    for (const cell of cells(text)) {
      texts.push(cell.text);
      styles.push(style);
      for (let i = 1; i < cell.width; i++) {
        texts.push("");
        styles.push(style);
      }
    }
  }
  // A wide character at the edge has no room for its second half.
  let end = Math.min(texts.length, columns);
  if (texts.length > columns && texts[columns] === "") while (end > 0 && texts[end - 1] === "") end--;
  if (texts.length > columns && texts[columns] === "") end--;
  while (end > 0 && texts[end - 1] === " " && styles[end - 1] === "") end--;
  return { source, texts: texts.slice(0, end), styles: styles.slice(0, end) };
}

function paintLine(pen: Pen, y: number, line: Line, old: Line, columns: number): void {
  const differs = (x: number): boolean => line.texts[x] !== old.texts[x] || line.styles[x] !== old.styles[x];
  for (let x = 0; x < line.texts.length; ) {
    if (!differs(x)) {
      x++;
      continue;
    }
    // The first half of a wide character is written for both.
    while (x > 0 && line.texts[x] === "") x--;
    x = paintRun(pen, y, x, line, differs);
  }
  if (old.texts.length <= line.texts.length || line.texts.length >= columns) return;
  pen.moveTo(y, line.texts.length);
  pen.eraseRest();
}

/** Writes from a cell that differs to the last that does before a longer stretch of equal ones; gives where it stopped. */
function paintRun(pen: Pen, y: number, from: number, line: Line, differs: (x: number) => boolean): number {
  let end = from;
  for (let x = from; x < line.texts.length && x - end <= STEP; x++) if (differs(x) || line.texts[x] === "") end = x;
  for (let x = from; x <= end; x++) {
    const text = line.texts[x] as string;
    if (text === "") continue;
    pen.moveTo(y, x);
    pen.style(line.styles[x] ?? "");
    pen.write(text, line.texts[x + 1] === "" ? 2 : 1);
  }
  return end + 1;
}
