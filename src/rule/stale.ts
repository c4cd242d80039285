/**
 * What code does with a reused value (a pool's): where content from before shows, where it is overwritten or cleaned, where new content
 * is left in it. Each use of the value becomes a `Touch`; what is not understood is `unknown`, and nothing is concluded beyond it.
 */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, Entity, FuncModel, PackageModel } from "../model/model.ts";
import { passesEveryPath, pathFromEntry, runsLater } from "./paths.ts";
import { perPackage } from "./per-package.ts";
import {
  ALL,
  assigned,
  CLEAN,
  covers,
  type Deed,
  DIRTY,
  deletesAll,
  isAppend,
  isChanged,
  isEmptySlice,
  isPut,
  isTarget,
  NOTHING,
  outOfParens,
  type Reused,
  SEEN,
  type Touch,
  UNKNOWN,
  valueFor,
} from "./stale-core.ts";
import { touchesOfStruct } from "./stale-struct.ts";

export { ALL, covers, isNew, type Reused, reusedOf, type Touch } from "./stale-core.ts";

const touchesKnown = perPackage((_, __: Binding): { readonly reused: Reused; readonly touches: readonly Touch[] }[] => []);

/** The uses of the value in `binding` and in plain copies of it, in the text's order. */
export function touchesOf(pkg: PackageModel, reused: Reused, binding: Binding): readonly Touch[] {
  const known = touchesKnown(pkg, binding);
  let own = known.find((k) => isLike(k.reused, reused));
  if (!own) {
    own = { reused, touches: touchesAt(pkg, reused, binding, 0) };
    known.push(own);
  }
  return own.touches;
}

/** Values of these kinds are touched in the same ways. */
function isLike(a: Reused, b: Reused): boolean {
  return a.shape === b.shape && a.pointer === b.pointer;
}

function touchesAt(pkg: PackageModel, reused: Reused, binding: Binding, depth: number): Touch[] {
  const touches: Touch[] = [];
  const add = (b: Binding, r: Reused, copies: number): void => {
    for (const use of b.uses) {
      touches.push({ node: use.node, ...touch(pkg, r, use.node, depth) });
      const alias = copies > 0 ? aliasAt(pkg, r, use.node) : null;
      if (alias && alias.binding !== binding) add(alias.binding, alias.reused, copies - 1);
    }
  };
  add(binding, reused, 2);
  return touches.sort((a, b) => a.node.start - b.node.start);
}

/** `b := *p`, `b := (*p)[:0]`, `q := p`, `b := append(*p, ...)`: another name for the same memory. */
function aliasAt(pkg: PackageModel, reused: Reused, use: GoNode): { binding: Binding; reused: Reused } | null {
  if (reused.shape !== "slice" && reused.shape !== "map") return null;
  let { e, whole } = valueAt(reused, use);
  const sliced = e.parent;
  if (sliced?.kind === "slice_expression" && e.field === "operand") e = outOfParens(sliced);
  const call = e.parent?.kind === "argument_list" ? e.parent.parent : null;
  if (call && e.parent?.items[0] === e && isAppend(pkg, call)) e = call;
  const list = e.parent?.kind === "expression_list" ? e.parent : null;
  const statement = list?.parent ?? (e.parent?.kind === "var_spec" ? e.parent : null);
  if (!statement?.is("short_var_declaration", "var_spec") || list?.field === "left") return null;
  const names =
    statement.kind === "var_spec" ? statement.childrenOf("name").filter((c) => c.named) : (statement.child("left")?.items ?? []);
  const name = names[list ? list.items.indexOf(e) : 0];
  const binding = name?.kind === "identifier" ? pkg.binding(name) : null;
  return binding ? { binding, reused: whole ? { ...reused, pointer: false } : reused } : null;
}

