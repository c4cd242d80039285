/** The words of `stale.ts`: what a use of a reused value does, and the syntax by which that is told. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, Entity, PackageModel, Type } from "../model/model.ts";
import { lastName } from "../model/symbols.ts";
import { definitionOf } from "./definitions.ts";
import { deref, memberOf, underlying } from "./types.ts";

/**
 * writer: has Write and a niladic Reset (`*bytes.Buffer`, `hash.Hash`); slice and map, or a pointer to one; struct: a pointer to a
 * struct of the package itself.
 */
export interface Reused {
  readonly shape: "writer" | "slice" | "map" | "struct";
  /** The value is a pointer to the slice or map. */
  readonly pointer: boolean;
  readonly type: Type;
  /** Of a struct: its declaration. */
  readonly entity: Entity | null;
}

/** All of the value; for a struct, else, the name of a field. */
export const ALL = "*";

export interface Touch {
  /** The identifier. */
  readonly node: GoNode;
  /** Content from before shows here. */
  readonly sees: readonly string[];
  /** After this, content from before shows no more. */
  readonly overwrites: readonly string[];
  /** Leaves content behind. */
  readonly fills: readonly string[];
  /** Leaves nothing behind. */
  readonly cleans: readonly string[];
  /** Handed over, or not understood. */
  readonly unknown: boolean;
  /** The target of an assignment: what stands right of it comes first. */
  readonly last: boolean;
}

/** What a use does to the value: nothing at all. */
export const NOTHING: Deed = { sees: [], overwrites: [], fills: [], cleans: [], unknown: false, last: false };
/** Shows old content and adds new. */
export const DIRTY: Deed = { ...NOTHING, sees: [ALL], fills: [ALL] };
export const SEEN: Deed = { ...NOTHING, sees: [ALL] };
export const CLEAN: Deed = { ...NOTHING, overwrites: [ALL], cleans: [ALL] };
export const UNKNOWN: Deed = { ...NOTHING, unknown: true };
export type Deed = Omit<Touch, "node">;

export function covers(cells: readonly string[], cell: string): boolean {
  return cells.includes(ALL) || cells.includes(cell);
}

/** What a pool's value is by its type; null for types of which nothing is said. */
export function reusedOf(pkg: PackageModel, type: Type): Reused | null {
  const reset = memberOf(pkg, type, "Reset");
  const niladic =
    reset?.kind === "method" && reset.type.kind === "func" && reset.type.params.length === 0 && reset.type.results.length === 0;
  const base = deref(type);
  const own = base.kind === "named" && base.pkg === pkg && !base.local ? (pkg.lookup(base.name)[0] ?? null) : null;
  const under = underlying(pkg, base);
  if (type.kind === "pointer" && under.kind === "struct" && own) return { shape: "struct", pointer: true, type, entity: own };
  if (niladic && memberOf(pkg, type, "Write")?.kind === "method") return { shape: "writer", pointer: false, type, entity: null };
  if (under.kind === "slice") return { shape: "slice", pointer: type.kind === "pointer", type, entity: null };
  if (under.kind === "map") return { shape: "map", pointer: type.kind === "pointer", type, entity: null };
  return null;
}

/** `x = v`: what was there shows no more; whether something is left is told by v. */
export function assigned(value: GoNode | null): Deed {
  const clean = value !== null && isEmpty(unparen(value));
  return { ...NOTHING, overwrites: [ALL], cleans: clean ? [ALL] : [], fills: clean ? [] : [ALL], last: true };
}

/** nil, 0, "", false, T{}, make(...), new(T), x[:0]. */
export function isEmpty(value: GoNode): boolean {
  switch (value.kind) {
    case "nil":
    case "false":
      return true;
    case "int_literal":
      return value.text === "0";
    case "interpreted_string_literal":
      return value.text === '""';
    case "slice_expression":
      return isEmptySlice(value);
    case "composite_literal":
      return value.child("body")?.items.length === 0;
    case "unary_expression":
      return value.child("operator")?.kind === "&" && isEmpty(unparen(value.child("operand") as GoNode));
    case "call_expression":
      return value.child("function")?.text === "make" || value.child("function")?.text === "new";
    default:
      return false;
  }
}

/** `x[:0]` and `x[0:0]`. */
export function isEmptySlice(slice: GoNode): boolean {
  const start = slice.child("start")?.text ?? "0";
  return start === "0" && slice.child("end")?.text === "0";
}

// ---------------------------------------------------------------- syntax

/** The expression stands alone left of `=`. */
export function isTarget(e: GoNode): boolean {
  const list = e.parent;
  return (
    list?.kind === "expression_list" &&
    list.field === "left" &&
    list.parent?.kind === "assignment_statement" &&
    (list.parent.child("operator")?.kind ?? "=") === "="
  );
}

/** The expression is written in any way: `=`, `+=`, `++`. */
export function isChanged(e: GoNode): boolean {
  if (e.parent?.is("inc_statement", "dec_statement")) return true;
  return e.parent?.kind === "expression_list" && e.parent.field === "left" && e.parent.parent?.kind === "assignment_statement";
}

/** The value right of `=` for a target; null when one call gives several. */
export function valueFor(target: GoNode): GoNode | null {
  const list = target.parent as GoNode;
  const right = list.parent?.child("right");
  const values = right?.kind === "expression_list" ? right.items : right ? [right] : [];
  return values.length === list.items.length ? (values[list.items.indexOf(target)] ?? null) : null;
}

/** append, and the standard library's functions and methods that append to their first argument. */
export function isAppend(pkg: PackageModel, call: GoNode): boolean {
  const callee = call.child("function") as GoNode;
  const symbol = callee.text.includes("ppend") ? pkg.symbol(callee) : null;
  if (symbol === null) return false;
  const name = lastName(symbol);
  return symbol === "append" || (name.startsWith("Append") && !symbol.slice(0, symbol.indexOf("/") + 1).includes("."));
}

/** Gives its argument back to a pool. */
export function isPut(pkg: PackageModel, call: GoNode): boolean {
  const callee = call.child("function") as GoNode;
  return callee.text.includes("Put") && pkg.symbol(callee) === "sync.Pool.Put";
}

/** `for k := range m { delete(m, k) }`. */
export function deletesAll(range: GoNode, map: string): boolean {
  const body = range.parent?.child("body");
  const statements = body?.children.find((c) => c.kind === "statement_list")?.items ?? [];
  const call = statements.length === 1 ? statements[0]?.items[0] : null;
  const key = range.child("left")?.items[0]?.text;
  const args = call?.child("arguments")?.items ?? [];
  return call?.child("function")?.text === "delete" && args[0]?.text === map && args[1]?.text === key;
}

/** The value that the local was declared with, for those who need to know whether it is new. */
export function isNew(pkg: PackageModel, binding: Binding): boolean {
  const made = definitionOf(pkg, binding);
  return made !== null && isEmpty(made.value);
}

export function outOfParens(node: GoNode): GoNode {
  let n = node;
  while (n.parent?.kind === "parenthesized_expression") n = n.parent;
  return n;
}
