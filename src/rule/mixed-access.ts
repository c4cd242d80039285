/** Plain reads and writes of variables and fields that sync/atomic is used on elsewhere, where others may use them at the same time. */
import { type GoNode, unparen } from "../go/node.ts";
import { isWord } from "../go/scan.ts";
import type { Binding, FuncModel, PackageModel, Type } from "../model/model.ts";
import { lastName } from "../model/symbols.ts";
import { ATOMIC_TYPES, type AtomicCall, atomicCalls, samePlace } from "./atomic-calls.ts";
import { calleeOf } from "./callees.ts";
import { definitionOf } from "./definitions.ts";
import { isOpen, outermost } from "./functions.ts";
import { goroutineOf, inGoroutine } from "./goroutines.ts";
import { handlerRequest } from "./handlers.ts";
import { isUnderLock, joins, startsIn, waits } from "./held.ts";
import { pathFromEntry } from "./paths.ts";
import { deref, identical, isTesting, underlying } from "./types.ts";
import { fieldBehind } from "./unsafe-field.ts";
import { climb, withoutConversions } from "./values.ts";

export type AccessHow = "read" | "write" | "change";

export interface PlainAccess {
  /** The selector or name. */
  readonly place: GoNode;
  readonly how: AccessHow;
  /** The assignment, `x++` or range clause that writes; null for a read. */
  readonly statement: GoNode | null;
  /** One of the atomic calls on it. */
  readonly atomic: AtomicCall;
  /** It is seen to run while others may be at their atomic accesses; else only its author knows whether it does. */
  readonly concurrent: boolean;
}

type Access = Omit<PlainAccess, "concurrent">;

interface Target {
  readonly name: string;
  /** The field's declaration, or the variable's entity or binding. */
  readonly key: object;
  readonly atomic: AtomicCall;
  readonly local: Binding | null;
  /** Types of the values whose field the atomic calls use. */
  readonly owners: Type[];
}

export function* plainAccesses(pkg: PackageModel): Iterable<PlainAccess> {
  const known: KnownPlaces = new Map();
  for (const target of targetsOf(pkg)) {
    for (const place of placesOf(pkg, target, known)) {
      const access = accessOf(pkg, place, target.atomic);
      if (access && isShared(pkg, place, target) && mayRace(pkg, access))
        yield { ...access, concurrent: isConcurrent(pkg, access, target) };
    }
  }
}

// ---------------------------------------------------------------- what is accessed atomically

function targetsOf(pkg: PackageModel): Target[] {
  const found = new Map<object, Map<string, Target>>();
  for (const atomic of atomicCalls(pkg)) {
    const meant = atomic.pointer ? behindUnsafe(pkg, atomic) : (meaningOf(pkg, atomic.target) ?? behindUnsafe(pkg, atomic));
    if (!meant) continue;
    const byName = found.get(meant.key) ?? new Map<string, Target>();
    found.set(meant.key, byName);
    const target = byName.get(meant.name) ?? { ...meant, atomic, owners: [] };
    byName.set(meant.name, target);
    const owner = meaningOf(pkg, atomic.target) ? ownerOf(pkg, atomic.target) : null;
    if (owner) target.owners.push(owner);
  }
  return [...found.values()].flatMap((m) => [...m.values()]);
}

/** The field that `(*int64)(unsafe.Pointer(&s))` leads to; of other pointers nothing is known. */
function behindUnsafe(pkg: PackageModel, atomic: AtomicCall): Omit<Target, "atomic" | "owners"> | null {
  const field = atomic.args[0] ? fieldBehind(pkg, atomic.args[0], ATOMIC_TYPES[atomic.word])?.field : null;
  return field?.node ? { name: field.name, key: field.node, local: null } : null;
}

/** The declaration of the field or variable; null for elements, and for what another package declares. */
function meaningOf(pkg: PackageModel, e: GoNode): Omit<Target, "atomic" | "owners"> | null {
  if (e.kind === "selector_expression") {
    const field = pkg.selection(e)?.field;
    return field?.node && pkg.files.some((f) => f.source === field.node?.source)
      ? { name: field.name, key: field.node, local: null }
      : null;
  }
  const binding = e.kind === "identifier" ? pkg.binding(e) : null;
  if (!binding || (binding.kind !== "var" && binding.kind !== "result")) return null;
  return { name: binding.name, key: binding.entity ?? binding, local: binding.entity ? null : binding };
}

