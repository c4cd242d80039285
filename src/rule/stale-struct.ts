/** What code does with the fields of a reused struct: the cells of `stale.ts` are its fields. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel, Selection, Type } from "../model/model.ts";
import {
  assigned,
  type Deed,
  deeds,
  deletesAll,
  effectOn,
  handed,
  isAppend,
  isChanged,
  isEmptySlice,
  isTarget,
  type Reused,
  reusedOf,
  valueFor,
  writerDeed,
} from "./stale.ts";
import { deref, underlying } from "./types.ts";

export function touchesOfStruct(pkg: PackageModel, reused: Reused, use: GoNode, depth: number): Deed {
  const e = outOfParens(use);
  const parent = e.parent;
  if (parent?.kind === "selector_expression" && e.field === "operand") {
    const selection = pkg.selection(parent);
    if (!selection) return deeds.UNKNOWN;
    if (selection.path.length > 0) return promoted(pkg, parent, selection, depth);
    return selection.kind === "field" ? fieldDeed(pkg, parent, selection, depth) : methodDeed(pkg, reused, parent, selection, depth);
  }
  if (parent?.kind === "unary_expression" && parent.child("operator")?.kind === "*") {
    const whole = outOfParens(parent);
    return isTarget(whole) ? wholeAssigned(valueFor(whole)) : deeds.UNKNOWN;
  }
  return handed(pkg, reused, e, depth);
}

/** `*x = T{a: 1}` overwrites all and leaves what is named. */
function wholeAssigned(value: GoNode | null): Deed {
  const literal = value && unparen(value);
  if (literal?.kind !== "composite_literal") return { ...deeds.NOTHING, overwrites: ["*"], fills: ["*"], last: true };
  const elements = literal.child("body")?.items ?? [];
  const named = elements.filter((k) => k.kind === "keyed_element");
  if (named.length < elements.length) return { ...deeds.NOTHING, overwrites: ["*"], fills: ["*"], last: true };
  const kept = named.filter((k) => !emptied(k)).map((k) => k.child("key")?.text ?? "");
  return { ...deeds.NOTHING, overwrites: ["*"], cleans: kept.length === 0 ? ["*"] : [], fills: kept, last: true };
}

/** `f: x.f[:0]` */
function emptied(element: GoNode): boolean {
  const value = element.child("value")?.items[0];
  return value?.kind === "slice_expression" && isEmptySlice(value);
}

/** A method of the type itself: Reset is taken at its word, the others are looked into. */
function methodDeed(pkg: PackageModel, reused: Reused, selector: GoNode, method: Selection, depth: number): Deed {
  const call = selector.parent?.kind === "call_expression" && selector.field === "function" ? selector.parent : null;
  if (!call || !method.entity?.node) return deeds.UNKNOWN;
  if (method.name === "Reset" && call.child("arguments")?.items.length === 0) return deeds.CLEAN;
  const func = pkg.functionAt(method.entity.node);
  if (!func.receiver) return func.body ? deeds.NOTHING : deeds.UNKNOWN;
  return effectOn(pkg, reused, { func, binding: func.receiver }, depth);
}

/** Through an embedded field: what happens to that field. */
function promoted(pkg: PackageModel, selector: GoNode, selection: Selection, depth: number): Deed {
  const cell = selection.path[0] ?? "";
  if (isSync(selection.owner)) return deeds.NOTHING;
  const inner = selection.path.length === 1 && selection.kind === "method" ? reusedOf(pkg, pointerTo(selection.owner)) : null;
  if (inner?.shape !== "writer") return onField({ ...deeds.NOTHING, unknown: false, overwrites: [cell] }, cell);
  return onField(writerDeed(pkg, inner, selector.child("operand") as GoNode, depth), cell);
}

function pointerTo(type: Type): Type {
  return type.kind === "pointer" ? type : { kind: "pointer", elem: type };
}

/** Locks and counters are no content. */
function isSync(type: Type): boolean {
  const t = deref(type);
  return t.kind === "named" && (t.path === "sync" || t.path === "sync/atomic");
}

/**
 * A use of a field. Behind a call only what accumulates counts as seen (appends, maps, writers): a number or a list that a method
 * reads may be kept from use to use on purpose.
 */
