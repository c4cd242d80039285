/** Calls after which nothing follows. */
import type { GoNode } from "../../go/node.ts";
import type { ExitKind } from "../model.ts";
import type { FlowEnv } from "./graph.ts";

/**
 * The first call, in order of evaluation, that ends the path; null when there is none. Calls in the right operand of `&&` and
 * `||`, in function literals, and the call that `go` or `defer` puts off are not made here and now.
 */
export function endingCall(atom: GoNode, env: FlowEnv): { call: GoNode; kind: ExitKind } | null {
  let found: { call: GoNode; kind: ExitKind } | null = null;
  const todo: GoNode[] = [atom];
  // A range clause is an atom of its own beside the expression that it ranges over.
  const skip = atom.kind === "range_clause" ? atom.child("right") : null;
  for (let node = todo.pop(); node; node = todo.pop()) {
    if (node.kind === "func_literal" || node === skip) continue;
    if (node.kind === "call_expression" && !node.parent?.is("go_statement", "defer_statement")) {
      const kind = env.noReturn(node);
      // Of two calls the one that is complete first ends first in the text, nested or side by side.
      if (kind && (!found || node.end < found.call.end)) found = { call: node, kind };
    }
    const lazy = node.kind === "binary_expression" && node.children.some((c) => c.kind === "&&" || c.kind === "||");
    for (const child of node.children) {
      if (child.children.length > 0 && !(lazy && child.field === "right")) todo.push(child);
    }
  }
  return found;
}
