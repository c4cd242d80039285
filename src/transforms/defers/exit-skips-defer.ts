import { defineRule, definitionOf, finding, type GoNode, movedToRun, type PackageModel, unparen } from "../../rule/index.ts";

/**
 * os.Exit or log.Fatal while deferred calls are pending.
 *
 *     func main() {                            func main() {
 *         f := create()                            if err := run(); err != nil {
 *         defer f.Close()                              log.Fatal(err)
 *         if err := fill(f); err != nil {          }
 *             log.Fatal(err)             =>    }
 *         }
 *     }                                        func run() error {
 *                                                  f := create()
 *                                                  defer f.Close()
 *                                                  if err := fill(f); err != nil {
 *                                                      return err
 *                                                  }
 *                                                  return nil
 *                                              }
 */
export default defineRule({
  id: "exit-skips-defer",
  family: "defers",
  title: "os.Exit or log.Fatal ends the process before the deferred calls run",
  why: "os.Exit does not run deferred calls, and log.Fatal calls it: what they would have flushed, removed or unlocked is left as it is.",
  fixSafety:
    "Always unsafe: the body becomes a function that returns its error or its exit code, so the deferred calls run before the process ends and may take their time, and the error is told after them.",
  silent:
    "No deferred call is pending on a way to the exit; the exit stands in another function, or in a literal of its own. Pedantic where all that is pending ends with the process anyway: a context's cancel, an Unlock, a timer's Stop, a WaitGroup's Done, the close of a channel, of a response's body or of rows, a recover; where a helper of the module ends the process; and in examples of documentation. Functions with results, methods and literals get no fix.",
  sources: ["https://pkg.go.dev/os#Exit", "https://pkg.go.dev/log#Fatal"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["defer ", "xit("],
    // t.Fatal and b.Fatal stand in every other test, and end no process: what comes before the dot tells.
    ["defer ", "g.Fatal"],
    ["defer ", "G.Fatal"],
    ["defer ", "r.Fatal"],
    ["defer ", "R.Fatal"],
    ["defer ", "l.Fatal"],
    ["defer ", "L.Fatal"],
    ["defer ", ").Fatal"],
    ["defer ", "\tFatal"],
    ["defer ", "fatal"],
    ["defer ", "die("],
  ],
  *check(pkg) {
    for (const func of pkg.functions) {
      if (!func.body || !mayExit(func.body)) continue; // words first: the flow costs more
      const flow = pkg.flow(func);
      if (flow.defers.length === 0) continue;
      for (const { kind, at: exit } of flow.exits) {
        if (kind !== "exit" || exit.kind !== "call_expression") continue;
        const pending = flow.defers.filter((d) => flow.reaches(d, exit));
        if (pending.length === 0) continue; // it exits before anything is deferred
        const callee = exit.child("function")?.text ?? "this call";
        const what = pending.length === 1 ? "a deferred call" : `${pending.length} deferred calls`;
        yield finding(
          this,
          exit,
          `${callee} ends the process and skips ${what}`,
          [movedToRun(pkg, func, exit, "error"), movedToRun(pkg, func, exit, "int")],
          {
            related: pending.map((d) => ({ at: d, message: "does not run then" })),
            tier: isMinor(pkg, exit, pending) ? "pedantic" : undefined,
          },
        );
      }
    }
  },
});

function mayExit(body: GoNode): boolean {
  const { text } = body;
  return text.includes("defer ") && (text.includes("xit(") || text.includes("die(") || mayBeFatal(body, text));
}

/** Some call is named Fatal or the like, and is not one that ends a test, whose deferred calls run. */
function mayBeFatal(body: GoNode, text: string): boolean {
  let tests: ReadonlySet<string> | null = null;
  for (let at = text.indexOf("atal"); at >= 0; at = text.indexOf("atal", at + 4)) {
    if (text[at - 1] !== "F" || text[at - 2] !== ".") return true;
    tests ??= testsIn(body);
    if (!tests.has(wordBefore(text, at - 2))) return true;
  }
  return false;
}

/** Names of parameters of a test's or benchmark's type, in the declaration around. */
function testsIn(body: GoNode): Set<string> {
  let root = body;
  while (root.parent) root = root.parent;
  const { text } = root;
  const names = new Set<string>();
  for (let at = text.indexOf("testing."); at >= 0; at = text.indexOf("testing.", at + 8)) {
    const star = text[at - 1] === "*" ? 1 : 0;
    if (text[at - 1 - star] === " ") names.add(wordBefore(text, at - 1 - star));
  }
  return names;
}

function wordBefore(text: string, end: number): string {
  return /\w*$/.exec(text.slice(Math.max(0, end - 40), end))?.[0] ?? "";
}

/** What is pending is of no use any more, a helper decides on the end, or the code is there to be read. */
function isMinor(pkg: PackageModel, exit: GoNode, pending: readonly GoNode[]): boolean {
  if (pending.every((d) => endsWithProcess(pkg, d))) return true;
  const symbol = pkg.symbol(exit.child("function") as GoNode) ?? "";
  if (!symbol.startsWith("os.Exit") && !symbol.startsWith("log.")) return true;
  return pkg.fileOf(exit).test && exit.closest("function_declaration")?.child("name")?.text.startsWith("Example") === true;
}

/** What the deferred call would do is done by the end of the process, or is of no use then. */
function endsWithProcess(pkg: PackageModel, defer: GoNode): boolean {
  const call = defer.items[0] && unparen(defer.items[0]);
  const callee = call?.kind === "call_expression" ? unparen(call.child("function") as GoNode) : null;
  if (!callee) return false;
  if (callee.kind === "func_literal")
    return callee.find("call_expression").some((c) => pkg.symbol(c.child("function") as GoNode) === "recover");
  if (callee.text.endsWith(".Body.Close")) return true;
  const symbol = pkg.symbol(callee);
  if (symbol !== null) return HARMLESS.has(symbol);
  const binding = callee.kind === "identifier" ? pkg.binding(callee) : null;
  const made = binding && definitionOf(pkg, binding)?.symbol;
  return made != null && /^(context\.With|os\/signal\.NotifyContext)/.test(made);
}

const HARMLESS = new Set([
  "close",
  "recover",
  "sync.Mutex.Unlock",
  "sync.RWMutex.Unlock",
  "sync.RWMutex.RUnlock",
  "sync.Locker.Unlock",
  "sync.WaitGroup.Done",
  "time.Timer.Stop",
  "time.Ticker.Stop",
  "os/signal.Stop",
  "database/sql.Rows.Close",
]);
