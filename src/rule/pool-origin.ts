/** Where a sync.Pool comes from, and whether anything gives it a New. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { assignedTo, declaredValues, fieldPlace, type NamedPlace, variablePlace } from "./places.ts";
import { isExported } from "./typed-atomic.ts";
import { isNamed } from "./types.ts";
import { climb } from "./values.ts";

/** A pool of which everything that happens to it is seen, and that never gets a New. */
export interface BarePool {
  /** Its composite literals: `sync.Pool{}`. */
  readonly literals: readonly GoNode[];
  /** The var_spec or field_declaration. */
  readonly declaration: GoNode;
  /** It is declared without a value: `var p sync.Pool`. */
  readonly zero: boolean;
}

/**
 * The pool that the operand of a Get names, when it has no New: a local, a variable of the package or a field, that no other package can
 * reach, whose address is not taken, and whose values are all seen. null else.
 */
export function barePool(pkg: PackageModel, operand: GoNode): BarePool | null {
  const e = unparen(operand);
  const element = e.kind === "index_expression";
  const place = placeOf(pkg, element ? unparen(e.child("operand") ?? e) : e);
  if (!place || (isExported(place.name) && pkg.name !== "main")) return null;
  const { type } = place;
  const pool = type.kind === "array" && element ? type.elem : element ? null : type;
  const pointer = pool?.kind === "pointer" && isNamed(pool.elem, "sync.Pool");
  if (!pool || !(pointer || isNamed(pool, "sync.Pool"))) return null;
  const values: GoNode[] = [...place.declared];
  for (const mention of place.mentions) {
    const value = assignedTo(mention);
    if (value) values.push(value);
    else if (!usesMethod(mention, element)) return null; // somebody else may give it a New
  }
  if (pointer && values.length === 0) return null; // who makes it is not seen
  const literals: GoNode[] = [];
  for (const value of values) {
    const literal = bareLiteral(pkg, value);
    if (literal === null) return null;
    if (literal) literals.push(literal);
  }
  return { literals, declaration: place.declaration, zero: values.length === 0 && !pointer };
}

function placeOf(pkg: PackageModel, e: GoNode): NamedPlace | null {
  if (e.kind === "selector_expression") return fieldPlace(pkg, e);
  const binding = e.kind === "identifier" ? pkg.binding(e) : null;
  if (binding?.kind !== "var" || !binding.node) return null;
  if (!binding.func) return variablePlace(pkg, e);
  const declaration = binding.node.closest("var_spec", "short_var_declaration");
  const mentions = binding.uses.map((u) => u.node);
  return declaration && { name: "", type: pkg.typeOf(e), declaration, declared: declaredValues(declaration, binding.node), mentions };
}

/** `p.Get()` and `p.Put(x)`, of an element `p[i].Get()`. */
function usesMethod(mention: GoNode, element: boolean): boolean {
  let e = climb(mention);
  if (element && e.parent?.kind === "index_expression" && e.field === "operand") e = climb(e.parent);
  const selector = e.parent?.kind === "selector_expression" && e.field === "operand" ? e.parent : null;
  const method = selector?.child("field")?.text;
  return (method === "Get" || method === "Put") && selector?.parent?.kind === "call_expression" && selector.field === "function";
}

/** The literal without a New; undefined for `new(sync.Pool)` and nil; null for anything else. */
function bareLiteral(pkg: PackageModel, value: GoNode): GoNode | undefined | null {
  let e = unparen(value);
  if (e.kind === "nil") return undefined;
  if (e.kind === "unary_expression" && e.child("operator")?.kind === "&") e = unparen(e.child("operand") ?? e);
  if (e.kind === "call_expression") {
    const made = e.child("function")?.text === "new" && e.child("arguments")?.items[0];
    return made && isNamed(pkg.typeAt(made), "sync.Pool") ? undefined : null;
  }
  const type = e.kind === "composite_literal" ? e.child("type") : null;
  if (!type || !isNamed(pkg.typeAt(type), "sync.Pool")) return null;
  return (e.child("body")?.items.length ?? 0) === 0 ? e : null;
}
