/** Goroutines that send to a function that may have left: where it leaves, and how many sends may be waiting then. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, PackageModel, Witness } from "../model/model.ts";
import { Notes } from "../model/notes.ts";
import { type ChannelOp, channelOf, goroutineOps, type LocalChannel, ownOps, repeatedIn } from "./channels.ts";
import { definitionOf } from "./definitions.ts";
import type { Runner } from "./goroutines.ts";
import { atomAt, inLoop } from "./paths.ts";
import { isNamed, underlying } from "./types.ts";

export type Send = ChannelOp & { readonly runner: Runner & { readonly start: GoNode } };

export interface Departure {
  readonly channel: LocalChannel;
  /** The bare sends of goroutines, in the order of the text. */
  readonly sends: readonly Send[];
  /** Sends on one channel at most; Infinity where a loop repeats them. */
  readonly total: number;
  /** The loop of the function in which a goroutine is started, when it does not make the channel, too. */
  readonly startLoop: GoNode | null;
  /** A goroutine sends in a loop. */
  readonly looped: boolean;
  /** What was received before it left. */
  readonly received: "nothing" | "one" | "some";
  readonly witness: Witness;
  /** The case of a select through which it leaves. */
  readonly clause: GoNode | null;
}

const known = new Notes<LocalChannel, { readonly found: Departure | null }>();

/** How the function that makes the channel can leave while a goroutine has yet to send; null when it cannot, as far as can be told. */
export function departureOf(channel: LocalChannel): Departure | null {
  let before = known.get(channel);
  if (!before) {
    before = { found: new Search(channel).run() };
    known.set(channel, before);
  }
  return before.found;
}

/** True for a send_statement whose receiver may have left: send-to-departed-receiver speaks of it. */
export function sendsToDeparted(pkg: PackageModel, send: GoNode): boolean {
  const name = send.child("channel");
  const binding = name?.kind === "identifier" ? pkg.binding(name) : null;
  const channel = binding?.func ? channelOf(pkg, binding) : null;
  return channel !== null && (departureOf(channel)?.sends.some((s) => s.node === send) ?? false);
}

class Search {
  readonly #channel: LocalChannel;
  readonly #pkg: PackageModel;
  readonly #receives: readonly ChannelOp[];
  readonly #sends: readonly Send[];
  readonly #atoms = new Set<GoNode>();

  constructor(channel: LocalChannel) {
    this.#channel = channel;
    this.#pkg = channel.pkg;
    this.#receives = ownOps(channel, "receive", "range");
    this.#sends = goroutineOps(channel, "send").filter((s) => s.clause === null);
  }

