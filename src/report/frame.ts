/** Code frames: lines of source with a gutter, and marks below them. */
import type { Span } from "../text/edit.ts";
import type { Lines } from "../text/lines.ts";
import { type Cell, cells, displayWidth, endColumn, lineWidth, sanitizeLine, startColumn, wrap } from "../text/sanitize.ts";
import type { Colors } from "./reporter.ts";

export interface Mark {
  readonly span: Span;
  readonly label?: string;
  readonly primary: boolean;
}

export interface FrameStyle {
  readonly color: Colors;
  /** Columns of the line numbers. */
  readonly gutter: number;
  /** Columns of the whole frame. */
  readonly width: number;
}

/** Lines of context before and after the primary mark. */
const context = 2;
/** Of a longer primary span only so many lines at its start and end are shown. */
const longest = { whole: 8, head: 4, tail: 2 };

interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** A line of source, or a gap before the line that follows it. */
interface Row {
  readonly line: number;
  readonly gap: boolean;
}

/**
 * Rendered rows, without line ends, of one file's marks. Tabs are expanded, indentation that all lines share is cut off,
 * a line too long for the width is windowed around its first mark. A primary mark of several lines is a bar at the left,
 * every other mark an underline on its first line.
 */
export function frame(lines: Lines, marks: readonly Mark[], style: FrameStyle): string[] {
  const primary = marks.find((mark) => mark.primary);
  const extent = primary && lineRange(lines, primary.span);
  const bar = extent && extent.last > extent.first ? extent : undefined;
  const rows = rowsOf(lines, marks);
  const content = new Map(rows.filter((row) => !row.gap).map(({ line }) => [line, cells(lines.lineText(line))]));
  const indent = commonIndent([...content.values()]);
  const room = Math.max(20, style.width - style.gutter - 3 - (bar ? 2 : 0));

  const result = [gutter("", style)];
  for (const row of rows) {
    if (row.gap) {
      result.push(`${style.color.dim(`${" ".repeat(style.gutter)} ⋮`)} ${barAt(bar, row.line, "gap", style)}`.trimEnd());
      continue;
    }
    const line = content.get(row.line) ?? [];
    const underlined = marks
      .filter((mark) => !(bar && mark.primary) && lineRange(lines, mark.span).first === row.line)
      .map((mark) => placeMark(mark, line, lines, row.line))
      .sort((a, b) => a.from - b.from);
    const window = windowOf(line, underlined[0], indent, room);
    result.push(`${gutter(String(row.line), style)} ${barAt(bar, row.line, "line", style)}${window.text}`.trimEnd());
    for (const mark of underlined) {
      for (const text of underline(mark, window, room, style)) {
        result.push(`${gutter("", style)} ${barAt(bar, row.line, "below", style)}${text}`.trimEnd());
      }
    }
  }
  result.push(gutter("", style));
  return result;
}

/** The gutter of one row, its bar included. */
export function gutter(label: string, { color, gutter: width }: FrameStyle): string {
  return color.dim(`${label.padStart(width)} │`);
}

function lineRange(lines: Lines, span: Span): LineRange {
  const first = lines.position(clamp(span.start, lines)).line;
  const last = lines.position(clamp(Math.max(span.start, span.end - 1), lines)).line;
  return { first, last };
}

function clamp(offset: number, lines: Lines): number {
  return Math.min(Math.max(offset, 0), lines.text.length);
}

function rowsOf(lines: Lines, marks: readonly Mark[]): Row[] {
  const wanted = new Set<number>();
  const add = (first: number, last: number): void => {
    for (let line = Math.max(1, first); line <= Math.min(lines.count, last); line++) wanted.add(line);
  };
  for (const mark of marks) {
    const { first, last } = lineRange(lines, mark.span);
    if (!mark.primary) add(first, first);
    else if (last - first < longest.whole) add(first - context, last + context);
    else {
      add(first - context, first + longest.head - 1);
      add(last - longest.tail + 1, last + context);
    }
  }
  const marked = new Set(marks.flatMap((mark) => Object.values(lineRange(lines, mark.span))));
  // Blank context says nothing at the edge of a frame or of a gap.
  const isIdle = (line: number | undefined): boolean => line !== undefined && !marked.has(line) && lines.lineText(line).trim() === "";
  const rows: Row[] = [];
  for (const run of runsOf([...wanted].sort((a, b) => a - b))) {
    while (isIdle(run[0])) run.shift();
    while (isIdle(run.at(-1))) run.pop();
    const [first] = run;
    if (first !== undefined && rows.length > 0) rows.push({ line: first, gap: true });
    rows.push(...run.map((line) => ({ line, gap: false })));
  }
  return rows;
}

