/** Where a resource is acquired, and who holds it then. */

import { type GoNode, unparen } from "../../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../../model/model.ts";
import { isNamed } from "../../model/types.ts";
import { calleesOf } from "../callees.ts";
import { callsOfSymbolsIn, selectorCalls, type Wanted, wantedOf } from "../foreign.ts";
import { perDeclaration, perFiles, perPackage } from "../per-package.ts";
import { climb, climbAssertions, climbConversions, withoutAssertions, withoutConversions } from "../values.ts";
import { eventsOf, fateOf, type Ways } from "./hold.ts";
import type { Acquire, Resource } from "./row.ts";
import { shaped } from "./shape.ts";

export interface Acquisition {
  readonly pkg: PackageModel;
  readonly row: Resource;
  readonly acquire: Acquire;
  /** The call_expression that acquires: of the row's function, or of a function of the package that returns what it acquired. */
  readonly call: GoNode;
  readonly func: FuncModel;
  /** The name on the left that takes it, `_` included; null when none does. */
  readonly slot: GoNode | null;
  readonly holder: Binding | null;
  /** The local that is nil when it was acquired. */
  readonly error: Binding | null;
  /** The local that is true when it was acquired. */
  readonly ok: Binding | null;
  /** The part of it that is used on the spot: `time.NewTicker(d).C`; the call itself otherwise. */
  readonly part: GoNode;
}

export function waysOf(row: Resource): Ways {
  const ways = { release: row.release, received: row.received ?? [], parts: row.parts ?? [], memory: row.memory ?? false };
  return row.given ? { ...ways, given: row.given } : ways;
}

/** How many functions deep a resource may be returned from before it is held. */
const MAX_WRAPPERS = 3;

/** What is acquired in a package, and which of its functions hand out what they acquire. */
interface Explored {
  readonly held: readonly Acquisition[];
  /** By function: what a call of it acquires. */
  readonly wrappers: ReadonlyMap<GoNode, Acquire>;
}

/**
 * All acquisitions whose holder can be told: held by a local, or by nobody (`slot` is `_` or null). Those that are handed over on
 * the spot (returned, stored, passed on) are not among them; calls of functions that return one are, those of other packages of the
 * module too.
 */
export function acquisitions(pkg: PackageModel, row: Resource): readonly Acquisition[] {
  return explored(pkg, row).held;
}

/** Names of the package's exported functions and methods that hand out what one of the rows acquires. */
export function handedOutBy(pkg: PackageModel, rows: readonly Resource[]): readonly string[] {
  const names = new Set<string>();
  for (const row of rows)
    for (const func of explored(pkg, row).wrappers.keys()) {
      const name = func.child("name")?.text ?? "";
      if (/^\p{Lu}/u.test(name)) names.add(name);
    }
  return [...names];
}

/** Syntax and plain data: what one check worked out of another package serves the next. */
const wrappersOf: (pkg: PackageModel, row: Resource) => Explored["wrappers"] = perFiles(
  (pkg, row: Resource) => explored(pkg, row).wrappers,
);

const explored: (pkg: PackageModel, row: Resource) => Explored = perPackage((pkg, row: Resource) => explore(pkg, row));

interface Site {
  readonly call: GoNode;
  readonly acquire: Acquire;
}

/** A site, and what becomes of what it acquires. */
interface Sighted extends Site {
  readonly func: FuncModel;
  readonly here: ReturnType<typeof site>;
}

function explore(pkg: PackageModel, row: Resource): Explored {
  const held: Acquisition[] = [];
  const wrappers = new Map<GoNode, Acquire>();
  const seen = new Set<string>();
  let sites: Iterable<Sighted> = [
    ...[...pkg.roots].flatMap((root) => sightedIn(pkg, row, root)),
    ...sighted(pkg, row, ofOtherPackages(pkg, row)),
  ];
  for (let depth = 0; depth <= MAX_WRAPPERS; depth++) {
    const fresh: FuncModel[] = [];
    for (const { call, acquire, func, here } of sites) {
      const key = `${call.source.path}:${call.start}:${acquire.result}`;
      if (here === null || seen.has(key)) continue;
      seen.add(key);
      if (!("index" in here)) held.push(here);
      else if (sharesNone(row, func, here.index)) {
        wrappers.set(func.node, throughWrapper(pkg, func, acquire, here.index));
        fresh.push(func);
      }
    }
    if (fresh.length === 0) break;
    sites = sighted(
      pkg,
      row,
      fresh.flatMap((func) => callsOf(pkg, func).flatMap((call) => wrapped(pkg, call, wrappers))),
    );
  }
  return { held, wrappers };
}

