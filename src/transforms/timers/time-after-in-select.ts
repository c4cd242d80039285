import {
  type Call,
  caseCalls,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  hasCalls,
  insertBefore,
  insertFirst,
  loopsAround,
  member,
  type PackageModel,
  qualifier,
  reachOf,
  sameBinding,
  spanOf,
  statementOf,
  textOf,
} from "../../rule/index.ts";

/**
 * `time.After` as a case of a select whose other cases may be taken first.
 *
 *     for {                                    for {
 *         select {                                 timer := time.NewTimer(d)
 *         case v := <-in:                          select {
 *             use(v)                     =>        case v := <-in:
 *         case <-time.After(d):                        timer.Stop()
 *         }                                            use(v)
 *     }                                            case <-timer.C:
 *                                                  }
 *                                              }
 *
 * Outside of loops a `defer timer.Stop()` does. Safe, because the timer starts where After would have started it: just before the
 * select; what else the select works out on entry has no effects.
 */
export default defineRule({
  id: "time-after-in-select",
  family: "timers",
  title: "time.After in a select whose other cases may win",
  why: "Before Go 1.23 the timer behind time.After lives until it fires, however early another case is taken: a busy loop piles up timers. From 1.23 on they are collected, but each turn of a loop still allocates one.",
  fixSafety:
    "Safe with a timer that is stopped in every other case, or when the function returns. Unsafe when another case calls a function: it would run after the timer starts instead of before. Unsafe when the timer is made once and reset on each turn.",
  silent: "The receive from time.After is the only case; from Go 1.23 on, everywhere but in loops.",
  sources: ["https://pkg.go.dev/time#After", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [["select", "After"]],
  imports: ["time"],
  *check(pkg) {
    const collected = pkg.version.major > 1 || pkg.version.minor >= 23;
    for (const after of pkg.calls("time.After")) {
      const clause = caseThatReceives(after.node);
      const select = clause?.parent;
      if (!clause || !select || !after.func) continue; // not what a select waits for
      const others = select.items.filter((c) => c !== clause);
      if (others.length === 0) continue; // nothing else can win
      const loop = pkg.flow(after.func).inLoop(select);
      if (collected && !loop) continue; // the timer is collected with the function's frame
      const inBody = loop || loopsAround(select).length > 0; // no defer in a loop's body, though it runs once
      const fixes = [
        inBody ? stopInEachCase(pkg, after, select, others) : stopOnReturn(pkg, after, select, others),
        loop ? resetEachTurn(pkg, after, select, others, collected) : null,
      ];
      yield finding({ id: "time-after-in-select" }, after.node, messageFor(loop, collected), fixes, {
        related: others.map((c) => ({
          at: headOf(c),
          message: collected ? "when this case is taken, the timer was made for nothing" : "when this case is taken, the timer stays",
        })),
        tier: collected ? "pedantic" : undefined,
      });
    }
  },
});

function messageFor(loop: boolean, collected: boolean): string {
  if (collected) return "time.After allocates a timer on every turn of the loop";
  return loop
    ? "time.After leaves a timer behind on every turn that another case wins"
    : "time.After leaves a timer behind when another case wins";
}

/** The case whose receive the call is: `case <-time.After(d):`, `case t := <-time.After(d):`. */
function caseThatReceives(call: GoNode): GoNode | null {
  let n = call;
  while (n.parent?.kind === "parenthesized_expression") n = n.parent;
  if (n.parent?.kind !== "unary_expression") return null;
  n = n.parent;
  while (n.parent?.kind === "parenthesized_expression") n = n.parent;
  const head = n.parent;
  return head?.kind === "receive_statement" && head.parent?.kind === "communication_case" ? head.parent : null;
}

function headOf(clause: GoNode): GoNode {
  return clause.child("communication") ?? clause.children[0] ?? clause;
}

/** What all of the fixes share: the timer's name, how to make it, and where the select stands. */
function timerFor(pkg: PackageModel, after: Call, select: GoNode, at: GoNode) {
  const statement = statementOf(select);
  const time = qualifier(pkg, at, "time", "NewTimer");
  const duration = after.args[0];
  if (!statement || !time || !duration) return null;
  const name = freshName(pkg, "timer", at);
  return {
    statement,
    name,
    make: `${name} := ${member(time, "NewTimer")}(${argumentText(after, duration)})`,
    duration,
    reach: reachOf(at),
  };
}

/** The argument as it is written, its comments and line breaks included. */
function argumentText(after: Call, duration: GoNode): string {
  const list = after.node.child("arguments");
  return list ? textOf(list).slice(1, -1) : textOf(duration);
}

function receiveFrom(after: Call, timer: string): Edits {
  return [{ at: spanOf(after.node), text: `${timer}.C` }];
}

function stopInEachCase(pkg: PackageModel, after: Call, select: GoNode, others: readonly GoNode[]): Fix | null {
  const timer = timerFor(pkg, after, select, select);
  if (!timer) return null;
  return fix({
    title: "Use a timer and stop it in every other case",
    ...levelFor(pkg, others),
    edits: [insertBefore(timer.statement, timer.make), receiveFrom(after, timer.name), ...others.map((c) => stopFirst(c, timer.name))],
    assumes: [timer.reach],
  });
}

function stopOnReturn(pkg: PackageModel, after: Call, select: GoNode, others: readonly GoNode[]): Fix | null {
  const timer = timerFor(pkg, after, select, select);
  if (!timer) return null;
  return fix({
    title: "Use a timer and stop it when the function returns",
    ...levelFor(pkg, others),
    edits: [insertBefore(timer.statement, [timer.make, `defer ${timer.name}.Stop()`]), receiveFrom(after, timer.name)],
    assumes: [timer.reach],
  });
}

/** One timer before the outermost loop, reset on each turn. Below 1.23 a value that was not received must be drained first. */
function resetEachTurn(pkg: PackageModel, after: Call, select: GoNode, others: readonly GoNode[], collected: boolean): Fix | null {
  const loop = loopsAround(select).at(-1);
  const outside = loop && statementOf(loop);
  const timer = outside && timerFor(pkg, after, select, outside);
  if (!timer || !outside || !madeBefore(pkg, timer.duration, outside) || hasCalls(pkg, timer.duration)) return null;
  const drain = [`if !${timer.name}.Stop() {`, "\tselect {", `\tcase <-${timer.name}.C:`, "\tdefault:", "\t}", "}"];
  const turn = [...(collected ? [] : drain), `${timer.name}.Reset(${textOf(timer.duration)})`];
  return fix({
    title: "Make one timer before the loop and reset it on each turn",
    applicability: "unsafe",
    because: others.some((c) => caseCalls(pkg, c))
      ? "another case calls a function, which would run after the timer is reset instead of before it starts"
      : "one timer now serves all turns of the loop: nothing else may wait on its channel or keep it",
    edits: [
      insertBefore(outside, [timer.make, `defer ${timer.name}.Stop()`]),
      insertBefore(timer.statement, turn),
      receiveFrom(after, timer.name),
    ],
    assumes: [timer.reach],
  });
}

/** Every name in the duration means before the loop what it means in it. */
function madeBefore(pkg: PackageModel, duration: GoNode, outside: GoNode): boolean {
  return duration.find("identifier").every((id) => sameBinding(pkg.binding(id), pkg.resolve(id.text, outside)));
}

function stopFirst(clause: GoNode, timer: string): Edits {
  return insertFirst(clause, `${timer}.Stop()`);
}

function levelFor(pkg: PackageModel, others: readonly GoNode[]) {
  if (!others.some((c) => caseCalls(pkg, c))) return { applicability: "safe" as const };
  return {
    applicability: "unsafe" as const,
    because: "another case calls a function on entry to the select, which would now run after the timer starts",
  };
}
