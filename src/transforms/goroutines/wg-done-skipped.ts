import {
  defineRule,
  type Edits,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  type GroupCall,
  goroutineOf,
  groupCalls,
  groupOf,
  insertFirst,
  plainStatement,
  remove,
  runnerOf,
  sameGroup,
  statementOf,
  statementsOf,
  type Witness,
} from "../../rule/index.ts";

/**
 * A goroutine that may return without calling Done.
 *
 *     go func() {                              go func() {
 *         if err := work(); err != nil {           defer wg.Done()
 *             return                     =>        if err := work(); err != nil {
 *         }                                            return
 *         wg.Done()                                }
 *     }()                                      }()
 *
 * Safe where Done is the last thing that happens: it runs at the same time as before, and on the path that missed it.
 */
export default defineRule({
  id: "wg-done-skipped",
  family: "goroutines",
  title: "A goroutine may return without calling Done",
  why: "One count that is not taken back is enough for Wait to wait for ever.",
  fixSafety:
    "Safe where nothing but a return follows the calls of Done. Unsafe where something does: Done now comes after it, and whoever waits goes on later.",
  silent:
    "Done is deferred, stands in a loop (the group counts jobs), or the function adds to the group itself; the group is passed on; the path ends in a panic or an exit.",
  sources: ["https://pkg.go.dev/sync#WaitGroup.Done"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [["go ", ".Done()"]],
  imports: ["sync"],
  *check(pkg) {
    const seen = new Set<GoNode>();
    for (const done of pkg.calls("sync.WaitGroup.Done")) {
      const runner = goroutineOf(pkg, done.node);
      const group = groupOf(pkg, done.receiver);
      if (!runner || !group || seen.has(runner.body.node)) continue; // not in a goroutine that is started here
      if (group.root.func === runner.body && group.root.kind === "var") continue; // its own group
      seen.add(runner.body.node);
      const { body } = runner;
      const calls = groupCalls(pkg, body, "Add", "Done", "Wait", "Go").filter((c) => sameGroup(c.group, group));
      if (calls.some((c) => c.method !== "Done")) continue; // it counts for others
      if (calls.length !== mentionsOf(body, group.root.name, group.text)) continue; // it is passed on
      const dones = calls.map((c) => ({ ...c, runner: runnerOf(pkg, c.node, body) }));
      const flow = pkg.flow(body);
      if (dones.some((d) => !d.runner || d.runner.start || d.runner.deferred || flow.inLoop(d.runner.at))) continue; // deferred, or once for each job
      const witness =
        body.body &&
        flow.escape(body.body, { stop: (atom) => dones.some((d) => atom.contains(d.node)), exits: ["return", "end", "goexit"] });
      if (!witness) continue; // every way counts down
      yield finding(this, done.node, "the goroutine may return without calling Done", [deferred(body, dones)], {
        related: pathOf(witness),
      });
    }
  },
});

/** How often the group is named in the function. */
function mentionsOf(func: FuncModel, root: string, text: string): number {
  const kinds = text === root ? (["identifier"] as const) : (["selector_expression"] as const);
  return func.node.find(...kinds).filter((n) => n.text === text).length;
}

function pathOf(witness: Witness) {
  const at = witness.at.kind === "block" ? (witness.at.children.at(-1) ?? witness.at) : witness.at;
  return [
    ...witness.steps
      .filter((s) => s.taken !== null)
      .map((s) => ({ at: s.node, message: s.taken ? "when this is true" : "when this is false" })),
    { at, message: witness.exit === "goexit" ? "the goroutine is ended here" : "the goroutine returns here" },
  ];
}

/** `defer wg.Done()` first, and the calls taken out. */
function deferred(body: FuncModel, dones: readonly GroupCall[]): Fix | null {
  const olds: Edits[] = dones.map((d) => {
    const statement = plainStatement(d.node);
    return statement ? remove(statement) : null;
  });
  const [first] = dones;
  if (!body.body || !first) return null;
  const later = dones.some((d) => followed(d.node, body.body as GoNode));
  return fix({
    title: "Call Done when the goroutine returns",
    applicability: later ? "unsafe" : "safe",
    because: later ? "something follows the call of Done: whoever waits for the group waits for that, too" : undefined,
    edits: [insertFirst(body.body, `defer ${first.node.text}`), ...olds],
    assumes: [body.body],
  });
}

/** Something other than a plain return runs behind the call. */
function followed(call: GoNode, body: GoNode): boolean {
  let s = statementOf(call);
  while (s) {
    const at: GoNode = s;
    const owner = at.parent?.parent;
    if (!owner) return true;
    const [next] = statementsOf(owner).filter((n) => n.start > at.start);
    if (next) return next.kind !== "return_statement" || next.items.length > 0;
    if (owner === body) return false;
    const outer = owner.kind === "block" ? owner.parent : owner;
    s = outer ? statementOf(outer) : null;
  }
  return true;
}
