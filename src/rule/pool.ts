/** sync.Pool across a package: which pool a Get or Put speaks of, what its value becomes, whether a Put gives back what is still filled. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, Call, FuncModel, PackageModel } from "../model/model.ts";
import { statementOf } from "./edits.ts";
import { pathFromEntry, runsLater } from "./paths.ts";
import { blockedBefore, blocks, calledEntity, covers, isNew, type Reused, reusedOf, type Touch, touchesOf } from "./stale.ts";

export { isPut } from "./stale-core.ts";

/** A pool by what declares it: a package's variable, a local, or a field. */
export interface Pool {
  readonly key: object;
  /** As it is written at the Get: `buffers`, `s.free`. */
  readonly text: string;
  /** The name under which the package mentions it. */
  readonly name: string;
}

export function poolOf(pkg: PackageModel, operand: GoNode): Pool | null {
  let e = unparen(operand);
  if (e.kind === "index_expression") e = unparen(e.child("operand") as GoNode);
  if (e.kind === "identifier") {
    const binding = pkg.binding(e);
    if (binding?.kind !== "var") return null;
    return { key: binding.entity?.node ?? binding, text: operand.text, name: e.text };
  }
  if (e.kind !== "selector_expression") return null;
  const selection = pkg.selection(e);
  const field = selection?.kind === "field" ? selection.field?.node : null;
  return field ? { key: field, text: operand.text, name: selection?.name ?? "" } : null;
}

/** Calls of a method of the pool anywhere in the package, and values given to its field New. */
function* uses(pkg: PackageModel, pool: Pool, member: string): Iterable<GoNode> {
  for (const mention of pkg.mentions(pool.name)) {
    let e = mention.kind === "field_identifier" ? mention.parent : mention;
    if (!e || poolOf(pkg, e)?.key !== pool.key) continue;
    while (e.parent?.is("parenthesized_expression", "index_expression") && e.field !== "index") e = e.parent;
    const selector = e.parent;
    if (selector?.kind === "selector_expression" && selector.child("field")?.text === member) yield selector;
  }
}

/** Puts of the pool in the whole package. */
export function putsOf(pkg: PackageModel, pool: Pool): GoNode[] {
  return callsOn(pkg, pool, "Put");
}

/** Gets of the pool in the whole package. */
export function getsOf(pkg: PackageModel, pool: Pool): GoNode[] {
  return callsOn(pkg, pool, "Get");
}

function callsOn(pkg: PackageModel, pool: Pool, method: "Get" | "Put"): GoNode[] {
  const calls: GoNode[] = [];
  for (const selector of uses(pkg, pool, method)) {
    const call = selector.parent;
    if (call?.kind === "call_expression" && pkg.symbol(selector) === `sync.Pool.${method}`) calls.push(call);
  }
  return calls;
}

/** The function, literal or declared, that makes new values; null when there is none to see. */
export function newOf(pkg: PackageModel, pool: Pool): GoNode | null {
  for (const selector of uses(pkg, pool, "New")) {
    const list = selector.parent;
    if (list?.kind !== "expression_list" || list.field !== "left") continue;
    const made = functionIn(pkg, list.parent?.child("right")?.items[list.items.indexOf(selector)]);
    if (made) return made;
  }
  for (const mention of pkg.mentions(pool.name)) {
    const value = initialValue(mention);
    const body =
      value?.kind === "composite_literal" && pkg.symbol(value.child("type") as GoNode) === "sync.Pool" ? value.child("body") : null;
    for (const element of body?.items ?? []) {
      if (element.child("key")?.text !== "New") continue;
      const made = functionIn(pkg, element.child("value")?.items[0]);
      if (made) return made;
    }
  }
  return null;
}

function functionIn(pkg: PackageModel, value: GoNode | undefined): GoNode | null {
  if (value?.kind === "func_literal") return value;
  const entity = value?.kind === "identifier" ? pkg.binding(value)?.entity : null;
  return entity?.kind === "func" && entity.pkg === pkg ? entity.node : null;
}

