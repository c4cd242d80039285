import {
  defineRule,
  type Fix,
  finding,
  fix,
  type GoNode,
  member,
  type PackageModel,
  qualifier,
  remove,
  replace,
  statementsOf,
} from "../../rule/index.ts";

const GOLEAK = "go.uber.org/goleak";

/**
 * Tests of a package that starts goroutines, and none of which would notice one that stays.
 *
 *  1. no TestMain  =>  func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
 *  2. os.Exit(m.Run())  =>  goleak.VerifyTestMain(m)
 */
export default defineRule({
  id: "add-goleak",
  family: "harden",
  title: "tests that would not notice a leaked goroutine",
  why: "A goroutine that a test leaves behind is invisible until it holds what the next test, or production, needs.",
  fixSafety: "Always unsafe: the module must require go.uber.org/goleak, and tests that leak today fail then, which is the point of it.",
  silent:
    "The package starts no goroutine, or has no tests; it uses goleak already; its TestMain does more than to run the tests and exit (then only a sketch is shown).",
  sources: ["https://pkg.go.dev/go.uber.org/goleak"],
  options: { ignore: "functions whose goroutines may stay, as goleak.IgnoreTopFunction takes them" },
  since: "0.1.0",
  tier: "harden",
  triggers: ["go func", "\tgo ", "func Test"],
  imports: ["testing"],
  *check(pkg) {
    if (pkg.files.some((f) => f.imports.some((i) => i.path === GOLEAK))) return; // looked after
    if ([...pkg.nodes("go_statement")].length === 0) return; // nothing to leak
    const tests = [...pkg.nodes("function_declaration")].filter((f) => pkg.fileOf(f).test && isTest(pkg, f, "T"));
    const [first] = tests;
    const name = first?.child("name");
    if (!first || !name) return; // no tests
    const [main, ...others] = pkg.lookup("TestMain");
    if (others.length > 0) return; // by build line
    const own = main?.node;
    yield finding(this, name, "the package starts goroutines, and its tests do not look for leaked ones", [
      own ? merged(pkg, own) : added(pkg, first),
    ]);
  },
});

/** `func TestX(t *testing.T)`, or of `M`. */
function isTest(pkg: PackageModel, func: GoNode, type: "T" | "M"): boolean {
  if (!func.child("name")?.text.startsWith("Test")) return false;
  const params = func.child("parameters")?.items ?? [];
  const pointer = params.length === 1 ? params[0]?.child("type") : null;
  const of = pointer?.kind === "pointer_type" ? pointer.items[0] : null;
  return of != null && pkg.symbol(of) === `testing.${type}`;
}

function verify(pkg: PackageModel, at: GoNode, m: string): { text: string; imports: NonNullable<Fix["imports"]> } | null {
  const goleak = qualifier(pkg, at, GOLEAK, "VerifyTestMain", "IgnoreTopFunction");
  if (!goleak) return null;
  const ignored = pkg.option("add-goleak", "ignore").map((name) => `${member(goleak, "IgnoreTopFunction")}(${JSON.stringify(name)})`);
  return { text: `${member(goleak, "VerifyTestMain")}(${[m, ...ignored].join(", ")})`, imports: goleak.imports };
}

const BECAUSE = "the module must require go.uber.org/goleak, and tests that leave goroutines behind fail then";

/** At the end of the first file with tests. */
function added(pkg: PackageModel, test: GoNode): Fix | null {
  const body = test.child("body") ?? test;
  const call = verify(pkg, body, "m");
  const testing = qualifier(pkg, body, "testing", "M");
  if (!call || !testing) return null;
  const { path, text } = test.source;
  const lines = ["", `func TestMain(m *${member(testing, "M")}) {`, `\t${call.text}`, "}", ""];
  return fix({
    title: "Look for leaked goroutines after the tests",
    applicability: "unsafe",
    because: BECAUSE,
    edits: [[{ at: { path, start: text.length, end: text.length }, text: (text.endsWith("\n") ? "" : "\n") + lines.join("\n") }]],
    imports: call.imports,
  });
}

/** VerifyTestMain runs the tests and exits by itself. */
function merged(pkg: PackageModel, main: GoNode): Fix | null {
  const body = main.child("body");
  const m = main.child("parameters")?.items[0]?.child("name")?.text;
  if (!body || m === undefined) return null;
  const call = verify(pkg, body, m);
  if (!call) return null;
  const statements = statementsOf(body);
  const last = statements[statements.length - 1];
  const exit = last?.kind === "expression_statement" ? last.items[0] : null;
  const drop = { file: main.source.path, path: "os", action: "drop" } as const;
  const title = "Look for leaked goroutines in TestMain";
  if (exit && pkg.symbol(exit.child("function") ?? exit) === "os.Exit") {
    const code = exit.child("arguments")?.items[0];
    if (code && isRun(code, m)) {
      return fix({ title, applicability: "unsafe", because: BECAUSE, edits: [replace(exit, call.text)], imports: [...call.imports, drop] });
    }
    const before = statements[statements.length - 2];
    const value = before?.kind === "short_var_declaration" ? before.child("right")?.items[0] : null;
    if (before && value && isRun(value, m) && before.child("left")?.items[0]?.text === code?.text) {
      return fix({
        title,
        applicability: "unsafe",
        because: BECAUSE,
        edits: [remove(before), replace(exit, call.text)],
        imports: [...call.imports, drop],
      });
    }
  }
  const run = body.find("call_expression").find((c) => isRun(c, m));
  if (run && exit === run)
    return fix({ title, applicability: "unsafe", because: BECAUSE, edits: [replace(run, call.text)], imports: call.imports });
  return fix({
    title,
    applicability: "display",
    because: "its TestMain does more after the tests: that goes into goleak.Cleanup, by hand",
    edits: run ? [replace(run, call.text)] : [null],
  });
}

function isRun(call: GoNode, m: string): boolean {
  return call.kind === "call_expression" && call.child("function")?.text === `${m}.Run`;
}