/** The expression of the slice or map itself: `*p` for a pointer, `m` else. `whole` is false for a pointer that is not followed. */
function valueAt(reused: Reused, use: GoNode): { e: GoNode; whole: boolean } {
  let e = outOfParens(use);
  if (!reused.pointer || reused.shape === "struct") return { e, whole: true };
  if (e.parent?.kind !== "unary_expression" || e.parent.child("operator")?.kind !== "*") return { e, whole: false };
  e = outOfParens(e.parent);
  return { e, whole: true };
}

function touch(pkg: PackageModel, reused: Reused, use: GoNode, depth: number): Deed {
  if (reused.shape === "struct") return touchesOfStruct(pkg, reused, use, depth, { handed, effectOn, writerDeed });
  if (reused.shape === "writer") return writerDeed(pkg, reused, outOfParens(use), depth);
  const { e, whole } = valueAt(reused, use);
  if (!whole) return aliasAt(pkg, reused, use) ? NOTHING : handed(pkg, reused, e, depth);
  if (aliasAt(pkg, reused, use)) return isCut(e) ? { ...NOTHING, overwrites: [ALL] } : isAppended(pkg, e) ? DIRTY : NOTHING;
  return reused.shape === "slice" ? sliceDeed(pkg, reused, e, depth) : mapDeed(pkg, reused, e, depth);
}

const KEPT_METHODS = new Set(["Cap", "Grow", "Available", "BlockSize", "Size"]);

/** A use of a value that has Write and Reset. */
export function writerDeed(pkg: PackageModel, reused: Reused, e: GoNode, depth: number): Deed {
  const parent = e.parent;
  if (parent?.kind === "selector_expression" && e.field === "operand") {
    const call = parent.parent?.kind === "call_expression" && parent.field === "function" ? parent.parent : null;
    const method = parent.child("field")?.text ?? "";
    if (!call) return UNKNOWN;
    const args = call.child("arguments")?.items ?? [];
    if (method === "Reset" && args.length === 0) return CLEAN;
    if (method === "Truncate" && args[0]?.text === "0") return CLEAN;
    if (KEPT_METHODS.has(method)) return NOTHING;
    return (method.startsWith("Write") && method !== "WriteTo") || method === "ReadFrom" ? DIRTY : SEEN;
  }
  if (parent?.kind === "unary_expression" && parent.child("operator")?.kind === "*") {
    return isTarget(outOfParens(parent)) ? { ...CLEAN, last: true } : UNKNOWN;
  }
  return handed(pkg, reused, e, depth);
}

function sliceDeed(pkg: PackageModel, reused: Reused, e: GoNode, depth: number): Deed {
  const parent = e.parent;
  if (!parent) return UNKNOWN;
  if (parent.kind === "slice_expression" && e.field === "operand") return isCut(e) ? { ...NOTHING, overwrites: [ALL] } : NOTHING;
  if (parent.is("index_expression", "range_clause")) return NOTHING; // scratch
  if (isTarget(e)) return assigned(valueFor(e));
  if (parent.kind === "argument_list" && parent.parent) {
    if (isAppended(pkg, e)) return DIRTY;
    const callee = unparen(parent.parent.child("function") as GoNode);
    if (!calledEntity(pkg, callee) && !isPut(pkg, parent.parent)) return NOTHING; // filled or read as scratch
  }
  return handed(pkg, { ...reused, pointer: false }, e, depth);
}

/** `x[:0]` around the expression. */
function isCut(e: GoNode): boolean {
  return e.parent?.kind === "slice_expression" && e.field === "operand" && isEmptySlice(e.parent);
}

/** The first argument of an append. */
function isAppended(pkg: PackageModel, e: GoNode): boolean {
  const list = e.parent;
  return list?.kind === "argument_list" && list.items[0] === e && list.parent !== null && isAppend(pkg, list.parent);
}