/** `name = v`, `var name = v`, `name: v`; the address of a value taken off. */
function initialValue(name: GoNode): GoNode | null {
  let value: GoNode | null | undefined = null;
  const parent = name.parent;
  if (parent?.kind === "var_spec")
    value =
      parent.child("value")?.items[
        parent
          .childrenOf("name")
          .filter((c) => c.named)
          .indexOf(name)
      ];
  else if (parent?.kind === "literal_element" && parent.field === "key") value = parent.parent?.child("value")?.items[0];
  else if (parent?.kind === "expression_list" && parent.field === "left")
    value = parent.parent?.child("right")?.items[parent.items.indexOf(name)];
  if (!value) return null;
  const e = unparen(value);
  return e.kind === "unary_expression" ? unparen(e.child("operand") as GoNode) : e;
}

// ---------------------------------------------------------------- Get

/** A place where a pool's value gets a name, or is given to the caller. */
export interface Taken {
  readonly reused: Reused;
  /** The variable; null for `return pool.Get().(T)`. */
  readonly binding: Binding | null;
  /** The statement after which the variable holds it. */
  readonly statement: GoNode;
  /** The expression with its type assertion. */
  readonly value: GoNode;
  /** `x, ok :=`: nothing is in it when ok is false. */
  readonly commaOk: boolean;
}

export function takenBy(pkg: PackageModel, get: Call): Taken | null {
  const asserted = assertionOn(get.node);
  if (asserted) return taken(pkg, asserted);
  // v := pool.Get(), and the assertion later
  const named = bindingFor(pkg, outOfParens(get.node));
  if (!named || named.commaOk) return null;
  const later = named.binding.uses.flatMap((u) => assertionOn(u.node) ?? []);
  return later.length === 1 ? taken(pkg, later[0] as GoNode) : null;
}

function taken(pkg: PackageModel, assertion: GoNode): Taken | null {
  const typeNode = assertion.child("type");
  const reused = typeNode && reusedOf(pkg, pkg.typeAt(typeNode));
  const value = outOfParens(assertion);
  const statement = statementOf(assertion);
  if (!reused || !statement) return null;
  const returned =
    value.parent?.kind === "expression_list" && value.parent.parent?.kind === "return_statement" && value.parent.items.length === 1;
  if (returned) return { reused, binding: null, statement, value, commaOk: false };
  const named = bindingFor(pkg, value);
  return named && { reused, binding: named.binding, statement, value, commaOk: named.commaOk };
}

function assertionOn(node: GoNode): GoNode | null {
  const e = outOfParens(node);
  return e.parent?.kind === "type_assertion_expression" && e.field === "operand" && e.parent.child("type") ? e.parent : null;
}

/** The local that takes a value: `x := v`, `x, ok := v`, `var x = v`, `x = v`. */
function bindingFor(pkg: PackageModel, value: GoNode): { binding: Binding; commaOk: boolean } | null {
  const list = value.parent;
  const statement = list?.kind === "expression_list" ? list.parent : list;
  if (!statement?.is("short_var_declaration", "assignment_statement", "var_spec") || list?.field === "left") return null;
  const targets =
    statement.kind === "var_spec" ? statement.childrenOf("name").filter((c) => c.named) : (statement.child("left")?.items ?? []);
  const values = list?.kind === "expression_list" ? list.items : [value];
  const target = values.length === 1 ? targets[0] : targets[values.indexOf(value)];
  if (target?.kind !== "identifier" || (values.length === 1 && targets.length > 2)) return null;
  const binding = pkg.binding(target);
  if (!binding || binding.func === null) return null;
  return { binding, commaOk: values.length === 1 && targets.length === 2 };
}

function outOfParens(node: GoNode): GoNode {
  let n = node;
  while (n.parent?.kind === "parenthesized_expression") n = n.parent;
  return n;
}

