/** What a select waits for, and what else than its own cases ends the wait. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel, Use } from "../model/model.ts";
import { type ContextInScope, isSignalChannel } from "./cancellation.ts";
import { definitionOf, loopsAround } from "./definitions.ts";
import { inLoop } from "./paths.ts";
import { waitsInTickerLoop } from "./ticker-loop.ts";
import { isNamed, underlying } from "./types.ts";

/** The channel that a case sends on or receives from. */
export function caseChannel(clause: GoNode): GoNode | null {
  const head = clause.child("communication");
  if (head?.kind === "send_statement") return head.child("channel");
  const receive = head?.kind === "receive_statement" ? head.child("right") : (head?.items[0] ?? null);
  const e = receive && unparen(receive);
  return e?.kind === "unary_expression" ? e.child("operand") : null;
}

/**
 * Outside of loops any timer bounds the wait, and in a loop over a count or a list; in another loop one that was made before it and whose
 * case leaves it, or one whose case leaves it where all others send; or, where each turn of the loop looks at the context itself or asks a function whether to go on, any. A loop on a
 * ticker alone is ticker-loop-never-ends.
 */
export function isBounded(pkg: PackageModel, select: GoNode, cases: readonly GoNode[], context: ContextInScope): boolean {
  const timed = cases.filter((c) => isTimer(pkg, caseChannel(c)));
  if (timed.length === 0) return false;
  const func = pkg.functionOf(select);
  if (!func || !inLoop(func, select)) return true;
  if (waitsInTickerLoop(pkg, select)) return true; // ticker-loop-never-ends tells it better
  const loops = loopsAround(select);
  const loop = loops.at(-1);
  if (!loop) return false;
  if (loops.every((l) => isCounted(pkg, l)) || loops.some((l) => asks(l, select, context))) return true;
  const onlySends = cases.every((c) => timed.includes(c) || c.child("communication")?.kind === "send_statement");
  return timed.some((c) => leaves(pkg, c) && (onlySends || !madeIn(pkg, caseChannel(c), loop)));
}

/** Receives of times: `time.After(d)`, `t.C`, a parameter `<-chan time.Time`. */
function isTimer(pkg: PackageModel, channel: GoNode | null): boolean {
  if (!channel) return false;
  const type = underlying(pkg, pkg.typeOf(unparen(channel)));
  return type.kind === "chan" && isNamed(type.elem, "time.Time");
}

/** `for i := 0; i < n; i++`, or over a list: it ends by itself when each turn does. */
function isCounted(pkg: PackageModel, loop: GoNode): boolean {
  const clause = loop.items.find((c) => c.is("for_clause", "range_clause"));
  if (clause?.kind === "for_clause") return clause.child("condition") !== null && clause.child("update") !== null;
  const over = clause && underlying(pkg, pkg.typeOf(clause.child("right") as GoNode));
  return over != null && over.kind !== "chan" && over.kind !== "func" && over.kind !== "unknown";
}

/** The loop's condition calls a function, or the loop names the context outside of the select. */
function asks(loop: GoNode, select: GoNode, context: ContextInScope): boolean {
  const condition = loop.items.find((c) => c !== loop.child("body") && !c.is("for_clause", "range_clause"));
  if (condition && condition.find("call_expression").length > 0) return true;
  const outside = (n: GoNode) => loop.contains(n) && !select.contains(n);
  if (context.via === "field") return loop.find("selector_expression").some((s) => s.text === context.text && outside(s));
  return context.binding.uses.some((u) => outside(u.node));
}

/** The case ends in a return, a goto, a break to a label, or a call that does not return. */
function leaves(pkg: PackageModel, clause: GoNode): boolean {
  const last = clause.items.at(-1)?.items.at(-1);
  const call = last?.kind === "expression_statement" ? last.items[0] : null;
  if (call?.kind === "call_expression" && pkg.noReturn(call)) return true;
  return (
    last !== undefined && (last.is("return_statement", "goto_statement") || (last.kind === "break_statement" && last.items.length > 0))
  );
}

