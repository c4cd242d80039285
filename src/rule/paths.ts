/** Paths from a function's entry, which `Flow` answers only from a node on. Conditions can go both ways here. */
import type { GoNode } from "../go/node.ts";
import type { Block, Flow, FuncModel, PackageModel } from "../model/model.ts";

/** The atom of the flow in which the node stands; null where it is never reached, or is no part of the function. */
export function atomAt(flow: Flow, node: GoNode): GoNode | null {
  const place = flow.locate(node);
  return place?.block.atoms[place.index] ?? null;
}

/** Does the node, which `func` itself runs, stand on a cycle? Where no loop is around it and nothing jumps, no graph has to be made to tell. */
export function inLoop(func: FuncModel, node: GoNode): boolean {
  let n = node;
  while (n.kind !== "for_statement" && n !== func.node && n.parent) n = n.parent;
  if (n.kind !== "for_statement" && !func.node.text.includes("goto")) return false;
  return func.pkg.flow(func).inLoop(node);
}

/** True when a path leads from the entry to the node without meeting a stop. */
export function pathFromEntry(pkg: PackageModel, func: FuncModel, to: GoNode, stop: (atom: GoNode) => boolean): boolean {
  const flow = pkg.flow(func);
  const place = flow.locate(to);
  if (!place) return false;
  return search(flow.entry, stop, (block, stoppedAt) => block === place.block && (stoppedAt < 0 || stoppedAt >= place.index));
}

/** True when every path from the entry to a return meets one; false when there is no such path. */
export function passesEveryPath(pkg: PackageModel, func: FuncModel, stop: (atom: GoNode) => boolean): boolean {
  const flow = pkg.flow(func);
  if (!flow.exits.some((e) => e.kind === "return" || e.kind === "end")) return false;
  return !search(flow.entry, stop, (block, stoppedAt) => stoppedAt < 0 && (block.exit === "return" || block.exit === "end"));
}

function search(entry: Block, stop: (atom: GoNode) => boolean, found: (block: Block, stoppedAt: number) => boolean): boolean {
  const seen = new Set<Block>([entry]);
  const queue = [entry];
  for (let block = queue.pop(); block; block = queue.pop()) {
    const stoppedAt = block.atoms.findIndex(stop);
    if (found(block, stoppedAt)) return true;
    if (stoppedAt >= 0) continue;
    for (const edge of block.next) {
      if (seen.has(edge.to)) continue;
      seen.add(edge.to);
      queue.push(edge.to);
    }
  }
  return false;
}

/** True when the node does not run where it stands in `func`: in a defer or go statement, or in a literal that is not called on the spot. */
export function runsLater(node: GoNode, func: FuncModel): boolean {
  for (let n: GoNode | null = node; n && n !== func.node; n = n.parent) {
    if (n.is("defer_statement", "go_statement")) return true;
    if (n.kind === "func_literal" && !(n.parent?.kind === "call_expression" && n.field === "function")) return true;
  }
  return false;
}
