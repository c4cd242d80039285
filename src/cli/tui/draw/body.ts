/** The middle of the screen: the place, what is wrong there and why, the fix with its reason, and the change. */
import { wrap } from "../../../text/sanitize.ts";
import { statusOf } from "../core/filter.ts";
import type { Item } from "../core/item.ts";
import { current, viewed } from "../core/list.ts";
import { diffRows } from "./diff.ts";
import { pathRows } from "./path.ts";
import { apart, cutPath, EMPTY, type Row, row, type Span, type Style, span } from "./row.ts";
import { join, type Theme } from "./theme.ts";
import type { Drawing, View } from "./view.ts";

/** Of each text above the change at most so many lines, so that there is room for the change. */
interface Limits {
  readonly message: number;
  readonly title: number;
  readonly because: number;
  readonly why: number;
  /** Blank rows between the parts. */
  readonly blanks: boolean;
}

/** From the roomiest to the tightest; why a fix is not safe is in all of them. */
const LIMITS: readonly Limits[] = [
  { message: 2, title: 2, because: 4, why: 2, blanks: true },
  { message: 2, title: 1, because: 3, why: 0, blanks: true },
  { message: 1, title: 1, because: 2, why: 0, blanks: false },
];

/** So many rows of the change are worth giving up other text for. */
const LEAST_CHANGE = 6;
/** Wider text is hard to read. */
const WIDEST = 110;

export function bodyDrawing(view: View, width: number, height: number, split: boolean): Drawing {
  const item = current(view.state);
  if (!item) return { rows: emptyRows(view, height) };
  const inner = width - 2;
  const least = Math.min(LEAST_CHANGE, height >> 1);
  const tops = LIMITS.map((limits) => topRows(view, item, inner, limits));
  const top = tops.find((rows) => height - rows.length >= least) ?? (tops.at(-1) as Row[]);
  const room = Math.max(1, height - top.length);
  const rows = [...top, ...scrolled(view, middleRows(view, item, inner, split, room), room)].slice(0, height);
  return { rows: rows.map((r) => (r.length === 0 ? r : [span(" "), ...r])) };
}

/** All of it, as long as it is: for a prompt that scrolls. */
export function bodyRows(view: View, width: number): Row[] {
  const item = current(view.state);
  if (!item) return emptyRows(view, 1);
  return [...topRows(view, item, width, LIMITS[0] as Limits), ...middleRows(view, item, width, false, 0)];
}

/** Place, fault and fix, each with its reason. */
function topRows(view: View, item: Item, width: number, limits: Limits): Row[] {
  const fix = fixRows(view, item, width, limits);
  const gap = limits.blanks ? [EMPTY] : [];
  return [...placeRows(view, item, width, limits), ...gap, ...fix, ...gap];
}

/** What the pane shows: the change, or the path when asked for or when there is no change. */
function middleRows(view: View, item: Item, width: number, split: boolean, room: number): Row[] {
  const fix = viewed(view.state, item);
  const alternative = item.alternatives[fix];
  if (view.state.pane === "path" || !alternative || alternative.fix.edits.length === 0) return pathRows(view, item, width);
  return diffRows(view, item, fix, width, split, room);
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

function placeRows(view: View, item: Item, width: number, limits: Limits): Row[] {
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
  const narrow = Math.min(width, WIDEST);
  const why = view.rules.get(finding.rule)?.why;
  return [
    apart(left, [status], width),
    ...paragraph({ text: `${finding.rule}  `, style: theme.rule }, `${finding.message}${sort}`, "", narrow, limits.message, 2),
    ...(why && limits.why > 0 ? paragraph({ text: LABEL.why, style: theme.faint }, why, theme.faint, narrow, limits.why) : []),
  ];
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

function fixRows(view: View, item: Item, width: number, limits: Limits): Row[] {
  const { theme, state } = view;
  const narrow = Math.min(width, WIDEST);
  const decision = state.decisions.get(item.id);
  const reason =
    decision?.kind === "suppress"
      ? paragraph({ text: LABEL.reason, style: join("1", theme.warn) }, decision.reason, "", narrow, limits.because)
      : [];
  if (state.pane === "path") {
    const title = item.finding.related?.length ? "the path on which it happens" : "where it happens";
    return [row(span(title, theme.strong)), ...reason];
  }
  const index = viewed(state, item);
  const alternative = item.alternatives[index];
  if (!alternative) return [row(span("no fix", theme.strong), span("  only a person can mend this", theme.faint)), ...reason];
  const { fix, barred } = alternative;
  const level = fix.applicability === "display" ? "sketch" : `${fix.applicability} fix`;
  const n = item.alternatives.length;
  const label = `${level}${n > 1 ? ` ${index + 1}/${n}` : ""}  `;
  const style = join("1", levelStyle(fix.applicability, theme));
  const note = (name: string, text: string | null | undefined, style: Style): Row[] =>
    text ? paragraph({ text: name, style: join("1", style) }, text, "", narrow, limits.because) : [];
  return [
    ...paragraph({ text: label, style }, fix.title, theme.strong, narrow, limits.title, 2),
    ...note(LABEL.because, fix.because, theme.warn),
    ...note(LABEL.barred, fix.applicability === "display" ? null : barred, theme.bad),
    ...reason,
  ];
}

/** As wide as each other, so that what follows is in one column. */
const LABEL = { why: "why      ", because: "because  ", barred: "barred   ", reason: "reason   " };

function levelStyle(level: "safe" | "unsafe" | "display", theme: Theme): Style {
  return level === "safe" ? theme.good : level === "unsafe" ? theme.warn : theme.accent;
}

/** A text beside its label, in at most so many lines; further ones start `indent` columns in, by default below the text. */
function paragraph(label: Span, text: string, style: Style, width: number, most: number, indent = label.text.length): Row[] {
  const [first = "", ...more] = wrapped(text, width, label.text.length, indent);
  const lines = [first, ...more];
  const shown = lines.slice(0, most);
  if (lines.length > most) shown[most - 1] = `${(shown[most - 1] ?? "").replace(/ ?\S+$/u, "")} …`;
  return shown.map((line, i) => row(i === 0 ? label : " ".repeat(indent), span(line, style)));
}

/** Words in lines, the first of which has less room than the others. */
function wrapped(text: string, width: number, first: number, indent: number): string[] {
  const head = wrap(text, Math.max(20, width - first));
  if (first === indent || head.length === 1) return head;
  const [line = ""] = head;
  return [line, ...wrap(head.slice(1).join(" "), Math.max(20, width - indent))];
}

function emptyRows({ state, theme }: View, height: number): Row[] {
  const text = state.progress ? "checking: nothing found yet" : "nothing was found";
  return [...Array.from({ length: Math.max(0, (height >> 1) - 1) }, () => EMPTY), row(span(`  ${text}`, theme.faint))];
}
