import {
  asksContext,
  type Binding,
  besideContext,
  type ContextInScope,
  capacityOf,
  channelOf,
  climb,
  contextFor,
  defineRule,
  endsWithContext,
  type Fix,
  finding,
  type GoNode,
  givenFor,
  givesSlotBack,
  goroutineOps,
  hasRoom,
  inCleanup,
  inGoroutine,
  isAlwaysReceived,
  isDoneChannel,
  isNamed,
  isRepeated,
  type LocalChannel,
  lineBefore,
  loopsAround,
  mayHaveContext,
  type PackageModel,
  pauseToo,
  placesOf,
  sendsToDeparted,
  underlying,
  unparen,
  waitsInTickerLoop,
  waitToo,
} from "../../rule/index.ts";

/**
 * A bare send or receive that blocks although a context is there to be waited on.
 *
 *     go func() {                          go func() {
 *         for v := range in {                  for v := range in {
 *             out <- work(v)                       select {
 *         }                                        case out <- work(v):
 *     }()                             =>           case <-ctx.Done():
 *                                                      return
 *                                                  }
 *                                              }
 *                                          }()
 */
export default defineRule({
  id: "chan-op-ignores-context",
  family: "contexts",
  title: "A bare channel operation does not wait on the context that is in scope",
  why: "When the context is cancelled, the other side may be gone: the goroutine then waits for ever at this send or receive, and leaks with all that it holds.",
  fixSafety:
    "Always unsafe: the function gives the work up where it used to wait on. Check that leaving here leaves nothing half done, and that the callers expect the context's error.",
  silent:
    "The channel is made here with room for every send; it is a receive from Done(), from a `chan struct{}` with a name such as done, stop or quit, or of the operating system's signals; a semaphore's slot is given back; every way out of the function receives it; who answers was started here with a context; send-to-departed-receiver or ticker-loop-never-ends speaks; the context can never end, or has ended already; the code is deferred cleanup. Pedantic unless a goroutine does it that is seen to end with a context and may be left alone: in a loop that looks at a context, or on a channel that is returned to the caller; pedantic, too, where a goroutine ranges over the channel.",
  sources: ["https://go.dev/blog/pipelines", "https://pkg.go.dev/context#Context"],
  since: "0.1.0",
  tier: "recommended",
  triggers: besideContext("<-"),
  mayHold: (text) =>
    mayHaveContext(
      text,
      placesOf(text, "<-").filter((at) => mayBeBare(text, at)),
    ),
  *check(pkg) {
    for (const op of pkg.nodes("send_statement", "unary_expression")) {
      const channel = channelOfBare(op);
      if (!channel) continue; // a case of a select, or no channel operation
      if (inCleanup(op)) continue; // cleanup has to be done with the context gone, too
      if (op.kind === "unary_expression" && isDoneChannel(pkg, channel)) continue; // it waits for an end already
      const context = contextFor(pkg, op);
      if (!context) continue; // nothing to wait on
      if (underlying(pkg, pkg.typeOf(channel)).kind !== "chan") continue; // not known to be a channel
      if (op.kind === "send_statement" ? sendIsCovered(pkg, op, channel) : receiveIsCovered(pkg, op, channel)) continue;
      if (givesSlotBack(pkg, op)) continue; // there is room: it took the slot itself
      if (op.kind === "unary_expression" && endsWithContext(pkg, channel, op, context)) continue; // whoever answers gives up with the context
      const what = op.kind === "send_statement" ? "send" : "receive";
      const related = context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [];
      // Outside of goroutines the caller waits with it, and may know that it ends; most goroutines have a partner that waits for them.
      const tier = inGoroutine(pkg, op) && mayBeLeft(pkg, op, channel) ? undefined : "pedantic";
      yield finding(this, op, `this ${what} waits on when ${context.text} is done`, () => [waitsToo(pkg, op, context)], { related, tier });
    }
  },
});

