import {
  type ChannelOp,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  type GoNode,
  goroutineOps,
  insertFirst,
  type LocalChannel,
  localChannels,
  ownOps,
  type PackageModel,
  remove,
  repeatedIn,
  type Witness,
} from "../../rule/index.ts";

/**
 * A goroutine that may end before the send for which its parent waits.
 *
 *     done := make(chan bool)               done := make(chan bool)
 *     go func() {                           go func() {
 *         if err := work(); err != nil {        defer func() { done <- true }()
 *             log.Print(err)                    if err := work(); err != nil {
 *             return                  =>            log.Print(err)
 *         }                                         return
 *         done <- true                          }
 *     }()                                   }()
 *     <-done                                <-done
 */
export default defineRule({
  id: "missing-send-on-path",
  family: "goroutines",
  title: "A goroutine may end before the send that its parent waits for",
  why: "The parent waits for ever when the goroutine takes the other way: it leaks, or the program hangs.",
  fixSafety:
    "Always unsafe: a deferred send or close says that the work is done on the failing path, too. The receiver must be able to tell, and a panic sends as well.",
  silent:
    "The parent can also leave in another way, by a select or on a path without the receive; somebody else sends or closes; the goroutine tells something else on that path; a send or close is deferred; the goroutine sends in a loop; the path ends in a panic or an exit.",
  sources: ["https://songlh.github.io/paper/gcatch.pdf", "https://pkg.go.dev/testing#T.FailNow"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["make(chan", "<-", "go func"],
    ["make(chan", "close(", "go func"],
  ],
  *check(pkg) {
    for (const channel of localChannels(pkg)) {
      const told = channel.open ? null : tellerOf(pkg, channel);
      if (!told) continue; // somebody else may send, or it cannot be told
      const { body, start } = told[0].runner;
      if (!waitedFor(pkg, channel, start)) continue; // the parent does not depend on it
      const witness = silentWay(pkg, told);
      if (!witness) continue; // every way out sends
      const [send] = told;
      const what = send.doing === "close" ? "close" : "send";
      yield finding(
        this,
        send.node,
        `the goroutine may end without this ${what}, for which its parent waits`,
        [deferredSend(channel, told), deferredClose(channel, told)],
        {
          related: [
            ...witness.steps
              .filter((s) => s.taken !== null)
              .map((s) => ({ at: s.node, message: s.taken ? "when this is true" : "when this is false" })),
            {
              at: witness.at.kind === "block" ? (witness.at.children.at(-1) ?? witness.at) : witness.at,
              message: witness.exit === "goexit" ? "the goroutine is ended here" : "the goroutine returns here",
            },
            ...ownOps(channel, "receive", "range").map((r) => ({ at: r.node, message: "the parent waits here" })),
          ],
          confidence: body.body ? "proven" : "likely",
        },
      );
    }
  },
});

type Told = ReturnType<typeof goroutineOps>[number];

/** The sends and closes of the one goroutine that has any; empty ones are null. All bare, none in a loop or deferred. */
function tellerOf(pkg: PackageModel, channel: LocalChannel): readonly [Told, ...Told[]] | null {
  if (ownOps(channel, "send", "close").length > 0) return null;
  const ops = goroutineOps(channel, "send", "close");
  const [first, ...rest] = ops;
  if (
    !first ||
    ops.some((op) => op.through) ||
    ops.some((op) => op.runner.start !== first.runner.start || op.runner.body !== first.runner.body)
  )
    return null;
  const { body, start } = first.runner;
  if (body.node.kind !== "func_literal" || pkg.functionOf(start) !== channel.func) return null;
  const odd = ops.some((op) => op.clause || op.runner.deferred || pkg.flow(body).inLoop(op.runner.at));
  return odd ? null : [first, ...rest];
}

/** Every way of the parent leads through a bare receive; with one goroutine for each turn of a loop, a receive in a loop will do. */
function waitedFor(pkg: PackageModel, channel: LocalChannel, start: GoNode): boolean {
  const receives = ownOps(channel, "receive", "range");
  if (receives.length === 0 || receives.some((r) => r.clause || r.through || r.runner.deferred)) return false;
  if (goroutineOps(channel, "receive", "range").length > 0) return false;
  const started = repeatedIn(channel, start);
  const looped = receives.some((r) => r.doing === "range" || repeatedIn(channel, r.node) !== null);
  if (started !== null || looped)
    return started !== null && looped && receives.length === 1 && receives[0]?.doing === "receive" && channel.capacity === 0;
  const stops = receives.map((r) => r.node);
  return receives.length === 1 && pkg.flow(channel.func).escape(start, { stop: (atom) => stops.some((r) => atom.contains(r)) }) === null;
}

/** A way through the goroutine on which nothing is told. */
function silentWay(pkg: PackageModel, told: readonly ChannelOp[]): Witness | null {
  const body = told[0]?.runner.body;
  if (!body?.body) return null;
  const stop = (atom: GoNode): boolean => told.some((t) => atom.contains(t.node)) || tellsElse(body.pkg, atom);
  return pkg.flow(body).escape(body.body, { stop, exits: ["return", "end", "goexit"] });
}

/** Another channel is sent on or closed: the parent may know from there that it need not wait. */
function tellsElse(pkg: PackageModel, atom: GoNode): boolean {
  if (atom.kind === "defer_statement") return false;
  return atom.kind === "send_statement" || atom.find("call_expression").some((c) => pkg.symbol(c.child("function") ?? c) === "close");
}

/** `defer func() { done <- true }()`, where the value is known from the start. */
function deferredSend(channel: LocalChannel, told: readonly Told[]): Fix | null {
  const [send] = told;
  const value = send?.node.kind === "send_statement" ? send.node.child("value") : null;
  const body = send?.runner.body.body;
  if (!send || told.length !== 1 || !value || !body || !isFixed(value)) return null;
  if (send.node.parent?.parent !== body) return null;
  return fix({
    title: "Send when the goroutine returns",
    applicability: "unsafe",
    because: "the parent hears the same on the failing path: it has to learn of the failure in another way",
    edits: [insertFirst(body, `defer func() { ${send.node.text} }()`), remove(send.node)],
    assumes: [body, channel.make],
  });
}

/** true, nil, 0, "", struct{}{}: the same whenever it is worked out. */
function isFixed(value: GoNode): boolean {
  if (value.kind === "composite_literal") return value.child("body")?.items.length === 0;
  return value.is("true", "false", "nil", "int_literal", "interpreted_string_literal", "rune_literal", "float_literal");
}

/** `defer close(done)`: the receiver gets the zero value where nothing was sent. */
function deferredClose(channel: LocalChannel, told: readonly Told[]): Fix | null {
  const [first] = told;
  const body = first?.runner.body.body;
  if (!first || !body || repeatedIn(channel, first.runner.start) !== null) return null;
  const closes = told.filter((t) => t.doing === "close");
  const olds: Edits[] = closes.map((c) => (c.node.parent?.kind === "expression_statement" ? remove(c.node.parent) : null));
  return fix({
    title: "Close the channel when the goroutine returns",
    applicability: "unsafe",
    because:
      closes.length > 0
        ? "the parent goes on only when the goroutine has returned, and cannot tell a failure from a good end"
        : "the parent receives the zero value where nothing was sent: it has to take that for a failure",
    edits: [insertFirst(body, `defer close(${channel.binding.name})`), ...olds],
    assumes: [body, channel.make],
  });
}
