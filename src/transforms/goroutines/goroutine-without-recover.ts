import {
  calleeOf,
  defineRule,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  insertFirst,
  type PackageModel,
  startedBy,
  statementsOf,
  unparen,
} from "../../rule/index.ts";

/**
 * A goroutine whose panic ends the program.
 *
 *     go func() {
 *         job.Run()
 *     }()
 */
export default defineRule({
  id: "goroutine-without-recover",
  family: "goroutines",
  title: "goroutine without a deferred recover",
  why: "A panic that is not recovered in its own goroutine ends the whole program, whatever the rest of it recovers from.",
  fixSafety: "A sketch to read: what a panic means there, and whether going on is right at all, only its author can say.",
  silent:
    "A deferred function recovers, or is not at hand; all that the goroutine does is one call of a function that recovers; it only waits, closes or signals; it waits for a timer, as time.AfterFunc would; what it runs is not at hand; tests.",
  sources: ["https://go.dev/ref/spec#Handling_panics"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: ["\tgo ", "{ go ", "; go ", ": go "],
  *check(pkg) {
    for (const go of pkg.nodes("go_statement")) {
      if (pkg.fileOf(go).test) continue; // a panic is a failed test
      const started = startedBy(pkg, go);
      if (!started?.body) continue; // not at hand
      if (recovers(started) || delegates(started) || isQuiet(started)) continue;
      if (standsForAfterFunc(started)) continue; // as time.AfterFunc would run it: without a recover, too
      yield finding(this, go.children[0] ?? go, "a panic in this goroutine ends the program", [sketch(started)]);
    }
  },
});

/** A deferred call that recovers, or of which nobody knows. */
function recovers(func: FuncModel): boolean {
  return func.pkg.flow(func).defers.some((defer) => {
    const call = defer.items[0] && unparen(defer.items[0]);
    if (call?.kind !== "call_expression") return true;
    const callee = calleeOf(func.pkg, call);
    return callee ? callsRecover(callee) : isForeign(func.pkg, unparen(call.child("function") ?? call));
  });
}

/** Not a builtin, not a local such as `cancel`, not the standard library's. */
function isForeign(pkg: PackageModel, callee: GoNode): boolean {
  const symbol = pkg.symbol(callee);
  if (symbol === null) return callee.kind !== "identifier";
  return symbol.includes("/") && symbol.slice(0, symbol.indexOf("/")).includes(".");
}

function callsRecover(func: FuncModel): boolean {
  return (func.body?.find("call_expression") ?? []).some(
    (c) => func.pkg.symbol(c.child("function") ?? c) === "recover" && func.pkg.functionOf(c) === func,
  );
}

/** Beside its defers it does nothing but call a function that recovers. */
function delegates(func: FuncModel): boolean {
  const rest = statementsOf(func.body as GoNode).filter((s) => s.kind !== "defer_statement");
  const call = rest.length === 1 && rest[0]?.kind === "expression_statement" ? rest[0].items[0] : null;
  const callee = call?.kind === "call_expression" ? calleeOf(func.pkg, call) : null;
  return callee?.body != null && recovers(callee);
}

/** A stopped timer is waited for, and what comes then is done: `defer timer.Stop(); select { case <-timer.C: ... }`. */
function standsForAfterFunc(func: FuncModel): boolean {
  const [stop, select, ...more] = statementsOf(func.body as GoNode);
  if (!stop || select?.kind !== "select_statement" || more.length > 0) return false;
  const call = stop.kind === "defer_statement" && stop.items[0] ? unparen(stop.items[0]) : null;
  return call?.kind === "call_expression" && func.pkg.symbol(unparen(call.child("function") ?? call)) === "time.Timer.Stop";
}

const QUIET = new Set([
  "Wait",
  "Done",
  "Add",
  "Stop",
  "Unlock",
  "Lock",
  "close",
  "cancel",
  "Err",
  "Sleep",
  "NewTimer",
  "After",
  "Context",
  "Println",
  "Printf",
  "Print",
  "len",
]);

/** It only waits, closes, or signals. */
function isQuiet(func: FuncModel): boolean {
  const { body } = func;
  if (!body || body.find("type_assertion_expression", "index_expression").length > 0) return false;
  return body.find("call_expression").every((c) => {
    const callee = unparen(c.child("function") ?? c);
    return callee.kind === "func_literal" || QUIET.has(callee.child("field")?.text ?? callee.text);
  });
}

function sketch(func: FuncModel): Fix | null {
  return fix({
    title: "Recover in the goroutine",
    applicability: "display",
    because: "what a panic means there is for its author to say",
    edits: [insertFirst(func.body as GoNode, ["defer func() {", "\tif r := recover(); r != nil {", "\t\t// report it", "\t}", "}()"])],
  });
}
