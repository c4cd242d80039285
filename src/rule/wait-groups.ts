/** Calls on a sync.WaitGroup, and which group they are on. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, Call, FuncModel, PackageModel } from "../model/model.ts";

/** A group as an expression names it: `wg`, `s.wg`, `p.state.wg`. */
export interface Group {
  readonly text: string;
  /** The variable at its root. */
  readonly root: Binding;
}

/** The group of a method call's operand; null for elements, results of calls, and names that are not resolved. */
export function groupOf(pkg: PackageModel, operand: GoNode | null): Group | null {
  if (!operand) return null;
  const whole = plain(operand);
  let e = whole;
  while (e.kind === "selector_expression") e = plain(e.child("operand") ?? e);
  const root = e.kind === "identifier" ? pkg.binding(e) : null;
  return root ? { text: whole.text, root } : null;
}

/** Without parentheses, `&` and `*`. */
function plain(node: GoNode): GoNode {
  const e = unparen(node);
  const operator = e.kind === "unary_expression" ? e.child("operator")?.kind : null;
  const operand = e.child("operand");
  return operand && (operator === "&" || operator === "*") ? plain(operand) : e;
}

export function sameGroup(a: Group | null, b: Group | null): boolean {
  return (
    a !== null && b !== null && a.text === b.text && (a.root === b.root || (a.root.entity !== null && a.root.entity === b.root.entity))
  );
}

export type GroupMethod = "Add" | "Done" | "Wait" | "Go";

export interface GroupCall {
  readonly method: GroupMethod;
  readonly node: GoNode;
  readonly group: Group | null;
}

/** The group's method calls in a function, literals included, in the order of the text. */
export function groupCalls(pkg: PackageModel, func: FuncModel, ...methods: readonly GroupMethod[]): GroupCall[] {
  const found: GroupCall[] = [];
  for (const call of func.node.find("call_expression")) {
    const callee = unparen(call.child("function") ?? call);
    const name = callee.kind === "selector_expression" ? callee.child("field")?.text : null;
    const method = methods.find((m) => m === name);
    if (!method || pkg.symbol(callee) !== `sync.WaitGroup.${method}`) continue;
    found.push({ method, node: call, group: groupOf(pkg, callee.child("operand")) });
  }
  return found;
}

/** The statement that is nothing but the call: `wg.Done()`, `defer wg.Done()`, `go f()`. */
export function plainStatement(call: Call | GoNode): GoNode | null {
  const node = "kind" in call ? call : call.node;
  const p = node.parent;
  return p?.is("expression_statement", "defer_statement", "go_statement") ? p : null;
}
