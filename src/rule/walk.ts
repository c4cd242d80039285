/** Paths through a function that a rule describes by atoms and edges, where `Flow` answers by atoms alone. Conditions can go both ways. */
import type { GoNode } from "../go/node.ts";
import type { Block, Edge, Flow } from "../model/model.ts";

export interface Walk {
  /** The path ends at this atom. */
  stop(atom: GoNode): boolean;
  /** The path does not take this edge. */
  stopEdge(edge: Edge): boolean;
  /** A path counts only when it comes by an atom or an edge like that; any path when not given. */
  by?(at: GoNode): boolean;
}

/** True when a walk leads from just after `from` (from the entry for null) to `to`. */
export function walks(flow: Flow, from: GoNode | null, to: GoNode, walk: Walk): boolean {
  const start = from ? flow.locate(from) : { block: flow.entry, index: -1 };
  const end = flow.locate(to);
  if (!start || !end) return false;
  const passes = (atoms: readonly GoNode[]) => !walk.by || atoms.some((a) => walk.by?.(a));
  /** Goes on from an atom of a block. Gives whether `to` was met, and what is known at the block's end; null where the walk ended. */
  const through = (block: Block, first: number, passed: boolean): { found: boolean; passed: boolean | null } => {
    const rest = block.atoms.slice(first);
    const at = rest.findIndex((a) => walk.stop(a));
    const reached = block === end.block && end.index >= first && (at < 0 || first + at >= end.index);
    if (reached && (passed || passes(block.atoms.slice(first, end.index)))) return { found: true, passed: null };
    return { found: false, passed: at >= 0 ? null : passed || passes(rest) };
  };
  const seen = new Set<string>();
  const first = through(start.block, start.index + 1, !walk.by);
  if (first.found) return true;
  const queue: { block: Block; passed: boolean }[] = first.passed === null ? [] : [{ block: start.block, passed: first.passed }];
  for (let next = queue.pop(); next; next = queue.pop()) {
    for (const edge of next.block.next) {
      if (walk.stopEdge(edge)) continue;
      const passed = next.passed || (edge.clause !== null && passes([edge.clause]));
      const key = `${edge.to.id}:${passed}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const then = through(edge.to, 0, passed);
      if (then.found) return true;
      if (then.passed !== null) queue.push({ block: edge.to, passed: then.passed });
    }
  }
  return false;
}
