/** A fix's diff beside its finding, made for reading. */
import type { FileChange } from "../engine/report.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import { emphasis, type HunkLine, hunks, type Part } from "../text/diff.ts";
import { type Cell, cells, endColumn, sanitizeLine, startColumn } from "../text/sanitize.ts";
import { commonIndent, type FrameStyle, gutter, windowOf } from "./frame.ts";
import type { View } from "./view.ts";

/** Unchanged lines around a change. */
const context = 1;
/** A longer diff is cut off, and the cut is told. */
const longest = 60;

/** Rendered lines, without line ends, of what a fix changes. The gutter numbers the lines that stand in the file now. */
export function diffLines(view: View, finding: Finding, fix: Fix, style: FrameStyle): string[] {
  const changes = view.changes(finding, fix);
  const named = changes.length > 1 || changes.some((file) => file.path !== finding.at.path);
  const result = changes.flatMap((file) => fileLines(file, named, style));
  if (result.length === 0) return [];
  const shown = result.length > longest ? result.slice(0, longest) : result;
  const rest = result.length - shown.length;
  if (rest > 0) shown.push(style.color.dim(`${" ".repeat(style.gutter)} ⋮ ${rest} more lines; \`gomend fix --diff\` shows all`));
  return shown;
}

function fileLines({ path, before, after }: FileChange, named: boolean, style: FrameStyle): string[] {
  const { color } = style;
  const result = named ? [color.dim(`${" ".repeat(style.gutter)} ╭─ ${sanitizeLine(path)}`)] : [];
  hunks(before, after, context).forEach((hunk, i) => {
    if (i > 0) result.push(color.dim(`${" ".repeat(style.gutter)} ⋮`));
    const content = new Map(hunk.lines.map((line) => [line, cells(line.text)]));
    const indent = commonIndent([...content.values()]);
    const parts = emphasis(hunk);
    let number = hunk.oldStart;
    for (const line of hunk.lines) {
      const label = line.kind === "added" ? "" : String(number++);
      const body = paintLine(content.get(line) ?? [], line, parts.get(line), indent, style);
      result.push(`${gutter(label, style)} ${body}`.trimEnd());
    }
  });
  return result;
}

function paintLine(
  line: readonly Cell[],
  { kind }: HunkLine,
  parts: readonly Part[] | undefined,
  indent: number,
  { color, width, gutter: gutterWidth }: FrameStyle,
): string {
  const window = windowOf(line, changeIn(line, parts), indent, Math.max(20, width - gutterWidth - 5));
  if (kind === "same") return `  ${window.text}`;
  const paint = kind === "added" ? color.green : color.red;
  const sign = kind === "added" ? "+ " : "- ";
  if (!parts) return paint(sign + window.text);
  const shown = line.filter((cell) => cell.column >= window.from && cell.column + cell.width <= window.to);
  const body = pieces(shown, parts).map(({ text, changed }) => (changed ? color.bold(paint(text)) : paint(text)));
  return paint(sign + window.cutLeft) + body.join("") + (window.cutRight && paint(window.cutRight));
}

/** Columns of the first changed part, around which a long line is windowed. */
function changeIn(line: readonly Cell[], parts: readonly Part[] = []): { from: number; to: number } | undefined {
  const index = parts.findIndex((part) => part.changed);
  if (index < 0) return undefined;
  const offset = parts.slice(0, index).reduce((sum, part) => sum + part.text.length, 0);
  const from = startColumn(line, offset);
  return { from, to: Math.max(from + 1, endColumn(line, offset + (parts[index]?.text.length ?? 0))) };
}

/** The visible text of a line, cut where a changed part starts or ends. */
function pieces(visible: readonly Cell[], parts: readonly Part[]): Part[] {
  const result: { text: string; changed: boolean }[] = [];
  let index = 0;
  let end = parts[0]?.text.length ?? Number.POSITIVE_INFINITY;
  for (const cell of visible) {
    while (cell.offset >= end) {
      index++;
      end += parts[index]?.text.length ?? Number.POSITIVE_INFINITY;
    }
    const changed = parts[index]?.changed ?? false;
    const last = result.at(-1);
    if (last?.changed === changed) last.text += cell.text;
    else result.push({ text: cell.text, changed });
  }
  return result;
}