/** The type of `x` in `x.f`, pointers followed. */
function ownerOf(pkg: PackageModel, place: GoNode): Type | null {
  const operand = place.kind === "selector_expression" ? place.child("operand") : null;
  return operand && deref(pkg.typeOf(operand));
}

/**
 * Is the field used atomically in values of that type? A struct that several others hold may be atomic in one of them and guarded by a lock in
 * another; but calls on the struct itself are on any of them.
 */
function isShared(pkg: PackageModel, place: GoNode, { owners, key }: Target): boolean {
  const owner = ownerOf(pkg, place);
  if (!owner || owners.length === 0) return true;
  const declares = (t: Type): boolean => {
    const u = underlying(pkg, t);
    return u.kind === "struct" && u.fields.some((f) => f.node === key);
  };
  return owners.some((o) => identical(o, owner) || declares(o));
}

/** By how they are spelt, and then by what they mean: several structs have a field of one name. */
type KnownPlaces = Map<string, ReadonlyMap<object, readonly GoNode[]>>;

function placesOf(pkg: PackageModel, { name, key, local }: Target, known: KnownPlaces): readonly GoNode[] {
  if (local) return local.uses.map((u) => u.node);
  const isField = "kind" in key && key.kind === "field_declaration";
  const spelt = isField ? `.${name}` : name;
  const byMeaning = known.get(spelt) ?? placesSpelt(pkg, name, isField);
  known.set(spelt, byMeaning);
  return byMeaning.get(key) ?? [];
}

function placesSpelt(pkg: PackageModel, name: string, isField: boolean): ReadonlyMap<object, readonly GoNode[]> {
  const found = new Map<object, GoNode[]>();
  const isPlace = ({ text, at }: { readonly text: string; readonly at: number }) =>
    (text[at - 1] === ".") === isField && !isAddress(text, at, at + name.length);
  for (const mention of pkg.mentions(name, isPlace)) {
    const place = isField ? mention.parent : mention;
    if (!place || (isField && place.kind !== "selector_expression") || place.parent?.field === "name") continue;
    const meant = meaningOf(pkg, place);
    if (!meant) continue;
    const same = found.get(meant.key);
    if (same) same.push(place);
    else found.set(meant.key, [place]);
  }
  return found;
}

/** `(&s.x,` or `(&s.x)`, as the calls of sync/atomic have it: no access, and its declaration need not be parsed. */
function isAddress(text: string, start: number, end: number): boolean {
  if (text[end] !== "," && text[end] !== ")") return false;
  let at = start - 1;
  while (text[at] === "." || isWord(text.charCodeAt(at))) at--;
  return text[at] === "&" && text[at - 1] === "(";
}

function accessOf(pkg: PackageModel, place: GoNode, atomic: AtomicCall): Access | null {
  const e = climb(place);
  const p = e.parent;
  if (!p || (p.kind === "var_spec" && e.field === "name")) return null;
  if (p.kind === "unary_expression" && p.child("operator")?.kind === "&") return null;
  if (p.kind === "argument_list" && (pkg.symbol(unparen(p.parent?.child("function") ?? p)) ?? "").startsWith("unsafe.")) return null;
  if (p.is("inc_statement", "dec_statement")) return { place, how: "change", statement: p, atomic };
  if (isForNothing(p)) return null;
  const list = p.kind === "expression_list" && p.field === "left" ? p : null;
  if (!list) return { place, how: "read", statement: null, atomic };
  const statement = list.parent;
  if (statement?.kind !== "assignment_statement") return { place, how: "write", statement, atomic };
  if (statement.child("operator")?.kind !== "=") return { place, how: "change", statement, atomic };
  const value = statement.child("right")?.items[list.items.indexOf(e)];
  const call = value && unparen(value);
  const own = atomicCalls(pkg).some((c) => c.node === call && !c.pointer && samePlace(pkg, c.target, place));
  return own ? null : { place, how: "write", statement, atomic }; // atomic-result-reassigned tells that
}

/** `_ = x.f`: a check for nil, or for the compiler. */
function isForNothing(list: GoNode): boolean {
  const left = list.field === "right" ? list.parent?.child("left") : null;
  return left?.items.every((l) => l.text === "_") ?? false;
}

// ---------------------------------------------------------------- may others use it at that time

