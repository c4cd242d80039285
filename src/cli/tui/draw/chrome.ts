/** Top and bottom of the screen: how far one is, what just happened, and the keys. */
import { SHORT } from "../core/keys.ts";
import { countsOf, decided, position } from "../core/list.ts";
import type { Purpose } from "../core/state.ts";
import { apart, cut, filled, type Row, row, type Span, slice, span, widthOf } from "./row.ts";
import type { Drawing, View } from "./view.ts";

const BAR = 16;
/** Below, there is no room for it. */
const NARROW = 64;

export const HEADER = 2;
export const FOOTER = 2;

export function headerDrawing(view: View, width: number): Drawing {
  const { state, theme } = view;
  const { glyphs } = theme;
  const counts = countsOf(state.items, state.decisions);
  const done = decided(counts);
  const full = counts.total === 0 ? 0 : Math.floor((done / counts.total) * BAR);
  const figures = (n: number, glyph: string, style: string): Span[] => (n > 0 ? [span(`  ${glyph} ${n}`, style)] : []);
  const left = row(
    span(" gomend ", theme.accent),
    width < NARROW ? "" : row(span(glyphs.full.repeat(full), theme.good), span(`${glyphs.empty.repeat(BAR - full)} `, theme.faint)),
    span(`${done}/${counts.total}`, theme.strong),
    span(" decided", theme.faint),
    figures(counts.accepted, glyphs.accepted, theme.good),
    figures(counts.rejected, glyphs.rejected, theme.bad),
    figures(counts.suppressed, glyphs.suppressed, theme.warn),
  );
  const at = position(state);
  const where = at >= 0 ? `${at + 1} of ${state.shown.length}` : `${state.shown.length}`;
  const right = row(
    state.progress ? span(progressText(state.progress), theme.warn) : "",
    state.filter.text === "" ? "" : span(`  filter ${state.filter.text}`, theme.accent),
    span(`  ${where} `, theme.faint),
  );
  return { rows: [apart(left, widthOf(right) > width / 2 ? cut(right, width >> 1) : right, width), lineRow(view, width)] };
}

function progressText({ done, total }: { done: number; total: number }): string {
  return total === 0 ? "checking" : `checking ${Math.floor((100 * done) / total)}%`;
}

const PROMPTS: Readonly<Record<Purpose, string>> = {
  search: "search",
  filter: "filter",
  goto: "go to",
  suppress: "reason for suppressing it",
};

const HINTS: Readonly<Record<Purpose, string>> = {
  search: "rule, path, declaration or message",
  filter: "rule:x path:y safe unsafe undecided accepted words; nothing shows all",
  goto: "a number, file:line, or a name",
  suppress: "written as //gomend:ignore … // reason",
};

/** A line with what just happened in it; below it the keys, or a line that is typed. */
export function footerDrawing(view: View, width: number): Drawing {
  const { state, theme } = view;
  const { overlay } = state;
  if (overlay?.kind === "input") {
    const prompt = row(span(` ${PROMPTS[overlay.purpose]}: `, theme.key));
    const room = width - widthOf(prompt) - 2;
    const before = row(span(overlay.line.text.slice(0, overlay.line.at)));
    const from = Math.max(0, widthOf(before) - room);
    const typed = slice(row(span(overlay.line.text)), from, from + room);
    const hint = overlay.line.text === "" ? row(span(` ${HINTS[overlay.purpose]}`, theme.faint)) : [];
    return {
      rows: [lineRow(view, width, state.notice), cut([...prompt, ...typed, ...hint], width)],
      cursor: { row: 1, column: widthOf(prompt) + widthOf(before) - from },
    };
  }
  return { rows: [lineRow(view, width, state.notice), keysRow(view, width)] };
}

function lineRow({ theme }: View, width: number, text: string | null = null): Row {
  const { line } = theme.glyphs;
  if (text === null) return row(span(line.repeat(width), theme.faint));
  const told = cut(row(span(` ${text} `, theme.warn)), width - 4);
  return row(span(line.repeat(2), theme.faint), told, span(line.repeat(Math.max(0, width - 2 - widthOf(told))), theme.faint));
}

/** As many keys as have room, the most needed ones first, in the table's order. */
function keysRow({ state, theme }: View, width: number): Row {
  const { overlay } = state;
  if (overlay?.kind === "busy") return row(span(" ctrl-c leaves", theme.faint));
  if (overlay?.kind === "ask") {
    return cut(
      row(
        ...overlay.options.flatMap((o) => [span(` ${o.key} `, theme.key), span(`${o.label} `, theme.faint)]),
        span(" esc ", theme.key),
        span("back", theme.faint),
      ),
      width,
    );
  }
  if (overlay) return row(span(" any key ", theme.key), span("goes back", theme.faint));
  const room: (typeof SHORT)[number][] = [];
  let left = width - 1;
  for (const b of SHORT) {
    const own = (b.keys[0] ?? "").length + 1 + (b.short ?? "").length + 2;
    if (own > left) continue;
    left -= own;
    room.push(b);
  }
  const order = [...room.filter((b) => b.rank !== 0), ...room.filter((b) => b.rank === 0)];
  return filled(row(" ", ...order.flatMap((b) => [span(b.keys[0] ?? "", theme.key), span(` ${b.short}  `, theme.faint)])), width);
}
