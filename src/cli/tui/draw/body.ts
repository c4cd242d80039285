/** The middle of the screen: the place, what is wrong there, the fix with its change, and why. */
import { wrap } from "../../../text/sanitize.ts";
import { statusOf } from "../core/filter.ts";
import type { Item } from "../core/item.ts";
import { current, viewed } from "../core/list.ts";
import { diffRows } from "./diff.ts";
import { pathRows } from "./path.ts";
import { apart, cutPath, EMPTY, type Row, row, type Span, type Style, span } from "./row.ts";
import { join, type Theme } from "./theme.ts";
import type { Drawing, View } from "./view.ts";

/** Of each text around the change at most so many lines, so that there is room for the change. */
const LINES = { message: 2, title: 2, because: 4, why: 2 };
/** Wider text is hard to read. */
const WIDEST = 110;

export function bodyDrawing(view: View, width: number, height: number, split: boolean): Drawing {
  const item = current(view.state);
  if (!item) return { rows: emptyRows(view, height) };
  const inner = width - 2;
  const top = [...placeRows(view, item, inner), EMPTY, ...fixRows(view, item, inner)];
  const bottom = reasonRows(view, item, inner);
  const room = Math.max(1, height - top.length - bottom.length);
  const middle = scrolled(view, middleRows(view, item, inner, split), room);
  const rows = [...top, ...middle, ...bottom].slice(0, height);
  return { rows: rows.map((r) => (r.length === 0 ? r : [span(" "), ...r])) };
}

/** All of it, as long as it is: for a prompt that scrolls. */
export function bodyRows(view: View, width: number): Row[] {
  const item = current(view.state);
  if (!item) return emptyRows(view, 1);
  return [
    ...placeRows(view, item, width),
    EMPTY,
    ...fixRows(view, item, width),
    ...middleRows(view, item, width, false),
    ...reasonRows(view, item, width),
  ];
}

/** What the pane shows: the change, or the path when asked for or when there is no change. */
function middleRows(view: View, item: Item, width: number, split: boolean): Row[] {
  const fix = viewed(view.state, item);
  const alternative = item.alternatives[fix];
  if (view.state.pane === "path" || !alternative || alternative.fix.edits.length === 0) return pathRows(view, item, width);
  return diffRows(view, item, fix, width, split);
}

/** Exactly `height` rows: those from the scroll position on, and what is left told where it has no room. */
function scrolled({ state, theme }: View, rows: readonly Row[], height: number): Row[] {
  const from = Math.min(state.scroll, Math.max(0, rows.length - height));
  const shown = rows.slice(from, from + height);
  const below = rows.length - from - shown.length;
  if (below > 0 && height > 1) {
    shown[height - 1] = row(span(`  ${theme.glyphs.gap} ${below + 1} more lines: page down`, theme.faint));
  }
  while (shown.length < height) shown.push(EMPTY);
  return shown;
}

function placeRows(view: View, item: Item, width: number): Row[] {
  const { theme } = view;
  const { finding, line, column, declaration } = item;
  const place = `:${line}:${column}`;
  const status = statusSpan(view, item);
  const room = width - place.length - status.text.length - 2;
  const path = cutPath(finding.at.path, Math.max(12, room));
  const left = row(
    span(path, theme.strong),
    span(place, theme.faint),
    declaration === "" || room - path.length < declaration.length + 2 ? "" : span(`  ${declaration}`, theme.faint),
  );
  const sort = finding.confidence === "likely" ? ` ${theme.glyphs.dot} likely` : "";
  const message = paragraph(
    [
      { text: finding.rule, style: theme.rule },
      { text: `${finding.message}${sort}`, style: "" },
    ],
    Math.min(width, WIDEST),
    LINES.message,
  );
  return [apart(left, [status], width), ...message];
}

function statusSpan({ state, theme }: View, item: Item): Span {
  const decision = state.decisions.get(item.id);
  const { glyphs } = theme;
  switch (statusOf(decision)) {
    case "accepted":
      return span(`${glyphs.accepted} accepted`, join("1", theme.good));
    case "edited":
      return span(`${glyphs.edited} edited`, join("1", theme.good));
    case "rejected":
      return span(`${glyphs.rejected} rejected`, join("1", theme.bad));
    case "suppressed":
      return span(`${glyphs.suppressed} suppressed`, join("1", theme.warn));
    default:
      return span(`${glyphs.open} undecided`, theme.faint);
  }
}

function fixRows(view: View, item: Item, width: number): Row[] {
  const { theme, state } = view;
  if (state.pane === "path") return [row(span("the path", theme.strong), span("  p shows the fix", theme.faint))];
  const index = viewed(state, item);
  const alternative = item.alternatives[index];
  if (!alternative) return [row(span("no fix", theme.strong), span("  only a person can mend this", theme.faint))];
  const { fix } = alternative;
  const level = fix.applicability === "display" ? "sketch" : `${fix.applicability} fix`;
  const n = item.alternatives.length;
  const count = n > 1 ? ` ${index + 1}/${n}` : "";
  return paragraph(
    [
      { text: `${level}${count}`, style: join("1", levelStyle(fix.applicability, theme)) },
      { text: fix.title, style: theme.strong },
    ],
    width,
    LINES.title,
  );
}

function levelStyle(level: "safe" | "unsafe" | "display", theme: Theme): Style {
  return level === "safe" ? theme.good : level === "unsafe" ? theme.warn : theme.accent;
}

/** Why it is not safe, always in view, and why it matters at all. */
function reasonRows(view: View, item: Item, width: number): Row[] {
  const { theme, state, rules } = view;
  const decision = state.decisions.get(item.id);
  const alternative = item.alternatives[viewed(state, item)];
  const rows: Row[] = [EMPTY];
  const note = (label: string, text: string, style: Style, most: number): void => {
    rows.push(
      ...paragraph(
        [
          { text: label.padEnd(8), style: join("1", style) },
          { text, style: "" },
        ],
        Math.min(width, WIDEST),
        most,
      ),
    );
  };
  if (decision?.kind === "suppress") note("reason", decision.reason, theme.warn, LINES.because);
  else if (alternative?.fix.because) note("because", alternative.fix.because, theme.warn, LINES.because);
  const barred = alternative?.fix.applicability === "display" ? null : alternative?.barred;
  if (barred) note("barred", barred, theme.bad, LINES.because);
  const why = rules.get(item.finding.rule)?.why;
  if (why) note("why", why, theme.faint, LINES.why);
  return rows;
}

/** A label and a text beside it, wrapped under itself, in at most so many lines. */
function paragraph(
  [label, body]: readonly [{ readonly text: string; readonly style: Style }, { readonly text: string; readonly style: Style }],
  width: number,
  most: number,
): Row[] {
  const indent = label.text.length + 2;
  const lines = wrap(body.text, Math.max(20, width - indent));
  const shown = lines.slice(0, most);
  if (lines.length > most) shown[most - 1] = `${(shown[most - 1] ?? "").replace(/.$/u, "")}…`;
  return shown.map((line, i) => row(i === 0 ? span(`${label.text}  `, label.style) : " ".repeat(indent), span(line, body.style)));
}

function emptyRows({ state, theme }: View, height: number): Row[] {
  const text = state.progress ? "checking: nothing found yet" : "nothing was found";
  return [...Array.from({ length: Math.max(0, (height >> 1) - 1) }, () => EMPTY), row(span(`  ${text}`, theme.faint))];
}
