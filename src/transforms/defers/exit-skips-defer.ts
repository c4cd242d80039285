import { defineRule, finding, type GoNode, hasNothing, isMissed, movedToRun, type PackageModel } from "../../rule/index.ts";

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
    "No deferred call is pending on a way to the exit, or the exit stands under the error of what was to be released; the exit stands in another function, or in a literal of its own. Recommended where what is skipped is missed when the process is gone: files to remove, children to end, a mount, a terminal's state, a profile, the last lines of a log; and, where the exit does not say that it failed, a Flush, the Close of an archive or a compressor, a Commit, a Wait, a line that is printed. Pedantic where all that is pending ends with the process anyway, or cannot be told: files, connections, servers, locks, contexts; where the function has made the deferred call itself before; where a helper of the module ends the process; and in examples of documentation. Functions with results, methods and literals get no fix.",
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
        const pending = flow.defers.filter((d) => flow.reaches(d, exit) && !hasNothing(pkg, d, exit));
        if (pending.length === 0) continue; // it exits before anything is deferred, or has got nothing to release
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

/** Nothing of what is pending is missed afterwards, a helper decides on the end, or the code is there to be read. */
function isMinor(pkg: PackageModel, exit: GoNode, pending: readonly GoNode[]): boolean {
  const symbol = pkg.symbol(exit.child("function") as GoNode) ?? "";
  if (!symbol.startsWith("os.Exit") && !symbol.startsWith("log.")) return true;
  if (pkg.fileOf(exit).test && exit.closest("function_declaration")?.child("name")?.text.startsWith("Example")) return true;
  return !pending.some((d) => isMissed(pkg, d, exit));
}
