/**
 * Which context or done channel is in scope at a node: what a wait there could end on.
 * What a function returns when it gives up stands in `give-up.ts`.
 */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel, Type, Use, UseHow } from "../model/model.ts";
import { Notes } from "../model/notes.ts";
import { type Definition, definitionOf, isOthers, loopsAround, redefinitionOf, writtenLater } from "./definitions.ts";
import { foreignSymbol } from "./foreign.ts";
import { outlivesRequest, requestBehind } from "./handlers.ts";
import { deref, isNamed, underlying } from "./types.ts";

/** A context that can be named at a place. */
export interface ContextInScope {
  /** The expression that gives it there: `ctx`, `r.Context()`, `stream.Context()`, `s.ctx`. */
  readonly text: string;
  /** A field is the receiver's: whether it covers this call only its author knows, so a fix on it is display only. */
  readonly via: "variable" | "request" | "stream" | "field";
  /** The variable, the request, the stream or the receiver. */
  readonly binding: Binding;
}

const BACKGROUND = new Set(["context.Background", "context.TODO", "context.WithoutCancel"]);
/** They add to the context that they get, and leave its end alone. */
const ADDS = new Set([
  "context.WithValue",
  "go.opentelemetry.io/otel/trace.Tracer.Start",
  "go.opentelemetry.io/otel/propagation.TraceContext.Extract",
  "google.golang.org/grpc/metadata.NewOutgoingContext",
]);
const WITH_CANCEL = new Set(["context.WithCancel", "context.WithCancelCause"]);
const DERIVED = new Set([
  ...WITH_CANCEL,
  "context.WithTimeout",
  "context.WithDeadline",
  "context.WithTimeoutCause",
  "context.WithDeadlineCause",
  "os/signal.NotifyContext",
]);
const ERRGROUP = "golang.org/x/sync/errgroup.WithContext";

/**
 * Contexts that can be named at `at` and can still end there, the best first: those of the innermost function before its outer ones, and
 * of one function the latest variable, then requests, streams, and the receiver's fields at the very end. Not among them: `context.Background()` and what only
 * values are added to, a context that the same function cancelled before, and one that nobody but the same function can cancel.
 */
export function contextsInScope(pkg: PackageModel, at: GoNode): ContextInScope[] {
  return namedContexts(pkg, at).filter((c) => mayEnd(pkg, c, at));
}

/** The best of them, where the code does not run because it has ended. */
export function contextInScope(pkg: PackageModel, at: GoNode): ContextInScope | null {
  return namedContexts(pkg, at).find((c) => !runsAfterDone(c, at) && mayEnd(pkg, c, at)) ?? null;
}

/**
 * The context that is meant at `at` because there is no other: one variable, request or stream, or else one field of the receiver. A request and the one variable
 * that is made from its context are one. null also where it can never end, or has ended.
 */
export function onlyContext(pkg: PackageModel, at: GoNode): ContextInScope | null {
  const all = namedContexts(pkg, at);
  const own = all.filter((c) => c.via !== "field");
  const variables = own.filter((c) => c.via === "variable");
  const [first, ...more] = variables.length > 0 ? variables : own.length > 0 ? own : all;
  if (!first || more.length > 0) return null;
  if (own.some((c) => c !== first && !isMadeFrom(pkg, first, c))) return null;
  return runsAfterDone(first, at) || !mayEnd(pkg, first, at) || isLeftBehind(pkg, first, at) ? null : first;
}

/** `ctx := r.Context()`, `ctx := stream.Context()`, or a context that was derived from such a one. */
function isMadeFrom(pkg: PackageModel, variable: ContextInScope, source: ContextInScope): boolean {
  const { node } = variable.binding;
  if (node && requestBehind(pkg, node) === source.binding) return true;
  const made = definitionOf(pkg, variable.binding);
  return made?.value.text === source.text || made?.args[0]?.text === source.text;
}