function sighted(pkg: PackageModel, row: Resource, sites: Iterable<Site>): Sighted[] {
  const found: Sighted[] = [];
  for (const { call, acquire } of sites) {
    const func = pkg.functionOf(call);
    if (func) found.push({ call, acquire, func, here: site(pkg, row, acquire, call, func) });
  }
  return found;
}

/** What the row's own functions acquire in one declaration: several rules ask for it. */
const sightedIn: (pkg: PackageModel, row: Resource, root: GoNode) => readonly Sighted[] = perDeclaration((pkg, row: Resource, root) => {
  const wanted = wantedBy(row);
  const callees = pkg.callees(root);
  return wanted.names.some((name) => callees.has(name)) ? sighted(pkg, row, ofSymbols(pkg, row, root, wanted)) : NONE;
});

const NONE: readonly Sighted[] = [];

const wants = new WeakMap<Resource, Wanted>();

function wantedBy(row: Resource): Wanted {
  let wanted = wants.get(row);
  if (!wanted) {
    wanted = wantedOf(
      row.acquire.map((a) => a.symbol),
      row.made,
    );
    wants.set(row, wanted);
  }
  return wanted;
}

function* ofSymbols(pkg: PackageModel, row: Resource, root: GoNode, wanted: Wanted): Iterable<Site> {
  for (const call of callsOfSymbolsIn(pkg, root, wanted)) {
    for (const acquire of row.acquire) {
      const told = acquire.symbol !== call.symbol ? null : acquire.open ? shaped(pkg, acquire, call.node) : acquire;
      if (told) yield { call: call.node, acquire: writtenFor(told, call.node) };
    }
  }
}

/** Calls of what other packages of the module hand out. */
function* ofOtherPackages(pkg: PackageModel, row: Resource): Iterable<Site> {
  for (const [path, names] of pkg.handedOut) {
    const other = pkg.import(path);
    if (!other) continue;
    const wrappers = wrappersOf(other, row);
    if (wrappers.size === 0) continue;
    for (const name of names) for (const call of selectorCalls(pkg, name)) yield* wrapped(pkg, call, wrappers);
  }
}

/** What a call of a function that hands it out acquires; of build-tagged twins all have to, in the same place. */
function wrapped(pkg: PackageModel, call: GoNode, wrappers: ReadonlyMap<GoNode, Acquire>): Site[] {
  const callees = calleesOf(pkg, call);
  const acquire = callees[0] && wrappers.get(callees[0].node);
  if (!acquire) return [];
  const agree = callees.every(({ node }) => {
    const other = wrappers.get(node);
    return other?.result === acquire.result && other.error === acquire.error && other.ok === acquire.ok;
  });
  return agree ? [{ call, acquire }] : [];
}

/** In the release's text `{0}` is what the method was called on, `{1}` the call's first argument. */
function writtenFor(acquire: Acquire, call: GoNode): Acquire {
  const first = call.child("arguments")?.items[0];
  const operand = unparen(call.child("function") ?? call).child("operand");
  const { text } = acquire;
  if (text?.includes("{1}") && first) return { ...acquire, text: text.replace("{1}", first.text) };
  return text?.includes("{0}") && operand ? { ...acquire, text: text.replaceAll("{0}", operand.text) } : acquire;
}