/** Where what an earlier user left shows: a cell of the value, and the place. */
export interface Sight {
  readonly node: GoNode;
  readonly cell: string;
}

/** Where content from before shows after `from`; through one helper of the package that returns the value, in those who call it. */
export function sightsOf(pkg: PackageModel, take: Taken): Sight[] {
  const func = pkg.functionOf(take.statement);
  if (!func) return [];
  if (!take.binding) return sightsInCallers(pkg, func, take.reused);
  const touches = touchesOf(pkg, take.reused, take.binding);
  const found = sightsAfter(pkg, func, touches, take.statement);
  const gives = touches.find((t) => isReturned(t.node) && t.node.start > take.statement.end);
  if (!gives || found.length > 0) return found;
  const open = (cell: string) => pkg.flow(func).reaches(take.statement, gives.node, (atom) => blocks(touches, atom, gives, cell, func));
  return sightsInCallers(pkg, func, take.reused).filter((s) => open(s.cell));
}

function sightsAfter(pkg: PackageModel, func: FuncModel, touches: readonly Touch[], from: GoNode): Sight[] {
  const found: Sight[] = [];
  for (const touch of touches) {
    if (
      touch.sees.length === 0 ||
      touch.node.closest("defer_statement")?.start === statementOf(touch.node)?.start ||
      inDeferred(touch.node, func)
    )
      continue;
    for (const cell of touch.sees) {
      if (blockedBefore(touches, touch, cell)) continue;
      if (pkg.flow(func).reaches(from, touch.node, (atom) => blocks(touches, atom, touch, cell, func)))
        found.push({ node: touch.node, cell });
    }
  }
  return found;
}

function inDeferred(node: GoNode, func: FuncModel): boolean {
  const deferred = node.closest("defer_statement", "go_statement");
  return deferred !== null && func.node.contains(deferred);
}

function isReturned(node: GoNode): boolean {
  const e = outOfParens(node);
  return e.parent?.kind === "expression_list" && e.parent.parent?.kind === "return_statement" && e.parent.items.length === 1;
}

function sightsInCallers(pkg: PackageModel, helper: FuncModel, reused: Reused): Sight[] {
  const found: Sight[] = [];
  for (const call of callsOf(pkg, helper)) {
    const func = pkg.functionOf(call);
    const named = bindingFor(pkg, outOfParens(call));
    const statement = statementOf(call);
    if (!func || !named || named.commaOk || !statement) continue;
    found.push(...sightsAfter(pkg, func, touchesOf(pkg, reused, named.binding), statement));
  }
  return found;
}

/** Calls of a function or method of the package, in the package; of a literal that is called on the spot, that call. */
export function callsOf(pkg: PackageModel, func: FuncModel): GoNode[] {
  if (func.name === "") return func.node.parent?.kind === "call_expression" && func.node.field === "function" ? [func.node.parent] : [];
  const calls: GoNode[] = [];
  for (const mention of pkg.mentions(func.name)) {
    const callee = mention.kind === "field_identifier" ? mention.parent : mention;
    const call = callee?.parent;
    if (!callee || call?.kind !== "call_expression" || callee.field !== "function") continue;
    if (calledEntity(pkg, callee)?.node === func.node) calls.push(call);
  }
  return calls;
}

// ---------------------------------------------------------------- Put

/** Does anything fill a value that one of the pool's Puts gives back? Where nothing does, no Put needs to be looked at closely. */
export function isEverFilled(pkg: PackageModel, pool: Pool, reused: Reused): boolean {
  return putsOf(pkg, pool).some((put) => isFilledFor(pkg, reused, put, 0, 0));
}

function isFilledFor(pkg: PackageModel, reused: Reused, call: GoNode, index: number, depth: number): boolean {
  const given = givenTo(pkg, reused, call, index, depth);
  if (!given) return false;
  const { func, binding, touches } = given;
  if (touches.some((t) => t.fills.length > 0)) return true;
  return handedOnBy(pkg, func, binding).some(([c, at]) => isFilledFor(pkg, reused, c, at, depth + 1));
}