function mayRace(pkg: PackageModel, { place }: Access): boolean {
  const func = pkg.functionOf(place);
  if (!func?.body) return false; // a package-level initialiser
  if (func.name === "init" && func.receiver === null) return false;
  const root = rootOf(pkg, place);
  if (root?.kind === "receiver" && isByValue(pkg, place)) return false; // the method's own copy
  if (isOwnMemory(pkg, place)) return false;
  if (!isMet(pkg, func, place, root)) return false;
  // The flow, which costs most, comes last.
  return pkg.flow(func).locate(place) !== null && !isUnderLock(pkg, place); // the others may hold the lock, too
}

/** Others may be there when the function is. */
function isMet(pkg: PackageModel, func: FuncModel, place: GoNode, root: Binding | null): boolean {
  const local = root && !root.entity && root.kind !== "receiver" ? root : null;
  const byValue = local !== null && isByValue(pkg, place);
  if (goroutineOf(pkg, place)) return !byValue || sharedLocal(local);
  if (byValue) return sharedLocal(local) && startedBefore(pkg, func, place);
  if (local && isFresh(pkg, local) && !sharedBefore(pkg, local, place)) return false; // still the constructor's own
  if (pkg.fileOf(place).test || func.params.some((p) => isTesting(pkg.typeAt(p.type))) || (func.name === "main" && pkg.name === "main"))
    return startedBefore(pkg, func, place);
  return !joinedBefore(pkg, func, place);
}

/**
 * A goroutine or a handler does it, a goroutine was started before, or anybody may call the exported function at any time. Not so what others
 * make sure of: a value that CompareAndSwap tries next, and a pointer that an atomic Load has found set.
 */
function isConcurrent(pkg: PackageModel, access: Access, target: Target): boolean {
  const { place, how } = access;
  const func = pkg.functionOf(place);
  if (!func || isTriedNext(pkg, access)) return false;
  if (how === "read" && target.atomic.word === "Pointer" && !pathFromEntry(pkg, func, place, (a) => loads(pkg, a, target, 3))) return false;
  const root = outermost(func);
  if (inGoroutine(pkg, place) || handlerRequest(pkg, root) || startedBefore(pkg, func, place)) return true;
  const owner = rootOf(pkg, place);
  return isOpen(root) && (owner?.kind === "receiver" || owner?.entity != null);
}

/** `old := x.f`, and then `CompareAndSwap(&x.f, old, new)`. */
function isTriedNext(pkg: PackageModel, { place }: Access): boolean {
  const list = climb(place).parent;
  const names = list?.field === "right" && list.items.length === 1 ? list.parent?.child("left")?.items : null;
  const local = names?.length === 1 && names[0]?.kind === "identifier" ? pkg.binding(names[0]) : null;
  return (
    local != null &&
    atomicCalls(pkg).some(({ operation, target, args }) => {
      const old = operation === "CompareAndSwap" && samePlace(pkg, target, place) ? args[1] : null;
      return old != null && unparen(old).kind === "identifier" && pkg.binding(unparen(old)) === local;
    })
  );
}

/** An atomic Load of the field stands in the node, or in what it calls. */
function loads(pkg: PackageModel, node: GoNode, target: Target, depth: number): boolean {
  return node.find("call_expression").some((call) => {
    const load = atomicCalls(pkg).find((c) => c.node === call && c.operation === "Load");
    if (load) return (behindUnsafe(pkg, load) ?? meaningOf(pkg, load.target))?.key === target.key;
    const callee = depth > 0 ? calleeOf(pkg, call) : null;
    return callee?.pkg === pkg && callee.body != null && loads(pkg, callee.body, target, depth - 1);
  });
}

/** The variable at the root of `a.b.c`; null for elements and results of calls. */
function rootOf(pkg: PackageModel, place: GoNode): Binding | null {
  let e = unparen(place);
  while (e.kind === "selector_expression" || (e.kind === "index_expression" && isArray(pkg, e))) e = unparen(e.child("operand") ?? e);
  return e.kind === "identifier" ? pkg.binding(e) : null;
}

function isArray(pkg: PackageModel, index: GoNode): boolean {
  const operand = index.child("operand");
  return operand !== null && pkg.typeOf(operand).kind === "array";
}

/** No pointer is followed from the variable to the place. */
function isByValue(pkg: PackageModel, place: GoNode): boolean {
  for (let e = unparen(place); e.is("selector_expression", "index_expression"); e = unparen(e.child("operand") as GoNode)) {
    if (e.kind === "index_expression" && !isArray(pkg, e)) return false;
    const operand = unparen(e.child("operand") as GoNode);
    const type = pkg.typeOf(operand);
    if (type.kind === "pointer" || type.kind === "unknown" || (e.kind === "selector_expression" && pkg.selection(e)?.indirect))
      return false;
    if (!operand.is("identifier", "selector_expression", "index_expression")) return false;
  }
  return true;
}