function fieldDeed(pkg: PackageModel, selector: GoNode, selection: Selection, depth: number): Deed {
  const { type, name: cell } = selection;
  if (isSync(type) || isKept(pkg, selection)) return deeds.NOTHING;
  const e = outOfParens(selector);
  const parent = e.parent;
  if (!parent) return deeds.UNKNOWN;
  const under = underlying(pkg, type);
  if (isTarget(e)) return onField(assigned(valueFor(e)), cell);
  if (isChanged(e)) return under.kind === "basic" ? onField(depth > 0 ? { ...deeds.NOTHING, fills: ["*"] } : deeds.DIRTY, cell) : stop(cell);
  if (parent.kind === "unary_expression" && parent.child("operator")?.kind === "&") return stop(cell);
  if (parent.kind === "slice_expression" && e.field === "operand") return isEmptySlice(parent) ? onField({ ...deeds.NOTHING, overwrites: ["*"] }, cell) : deeds.NOTHING;
  if (parent.kind === "index_expression" && e.field === "operand") {
    if (under.kind !== "map") return deeds.NOTHING;
    return onField(isChanged(outOfParens(parent)) ? deeds.DIRTY : deeds.SEEN, cell);
  }
  if (parent.kind === "range_clause") {
    if (under.kind === "map") return onField(deletesAll(parent, e.text) ? deeds.CLEAN : deeds.SEEN, cell);
    return under.kind === "slice" && depth === 0 ? onField(deeds.SEEN, cell) : deeds.NOTHING;
  }
  if (parent.kind === "argument_list" && parent.parent) {
    const symbol = pkg.symbol(parent.parent.child("function") as GoNode);
    if (symbol === "clear") return onField(deeds.CLEAN, cell);
    if (symbol === "len" || symbol === "cap" || symbol === "delete" || symbol === "copy") return deeds.NOTHING;
    if (parent.items[0] === e && isAppend(pkg, parent.parent)) return onField(deeds.DIRTY, cell);
  }
  if (parent.kind === "selector_expression" && e.field === "operand") {
    const writer = reusedOf(pkg, pointerTo(type));
    if (writer?.shape !== "writer") return deeds.NOTHING; // what lies deeper is not followed
    return parent.parent?.kind === "call_expression" ? onField(writerDeed(pkg, writer, e, depth), cell) : deeds.NOTHING;
  }
  const plain = under.kind === "basic" || (type.kind === "named" && type.name === "error" && type.path === "");
  return plain && depth === 0 ? onField(deeds.SEEN, cell) : deeds.NOTHING;
}

/** A cache by its name, or a list that the package takes elements off (a free list): kept from use to use on purpose. */
function isKept(pkg: PackageModel, selection: Selection): boolean {
  const lower = selection.name.toLowerCase();
  if (lower.includes("cache") || lower.includes("memo") || lower.includes("intern")) return true;
  if (underlying(pkg, selection.type).kind !== "slice") return false;
  const isAssigned = ({ text, at }: { text: string; at: number }) => "=,".includes(text.slice(at + selection.name.length, at + selection.name.length + 8).trimStart()[0] ?? " ");
  for (const mention of pkg.mentions(selection.name, isAssigned)) {
    const selector = mention.parent;
    if (selector?.kind !== "selector_expression" || !isTarget(selector)) continue;
    const value = valueFor(selector);
    if (value?.kind !== "slice_expression" || isEmptySlice(value) || value.child("operand")?.text !== selector.text) continue;
    if (pkg.selection(selector)?.field?.node === selection.field?.node) return true;
  }
  return false;
}

/** The field's address is given away: who has it may fill it. */
function stop(cell: string): Deed {
  return { ...deeds.NOTHING, overwrites: [cell] };
}

function onField(deed: Deed, cell: string): Deed {
  const only = (cells: readonly string[]) => (cells.length > 0 ? [cell] : []);
  return { ...deed, sees: only(deed.sees), overwrites: only(deed.overwrites), fills: only(deed.fills), cleans: only(deed.cleans) };
}

function outOfParens(node: GoNode): GoNode {
  let n = node;
  while (n.parent?.kind === "parenthesized_expression") n = n.parent;
  return n;
}