/** Puts of the pool after which `cell` is still filled. */
export function filledPuts(pkg: PackageModel, pool: Pool, reused: Reused, cell: string): GoNode[] {
  return putsOf(pkg, pool).filter((put) => givesBackFilled(pkg, reused, put, 0, cell));
}

interface Given {
  readonly func: FuncModel;
  readonly arg: GoNode;
  readonly binding: Binding;
  /** The function that has the value. */
  readonly holder: FuncModel;
  readonly touches: readonly Touch[];
}

/** What a call, a Put or a helper that puts, gives back; null where nothing names it, or it is new. */
function givenTo(pkg: PackageModel, reused: Reused, call: GoNode, index: number, depth: number): Given | null {
  const func = pkg.functionOf(call);
  const arg = call.child("arguments")?.items[index];
  const binding = arg && func ? valueIn(pkg, arg) : null;
  if (!func || !arg || !binding?.func || depth > 2 || isNewOnly(pkg, binding)) return null;
  const shape = arg.kind === "unary_expression" ? { ...reused, pointer: false } : reused;
  return { func, arg, binding, holder: binding.func, touches: touchesOf(pkg, shape, binding) };
}

/** Does the call give back a value whose `cell` an earlier statement filled and none cleaned? */
function givesBackFilled(pkg: PackageModel, reused: Reused, call: GoNode, index: number, cell: string, depth = 0): boolean {
  const given = givenTo(pkg, reused, call, index, depth);
  if (!given) return false;
  const { func, arg, binding, holder, touches } = given;
  const cleans = (atom: GoNode, where: FuncModel) =>
    touches.some((t) => atom.contains(t.node) && !runsLater(t.node, where) && covers(t.cleans, cell));
  // In this function the value is clean before the Put, whatever was done to it.
  if (holder !== func && !pathFromEntry(pkg, func, call, (atom) => cleans(atom, func))) return false;
  const later = runsLater(call, holder);
  if (later && touches.some((t) => covers(t.cleans, cell) && t.node.start > call.start && t.node.closest("defer_statement"))) return false;
  const filled = touches.some((t) => {
    if (!covers(t.fills, cell) || t.node === arg || call.contains(t.node)) return false;
    const flow = pkg.flow(holder);
    if (!later) return !inDeferred(t.node, holder) && flow.reaches(t.node, call, (atom) => cleans(atom, holder));
    return flow.escape(t.node, { stop: (atom) => cleans(atom, holder) }) !== null;
  });
  if (filled) return true;
  const handed = handedOnBy(pkg, func, binding);
  if (handed.length === 0 || !pathFromEntry(pkg, func, call, (atom) => cleans(atom, func))) return false;
  return handed.some(([c, at]) => givesBackFilled(pkg, reused, c, at, cell, depth + 1));
}

/** Who calls the function of which the value is a parameter, and as which argument. */
function handedOnBy(pkg: PackageModel, func: FuncModel, binding: Binding): readonly (readonly [call: GoNode, index: number])[] {
  if (binding.kind !== "param" || binding.func !== func) return [];
  const at = func.params.findIndex((p) => p.binding === binding);
  return callsOf(pkg, func).map((call) => [call, at] as const);
}

/** The variable that is put: `x`, or `&x`. */
function valueIn(pkg: PackageModel, arg: GoNode): Binding | null {
  const e = unparen(arg);
  const name = e.kind === "unary_expression" ? unparen(e.child("operand") as GoNode) : e;
  return name.kind === "identifier" ? pkg.binding(name) : null;
}

/** Made here and never touched. */
function isNewOnly(pkg: PackageModel, binding: Binding): boolean {
  return isNew(pkg, binding) && binding.uses.length === 1;
}
