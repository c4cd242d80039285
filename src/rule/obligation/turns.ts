/** Whether a resource that is acquired in a loop belongs to the turn that acquires it. */
import type { GoNode } from "../../go/node.ts";
import { loopsAround } from "../definitions.ts";
import { ownerOf, statementOf } from "../edits.ts";
import type { Acquisition } from "./acquire.ts";

/** True when the loop acquires for more than one turn: the holder is declared outside of it, and used in other turns or after the loop. */
export function usedInOtherTurns(a: Acquisition): boolean {
  const [loop] = loopsAround(a.call);
  return !(a.holder?.node && loop?.contains(a.holder.node)) && usedBeyondBlock(a);
}

/**
 * True when the holder, or another name that got it, is used outside of the block that acquires, or before it. What holds it then is
 * told by more than the path: a flag, a nil check.
 */
export function usedBeyondBlock({ pkg, holder, call }: Acquisition): boolean {
  const statement = statementOf(call);
  const region = statement && ownerOf(statement);
  if (!holder?.node || !statement || !region || region.contains(holder.node)) return false;
  return holder.uses.some((u) => {
    if (u.how === "write") return false;
    if (!region.contains(u.node) || u.node.start < statement.start) return true;
    return goesBeyond(pkg, u.node, region);
  });
}

/** The use is assigned to a local that is declared outside of the region. */
function goesBeyond(pkg: Acquisition["pkg"], use: GoNode, region: GoNode): boolean {
  const left = use.closest("assignment_statement", "func_literal")?.child("left");
  if (!left || left.contains(use)) return false;
  return left.items.some((n) => {
    const other = n.kind === "identifier" ? pkg.binding(n) : null;
    return other?.node != null && !region.contains(other.node);
  });
}
