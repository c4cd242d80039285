import {
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  type GoNode,
  goroutineOf,
  insertAfter,
  type PackageModel,
  plainStatement,
  type Runner,
  remove,
  replace,
  spanOf,
  statementsOf,
  unparen,
} from "../../rule/index.ts";

/** What ends the test's own goroutine, and what reports and goes on. null: nothing is left to report. */
const REPORTS: Readonly<Record<string, string | null>> = {
  Fatal: "Error",
  Fatalf: "Errorf",
  FailNow: "Fail",
  Skip: "Log",
  Skipf: "Logf",
  SkipNow: null,
};

const SYMBOLS: ReadonlySet<string> = new Set(
  ["common", "T", "B", "F", "TB"].flatMap((type) => Object.keys(REPORTS).map((name) => `testing.${type}.${name}`)),
);

/**
 * t.Fatal in a goroutine that is not the test's.
 *
 *     go func() {                          go func() {
 *         if err := run(); err != nil {        if err := run(); err != nil {
 *             t.Fatal(err)             =>          t.Error(err)
 *         }                                        return
 *     }()                                      }
 *                                          }()
 */
export default defineRule({
  id: "fatal-in-goroutine",
  family: "goroutines",
  title: "t.Fatal, FailNow or Skip is called outside of the test's goroutine",
  why: "FailNow and SkipNow end the goroutine that calls them: in another one than the test's, the test goes on, or waits for ever for what that goroutine was to send.",
  fixSafety:
    "Unsafe: Error reports and returns where Fatal ended the goroutine with its callers; deferred calls run as before. A skip becomes a line in the log: the test is not skipped, as it was not before.",
  silent:
    "The test value belongs to a subtest that the goroutine runs itself; the literal is given to a function that is not known to start a goroutine.",
  sources: ["https://pkg.go.dev/testing#T.FailNow", "https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/testinggoroutine"],
  since: "0.1.0",
  tier: "recommended",
  triggers: Object.keys(REPORTS).flatMap((name) => [
    ["\tgo ", `.${name}(`],
    ["go func", `.${name}(`],
    [".Go(", `.${name}(`],
  ]),
  imports: ["testing"],
  *check(pkg) {
    for (const node of pkg.nodes("call_expression")) {
      const callee = unparen(node.child("function") ?? node);
      const name = callee.kind === "selector_expression" ? (callee.child("field")?.text ?? "") : "";
      if (!Object.hasOwn(REPORTS, name) || !node.closest("func_literal")) continue; // names first: what they mean costs more to tell
      const runner = goroutineOf(pkg, node);
      if (!runner) continue; // the test's own goroutine, or it cannot be told
      const test = unparen(callee.child("operand") ?? callee);
      const binding = test?.kind === "identifier" ? pkg.binding(test) : null;
      if (!binding) continue;
      const own = binding.func !== null && runner.start.contains(binding.func.node) && !isArgument(binding.func.node, runner);
      if (own) continue; // a subtest that this goroutine runs
      if (!SYMBOLS.has(pkg.symbol(callee) ?? "")) continue;
      yield finding(
        this,
        node,
        `${binding.name}.${name} ends this goroutine, not the test`,
        [reported(pkg, node, runner, binding.name, name)],
        {
          related: [{ at: runner.start.children[0] ?? runner.start, message: "the goroutine is started here" }],
        },
      );
    }
  },
});

/** `go func(t *testing.T) {...}(t)`: the parameter is the test's own value. */
function isArgument(literal: GoNode, runner: Runner): boolean {
  return runner.body.node === literal && literal.parent?.kind === "call_expression";
}

/** Error in the place of Fatal, and a return behind it where something would follow. */
function reported(pkg: PackageModel, call: GoNode, runner: Runner, test: string, name: string): Fix | null {
  const statement = plainStatement(call);
  const selector = unparen(call.child("function") ?? call);
  const field = selector.child("field");
  if (statement?.kind !== "expression_statement" || !field || pkg.functionOf(call) !== runner.body || runner.body.results.length > 0)
    return null;
  const instead = REPORTS[name];
  const leave = isLast(statement, runner.body.body) ? [] : ["return"];
  const edits: Edits[] = instead
    ? [replace(field, instead), leave.length > 0 ? insertAfter(statement, leave) : []]
    : [leave.length > 0 ? [{ at: spanOf(statement), text: "return" }] : remove(statement)];
  const skips = name.startsWith("Skip");
  return fix({
    title: instead ? `Call ${test}.${instead} and return` : "Return from the goroutine",
    applicability: "unsafe",
    because: skips
      ? "the test is not skipped: whether it should be must be told in its own goroutine"
      : "the goroutine returns instead of being ended: what waits for it may now see a value that it did not send",
    edits,
    assumes: [statement],
  });
}

/** Nothing runs behind it in the goroutine's function: it is the last statement, not inside of a loop or clause. */
function isLast(statement: GoNode, body: GoNode | null): boolean {
  for (let s = statement; body; ) {
    const owner = s.parent?.parent;
    if (!owner || statementsOf(owner).at(-1) !== s) return false;
    if (owner === body) return true;
    const outer = owner.parent;
    if (owner.kind !== "block" || outer?.kind !== "if_statement") return false;
    let top = outer;
    while (top.parent?.kind === "if_statement") top = top.parent;
    s = top;
  }
  return false;
}
