/** The state machine: a state and an action give the next state, and what is to be done outside. */
import { count } from "../../../report/view.ts";
import { accept, decide, redo, reject, rest, toggle, undo } from "./decide.ts";
import { parseFilter } from "./filter.ts";
import { comparePlaces, type Item } from "./item.ts";
import { actionOf } from "./keys.ts";
import { current, find, listed, next, position, target, viewed, visit } from "./list.ts";
import { type Action, CONTEXT, type Effect, type Overlay, type State } from "./state.ts";
import { EMPTY_LINE, inserted, typed } from "./text-line.ts";

export interface Reduced {
  readonly state: State;
  readonly effect: Effect | null;
}

export function reduce(state: State, action: Action): Reduced {
  if (action.type === "key") return keyed(state, action.key, action.text);
  if (action.type === "effect") return { state: { ...state, overlay: null, notice: null }, effect: action.effect };
  return { state: changed(state, action), effect: null };
}

type Plain = Exclude<Action, { type: "key" | "effect" }>;

function changed(state: State, action: Plain): State {
  switch (action.type) {
    case "accept":
      return accept(state);
    case "reject":
      return reject(state);
    case "toggle":
      return toggle(state);
    case "rest":
      return rest({ ...state, notice: null }, action.of, action.accept);
    case "decide":
      return decide({ ...state, overlay: null }, action.decisions, action.move);
    case "undo":
      return undo(state);
    case "redo":
      return redo(state);
    case "move":
      return moved(
        state,
        next(state, action.by, action.undecided),
        action.undecided ? "nothing else is undecided" : "that was the last one",
      );
    case "edge":
      return moved(state, (action.end === "first" ? state.shown[0] : state.shown.at(-1)) ?? null, "nothing to go to");
    case "visit":
      return visit(state, action.id);
    case "alternative":
      return turned(state, action.index);
    case "input":
      return input(state, action.purpose);
    case "context":
      return { ...state, context: Math.min(Math.max(state.context + action.by, CONTEXT.least), CONTEXT.most), notice: null };
    case "scroll":
      if (state.overlay?.kind === "help" || state.overlay?.kind === "rule")
        return { ...state, overlay: { ...state.overlay, scroll: Math.max(0, state.overlay.scroll + action.by) } };
      return { ...state, scroll: Math.max(0, state.scroll + action.by) };
    case "pan":
      return { ...state, pan: Math.max(0, state.pan + action.by) };
    case "split":
      return { ...state, split: !state.split, scroll: 0 };
    case "order":
      return listed({ ...state, order: state.order === "rule" ? "file" : "rule", notice: null });
    case "pane":
      return { ...state, pane: state.pane === "diff" ? "path" : "diff", scroll: 0, pan: 0, notice: null };
    case "overlay":
      return { ...state, overlay: action.overlay, notice: null };
    case "notice":
      return { ...state, notice: action.text };
    case "paste":
      return pasted(state, action.text);
    case "progress":
      return { ...state, progress: action.progress };
    case "items":
      return supplied(state, action);
  }
}

function moved(state: State, item: Item | null, otherwise: string): State {
  return item ? { ...visit(state, item.id), notice: null } : { ...state, notice: otherwise };
}

function turned(state: State, index: number | "next" | "previous"): State {
  const item = current(state);
  if (!item) return state;
  const n = item.alternatives.length;
  if (n < 2) return { ...state, notice: n === 0 ? "there is no fix" : "there is no other fix" };
  const now = viewed(state, item);
  const wanted = index === "next" ? (now + 1) % n : index === "previous" ? (now + n - 1) % n : index;
  if (wanted >= n) return { ...state, notice: `there are ${n} fixes` };
  return { ...state, alternatives: new Map(state.alternatives).set(item.id, wanted), pane: "diff", scroll: 0, pan: 0, notice: null };
}

/** New items; the one that was looked at stays, by itself or by its place in the list. */
function supplied(state: State, action: Extract<Action, { type: "items" }>): State {
  const items = [...action.items].sort(comparePlaces);
  const byId = new Map(items.map((item) => [item.id, item]));
  const was = current(state);
  const index = position(state);
  const next = listed({
    ...state,
    items,
    byId,
    ...(action.decisions ? { decisions: action.decisions } : {}),
    ...(action.anew ? { past: [], future: [], alternatives: new Map() } : {}),
    ...(action.notice === undefined ? {} : { notice: action.notice }),
  });
  if (was && byId.has(was.id)) return next;
  const undecided = next.shown.find((item) => !next.decisions.has(item.id));
  const here = index >= 0 ? next.shown[Math.min(index, next.shown.length - 1)] : undecided;
  return visit(next, (here ?? next.shown[0])?.id ?? null);
}

