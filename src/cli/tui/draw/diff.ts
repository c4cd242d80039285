/** The change of a fix, as one column or side by side. */
import type { FileChange } from "../../../engine/report.ts";
import type { Item } from "../core/item.ts";
import { CONTEXT } from "../core/state.ts";
import { type ChangeLine, changeLines, pairs, type TextLine } from "./change.ts";
import { codeRow, sharedIndent, type Window } from "./code.ts";
import { apart, cutPath, EMPTY, filled, type Row, row, span, widthOf } from "./row.ts";
import type { Change, Theme } from "./theme.ts";
import type { View } from "./view.ts";

/** From this many columns of the whole screen on a change is shown side by side. */
export const SPLIT_FROM = 160;

/** Unchanged lines around a change that a large screen shows on its own. */
const MOST_CONTEXT = 10;
/** In fewer rows the change itself comes first. */
const LITTLE_ROOM = 8;

/** All rows of a fix's change; what has no room is for scrolling. Where there is `room` to spare more of the code around it is shown. */
export function diffRows(view: View, item: Item, fix: number, width: number, split: boolean, room: number): Row[] {
  const { theme, state, sources } = view;
  const outlook = sources.outlook(item, fix, state.decisions.get(item.id));
  if ("fault" in outlook) return [row(span(`this fix is faulty: ${outlook.fault}`, theme.bad))];
  const lines = linesFor(outlook, item, state.context, split, room);
  if (lines.length === 0) return [row(span("this fix has no change to show", theme.faint))];
  const indent = sharedIndent(lines.flatMap((l) => ("text" in l ? [l.text] : [])));
  const gutter = Math.max(3, ...lines.map((l) => ("text" in l ? String(Math.max(l.old ?? 0, l.now ?? 0)).length : 0)));
  const shape: Shape = { view, width, gutter, indent };
  return split ? pairs(lines).map(({ left, right }) => splitRow(shape, left, right)) : lines.map((line) => unifiedRow(shape, line));
}

/** More context than usual where there is room to spare, less where that makes the change fit; exactly what was asked for when it was. */
function linesFor(files: readonly FileChange[], item: Item, context: number, split: boolean, room: number): ChangeLine[] {
  const linesOf = (n: number): ChangeLine[] => changeLines(files, item.finding.at, n);
  const heightOf = (lines: readonly ChangeLine[]): number => (split ? pairs(lines).length : lines.length);
  const usual = linesOf(context);
  if (context !== CONTEXT.usual || room === 0) return usual;
  const parts = 1 + usual.filter((l) => l.kind === "gap" || l.kind === "file").length;
  const more = Math.min(Math.floor((room - heightOf(usual)) / (2 * parts)), MOST_CONTEXT - context);
  if (more > 0) return linesOf(context + more);
  if (heightOf(usual) <= room) return usual;
  const fewer = [2, 1].map(linesOf);
  return fewer.find((lines) => heightOf(lines) <= room) ?? (room < LITTLE_ROOM ? linesOf(1) : usual);
}

interface Shape {
  readonly view: View;
  readonly width: number;
  readonly gutter: number;
  readonly indent: number;
}

function unifiedRow({ view, width, gutter, indent }: Shape, line: ChangeLine): Row {
  const { theme } = view;
  if (!("text" in line)) return markRow(line, width, theme);
  const change = changeOf(line, theme);
  const sign = line.kind === "added" ? "+" : line.kind === "removed" ? "-" : " ";
  const number = line.kind === "added" ? "" : String(line.old);
  const head = row(span(`${number.padStart(gutter)} `, theme.faint), span(`${sign} `, change?.sign ?? ""));
  return [...head, ...code(view, line, change, windowOf(view, indent, width - widthOf(head)))];
}

function splitRow({ view, width, gutter, indent }: Shape, left: ChangeLine | null, right: ChangeLine | null): Row {
  const { theme } = view;
  const whole = left ?? right;
  if (whole?.kind === "file") return markRow(whole, width, theme);
  const half = Math.floor((width - 3) / 2);
  const side = (line: ChangeLine | null, number: number | null): Row => {
    if (!line || line.kind === "file") return EMPTY;
    if (line.kind === "gap") return markRow(line, half, theme);
    const change = changeOf(line, theme);
    const head = row(span(`${String(number ?? "").padStart(gutter)} `, change?.sign ?? theme.faint));
    return [...head, ...code(view, line, change, windowOf(view, indent, half - widthOf(head)))];
  };
  const before = side(left, left && "text" in left ? left.old : null);
  const after = side(right, right && "text" in right ? right.now : null);
  return [...filled(before, half), span(` ${theme.glyphs.bar} `, theme.faint), ...after];
}

/** The name of a file, or lines left out. */
function markRow(line: Extract<ChangeLine, { kind: "file" | "gap" }>, width: number, theme: Theme): Row {
  if (line.kind === "gap") return row(span(`  ${theme.glyphs.gap}`, theme.faint));
  return apart(row(span(cutPath(line.path, width), theme.strong)), EMPTY, width);
}

function changeOf(line: TextLine, theme: Theme): Change | undefined {
  return line.kind === "added" ? theme.added : line.kind === "removed" ? theme.removed : undefined;
}

function code(view: View, line: TextLine, change: Change | undefined, window: Window): Row {
  const text = line.kind === "added" ? line.file.after : line.file.before;
  const pieces = view.highlighter.pieces(text, line.offset, line.offset + line.text.length);
  return codeRow({ text: line.text.replace(/\r$/, ""), offset: line.offset, pieces, parts: line.parts, change }, window, view.theme);
}

export function windowOf({ state }: View, indent: number, width: number): Window {
  return { from: indent + state.pan, width: Math.max(1, width), fixed: state.pan > 0 };
}
