/** Rows of a screen: runs of text with a style. Whatever comes in is made safe to print here, so that nothing of a repository can steer the terminal. */
import { type Cell, cells, displayWidth, sanitizeLine } from "../../../text/sanitize.ts";

/** The parameters of an SGR sequence, "" for none: "1;32". */
export type Style = string;

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Row = readonly Span[];

export const EMPTY: Row = [];

/** The only way to a span. */
export function span(text: string, style: Style = ""): Span {
  return { text: sanitizeLine(text), style };
}

/** Spans of pieces, empty ones left out. */
export function row(...pieces: readonly (Span | Row | string)[]): Row {
  const result: Span[] = [];
  for (const piece of pieces) {
    if (typeof piece === "string") result.push(span(piece));
    else if ("text" in piece) result.push(piece);
    else result.push(...piece);
  }
  return result.filter((s) => s.text !== "");
}

export function widthOf(r: Row): number {
  let width = 0;
  for (const s of r) width += displayWidth(s.text);
  return width;
}

/** At most `width` columns, the last of them "…" where something is cut off. */
export function cut(r: Row, width: number, mark = "…"): Row {
  if (widthOf(r) <= width) return r;
  const result: Span[] = [];
  let left = Math.max(0, width - displayWidth(mark));
  for (const s of r) {
    const whole = displayWidth(s.text);
    if (whole <= left) {
      result.push(s);
      left -= whole;
      continue;
    }
    result.push({ text: `${textOf(cells(s.text).filter((c) => c.column + c.width <= left))}${width > 0 ? mark : ""}`, style: s.style });
    break;
  }
  return result;
}

/** Exactly `width` columns. */
export function filled(r: Row, width: number, style: Style = ""): Row {
  const short = cut(r, width);
  const missing = width - widthOf(short);
  return missing > 0 ? [...short, { text: " ".repeat(missing), style }] : short;
}

/** `left` and `right` at the two ends of `width` columns; the left gives way. */
export function apart(left: Row, right: Row, width: number): Row {
  const room = width - widthOf(right);
  if (room < 2) return cut(left, width);
  return [...filled(cut(left, room - 1), room), ...right];
}

/** A path with its middle given up: the file's name says most. */
export function cutPath(path: string, width: number): string {
  const whole = sanitizeLine(path);
  if (displayWidth(whole) <= width) return whole;
  const line = cells(whole);
  const from = displayWidth(whole) - width + 1;
  return `…${textOf(line.filter((c) => c.column >= from))}`;
}

function textOf(line: readonly Cell[]): string {
  return line.map((c) => c.text).join("");
}

/** The columns from `from` to before `to`; half of a wide character becomes a blank. */
export function slice(r: Row, from: number, to: number): Row {
  const result: Span[] = [];
  let column = 0;
  for (const s of r) {
    const width = displayWidth(s.text);
    if (column + width > from && column < to) result.push(column >= from && column + width <= to ? s : part(s, from - column, to - column));
    column += width;
  }
  return result;
}

function part({ text, style }: Span, from: number, to: number): Span {
  let out = "";
  for (const c of cells(text)) {
    if (c.column + c.width <= from || c.column >= to) continue;
    const whole = c.column >= from && c.column + c.width <= to;
    out += whole ? c.text : " ".repeat(Math.min(c.column + c.width, to) - Math.max(c.column, from));
  }
  return { text: out, style };
}