function mapDeed(pkg: PackageModel, reused: Reused, e: GoNode, depth: number): Deed {
  const parent = e.parent;
  if (!parent) return UNKNOWN;
  if (parent.kind === "index_expression" && e.field === "operand") return isChanged(outOfParens(parent)) ? DIRTY : SEEN;
  if (parent.kind === "range_clause") return deletesAll(parent, e.text) ? CLEAN : SEEN;
  if (isTarget(e)) return assigned(valueFor(e));
  if (parent.kind === "argument_list" && parent.parent) {
    const name = pkg.symbol(parent.parent.child("function") as GoNode);
    if (name === "clear") return CLEAN;
    if (name === "delete") return NOTHING;
    if (name === "len" || name?.startsWith("maps.") || name?.startsWith("fmt.")) return SEEN;
  }
  return handed(pkg, { ...reused, pointer: false }, e, depth);
}

/** Passed on whole: to a function of the package, which is looked into; compared with nil; else given away. */
export function handed(pkg: PackageModel, reused: Reused, e: GoNode, depth: number): Deed {
  const parent = e.parent;
  if (!parent) return UNKNOWN;
  if (parent.kind === "binary_expression") return NOTHING;
  if (isTarget(e)) return { ...CLEAN, last: true }; // another value from here on
  if (parent.kind === "expression_list" && parent.parent?.is("assignment_statement") && parent.parent.child("left")?.text === "_")
    return NOTHING;
  if (parent.kind === "expression_list" && parent.field === "right" && goesBack(parent, e)) return NOTHING;
  if (parent.kind !== "argument_list" || !parent.parent) return UNKNOWN;
  const call = parent.parent;
  const callee = unparen(call.child("function") as GoNode);
  if (isPut(pkg, call)) return UNKNOWN; // given back
  const entity = calledEntity(pkg, callee);
  if (entity) return effectOn(pkg, reused, parameterOf(pkg, entity, parent.items.indexOf(e)), depth);
  const symbol = reused.shape === "writer" ? pkg.symbol(callee) : null;
  return symbol !== null && isStandard(symbol) ? DIRTY : UNKNOWN;
}

/** `*p = x`: back into the memory that a pointer holds. */
function goesBack(right: GoNode, e: GoNode): boolean {
  const target = right.parent?.child("left")?.items[right.items.indexOf(e)];
  return target?.kind === "unary_expression" && unparen(target.child("operand") as GoNode).kind === "identifier";
}

/** The declaration of the package's own function or method that a callee names. */
export function calledEntity(pkg: PackageModel, callee: GoNode): Entity | null {
  if (callee.kind === "identifier") {
    const entity = pkg.binding(callee)?.entity;
    return entity?.kind === "func" && pkg.lookup(callee.text).length === 1 ? entity : null;
  }
  const entity = callee.kind === "selector_expression" ? pkg.selection(callee)?.entity : null;
  return entity?.pkg === pkg ? entity : null;
}

function parameterOf(pkg: PackageModel, entity: Entity, index: number): { func: FuncModel; binding: Binding } | null {
  if (!entity.node) return null;
  const func = pkg.functionAt(entity.node);
  const param = func.params[index];
  return param?.binding && !param.variadic && func.body ? { func, binding: param.binding } : null;
}

/** A path with a domain in it is no path of the standard library. */
function isStandard(symbol: string): boolean {
  const path = symbol.slice(0, symbol.indexOf(".", symbol.lastIndexOf("/") + 1));
  return STANDARD.has(path);
}

const STANDARD = new Set(
  "fmt io bufio encoding/json encoding/xml encoding/gob encoding/csv encoding/binary encoding/base64 encoding/hex text/template html/template text/tabwriter compress/gzip compress/flate compress/zlib archive/tar archive/zip log log/slog mime/multipart image/png image/jpeg go/format go/printer".split(
    " ",
  ),
);

export const MAX_DEPTH = 3;
/** Whose calls are being looked into, the outermost first. */
const busy: Binding[] = [];

interface Effect {
  readonly reused: Reused;
  readonly depth: number;
  /** The outermost of those that are busy meanwhile; none from where no other call is looked into, so that no busy one can be met again. */
  readonly from: Binding | undefined;
  readonly deed: Deed;
}