/** All that have a name there, whether they can end or not. */
function namedContexts(pkg: PackageModel, at: GoNode): ContextInScope[] {
  const found: ContextInScope[] = [];
  const fields: ContextInScope[] = [];
  for (let f = pkg.functionOf(at), from = at; f; from = f.node, f = f.outer) {
    const here: ContextInScope[] = [];
    for (const name of visibleNames(from, f)) {
      const binding = pkg.binding(name);
      if (binding?.node !== name) continue; // `:=` only writes it
      const contexts = contextsOf(pkg, binding);
      if (contexts.length === 0 || pkg.resolve(name.text, at) !== binding) continue; // shadowed
      (binding.kind === "receiver" ? fields : here).push(...contexts);
    }
    found.push(...here.sort((a, b) => RANK[a.via] - RANK[b.via]));
    // `func(context.Context) error`: it is given a context of its own, and does not look at it
    if (f.params.some((p) => p.binding === null && isNamed(pkg.typeAt(p.type), "context.Context"))) break;
  }
  return [...found, ...fields];
}

const RANK = { variable: 0, request: 1, stream: 2, field: 3 };

/** Names declared in `f` by statements before `at`, which stands in `f` itself, in blocks around it and by its signature, the nearest first. */
function visibleNames(at: GoNode, f: FuncModel): GoNode[] {
  const names: GoNode[] = [];
  for (let n = at; n !== f.node; ) {
    const parent = n.parent;
    if (!parent) return names;
    for (let i = parent.children.indexOf(n) - 1; i >= 0; i--) {
      const declared = declaredBy(parent.children[i] as GoNode);
      for (let j = declared.length - 1; j >= 0; j--) names.push(declared[j] as GoNode);
    }
    n = parent;
  }
  for (const p of f.params) if (p.binding?.node) names.push(p.binding.node);
  for (const r of f.results) if (r.binding?.node) names.push(r.binding.node);
  if (f.receiver?.node) names.push(f.receiver.node);
  return names;
}

const NO_NAMES: readonly GoNode[] = [];

/** Identifiers that a statement, or the head of a compound one, declares for what follows it. */
function declaredBy(node: GoNode): readonly GoNode[] {
  switch (node.kind) {
    case "short_var_declaration":
    case "range_clause":
    case "receive_statement":
      if (!node.children.some((c) => c.kind === ":=")) return NO_NAMES;
      return node.child("left")?.children.filter((i) => i.kind === "identifier") ?? NO_NAMES;
    case "for_clause":
      return node.child("initializer") ? declaredBy(node.child("initializer") as GoNode) : NO_NAMES;
    case "labeled_statement":
      return node.items.flatMap(declaredBy);
    case "var_declaration":
      return node.find("var_spec").flatMap((s) => s.childrenOf("name").filter((c) => c.named));
    default:
      return NO_NAMES;
  }
}

const known = new Notes<Binding, readonly ContextInScope[]>();

/** The context that a local is or has, those of a receiver's fields. */
function contextsOf(pkg: PackageModel, local: Binding): readonly ContextInScope[] {
  let contexts = known.get(local);
  if (!contexts) {
    const context = local.kind === "receiver" ? null : contextOf(pkg, local);
    contexts = local.kind === "receiver" ? contextFields(pkg, local) : context ? [context] : NONE;
    known.set(local, contexts);
  }
  return contexts;
}

const NONE: readonly ContextInScope[] = [];

function contextOf(pkg: PackageModel, local: Binding): ContextInScope | null {
  if (!local.node || (local.kind !== "var" && local.kind !== "param" && local.kind !== "result")) return null;
  if (local.kind === "param" ? pointsElsewhere(local.node) : local.kind === "var" && isOther(local)) return null; // its type need not be asked
  const type = pkg.typeOf(local.node);
  if (isNamed(type, "context.Context") || (type.kind === "unknown" && isOfGroup(pkg, local)))
    return { text: local.name, via: "variable", binding: local };
  if (local.kind !== "param") return null;
  if (type.kind === "pointer" && isNamed(type.elem, "net/http.Request"))
    return { text: `${local.name}.Context()`, via: "request", binding: local };
  return isStream(pkg, type) ? { text: `${local.name}.Context()`, via: "stream", binding: local } : null;
}

