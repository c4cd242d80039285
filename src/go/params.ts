/** Parameter lists as Go reads them. */
import type { GoNode } from "./node.ts";

/**
 * Of `a, b, ... j int` with ten names or more the grammar takes the first ones for parameters of types `a`, `b` without a name. Parameters are all named or
 * all unnamed, so where one of the list has a name this one is a name too: then the declaration whose type it shares, else null.
 */
export function misreadName(list: GoNode, parameter: GoNode): GoNode | null {
  if (parameter.kind !== "parameter_declaration" || parameter.child("name")) return null;
  if (parameter.child("type")?.kind !== "type_identifier") return null;
  let seen = false;
  for (const p of list.children) {
    if (p === parameter) seen = true;
    else if (seen && p.child("name") && p.child("type")) return p;
  }
  return null;
}