function madeIn(pkg: PackageModel, channel: GoNode | null, loop: GoNode): boolean {
  const root = channel && rootOf(channel);
  const node = root ? pkg.binding(root)?.node : null;
  return !node || loop.contains(node) || writtenIn(pkg, root, loop);
}

function writtenIn(pkg: PackageModel, root: GoNode | null, loop: GoNode): boolean {
  const uses = (root && pkg.binding(root)?.uses) ?? [];
  return uses.some((u) => loop.contains(u.node) && (u.how === "write" || u.node.parent?.child("field")?.text === "Reset"));
}

/** The variable at the root of `x`, `x.f`, `x[i]`; null for calls. */
function rootOf(expression: GoNode): GoNode | null {
  let e = unparen(expression);
  while (e.is("selector_expression", "index_expression")) e = unparen(e.child("operand") as GoNode);
  return e.kind === "identifier" ? e : null;
}

/** The channel comes from a call that gets a context, or who is at its other end was started here with one. */
export function endsWithContext(pkg: PackageModel, channel: GoNode, select: GoNode, context: ContextInScope): boolean {
  const e = unparen(channel);
  if (e.kind === "call_expression") return isGiven(pkg, e, context);
  const root = rootOf(e);
  const binding = root && pkg.binding(root);
  if (!root || !binding) return false;
  const made = definitionOf(pkg, binding);
  const source = made && sourceOf(pkg, made.value);
  if (source && isGiven(pkg, source, context)) return true;
  if (binding.uses.some((u) => u.how === "write" && comesFromContext(pkg, u.node, select, context))) return true;
  const sends = channel.parent?.kind === "send_statement";
  return binding.uses.some((use) => {
    if (select.contains(use.node) || !answers(use, sends)) return false;
    for (let n: GoNode | null = use.node.parent; n && n !== binding.func?.node; n = n.parent) {
      const request = n.kind === "literal_value"; // sent to someone who answers
      if ((request || isStarted(pkg, n)) && !n.contains(select) && getsContext(pkg, n)) return true;
    }
    return false;
  });
}

/** A call that gets a context, or a method of the receiver whose field the context is. */
function isGiven(pkg: PackageModel, call: GoNode, context: ContextInScope): boolean {
  if (getsContext(pkg, call)) return true;
  const operand = call.child("function")?.child("operand");
  return context.via === "field" && operand?.kind === "identifier" && pkg.binding(operand) === context.binding;
}

/** `case x = <-ch:` with a context at the other end of ch. */
function comesFromContext(pkg: PackageModel, target: GoNode, select: GoNode, context: ContextInScope): boolean {
  const received = target.parent?.parent?.kind === "receive_statement" ? target.parent.parent.child("right") : null;
  const channel = received ? unparen(received).child("operand") : null;
  return channel?.kind === "identifier" && endsWithContext(pkg, channel, select, context);
}

/** The call from which a value comes, also through fields of what it gave: `r := f(ctx); ch := r.Events`. */
function sourceOf(pkg: PackageModel, value: GoNode): GoNode | null {
  if (value.kind === "call_expression") return value;
  const root = rootOf(value);
  const binding = root && pkg.binding(root);
  const made = binding && definitionOf(pkg, binding);
  return made?.value.kind === "call_expression" ? made.value : null;
}

/** A go statement, a literal handed to a call, or one that a variable keeps which is started with go. */
function isStarted(pkg: PackageModel, node: GoNode): boolean {
  if (node.kind === "go_statement") return true;
  if (node.kind !== "func_literal") return false;
  if (node.parent?.kind === "argument_list") return true;
  const target = node.parent?.parent?.kind === "short_var_declaration" ? node.parent.parent.child("left")?.items[0] : null;
  const kept = target ? pkg.binding(target) : null;
  return kept?.uses.some((u) => u.how === "call" && u.node.parent?.parent?.kind === "go_statement") ?? false;
}

