/** Where a finding is and the path on which it happens, step by step, in the code as it is. */
import { Lines } from "../../../text/lines.ts";
import { cells, wrap } from "../../../text/sanitize.ts";
import type { Item } from "../core/item.ts";
import { codeRow, sharedIndent, TAB, type Window } from "./code.ts";
import { windowOf } from "./diff.ts";
import { cutPath, type Row, row, type Style, span } from "./row.ts";
import type { View } from "./view.ts";

interface Mark {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly style: Style;
  readonly sign: string;
}

/** All rows; what has no room is for scrolling. */
export function pathRows(view: View, item: Item, width: number): Row[] {
  const { finding } = item;
  const { theme } = view;
  const related = finding.related ?? [];
  const byFile = new Map<string, Mark[]>([
    [finding.at.path, [{ start: finding.at.start, end: finding.at.end, label: "", style: theme.bad || theme.strong, sign: "^" }]],
  ]);
  related.forEach(({ at, message }, i) => {
    const marks = byFile.get(at.path) ?? [];
    const label = related.length > 1 ? `${i + 1}. ${message}` : message;
    marks.push({ start: at.start, end: at.end, label, style: theme.accent, sign: "-" });
    byFile.set(at.path, marks);
  });
  return [...byFile].flatMap(([path, marks]) => {
    const rows = fileRows(view, path, marks, width);
    return byFile.size > 1 ? [row(span(cutPath(path, width), theme.strong)), ...rows] : rows;
  });
}

function fileRows(view: View, path: string, marks: readonly Mark[], width: number): Row[] {
  const { theme, state } = view;
  const lines = new Lines(view.sources.text(path));
  const lineOf = (offset: number): number => lines.position(Math.min(Math.max(offset, 0), lines.text.length)).line;
  const wanted = linesAround(
    marks.map((m) => lineOf(m.start)),
    Math.max(1, state.context - 1),
    lines.count,
  );
  const indent = sharedIndent(wanted.map((n) => lines.lineText(n)));
  const gutter = Math.max(3, String(wanted.at(-1) ?? 0).length);
  const window = windowOf(view, indent, width - gutter - 3);
  const rows: Row[] = [];
  for (const [i, n] of wanted.entries()) {
    if (i > 0 && n > (wanted[i - 1] ?? 0) + 1) rows.push(row(span(`${" ".repeat(gutter - 1)}${theme.glyphs.gap}`, theme.faint)));
    const start = lines.lineStart(n);
    const text = lines.lineText(n);
    const pieces = view.highlighter.pieces(lines.text, start, start + text.length);
    const code = codeRow({ text, offset: start, pieces }, window, theme);
    rows.push([...row(span(`${String(n).padStart(gutter)} ${theme.glyphs.bar} `, theme.faint)), ...code]);
    for (const mark of marks.filter((m) => lineOf(m.start) === n)) rows.push(...markRows(view, mark, text, start, window, gutter));
  }
  return rows;
}

function markRows({ theme }: View, mark: Mark, text: string, start: number, window: Window, gutter: number): Row[] {
  const all = cells(text, TAB);
  const from = all.find((c) => c.end > mark.start - start)?.column ?? 0;
  const end = all.find((c) => c.offset >= mark.end - start)?.column ?? (all.at(-1)?.column ?? 0) + 1;
  const left = Math.min(Math.max(0, from - window.from), Math.max(0, window.width - 1));
  const length = Math.max(1, Math.min(end - from, window.width - left));
  const head = row(span(`${" ".repeat(gutter)} ${theme.glyphs.bar} `, theme.faint));
  const rows = [row(...head, " ".repeat(left), span(mark.sign.repeat(length), mark.style))];
  if (mark.label === "") return rows;
  const indent = Math.min(left, window.width >> 1);
  return [...rows, ...wrap(mark.label, window.width - indent).map((line) => row(...head, " ".repeat(indent), span(line, mark.style)))];
}

/** Lines of interest with some around each; a single line between two stretches is shown too. */
function linesAround(lines: readonly number[], context: number, count: number): number[] {
  const wanted = new Set<number>();
  for (const line of lines) for (let n = Math.max(1, line - context); n <= Math.min(count, line + context); n++) wanted.add(n);
  for (const n of [...wanted]) if (!wanted.has(n + 1) && wanted.has(n + 2)) wanted.add(n + 1);
  return [...wanted].sort((a, b) => a - b);
}
