/** What code does with the fields of a reused struct: the cells of `stale.ts` are its fields. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Declaration } from "../go/outline.ts";
import type { Binding, FieldType, FuncModel, PackageModel, Selection, Type } from "../model/model.ts";
import { perPackage } from "./per-package.ts";
import {
  assigned,
  CLEAN,
  type Deed,
  DIRTY,
  deletesAll,
  isAppend,
  isChanged,
  isEmptySlice,
  isTarget,
  NOTHING,
  outOfParens,
  type Reused,
  reusedOf,
  SEEN,
  UNKNOWN,
  valueFor,
} from "./stale-core.ts";
import { deref, underlying } from "./types.ts";

/** What `stale.ts` knows of values that are passed on. */
export interface Tracer {
  handed(pkg: PackageModel, reused: Reused, e: GoNode, depth: number): Deed;
  effectOn(pkg: PackageModel, reused: Reused, target: { func: FuncModel; binding: Binding } | null, depth: number): Deed;
  writerDeed(pkg: PackageModel, reused: Reused, e: GoNode, depth: number): Deed;
}

export function touchesOfStruct(pkg: PackageModel, reused: Reused, use: GoNode, depth: number, tracer: Tracer): Deed {
  const e = outOfParens(use);
  const parent = e.parent;
  if (parent?.kind === "selector_expression" && e.field === "operand") {
    const selection = pkg.selection(parent);
    if (!selection) return UNKNOWN;
    if (selection.path.length > 0) return promoted(pkg, parent, selection, depth, tracer);
    return selection.kind === "field"
      ? fieldDeed(pkg, parent, selection, depth, tracer)
      : methodDeed(pkg, reused, parent, selection, depth, tracer);
  }
  if (parent?.kind === "unary_expression" && parent.child("operator")?.kind === "*") {
    const whole = outOfParens(parent);
    return isTarget(whole) ? wholeAssigned(valueFor(whole)) : UNKNOWN;
  }
  return tracer.handed(pkg, reused, e, depth);
}

/** `*x = T{a: 1}` overwrites all and leaves what is named. */
function wholeAssigned(value: GoNode | null): Deed {
  const literal = value && unparen(value);
  if (literal?.kind !== "composite_literal") return { ...NOTHING, overwrites: ["*"], fills: ["*"], last: true };
  const elements = literal.child("body")?.items ?? [];
  const named = elements.filter((k) => k.kind === "keyed_element");
  if (named.length < elements.length) return { ...NOTHING, overwrites: ["*"], fills: ["*"], last: true };
  const kept = named.filter((k) => !emptied(k)).map((k) => k.child("key")?.text ?? "");
  return { ...NOTHING, overwrites: ["*"], cleans: kept.length === 0 ? ["*"] : [], fills: kept, last: true };
}

/** `f: x.f[:0]` */
function emptied(element: GoNode): boolean {
  const value = element.child("value")?.items[0];
  return value?.kind === "slice_expression" && isEmptySlice(value);
}

/** A method of the type itself: Reset is taken at its word, the others are looked into. */
function methodDeed(pkg: PackageModel, reused: Reused, selector: GoNode, method: Selection, depth: number, tracer: Tracer): Deed {
  const call = selector.parent?.kind === "call_expression" && selector.field === "function" ? selector.parent : null;
  if (!call || !method.entity?.node) return UNKNOWN;
  if (method.name === "Reset" && call.child("arguments")?.items.length === 0) return CLEAN;
  const func = pkg.functionAt(method.entity.node);
  if (!func.receiver) return func.body ? NOTHING : UNKNOWN;
  const effect = tracer.effectOn(pkg, reused, { func, binding: func.receiver }, depth);
  const lower = method.name.toLowerCase();
  if (lower !== "reset" && lower !== "clear") return effect;
  // What a reset sets is how a new one begins.
  return { ...effect, cleans: [...effect.cleans, ...effect.overwrites], fills: effect.fills.filter((c) => !effect.overwrites.includes(c)) };
}