/** The use is the other side of what the select does, or hands the channel on to it. */
function answers(use: Use, sends: boolean): boolean {
  if (use.node.parent?.is("argument_list", "literal_element") && use.how !== "close") return true;
  return sends ? use.how === "receive" || use.how === "range" : use.how === "send" || use.how === "close";
}

/** Is a context named in it? */
function getsContext(pkg: PackageModel, node: GoNode): boolean {
  return node.find("identifier").some((id) => isNamed(pkg.typeOf(id), "context.Context"));
}

/**
 * Ends that are told by a protocol of the function's own: a channel that is closed (`v, ok := <-ch` with a way out), a timer whose case leaves. Such a wait
 * may be meant to outlast the context. Not so a bare signal: quit-like is what has both the type and the name of one.
 */
export function hasOwnEnd(pkg: PackageModel, cases: readonly GoNode[]): boolean {
  return cases.some((clause) => {
    const channel = caseChannel(clause);
    const head = clause.child("communication");
    if (!channel || head?.kind === "send_statement") return false;
    const left = head?.child("left")?.items ?? [];
    if (left.length === 2) return waysOut(clause).length > 0;
    return isTimer(pkg, channel) && leaves(pkg, clause);
  });
}

/** Returns, gotos and labelled breaks of a case, those of literals in it left out. */
function waysOut(clause: GoNode): GoNode[] {
  const found: GoNode[] = [];
  clause.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.is("return_statement", "goto_statement") || (n.kind === "break_statement" && n.items.length > 0)) found.push(n);
  });
  return found;
}

/** In a loop, a wait for the signals of the operating system lasts as long as the process. */
export function waitsForSignals(pkg: PackageModel, channel: GoNode): boolean {
  return carriesSignals(pkg, channel) && loopsAround(channel).length > 0;
}

/** Is it a `chan os.Signal`? */
export function carriesSignals(pkg: PackageModel, channel: GoNode): boolean {
  const type = underlying(pkg, pkg.typeOf(unparen(channel)));
  return type.kind === "chan" && isNamed(type.elem, "os.Signal");
}

/** Is it a `chan struct{}`, whatever its name? */
export function isBareSignal(pkg: PackageModel, channel: GoNode): boolean {
  return isSignalChannel(pkg, pkg.typeOf(unparen(channel))) === true;
}

/**
 * The answer of what was just started: all cases receive from methods of one value that the function made before; or one receives the result of a call
 * in a goroutine that is started here, and another a `chan struct{}` which that call gets to tell that it has begun.
 */
export function isHandshake(pkg: PackageModel, select: GoNode, waits: readonly GoNode[]): boolean {
  if (waits.length < 2) return false;
  const func = pkg.functionOf(select);
  const asked = waits.map((w) => {
    const callee = unparen(w).kind === "call_expression" ? unparen(unparen(w).child("function") as GoNode) : null;
    return callee?.kind === "selector_expression" ? callee.child("operand")?.text : undefined;
  });
  const [first] = asked;
  if (first !== undefined && asked.every((a) => a === first)) return func !== null && isMadeIn(func.node, first, select);
  const told = waits.filter((w) => isBareSignal(pkg, w)).map((w) => unparen(w).text);
  const results = waits.map((w) => unparen(w).text).filter((w) => !told.includes(w));
  return (func?.node.find("go_statement") ?? []).some((start) =>
    start.find("send_statement").some((send) => {
      const call = send.child("value");
      if (call?.kind !== "call_expression" || !results.includes(send.child("channel")?.text ?? "")) return false;
      return call.child("arguments")?.items.some((a) => told.includes(a.text)) ?? false;
    }),
  );
}

/** `x = f()` or `x := f()` before `at`. */
function isMadeIn(body: GoNode, name: string, at: GoNode): boolean {
  return body.find("assignment_statement", "short_var_declaration").some((a) => {
    const index = a.child("left")?.items.findIndex((l) => l.text === name) ?? -1;
    return index >= 0 && a.end <= at.start && a.child("right")?.items.some((v) => v.kind === "call_expression") === true;
  });
}
