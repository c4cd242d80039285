/** Which acquisitions leak, and on which path. */
import type { GoNode, Kind } from "../../go/node.ts";
import type { Binding, Escape, Fact, Flow, FuncModel, PackageModel, Witness } from "../../model/model.ts";
import { loopsAround } from "../definitions.ts";
import { statementOf } from "../edits.ts";
import { isMain } from "../functions.ts";
import { atomAt, inLoop } from "../paths.ts";
import { type Acquisition, acquisitions, inSelectCase, waysOf } from "./acquire.ts";
import { drainedAt } from "./drained.ts";
import { type Events, eventsOf, fateOf } from "./hold.ts";
import type { Resource } from "./row.ts";
import { usedInOtherTurns } from "./turns.ts";

export interface Leak extends Acquisition {
  /**
   * dropped: nobody holds it; path: it reaches an end of the function; turn: the next turn of the loop acquires another;
   * overwritten: the holder is given another value first.
   */
  readonly kind: "dropped" | "path" | "turn" | "overwritten";
  /** The path on which it leaks; null when it is overwritten. */
  readonly witness: Witness | null;
  /** The assignment that overwrites the holder. */
  readonly over: GoNode | null;
  readonly events: Events;
  /** On some path it goes to somebody else, who owes the release then. */
  readonly handedOver: boolean;
  /** The acquisition stands in a loop of its function. */
  readonly inLoop: boolean;
  /** Ends a path well: a release, a handing over, another value for the holder. */
  stop(atom: GoNode): boolean;
  readonly facts: readonly Fact[];
}

/** Every acquisition of the resource that leaks, in the order of the calls. */
export function* leaks(pkg: PackageModel, row: Resource): Iterable<Leak> {
  for (const acquisition of acquisitions(pkg, row)) {
    const leak = leakOf(acquisition);
    if (leak) yield leak;
  }
}

const NOTHING: Events = { released: [], handed: [], written: [], lent: [], byCapture: new Set() };

export function leakOf(a: Acquisition): Leak | null {
  const { pkg, row, func, call } = a;
  const straight = straightBehind(call);
  if (isDeferredIn(straight, a)) return null;
  const events = a.holder ? eventsOf(pkg, a.holder, waysOf(row), func) : a.slot ? NOTHING : fateOf(pkg, a.call, waysOf(row), func);
  if (settledIn(straight, a, events)) return null;
  const flow = pkg.flow(func);
  if (!flow.locate(call)) return null; // never runs
  if (a.holder && settledBefore(a, events, flow)) return null;

  const written = events.written.filter((n) => n !== a.slot);
  const ends = atomsOf(flow, [...events.released, ...events.handed, ...events.handed.flatMap((n) => headsAround(n, call))]);
  const from = selectAround(a) ?? call;
  const overwrites = atomsOf(flow, written);
  const drained = drainedAt(a, flow);
  const stop = (atom: GoNode): boolean => ends.has(atom) || overwrites.has(atom) || drained.after.has(atom);
  const facts: Fact[] = [];
  if (a.holder)
    facts.push(
      { binding: a.holder, is: "non-nil" },
      ...fieldsOf(row).map((field) => ({ binding: a.holder as Binding, field, is: "non-nil" as const })),
    );
  if (a.error) facts.push({ binding: a.error, is: "nil" });
  if (a.ok) facts.push({ binding: a.ok, is: "true" });
  const turns = inLoop(func, call);
  const base = { ...a, over: null, events, handedOver: events.handed.length > 0, inLoop: turns, stop, facts };

  const shared = turns && usedInOtherTurns(a);
  const turn = turns && !shared ? flow.escape(from, { stop, facts, exits: [], turn: true }) : null;
  const exits = countedExits(func, row);
  const again = atomsOf(flow, from === call ? [call] : []);
  const stopHere = (atom: GoNode): boolean => stop(atom) || again.has(atom); // the next turn's is another one
  const first = turn ?? flow.escape(from, { stop: stopHere, facts, exits });
  const witness =
    first && drained.endsBy(first) ? flow.escape(from, { stop: stopHere, facts, exits: exits.filter((e) => e !== "end") }) : first;
  const kind = a.holder === null ? "dropped" : turn ? "turn" : "path";
  if (witness) return { ...base, kind, witness };
  if (!a.holder || shared || comparedWithNil(a)) return null;
  const over = written.find((w) => !covers(ends, w) && flow.reaches(call, w, (atom) => ends.has(atom), facts));
  return over ? { ...base, kind: "overwritten", witness: null, over } : null;
}

