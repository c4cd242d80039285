/** Variables that are written from several goroutines at the same time: maps, builders, buffers. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../model/model.ts";
import { samePlace } from "./atomic-calls.ts";
import { channelOf } from "./channels.ts";
import { loopsAround } from "./definitions.ts";
import { STARTERS, startedBy } from "./goroutines.ts";
import { isUnderLock, joins } from "./held.ts";
import { isNamed } from "./types.ts";
import { climb } from "./values.ts";

/** A write as a rule sees it: the expression that names what is written, and the node that writes. */
export interface Write {
  readonly place: GoNode;
  readonly at: GoNode;
}

export interface SharedWrite {
  /** The variable, where goroutines are started: the local, parameter or variable of the package at its root. */
  readonly root: Binding;
  /** `m`, `s.m`, as the starting function names it. */
  readonly place: GoNode;
  /** The first write without a lock. */
  readonly write: Write;
  /** What makes several of them: another start, the same one in a loop, the starting function's own write, an HTTP handler. */
  readonly other: GoNode;
  readonly why: "loop" | "start" | "parent" | "handler";
}

/** How they come to be several, in the words of a report. */
export const SHARED_BY: Readonly<Record<SharedWrite["why"], string>> = {
  loop: "one goroutine is started in each turn",
  start: "another goroutine writes it",
  parent: "written here while the goroutine may run",
  handler: "this handler serves several requests at once",
};

interface Started {
  readonly start: GoNode;
  readonly func: FuncModel;
  /** As the starting function names it. */
  readonly place: GoNode;
  readonly root: Binding;
  readonly write: Write;
}

/** One for each variable, in the order of the text. `writesIn` gives the writes in a body. */
export function* sharedWrites(pkg: PackageModel, writesIn: (body: GoNode) => readonly Write[]): Iterable<SharedWrite> {
  const started: Started[] = [];
  for (const start of startsOf(pkg)) {
    const func = pkg.functionOf(start);
    if (func) started.push(...startedWrites(pkg, start, func, writesIn));
  }
  const told: Started[] = [];
  for (const s of started) {
    if (told.some((t) => t.root === s.root && samePlace(pkg, t.place, s.place))) continue;
    const found = severalAtOnce(pkg, s, started, writesIn);
    if (!found) continue;
    told.push(s);
    yield found;
  }
  yield* inHandlers(pkg, writesIn, told);
}

function startsOf(pkg: PackageModel): GoNode[] {
  return [...pkg.nodes("go_statement", "call_expression")].filter(
    (n) => n.kind === "go_statement" || STARTERS.has(pkg.symbol(unparen(n.child("function") ?? n)) ?? ""),
  );
}

function startedWrites(pkg: PackageModel, start: GoNode, func: FuncModel, writesIn: (body: GoNode) => readonly Write[]): Started[] {
  const body = startedBy(pkg, start);
  if (!body?.body || body.pkg !== pkg) return [];
  return writesIn(body.body).flatMap((write) => {
    if (!runsIn(pkg, write.at, body) || isGuarded(pkg, write.at, body)) return [];
    const outer = asStarted(pkg, write.place, body, start);
    const root = outer && rootBinding(pkg, outer);
    if (!root || (root.func !== null && body.node.contains(root.node ?? body.node))) return []; // its own
    return [{ start, func, place: outer, root, write }];
  });
}

/** The node runs in the goroutine itself, not in one that it starts, nor in a literal that may be kept. */
function runsIn(pkg: PackageModel, node: GoNode, body: FuncModel): boolean {
  for (let f = pkg.functionOf(node); f && f !== body; f = f.outer) {
    const e = climb(f.node);
    const call = e.parent?.kind === "call_expression" && e.field === "function" ? climb(e.parent) : null;
    if (!call || call.parent?.kind === "go_statement") return false;
  }
  return true;
}

/** A lock is held, or a slot of a channel with room for one. */
function isGuarded(pkg: PackageModel, node: GoNode, body: FuncModel): boolean {
  if (isUnderLock(pkg, node)) return true;
  return (body.body?.find("send_statement") ?? []).some((send) => {
    const name = send.child("channel");
    const binding = name?.kind === "identifier" ? pkg.binding(name) : null;
    return binding !== null && binding !== undefined && channelOf(pkg, binding)?.capacity === 1;
  });
}