/** Through an embedded field: what happens to that field. */
function promoted(pkg: PackageModel, selector: GoNode, selection: Selection, depth: number, tracer: Tracer): Deed {
  const cell = selection.path[0] ?? "";
  if (isSync(selection.owner)) return NOTHING;
  const inner = selection.path.length === 1 && selection.kind === "method" ? reusedOf(pkg, pointerTo(selection.owner)) : null;
  if (inner?.shape !== "writer") return onField({ ...NOTHING, unknown: false, overwrites: [cell] }, cell);
  return onField(tracer.writerDeed(pkg, inner, selector.child("operand") as GoNode, depth), cell);
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
function fieldDeed(pkg: PackageModel, selector: GoNode, selection: Selection, depth: number, tracer: Tracer): Deed {
  const { type, name: cell } = selection;
  if (isSync(type) || isKept(pkg, selection)) return NOTHING;
  const e = outOfParens(selector);
  const parent = e.parent;
  if (!parent) return UNKNOWN;
  const under = underlying(pkg, type);
  if (isTarget(e)) return onField(assigned(valueFor(e)), cell);
  if (isChanged(e)) return under.kind === "basic" ? onField(depth > 0 ? { ...NOTHING, fills: ["*"] } : DIRTY, cell) : stop(cell);
  if (parent.kind === "unary_expression" && parent.child("operator")?.kind === "&") return stop(cell);
  if (parent.kind === "slice_expression" && e.field === "operand")
    return isEmptySlice(parent) ? onField({ ...NOTHING, overwrites: ["*"] }, cell) : NOTHING;
  if (parent.kind === "index_expression" && e.field === "operand") {
    if (under.kind !== "map") return NOTHING;
    return onField(isChanged(outOfParens(parent)) ? DIRTY : SEEN, cell);
  }
  if (parent.kind === "range_clause") {
    if (under.kind === "map") return onField(deletesAll(parent, e.text) ? CLEAN : SEEN, cell);
    return under.kind === "slice" && depth === 0 ? onField(SEEN, cell) : NOTHING;
  }
  if (parent.kind === "argument_list" && parent.parent) {
    const callee = unparen(parent.parent.child("function") as GoNode);
    const symbol = callee.kind === "identifier" ? pkg.symbol(callee) : null;
    if (symbol === "clear") return onField(CLEAN, cell);
    if (symbol === "len" || symbol === "cap" || symbol === "delete" || symbol === "copy") return NOTHING;
    if (parent.items[0] === e && isAppend(pkg, parent.parent)) return onField(DIRTY, cell);
  }
  if (parent.kind === "selector_expression" && e.field === "operand") {
    const writer = reusedOf(pkg, pointerTo(type));
    if (writer?.shape !== "writer") return NOTHING; // what lies deeper is not followed
    return parent.parent?.kind === "call_expression" ? onField(tracer.writerDeed(pkg, writer, e, depth), cell) : NOTHING;
  }
  const plain = under.kind === "basic" || (type.kind === "named" && type.name === "error" && type.path === "");
  return plain && depth === 0 ? onField(SEEN, cell) : NOTHING;
}

/** A cache by its name, or a list that the package takes elements off (a free list): kept from use to use on purpose. */
function isKept(pkg: PackageModel, { name, type, field }: Selection): boolean {
  const lower = name.toLowerCase();
  if (lower.includes("cache") || lower.includes("memo") || lower.includes("intern")) return true;
  return field !== null && underlying(pkg, type).kind === "slice" && isFreeList(pkg, field);
}

/** `x.f = x.f[i:]` stands somewhere. */
const isFreeList = perPackage((pkg, { name, node }: FieldType): boolean => {
  const isCut = ({ text, at, declaration }: { readonly text: string; readonly at: number; readonly declaration: Declaration }) => {
    const end = at + name.length;
    if (!"=,".includes(text.slice(end, end + 8).trimStart()[0] ?? " ")) return false;
    const again = text.indexOf(`${name}[`, end);
    return again >= 0 && again < declaration.end;
  };
  for (const mention of pkg.mentions(name, isCut)) {
    const selector = mention.parent;
    if (selector?.kind !== "selector_expression" || !isTarget(selector)) continue;
    const value = valueFor(selector);
    if (value?.kind !== "slice_expression" || isEmptySlice(value) || value.child("operand")?.text !== selector.text) continue;
    if (pkg.selection(selector)?.field?.node === node) return true;
  }
  return false;
});

/** The field's address is given away: who has it may fill it. */
function stop(cell: string): Deed {
  return { ...NOTHING, overwrites: [cell] };
}

function onField(deed: Deed, cell: string): Deed {
  const only = (cells: readonly string[]) => (cells.length > 0 ? [cell] : []);
  return { ...deed, sees: only(deed.sees), overwrites: only(deed.overwrites), fills: only(deed.fills), cleans: only(deed.cleans) };
}