/** The context that `errgroup.WithContext` gives, whose source may not be at hand. */
function isOfGroup(pkg: PackageModel, local: Binding): boolean {
  const made = definitionOf(pkg, local);
  return made?.symbol === ERRGROUP && made.index === 1;
}

/** A parameter that is a pointer to something else than a request. */
function pointsElsewhere(name: GoNode): boolean {
  const type = name.parent?.child("type");
  return type?.kind === "pointer_type" && !type.text.endsWith("Request");
}

/** By its name or its uses no context. */
function isOther(local: Binding): boolean {
  return OTHERS.has(local.name) || local.uses.some(isOfNoContext);
}

/** Names that nobody gives to a context. */
const OTHERS: ReadonlySet<string> = new Set(["err", "ok"]);
const METHODS: ReadonlySet<string> = new Set(["Deadline", "Done", "Err", "Value"]);
const NOT_OF_CONTEXTS: ReadonlySet<UseHow> = new Set(["readwrite", "member-write", "call", "send", "receive", "range", "close"]);

/** A use that no context can have: it is an operand, or something else of it is named than a context's methods. */
function isOfNoContext({ node, how }: Use): boolean {
  if (NOT_OF_CONTEXTS.has(how)) return true;
  const p = node.parent;
  switch (p?.kind) {
    case "selector_expression":
      return !METHODS.has(p.child("field")?.text ?? "");
    case "index_expression":
    case "slice_expression":
      return node.field === "operand";
    case "binary_expression":
      return !(p.child("operator")?.is("==", "!=") ?? true);
    default:
      return false;
  }
}

/** gRPC's own stream types, generated `Service_MethodServer` interfaces, and interfaces of the module with `Context() context.Context`. */
function isStream(pkg: PackageModel, type: Type): boolean {
  if (type.kind !== "named") return false;
  if (type.path === "testing") return false; // a test's own, for which t.Context() has to be asked
  if (type.path === "google.golang.org/grpc") return type.name.endsWith("Server") || type.name === "ServerStream";
  const under = underlying(pkg, type);
  if (under.kind !== "interface") return false;
  const method = under.methods.find((m) => m.name === "Context")?.type;
  if (method?.kind === "func")
    return method.params.length === 0 && method.results.length === 1 && isNamed(method.results[0] as Type, "context.Context");
  return under.open && type.name.includes("_") && type.name.endsWith("Server");
}

/** Fields of the receiver of type context.Context. */
function contextFields(pkg: PackageModel, receiver: Binding): ContextInScope[] {
  if (!receiver.node) return [];
  const type = pkg.typeOf(receiver.node);
  const struct = underlying(pkg, deref(type));
  if (struct.kind !== "struct") return [];
  return struct.fields
    .filter((f) => isNamed(f.type, "context.Context"))
    .map((f) => ({ text: `${receiver.name}.${f.name}`, via: "field" as const, binding: receiver }));
}

// ---------------------------------------------------------------- can it end?

function mayEnd(pkg: PackageModel, context: ContextInScope, at: GoNode): boolean {
  if (context.via === "field") return true; // its author knows
  const { binding } = context;
  const again = redefinitionOf(pkg, binding, at);
  if (context.via !== "variable" && !again) return true;
  const made = again ?? definitionOf(pkg, binding);
  if (!made) return true;
  if (!again && writtenLater(binding)) return true;
  if (neverEnds(pkg, made)) return false;
  const end = enderOf(pkg, made);
  if (!end) return true;
  if (spent(pkg, end, made, at)) return false;
  return !(made.symbol !== null && WITH_CANCEL.has(made.symbol) && rootless(pkg, made) && heldBy(pkg, end, at));
}

