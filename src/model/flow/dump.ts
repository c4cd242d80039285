/** A flow as text, for tests and for looking at. */
import type { GoNode } from "../../go/node.ts";
import type { Block, Edge, Flow } from "../model.ts";

/**
 * Each block with its atoms, one to a line, and its edges. Blocks that control never enters are marked; those of them that are
 * empty are left out.
 */
export function dump(flow: Flow): string {
  const entered = reachableFrom(flow.entry);
  const lines: string[] = [];
  for (const block of flow.blocks) {
    if (!entered.has(block) && block.atoms.length === 0) continue;
    lines.push(`b${block.id}:${entered.has(block) ? "" : " # unreachable"}`);
    for (const atom of block.atoms) lines.push(`\t${oneLine(atom)}`);
    for (const edge of block.next) lines.push(`\t-> b${edge.to.id}${label(edge)}`);
    if (block.exit) lines.push(`\t-> ${block.exit}`);
  }
  return `${lines.join("\n")}\n`;
}

function reachableFrom(entry: Block): ReadonlySet<Block> {
  const seen = new Set([entry]);
  for (const block of seen) for (const { to } of block.next) seen.add(to);
  return seen;
}

function label(edge: Edge): string {
  const cond = edge.cond ? ` ${edge.when ? "if" : "unless"} ${oneLine(edge.cond)}` : "";
  return cond + (edge.clause ? ` [${headOf(edge.clause)}]` : "");
}

/** `case x` of a whole clause. */
function headOf(clause: GoNode): string {
  const colon = clause.children.find((c) => c.kind === ":");
  return clause.source.text.slice(clause.start, colon?.start ?? clause.end).replace(/\s+/g, " ");
}

function oneLine(node: GoNode): string {
  return node.text.replace(/\s+/g, " ");
}
