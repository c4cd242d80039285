import {
  calleesOf,
  defineRule,
  type Fix,
  finding,
  type GoNode,
  handsOut,
  type Leak,
  mendResource,
  messageOf,
  ownLeaks,
  SPAN,
  tierOf,
  witnessOf,
} from "../../rule/index.ts";

/**
 * An OpenTelemetry span that is not ended on some path.
 *
 *     ctx, span := tracer.Start(ctx, "load")   ctx, span := tracer.Start(ctx, "load")
 *     if err := load(ctx); err != nil {        defer span.End()
 *         return err                     =>    if err := load(ctx); err != nil {
 *     }                                            return err
 *     span.End()                               }
 *     return nil                               span.End()
 *                                              return nil
 *
 * What was done to a span after End is ignored, a second End too: so the defer is safe.
 */
export default defineRule({
  id: "span-not-ended",
  family: "resources",
  title: "span that is not ended on every path",
  why: "A span that is not ended is never exported: the trace has a hole just where something went wrong, and the span's memory stays until the exporter gives it up.",
  fixSafety:
    "A deferred End is safe: the span leaves the function on no path, and a second End does nothing. Where it leaves on other paths, End goes before the returns that keep it. In a loop the fix is unsafe: it ends the span on each way out of the turn, or puts the turn into a function literal.",
  silent:
    "The tracer's type is not certain (it is neither declared as trace.Tracer nor the result of otel.Tracer or of a provider's Tracer); the span is returned, stored, captured by a literal that outlives the call, or passed to a function that is not known to leave it alone; the path ends in main.main, a panic or an exit. Pedantic where only a failing test leaks it, where the process ends with the function, and where a span without a name goes on in its context to code that is not known, or that asks for it: then no fix is safe.",
  sources: [
    "https://pkg.go.dev/go.opentelemetry.io/otel/trace#Span",
    "https://opentelemetry.io/docs/languages/go/instrumentation/#creating-spans",
  ],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Start("],
  imports: ["go.opentelemetry.io/otel/..."],
  handsOut: handsOut([SPAN]),
  *check(pkg) {
    for (const leak of ownLeaks(pkg, SPAN)) {
      const elsewhere = leavesWithContext(leak);
      const fixes = elsewhere ? mendResource(leak).map(unsafe) : mendResource(leak);
      yield finding(this, leak.call, messageOf(leak), fixes, { related: witnessOf(leak), tier: elsewhere ? "pedantic" : tierOf(leak) });
    }
  },
});

/** The span has no name, but its context goes to code that is not known, or that asks for its span: that may end it. */
function leavesWithContext({ pkg, call, slot }: Leak): boolean {
  const name = slot?.text === "_" ? slot.parent?.items[0] : undefined;
  const context = name?.kind === "identifier" ? pkg.binding(name) : null;
  return context?.uses.some(({ node, how }) => how !== "write" && node.start > call.end && !staysWithoutSpan(pkg, node)) ?? false;
}

function staysWithoutSpan(pkg: Leak["pkg"], context: GoNode): boolean {
  const call = context.parent?.kind === "argument_list" ? context.parent.parent : null;
  if (call?.kind !== "call_expression") return context.parent?.kind === "selector_expression";
  const callees = calleesOf(pkg, call);
  return callees.length > 0 && callees.every((c) => !c.node.text.includes("SpanFromContext"));
}

function unsafe(fix: Fix | null): Fix | null {
  return fix && { ...fix, applicability: "unsafe", because: "the context carries the span on: whoever gets it may end the span later" };
}