/** The acquisition, the index of the result in which its function returns it, or null when it is handed over otherwise. */
function site(pkg: PackageModel, row: Resource, acquire: Acquire, call: GoNode, func: FuncModel): Acquisition | { index: number } | null {
  const base = { pkg, row, acquire, call, func, part: call };
  const { statement, left, index, alone } = receiving(pkg, row, call, acquire.result);
  if (statement?.kind === "return_statement") {
    const at = alone ? acquire.result : index;
    return { index: at };
  }
  if (statement && left) {
    const slot = left[alone ? acquire.result : index];
    if (!slot) return null;
    const beside = (result: number | undefined): Binding | null => {
      const name = alone && result !== undefined ? left[result] : undefined;
      return name?.kind === "identifier" && name.text !== "_" ? pkg.binding(name) : null;
    };
    const error = beside(acquire.error);
    const ok = beside(acquire.ok);
    if (slot.text === "_") return { ...base, slot, holder: null, error, ok };
    const holder = slot.kind === "identifier" ? pkg.binding(slot) : null;
    if (!holder || holder.func !== func || (holder.kind !== "var" && holder.kind !== "param")) return null;
    const only = returnedOnly({ ...base, slot, holder, error, ok }, holder);
    if (only !== null) return { index: only };
    return { ...base, slot, holder, error, ok };
  }
  if (acquire.result > 0) return null;
  return onTheSpot(base, row);
}

/** The value is used without a name: dropped, or only a part of it is used. */
function onTheSpot(base: Omit<Acquisition, "slot" | "holder" | "error" | "ok">, row: Resource): Acquisition | null {
  const { pkg, call, func } = base;
  const outer = climbAssertions(call);
  const p = outer.parent;
  const unheld = { ...base, slot: null, holder: null, error: null, ok: null };
  if (p?.is("expression_statement", "defer_statement", "go_statement")) return p.kind === "expression_statement" ? unheld : null;
  if (p?.kind === "selector_expression") {
    const called = climb(p).parent?.kind === "call_expression";
    if (called) return null; // `time.NewTimer(d).Stop()`: whatever it means, it is not a value that was forgotten
    const { released, handed } = fateOf(pkg, call, waysOf(row), func);
    return handed.length > 0 || (released.length > 0 && !inSelectCase(p)) ? null : { ...unheld, part: p };
  }
  if (row.release.length > 0) return null; // passed on, stored, compared
  const { handed, released } = fateOf(pkg, call, waysOf(row), func);
  return handed.length + released.length > 0 ? null : unheld;
}

/** True for a value that one case of a select waits on. */
export function inSelectCase(node: GoNode): boolean {
  for (let n = node; n.parent; n = n.parent) {
    if (n.parent.kind === "communication_case") return n.field === "communication";
    if (n.parent.kind === "statement_list" || n.kind === "func_literal") return false;
  }
  return false;
}

interface Receiving {
  /** The assignment, declaration or return of which the call is an operand. */
  readonly statement: GoNode | null;
  readonly left: readonly GoNode[] | null;
  /** Its place among the operands. */
  readonly index: number;
  /** It is the only operand, so all of its results go to the left. */
  readonly alone: boolean;
}

function receiving(pkg: PackageModel, row: Resource, call: GoNode, result: number): Receiving {
  const nothing = { statement: null, left: null, index: 0, alone: false };
  const e = row.given && !row.memory ? climbConversions(pkg, call) : climbAssertions(call);
  const list = e.parent;
  if (!list) return nothing;
  if (list.kind === "return_statement") return { statement: list, left: null, index: 0, alone: true };
  if (list.kind !== "expression_list" || !list.parent) return nothing;
  const statement = list.parent;
  const index = list.items.indexOf(e);
  const alone = list.items.length === 1;
  if (!alone && result > 0) return nothing;
  if (statement.kind === "return_statement") return { statement, left: null, index, alone };
  if (list.field !== "right" && list.field !== "value") return nothing;
  if (statement.is("short_var_declaration", "assignment_statement")) {
    return { statement, left: statement.child("left")?.items ?? [], index, alone };
  }
  if (statement.kind === "var_spec") return { statement, left: statement.childrenOf("name").filter((c) => c.named), index, alone };
  return nothing;
}

