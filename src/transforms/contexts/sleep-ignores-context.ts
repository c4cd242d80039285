import {
  besideContext,
  type ContextInScope,
  cancelsAfter,
  constantOf,
  contextFor,
  defineRule,
  definitionOf,
  finding,
  type GoNode,
  inCleanup,
  inGoroutine,
  isDoneChannel,
  isGivenEndless,
  isNamed,
  isRepeated,
  loopsAround,
  mayHaveContext,
  type PackageModel,
  pauseToo,
  placesOf,
  unparen,
  writtenLater,
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
    "The sleep is neither in a loop nor in a goroutine; each turn asks ctx.Err(), ctx.Done() or a done channel and the sleep is a constant of less than a second; the context can never end, has ended already, or is a request's in a goroutine that outlives the handler; what follows the sleep cancels the context; the code is deferred cleanup, or the loop does nothing but sleep; all who call an unexported function hand it a context that can never end. Pedantic in tests, in a literal that does not name the context, and for constants of less than a second in a loop whose calls get it.",
  sources: ["https://pkg.go.dev/time#Sleep", "https://go.dev/blog/context"],
  since: "0.1.0",
  tier: "recommended",
  triggers: besideContext("Sleep("),
  imports: ["time"],
  mayHold: (text) => mayHaveContext(text, placesOf(text, "Sleep(")),
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
      const short = isNumber(duration, (d) => d < LONG) || isCapped(pkg, args[0]);
      if (repeated && short && looksForEnd(pkg, node, context)) continue; // the turn ends soon
      if (isAllOfLoop(node)) continue; // made to hang
      if (isGivenEndless(pkg, context)) continue; // nothing would ever end it
      const tier = isOfUse(pkg, node, context, { short, repeated }) ? undefined : "pedantic";
      const related = context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [];
      yield finding(this, node, `this sleep goes on when ${context.text} is done`, () => [pauseToo(pkg, node, context)], { related, tier });
    }
  },
});

function isNumber(constant: ReturnType<typeof constantOf> | undefined, holds: (value: number | bigint) => boolean): boolean {
  return (typeof constant === "number" || typeof constant === "bigint") && holds(constant);
}

/** Is the end of the sleep worth waiting for? Not in tests, which end soon; nor where the code is not bound to the context, or fails with it after a short sleep. */
function isOfUse(
  pkg: PackageModel,
  sleep: GoNode,
  context: ContextInScope,
  { short, repeated }: { readonly short: boolean; readonly repeated: boolean },
): boolean {
  if (pkg.fileOf(sleep).test) return false;
  const names = (where: GoNode) => where.find("identifier").some((n) => n.text === context.binding.name);
  const func = pkg.functionOf(sleep);
  if (func?.name === "" && context.binding.func !== func && !names(func.node)) return false; // a goroutine of its own
  if (!short) return true;
  return repeated && !loopsAround(sleep).some(names); // the calls of the turn end with the context
}

/** `for { time.Sleep(d) }` */
function isAllOfLoop(sleep: GoNode): boolean {
  const [loop] = loopsAround(sleep);
  return (
    loop?.items.length === 1 &&
    loop
      .child("body")
      ?.find("call_expression")
      .every((c) => sleep.contains(c)) === true
  );
}

/** `if d > most { d = most }`, with most a constant of a second at most. */
function isCapped(pkg: PackageModel, duration: GoNode): boolean {
  const e = unparen(duration);
  const binding = e.kind === "identifier" ? pkg.binding(e) : null;
  return (
    binding?.uses.some((use) => {
      const assignment = use.how === "write" ? use.node.closest("assignment_statement") : null;
      const condition = assignment?.closest("if_statement")?.child("condition");
      const most = assignment?.child("right")?.items[0];
      if (!most || condition?.kind !== "binary_expression" || !condition.children.some((c) => c.is(">", ">="))) return false;
      if (condition.child("left")?.text !== e.text || condition.child("right")?.text !== most.text) return false;
      const named = most.kind === "identifier" ? pkg.binding(most) : null;
      const made = named && !writtenLater(named) ? definitionOf(pkg, named)?.value : null;
      return isNumber(constantOf(pkg, made ?? most), (d) => d <= LONG);
    }) ?? false
  );
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
