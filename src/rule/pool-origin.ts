/** Where a sync.Pool comes from, and whether anything gives it a New. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel, Type } from "../model/model.ts";
import { isNamed, keySelection } from "./types.ts";
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
  const values: GoNode[] = [...place.values];
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

interface Place {
  readonly name: string;
  readonly type: Type;
  readonly declaration: GoNode;
  /** What it is declared with, and what literals of its struct give it. */
  readonly values: readonly GoNode[];
  /** Every other expression that names it. */
  readonly mentions: readonly GoNode[];
}

function placeOf(pkg: PackageModel, e: GoNode): Place | null {
  return e.kind === "identifier" ? variable(pkg, e) : e.kind === "selector_expression" ? field(pkg, e) : null;
}

function variable(pkg: PackageModel, e: GoNode): Place | null {
  const binding = pkg.binding(e);
  if (binding?.kind !== "var" || !binding.node) return null;
  const type = pkg.typeOf(e);
  if (binding.func) {
    const declaration = binding.node.closest("var_spec", "short_var_declaration");
    const mentions = binding.uses.map((u) => u.node);
    return declaration && { name: "", type, declaration, values: declaredValues(declaration, binding.node), mentions };
  }
  const declaration = binding.entity?.node;
  if (declaration?.kind !== "var_spec" || pkg.lookup(e.text).length !== 1) return null;
  const isName = (n: GoNode) => n.field === "name" && n.parent?.kind === "var_spec" && n.parent.start === declaration.start;
  const same = [...pkg.mentions(e.text)].filter((m) => m.kind === "identifier" && pkg.binding(m)?.entity?.node === declaration);
  const name = declaration.childrenOf("name").find((c) => c.named && c.text === e.text);
  const values = name ? declaredValues(declaration, name) : [];
  return { name: e.text, type, declaration, values, mentions: same.filter((m) => !isName(m)) };
}

function declaredValues(declaration: GoNode, name: GoNode): GoNode[] {
  const names =
    declaration.kind === "var_spec" ? declaration.childrenOf("name").filter((c) => c.named) : (declaration.child("left")?.items ?? []);
  const values = declaration.child(declaration.kind === "var_spec" ? "value" : "right")?.items ?? [];
  const at = names.findIndex((n) => n.start === name.start);
  if (values.length === 0) return [];
  return [values.length === names.length && values[at] ? values[at] : declaration];
}

function field(pkg: PackageModel, e: GoNode): Place | null {
  const selection = pkg.selection(e);
  const declaration = selection?.kind === "field" ? selection.field?.node : null;
  if (!selection || !declaration) return null;
  const mentions: GoNode[] = [];
  const values: GoNode[] = [];
  for (const m of pkg.mentions(selection.name)) {
    const selector = m.field === "field" ? m.parent : null;
    if (selector?.kind === "selector_expression" && pkg.selection(selector)?.field?.node === declaration) mentions.push(selector);
    const keyed = m.parent?.kind === "literal_element" && m.parent.field === "key" ? m.parent.parent : null;
    const value = keyed?.child("value");
    if (value && keySelection(pkg, m)?.field?.node === declaration) values.push(value.items[0] ?? value);
  }
  return { name: selection.name, type: selection.type, declaration, values, mentions };
}

function isExported(name: string): boolean {
  return name !== "" && name[0] !== name[0]?.toLowerCase();
}

/** `p = v`; the statement itself where the value is one of several results. */
function assignedTo(mention: GoNode): GoNode | null {
  const list = climb(mention).parent;
  const statement = list?.parent;
  if (list?.kind !== "expression_list" || list.field !== "left" || statement?.kind !== "assignment_statement") return null;
  const values = statement.child("right")?.items ?? [];
  return (values.length === list.items.length ? values[list.items.indexOf(climb(mention))] : null) ?? statement;
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
