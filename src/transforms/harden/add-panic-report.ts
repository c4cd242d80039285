import { defineRule, type Fix, finding, fix, type GoNode, insertFirst, member, type PackageModel, qualifier } from "../../rule/index.ts";

/**
 * A goroutine whose panic is told by nobody but the crash.
 *
 *     go func() {                 go func() {
 *         job.Run()          =>       defer report.Panic()
 *     }()                             job.Run()
 *                                 }()
 */
export default defineRule({
  id: "add-panic-report",
  family: "harden",
  title: "goroutine whose panic is not reported",
  why: "A panic in a goroutine ends the program; what led to it is lost unless somebody reports it on the way.",
  fixSafety:
    "Always unsafe: where panics are reported to is the project's to say. Without the option the panic is logged with its stack and goes on, so that the program ends as before.",
  silent: "The goroutine has a deferred recover, or defers the reporter already; what it runs is no literal; tests.",
  sources: ["https://go.dev/ref/spec#Handling_panics"],
  options: { reporter: "the function that is deferred, as import/path.Func; without it the panic is logged and goes on" },
  since: "0.1.0",
  tier: "harden",
  triggers: ["go func"],
  *check(pkg) {
    const [reporter] = pkg.option(this.id, "reporter");
    for (const go of pkg.nodes("go_statement")) {
      if (pkg.fileOf(go).test) continue; // a panic is a failed test
      const body = literalBody(go);
      if (!body) continue; // a named function reports for itself, or not at all its starts
      if (reports(pkg, body, reporter)) continue;
      yield finding(this, go.children[0] ?? go, "a panic in this goroutine is reported by nobody", [
        reporter === undefined ? logged(pkg, body) : reported(pkg, body, reporter),
      ]);
    }
  },
});

function literalBody(go: GoNode): GoNode | null {
  const callee = go.items[0]?.child("function");
  return callee?.kind === "func_literal" ? callee.child("body") : null;
}

/** A deferred call at the literal's own level recovers, or is the reporter. */
function reports(pkg: PackageModel, body: GoNode, reporter: string | undefined): boolean {
  return body.find("defer_statement").some((defer) => {
    const callee = defer.items[0]?.child("function");
    if (!callee) return true;
    if (callee.kind === "func_literal") return callee.find("call_expression").some((c) => c.child("function")?.text === "recover");
    return reporter !== undefined && pkg.symbol(callee) === reporter;
  });
}

function reported(pkg: PackageModel, body: GoNode, reporter: string): Fix | null {
  const dot = reporter.lastIndexOf(".");
  const path = reporter.slice(0, dot);
  const name = reporter.slice(dot + 1);
  const own = path === pkg.path;
  const q = own ? { name: "", imports: [] } : qualifier(pkg, body, path, name);
  if (!q || dot < 0) return null;
  return fix({
    title: `Report a panic with ${member(q, name)}`,
    applicability: "unsafe",
    because: "what the reporter does, and whether the program ends then, is the project's to say",
    edits: [insertFirst(body, `defer ${member(q, name)}()`)],
    imports: q.imports,
  });
}

function logged(pkg: PackageModel, body: GoNode): Fix | null {
  const log = qualifier(pkg, body, "log", "Printf");
  const debug = qualifier(pkg, body, "runtime/debug", "Stack");
  if (!log || !debug) return null;
  const lines = [
    "defer func() {",
    "\tif r := recover(); r != nil {",
    `\t\t${member(log, "Printf")}("panic: %v\\n%s", r, ${member(debug, "Stack")}())`,
    "\t\tpanic(r)",
    "\t}",
    "}()",
  ];
  return fix({
    title: "Log a panic with its stack, and let it go on",
    applicability: "unsafe",
    because: "where panics are reported to is the project's to say: the option reporter names its own function",
    edits: [insertFirst(body, lines)],
    imports: [...log.imports, ...debug.imports],
  });
}
