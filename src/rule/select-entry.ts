/** What a select works out when it is entered: channels, and values to send, of all of its cases in their order. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";

/** Does the case work out more on entry than variables, `x.Done()` and `x.Context()`? */
export function caseCalls(pkg: PackageModel, clause: GoNode): boolean {
  const head = clause.child("communication");
  if (!head) return false;
  const channel = head.kind === "send_statement" ? [head.child("channel"), head.child("value")] : [receivedFrom(head)];
  return channel.some((e) => e !== null && hasCalls(pkg, e));
}

function receivedFrom(head: GoNode): GoNode | null {
  const e = unparen(head.child("right") ?? head);
  return e.kind === "unary_expression" ? e.child("operand") : e;
}

/** A call other than `x.Done()` and `x.Context()`, a conversion or a harmless builtin; or a receive. */
export function hasCalls(pkg: PackageModel, expression: GoNode): boolean {
  let found = false;
  expression.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind === "unary_expression" && n.child("operator")?.kind === "<-") found = true;
    if (n.kind !== "call_expression") return;
    const callee = unparen(n.child("function") as GoNode);
    const niladic = callee.kind === "selector_expression" && n.child("arguments")?.items.length === 0;
    const getter = niladic && GETTERS.has(callee.child("field")?.text ?? "");
    if (!getter && !PURE.has(pkg.symbol(callee) ?? "") && !isConversion(pkg, callee)) found = true;
  });
  return found;
}

/** `Done` and `Context` are getters: when they are called makes no difference. */
const GETTERS = new Set(["Done", "Context"]);
const PURE = new Set(["len", "cap", "min", "max", "time.After"]);

function isConversion(pkg: PackageModel, callee: GoNode): boolean {
  if (callee.is("slice_type", "pointer_type", "qualified_type", "map_type", "channel_type")) return true;
  if (callee.kind === "identifier") {
    const kind = pkg.binding(callee)?.kind;
    return kind === "type" || kind === "typeparam";
  }
  return pkg.symbol(callee) === "time.Duration";
}
