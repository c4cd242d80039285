import {
  type ContextInScope,
  cancelsAfter,
  constantOf,
  contextsInScope,
  defineRule,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  inCleanup,
  inGoroutine,
  insertAfter,
  isNamed,
  isRepeated,
  leaving,
  loopsAround,
  member,
  type PackageModel,
  qualifier,
  reachOf,
  replace,
  runsAfterDone,
  statementOf,
  unlabelled,
  unparen,
} from "../../rule/index.ts";

/** From here on a sleep is felt by who waits for the end, even where each turn looks at the context. In nanoseconds. */
const LONG = 1_000_000_000;

/**
 * A time.Sleep, in a loop or a goroutine, that goes on when the context is done.
 *
 *     for !ready() {                        for !ready() {
 *         time.Sleep(5 * time.Second)           timer := time.NewTimer(5 * time.Second)
 *     }                                         select {
 *                                      =>       case <-timer.C:
 *                                               case <-ctx.Done():
 *                                                   timer.Stop()
 *                                                   return ctx.Err()
 *                                               }
 *                                           }
 */
export default defineRule({
  id: "sleep-ignores-context",
  family: "contexts",
  title: "time.Sleep does not end when the context does",
  why: "A sleeping goroutine cannot be told to stop: after the cancel it sleeps on, and in a loop it goes on working for a caller that has left.",
  fixSafety:
    "Always unsafe: the function gives the work up where it used to go on. Check that leaving here leaves nothing half done, and that the callers expect the context's error.",
  silent:
    "The sleep is neither in a loop nor in a goroutine; each turn asks ctx.Err() or ctx.Done() and the sleep is a constant of less than a second; the context can never end, has ended already, or is a request's in a goroutine that outlives the handler; what follows the sleep cancels the context; the code is deferred cleanup.",
  sources: ["https://pkg.go.dev/time#Sleep", "https://go.dev/blog/context"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["Sleep(", "ontext"],
    ["Sleep(", "ctx"],
    ["Sleep(", "Request"],
    ["Sleep(", "tream"],
  ],
  imports: ["time"],
  *check(pkg) {
    for (const { node, args } of pkg.calls("time.Sleep")) {
      const duration = args[0] && constantOf(pkg, args[0]);
      if (!args[0] || isNumber(duration, (d) => d <= 0)) continue; // it does not wait
      if (inCleanup(node)) continue; // cleanup has to be done with the context gone, too
      const context = contextsInScope(pkg, node).find((c) => !runsAfterDone(c, node));
      if (!context) continue; // nothing to wait on
      if (cancelsAfter(pkg, context, node)) continue; // it is who ends the context
      const repeated = isRepeated(pkg, node);
      if (!repeated && !inGoroutine(pkg, node)) continue; // one pause of the caller's own
      const short = isNumber(duration, (d) => d < LONG);
      if (repeated && short && looksAtContext(pkg, node, context)) continue; // the turn ends soon
      const related = context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [];
      yield finding(this, node, `this sleep goes on when ${context.text} is done`, [onTimer(pkg, node, context)], { related });
    }
  },
});

function isNumber(constant: ReturnType<typeof constantOf> | undefined, holds: (value: number | bigint) => boolean): boolean {
  return (typeof constant === "number" || typeof constant === "bigint") && holds(constant);
}

/** A loop around asks the context in each turn, in its condition or its body. */
function looksAtContext(pkg: PackageModel, sleep: GoNode, context: ContextInScope): boolean {
  return loopsAround(sleep).some((loop) =>
    loop.find("call_expression").some((call) => {
      if (pkg.functionOf(call) !== pkg.functionOf(sleep)) return false;
      const callee = unparen(call.child("function") as GoNode);
      const operand = callee.kind === "selector_expression" ? callee.child("operand") : null;
      const name = callee.child("field")?.text;
      if (!operand || (name !== "Err" && name !== "Done")) return false;
      return operand.text === context.text || isNamed(pkg.typeOf(operand), "context.Context");
    }),
  );
}

function onTimer(pkg: PackageModel, call: GoNode, context: ContextInScope): Fix | null {
  const statement = statementOf(call);
  const callee = call.child("function");
  const time = qualifier(pkg, call, "time", "NewTimer");
  if (!statement || unlabelled(statement) !== call.parent || !callee || !time) return null;
  const timer = freshName(pkg, "timer", statement);
  const leave = leaving(pkg, statement, context);
  return fix({
    title: `Sleep on a timer, and give up when ${context.text} is done`,
    ...leave,
    edits: [
      replace(callee, `${timer} := ${member(time, "NewTimer")}`),
      insertAfter(statement, [
        "select {",
        `case <-${timer}.C:`,
        `case <-${context.text}.Done():`,
        `\t${timer}.Stop()`,
        ...leave.lines.map((l) => `\t${l}`),
        "}",
      ]),
    ],
    imports: time.imports,
    assumes: [...leave.assumes, reachOf(statement)],
  });
}
