/** One line of code as a row: tabs expanded, coloured by its syntax, changed words marked, cut to what has room. */
import type { Part } from "../../../text/diff.ts";
import { type Cell, cells, lineWidth } from "../../../text/sanitize.ts";
import type { Piece } from "./highlight.ts";
import { EMPTY, type Row, type Span, type Style } from "./row.ts";
import { type Change, join, type Theme } from "./theme.ts";

export interface CodeLine {
  readonly text: string;
  /** Where the line starts in the text that `pieces` are of. */
  readonly offset: number;
  readonly pieces: readonly Piece[];
  /** The line cut into what changed and what did not. */
  readonly parts?: readonly Part[] | undefined;
  readonly change?: Change | undefined;
}

export interface Window {
  /** Columns that are left out at the left of every line: shared indentation, and what was scrolled by. */
  readonly from: number;
  readonly width: number;
  /** True once a person has moved sideways: then no line shifts on its own. */
  readonly fixed: boolean;
}

export const TAB = 4;

const CUT = "…";

/** The row fills its width where the change has a background. */
export function codeRow(line: CodeLine, window: Window, theme: Theme): Row {
  const all = cells(line.text, TAB);
  const base = line.change?.text ?? "";
  if (window.width < 1) return EMPTY;
  const styles = stylesOf(all, line, theme);
  const from = window.fixed ? window.from : fromFor(all, line.parts, window);
  const cutLeft = from > 0 && all.some((c) => c.column < from && c.text.trim() !== "");
  const cutRight = lineWidth(all) - from > window.width;
  const runs = new Runs();
  let column = from;
  if (cutLeft) {
    runs.add(CUT, join(base, theme.faint));
    column++;
  }
  const end = from + window.width - (cutRight ? 1 : 0);
  for (const [i, cell] of all.entries()) {
    if (cell.column < column || cell.column + cell.width > end) continue;
    // What a wide character at the edge left free.
    if (cell.column > column) runs.add(" ".repeat(cell.column - column), base);
    runs.add(cell.text, styles[i] ?? base);
    column = cell.column + cell.width;
  }
  if (cutRight && column < end) runs.add(" ".repeat(end - column), base);
  if (cutRight) runs.add(CUT, join(base, theme.faint));
  else if (line.change?.tinted && column < end) runs.add(" ".repeat(end - column), base);
  return runs.row;
}

/** Text beside text in one style is one span. */
class Runs {
  readonly row: Span[] = [];

  add(text: string, style: Style): void {
    const last = this.row.at(-1);
    if (last?.style === style) this.row[this.row.length - 1] = { text: last.text + text, style };
    else this.row.push({ text, style });
  }
}

function stylesOf(all: readonly Cell[], { pieces, parts, change, offset }: CodeLine, theme: Theme): Style[] {
  const colored = !change || change.tinted;
  const base = change?.text ?? "";
  let piece = 0;
  let part = 0;
  let partEnd = parts?.[0]?.text.length ?? Number.POSITIVE_INFINITY;
  return all.map((cell) => {
    const at = offset + cell.offset;
    while (piece < pieces.length && (pieces[piece] as Piece).end <= at) piece++;
    while (cell.offset >= partEnd) partEnd += parts?.[++part]?.text.length ?? Number.POSITIVE_INFINITY;
    const here = pieces[piece];
    const syntax = colored && here && here.start <= at ? theme.syntax[here.syntax] : "";
    if (change && parts?.[part]?.changed) return join(change.word, syntax);
    // Blanks take no colour, so that runs are long.
    return join(base, cell.text.trim() === "" && syntax !== "" && here?.syntax !== "comment" && here?.syntax !== "string" ? "" : syntax);
  });
}

/** The first column shown: behind the shared indentation, or further on where the first change would not be seen. */
function fromFor(all: readonly Cell[], parts: readonly Part[] | undefined, window: Window): number {
  const { from, width } = window;
  const changed = parts?.findIndex((p) => p.changed) ?? -1;
  if (changed < 0 || lineWidth(all) - from <= width) return from;
  const offset = (parts ?? []).slice(0, changed).reduce((sum, p) => sum + p.text.length, 0);
  const column = all.find((c) => c.end > offset)?.column ?? 0;
  if (column - from < width - 8) return from;
  return Math.max(from, Math.min(column - Math.floor(width / 3), lineWidth(all) - width));
}

/** Columns of white space that all lines but blank ones start with. */
export function sharedIndent(lines: Iterable<string>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const blanks = /^[\t ]*/.exec(line)?.[0] ?? "";
    if (blanks.length === line.length) continue;
    let column = 0;
    for (const c of blanks) column += c === "\t" ? TAB - (column % TAB) : 1;
    least = Math.min(least, column);
  }
  return Number.isFinite(least) ? least : 0;
}