/** Runs of neighbouring lines; a single missing line is filled in, since a gap would take as much room. */
function runsOf(sorted: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const line of sorted) {
    const run = runs.at(-1);
    const previous = run?.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (!run || line > previous + 2) runs.push([line]);
    else if (line === previous + 2) run.push(line - 1, line);
    else run.push(line);
  }
  return runs;
}

/** Columns of white space that all lines but blank ones start with. */
export function commonIndent(content: readonly (readonly Cell[])[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const line of content) {
    const first = line.find((cell) => cell.text.trim() !== "");
    if (first) least = Math.min(least, first.column);
  }
  return Number.isFinite(least) ? least : 0;
}

function barAt(bar: LineRange | undefined, line: number, part: "line" | "below" | "gap", { color }: FrameStyle): string {
  if (!bar) return "";
  const enters = part === "below" ? line >= bar.first : line > bar.first;
  const goesOn = part === "gap" ? line <= bar.last : line < bar.last;
  const glyph = enters && goesOn ? "│" : part !== "line" ? " " : line === bar.first ? "╭" : line === bar.last ? "╰" : " ";
  return `${color.red(glyph)} `;
}

interface PlacedMark {
  readonly mark: Mark;
  /** Columns in the whole line. */
  readonly from: number;
  readonly to: number;
}

function placeMark(mark: Mark, line: readonly Cell[], lines: Lines, number: number): PlacedMark {
  const start = lines.lineStart(number);
  const from = startColumn(line, mark.span.start - start);
  const to = endColumn(line, Math.min(mark.span.end, lines.lineEnd(number)) - start);
  return { mark, from, to: Math.max(to, from + 1) };
}

interface Window {
  readonly text: string;
  /** First column of the line that is shown, and the first that is not. */
  readonly from: number;
  readonly to: number;
  /** "…" where something is cut off, else "". */
  readonly cutLeft: string;
  readonly cutRight: string;
}

/** What of a line is shown: all behind the shared indentation when it has room, else the part around its mark. */
export function windowOf(
  line: readonly Cell[],
  mark: { readonly from: number; readonly to: number } | undefined,
  indent: number,
  room: number,
): Window {
  const width = lineWidth(line);
  let from = Math.min(indent, width);
  let cutLeft = "";
  if (mark && width - from > room && mark.to - from > room - 1) {
    const before = Math.max(4, Math.min(room >> 2, room - 2 - (mark.to - mark.from)));
    if (mark.from - before > from) {
      from = line.find((cell) => cell.column >= mark.from - before)?.column ?? from;
      cutLeft = "…";
    }
  }
  const cutRight = width - from + cutLeft.length > room ? "…" : "";
  const to = cutRight ? from + room - cutLeft.length - 1 : width;
  const visible = line.filter((cell) => cell.column >= from && cell.column + cell.width <= to);
  return { text: cutLeft + visible.map((cell) => cell.text).join("") + cutRight, from, to, cutLeft, cutRight };
}

function underline({ mark, from, to }: PlacedMark, window: Window, room: number, style: FrameStyle): string[] {
  const paint = mark.primary ? style.color.red : style.color.cyan;
  const shift = window.cutLeft.length - window.from;
  const start = Math.max(window.from, from) + shift;
  const end = Math.max(start + 1, Math.min(to, window.to) + shift);
  const line = " ".repeat(start) + paint((mark.primary ? "^" : "-").repeat(end - start));
  if (!mark.label) return [line];
  const label = sanitizeLine(mark.label);
  if (end + 1 + displayWidth(label) <= room) return [`${line} ${paint(label)}`];
  const indent = Math.min(start, room >> 1);
  return [line, ...wrap(label, room - indent).map((text) => " ".repeat(indent) + paint(text))];
}
