/** What an atom does to what is known: which bindings and fields it writes, and which constants it assigns. */
import type { GoNode } from "../../go/node.ts";

export interface Effects {
  /** Identifiers that are written, declared anew, or whose address is taken. */
  readonly names: readonly GoNode[];
  /** Selectors, index expressions and dereferences that are written or whose address is taken. */
  readonly members: readonly GoNode[];
  /** Assignments of one expression to one name; `value` null: declared without a value. */
  readonly assigns: readonly { readonly name: GoNode; readonly value: GoNode | null }[];
}

export function effectsOf(atom: GoNode): Effects {
  const names: GoNode[] = [];
  const members: GoNode[] = [];
  const assigns: { name: GoNode; value: GoNode | null }[] = [];
  const target = (node: GoNode): void => {
    let n = node;
    while (n.kind === "parenthesized_expression" && n.items[0]) n = n.items[0];
    if (n.kind === "identifier") names.push(n);
    else members.push(n);
  };
  const ranged = atom.kind === "range_clause" ? atom.child("right") : null;
  const todo: GoNode[] = [atom];
  for (let node = todo.pop(); node; node = todo.pop()) {
    if (node === ranged || offBy(node)) continue;
    switch (node.kind) {
      case "assignment_statement":
      case "short_var_declaration":
      case "range_clause":
      case "receive_statement":
        for (const n of node.child("left")?.items ?? []) target(n);
        if (node === atom) pairs(node, assigns);
        break;
      case "inc_statement":
      case "dec_statement":
        for (const n of node.items) target(n);
        break;
      case "var_spec": {
        const declared = node.childrenOf("name");
        names.push(...declared);
        const values = node.child("value")?.items ?? [];
        if (atom.kind === "var_declaration" && (values.length === 0 || values.length === declared.length)) {
          for (const [i, name] of declared.entries()) assigns.push({ name, value: values[i] ?? null });
        }
        break;
      }
      case "unary_expression": {
        const operand = node.child("operand");
        if (operand && operand.kind !== "composite_literal" && node.child("operator")?.kind === "&") target(operand);
        break;
      }
    }
    const { children } = node;
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as GoNode;
      if (child.children.length > 0) todo.push(child);
    }
  }
  return { names, members, assigns };
}

function pairs(node: GoNode, into: { name: GoNode; value: GoNode | null }[]): void {
  if (node.kind === "assignment_statement" && node.child("operator")?.kind !== "=") return;
  if (node.kind !== "assignment_statement" && node.kind !== "short_var_declaration") return;
  const left = node.child("left")?.items ?? [];
  const right = node.child("right")?.items ?? [];
  if (left.length !== right.length) return;
  left.forEach((name, i) => {
    if (name.kind === "identifier") into.push({ name, value: right[i] ?? null });
  });
}

/**
 * True when the node stands in what a defer statement puts off: the literal that it calls, or an argument that is a literal or an
 * address. What it writes then changes no path within the function.
 */
export function putOff(node: GoNode): boolean {
  for (let n: GoNode = node; n.parent; n = n.parent) {
    if (n.parent.kind === "defer_statement") return false;
    if (offBy(n)) return true;
  }
  return false;
}

function offBy(node: GoNode): boolean {
  const call = node.parent?.kind === "argument_list" ? node.parent.parent : node.parent;
  if (call?.kind !== "call_expression" || call.parent?.kind !== "defer_statement") return false;
  return node.kind === "func_literal" || (node.kind === "unary_expression" && node.child("operator")?.kind === "&");
}
