import {
  atomicVariable,
  type Binding,
  defineRule,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  isCountable,
  isHandler,
  isUnderLock,
  joins,
  type PackageModel,
  STARTERS,
  since,
  startedBy,
  unparen,
} from "../../rule/index.ts";

/**
 * A counter of the package that goroutines or handlers change without a lock.
 *
 *     var requests int                    var requests atomic.Int64
 *
 *     func handle(...) {            =>    func handle(...) {
 *         requests++                          requests.Add(1)
 *     }                                   }
 */
export default defineRule({
  id: "shared-counter",
  family: "atomics",
  title: "counter of the package changed by several goroutines without a lock",
  why: "Reading, adding and writing back are three steps: two goroutines that do so at once count one. It is a data race, too, and the race detector says so.",
  fixSafety:
    "Unsafe: every use in the package is rewritten, but a use in two steps (a Load, and a Store in its wake) still loses what comes between them, and another package that uses the variable does not compile any more.",
  silent:
    "A lock is held at the change; the variable is used with sync/atomic, which atomic-mixed-access looks at; it is no plain integer; one goroutine alone changes it and is waited for; what changes it is not seen to run in a goroutine or an HTTP handler.",
  sources: ["https://go.dev/ref/mem", "https://pkg.go.dev/sync/atomic"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: [
    ["go func", "+"],
    ["go func", "-"],
    ["\tgo ", "("],
    [".Go(", "+"],
    ["ResponseWriter", "+"],
    ["ResponseWriter", "-"],
  ],
  *check(pkg) {
    const told = new Set<Binding>();
    for (const run of concurrent(pkg)) {
      const { body, start } = run;
      for (const { at, name } of changesIn(body)) {
        const counter = pkg.binding(name);
        if (counter?.entity?.kind !== "var" || told.has(counter)) continue; // not the package's
        if (!isCountable(pkg, name) || isUnderLock(pkg, at) || usedAtomically(pkg, counter)) continue;
        if (isAlone(pkg, run, counter)) continue; // one goroutine, which is waited for
        told.add(counter);
        yield finding(
          this,
          at,
          `${name.text} is changed ${start ? "in a goroutine" : "by a handler"} without a lock`,
          [madeAtomic(pkg, counter)],
          {
            related: start ? [{ at: start, message: "the goroutine is started here" }] : [],
          },
        );
      }
    }
  },
});

interface Concurrent {
  readonly body: GoNode;
  /** What starts the goroutine; null for a handler. */
  readonly start: GoNode | null;
  /** The go statement or the call of Go; null for a handler. */
  readonly by: GoNode | null;
}

/** Bodies that run beside others: of goroutines that are started, and of HTTP handlers. */
function* concurrent(pkg: PackageModel): Iterable<Concurrent> {
  for (const start of pkg.nodes("go_statement", "call_expression")) {
    if (start.kind === "call_expression" && !STARTERS.has(pkg.symbol(unparen(start.child("function") ?? start)) ?? "")) continue;
    const func = startedBy(pkg, start);
    if (func?.body && func.pkg === pkg)
      yield { body: func.body, start: start.kind === "go_statement" ? (start.children[0] ?? start) : start, by: start };
  }
  for (const func of pkg.functions as Iterable<FuncModel>) {
    if (func.body && isHandler(pkg, func) && !pkg.fileOf(func.node).test) yield { body: func.body, start: null, by: null };
  }
}

/** `x++`, `x--`, `x += v`, `x -= v`, `x = x + v`. */
function changesIn(body: GoNode): { readonly at: GoNode; readonly name: GoNode }[] {
  const found: { at: GoNode; name: GoNode }[] = [];
  body.walk((n) => {
    const target = n.is("inc_statement", "dec_statement")
      ? n.items[0]
      : n.kind === "assignment_statement"
        ? n.child("left")?.items[0]
        : null;
    const name = target && unparen(target);
    if (name?.kind !== "identifier") return;
    const operator = n.kind === "assignment_statement" ? n.child("operator")?.kind : "+=";
    const again =
      n
        .child("right")
        ?.find("identifier")
        .some((i) => i.text === name.text) ?? false;
    if (operator === "+=" || operator === "-=" || (operator === "=" && again)) found.push({ at: n, name });
  });
  return found;
}

/** One goroutine, started outside of loops and waited for where it was started, does all the changes. */
function isAlone(pkg: PackageModel, { body, by }: Concurrent, counter: Binding): boolean {
  const func = by && pkg.functionOf(by);
  if (!func?.body || !by) return false;
  const flow = pkg.flow(func);
  if (flow.inLoop(by)) return false;
  const waited = func.body.find("call_expression", "unary_expression").some((n) => !by.contains(n) && joins(pkg, n) && flow.reaches(by, n));
  return waited && !changedElsewhere(pkg, counter, body);
}

function changedElsewhere(pkg: PackageModel, counter: Binding, body: GoNode): boolean {
  return [...pkg.mentions(counter.name)].some((n) => {
    if (body.contains(n) || n.kind !== "identifier" || pkg.binding(n)?.entity !== counter.entity) return false;
    const statement = n.closest("inc_statement", "dec_statement", "assignment_statement", "block");
    return statement?.is("inc_statement", "dec_statement") || statement?.child("left")?.contains(n) === true;
  });
}

function usedAtomically(pkg: PackageModel, counter: Binding): boolean {
  for (const mention of pkg.mentions(counter.name)) {
    const address = mention.parent;
    if (address?.kind === "unary_expression" && address.child("operator")?.kind === "&" && pkg.binding(mention)?.entity === counter.entity)
      return true;
  }
  return false;
}

function madeAtomic(pkg: PackageModel, counter: Binding): Fix | null {
  const made = since(pkg, "1.19") && counter.entity ? atomicVariable(pkg, counter.entity) : null;
  return (
    made &&
    fix({
      title: `Make ${counter.name} an ${made.type}`,
      applicability: "unsafe",
      because: "every single use is atomic then, but not what is done in several of them, and other packages must use its methods",
      edits: made.edits,
      imports: made.imports,
      assumes: [counter.node],
    })
  );
}
