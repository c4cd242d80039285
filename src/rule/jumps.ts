/** Ways out of a loop, by syntax. */
import type { GoNode } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { leavesOf, targetOf } from "./obligation/exits.ts";

/** True when a return, goto, break or continue leads out of the loop's body, or a call there may not come back. */
export function jumpsOut(pkg: PackageModel, loop: GoNode): boolean {
  const body = loop.child("body");
  if (!body) return false;
  const ways = leavesOf(body, body.children[0] ?? body);
  if (ways === null || body.find("call_expression").some((c) => pkg.noReturn(c) !== null)) return true;
  return ways.some((w) => w.kind !== "continue_statement" || targetOf(w) !== loop);
}