/** Background, TODO, WithoutCancel, and what only adds to such a one. */
function neverEnds(pkg: PackageModel, made: Definition): boolean {
  if (made.value.kind !== "call_expression" || made.index !== 0) return false;
  return isEndless(pkg, made.value);
}

/** True when the context from which this one is made can never end. */
function rootless(pkg: PackageModel, made: Definition): boolean {
  const parent = made.args[0];
  return parent !== undefined && isEndless(pkg, parent);
}

/** An expression that gives a context which can never end: made here of Background, with values at most. */
export function isEndless(pkg: PackageModel, expression: GoNode, depth = 0): boolean {
  const e = unparen(expression);
  if (depth > 6) return false;
  if (e.kind === "call_expression") {
    const callee = unparen(e.child("function") as GoNode);
    const symbol = pkg.symbol(callee) ?? (callee.kind === "selector_expression" ? foreignSymbol(pkg, callee) : null);
    if (symbol === null) return false;
    const parent = e.child("arguments")?.items[0];
    return BACKGROUND.has(symbol) || (ADDS.has(symbol) && parent !== undefined && isEndless(pkg, parent, depth + 1));
  }
  const binding = e.kind === "identifier" ? pkg.binding(e) : null;
  if (binding?.kind !== "var" || writtenLater(binding)) return false;
  const made = definitionOf(pkg, binding);
  return made?.index === 0 && made.value.kind === "call_expression" && isEndless(pkg, made.value, depth + 1);
}

/** The cancel function, or the errgroup, that was made together with the context. */
function enderOf(pkg: PackageModel, made: Definition): Binding | null {
  if (made.symbol === null) return null;
  const other = DERIVED.has(made.symbol) ? made.names[1] : made.symbol === ERRGROUP ? made.names[0] : null;
  return other?.kind === "identifier" ? pkg.binding(other) : null;
}

/** The cancel was called, or the group waited for, on a way that leads to `at`, or to the literal in which it stands. */
function spent(pkg: PackageModel, end: Binding, made: Definition, at: GoNode): boolean {
  const places = new Map<FuncModel, GoNode>();
  for (let f = pkg.functionOf(at), n = at; f; n = f.node, f = f.outer) places.set(f, n);
  return end.uses.some((use) => {
    const place = use.func && places.get(use.func);
    if (!use.func || !place || use.node.closest("defer_statement")) return false;
    const called = use.how === "call" || (use.how === "method" && use.node.parent?.child("field")?.text === "Wait");
    return called && use.node.start < place.start && pkg.flow(use.func).reaches(use.node, place, (atom) => atom.contains(made.node));
  });
}

/** The best context in scope at `at` that is not over there: the code does not run because it ended, nor in a goroutine that outlives its request. */
export function contextFor(pkg: PackageModel, at: GoNode): ContextInScope | null {
  return namedContexts(pkg, at).find((c) => !runsAfterDone(c, at) && mayEnd(pkg, c, at) && !isLeftBehind(pkg, c, at)) ?? null;
}

/** The context is a request's, and `at` stands in a goroutine that may still run when the handler has returned. */
function isLeftBehind(pkg: PackageModel, context: ContextInScope, at: GoNode): boolean {
  const { binding } = context;
  const request = context.via === "request" ? binding : binding.node && requestBehind(pkg, binding.node);
  return request !== null && outlivesRequest(pkg, request, at);
}

/** True when the code behind `at`, in the same function, cancels the context itself. */
export function cancelsAfter(pkg: PackageModel, context: ContextInScope, at: GoNode): boolean {
  const made = definitionOf(pkg, context.binding);
  const end = made && enderOf(pkg, made);
  const func = pkg.functionOf(at);
  return func !== null && (end?.uses.some((u) => u.how === "call" && u.func === func && pkg.flow(func).reaches(at, u.node)) ?? false);
}

