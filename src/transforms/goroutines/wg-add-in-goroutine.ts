import {
  type Call,
  calleeOf,
  defineRule,
  type Edits,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  type Group,
  goroutineOf,
  groupCalls,
  groupOf,
  insertBefore,
  insertFirst,
  isConstant,
  type PackageModel,
  plainStatement,
  remove,
  runnerOf,
  sameBinding,
  sameGroup,
  since,
  startedBy,
  statementOf,
  statementsOf,
  unparen,
} from "../../rule/index.ts";

/** A goroutine that counts itself: where it is started, and how the group is named there. */
interface Start {
  /** The go_statement. */
  readonly at: GoNode;
  /** null where the group cannot be named. */
  readonly group: string | null;
}

/**
 * WaitGroup.Add in the goroutine that it counts.
 *
 *     go func() {                      wg.Add(1)
 *         wg.Add(1)            =>      go func() {
 *         defer wg.Done()                  defer wg.Done()
 *         work()                           work()
 *     }()                              }()
 *     wg.Wait()                        wg.Wait()
 *
 * Safe where Add is the first thing that the goroutine does: then the same number is added, only before Wait can look. From Go 1.25 `wg.Go` does both.
 */
export default defineRule({
  id: "wg-add-in-goroutine",
  family: "goroutines",
  title: "WaitGroup.Add runs inside the goroutine it counts",
  why: "Wait may return before the goroutine is scheduled, so its work is lost, or goes on while the program believes that it is done.",
  fixSafety:
    "Safe where Add is the first thing that the goroutine does: it is moved in front of the go statement. Unsafe where something runs before it (the group is then counted earlier than it was, and Done is deferred first), and where the function is exported and may be started elsewhere. `wg.Go`, from Go 1.25, is unsafe because a panic of the function ends differently there.",
  silent:
    "The group is the goroutine's own; the goroutine is counted already and adds for one that it starts itself; the goroutine does not call Done; it adds under a lock; the function is called without go, too.",
  sources: ["https://pkg.go.dev/sync#WaitGroup.Add", "https://staticcheck.dev/docs/checks/#SA2000"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [[".Add(", ".Done()"]],
  imports: ["sync"],
  *check(pkg) {
    for (const add of pkg.calls("sync.WaitGroup.Add")) {
      const group = groupOf(pkg, add.receiver);
      const runner = goroutineOf(pkg, add.node);
      const body = runner?.body ?? add.func;
      if (!group || !body || !add.func) continue; // in an initialiser, or on a group that cannot be named
      if (group.root.func === body && group.root.kind === "var") continue; // its own group
      if (runner && runner.start.kind !== "go_statement") continue; // counted by what starts it
      if (!countsItself(pkg, add.node, group, body)) continue; // adds for a goroutine that it starts
      if (underLock(pkg, add.node, body)) continue; // what calls Wait may hold the lock before
      if (runner && countedBefore(pkg, runner.start, group)) continue; // counted by the parent, too
      const starts = runner ? [{ at: runner.start, group: nameAt(pkg, group, body, runner.start) }] : startsOf(pkg, body, group);
      if (starts.length === 0) continue; // not run as a goroutine
      const related = starts.map((s) => ({ at: s.at.children[0] ?? s.at, message: "the goroutine is started here" }));
      yield finding(
        this,
        add.node,
        "Add is called in the goroutine that it counts",
        [moved(pkg, add, body, starts), throughGo(pkg, add, body, starts)],
        { related },
      );
    }
  },
});

/** The function that adds calls Done itself, and starts no goroutine after the Add that does. */
function countsItself(pkg: PackageModel, add: GoNode, group: Group, body: FuncModel): boolean {
  const dones = groupCalls(pkg, body, "Done").filter((d) => sameGroup(d.group, group));
  const own = dones.some((d) => {
    const runner = runnerOf(pkg, d.node, body);
    return runner !== null && runner.start === null;
  });
  const forChild = dones.some((d) => runnerOf(pkg, d.node, body)?.start && d.node.start > add.start);
  const handsOn = body.node.find("go_statement").some((g) => g.start > add.start && passes(pkg, g, group));
  return own && !forChild && !handsOn;
}

/** A lock is taken in the goroutine before Add. */
function underLock(pkg: PackageModel, add: GoNode, body: FuncModel): boolean {
  return body.node.find("call_expression").some((c) => {
    const callee = unparen(c.child("function") ?? c);
    return c.end < add.start && LOCKS.has(pkg.symbol(callee) ?? "");
  });
}

const LOCKS: ReadonlySet<string> = new Set(["sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock"]);

/** The group is given to what a go statement starts. */
function passes(pkg: PackageModel, go: GoNode, group: Group): boolean {
  const call = go.items[0];
  const callee = call?.child("function");
  if (callee && unparen(callee).kind === "selector_expression" && groupRoot(pkg, callee, group)) return true; // go s.run()
  return (call?.child("arguments")?.items ?? []).some((a) => sameGroup(groupOf(pkg, a), group) || groupRoot(pkg, a, group));
}

function groupRoot(pkg: PackageModel, expression: GoNode, group: Group): boolean {
  return group.text.includes(".") && groupOf(pkg, expression)?.root === group.root;
}

/** An Add on the same group stands before the go statement, outside of what it starts. */
function countedBefore(pkg: PackageModel, start: GoNode, group: Group): boolean {
  for (let f = pkg.functionOf(start); f; f = f.outer) {
    const added = groupCalls(pkg, f, "Add").some((a) => a.node.end <= start.start && sameGroup(a.group, group));
    if (added) return true;
  }
  return false;
}

/** Where a named function is started with `go`; empty when it is not, or is called in any other way, too. */
function startsOf(pkg: PackageModel, func: FuncModel, group: Group): Start[] {
  if (func.node.kind === "func_literal") return [];
  const own = group.root === func.receiver || func.params.some((p) => p.binding === group.root) || group.root.entity !== null;
  if (!own) return [];
  const starts: Start[] = [];
  for (const name of pkg.mentions(func.name)) {
    if (func.node.child("name") === name) continue;
    const callee = name.parent?.kind === "selector_expression" ? name.parent : name;
    const call = callee.parent;
    if (name.field === "name") continue; // a method of that name in another declaration
    if (call?.kind !== "call_expression" || callee.field !== "function") {
      if (refersTo(pkg, name, func)) return [];
      continue;
    }
    const called = calleeOf(pkg, call);
    if (called === null && callee.kind === "selector_expression" && func.receiver === null) continue;
    if (called === null && func.receiver !== null && callee.kind === "identifier") continue;
    if (called && called.node !== func.node) continue;
    if (called === null || call.parent?.kind !== "go_statement") return [];
    if (countedBefore(pkg, call.parent, siteGroup(pkg, group, func, call) ?? group)) return [];
    starts.push({ at: call.parent, group: siteGroup(pkg, group, func, call)?.text ?? null });
  }
  return starts;
}

/** A mention that is no call: a method value, or a function given as an argument. */
function refersTo(pkg: PackageModel, name: GoNode, func: FuncModel): boolean {
  if (name.parent?.kind === "selector_expression") return func.receiver !== null;
  return func.receiver === null && pkg.binding(name)?.kind === "func";
}

/** The group as the caller names it: the argument for the parameter, the operand for the receiver. */
function siteGroup(pkg: PackageModel, group: Group, func: FuncModel, call: GoNode): Group | null {
  if (group.root.entity) return { text: group.text, root: group.root };
  const index = func.params.findIndex((p) => p.binding === group.root);
  const callee = unparen(call.child("function") ?? call);
  const given = group.root === func.receiver ? callee.child("operand") : call.child("arguments")?.items[index];
  const named = groupOf(pkg, given ?? null);
  if (!named) return null;
  return { text: named.text + group.text.slice(group.root.name.length), root: named.root };
}

/** How the group of a goroutine's literal is named before its go statement. */
function nameAt(pkg: PackageModel, group: Group, body: FuncModel, start: GoNode): string | null {
  const call = start.items[0];
  if (call && body.params.some((p) => p.binding === group.root)) return siteGroup(pkg, group, body, call)?.text ?? null;
  return sameBinding(pkg.resolve(group.root.name, start), group.root) ? group.text : null;
}

/** Add moved to before every go statement that starts the function. */
function moved(pkg: PackageModel, add: Call, body: FuncModel, starts: readonly Start[]): Fix | null {
  const statement = plainStatement(add);
  const amount = add.args[0];
  if (!statement || !amount || !body.body || statement.parent?.parent !== body.body) return null;
  if (amount.kind !== "int_literal") return null;
  const edits: Edits[] = starts.map((s) =>
    s.group === null ? null : insertBefore(statementOf(s.at) ?? s.at, `${s.group}.Add(${amount.text})`),
  );
  const counted = isFirst(statement, body.body);
  const done = counted ? null : deferredDone(pkg, body);
  if (!counted && !done) return null; // a way out before it would miss Done
  const first = done ? [insertFirst(body.body, done.text), remove(done)] : [];
  const because = done
    ? "the group is counted before what stands in front of Add, and Done is called on the ways out there, too"
    : isExported(body)
      ? "the function is exported: whoever else starts it has to count it from now on"
      : undefined;
  return fix({
    title: "Count the goroutine before it is started",
    applicability: because ? "unsafe" : "safe",
    because,
    edits: [...edits, ...first, remove(statement)],
    assumes: [body.body],
  });
}

/** The one `defer wg.Done()` of the body. */
function deferredDone(pkg: PackageModel, body: FuncModel): GoNode | null {
  const dones = groupCalls(pkg, body, "Done");
  const done = dones.length === 1 && dones[0] ? plainStatement(dones[0].node) : null;
  return done?.kind === "defer_statement" && done.parent?.parent === body.body ? done : null;
}

/** Nothing but defers stands before it. */
function isFirst(statement: GoNode, body: GoNode): boolean {
  const before = statementsOf(body).filter((s) => s.start < statement.start);
  return before.every((s) => s.kind === "defer_statement");
}

function isExported(func: FuncModel): boolean {
  const first = func.name[0] ?? "";
  return first !== first.toLowerCase();
}

/** `wg.Go(func() { ... })` without Add and Done. */
function throughGo(pkg: PackageModel, add: Call, body: FuncModel, starts: readonly Start[]): Fix | null {
  const [start] = starts;
  const literal = body.node;
  const call = start?.at.items[0];
  const args = call?.child("arguments");
  if (!since(pkg, "1.25") || literal.kind !== "func_literal" || !start?.group || !body.body || !call || !args) return null;
  if (args.items.length > 0 || body.params.length > 0 || body.results.length > 0 || startedBy(pkg, start.at) !== body) return null;
  if (unparen(call.child("function") ?? call) !== literal || call.child("function") !== literal) return null;
  const counted = plainStatement(add);
  const one = add.args[0];
  const dones = groupCalls(pkg, body, "Done");
  const done = dones.length === 1 && dones[0] ? plainStatement(dones[0].node) : null;
  if (!counted || !one || !isConstant(pkg, one, 1) || done?.kind !== "defer_statement") return null;
  if (counted.parent?.parent !== body.body || done.parent !== counted.parent) return null;
  const { path } = literal.source;
  return fix({
    title: `Start the goroutine with ${start.group}.Go`,
    applicability: "unsafe",
    because: "Go calls Done when the function returns, after its other deferred calls, and expects it not to panic",
    edits: [
      [{ at: { path, start: start.at.start, end: literal.start }, text: `${start.group}.Go(` }],
      remove(counted),
      remove(done),
      [{ at: { path, start: args.start, end: args.end }, text: ")" }],
    ],
    assumes: [body.body],
  });
}