/** Not of a channel's type, nor the one operation of a select's case. */
function mayBeBare(text: string, at: number): boolean {
  const before = lineBefore(text, at).trimStart();
  if (before.endsWith("chan") || text.startsWith("chan ", at + 2)) return false;
  return !before.startsWith("case ") || before.includes("<-") || text.includes("switch");
}

/** From this capacity on, a channel made here is taken to have room for all that there is to send. */
const PLENTY = 10;

/**
 * The goroutine is meant to end with a context, and the other side may have left before the operation: a loop around looks at the context, and comes back
 * to it only when the other side answers; or the channel is handed to the caller, who stops receiving when it pleases.
 */
function mayBeLeft(pkg: PackageModel, op: GoNode, channel: GoNode): boolean {
  const sources = madeAs(pkg, channel);
  if (sources.length > 0 && sources.every((c) => !c.open && goroutineOps(c, "range").length > 0)) return false; // it takes all, and ends with the channel
  if (sources.some((c) => c.capacity === null || c.capacity >= PLENTY)) return false;
  if (isRepeated(pkg, op) && asksContext(pkg, op)) return channel.kind !== "selector_expression" || !isSlot(pkg, channel);
  if (op.kind !== "send_statement" || pkg.fileOf(op).test || onlyPassesOn(pkg, op)) return false;
  const binding = channel.kind === "identifier" ? pkg.binding(channel) : null;
  return sources.some((c) => c.binding === binding && isReturned(c));
}

/** The channels that the name may stand for: the local, or what each caller hands over for the parameter. Empty where that cannot be told. */
function madeAs(pkg: PackageModel, channel: GoNode): readonly LocalChannel[] {
  const binding = channel.kind === "identifier" ? pkg.binding(channel) : null;
  if (!binding?.func) return [];
  const local = channelOf(pkg, binding);
  if (local) return [local];
  const given = givenFor(pkg, binding)?.map((value) => {
    const name = unparen(value);
    const up = name.kind === "identifier" ? pkg.binding(name) : null;
    return up?.func ? channelOf(pkg, up) : null;
  });
  return given?.every((c) => c !== null) ? given : [];
}

/** A field that only gets channels with room for one: the place for the one answer. */
function isSlot(pkg: PackageModel, field: GoNode): boolean {
  let slot = false;
  for (const name of pkg.mentions(field.child("field")?.text ?? "")) {
    if (pkg.fileOf(name).test) continue;
    const element = name.closest("keyed_element", "assignment_statement", "block");
    const value = element?.kind === "keyed_element" ? element.child("value") : element?.child("right");
    const e = value && unparen(value.is("expression_list", "literal_element") ? (value.items[0] ?? value) : value);
    if (element?.kind === "block" || !e || e.contains(name)) continue;
    const binding = e.kind === "identifier" ? pkg.binding(e) : null;
    const size = binding?.func ? channelOf(pkg, binding)?.capacity : sizeOf(pkg, e);
    if (size === 1) slot = true;
    else if (e.kind !== "nil") return false;
  }
  return slot;
}

/** n of `make(chan T, n)`. */
function sizeOf(pkg: PackageModel, e: GoNode): number | null {
  const make = e.kind === "call_expression" && pkg.symbol(e.child("function") as GoNode) === "make" ? e : null;
  return make && capacityOf(pkg, make.child("arguments")?.items[1]);
}

/** `return ch`, `return Stream{C: ch}`. */
function isReturned({ func, binding, pkg }: LocalChannel): boolean {
  return binding.uses.some((u) => {
    const statement = u.how === "read" && u.func === func ? u.node.closest("return_statement", "call_expression", "func_literal") : null;
    return statement?.kind === "return_statement" && pkg.functionOf(statement) === func;
  });
}

