import {
  defineRule,
  type Fix,
  finding,
  fix,
  type GoNode,
  type Group,
  groupCalls,
  groupOf,
  insertAfter,
  loopsAround,
  type PackageModel,
  plainStatement,
  remove,
  sameBinding,
  sameGroup,
  startedBy,
  statementOf,
  statementsOf,
} from "../../rule/index.ts";

/**
 * Wait at the end of the turn that starts the goroutine.
 *
 *     for _, url := range urls {         for _, url := range urls {
 *         wg.Add(1)                          wg.Add(1)
 *         go func() {                        go func() {
 *             defer wg.Done()                    defer wg.Done()
 *             fetch(url)           =>            fetch(url)
 *         }()                                }()
 *         wg.Wait()                      }
 *     }                                  wg.Wait()
 */
export default defineRule({
  id: "wg-wait-in-loop",
  family: "goroutines",
  title: "Wait stands inside the loop that starts the goroutines",
  why: "Each turn starts one goroutine and waits for it: nothing runs at the same time, and the goroutines only cost.",
  fixSafety:
    "Always unsafe: the goroutines run at the same time now. What they write to must be guarded, and a loop over many things starts many goroutines.",
  silent:
    "The turn starts several goroutines, or starts them in a loop of its own (a barrier); Wait is under a condition; the turn does something between the start and Wait, or after it; the goroutine recovers, or is locked to a thread; the group belongs to the turn; the loop has no end.",
  sources: ["https://pkg.go.dev/sync#WaitGroup"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["for ", ".Wait()", "go "],
    ["for ", ".Wait()", ".Go("],
  ],
  imports: ["sync"],
  *check(pkg) {
    for (const wait of pkg.calls("sync.WaitGroup.Wait")) {
      const group = groupOf(pkg, wait.receiver);
      const statement = plainStatement(wait);
      const loop = loopsAround(wait.node)[0];
      const body = loop?.child("body");
      if (!group || !loop || !body || statement?.kind !== "expression_statement") continue;
      if (statement.parent?.parent !== body || statementsOf(body).at(-1) !== statement) continue; // under a condition, or the turn goes on
      if (group.root.node && loop.contains(group.root.node)) continue; // the turn's own group
      if (neverEnds(loop)) continue; // Wait would never come
      const start = onlyStart(pkg, body, group);
      if (!start) continue; // a barrier
      if (statementsOf(body).at(-2) !== statementOf(start)) continue; // the turn works while the goroutine runs
      yield finding(
        this,
        wait.node,
        "Wait in the loop that starts the goroutine: the turns run one after the other",
        [moved(pkg, loop, statement, group)],
        {
          related: [{ at: start.children[0] ?? start, message: "the goroutine is started here" }],
        },
      );
    }
  },
});

function neverEnds(loop: GoNode): boolean {
  const head = loop.items.find((n) => n.kind !== "block");
  return !head || (head.kind === "for_clause" && !head.child("condition"));
}

/** What starts the one goroutine of a turn that counts down the group; null where there are more, or none. */
function onlyStart(pkg: PackageModel, body: GoNode, group: Group): GoNode | null {
  const starts: GoNode[] = [];
  body.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind === "go_statement" || isGroupGo(pkg, n, group)) starts.push(n);
  });
  const [start] = starts;
  if (!start || starts.length > 1 || loopsAround(start)[0]?.child("body") !== body || statementOf(start)?.parent?.parent !== body)
    return null;
  if (start.kind !== "go_statement") return start;
  const started = startedBy(pkg, start);
  const counts = started?.node.kind === "func_literal" && groupCalls(pkg, started, "Done").some((d) => sameGroup(d.group, group));
  if (!counts || isolates(pkg, started.node)) return null; // the goroutine is there to end by itself
  return start;
}

/** It recovers, or ends its goroutine: it was not started to run beside others. */
function isolates(pkg: PackageModel, literal: GoNode): boolean {
  return literal
    .find("call_expression")
    .some((c) => ["recover", "runtime.Goexit", "runtime.LockOSThread"].includes(pkg.symbol(c.child("function") ?? c) ?? ""));
}

function isGroupGo(pkg: PackageModel, call: GoNode, group: Group): boolean {
  const callee = call.kind === "call_expression" ? call.child("function") : null;
  return (
    callee?.kind === "selector_expression" &&
    pkg.symbol(callee) === "sync.WaitGroup.Go" &&
    sameGroup(groupOf(pkg, callee.child("operand")), group)
  );
}

function moved(pkg: PackageModel, loop: GoNode, wait: GoNode, group: Group): Fix | null {
  const outer = statementOf(loop);
  if (!outer || !sameBinding(pkg.resolve(group.root.name, outer), group.root)) return null;
  return fix({
    title: "Wait after the loop",
    applicability: "unsafe",
    because: "the goroutines run at the same time then: what they write must be guarded, and there may be many of them",
    edits: [remove(wait), insertAfter(outer, wait.text)],
    assumes: [loop],
  });
}