  run(): Departure | null {
    const { func, capacity, open, ops } = this.#channel;
    if (open || capacity === null || this.#sends.length === 0) return null;
    if (func.name === "main" && func.pkg.name === "main" && func.receiver === null) return null; // the process ends with it
    if (ops.some((op) => op.runner.start === null && op.doing === "send")) return null;
    if (goroutineOps(this.#channel, "receive", "range").length > 0) return null; // somebody else may receive
    if (this.#receives.some((r) => r.runner.deferred || r.through)) return null;
    const starts = [...new Set(this.#sends.map((s) => s.runner.start))].sort((a, b) => a.start - b.start);
    if (starts.some((s) => !func.node.contains(s) || this.#pkg.functionOf(s) !== func)) return null; // started by what is started here
    if (ops.some((op) => op.runner.start === null && op.doing === "close")) return null; // a send then panics instead
    for (const r of this.#receives) {
      const place = r.clause ? null : this.#atomOf(r.node);
      if (place) this.#atoms.add(place);
    }

    const looped = this.#sends.some((s) => inOwnLoop(s));
    const startLoop =
      starts
        .filter((s) => this.#startsAgain(s))
        .map((s) => repeatedIn(this.#channel, s))
        .find((l) => l !== null) ?? null;
    const total = looped || startLoop ? Number.POSITIVE_INFINITY : starts.reduce((n, s) => n + this.#most(s), 0);
    if (total <= capacity || (capacity > 0 && total === Number.POSITIVE_INFINITY)) return null; // all may find room
    if (this.#receives.some((r) => r.node.start > (starts[0] as GoNode).start && r.node.end < (starts.at(-1) as GoNode).start)) return null; // one after the other
    const last = starts[Math.min(capacity, starts.length - 1)] as GoNode;
    const left =
      this.#before(last, startLoop) ?? this.#byCase(last) ?? (total - capacity > 1 ? this.#afterOne(last, total, looped, startLoop) : null);
    return left && { channel: this.#channel, sends: this.#sends, total, startLoop, looped, ...left };
  }

  /** A way leads back to the start on which nothing is received: several goroutines may be there at once. */
  #startsAgain(start: GoNode): boolean {
    const stop = (atom: GoNode) => this.#atoms.has(atom);
    const witness = this.#pkg
      .flow(this.#channel.func)
      .escape(start, { stop, stopClause: (clause) => this.#receives.some((r) => r.clause === clause), exits: [], turn: true });
    return witness !== null;
  }

  /** How many of one goroutine's sends may follow each other. */
  #most(start: GoNode): number {
    const own = this.#sends.filter((s) => s.runner.start === start && !recovers(s));
    const chained = own.some((a) => own.some((b) => a !== b && a.runner.body.pkg.flow(a.runner.body).reaches(a.runner.at, b.runner.at)));
    return chained ? own.length : 1; // a send after a panic stands in for another one
  }

  #atomOf(node: GoNode): GoNode | null {
    return atomAt(this.#pkg.flow(this.#channel.func), node);
  }

  /** It leaves without having received anything. */
  #before(start: GoNode, startLoop: GoNode | null): Pick<Departure, "received" | "witness" | "clause"> | null {
    const heads = this.#receives.flatMap((r) => this.#headsAround(r.node));
    const witness = this.#escape(start, heads, startLoop === null);
    return witness && { received: "nothing", witness, clause: clauseOf(witness) };
  }

  /** It leaves through another case of a select that receives. */
  #byCase(start: GoNode): Pick<Departure, "received" | "witness" | "clause"> | null {
    const flow = this.#pkg.flow(this.#channel.func);
    if ((this.#channel.capacity ?? 0) > 0) return null;
    for (const receive of this.#receives) {
      const select = receive.clause?.parent;
      if (!select || !flow.reaches(start, select, (atom) => this.#atoms.has(atom))) continue;
      for (const clause of select.items) {
        if (clause.kind !== "communication_case" || this.#stopsClause(clause)) continue;
        const witness = this.#escape(clause, this.#headsAround(select), false);
        if (witness?.steps.every((s) => s.taken === null || comparesNil(s.node))) return { received: "some", witness, clause };
      }
    }
    return null;
  }

  /** Of several sends it takes the first, and may leave then. */
  #afterOne(
    start: GoNode,
    total: number,
    looped: boolean,
    startLoop: GoNode | null,
  ): Pick<Departure, "received" | "witness" | "clause"> | null {
    const flow = this.#pkg.flow(this.#channel.func);
    for (const receive of this.#receives) {
      const loop = receive.doing === "range" ? receive.node.parent : repeatedIn(this.#channel, receive.node);
      const from = receive.doing === "range" ? (loop?.child("body") ?? receive.node) : (receive.clause ?? receive.node);
      if (!loop && looped) continue; // it may send no second time
      if (loop && !looped && !startLoop) continue; // who knows how often it turns
      const heads = this.#receives.filter((r) => r !== receive).flatMap((r) => this.#headsAround(r.node));
      const others = (atom: GoNode) => (this.#atoms.has(atom) && !atom.contains(receive.node)) || heads.includes(atom);
      const place = receive.clause ? null : this.#atomOf(receive.node);
      if (place && this.#receives.some((r) => r !== receive && place.contains(r.node))) continue; // it takes several at once
      if (!flow.reaches(start, receive.clause?.parent ?? receive.node, loop ? undefined : others)) continue;
      const witness = this.#escape(from, loop ? this.#headsAround(receive.node) : [], false);
      if (!witness || comparesNumbers(witness)) continue;
      if (looped && !this.#ownReason(witness, receive, loop)) continue; // the sender may have told that it is the last
      return { received: total === 2 ? "one" : "some", witness, clause: null };
    }
    return null;
  }

  /** The path leaves for an error of the function's own, not for what it received. */
  #ownReason(witness: Witness, receive: ChannelOp, loop: GoNode | null): boolean {
    const last = witness.steps.findLast((s) => s.taken !== null)?.node;
    if (!last || !loop || last.kind !== "binary_expression") return false;
    const name = last.child("left");
    const binding = name?.kind === "identifier" ? this.#pkg.binding(name) : null;
    if (!binding?.node || last.child("right")?.kind !== "nil" || !isNamed(this.#pkg.typeOf(binding.node), "error")) return false;
    const made = definitionOf(this.#pkg, binding);
    return made !== null && made.value.kind === "call_expression" && loop.contains(made.node) && !made.node.contains(receive.node);
  }

  #escape(from: GoNode, heads: readonly GoNode[], turn: boolean): Witness | null {
    const flow = this.#pkg.flow(this.#channel.func);
    const stop = (atom: GoNode): boolean => this.#atoms.has(atom) || heads.some((h) => h === atom) || this.#stops(atom);
    return flow.escape(from, { stop, stopClause: (clause) => this.#stopsClause(clause), turn });
  }

  /** Conditions and range clauses of the loops around a node that do not make the channel. */
  #headsAround(node: GoNode): GoNode[] {
    const heads: GoNode[] = [];
    for (let n = node.parent; n && n !== this.#channel.func.node; n = n.parent) {
      if (n.kind !== "for_statement" || n.contains(this.#channel.make)) continue;
      n.child("body") && heads.push(...conditionsOf(n));
    }
    return heads;
  }

  /** Behind it the goroutines are known to be over: it waits for a group, or for a channel that tells so. A failed requirement ends the test. */
  #stops(atom: GoNode): boolean {
    if (atom.is("go_statement", "defer_statement")) return false;
    let over = false;
    atom.walk((n) => {
      if (n.kind === "func_literal") return false;
      if (n.kind === "call_expression") {
        const symbol = this.#pkg.symbol(unparen(n.child("function") ?? n)) ?? "";
        if (WAITS.has(symbol) || ENDS_TEST.has(symbol)) over = true;
      }
      if (n.kind === "unary_expression" && n.child("operator")?.kind === "<-" && this.#tellsEnd(n.child("operand"))) over = true;
      if (n.kind === "range_clause" && this.#tellsEnd(n.child("right"))) over = true;
    });
    return over;
  }

  #stopsClause(clause: GoNode): boolean {
    if (this.#receives.some((r) => r.clause === clause)) return true;
    const head = clause.child("communication");
    const receive = head?.kind === "receive_statement" ? head.child("right") : (head?.items[0] ?? null);
    const e = receive && unparen(receive);
    return e?.kind === "unary_expression" && this.#tellsEnd(e.child("operand"));
  }

  /** A receive from it means that a sender has gone another way, or that all are over. Unknown counts as such. */
  #tellsEnd(operand: GoNode | null): boolean {
    const e = operand && unparen(operand);
    if (!e) return true;
    if (e.kind === "call_expression") return this.#cancelledBySender(e);
    const binding = e.kind === "identifier" ? this.#pkg.binding(e) : null;
    const other = binding?.func ? channelOf(this.#pkg, binding) : null;
    if (!other || other === this.#channel) return other !== null || this.#usedBySender(e);
    if (other.open) return !notified(this.#pkg, other.binding);
    return goroutineOps(other, "send", "close").some((op) => {
      const same = this.#sends.filter((s) => s.runner.start === op.runner.start);
      if (same.length === 0) return waits(op.runner.body.pkg, op.runner.body.node);
      const { body, at, deferred } = op.runner;
      return deferred || !same.some((s) => s.runner.body === body && body.pkg.flow(body).reaches(at, s.runner.at));
    });
  }

  /** `ctx.Done()` of a context that a sender cancels. */
  #cancelledBySender(call: GoNode): boolean {
    const callee = unparen(call.child("function") ?? call);
    const context = callee.kind === "selector_expression" ? callee.child("operand") : null;
    const binding = context?.kind === "identifier" ? this.#pkg.binding(context) : null;
    const made = binding && definitionOf(this.#pkg, binding);
    const cancel = made?.names[1] && this.#pkg.binding(made.names[1]);
    return cancel ? this.#sends.some((s) => mentions(s.runner.start, cancel)) : false;
  }

  /** A field, or a channel that was not made here, which a sender closes or sends on, too. */
  #usedBySender(channel: GoNode): boolean {
    return this.#sends.some((s) =>
      s.runner.start.find("send_statement", "call_expression").some((n) => {
        const named =
          n.kind === "send_statement" ? n.child("channel") : n.child("function")?.text === "close" ? n.child("arguments")?.items[0] : null;
        return named?.text === channel.text;
      }),
    );
  }
}

const WAITS: ReadonlySet<string> = new Set(["sync.WaitGroup.Wait", "golang.org/x/sync/errgroup.Group.Wait"]);

const TESTIFY = "github.com/stretchr/testify";
const ENDS_TEST: ReadonlySet<string> = new Set(
  ["Fail", "Failf", "FailNow", "FailNowf"].flatMap((name) => [
    `${TESTIFY}/require.${name}`,
    `${TESTIFY}/require.Assertions.${name}`,
    `${TESTIFY}/suite.Suite.${name}`,
  ]),
);

function waits(pkg: PackageModel, node: GoNode): boolean {
  return node.find("call_expression").some((c) => WAITS.has(pkg.symbol(unparen(c.child("function") ?? c)) ?? ""));
}

function mentions(node: GoNode, binding: Binding): boolean {
  return binding.uses.some((u) => node.contains(u.node));
}

/** All that is done with it elsewhere is to give it to signal.Notify. */
function notified(pkg: PackageModel, binding: Binding): boolean {
  return binding.uses.some((u) => {
    const call = u.node.parent?.kind === "argument_list" ? u.node.parent.parent : null;
    return call !== null && call !== undefined && pkg.symbol(unparen(call.child("function") ?? call)) === "os/signal.Notify";
  });
}

/** The send stands in a deferred literal that recovers: it is sent when the others were not. */
function recovers(send: Send): boolean {
  const literal = send.runner.deferred ? send.node.closest("func_literal") : null;
  return literal?.find("call_expression").some((c) => c.child("function")?.text === "recover") ?? false;
}

function inOwnLoop(send: Send): boolean {
  const { body, at } = send.runner;
  return inLoop(body, at) || (send.through !== null && send.through !== at && loops(send));
}

/** The send stands in a loop of a function that the goroutine calls. */
function loops(send: Send): boolean {
  return send.node.closest("for_statement", "function_declaration", "method_declaration")?.kind === "for_statement";
}

function conditionsOf(loop: GoNode): GoNode[] {
  const head = loop.items.find((n) => n.kind !== "block");
  if (!head) return [];
  if (head.kind !== "for_clause") return head.kind === "range_clause" ? [head] : atomsIn(head);
  const condition = head.child("condition");
  return condition ? atomsIn(condition) : [];
}

/** `a && b` is evaluated as two. */
function atomsIn(condition: GoNode): GoNode[] {
  const e = unparen(condition);
  const both = e.kind === "binary_expression" && e.children.some((c) => c.is("&&", "||"));
  return both ? [condition, ...e.items.flatMap(atomsIn)] : [condition, e];
}

function clauseOf(witness: Witness): GoNode | null {
  return witness.steps.findLast((s) => s.node.kind === "communication_case")?.node ?? null;
}

function comparesNil(condition: GoNode): boolean {
  return condition.child("right")?.kind === "nil" || condition.child("left")?.kind === "nil";
}

/** The path depends on how much was counted: then what is left over cannot be told. */
function comparesNumbers(witness: Witness): boolean {
  return witness.steps.some((s) => {
    if (s.taken === null) return false;
    const e = unparen(s.node);
    if (e.kind !== "binary_expression") return false;
    if (e.children.some((c) => c.is("<", ">", "<=", ">="))) return true;
    const nil = e.child("right")?.kind === "nil" || e.child("left")?.kind === "nil";
    return !nil && e.children.some((c) => c.is("==", "!="));
  });
}

/** The element type's zero value tells nothing: `struct{}`. */
export function isSignal(channel: LocalChannel): boolean {
  const type = channel.pkg.typeOf(channel.binding.node ?? channel.make);
  if (type.kind !== "chan") return false;
  const elem = underlying(channel.pkg, type.elem);
  return elem.kind === "struct" && elem.fields.length === 0;
}
