/** Resources that release themselves when they are read to their end: `for rows.Next() {}`. */
import type { GoNode } from "../../go/node.ts";
import type { Block, Flow, Witness } from "../../model/model.ts";
import type { Acquisition } from "./acquire.ts";

export interface Drained {
  /** The first atoms behind the loops that read it to its end. */
  readonly after: ReadonlySet<GoNode>;
  /** True of a path that leaves such a loop by its condition and comes to the closing brace at once. */
  endsBy(witness: Witness): boolean;
}

export function drainedAt({ row, holder }: Acquisition, flow: Flow): Drained {
  const calls = new Set<GoNode>();
  for (const use of row.drained && holder ? holder.uses : []) {
    const selector = use.node.parent;
    const call =
      selector?.kind === "selector_expression" && row.drained?.includes(selector.child("field")?.text ?? "") ? selector.parent : null;
    if (call?.kind === "call_expression") calls.add(call);
  }
  const after = new Set<GoNode>();
  if (calls.size > 0) {
    for (const block of flow.blocks) {
      for (const edge of block.next) if (edge.cond && !edge.when && calls.has(edge.cond)) firstAtoms(edge.to, after, new Set());
    }
  }
  const endsBy = ({ steps, exit }: Witness): boolean => {
    const last = steps.at(-2);
    return exit === "end" && last !== undefined && last.taken === false && calls.has(last.node);
  };
  return { after, endsBy };
}

function firstAtoms(block: Block, into: Set<GoNode>, seen: Set<Block>): void {
  if (seen.has(block)) return;
  seen.add(block);
  const first = block.atoms[0];
  if (first) into.add(first);
  else for (const edge of block.next) firstAtoms(edge.to, into, seen);
}
