/** Paths through the graph: breadth first over blocks and the facts that hold there. */
import type { GoNode } from "../../go/node.ts";
import type { Escape, ExitKind, Fact, Witness } from "../model.ts";
import type { FactTable } from "./facts.ts";
import type { FlowBlock, FlowEdge, Place } from "./graph.ts";

/**
 * States, pairs of block and facts, that one search visits at most, and those of one block. A function that needs more has
 * dozens of conditions that depend on each other; what cannot be told within the bound is not told: no escape.
 */
export const MAX_STATES = 50_000;
export const MAX_STATES_OF_BLOCK = 256;

interface State {
  readonly block: FlowBlock;
  readonly facts: bigint;
  readonly from: State | null;
  /** The edge by which it was entered; null for the start. */
  readonly edge: FlowEdge | null;
}

/** Which states are worth a visit: where less is known, more paths are open. */
class Visited {
  private readonly seen: bigint[][] = [];
  private count = 0;
  /** More states than a search may visit. */
  full = false;

  add(block: FlowBlock, facts: bigint): boolean {
    let list = this.seen[block.id];
    if (!list) this.seen[block.id] = list = [];
    for (const known of list) if ((known & facts) === known) return false;
    list.push(facts);
    this.count++;
    this.full ||= this.count > MAX_STATES || list.length > MAX_STATES_OF_BLOCK;
    return true;
  }
}

export function shortestEscape(start: Place, table: FactTable, options: Escape): Witness | null {
  const exits: readonly ExitKind[] = options.exits ?? ["return", "end"];
  const origin = start.block.atoms[start.index] ?? null;
  const first = start.atom ? start.index + 1 : start.index;
  if (stopsAt(start.block, first, options.stop) >= 0) return null;

  let facts = table.through(start.block, table.atEntry(start.block), 0, first);
  facts = table.given(facts, options.facts ?? []);
  const root: State = { block: start.block, facts, from: null, edge: null };
  const ends = (s: State): Witness | null =>
    s.block.exit !== null && exits.includes(s.block.exit) ? witness(s, s.block.exit, s.block.exitAt as GoNode) : null;
  const atOnce = ends(root);
  if (atOnce) return atOnce;

  const stops = oncePerBlock((block) => stopsAt(block, 0, options.stop));
  const outcome = start.atom && first === start.block.atoms.length ? options.outcome : undefined;
  const visited = new Visited();
  const queue: State[] = [root];
  for (let i = 0; i < queue.length; i++) {
    const state = queue[i] as State;
    const after = table.through(state.block, state.facts, state === root ? first : 0);
    for (const edge of state.block.next) {
      if (state === root && outcome !== undefined && edge.cond !== null && edge.when !== outcome) continue;
      if (edge.clause && options.stopClause?.(edge.clause)) continue;
      const known = table.follow(edge, after);
      if (known === null || !visited.add(edge.to, known)) continue;
      if (visited.full) return null;
      const next: State = { block: edge.to, facts: known, from: state, edge };
      const stop = stops(edge.to);
      if (options.turn && edge.to === start.block && (stop < 0 || stop >= start.index)) {
        const at = origin ?? edge.to.atoms[0] ?? edge.to.exitAt;
        if (at) return witness(next, "turn", at);
      }
      if (stop >= 0) continue;
      const end = ends(next);
      if (end) return end;
      queue.push(next);
    }
  }
  return null;
}

/** Index of the first atom from `first` on that stops, -1 when none does. */
function stopsAt(block: FlowBlock, first: number, stop: (atom: GoNode) => boolean): number {
  for (let i = first; i < block.atoms.length; i++) if (stop(block.atoms[i] as GoNode)) return i;
  return -1;
}

function oncePerBlock(compute: (block: FlowBlock) => number): (block: FlowBlock) => number {
  const known: (number | undefined)[] = [];
  return (block) => {
    const before = known[block.id];
    if (before !== undefined) return before;
    const now = compute(block);
    known[block.id] = now;
    return now;
  };
}

function witness(last: State, exit: ExitKind | "turn", at: GoNode): Witness {
  const steps: { node: GoNode; taken: boolean | null }[] = [{ node: at, taken: null }];
  for (let s: State | null = last; s; s = s.from) {
    if (s.edge?.cond) steps.push({ node: s.edge.cond, taken: s.edge.when });
    else if (s.edge?.clause) steps.push({ node: s.edge.clause, taken: null });
  }
  return { steps: steps.reverse(), exit, at };
}

/**
 * True when a path leads from just after `start` to the point just before `to`. Conditions count as far as they are certain: those
 * that nothing but an assignment changes, and those that the caller knows of. Past the bound they count no more.
 */
export function leads(
  start: Place,
  to: Place,
  table: FactTable,
  stop: ((atom: GoNode) => boolean) | undefined,
  facts: readonly Fact[],
): boolean {
  return walk(start, to, certain(table, facts), stop) ?? walk(start, to, IGNORANT, stop) ?? true;
}

/** How facts change on the way. */
interface Knowledge {
  readonly bounded: boolean;
  start(place: Place, first: number): bigint;
  through(block: FlowBlock, facts: bigint): bigint;
  follow(edge: FlowEdge, facts: bigint): bigint | null;
}

const IGNORANT: Knowledge = { bounded: false, start: () => 0n, through: () => 0n, follow: () => 0n };

function certain(table: FactTable, facts: readonly Fact[]): Knowledge {
  const mask = table.exact | table.keysOf(facts);
  return {
    bounded: true,
    start(place, first) {
      const before = table.through(place.block, table.atEntry(place.block) & mask, 0, first) & mask;
      return table.through(place.block, table.given(before, facts), first) & mask;
    },
    through: (block, known) => table.through(block, known) & mask,
    follow(edge, known) {
      const after = table.follow(edge, known);
      return after === null ? null : after & mask;
    },
  };
}

/** Null when the bound was met. */
function walk(start: Place, to: Place, knowledge: Knowledge, stop: ((atom: GoNode) => boolean) | undefined): boolean | null {
  const stopsFrom = (block: FlowBlock, first: number) => (stop ? stopsAt(block, first, stop) : -1);
  const first = start.atom ? start.index + 1 : start.index;
  const stopped = stopsFrom(start.block, first);
  if (start.block === to.block && to.index >= first && (stopped < 0 || stopped >= to.index)) return true;
  if (stopped >= 0) return false;

  const stops = oncePerBlock((block) => stopsFrom(block, 0));
  const visited = new Visited();
  const queue: { block: FlowBlock; after: bigint }[] = [{ block: start.block, after: knowledge.start(start, first) }];
  for (let i = 0; i < queue.length; i++) {
    const { block, after } = queue[i] as { block: FlowBlock; after: bigint };
    for (const edge of block.next) {
      const known = knowledge.follow(edge, after);
      if (known === null || !visited.add(edge.to, known)) continue;
      if (visited.full && knowledge.bounded) return null;
      const at = stops(edge.to);
      if (edge.to === to.block && (at < 0 || at >= to.index)) return true;
      if (at < 0) queue.push({ block: edge.to, after: knowledge.through(edge.to, known) });
    }
  }
  return false;
}