// ---------------------------------------------------------------- keys

function keyed(state: State, key: string, text: string): Reduced {
  const { overlay } = state;
  if (overlay && overlay.kind !== "busy") {
    if (key === "ctrl-c") return { state: { ...state, overlay: null }, effect: "interrupt" };
    return overlaid(state, overlay, key, text);
  }
  if (overlay) return { state, effect: key === "ctrl-c" ? "interrupt" : null };
  if (key === "escape") return { state: escaped(state), effect: null };
  const action = actionOf(key);
  return action ? reduce(state, action) : { state: { ...state, notice: null }, effect: null };
}

const PAGING: Readonly<Record<string, number>> = {
  down: 1,
  j: 1,
  up: -1,
  k: -1,
  pagedown: 10,
  space: 10,
  "ctrl-d": 10,
  pageup: -10,
  "ctrl-u": -10,
};

/** Takes back the last thing that narrows the view. */
function escaped(state: State): State {
  if (state.notice !== null) return { ...state, notice: null };
  if (state.pane !== "diff") return { ...state, pane: "diff", scroll: 0 };
  return state.filter.text === "" ? state : filtered(state, "");
}

function overlaid(state: State, overlay: Exclude<Overlay, { kind: "busy" }>, key: string, text: string): Reduced {
  const closed: Reduced = { state: { ...state, overlay: null }, effect: null };
  if (key === "escape") return closed;
  switch (overlay.kind) {
    case "input":
      if (key === "enter") return { state: submitted(state, overlay.purpose, overlay.line.text), effect: null };
      return { state: { ...state, overlay: { ...overlay, line: typed(overlay.line, key, text) }, notice: null }, effect: null };
    case "ask": {
      // Enter says yes, and goes on; it does not choose what was not a question of yes or no.
      const option = overlay.options.find((o) => o.key === key || (key === "enter" && /^[yc]$/.test(o.key)));
      return option ? reduce({ ...state, overlay: null }, option.action) : { state, effect: null };
    }
    case "help":
    case "rule": {
      const by = PAGING[key];
      if (by === undefined) return closed;
      return { state: { ...state, overlay: { ...overlay, scroll: Math.max(0, overlay.scroll + by) } }, effect: null };
    }
    case "message":
      return closed;
  }
}

function pasted(state: State, text: string): State {
  const { overlay } = state;
  // Pasted text decides nothing.
  if (overlay?.kind !== "input") return { ...state, notice: "pasted text is not taken for keys" };
  return { ...state, overlay: { ...overlay, line: inserted(overlay.line, text) } };
}

// ---------------------------------------------------------------- typed lines

function input(state: State, purpose: Extract<Overlay, { kind: "input" }>["purpose"]): State {
  if (purpose === "suppress" && !current(state)) return state;
  const line = purpose === "filter" && state.filter.text !== "" ? inserted(EMPTY_LINE, `${state.filter.text} `) : EMPTY_LINE;
  return { ...state, overlay: { kind: "input", purpose, line }, notice: null };
}

function submitted(state: State, purpose: Extract<Overlay, { kind: "input" }>["purpose"], text: string): State {
  const closed: State = { ...state, overlay: null };
  switch (purpose) {
    case "filter":
      return filtered(closed, text);
    case "search": {
      const search = text.trim() || state.search;
      if (search === "") return closed;
      return moved({ ...closed, search }, find(closed, search), `nothing mentions ${search}`);
    }
    case "goto":
      return text.trim() === "" ? closed : moved(closed, target(closed, text), `nothing at ${text.trim()}`);
    case "suppress":
      // The reason is what makes it worth more than a rejection.
      if (text.trim() === "") return { ...state, notice: "a suppression wants a reason" };
      return decide(closed, state.at === null ? [] : [[state.at, { kind: "suppress", reason: text.trim() }]], true);
  }
}

function filtered(state: State, text: string): State {
  const next = listed({ ...state, filter: parseFilter(text) });
  if (next.shown.length === 0 && state.items.length > 0) return { ...state, notice: `nothing matches ${text.trim()}: the filter stays` };
  const notice = text.trim() === "" ? null : `${count(next.shown.length, "finding")} of ${next.items.length}`;
  const here = next.shown.some((item) => item.id === next.at)
    ? next.at
    : (next.shown.find((i) => !next.decisions.has(i.id)) ?? next.shown[0])?.id;
  return { ...visit(next, here ?? null), notice };
}
