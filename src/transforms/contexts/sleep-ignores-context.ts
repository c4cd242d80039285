import {
  type ContextInScope,
  cancelsAfter,
  constantOf,
  contextFor,
  defineRule,
  finding,
  type GoNode,
  inCleanup,
  inGoroutine,
  isDoneChannel,
  isNamed,
  isRepeated,
  loopsAround,
  type PackageModel,
  pauseToo,
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
    "The sleep is neither in a loop nor in a goroutine; each turn asks ctx.Err(), ctx.Done() or a done channel and the sleep is a constant of less than a second; the context can never end, has ended already, or is a request's in a goroutine that outlives the handler; what follows the sleep cancels the context; the code is deferred cleanup. Pedantic in tests, for constants of less than a second.",
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
      const context = contextFor(pkg, node);
      if (!context) continue; // nothing to wait on
      if (cancelsAfter(pkg, context, node)) continue; // it is who ends the context
      const repeated = isRepeated(pkg, node);
      if (!repeated && !inGoroutine(pkg, node)) continue; // one pause of the caller's own
      const short = isNumber(duration, (d) => d < LONG);
      if (repeated && short && looksForEnd(pkg, node, context)) continue; // the turn ends soon
      const tier = short && pkg.fileOf(node).test ? "pedantic" : undefined; // a test ends soon, too
      const related = context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [];
      yield finding(this, node, `this sleep goes on when ${context.text} is done`, [pauseToo(pkg, node, context)], { related, tier });
    }
  },
});

function isNumber(constant: ReturnType<typeof constantOf> | undefined, holds: (value: number | bigint) => boolean): boolean {
  return (typeof constant === "number" || typeof constant === "bigint") && holds(constant);
}

/** Each turn of a loop around asks the context, or receives from a done channel, in the loop's condition or its body. */
function looksForEnd(pkg: PackageModel, sleep: GoNode, context: ContextInScope): boolean {
  const func = pkg.functionOf(sleep);
  return loopsAround(sleep).some((loop) =>
    loop.find("call_expression", "unary_expression").some((n) => {
      if (pkg.functionOf(n) !== func) return false;
      const operand = n.child("operand");
      if (n.kind === "unary_expression") return n.child("operator")?.kind === "<-" && operand !== null && isDoneChannel(pkg, operand);
      const callee = unparen(n.child("function") as GoNode);
      const asked = callee.kind === "selector_expression" && callee.child("field")?.text === "Err" ? callee.child("operand") : null;
      return asked !== null && (asked.text === context.text || isNamed(pkg.typeOf(asked), "context.Context"));
    }),
  );
}