/** Somebody else may have it: a literal captures it, or its address is taken. */
function sharedLocal(local: Binding | null): boolean {
  return local?.uses.some((u) => u.captured || u.how === "address") ?? false;
}

/** `(*T)(unsafe.Pointer(&x)).f` of a local that nobody else has. */
function isOwnMemory(pkg: PackageModel, place: GoNode): boolean {
  let e = unparen(place);
  while (e.kind === "selector_expression") e = unparen(e.child("operand") as GoNode);
  const inner = withoutConversions(pkg, e);
  const local = inner.kind === "unary_expression" && inner !== e ? unparen(inner.child("operand") as GoNode) : null;
  const binding = local?.kind === "identifier" ? pkg.binding(local) : null;
  return binding !== null && binding.entity === null && !binding.uses.some((u) => u.captured);
}

/** A goroutine was started in the function before, and nothing has waited for it since. */
function startedBefore(pkg: PackageModel, func: FuncModel, place: GoNode): boolean {
  return startsIn(pkg, func).some((start) => pkg.flow(func).reaches(start, place, (atom) => joins(pkg, atom)));
}

/** Every way to the place passes a wait, and nothing is started behind it. */
function joinedBefore(pkg: PackageModel, func: FuncModel, place: GoNode): boolean {
  if (!func.body || !waits(pkg, func.body)) return false;
  return !pathFromEntry(pkg, func, place, (atom) => joins(pkg, atom) && !atom.contains(place)) && !startedBefore(pkg, func, place);
}

/** Made here: a literal, new, a variable of its own, what a constructor or a pool gives. */
function isFresh(pkg: PackageModel, local: Binding): boolean {
  if (local.kind === "param") return false;
  const definition = definitionOf(pkg, local);
  if (!definition) return local.node?.parent?.kind === "var_spec";
  const value = definition.value.kind === "unary_expression" ? definition.value.child("operand") : definition.value;
  if (value?.is("composite_literal", "type_assertion_expression")) return true;
  if (value && withoutConversions(pkg, value) !== unparen(value)) return true; // memory that is looked at as another type
  if (givesFresh(pkg, definition.value)) return true;
  const name = lastName(definition.symbol ?? "");
  return /^(new|make|create|open|stats|snapshot|copy|clone)/i.test(name);
}

/** A function of the module that returns what it makes: `return &stats`, `return &T{}`. */
function givesFresh(pkg: PackageModel, call: GoNode): boolean {
  const callee = call.kind === "call_expression" ? calleeOf(pkg, call) : null;
  const returns = callee?.body?.find("return_statement").filter((r) => callee.pkg.functionOf(r) === callee) ?? [];
  return (
    returns.length > 0 &&
    returns.every((r) => {
      const first = r.items[0]?.kind === "expression_list" ? r.items[0].items[0] : r.items[0];
      const e = first && unparen(first);
      const made = e?.kind === "unary_expression" && e.child("operator")?.kind === "&" ? unparen(e.child("operand") as GoNode) : null;
      const local = made?.kind === "identifier" ? callee?.pkg.binding(made) : null;
      return e?.kind === "nil" || made?.kind === "composite_literal" || (local != null && local.func === callee && local.kind === "var");
    })
  );
}

/** It is handed to somebody on a way to the place: passed on, captured, stored, or a method of it runs that starts goroutines. */
function sharedBefore(pkg: PackageModel, local: Binding, place: GoNode): boolean {
  const func = pkg.functionOf(place);
  if (!func || local.func !== func) return true;
  const flow = pkg.flow(func);
  return local.uses.some((u) => {
    const p = climb(u.node).parent;
    if (u.func !== func) return flow.reaches(u.node, place);
    if (p?.kind === "selector_expression") return startsSome(pkg, p) && flow.reaches(u.node, place);
    const passes = p?.is("argument_list", "send_statement", "keyed_element", "literal_element") || u.how === "address";
    return (passes || p?.kind === "expression_list") && u.how !== "write" && flow.reaches(u.node, place);
  });
}

/** A method call whose method is not at hand, or speaks of `go`. */
function startsSome(pkg: PackageModel, selector: GoNode): boolean {
  const call = climb(selector).parent;
  if (call?.kind !== "call_expression") return false;
  const body = pkg.selection(selector)?.entity?.node?.child("body");
  return body ? body.text.includes("go ") || body.text.includes(".Go(") : true;
}
