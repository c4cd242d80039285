/**
 * Channels that a function makes for itself: their capacity, and who sends, receives and closes. What cannot be told makes the channel
 * `open`: somebody else may do anything with it.
 */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel, Use } from "../model/model.ts";
import { Notes } from "../model/notes.ts";
import { calleeOf } from "./callees.ts";
import { definitionOf } from "./definitions.ts";
import { type Runner, runnerOf } from "./goroutines.ts";
import { inLoop } from "./paths.ts";
import { constantOf } from "./types.ts";
import { climb } from "./values.ts";

export type ChannelDoing = "send" | "receive" | "range" | "close";

export interface ChannelOp {
  readonly doing: ChannelDoing;
  /** The send_statement, the unary_expression `<-c`, the range_clause, or the call of close. */
  readonly node: GoNode;
  /** The case of a select that it is the head of. */
  readonly clause: GoNode | null;
  readonly runner: Runner;
  /** It stands in a function that gets the channel as an argument; then the call. */
  readonly through: GoNode | null;
}

export interface LocalChannel {
  readonly pkg: PackageModel;
  readonly binding: Binding;
  /** The function that makes it. */
  readonly func: FuncModel;
  /** The call of make. */
  readonly make: GoNode;
  /** null where it is not a constant. */
  readonly capacity: number | null;
  readonly ops: readonly ChannelOp[];
  /** The first use that cannot be followed: it is handed over there. */
  readonly open: GoNode | null;
  /** A use that asks for len or cap. */
  readonly measured: boolean;
}

/** How deep functions are followed that get the channel as an argument. */
const MAX_DEPTH = 2;

const known = new Notes<Binding, LocalChannel>();

/** Channels that functions of the triggered declarations make and hold in a local, in the order of the text. */
export function* localChannels(pkg: PackageModel): Iterable<LocalChannel> {
  for (const node of pkg.nodes("short_var_declaration", "var_spec")) {
    const names = node.kind === "var_spec" ? node.childrenOf("name").filter((c) => c.named) : (node.child("left")?.items ?? []);
    for (const name of names) {
      const binding = name.kind === "identifier" ? pkg.binding(name) : null;
      if (binding?.node !== name || !binding.func) continue;
      const channel = channelOf(pkg, binding);
      if (channel) yield channel;
    }
  }
}

/** The channel that a local is declared with; null when it is declared with anything else. */
export function channelOf(pkg: PackageModel, binding: Binding): LocalChannel | null {
  const before = known.get(binding);
  if (before) return before;
  const made = definitionOf(pkg, binding);
  const func = binding.func;
  if (
    !func ||
    made?.value.child("function")?.text !== "make" ||
    made.symbol !== "make" ||
    made.names.length === 0 ||
    !isChannelType(pkg, made.args[0])
  )
    return null;
  const ops: ChannelOp[] = [];
  const sum = collect(pkg, binding, func, null, 0, ops);
  ops.sort((a, b) => a.node.start - b.node.start);
  const channel: LocalChannel = { pkg, binding, func, make: made.value, capacity: capacityOf(pkg, made.args[1]), ops, ...sum };
  known.set(binding, channel);
  return channel;
}

/** n of `make(chan T, n)`, 0 without it; null where it is no constant. */
export function capacityOf(pkg: PackageModel, size: GoNode | undefined): number | null {
  const constant = size ? constantOf(pkg, size) : 0;
  return typeof constant === "number" || typeof constant === "bigint" ? Number(constant) : null;
}

function isChannelType(pkg: PackageModel, type: GoNode | undefined): boolean {
  return type !== undefined && (type.kind === "channel_type" || pkg.typeAt(type).kind === "chan");
}

interface Sum {
  open: GoNode | null;
  measured: boolean;
}

/** Every use of a local or parameter, run by `func` and what it starts. `through`: the call in whose callee it is a parameter, with who runs it. */
function collect(pkg: PackageModel, binding: Binding, func: FuncModel, through: Through | null, depth: number, ops: ChannelOp[]): Sum {
  const sum: Sum = { open: null, measured: false };
  for (const use of binding.uses) {
    const doing = doingOf(use);
    if (doing) {
      const runner = through === null ? runnerOf(pkg, doing.node, func) : runnerThrough(pkg, doing.node, func, through);
      if (!runner) sum.open ??= use.node;
      else ops.push({ ...doing, runner, through: through?.call ?? null });
      continue;
    }
    const harmless = harmlessUse(pkg, use);
    if (harmless === "measures") sum.measured = true;
    if (harmless) continue;
    const inner = use.how === "read" && depth < MAX_DEPTH ? asArgument(pkg, use.node, func, through, depth, ops) : null;
    if (!inner || inner.open) sum.open ??= use.node;
    if (inner?.measured) sum.measured = true;
  }
  return sum;
}