const effectsOn = perPackage((_, __: Binding): Effect[] => []);

/** What a call of `func` does with the value that it gets as `binding`. */
export function effectOn(pkg: PackageModel, reused: Reused, target: { func: FuncModel; binding: Binding } | null, depth: number): Deed {
  if (!target || depth >= MAX_DEPTH || busy.includes(target.binding)) return UNKNOWN;
  const { func, binding } = target;
  const from = depth + 1 < MAX_DEPTH ? busy[0] : undefined;
  const effects = effectsOn(pkg, binding);
  const known = effects.find((e) => e.depth === depth && e.from === from && isLike(e.reused, reused));
  if (known) return known.deed;
  busy.push(binding);
  try {
    const deed = sumOf(pkg, func, touchesAt(pkg, reused, binding, depth + 1));
    effects.push({ reused, depth, from, deed });
    return deed;
  } finally {
    busy.pop();
  }
}

/** What the function does by all of these together. */
function sumOf(pkg: PackageModel, func: FuncModel, touches: readonly Touch[]): Deed {
  const cells = [...new Set(touches.flatMap((t) => [...t.sees, ...t.overwrites, ...t.fills, ...t.cleans]))];
  const does = (deed: "overwrites" | "cleans" | "fills", cell: string) => touches.some((t) => covers(t[deed], cell));
  const always = (deed: "overwrites" | "cleans", cell: string) =>
    does(deed, cell) &&
    passesEveryPath(pkg, func, (atom) => touches.some((t) => atom.contains(t.node) && !runsLater(t.node, func) && covers(t[deed], cell)));
  const cleans = cells.filter((c) => always("cleans", c));
  return {
    ...NOTHING,
    sees: cells.filter((c) => touches.some((t) => covers(t.sees, c) && seenFromEntry(pkg, func, touches, t, c))),
    overwrites: cells.filter((c) => always("overwrites", c)),
    cleans,
    fills: cells.filter((c) => !cleans.includes(c) && does("fills", c)),
    unknown: touches.some((t) => t.unknown && !isGivenBack(pkg, t.node)),
  };
}

function isGivenBack(pkg: PackageModel, node: GoNode): boolean {
  const call = node.closest("call_expression");
  return call !== null && isPut(pkg, call);
}

function seenFromEntry(pkg: PackageModel, func: FuncModel, touches: readonly Touch[], touch: Touch, cell: string): boolean {
  if (runsLater(touch.node, func) || blockedBefore(touches, touch, cell)) return false;
  return pathFromEntry(pkg, func, touch.node, (atom) => blocks(touches, atom, touch, cell, func));
}

/** True when the atom ends what is known of the content from before: overwritten, or handed over. */
export function blocks(touches: readonly Touch[], atom: GoNode, but: Touch, cell: string, func: FuncModel): boolean {
  return touches.some(
    (t) =>
      t !== but &&
      atom.contains(t.node) &&
      !atom.contains(but.node) &&
      !runsLater(t.node, func) &&
      (t.unknown || covers(t.overwrites, cell)),
  );
}

/** In the same statement or literal the content was overwritten, or handed over, before. */
export function blockedBefore(touches: readonly Touch[], touch: Touch, cell: string): boolean {
  const literal = touch.node.closest("func_literal", "function_declaration", "method_declaration");
  const statement = statementAround(touch.node);
  return touches.some((t) => {
    if (t === touch || t.last || t.node.start > touch.node.start || !(t.unknown || covers(t.overwrites, cell))) return false;
    if (statement?.contains(t.node)) return true;
    return literal?.kind === "func_literal" && t.node.closest("func_literal", "function_declaration", "method_declaration") === literal;
  });
}

function statementAround(node: GoNode): GoNode | null {
  for (let n: GoNode | null = node; n; n = n.parent)
    if (n.parent?.kind === "statement_list" && !n.is("for_statement", "if_statement")) return n;
  return null;
}
