import {
  addCase,
  type ContextInScope,
  contextsInScope,
  definitionOf,
  defineRule,
  type Finding,
  type Fix,
  finding,
  fix,
  type GoNode,
  giveUp,
  inCleanup,
  isDoneChannel,
  isNamed,
  loopsAround,
  type PackageModel,
  runsAfterDone,
  type Use,
  underlying,
  unparen,
} from "../../rule/index.ts";

/**
 * A select that blocks although a context is there to be waited on.
 *
 *     select {                      select {
 *     case v := <-in:        =>     case v := <-in:
 *     case err := <-failed:         case err := <-failed:
 *     }                             case <-ctx.Done():
 *                                       return ctx.Err()
 *                                   }
 */
export default defineRule({
  id: "select-without-done",
  family: "contexts",
  title: "A select does not wait on the context that is in scope",
  why: "When the context is cancelled, the goroutine goes on waiting: if the other side gave up too, it waits for ever and leaks with all that it holds.",
  fixSafety:
    "Always unsafe: the new case gives the work up where it used to go on. Check that leaving here leaves nothing half done, and that the callers expect the context's error.",
  silent:
    "The select has a default, waits on a `chan struct{}` with a name such as done, stop or quit, on a timer outside of loops, or on a goroutine that was started here and itself gets the context; the context can never end, or has ended already; the code is deferred cleanup.",
  sources: ["https://pkg.go.dev/context#Context"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [["select", "ontext"], ["select", "ctx"], ["select", "Request"], ["select", "tream"]],
  *check(pkg) {
    for (const select of pkg.nodes("select_statement")) {
      const cases = select.items.filter((c) => c.kind === "communication_case");
      if (cases.length === 0) continue; // select {} waits for ever on purpose
      if (select.items.some((c) => c.kind === "default_case")) continue; // does not block
      if (inCleanup(select)) continue; // cleanup has to be done with the context gone, too
      const context = contextsInScope(pkg, select).find((c) => !runsAfterDone(c, select));
      if (!context) continue; // nothing to wait on
      const waits = cases.flatMap((c) => channelOf(c) ?? []);
      if (waits.length < cases.length) continue; // a case that does not parse
      if (waits.some((w) => isDoneChannel(pkg, w))) continue; // it has an end to wait on
      if (bounded(pkg, select, cases, context)) continue; // a timer ends the wait
      if (waits.some((w) => endsWithContext(pkg, w, select, context))) continue; // whoever answers gives up with the context
      yield report(pkg, select, context);
    }
  },
});

function report(pkg: PackageModel, select: GoNode, context: ContextInScope): Finding {
  const done = `${context.text}.Done()`;
  const extra = { related: context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [] };
  return finding({ id: "select-without-done" }, headOf(select), `this select has no case for ${done}`, [waitOn(pkg, select, context)], extra);
}

/** The word `select`, so that the finding is one line long. */
function headOf(select: GoNode): GoNode {
  return select.children[0] ?? select;
}

function waitOn(pkg: PackageModel, select: GoNode, context: ContextInScope): Fix | null {
  const func = pkg.functionOf(select);
  const leave = func && giveUp(pkg, func, select, `${context.text}.Err()`);
  const sketch = context.via === "field" || !leave;
  const because = !leave
    ? "what this function returns when it gives up cannot be told from here"
    : context.via === "field"
      ? `whether ${context.text} covers this wait is known to the type's author only`
      : "the function gives up where it used to wait on; its callers must expect that";
  return fix({
    title: `Give up when ${context.text} is done`,
    applicability: sketch ? "display" : "unsafe",
    because,
    edits: [addCase(select, `<-${context.text}.Done()`, leave ?? ["return // with what says that the work was given up"])],
    assumes: func ? [func.node.child("result"), context.binding.node] : [],
  });
}

/** The channel that a case sends on or receives from. */
function channelOf(clause: GoNode): GoNode | null {
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
function bounded(pkg: PackageModel, select: GoNode, cases: readonly GoNode[], context: ContextInScope): boolean {
  const timed = cases.filter((c) => isTimer(pkg, channelOf(c)));
  if (timed.length === 0) return false;
  const func = pkg.functionOf(select);
  if (!func || !pkg.flow(func).inLoop(select)) return true;
  if (cases.length === 1) return true;
  const loops = loopsAround(select);
  const loop = loops.at(-1);
  if (!loop) return false;
  if (loops.every((l) => isCounted(pkg, l)) || loops.some((l) => asks(l, select, context))) return true;
  const onlySends = cases.every((c) => timed.includes(c) || c.child("communication")?.kind === "send_statement");
  return timed.some((c) => leaves(pkg, c) && (onlySends || !madeIn(pkg, channelOf(c), loop)));
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
  return last !== undefined && (last.is("return_statement", "goto_statement") || (last.kind === "break_statement" && last.items.length > 0));
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
function endsWithContext(pkg: PackageModel, channel: GoNode, select: GoNode, context: ContextInScope): boolean {
  const e = unparen(channel);
  if (e.kind === "call_expression") return isGiven(pkg, e, context);
  const root = rootOf(e);
  const binding = root && pkg.binding(root);
  if (!root || !binding) return false;
  const made = definitionOf(pkg, binding);
  if (made && made.value.kind === "call_expression" && isGiven(pkg, made.value, context)) return true;
  if (binding.uses.some((u) => u.how === "write" && comesFromContext(pkg, u.node, select, context))) return true;
  const sends = channel.parent?.kind === "send_statement";
  return binding.uses.some((use) => {
    if (select.contains(use.node) || !answers(use, sends)) return false;
    for (let n: GoNode | null = use.node.parent; n && n !== binding.func?.node; n = n.parent) {
      if (isStarted(pkg, n) && !n.contains(select) && getsContext(pkg, n)) return true;
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
  if (use.node.parent?.kind === "argument_list" && use.how !== "close") return true;
  return sends ? use.how === "receive" || use.how === "range" : use.how === "send" || use.how === "close";
}

/** Is a context named in it? */
function getsContext(pkg: PackageModel, node: GoNode): boolean {
  return node.find("identifier").some((id) => isNamed(pkg.typeOf(id), "context.Context"));
}