/** A parameter's place in the words of the starting function: the argument. Fields of a parameter are not followed. */
function asStarted(pkg: PackageModel, place: GoNode, body: FuncModel, start: GoNode): GoNode | null {
  const root = rootBinding(pkg, place);
  if (!root) return null;
  const index = body.params.findIndex((p) => p.binding === root);
  if (index < 0) return root === body.receiver ? null : place;
  if (unparen(place).kind !== "identifier") return null;
  const call = start.kind === "go_statement" ? start.items[0] : null;
  const given = call?.child("arguments")?.items[index];
  const e = given && unparen(given);
  return e?.kind === "unary_expression" && e.child("operator")?.kind === "&" ? unparen(e.child("operand") as GoNode) : (e ?? null);
}

/** The variable at the root of `m`, `s.m`, `*p`. */
export function rootBinding(pkg: PackageModel, place: GoNode): Binding | null {
  let e = unparen(place);
  while (e.kind === "selector_expression" || (e.kind === "unary_expression" && e.child("operator")?.kind === "*"))
    e = unparen(e.child("operand") ?? e);
  const binding = e.kind === "identifier" ? pkg.binding(e) : null;
  return binding && ["var", "param", "result", "receiver"].includes(binding.kind) ? binding : null;
}

// ---------------------------------------------------------------- several at once

function severalAtOnce(
  pkg: PackageModel,
  s: Started,
  all: readonly Started[],
  writesIn: (body: GoNode) => readonly Write[],
): SharedWrite | null {
  const { start, func, root, place, write } = s;
  const flow = pkg.flow(func);
  const joined = (atom: GoNode): boolean => joins(pkg, atom);
  const base = { root, place, write };
  if (func.body?.text.includes(".SetLimit(1)")) return null; // one at a time
  const loop = loopsAround(start).find((l) => !(root.node && l.contains(root.node)));
  if (loop && flow.reaches(start, start, joined)) return { ...base, other: start, why: "loop" };
  const same = (p: GoNode): boolean => samePlace(pkg, p, place);
  const second = all.find(
    (o) =>
      o.start !== start &&
      o.func === func &&
      o.root === root &&
      same(o.place) &&
      (flow.reaches(start, o.start, joined) || flow.reaches(o.start, start, joined)),
  );
  if (second) return { ...base, other: second.start, why: "start" };
  const own = writesIn(func.body ?? start).find(
    (w) => pkg.functionOf(w.at) === func && same(w.place) && !isUnderLock(pkg, w.at) && flow.reaches(start, w.at, joined),
  );
  return own ? { ...base, other: own.at, why: "parent" } : null;
}

/** A variable of the package that an HTTP handler writes: each request has a goroutine of its own. */
function* inHandlers(pkg: PackageModel, writesIn: (body: GoNode) => readonly Write[], told: readonly Started[]): Iterable<SharedWrite> {
  const seen: Binding[] = told.map((t) => t.root);
  for (const func of pkg.functions) {
    if (!func.body || !isHandler(pkg, func) || pkg.fileOf(func.node).test) continue;
    for (const write of writesIn(func.body)) {
      const root = rootBinding(pkg, write.place);
      if (!root?.entity || seen.some((b) => b === root) || pkg.functionOf(write.at) !== func || isUnderLock(pkg, write.at)) continue;
      seen.push(root);
      yield { root, place: write.place, write, other: func.node.child("name") ?? func.node, why: "handler" };
    }
  }
}

/** `func(w http.ResponseWriter, r *http.Request)` */
export function isHandler(pkg: PackageModel, func: FuncModel): boolean {
  const [w, r] = func.params;
  if (func.params.length !== 2 || !w || !r) return false;
  const request = pkg.typeAt(r.type);
  return isNamed(pkg.typeAt(w.type), "net/http.ResponseWriter") && request.kind === "pointer" && isNamed(request.elem, "net/http.Request");
}