/** `for v := range in { out <- v }`: a stage of a pipeline, which ends with the one before it; who takes it as a whole, drains it. */
function onlyPassesOn(pkg: PackageModel, send: GoNode): boolean {
  return loopsAround(send).some((loop) => {
    const over = loop.items.find((c) => c.kind === "range_clause")?.child("right");
    return over != null && underlying(pkg, pkg.typeOf(over)).kind === "chan";
  });
}

/** The channel of a send or receive that is no case of a select. */
function channelOfBare(op: GoNode): GoNode | null {
  if (op.kind === "send_statement") return op.parent?.kind === "communication_case" ? null : unparen(op.child("channel") as GoNode);
  if (op.child("operator")?.kind !== "<-") return null;
  if (climb(op).parent?.kind === "receive_statement") return null;
  return unparen(op.child("operand") as GoNode);
}

function sendIsCovered(pkg: PackageModel, send: GoNode, channel: GoNode): boolean {
  const binding = channel.kind === "identifier" ? pkg.binding(channel) : null;
  const local = binding?.func ? channelOf(pkg, binding) : null;
  if (!local) return binding !== null && isMadeLater(pkg, binding) && !isRepeated(pkg, send);
  return hasRoom(local) || isAlwaysReceived(local, send) || sendsToDeparted(pkg, send); // send-to-departed-receiver tells it better
}

/** `var ch chan T`, and then `ch = make(chan T, n)`: room for n that is not counted here. */
function isMadeLater(pkg: PackageModel, binding: Binding): boolean {
  const writes = binding.kind === "var" ? binding.uses.filter((u) => u.how === "write") : [];
  const made = writes.map((u) => u.node.closest("assignment_statement")?.child("right")?.items[0]);
  return (
    made.length > 0 &&
    made.every(
      (m) =>
        m?.kind === "call_expression" &&
        pkg.symbol(m.child("function") as GoNode) === "make" &&
        m.child("arguments")?.items[1] !== undefined,
    )
  );
}

function receiveIsCovered(pkg: PackageModel, receive: GoNode, channel: GoNode): boolean {
  const type = underlying(pkg, pkg.typeOf(channel));
  if (type.kind === "chan" && isNamed(type.elem, "os.Signal")) return true; // lasts as long as the process
  if (waitsInTickerLoop(pkg, receive)) return true; // ticker-loop-never-ends tells it better
  return drainsTimer(pkg, receive, channel);
}

/** `if !t.Stop() { <-t.C }`: it is there, or timer-drain-blocks tells. */
function drainsTimer(pkg: PackageModel, receive: GoNode, channel: GoNode): boolean {
  if (channel.kind !== "selector_expression" || pkg.symbol(channel) !== "time.Timer.C") return false;
  const condition = receive.closest("if_statement")?.child("condition");
  return condition?.find("call_expression").some((c) => pkg.symbol(unparen(c.child("function") as GoNode)) === "time.Timer.Stop") ?? false;
}

/** A bare `<-time.After(d)` becomes a timer that is stopped: in a select it would stay behind. */
function waitsToo(pkg: PackageModel, op: GoNode, context: ContextInScope): Fix | null {
  const from = op.kind === "unary_expression" ? op.child("operand") : null;
  const callee = from?.kind === "call_expression" ? from.child("function") : null;
  const after = from && callee && pkg.symbol(unparen(callee)) === "time.After" ? pauseToo(pkg, from, context) : null;
  return after ?? waitToo(pkg, op, context, op.kind === "unary_expression" ? senderOf(pkg, op) : null);
}

/** The local channel from which is received, when a goroutine would wait for ever if it was not. */
function senderOf(pkg: PackageModel, receive: GoNode): LocalChannel | null {
  const channel = unparen(receive.child("operand") as GoNode);
  const binding = channel.kind === "identifier" ? pkg.binding(channel) : null;
  const local = binding?.func ? channelOf(pkg, binding) : null;
  return local && !local.open && !hasRoom(local) && goroutineOps(local, "send").length > 0 ? local : null;
}