/** The statements behind an acquisition, up to the first that branches: there is one path through them. */
function straightBehind(call: GoNode): GoNode[] {
  const statement = statementOf(call);
  const siblings = statement?.is("short_var_declaration", "assignment_statement", "var_declaration") ? (statement.parent?.items ?? []) : [];
  const behind = siblings.filter((s) => s.start > call.start);
  const end = behind.findIndex((s) => BRANCHES.has(s.kind));
  return end < 0 ? behind : behind.slice(0, end);
}

/** The first of the statements that names the holder is `defer cancel()` or the like: the path ends well, whatever else happens to it. */
function isDeferredIn(straight: readonly GoNode[], { row, holder }: Acquisition): boolean {
  if (!holder || row.exits) return false;
  const first = straight.find((s) => s.kind === "return_statement" || holder.uses.some((u) => s.contains(u.node)));
  const callee = first?.kind === "defer_statement" ? first.items[0]?.child("function") : null;
  if (!callee) return false;
  const selector = callee.kind === "selector_expression";
  const name = selector ? callee.child("operand") : callee;
  return row.release.includes(selector ? (callee.child("field")?.text ?? "") : "()") && holder.uses.some((u) => u.node === name);
}

/** One of the statements releases it or hands it over, so that the path ends well. */
function settledIn(straight: readonly GoNode[], { row, slot, holder }: Acquisition, { released, handed, written }: Events): boolean {
  if (!holder || row.exits || written.some((n) => n !== slot)) return false;
  const settles = straight.find(
    (s) => s.kind === "return_statement" || released.some((n) => s.contains(n)) || handed.some((n) => s.contains(n)),
  );
  return settles !== undefined && (released.some((n) => settles.contains(n)) || handed.some((n) => settles.contains(n)));
}

/** Statements that are not one step of a path. */
const BRANCHES: ReadonlySet<string> = new Set<Kind>([
  "block",
  "if_statement",
  "for_statement",
  "expression_switch_statement",
  "type_switch_statement",
  "select_statement",
  "labeled_statement",
  "break_statement",
  "continue_statement",
  "goto_statement",
  "fallthrough_statement",
]);

/** Fields that are released in its place, `Body` of a response: they are there when it is. */
function fieldsOf(row: Resource): string[] {
  return row.release.flatMap((r) => (r.includes(".") ? [r.slice(0, r.indexOf("."))] : []));
}

/** The ends of the function on which it is owed: none in main.main, whose end is the process's, unless the row says so. */
export function countedExits(func: FuncModel, row: Resource): NonNullable<Escape["exits"]> {
  return isMain(func) && !row.inMain ? [] : (row.exits ?? ["return", "end"]);
}

/** The select that waits on the value in one of its cases: it is made on entry, and not received when another case is taken. */
function selectAround(a: Acquisition): GoNode | null {
  return a.holder === null && inSelectCase(a.part) ? a.part.closest("select_statement") : null;
}

function atomsOf(flow: Flow, nodes: readonly GoNode[]): Set<GoNode> {
  const atoms = new Set<GoNode>();
  for (const node of nodes) {
    const atom = atomAt(flow, node);
    if (atom) atoms.add(atom);
  }
  return atoms;
}

/** True when the node stands in one of the atoms: `cancel = wrap(cancel)` hands over what it overwrites. */
function covers(atoms: ReadonlySet<GoNode>, node: GoNode): boolean {
  for (let n: GoNode | null = node; n; n = n.parent) if (atoms.has(n)) return true;
  return false;
}

/**
 * The heads of the loops around a handing over, up to those that acquire too: a loop that hands it to somebody is meant to turn, so a
 * path that leaves it before its first turn proves nothing.
 */
function headsAround(node: GoNode, call: GoNode): GoNode[] {
  const heads: GoNode[] = [];
  for (const loop of loopsAround(node)) {
    if (loop.contains(call)) break;
    const head = loop.items.find((n) => n.kind !== "block");
    const condition = head?.kind === "for_clause" ? head.child("condition") : head?.kind === "range_clause" ? head.child("right") : head;
    if (condition) heads.push(condition);
  }
  return heads;
}

/**
 * True when a literal that was made before the acquisition takes care of the holder, whatever it holds then: a deferred one that releases
 * it, one that was given to somebody else.
 */
function settledBefore(a: Acquisition, events: Events, flow: Flow): boolean {
  if (a.slot !== null && a.holder?.node === a.slot) return false; // the holder is declared here
  if (events.handed.some((n) => a.call.contains(n))) return true; // given to the very call that acquires
  const early = [...events.handed, ...events.released.filter((n) => n.closest("defer_statement"))];
  return early.some((n) => (events.byCapture.has(n) || n.kind === "unary_expression") && flow.reaches(n, a.call));
}

function comparedWithNil(a: Acquisition): boolean {
  return a.holder?.uses.some((u) => u.node.parent?.kind === "binary_expression") ?? false;
}
