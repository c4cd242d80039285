/** The list that is gone through: order, filter, and moving in it. */
import { admits, mentions, NO_FILTER } from "./filter.ts";
import { comparePlaces, firstUsable, type Item } from "./item.ts";
import { CONTEXT, type Decision, type Order, type State } from "./state.ts";

export function initial(order: Order = "rule"): State {
  return {
    items: [],
    byId: new Map(),
    shown: [],
    decisions: new Map(),
    at: null,
    alternatives: new Map(),
    order,
    filter: NO_FILTER,
    search: "",
    pane: "diff",
    split: true,
    context: CONTEXT.usual,
    scroll: 0,
    pan: 0,
    overlay: null,
    past: [],
    future: [],
    notice: null,
    progress: null,
  };
}

/** The state with `shown` as its items, order and filter want it. */
export function listed(state: State): State {
  const { filter, order, decisions } = state;
  const shown = state.items.filter((item) => admits(filter, item, decisions.get(item.id)));
  if (order === "rule") shown.sort(compareRules);
  return { ...state, shown };
}

/** By rule, then by package, as the tree shows them. */
function compareRules(a: Item, b: Item): number {
  return compare(a.finding.rule, b.finding.rule) || compare(a.directory, b.directory) || comparePlaces(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function current(state: State): Item | null {
  return state.at === null ? null : (state.byId.get(state.at) ?? null);
}

/** Index in the list of what is looked at, or of what would follow it; -1 in an empty list. */
export function position(state: State): number {
  return state.shown.findIndex((item) => item.id === state.at);
}

/** Which alternative is looked at: the one decided for or turned to, else the first that can be accepted; -1 when there is none. */
export function viewed(state: State, item: Item): number {
  const turned = state.alternatives.get(item.id);
  if (turned !== undefined) return turned;
  const decision = state.decisions.get(item.id);
  if (decision && "fix" in decision) return decision.fix;
  const usable = firstUsable(item);
  return usable >= 0 ? usable : item.alternatives.length - 1 < 0 ? -1 : 0;
}

/** The state looking at another item. */
export function visit(state: State, id: string | null): State {
  if (id === state.at) return state;
  return { ...state, at: id, scroll: 0, pan: 0, pane: "diff" };
}

/** The next item in one direction; round the end when only undecided ones are wanted. */
export function next(state: State, by: 1 | -1, undecided: boolean): Item | null {
  const { shown, decisions } = state;
  const from = position(state);
  if (!undecided) return shown[from + by] ?? null;
  for (let k = 1; k <= shown.length; k++) {
    const item = shown[(((from + by * k) % shown.length) + shown.length) % shown.length];
    if (item && item.id !== state.at && !decisions.has(item.id)) return item;
  }
  return null;
}

/** The first item behind the current one, round the end, that mentions the words. */
export function find(state: State, words: string): Item | null {
  const wanted = words.toLowerCase();
  const from = position(state);
  for (let k = 1; k <= state.shown.length; k++) {
    const item = state.shown[(from + k) % state.shown.length];
    if (item && mentions(item, wanted)) return item;
  }
  return null;
}

/** Where `g` goes: a number counts the list, `file:line` is a place, else the first that mentions the words. */
export function target(state: State, text: string): Item | null {
  const wanted = text.trim().toLowerCase();
  if (/^\d+$/.test(wanted)) return state.shown[Math.min(Number(wanted), state.shown.length) - 1] ?? null;
  const place = /^(.*):(\d+)$/.exec(wanted);
  if (!place) return state.shown.find((item) => mentions(item, wanted)) ?? null;
  const [, path = "", line] = place;
  const inFile = state.shown.filter((item) => item.finding.at.path.toLowerCase().includes(path)).sort(comparePlaces);
  return inFile.find((item) => item.line >= Number(line)) ?? inFile.at(-1) ?? null;
}

export interface Counts {
  readonly total: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly suppressed: number;
}

/** Edited fixes count as accepted. */
export function countsOf(items: readonly Item[], decisions: ReadonlyMap<string, Decision>): Counts {
  const counts = { total: items.length, accepted: 0, rejected: 0, suppressed: 0 };
  for (const { id } of items) {
    const kind = decisions.get(id)?.kind;
    if (kind === "reject") counts.rejected++;
    else if (kind === "suppress") counts.suppressed++;
    else if (kind) counts.accepted++;
  }
  return counts;
}

export function decided(counts: Counts): number {
  return counts.accepted + counts.rejected + counts.suppressed;
}
