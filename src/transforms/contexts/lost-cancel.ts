import {
  CANCEL,
  constantOf,
  defineRule,
  finding,
  type GoNode,
  handsOut,
  type Leak,
  leakingReturns,
  leaks,
  mend,
  messageOf,
  outlives,
  type PackageModel,
  unparen,
  witnessOf,
} from "../../rule/index.ts";

/**
 * A context's cancel function that is dropped, or not called on some path.
 *
 *     ctx, cancel := context.WithTimeout(ctx, d)     ctx, cancel := context.WithTimeout(ctx, d)
 *     if err := ping(ctx); err != nil {              defer cancel()
 *         return err                           =>    if err := ping(ctx); err != nil {
 *     }                                                  return err
 *     cancel()                                       }
 *     return nil                                     cancel()
 *                                                    return nil
 *
 * Safe when the context ends with the call: cancel may be called twice, and nobody waits on the context any more.
 */
export default defineRule({
  id: "lost-cancel",
  family: "contexts",
  title: "cancel function that is not called on every path",
  why: "Until cancel is called, or the parent ends, the context stays registered with its parent and its timer runs: each call leaks a little more.",
  fixSafety:
    "A deferred cancel is safe when neither the context nor what was made from it leaves the function. Unsafe when it does (returned, stored, given to a goroutine): whoever has it would find it cancelled. Where the cancel is handed over on other paths, it is called before the returns that keep it.",
  silent:
    "The cancel function is returned, stored, sent, captured by a literal that outlives the call, or passed to a function that is not known to leave it alone; the path ends in main.main, a panic or an exit; the function never returns; the context has ended when it is made (a deadline of time.Now(), a constant timeout that is not positive). Pedantic for a `_` in a test.",
  sources: ["https://pkg.go.dev/context#WithCancel", "https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/lostcancel"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["WithCancel", "WithTimeout", "WithDeadline", "NotifyContext"],
  imports: ["context", "os/signal"],
  handsOut: handsOut([CANCEL]),
  *check(pkg) {
    for (const leak of leaks(pkg, CANCEL)) {
      if (leak.kind === "overwritten" && rootless(pkg, leak)) continue; // nothing holds it, and nothing ran under it
      if (bornEnded(pkg, leak)) continue; // there is nothing left to release
      // A test that throws it away has said so; the context ends with the test's parent, its deadline or its process.
      const tier = leak.kind === "dropped" && pkg.fileOf(leak.call).test ? "pedantic" : undefined;
      yield finding(this, leak.call, messageOf(leak), () => mend(leak, { doubt: whyStillNeeded(pkg, leak) }), {
        related: witnessOf(leak),
        tier,
      });
    }
  },
});

/** Why a cancel at the end of the call may be too early; null when the context ends with the call. */
function whyStillNeeded(pkg: PackageModel, leak: Leak): string | null {
  const results = leak.slot?.parent?.items ?? [];
  const name = leak.slot ? results[results.indexOf(leak.slot) - 1] : undefined;
  if (!name || name.text === "_") return null;
  const context = name.kind === "identifier" ? pkg.binding(name) : null;
  if (!context || context.func !== leak.func || context.kind === "result") return `${name.text} is kept beyond the call`;
  let kept = outlives(pkg, context, leak.func);
  if (leak.handedOver) {
    const flow = pkg.flow(leak.func);
    const exits = leakingReturns(leak) ?? [];
    kept = kept.filter((at) => exits.some((exit) => exit === at || flow.reaches(at, exit)));
  }
  const [at] = kept;
  if (!at) return null;
  const line = at.source.text.slice(0, at.start).split("\n").length;
  return `${name.text}, or what was made with it, may be in use after the function has returned: see line ${line}`;
}

/** `context.WithCancel(context.Background())`: registered nowhere, without a timer. */
function rootless(pkg: PackageModel, { call, acquire }: Leak): boolean {
  if (!acquire.symbol.startsWith("context.WithCancel")) return false;
  const parent = call.child("arguments")?.items[0];
  const callee = parent?.kind === "call_expression" ? parent.child("function") : null;
  const symbol = callee ? pkg.symbol(callee) : null;
  return symbol === "context.Background" || symbol === "context.TODO";
}

/** The deadline has passed when the context is made: it is registered nowhere and has no timer. */
function bornEnded(pkg: PackageModel, { call, acquire }: Leak): boolean {
  const when = call.child("arguments")?.items[1];
  if (!when) return false;
  if (acquire.symbol.startsWith("context.WithTimeout")) return isNotPositive(pkg, when);
  return acquire.symbol.startsWith("context.WithDeadline") && isPast(pkg, when);
}

/** `time.Now()`, and `time.Now().Add(d)` of a constant that is not positive. */
function isPast(pkg: PackageModel, time: GoNode): boolean {
  const call = unparen(time);
  if (call.kind !== "call_expression") return false;
  const callee = unparen(call.child("function") as GoNode);
  if (pkg.symbol(callee) === "time.Now") return true;
  const [by] = call.child("arguments")?.items ?? [];
  const from = callee.kind === "selector_expression" && callee.child("field")?.text === "Add" ? callee.child("operand") : null;
  return from !== null && by !== undefined && isNotPositive(pkg, by) && isPast(pkg, from);
}

function isNotPositive(pkg: PackageModel, duration: GoNode): boolean {
  const value = constantOf(pkg, duration);
  return (typeof value === "number" || typeof value === "bigint") && value <= 0;
}