interface Through {
  readonly call: GoNode;
  readonly runner: Runner;
}

/** Who runs a node of a callee: a goroutine that the callee starts, the callee as the goroutine, or whoever calls it. */
function runnerThrough(pkg: PackageModel, node: GoNode, callee: FuncModel, through: Through): Runner | null {
  const inner = runnerOf(pkg, node, callee);
  if (!inner || inner.start) return inner;
  const { runner, call } = through;
  return climb(call).parent?.kind === "go_statement" ? { ...inner, start: climb(call).parent } : runner;
}

function asArgument(
  pkg: PackageModel,
  node: GoNode,
  func: FuncModel,
  through: Through | null,
  depth: number,
  ops: ChannelOp[],
): Sum | null {
  const list = climb(node).parent;
  const call = list?.kind === "argument_list" ? list.parent : null;
  if (!list || call?.kind !== "call_expression") return null;
  const callee = calleeOf(pkg, call);
  const param = callee?.params[list.items.indexOf(climb(node))];
  const runner = through === null ? runnerOf(pkg, call, func) : runnerThrough(pkg, call, func, through);
  if (!callee?.body || !param || param.variadic || !runner) return null;
  if (!param.binding) return { open: null, measured: false };
  return collect(callee.pkg, param.binding, callee, { call, runner }, depth + 1, ops);
}

function doingOf(use: Use): Pick<ChannelOp, "doing" | "node" | "clause"> | null {
  const e = climb(use.node);
  const p = e.parent;
  if (!p) return null;
  switch (use.how) {
    case "send":
      return { doing: "send", node: p, clause: p.parent?.kind === "communication_case" ? p.parent : null };
    case "receive": {
      const list = climb(p).parent;
      const statement = list?.kind === "expression_list" ? list.parent : list;
      const clause = statement?.is("receive_statement", "communication_case") ? statement : null;
      return { doing: "receive", node: p, clause: clause?.kind === "receive_statement" ? clause.parent : clause };
    }
    case "range":
      return { doing: "range", node: e.closest("range_clause") ?? p, clause: null };
    case "close":
      return { doing: "close", node: e.closest("call_expression") ?? p, clause: null };
    default:
      return null;
  }
}

/** Comparisons, len and cap tell nobody else of the channel. */
function harmlessUse(pkg: PackageModel, use: Use): "leaves" | "measures" | null {
  if (use.how !== "read") return null;
  const p = climb(use.node).parent;
  if (p?.kind === "binary_expression") return "leaves";
  const call = p?.kind === "argument_list" ? p.parent : null;
  const symbol = call ? pkg.symbol(unparen(call.child("function") ?? call)) : null;
  return symbol === "len" || symbol === "cap" ? "measures" : null;
}

/** The function's own operations: what no goroutine does. */
export function ownOps(channel: LocalChannel, ...doing: readonly ChannelDoing[]): ChannelOp[] {
  return channel.ops.filter((op) => op.runner.start === null && doing.includes(op.doing));
}

/** What goroutines do with it. */
export function goroutineOps(
  channel: LocalChannel,
  ...doing: readonly ChannelDoing[]
): (ChannelOp & { readonly runner: Runner & { readonly start: GoNode } })[] {
  return channel.ops.flatMap((op) => {
    const { start } = op.runner;
    return start && doing.includes(op.doing) ? [{ ...op, runner: { ...op.runner, start } }] : [];
  });
}

/** Loops of the function that makes the channel around `node` and not around the make: what stands in one runs several times for one channel. */
export function repeatedIn(channel: LocalChannel, node: GoNode): GoNode | null {
  if (!channel.func.node.contains(node)) return null;
  for (let n = node.parent; n && n !== channel.func.node; n = n.parent) {
    if (n.kind === "for_statement" && !n.contains(channel.make) && channel.pkg.functionOf(n) === channel.func) return n;
  }
  return null;
}

