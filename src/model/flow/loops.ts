/** Which blocks stand on a cycle: Tarjan's strongly connected components, without recursion. */
import type { FlowBlock } from "./graph.ts";

export function cyclic(entry: FlowBlock): ReadonlySet<FlowBlock> {
  const found = new Set<FlowBlock>();
  const index = new Map<FlowBlock, number>();
  const low = new Map<FlowBlock, number>();
  const open: FlowBlock[] = [];
  const isOpen = new Set<FlowBlock>();
  const calls: { block: FlowBlock; edge: number }[] = [];
  const visit = (block: FlowBlock): void => {
    index.set(block, index.size);
    low.set(block, index.get(block) as number);
    open.push(block);
    isOpen.add(block);
    calls.push({ block, edge: 0 });
  };
  const lower = (block: FlowBlock, to: number): void => {
    if (to < (low.get(block) as number)) low.set(block, to);
  };
  visit(entry);
  for (let call = calls.at(-1); call; call = calls.at(-1)) {
    const { block } = call;
    const edge = block.next[call.edge++];
    if (edge) {
      if (!index.has(edge.to)) visit(edge.to);
      else if (isOpen.has(edge.to)) lower(block, index.get(edge.to) as number);
      continue;
    }
    calls.pop();
    const caller = calls.at(-1);
    if (caller) lower(caller.block, low.get(block) as number);
    if (low.get(block) === index.get(block)) close(block);
  }
  return found;

  function close(root: FlowBlock): void {
    const members: FlowBlock[] = [];
    for (let b = open.pop(); b; b = open.pop()) {
      isOpen.delete(b);
      members.push(b);
      if (b === root) break;
    }
    const loops = members.length > 1 || root.next.some((e) => e.to === root);
    if (loops) for (const b of members) found.add(b);
  }
}
