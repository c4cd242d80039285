/** Memory of a pooled value under other names: what still refers to it after Put. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../model/model.ts";
import { definitionOf } from "./definitions.ts";
import { underlying } from "./types.ts";
import { climb } from "./values.ts";

/** The locals of the function that refer to the value's memory: its own name, copies of the pointer or slice, and what was cut or taken out of it. */
export function viewsOf(pkg: PackageModel, holder: Binding, func: FuncModel): Binding[] {
  const views = [holder];
  for (const view of views) {
    for (const use of view.uses) {
      const name = use.func === func ? namedAt(viewAt(pkg, use.node)) : null;
      const binding = name && pkg.binding(name);
      if (binding && binding.func === func && !views.includes(binding) && definitionOf(pkg, binding)) views.push(binding);
    }
  }
  return views;
}

/**
 * The largest expression around the name that still refers to its memory: `x`, `*x` of a pointer to a slice, `x[:n]`, `x.Bytes()` of a buffer,
 * `append(x, ...)`. A copy is none: `string(x)`, `x[i]`, `*x` of a struct.
 */
export function viewAt(pkg: PackageModel, name: GoNode): GoNode {
  let e = climb(name);
  for (;;) {
    const wider = around(pkg, e);
    if (!wider) return e;
    e = climb(wider);
  }
}

function around(pkg: PackageModel, e: GoNode): GoNode | null {
  const p = e.parent;
  if (!p) return null;
  if (p.kind === "unary_expression" && p.child("operator")?.kind === "*") {
    return underlying(pkg, pkg.typeOf(p)).kind === "slice" ? p : null;
  }
  if (p.kind === "slice_expression" && e.field === "operand") return underlying(pkg, pkg.typeOf(p)).kind === "slice" ? p : null;
  if (p.kind === "type_assertion_expression" && e.field === "operand") return p;
  if (p.kind === "selector_expression" && e.field === "operand") {
    const call = climb(p).parent;
    const isCalled = call?.kind === "call_expression" && climb(p).field === "function";
    return isCalled && p.child("field")?.text === "Bytes" && pkg.symbol(p) === "bytes.Buffer.Bytes" ? call : null;
  }
  const call = p.kind === "argument_list" && p.items[0] === e ? p.parent : null;
  const callee = call && unparen(call.child("function") ?? call);
  return callee?.kind === "identifier" && pkg.symbol(callee) === "append" ? call : null;
}

/** `y` of `y := v`. */
function namedAt(view: GoNode): GoNode | null {
  const list = view.parent;
  const statement = list?.kind === "expression_list" && list.field !== "left" ? list.parent : null;
  if (!list || !statement?.is("short_var_declaration", "var_spec")) return null;
  const names =
    statement.kind === "var_spec" ? statement.childrenOf("name").filter((c) => c.named) : (statement.child("left")?.items ?? []);
  const name = names[list.items.indexOf(view)];
  return name?.kind === "identifier" && (names.length === list.items.length || view.kind === "type_assertion_expression") ? name : null;
}

/**
 * The statement by which a view leaves the function: it is returned (in a literal, too), sent, given to a named result, or stored in what a
 * parameter, the receiver or the package refers to. null when it stays.
 */
export function leavesBy(pkg: PackageModel, view: GoNode, func: FuncModel): GoNode | null {
  let e = view;
  for (let p = e.parent; p; p = e.parent) {
    const carries =
      p.is("parenthesized_expression", "literal_element", "keyed_element", "literal_value", "composite_literal") ||
      (p.kind === "unary_expression" && e.kind === "composite_literal");
    if (!carries) break;
    e = p;
  }
  const p = e.parent;
  if (p?.kind === "return_statement") return pkg.functionOf(p) === func ? p : null;
  if (p?.kind === "send_statement") return e.field === "value" ? p : null;
  if (p?.kind !== "expression_list") return null;
  const statement = p.parent;
  if (statement?.kind === "return_statement") return pkg.functionOf(statement) === func ? statement : null;
  if (statement?.kind !== "assignment_statement" || p.field !== "right") return null;
  const target = statement.child("left")?.items[p.items.indexOf(e)];
  return target && isOutside(pkg, unparen(target), func) ? statement : null;
}

/** A named result, a variable of the package, or a place in what the caller has. */
function isOutside(pkg: PackageModel, target: GoNode, func: FuncModel): boolean {
  const direct = target.kind === "identifier";
  let root = target;
  while (root.is("selector_expression", "index_expression", "unary_expression")) root = unparen(root.child("operand") ?? root);
  const binding = root.kind === "identifier" ? pkg.binding(root) : null;
  if (!binding) return false;
  if (binding.kind === "result") return binding.func === func;
  if (binding.entity) return binding.kind === "var";
  return !direct && (binding.kind === "param" || binding.kind === "receiver") && binding.func === func;
}