/**
 * Room for every send that is seen: one for each, or for each turn of the loop that starts or does them. A capacity that is no constant is taken to be chosen
 * so; whoever else may hold the channel is taken to know its size.
 */
export function hasRoom(channel: LocalChannel): boolean {
  return channel.capacity === null || (channel.capacity > 0 && mostSends(channel) <= channel.capacity);
}

/** How many values are sent on one channel at most, as far as is seen: of sends that exclude each other one counts. */
export function mostSends(channel: LocalChannel): number {
  const byStart = new Map<GoNode | null, ChannelOp[]>();
  for (const op of channel.ops) {
    if (op.doing !== "send") continue;
    const { start } = op.runner;
    byStart.set(start, [...(byStart.get(start) ?? []), op]);
  }
  const own = byStart.get(null) ?? [];
  byStart.delete(null);
  const started = [...byStart.values()].reduce((sum, sends) => sum + mostOf(channel, sends), 0);
  const apart = own.every((op) => [...byStart.keys()].every((start) => start !== null && excludes(channel, op, start)));
  return apart ? Math.max(started, mostOf(channel, own)) : started + mostOf(channel, own);
}

/** Of sends that one goroutine, or the function itself, does. */
function mostOf(channel: LocalChannel, sends: readonly ChannelOp[]): number {
  const times = sends.map((op) => timesOf(channel, op));
  const follow = sends.some((a) => sends.some((b) => a !== b && follows(a, b)));
  return follow ? times.reduce((sum, n) => sum + n, 0) : Math.max(0, ...times);
}

/** The function leaves behind its own send, and does not get to it behind the start: `ch <- v; return`. */
function excludes(channel: LocalChannel, op: ChannelOp, start: GoNode): boolean {
  const flow = channel.pkg.flow(channel.func);
  if (op.runner.body !== channel.func || op.runner.deferred || !channel.func.node.contains(start)) return false;
  return !flow.reaches(op.runner.at, start) && !flow.reaches(start, op.runner.at);
}

function follows(a: ChannelOp, b: ChannelOp): boolean {
  const { body, at } = a.runner;
  return b.runner.body !== body || b.runner.deferred || body.pkg.flow(body).reaches(at, b.runner.at);
}

/** Is a goroutine's one send received on every way out of the function, be it that it waits for ever? */
export function isAlwaysReceived(channel: LocalChannel, send: GoNode): boolean {
  const start = goroutineOps(channel, "send").find((op) => op.node === send)?.runner.start;
  if (channel.open || !start || !channel.func.node.contains(start)) return false;
  const receives = ownOps(channel, "receive", "range").filter((op) => op.clause === null && !op.runner.deferred && op.through === null);
  if (receives.some((op) => op.doing === "range")) return true;
  const stop = (atom: GoNode): boolean => receives.some((op) => atom.contains(op.node));
  return mostSends(channel) === 1 && channel.pkg.flow(channel.func).escape(start, { stop }) === null;
}

/** How often one channel sees the operation at most. */
function timesOf(channel: LocalChannel, op: ChannelOp): number {
  const { start, body, at } = op.runner;
  if ((start !== null && inLoop(body, at)) || (op.through !== null && op.node.closest("for_statement"))) return Number.POSITIVE_INFINITY;
  const loop = repeatedIn(channel, start ?? at);
  if (!loop) return 1;
  return repeatedIn(channel, loop) ? Number.POSITIVE_INFINITY : constantTurns(channel.pkg, loop);
}

/** `for i := 0; i < 3; i++`, `for range 3`: 3; Infinity where it is no constant. */
function constantTurns(pkg: PackageModel, loop: GoNode): number {
  const clause = loop.items.find((n) => n.is("for_clause", "range_clause"));
  const condition = clause?.child("condition");
  const counts = clause?.child("initializer")?.child("right")?.text === "0" && clause.child("update")?.kind === "inc_statement";
  const below = counts && condition?.kind === "binary_expression" && condition.children.some((c) => c.kind === "<");
  const limit = clause?.kind === "range_clause" ? clause.child("right") : below ? condition.child("right") : null;
  const turns = limit ? constantOf(pkg, limit) : null;
  return typeof turns === "number" || typeof turns === "bigint" ? Number(turns) : Number.POSITIVE_INFINITY;
}