/** True when nobody is seen who could call the cancel while the function waits at `at`: no literal, and nothing started with it. */
function heldBy(pkg: PackageModel, end: Binding, at: GoNode): boolean {
  const func = pkg.functionOf(at);
  return end.func === func && end.uses.every((u) => u.func === func && !u.node.closest("go_statement"));
}

/**
 * True when the code at `at` runs because the context has ended: below `<-ctx.Done()`, in that case of a select, or under a condition on
 * `ctx.Err()`.
 */
export function runsAfterDone(context: ContextInScope, at: GoNode): boolean {
  const waits = (n: GoNode) => n.find("call_expression").some((c) => c.child("function")?.text === `${context.text}.Done`);
  const asks = (n: GoNode) => n.find("call_expression").some((c) => c.child("function")?.text === `${context.text}.Err`);
  for (let n = at; n.parent; n = n.parent) {
    const p = n.parent;
    if (p.kind === "communication_case" && n.field !== "communication") {
      const head = p.child("communication");
      if (head && waits(head)) return true;
    }
    if (p.kind === "if_statement" && n.field === "consequence") {
      const condition = p.child("condition");
      const nonNil = condition?.kind === "binary_expression" && condition.children.some((c) => c.kind === "!=");
      if (condition && nonNil && asks(condition)) return true;
    }
    if (p.kind === "statement_list") {
      const before = p.items.slice(0, p.items.indexOf(n));
      if (before.some((s) => s.kind === "expression_statement" && s.items[0]?.kind === "unary_expression" && waits(s))) return true;
    }
    if (p.is("func_literal", "function_declaration", "method_declaration") && !p.contains(context.binding.node ?? p)) return false;
  }
  return false;
}

/** A loop around the node, in its own function, looks at a context: it calls the Done or Err of one outside of the node. */
export function asksContext(pkg: PackageModel, node: GoNode): boolean {
  const func = pkg.functionOf(node);
  return loopsAround(node).some((loop) =>
    loop.find("call_expression").some((call) => {
      const callee = unparen(call.child("function") as GoNode);
      const name = callee.kind === "selector_expression" ? callee.child("field")?.text : undefined;
      if ((name !== "Done" && name !== "Err") || pkg.functionOf(call) !== func || node.contains(call)) return false;
      const context = callee.child("operand");
      return context !== null && (isNamed(pkg.typeOf(context), "context.Context") || context.text.endsWith(".Context()"));
    }),
  );
}

// ---------------------------------------------------------------- done channels

const DONE_NAMES = [
  "done",
  "stop",
  "quit",
  "clos",
  "shutdown",
  "exit",
  "cancel",
  "abort",
  "kill",
  "term",
  "finish",
  "halt",
  "dying",
  "dead",
  "drain",
  "leav",
  "interrupt",
  "end",
];

/** A name such as done, stopCh, quit, closing, shutdown. */
export function isDoneName(name: string): boolean {
  const lower = name.toLowerCase();
  return DONE_NAMES.some((d) => (d === "end" ? lower === "end" || lower === "ended" : lower.includes(d)));
}

/** `chan struct{}` or `<-chan struct{}`; null when its type is not known. */
export function isSignalChannel(pkg: PackageModel, type: Type): boolean | null {
  if (type.kind === "unknown") return null;
  const t = underlying(pkg, type);
  if (t.kind === "unknown") return null;
  if (t.kind !== "chan" || t.dir === "send") return false;
  // A named struct is content, also one of the standard library of which only exported fields are known.
  return t.elem.kind === "unknown" ? null : t.elem.kind === "struct" && t.elem.fields.length === 0;
}

/**
 * Does a receive from the channel wait for an end: `ctx.Done()`, or a `chan struct{}` with a name such as done, stop, quit? A name like that whose type is not
 * known counts, and so do a local channel that is closed when its function ends and a subscription's `Err()`.
 */
