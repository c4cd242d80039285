/** What lies on top: help, a rule's page, questions, messages. */
import { displayWidth, wrap } from "../../../text/sanitize.ts";
import { SECTIONS } from "../core/keys.ts";
import { current } from "../core/list.ts";
import { EMPTY, filled, type Row, row, span } from "./row.ts";
import type { Theme } from "./theme.ts";
import type { View } from "./view.ts";

/** Rows of what lies over the middle of the screen, at most this large; null when nothing does. */
export function overlayRows(view: View, width: number, height: number): Row[] | null {
  const { overlay } = view.state;
  switch (overlay?.kind) {
    case "help":
      return paged(helpRows(view.theme, width - 4), overlay.scroll, width, height, view.theme);
    case "rule":
      return paged(ruleRows(view, Math.min(width - 4, 96)), overlay.scroll, width, height, view.theme);
    case "ask":
    case "message":
      return boxed(overlay.title, overlay.lines, width, height, view.theme);
    case "busy":
      return boxed(overlay.title, [], width, height, view.theme);
    default:
      return null;
  }
}

/** The same as plain rows, as many as they are. */
export function overlayText(view: View, width: number): Row[] {
  const { overlay } = view.state;
  if (overlay?.kind === "help") return helpRows(view.theme, width);
  if (overlay?.kind === "rule") return ruleRows(view, width);
  if (overlay?.kind === "ask" || overlay?.kind === "message")
    return [row(span(overlay.title, view.theme.strong)), ...overlay.lines.map((l) => row(l))];
  return [];
}

/** A page over everything, scrolled. */
function paged(rows: readonly Row[], scroll: number, width: number, height: number, theme: Theme): Row[] {
  const from = Math.min(scroll, Math.max(0, rows.length - height));
  const shown = rows.slice(from, from + height).map((r) => filled(row("  ", ...r), width));
  const below = rows.length - from - shown.length;
  if (below > 0) shown[height - 1] = filled(row(span(`  ${theme.glyphs.gap} ${below + 1} more: j, page down`, theme.faint)), width);
  while (shown.length < height) shown.push(filled(EMPTY, width));
  return shown;
}

function helpRows(theme: Theme, width: number): Row[] {
  const label = Math.max(...SECTIONS.flatMap((s) => s.bindings).map((b) => b.label.length));
  const sections = SECTIONS.map((s) => [
    row(span(s.title, theme.strong)),
    ...s.bindings.filter((b) => b.label !== "").map((b) => row(span(b.label.padEnd(label + 2), theme.key), b.does)),
    EMPTY,
  ]);
  const half = Math.floor((width - 4) / 2);
  const widest = Math.max(...sections.flat().map((r) => r.reduce((n, s) => n + displayWidth(s.text), 0)));
  if (half < widest) return sections.flat();
  const [left = [], right = []] = [sections.slice(0, 2).flat(), sections.slice(2).flat()];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    row(filled(left[i] ?? EMPTY, half), "    ", right[i] ?? EMPTY),
  );
}

function ruleRows({ state, theme, rules }: View, width: number): Row[] {
  const rule = rules.get(current(state)?.finding.rule ?? "");
  if (!rule) return [row(span("nothing is looked at", theme.faint))];
  const section = (title: string, text: string | undefined): Row[] =>
    text === undefined || text === "" ? [] : [EMPTY, row(span(title, theme.strong)), ...wrap(text, width - 2).map((l) => row(`  ${l}`))];
  const { from, below } = rule.go ?? {};
  const versions =
    [from ? `from Go ${from}` : "", below ? `below Go ${below}` : ""].filter((s) => s !== "").join(", ") || "all Go versions";
  return [
    row(span(rule.id, theme.rule), "  ", span(rule.title, theme.strong)),
    row(span(`${rule.family}, ${rule.tier}, ${versions}, since gomend ${rule.since}`, theme.faint)),
    ...section("Why", rule.why),
    ...section("Fix safety", rule.fixSafety),
    ...section("Silent", rule.silent),
    ...(rule.sources ?? []).flatMap((s, i) => (i === 0 ? section("Sources", s) : wrap(s, width - 2).map((l) => row(`  ${l}`)))),
    ...section("Suppress", `//gomend:ignore ${rule.id} // reason`),
  ];
}

/** A box in the middle, as wide as it needs to be. */
function boxed(title: string, lines: readonly string[], width: number, height: number, theme: Theme): Row[] {
  const room = Math.min(width - 10, 92);
  const body = lines.flatMap((l) => (displayWidth(l) <= room ? [l] : wrapIndented(l, room)));
  const head = wrap(title, room);
  const inner = Math.min(room, Math.max(...[...head, ...body].map(displayWidth), 24));
  const most = Math.max(1, height - 4 - head.length);
  const shown = body.length > most ? [...body.slice(0, most - 1), `… ${body.length - most + 1} more lines`] : body;
  const { line, bar } = theme.glyphs;
  const [corner1, corner2, corner3, corner4] = bar === "|" ? ["+", "+", "+", "+"] : ["╭", "╮", "╰", "╯"];
  const side = span(bar, theme.accent);
  const content = (r: Row): Row => row(" ", side, ...filled(row("  ", ...r), inner + 4), side, " ");
  return [
    row(span(` ${corner1}${line.repeat(inner + 4)}${corner2} `, theme.accent)),
    ...head.map((l) => content(row(span(l, theme.strong)))),
    ...(shown.length > 0 ? [content(EMPTY)] : []),
    ...shown.map((l) => content(row(l))),
    row(span(` ${corner3}${line.repeat(inner + 4)}${corner4} `, theme.accent)),
  ];
}

/** Wrapped, with further lines as far in as the first. */
function wrapIndented(text: string, width: number): string[] {
  const blanks = /^ */.exec(text)?.[0] ?? "";
  return wrap(text.slice(blanks.length), width - blanks.length).map((l) => blanks + l);
}
