import {
  type Call,
  caseCalls,
  caseThatReceives,
  defineRule,
  type Fix,
  finding,
  fix,
  type GoNode,
  hasCalls,
  hasStatements,
  inLoop,
  insertBefore,
  isMain,
  lineBefore,
  loopsAround,
  meansTheSame,
  ownerOf,
  type PackageModel,
  placesOf,
  receiveFrom,
  statementOf,
  stoppedElsewhere,
  textOf,
  timerFor,
  underlying,
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
 * In a function's own block, outside of loops, a `defer timer.Stop()` does. Safe, because the timer starts where After would have started it: just before the
 * select; what else the select works out on entry has no effects.
 */
export default defineRule({
  id: "time-after-in-select",
  family: "timers",
  title: "time.After in a select whose other cases may win",
  why: "Before Go 1.23 the timer behind time.After lives until it fires, however early another case is taken: a busy loop piles up timers. From 1.23 on they are collected, but each turn of a loop still allocates one.",
  fixSafety:
    "Safe with a timer that is stopped in every other case, or when the function returns. Unsafe when another case calls a function: it would run after the timer starts instead of before. Unsafe when the timer is made once and reset on each turn.",
  silent:
    "The receive from time.After is the only case; from Go 1.23 on, everywhere but in loops. Pedantic from Go 1.23 on, in tests, in main, and in a loop that every other case ends, or that goes over a list: then a single timer stays, once.",
  sources: ["https://pkg.go.dev/time#After", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [["select", "After("]],
  imports: ["time"],
  mayHold: (text) => hasStatements(text) && placesOf(text, "After(").some((at) => lineBefore(text, at).includes("<-")),
  *check(pkg) {
    const collected = pkg.version.major > 1 || pkg.version.minor >= 23;
    for (const after of pkg.calls("time.After")) {
      const clause = caseThatReceives(after.node);
      const select = clause?.parent;
      if (!clause || !select || !after.func) continue; // not what a select waits for
      const others = select.items.filter((c) => c !== clause);
      if (others.length === 0) continue; // nothing else can win
      const loop = inLoop(after.func, select);
      if (collected && !loop) continue; // the timer is collected with the function's frame
      const fixes = () => [
        !loop && endsFunction(after, select) ? stopOnReturn(pkg, after, select, others) : stopInEachCase(pkg, after, select, others),
        loop ? resetEachTurn(pkg, after, select, others, collected) : null,
      ];
      yield finding({ id: "time-after-in-select" }, after.node, messageFor(loop, collected), fixes, {
        related: others.map((c) => ({
          at: headOf(c),
          message: collected ? "when this case is taken, the timer was made for nothing" : "when this case is taken, the timer stays",
        })),
        // A loop that another case ends leaves one timer, once; those of main and of a test are gone with them.
        tier:
          collected || after.file.test || (loop ? !others.some((c) => turnsAgain(pkg, c, select)) : isMain(after.func))
            ? "pedantic"
            : undefined,
      });
    }
  },
});

/** It waits in the function's own block, so a defer there runs soon after. The end of main is the process's. */
function endsFunction({ func }: Call, select: GoNode): boolean {
  const statement = statementOf(select);
  return func !== null && !isMain(func) && statement !== null && ownerOf(statement) === func.body;
}

/** The case leads to the select again: one timer more on each turn. */
function turnsAgain(pkg: PackageModel, clause: GoNode, select: GoNode): boolean {
  const func = pkg.functionOf(select);
  if (loopsAround(select).every((loop) => isOverList(pkg, loop))) return false; // one for each, and then no more
  const first = clause.child("communication") ?? clause.items[0];
  if (!func) return false;
  const last = clause.items.at(-1);
  return pkg.flow(func).reaches(first ?? clause, select) || (last !== undefined && pkg.flow(func).reaches(last, select));
}

function isOverList(pkg: PackageModel, loop: GoNode): boolean {
  const over = loop.items.find((n) => n.kind === "range_clause")?.child("right");
  return over != null && ["slice", "array", "map"].includes(underlying(pkg, pkg.typeOf(over)).kind);
}

function messageFor(loop: boolean, collected: boolean): string {
  if (collected) return "time.After allocates a timer on every turn of the loop";
  return loop
    ? "time.After leaves a timer behind on every turn that another case wins"
    : "time.After leaves a timer behind when another case wins";
}

function headOf(clause: GoNode): GoNode {
  return clause.child("communication") ?? clause.children[0] ?? clause;
}

function stopInEachCase(pkg: PackageModel, after: Call, select: GoNode, others: readonly GoNode[]): Fix | null {
  const timer = timerFor(pkg, after.node, select, select);
  if (!timer) return null;
  return fix({
    title: "Use a timer and stop it in every other case",
    ...levelFor(pkg, others),
    edits: stoppedElsewhere(timer, after.node, others),
    assumes: [timer.reach],
  });
}

function stopOnReturn(pkg: PackageModel, after: Call, select: GoNode, others: readonly GoNode[]): Fix | null {
  const timer = timerFor(pkg, after.node, select, select);
  if (!timer) return null;
  return fix({
    title: "Use a timer and stop it when the function returns",
    ...levelFor(pkg, others),
    edits: [insertBefore(timer.statement, [timer.make, `defer ${timer.name}.Stop()`]), receiveFrom(after.node, timer.name)],
    assumes: [timer.reach],
  });
}

/** One timer before the outermost loop, reset on each turn. Below 1.23 a value that was not received must be drained first. */
function resetEachTurn(pkg: PackageModel, after: Call, select: GoNode, others: readonly GoNode[], collected: boolean): Fix | null {
  const loop = loopsAround(select).at(-1);
  const outside = loop && statementOf(loop);
  const timer = outside && timerFor(pkg, after.node, select, outside);
  if (!timer || !outside || !meansTheSame(pkg, timer.duration, outside) || hasCalls(pkg, timer.duration)) return null;
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
      receiveFrom(after.node, timer.name),
    ],
    assumes: [timer.reach],
  });
}

function levelFor(pkg: PackageModel, others: readonly GoNode[]) {
  if (!others.some((c) => caseCalls(pkg, c))) return { applicability: "safe" as const };
  return {
    applicability: "unsafe" as const,
    because: "another case calls a function on entry to the select, which would now run after the timer starts",
  };
}
