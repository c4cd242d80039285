import {
  type Call,
  caseCalls,
  caseOfNewTicker,
  climb,
  defineRule,
  durationOf,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  insertBefore,
  loopsAround,
  member,
  type PackageModel,
  qualifier,
  reachOf,
  replace,
  sameOnEachTurn,
  statementOf,
  stoppedElsewhere,
  textOf,
  timerFor,
} from "../../rule/index.ts";

/**
 * A case of a select in a loop that waits on a ticker made in that very case.
 *
 *     for {                                    ticker := time.NewTicker(d)
 *         select {                             defer ticker.Stop()
 *         case v := <-in:                      for {
 *             use(v)                     =>        select {
 *         case <-time.Tick(d):                     case v := <-in:
 *             flush()                                  use(v)
 *         }                                        case <-ticker.C:
 *     }                                                flush()
 *                                                  }
 *                                              }
 *
 * Never safe: whether the case should come at even intervals, or when nothing else came for that long, only a person can tell.
 */
export default defineRule({
  id: "ticker-in-select-case",
  family: "timers",
  title: "A case of a select makes a new ticker on every turn of the loop",
  why: "Every turn waits for the first tick of another ticker, and each case that is taken before starts the wait anew: on a busy loop it never ticks. Before Go 1.23 all of those tickers go on firing.",
  fixSafety:
    "Always unsafe. One ticker before the loop ticks at even intervals, however long a turn takes. A timer for each turn keeps the meaning that the code has now, an idle time; where other cases may be taken it is stopped in them, since time.After would leave it behind.",
  silent:
    "The select runs once; the ticker is made outside of the case; the duration is a constant that is not positive, of which time.Tick gives no ticker.",
  sources: ["https://pkg.go.dev/time#Tick", "https://pkg.go.dev/time#NewTicker"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["select", "Tick("],
    ["select", "NewTicker("],
  ],
  imports: ["time"],
  *check(pkg) {
    for (const call of pkg.calls("time.Tick", "time.NewTicker")) {
      const channel = channelOf(call);
      const clause = channel && caseOfNewTicker(pkg, channel);
      const select = clause?.parent;
      if (!clause || !select) continue; // not what a select in a loop waits for
      const duration = durationOf(pkg, call.node);
      if (duration !== null && duration <= 0) continue; // no ticker: time.Tick gives nil, NewTicker panics
      const others = select.items.filter((c) => c !== clause);
      yield finding(
        this,
        call.node,
        messageFor(call, others),
        [beforeTheLoop(pkg, call, channel), timerInstead(pkg, call, channel, select, others)],
        { related: others.map((c) => ({ at: headOf(c), message: "when this case is taken, the next turn waits on another ticker" })) },
      );
    }
  },
});

/** `time.Tick(d)`, and the `.C` of `time.NewTicker(d).C`. */
function channelOf(call: Call): GoNode | null {
  if (call.symbol === "time.Tick") return call.node;
  const selector = climb(call.node).parent;
  return selector?.kind === "selector_expression" && selector.child("field")?.text === "C" ? selector : null;
}

function messageFor({ symbol }: Call, others: readonly GoNode[]): string {
  if (others.some((c) => c.kind === "default_case"))
    return `${symbol} starts another ticker on every turn, which has never ticked yet when the select is entered`;
  return others.length > 0
    ? `${symbol} starts another ticker on every turn: the wait begins anew whenever another case is taken`
    : `${symbol} starts another ticker on every turn`;
}

function headOf(clause: GoNode): GoNode {
  return clause.child("communication") ?? clause.children[0] ?? clause;
}

/** One ticker for all turns, made before the outermost loop. */
function beforeTheLoop(pkg: PackageModel, { node, symbol }: Call, channel: GoNode): Fix | null {
  const loop = loopsAround(node).at(-1);
  const statement = loop && statementOf(loop);
  const time = statement && qualifier(pkg, statement, "time", "NewTicker");
  const list = node.child("arguments");
  if (!time || !list || !sameOnEachTurn(pkg, node, loop, statement)) return null;
  const name = freshName(pkg, "ticker", statement);
  const panics = symbol === "time.Tick" && durationOf(pkg, node) === null;
  return fix({
    title: "Make one ticker before the loop and stop it when the function returns",
    applicability: "unsafe",
    because: panics
      ? "it ticks at even intervals, however long a turn takes; and time.NewTicker panics when the duration is not positive, where time.Tick gives nil"
      : "it ticks at even intervals, however long a turn takes, where each turn waited for the whole duration",
    edits: [
      insertBefore(statement, [`${name} := ${member(time, "NewTicker")}${textOf(list)}`, `defer ${name}.Stop()`]),
      replace(channel, `${name}.C`),
    ],
    assumes: [reachOf(statement)],
  });
}

/** A timer for each turn: `time.After`, which ends by itself; where another case may be taken, one that is stopped there. */
function timerInstead(pkg: PackageModel, call: Call, channel: GoNode, select: GoNode, others: readonly GoNode[]): Fix | null {
  if (others.some((c) => c.kind === "default_case")) return null; // it would not be ready either
  const { node } = call;
  const idle = "the case waits for the whole duration on every turn, as it does now";
  const nil = "a timer fires at once for a duration that is not positive, where the nil channel of time.Tick blocks for ever";
  const because = call.symbol === "time.Tick" && durationOf(pkg, node) === null ? nil : idle;
  if (others.length === 0) {
    const time = qualifier(pkg, node, "time", "After");
    const list = node.child("arguments");
    if (!time || !list) return null;
    return fix({
      title: "Wait with time.After, which ends by itself",
      applicability: "unsafe",
      because,
      edits: [replace(channel, `${member(time, "After")}${textOf(list)}`)],
    });
  }
  const timer = timerFor(pkg, node, select, select);
  if (!timer) return null;
  return fix({
    title: "Wait with a timer of each turn, and stop it in every other case",
    applicability: "unsafe",
    because: others.some((c) => caseCalls(pkg, c))
      ? "another case calls a function on entry to the select, which would now run after the timer starts"
      : because,
    edits: stoppedElsewhere(timer, channel, others),
    assumes: [timer.reach],
  });
}
