import {
  type ChannelOp,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  type GoNode,
  goroutineOps,
  groupCalls,
  insertAfter,
  insertBefore,
  insertFirst,
  jumpsOut,
  type LocalChannel,
  localChannels,
  loopsAround,
  ownOps,
  type PackageModel,
  plainStatement,
  repeatedIn,
  statementOf,
  statementsOf,
} from "../../rule/index.ts";

/**
 * A loop over a channel that nothing closes.
 *
 *     jobs := make(chan int)                  jobs := make(chan int)
 *     go func() {                             go func() {
 *         for job := range jobs {                 for job := range jobs {
 *             handle(job)              =>             handle(job)
 *         }                                       }
 *     }()                                     }()
 *     for _, job := range all {               defer close(jobs)
 *         jobs <- job                         for _, job := range all {
 *     }                                           jobs <- job
 *                                             }
 */
export default defineRule({
  id: "range-never-closed",
  family: "goroutines",
  title: "A loop ranges over a channel that nothing closes",
  why: "The loop ends only when the channel is closed: when the last value is through, it waits for ever, and its goroutine leaks.",
  fixSafety: "Always unsafe: the loop ends now, and what stands behind it runs. Check that nobody sends once the channel is closed.",
  silent:
    "The channel is handed over (signal.Notify is that, too), comes from elsewhere, or is closed anywhere; the loop can be left in another way; the function that makes the channel never returns, or is main.main.",
  sources: ["https://go.dev/tour/concurrency/4", "https://songlh.github.io/paper/gcatch.pdf"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["make(chan", "range ", "go "],
    ["make(chan", "range ", ".Go("],
  ],
  *check(pkg) {
    for (const channel of localChannels(pkg)) {
      if (channel.open || channel.ops.some((op) => op.doing === "close")) continue;
      const sends = channel.ops.filter((op) => op.doing === "send");
      if (sends.length === 0) continue; // nothing ever comes: that is another fault
      if (endless(pkg, channel)) continue; // the goroutine lives as long as the function
      for (const range of channel.ops) {
        if (range.doing !== "range" || range.through) continue;
        const loop = range.node.parent;
        if (!loop || jumpsOut(pkg, loop)) continue; // it ends in another way
        const inOwn = range.runner.start === null;
        if (inOwn && ownOps(channel, "send").length > 0) continue; // not sent by goroutines alone
        yield finding(
          this,
          range.node.child("right") ?? range.node,
          `nothing closes ${channel.binding.name}, so this loop never ends`,
          [closed(pkg, channel, range)],
          {
            related: [
              { at: channel.make, message: `${channel.binding.name} is made here` },
              ...sends.map((s) => ({ at: s.node, message: "sent here" })),
            ],
          },
        );
      }
    }
  },
});

/** main.main, and functions that never return. */
function endless(pkg: PackageModel, { func }: LocalChannel): boolean {
  if (func.name === "main" && func.pkg.name === "main") return true;
  return !pkg.flow(func).exits.some((e) => e.kind === "return" || e.kind === "end");
}

function closed(pkg: PackageModel, channel: LocalChannel, range: ChannelOp): Fix | null {
  const close = `close(${channel.binding.name})`;
  const edits = range.runner.start === null ? bySenders(pkg, channel, close) : byFunction(pkg, channel, close);
  return fix({
    title: edits.how,
    applicability: "unsafe",
    because: "the loop ends once the channel is closed; a send that comes later would panic",
    edits: [edits.edit],
    assumes: [channel.func.body],
  });
}

interface Close {
  readonly how: string;
  readonly edit: Edits;
}

/** The one goroutine that sends closes when it is done; of several, one more that waits for their group. */
function bySenders(pkg: PackageModel, channel: LocalChannel, close: string): Close {
  const senders = goroutineOps(channel, "send");
  const starts = new Set(senders.map((s) => s.runner.start));
  const [start] = starts;
  const [first] = senders;
  const none = { how: "Close the channel", edit: null };
  if (!start || !first) return none;
  if (starts.size === 1 && repeatedIn(channel, start) === null) {
    const { body } = first.runner;
    const inPlace = senders.every((s) => s.through === null) && body.node.kind === "func_literal" && body.body;
    return { how: "Close the channel when its sender returns", edit: inPlace ? insertFirst(inPlace, `defer ${close}`) : null };
  }
  const outer = [...starts].map((s) => statementOf(repeatedIn(channel, s) ?? s));
  const last = outer.reduce((a, b) => (a && b && b.start > a.start ? b : a), outer[0] ?? null);
  const groups = new Set(senders.map((s) => groupCalls(s.runner.body.pkg, s.runner.body, "Done")[0]?.group?.text ?? null));
  const [group] = groups;
  const waited = groupCalls(pkg, channel.func, "Wait").length > 0;
  if (!last || !group || groups.size !== 1 || waited || loopsAround(last).some((l) => !l.contains(channel.make))) return none;
  return {
    how: "Close the channel when all senders are done",
    edit: insertAfter(last, ["go func() {", `\t${group}.Wait()`, `\t${close}`, "}()"]),
  };
}

/** The function that sends closes when it returns, or before it waits for those who range. */
function byFunction(pkg: PackageModel, channel: LocalChannel, close: string): Close {
  const made = statementOf(channel.make);
  const own = ownOps(channel, "send");
  const none = { how: "Close the channel", edit: null };
  if (!made || goroutineOps(channel, "send").length > 0 || own.length === 0)
    return goroutineOps(channel, "send").length > 0 && own.length === 0 ? bySenders(pkg, channel, close) : none;
  if (loopsAround(made).length > 0) return none;
  const end = Math.max(...own.map((s) => s.runner.at.end));
  const waits = groupCalls(pkg, channel.func, "Wait").map((w) => plainStatement(w.node));
  const received = firstWait(channel, end);
  const wait = [...waits, received].find((w) => w?.kind === "expression_statement" && w.start > end && w.parent === made.parent);
  if (wait) return { how: "Close the channel when all is sent", edit: insertBefore(wait, close) };
  if (waits.some((w) => w?.kind === "defer_statement" && w.start > made.start)) return none;
  const sending = own[0] && topLevel(own[0].runner.at, made);
  return { how: "Close the channel when the function returns", edit: sending ? insertBefore(sending, `defer ${close}`) : null };
}

/** A receive behind the sends, in a statement of its own. */
function firstWait(channel: LocalChannel, after: number): GoNode | null {
  const receives = channel.func.body?.find("unary_expression").filter((u) => u.child("operator")?.kind === "<-" && u.start > after) ?? [];
  const first = receives.find((r) => channel.pkg.functionOf(r) === channel.func);
  return first?.parent?.kind === "expression_statement" ? first.parent : null;
}

/** The statement beside the make in which the node stands. */
function topLevel(node: GoNode, made: GoNode): GoNode | null {
  const owner = made.parent?.parent;
  return owner ? (statementsOf(owner).find((s) => s.contains(node)) ?? null) : null;
}
