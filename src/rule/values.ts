/** Expressions that are another one in other clothes: parentheses, conversions, type assertions. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";

/** The outermost parentheses around an expression. */
export function climb(node: GoNode): GoNode {
  let n = node;
  while (n.parent?.kind === "parenthesized_expression") n = n.parent;
  return n;
}

const PLAIN = ["any", "uintptr", "int", "uint", "int8", "uint8", "byte", "int16", "uint16", "int32", "uint32", "rune", "int64", "uint64"];
/** `string(b)` makes a copy; `(*string)(p)` does not. */
const POINTED_TO = [...PLAIN, "float32", "float64", "complex64", "complex128", "bool", "string", "error"];

/** `T(x)`, `(*T)(x)`, `unsafe.Pointer(x)`: a call whose callee is a type. */
export function isConversion(pkg: PackageModel, call: GoNode): boolean {
  if (call.kind === "type_conversion_expression") return true;
  const called = call.child("function");
  if (!called) return false;
  let callee = unparen(called);
  const pointer = callee.kind === "unary_expression";
  while (callee.kind === "unary_expression" && callee.child("operator")?.kind === "*") callee = unparen(callee.child("operand") as GoNode);
  if (callee.kind === "identifier") {
    const kind = pkg.binding(callee)?.kind;
    return kind === "type" || (kind === "builtin" && (pointer ? POINTED_TO : PLAIN).includes(callee.text));
  }
  if (callee.kind !== "selector_expression") return callee.is("array_type", "slice_type", "pointer_type");
  const symbol = pkg.symbol(callee);
  return symbol === "unsafe.Pointer" || (pointer && (symbol?.startsWith("C.") ?? false));
}

/** The expression with the parentheses and conversions around it: `(*C.char)(x)` of `x`. */
export function climbConversions(pkg: PackageModel, node: GoNode): GoNode {
  let e = climb(node);
  for (;;) {
    const list = e.parent;
    const call = list?.kind === "argument_list" ? list.parent : list?.kind === "type_conversion_expression" ? list : null;
    if (!call || !isConversion(pkg, call) || (list?.kind === "argument_list" && list.items.length !== 1)) return e;
    e = climb(call);
  }
}

/** The expression without the parentheses and conversions around it: `x` of `(*C.char)(x)`. */
export function withoutConversions(pkg: PackageModel, node: GoNode): GoNode {
  let e = unparen(node);
  while (e.is("call_expression", "type_conversion_expression") && isConversion(pkg, e)) {
    const inner = e.kind === "call_expression" ? e.child("arguments")?.items[0] : e.child("operand");
    if (!inner) break;
    e = unparen(inner);
  }
  return e;
}

/** The expression with the parentheses and type assertions around it: `pool.Get().(*T)` of `pool.Get()`. */
export function climbAssertions(node: GoNode): GoNode {
  let n = climb(node);
  while (n.parent?.kind === "type_assertion_expression" && n.field === "operand") n = climb(n.parent);
  return n;
}

/** The expression without the parentheses and type assertions around it. */
export function withoutAssertions(node: GoNode): GoNode {
  let e = unparen(node);
  while (e.kind === "type_assertion_expression") e = unparen(e.child("operand") ?? (e.items[0] as GoNode));
  return e;
}