// ---------------------------------------------------------------- functions that return what they acquire

/** The index of the result in which the function always returns what the local holds, or null when it does something else with it. */
function returnedOnly({ pkg, row, func, call, error }: Acquisition, holder: Binding): number | null {
  if (!holder.uses.some((u) => u.func === func && u.node.closest("return_statement"))) return null;
  const events = eventsOf(pkg, holder, waysOf(row), func);
  if (events.handed.length === 0 || events.released.length > 0 || events.written.length > 1) return null;
  const indices = new Set<number>();
  for (const node of events.handed) {
    if (node.kind !== "return_statement") return null;
    const operands = node.items[0]?.kind === "expression_list" ? node.items[0].items : node.items;
    indices.add(operands.findIndex((o) => withoutAssertions(o).kind === "identifier" && pkg.binding(withoutAssertions(o)) === holder));
  }
  const [index] = indices;
  if (indices.size !== 1 || index === undefined || index < 0) return null;
  const facts = error ? [{ binding: error, is: "nil" } as const] : [];
  return pkg.flow(func).escape(call, { stop: (atom) => events.handed.includes(atom), facts }) ? null : index;
}

function throughWrapper(pkg: PackageModel, func: FuncModel, acquire: Acquire, index: number): Acquire {
  const last = func.results.length - 1;
  const type = last > 0 && last !== index ? pkg.typeAt((func.results[last] as { type: GoNode }).type) : null;
  const { error: _, ok: __, ...rest } = acquire;
  const wrapped = { ...rest, result: index };
  if (type && isNamed(type, "error")) return { ...wrapped, error: last };
  if (!returnsNil(func, index)) return wrapped;
  return { ...wrapped, orNil: true, ...(type?.kind === "basic" && type.name === "bool" ? { ok: last } : {}) };
}

/** True when a return of the function gives nil in that place, or what its named results hold. */
function returnsNil(func: FuncModel, index: number): boolean {
  return returnsOf(func).some((operands) => operands.length === 0 || operands[index]?.kind === "nil");
}

/** True when nothing that the function returns in that place belongs to somebody else: not a field, a parameter, or what a getter gives. */
function sharesNone(row: Resource, func: FuncModel, index: number, seen: readonly FuncModel[] = []): boolean {
  if (seen.includes(func)) return true;
  const { pkg } = func;
  return returnsOf(func).every((operands) => {
    const operand = operands[operands.length === 1 ? 0 : index];
    if (!operand) return true; // a named result
    const e = row.given && !row.memory ? withoutConversions(pkg, operand) : withoutAssertions(operand);
    if (e.kind === "identifier") {
      const binding = pkg.binding(e);
      return binding?.func === func && (binding.kind === "var" || binding.kind === "result");
    }
    if (e.kind !== "call_expression") return e.is("nil", "func_literal");
    const symbol = pkg.symbol(unparen(e.child("function") as GoNode));
    if (row.acquire.some((a) => a.symbol === symbol)) return true;
    const callees = calleesOf(pkg, e);
    return callees.length > 0 && callees.every((c) => sharesNone(row, c, operands.length === 1 ? index : 0, [...seen, func]));
  });
}

/** The operands of every return of the function, not of the literals in it. */
function returnsOf(func: FuncModel): (readonly GoNode[])[] {
  return func.node
    .find("return_statement")
    .filter((r) => r.closest("func_literal", "function_declaration", "method_declaration") === func.node)
    .map((r) => (r.items[0]?.kind === "expression_list" ? r.items[0].items : r.items));
}

/** The calls of a named function in its package. */
function callsOf(pkg: PackageModel, func: FuncModel): GoNode[] {
  if (func.name === "") return [];
  const calls: GoNode[] = [];
  for (const name of pkg.mentions(func.name)) {
    const callee = name.parent?.kind === "selector_expression" && name.field === "field" ? name.parent : name;
    const call = callee.parent;
    if (call?.kind !== "call_expression" || callee.field !== "function") continue;
    if (calleesOf(pkg, call).some((c) => c.node === func.node)) calls.push(call);
  }
  return calls;
}
