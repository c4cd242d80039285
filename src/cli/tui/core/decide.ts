/** Decisions: one by one, many at once, taken back and made again. */
import { count } from "../../../report/view.ts";
import { firstUsable, type Item } from "./item.ts";
import { current, listed, next, viewed, visit } from "./list.ts";
import type { Action, Change, Decision, Option, State, Step } from "./state.ts";

type Pair = readonly [id: string, decision: Decision | null];

/** Decisions as one step that can be taken back. */
export function decide(state: State, pairs: readonly Pair[], move: boolean): State {
  const changes: Change[] = [];
  for (const [id, after] of pairs) {
    const before = state.decisions.get(id) ?? null;
    if (!same(before, after)) changes.push({ id, before, after });
  }
  const changed = changes.length > 0 ? withDecisions(state, changes, "after") : state;
  const to = move ? (next(changed, 1, true)?.id ?? state.at) : state.at;
  const moved = visit(refiltered(changed, state), to);
  const left = move && to === state.at && changed.shown.every((item) => changed.decisions.has(item.id));
  const notice = left ? "all decided: w writes what is accepted" : null;
  if (changes.length === 0) return { ...moved, notice };
  const step: Step = { changes, from: state.at, to };
  return { ...moved, past: [...state.past, step], future: [], notice };
}

export function accept(state: State): State {
  const item = current(state);
  if (!item) return state;
  const fix = viewed(state, item);
  const decision = state.decisions.get(item.id);
  if (decision?.kind === "edit" && decision.fix === fix) return decide(state, [], true);
  const barred = objection(item, fix);
  if (barred !== null) return { ...state, notice: barred };
  return decide(state, [[item.id, { kind: "accept", fix }]], true);
}

export function reject(state: State): State {
  return state.at === null ? state : decide(state, [[state.at, { kind: "reject" }]], true);
}

/** Accepted or not, staying where one is. */
export function toggle(state: State): State {
  const item = current(state);
  if (!item) return state;
  if (state.decisions.has(item.id)) return decide(state, [[item.id, null]], false);
  const fix = viewed(state, item);
  const barred = objection(item, fix);
  return barred === null ? decide(state, [[item.id, { kind: "accept", fix }]], false) : { ...state, notice: barred };
}

/** Why an alternative cannot be accepted, with what can be done instead. */
function objection(item: Item, fix: number): string | null {
  const alternative = item.alternatives[fix];
  if (!alternative) return "there is no fix to accept: n leaves it as it is, i suppresses it, e opens the file";
  if (alternative.barred === null) return null;
  const other = item.alternatives.some((a) => a.barred === null) ? "; tab shows another fix" : "; e opens the file";
  return `not to be accepted: ${alternative.barred}${other}`;
}

/** All undecided ones of the file or rule that is looked at; asks first where that is more than a person may mean. */
export function rest(state: State, of: "file" | "rule", accepts: boolean): State {
  const here = current(state);
  if (!here) return state;
  const belongs = (item: Item): boolean =>
    of === "rule" ? item.finding.rule === here.finding.rule : item.finding.at.path === here.finding.at.path;
  const open = state.shown.filter((item) => belongs(item) && !state.decisions.has(item.id));
  const name = of === "rule" ? here.finding.rule : here.finding.at.path;
  if (!accepts) {
    const action: Action = { type: "decide", decisions: open.map((item) => [item.id, { kind: "reject" }]), move: true };
    if (open.length === 0) return { ...state, notice: `nothing undecided is left of ${name}` };
    return of === "file"
      ? decide(state, action.decisions, true)
      : ask(state, `Reject ${count(open.length, "finding")} of ${name}?`, [], [yes(action)]);
  }
  const chosen = open.flatMap((item) => {
    const fix = item.id === here.id ? viewed(state, item) : firstUsable(item);
    const alternative = item.alternatives[fix];
    return alternative?.barred === null ? [{ item, fix, safe: alternative.fix.applicability === "safe" }] : [];
  });
  if (chosen.length === 0) return { ...state, notice: `nothing undecided with a fix is left of ${name}` };
  const all = accepting(chosen);
  const safe = chosen.filter((c) => c.safe);
  const unsafe = chosen.length - safe.length;
  if (of === "file" && unsafe === 0) return decide(state, all.decisions, true);
  const lines = [
    `${safe.length} safe, ${unsafe} unsafe${open.length > chosen.length ? `; ${open.length - chosen.length} more have no fix to accept` : ""}`,
  ];
  const options = [yes(all)];
  if (safe.length > 0 && unsafe > 0) options.push({ key: "s", label: `only the ${safe.length} safe`, action: accepting(safe) });
  return ask(state, `Accept ${count(chosen.length, "fix", "fixes")} of ${name}?`, lines, options);
}

function accepting(chosen: readonly { readonly item: Item; readonly fix: number }[]): Action & { type: "decide" } {
  return { type: "decide", decisions: chosen.map(({ item, fix }) => [item.id, { kind: "accept", fix }]), move: true };
}

function yes(action: Action): Option {
  return { key: "y", label: "yes", action };
}

export function ask(state: State, title: string, lines: readonly string[], options: readonly Option[]): State {
  const no: Option = { key: "n", label: "no", action: { type: "overlay", overlay: null } };
  return { ...state, overlay: { kind: "ask", title, lines, options: [...options, no] } };
}

export function undo(state: State): State {
  const step = state.past.at(-1);
  if (!step) return { ...state, notice: "nothing to undo" };
  const back = refiltered(withDecisions(state, step.changes, "before"), state);
  const moved = visit(back, step.from);
  return { ...moved, past: state.past.slice(0, -1), future: [...state.future, step], notice: `undone: ${told(step)}` };
}

export function redo(state: State): State {
  const step = state.future.at(-1);
  if (!step) return { ...state, notice: "nothing to redo" };
  const again = refiltered(withDecisions(state, step.changes, "after"), state);
  const moved = visit(again, step.to);
  return { ...moved, past: [...state.past, step], future: state.future.slice(0, -1), notice: `done again: ${told(step)}` };
}

function told({ changes }: Step): string {
  return count(changes.length, "decision");
}

function withDecisions(state: State, changes: readonly Change[], side: "before" | "after"): State {
  const decisions = new Map(state.decisions);
  for (const change of changes) {
    const decision = change[side];
    if (decision) decisions.set(change.id, decision);
    else decisions.delete(change.id);
  }
  // What is decided for is what is looked at, until another alternative is turned to.
  const alternatives = new Map(state.alternatives);
  for (const { id } of changes) alternatives.delete(id);
  return { ...state, decisions, alternatives };
}

/** A filter that asks for decisions lets others through when they change. */
function refiltered(state: State, before: State): State {
  return state.filter.statuses.length > 0 && state.decisions !== before.decisions ? listed(state) : state;
}

function same(a: Decision | null, b: Decision | null): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
