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
    if (node.kind === "call_expression" && !isPutOff(node)) {
      const kind = env.noReturn(node);
      // Of two calls the one that is complete first ends first in the text, nested or side by side.
      if (kind && (!found || node.end < found.call.end)) found = { call: node, kind };
    }
    const operator = node.kind === "binary_expression" ? node.child("operator")?.kind : null;
    const lazy = operator === "&&" || operator === "||";
    const { children } = node;
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as GoNode;
      if (child.children.length > 0 && !(lazy && child.field === "right")) todo.push(child);
    }
  }
  return found;
}

function isPutOff({ parent }: GoNode): boolean {
  return parent?.kind === "go_statement" || parent?.kind === "defer_statement";
}
