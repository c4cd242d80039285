import {
  callsOf,
  climb,
  constantOf,
  defineRule,
  definitionOf,
  durationOf,
  type Edge,
  type Edits,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  indentOf,
  insertBefore,
  isGuarded,
  onlyAfter,
  type PackageModel,
  replace,
  statementAtHead,
  type TimerEvent,
  type TimerRef,
  textOf,
  timerEvents,
  timerLeaks,
  timerOf,
  underlying,
  unparen,
  walks,
} from "../../rule/index.ts";

/**
 * Reset of a timer that may have expired, and whose value nobody has taken.
 *
 *     timer.Reset(d)                           if !timer.Stop() {
 *     select {                                     select {
 *     case v := <-in:                    =>        case <-timer.C:
 *         use(v)                                   default:
 *     case <-timer.C:                              }
 *         return errIdle                       }
 *     }                                        timer.Reset(d)
 *                                              select {
 *                                              ...
 */
export default defineRule({
  id: "timer-reset-undrained",
  family: "timers",
  title: "A timer is reset while its channel may hold an old value",
  why: "Before Go 1.23 Reset leaves in the channel what the timer has sent when it expired before: the next receive comes at once, as if the new time were over.",
  fixSafety:
    "Always unsafe: a value that was sent and not received is thrown away, and whoever waits on the channel meanwhile does not get it.",
  silent:
    "The value was received, or the timer stopped and drained, on every path to the Reset; nothing takes time in between; a flag tells whether it runs; another goroutine waits for it; the Reset stands in a case of the select that can only be taken after the one that receives; it does not come from time.NewTimer alone, or is handed to somebody else; from Go 1.23 on. Pedantic for `Reset(0)`, which asks for a value at once anyway.",
  sources: ["https://pkg.go.dev/time#Timer.Reset", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Reset("],
  imports: ["time"],
  go: { below: "1.23" },
  *check(pkg) {
    for (const reset of pkg.calls("time.Timer.Reset")) {
      const timer = reset.receiver && timerOf(pkg, reset.receiver);
      if (!timer || !reset.func || reset.node.parent?.is("defer_statement", "go_statement")) continue;
      if (timerLeaks(pkg, timer)) continue; // who else receives, stops or resets it is not seen
      const events = timerEvents(pkg, timer);
      const receives = events.flatMap((e) => (e.doing === "receive" ? [e.node] : []));
      if (receives.length === 0) continue; // nobody would see the old value
      if (isGuarded(pkg, reset.node, receives)) continue; // a flag tells whether it runs
      const armed = armedBefore(pkg, timer, events, reset.node, reset.func);
      if (!armed) continue; // nothing can be in the channel
      if (followsExpiry(pkg, reset.node, events)) continue; // what asks for it comes behind the receive
      const atOnce = reset.args[0] && constantOf(pkg, reset.args[0]); // then an old value says what the new one will
      yield finding(
        this,
        reset.node,
        `${timer.text} may hold the value of an earlier expiry, which this Reset leaves in its channel`,
        [drained(reset.node, timer)],
        {
          related: armed === reset.node ? [] : [{ at: armed, message: "it runs from here, and may expire" }],
          confidence: timer.local ? "proven" : "likely",
          tier: atOnce === 0 || atOnce === 0n ? "pedantic" : undefined,
        },
      );
    }
  },
});

/** The only Reset but for those behind the receive, in a case that is taken only after the one that receives. */
function followsExpiry(pkg: PackageModel, reset: GoNode, events: readonly TimerEvent[]): boolean {
  const clause = reset.closest("communication_case");
  const cause = clause?.parent?.items.find((c) => events.some((e) => e.doing === "receive" && c.child("communication")?.contains(e.node)));
  if (!clause || !cause || clause === cause) return false;
  const others = events.filter((e) => e.doing === "reset" && e.node !== reset);
  return others.every((e) => cause.contains(e.node)) && onlyAfter(pkg, clause, cause);
}

const HOUR = 3_600_000_000_000;

/**
 * What set the timer going that may have expired when it is reset, in a function that waits for it: this one, or one that calls it. null when
 * its value is gone by then. Where another goroutine waits for it, the value does not stay.
 */
function armedBefore(pkg: PackageModel, timer: TimerRef, events: readonly TimerEvent[], reset: GoNode, func: FuncModel): GoNode | null {
  const arm = armedIn(pkg, events, reset, func);
  if (arm || timer.local) return arm;
  const own = emptied(
    pkg,
    events.filter((e) => e.func === func),
  );
  if (!walks(pkg.flow(func), null, reset, { stop: own.atom, stopEdge: own.edge })) return null; // emptied here
  for (const call of callsOf(pkg, func)) {
    const caller = pkg.functionOf(call);
    if (!caller || isGuarded(pkg, call, [])) continue;
    const there = armedIn(pkg, events, call, caller);
    if (there) return there;
  }
  return null;
}

/** What sets the timer going in the function, with time to expire before `at` is reached. */
function armedIn(pkg: PackageModel, events: readonly TimerEvent[], at: GoNode, func: FuncModel): GoNode | null {
  const here = events.filter((e) => e.func === func);
  if (!here.some((e) => e.doing === "receive")) return null; // others wait for it
  const empty = emptied(pkg, here);
  for (const arm of here.filter((e) => e.doing === "make" || e.doing === "reset")) {
    const duration = arm.node.kind === "call_expression" ? durationOf(pkg, arm.node) : null;
    if (duration !== null && duration >= HOUR) continue; // it is long in running
    if (stoppedAtOnce(arm, here)) continue; // it never ran
    const by = duration !== null && duration <= 0 ? {} : { by: (n: GoNode) => takesTime(pkg, n) };
    if (walks(pkg.flow(func), arm.node, at, { stop: empty.atom, stopEdge: empty.edge, ...by })) return arm.node;
  }
  return null;
}

/** Where nothing is left in the channel: behind a receive, and behind a Stop that gave true or was followed by a look into the channel. */
function emptied(pkg: PackageModel, events: readonly TimerEvent[]) {
  const receives = events.filter((e) => e.doing === "receive" || e.doing === "drop").map((e) => e.node);
  const stops = events.filter((e) => e.doing === "stop").map((e) => e.node);
  const drains = receives.flatMap((r) => {
    const select = r.closest("communication_case")?.parent;
    return (
      select?.items.find((c) => c.kind === "default_case" && r.closest("communication_case")?.child("communication")?.contains(r)) ?? []
    );
  });
  const edge = ({ cond, when, clause }: Edge): boolean => {
    if (clause && drains.includes(clause)) return true;
    if (!cond) return false;
    if (cond.find("call_expression").some((c) => c.child("function")?.text === "len" && /\.C\)$/.test(c.text))) return true;
    const { call, negated } = stopAsked(pkg, cond);
    return call !== null && stops.includes(call) && when !== negated;
  };
  return { atom: (atom: GoNode) => receives.some((r) => atom.contains(r)), edge };
}

/** The call whose result a condition is: itself, compared with false, or by the name that took it. */
function stopAsked(pkg: PackageModel, cond: GoNode): { readonly call: GoNode | null; readonly negated: boolean } {
  const e = unparen(cond);
  if (e.kind === "call_expression") return { call: e, negated: false };
  if (e.kind === "binary_expression" && e.child("operator")?.kind === "==") {
    const call = e.items.find((i) => unparen(i).kind === "call_expression");
    const against = e.items.find((i) => i !== call);
    return { call: call && against?.is("true", "false") ? unparen(call) : null, negated: against?.kind === "false" };
  }
  const binding = e.kind === "identifier" ? pkg.binding(e) : null;
  return { call: binding?.func ? (definitionOf(pkg, binding)?.value ?? null) : null, negated: false };
}

/** `t := time.NewTimer(d)` and `t.Stop()` in the next statement. */
function stoppedAtOnce(arm: TimerEvent, here: readonly TimerEvent[]): boolean {
  const statement = statementAtHead(arm.node);
  const siblings = statement?.parent?.items ?? [];
  const next = statement && siblings[siblings.indexOf(statement) + 1];
  return next?.kind === "expression_statement" && here.some((e) => e.doing === "stop" && climb(e.node).parent === next);
}

/** A channel operation, a case of a select, a sleep: time passes there. Of other calls that is not known. */
function takesTime(pkg: PackageModel, at: GoNode): boolean {
  if (at.is("communication_case", "send_statement", "select_statement")) return true;
  if (at.is("defer_statement", "go_statement")) return false;
  const range = at.parent?.kind === "range_clause" ? underlying(pkg, pkg.typeOf(at)).kind : null;
  let found = range === "chan";
  at.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind === "unary_expression" && n.child("operator")?.kind === "<-") found = true;
    if (n.kind === "call_expression" && WAITS.has(pkg.symbol(unparen(n.child("function") ?? n)) ?? "")) found = true;
  });
  return found;
}

const WAITS: ReadonlySet<string> = new Set(["time.Sleep", "sync.WaitGroup.Wait", "sync.Cond.Wait"]);

function drained(reset: GoNode, timer: TimerRef): Fix | null {
  const statement = statementAtHead(reset);
  if (!statement) return null;
  const t = timer.text;
  const lines = [`if !${t}.Stop() {`, "\tselect {", `\tcase <-${t}.C:`, "\tdefault:", "\t}", "}"];
  const siblings = statement.parent?.items ?? [];
  const previous = siblings[siblings.indexOf(statement) - 1];
  const stops = previous?.kind === "expression_statement" && textOf(previous).replaceAll(/\s/g, "") === `${t}.Stop()`;
  const edits: Edits = stops ? replace(previous, lines.join(`\n${indentOf(previous)}`)) : insertBefore(statement, lines);
  return fix({
    title: "Stop and drain the timer before Reset",
    applicability: "unsafe",
    because: "a value that was sent and not received yet is thrown away: whoever waits for it meanwhile goes on waiting",
    edits: [edits],
    assumes: [statement],
  });
}
