import { defineRule, finding, handsOut, mendResource, messageOf, ownLeaks, SPAN, tierOf, witnessOf } from "../../rule/index.ts";

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
    "The tracer's type is not certain (it is neither declared as trace.Tracer nor the result of otel.Tracer or of a provider's Tracer); the span is returned, stored, captured by a literal that outlives the call, or passed to a function that is not known to leave it alone; the path ends in main.main, a panic or an exit. Pedantic where only a failing test leaks it, and where the process ends with the function.",
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
      yield finding(this, leak.call, messageOf(leak), mendResource(leak), { related: witnessOf(leak), tier: tierOf(leak) });
    }
  },
});
