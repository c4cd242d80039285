/** Walking the children of syntax nodes without making arrays. */
import type { GoNode } from "../../go/node.ts";

/** The first named child that is no comment, or null. */
export function firstItem(node: GoNode): GoNode | null {
  const { children } = node;
  for (let i = 0; i < children.length; i++) {
    const c = children[i] as GoNode;
    if (c.named && c.kind !== "comment") return c;
  }
  return null;
}

export function countItems(node: GoNode): number {
  let n = 0;
  for (const c of node.children) if (c.named && c.kind !== "comment") n++;
  return n;
}

export function itemAt(node: GoNode, index: number): GoNode | null {
  let n = 0;
  for (const c of node.children) if (c.named && c.kind !== "comment" && n++ === index) return c;
  return null;
}

/** Position of `item` among the named children, -1 when it is none. */
export function indexOfItem(node: GoNode, item: GoNode): number {
  let n = 0;
  for (const c of node.children) {
    if (c === item) return n;
    if (c.named && c.kind !== "comment") n++;
  }
  return -1;
}

export function countField(node: GoNode, field: GoNode["field"]): number {
  let n = 0;
  for (const c of node.children) if (c.field === field && c.named) n++;
  return n;
}

/** Position of `item` among the children held under its field. */
export function indexInField(node: GoNode, item: GoNode): number {
  let n = 0;
  for (const c of node.children) {
    if (c === item) return n;
    if (c.field === item.field && c.named) n++;
  }
  return -1;
}

/** The expression inside parentheses, `literal_element`, one-element lists and `x...`. */
export function strip(node: GoNode): GoNode {
  let n = node;
  while (
    n.kind === "parenthesized_expression" ||
    n.kind === "literal_element" ||
    n.kind === "variadic_argument" ||
    n.kind === "parenthesized_type"
  ) {
    const inner = firstItem(n);
    if (!inner) break;
    n = inner;
  }
  return n;
}

/** The call whose callee this is, through parentheses, or null. */
export function callOf(node: GoNode): GoNode | null {
  let n = node;
  while (n.parent?.kind === "parenthesized_expression") n = n.parent;
  const parent = n.parent;
  if (!parent) return null;
  if (parent.kind === "call_expression" && n.field === "function") return parent;
  if (parent.kind === "type_conversion_expression" && n.field === "type") return parent;
  return null;
}

/** Argument expressions of a call or of what the grammar took for a conversion. */
export function argumentsOf(call: GoNode): GoNode[] {
  if (call.kind === "type_conversion_expression") {
    const operand = call.child("operand");
    return operand ? [operand] : [];
  }
  return call.child("arguments")?.items ?? [];
}