export function isDoneChannel(pkg: PackageModel, channel: GoNode): boolean {
  const e = unparen(channel);
  const named = e.kind === "call_expression" ? unparen(e.child("function") as GoNode) : e;
  const name = named.kind === "selector_expression" ? named.child("field")?.text : named.kind === "identifier" ? named.text : null;
  if (name && isDoneName(name) && isSignalChannel(pkg, pkg.typeOf(e)) !== false) return true;
  if (name === "Err" && e !== named) return true; // a subscription's end
  if (e.kind !== "identifier") return false;
  const binding = pkg.binding(e);
  if (binding?.uses.some((u) => inCleanup(u.node) && (u.how === "close" || isClosedBy(u.node)))) return true;
  const sources = binding && !isOthers(pkg, binding) ? valuesOf(binding) : [];
  return sources.some((v) => v.kind === "call_expression" && isDoneChannel(pkg, v));
}

/** `SafeClose(ch)`: an argument of a function that closes, by its name. */
function isClosedBy(node: GoNode): boolean {
  const callee = node.parent?.kind === "argument_list" ? node.parent.parent?.child("function") : null;
  const name = callee?.kind === "selector_expression" ? callee.child("field")?.text : callee?.text;
  return name?.toLowerCase().includes("close") ?? false;
}

/** True in a deferred call or literal, and in what is handed to Cleanup or AfterFunc: it runs when the work is over. */
export function inCleanup(node: GoNode): boolean {
  for (let n: GoNode | null = node; n; n = n.parent) {
    if (n.kind === "defer_statement") return true;
    if (n.kind !== "func_literal" || n.parent?.kind !== "argument_list") continue;
    const callee = n.parent.parent?.child("function");
    const name = callee?.kind === "selector_expression" ? callee.child("field")?.text : callee?.text;
    if (name === "Cleanup" || name === "AfterFunc") return true;
  }
  return false;
}

/** Everything that is assigned to a local by itself, its initial value included. */
function valuesOf(binding: Binding): GoNode[] {
  const places = [binding.node, ...binding.uses.filter((u) => u.how === "write").map((u) => u.node)];
  const values: GoNode[] = [];
  for (const place of places) {
    const list = place?.parent;
    const statement = list?.kind === "expression_list" ? list.parent : list;
    const right = statement?.child("right") ?? statement?.child("value");
    const index = list?.kind === "expression_list" ? list.items.indexOf(place as GoNode) : 0;
    const value = right?.kind === "expression_list" ? right.items[index] : index === 0 ? right : null;
    if (value) values.push(unparen(value));
  }
  return values;
}

/** Done channels that can be named at `at`: parameters and locals, then fields of the receiver that its function receives from. */
export function doneChannelsInScope(pkg: PackageModel, at: GoNode): { readonly text: string; readonly binding: Binding }[] {
  const found: { text: string; binding: Binding }[] = [];
  for (let f = pkg.functionOf(at), from = at; f; from = f.node, f = f.outer) {
    for (const name of visibleNames(from, f)) {
      const binding = isDoneName(name.text) ? pkg.resolve(name.text, at) : null;
      if (!binding?.node || binding.node !== name || binding.kind === "receiver") continue;
      if (isSignalChannel(pkg, pkg.typeOf(binding.node)) === true) found.push({ text: binding.name, binding });
    }
    const receiver = f.receiver;
    for (const use of receiver && pkg.resolve(receiver.name, at) === receiver ? receiver.uses : []) {
      const selector = use.node.parent;
      const field = selector?.kind === "selector_expression" ? selector.child("field")?.text : undefined;
      if (!selector || !field || !isDoneName(field) || selector.parent?.kind !== "unary_expression") continue;
      if (selector.parent.child("operator")?.kind !== "<-" || isSignalChannel(pkg, pkg.typeOf(selector)) !== true) continue;
      if (!found.some((d) => d.text === selector.text)) found.push({ text: selector.text, binding: use.binding });
    }
  }
  return found;
}
