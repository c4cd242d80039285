import {
  addCase,
  besideContext,
  type ContextInScope,
  carriesSignals,
  caseChannel,
  contextInScope,
  defineRule,
  endsWithContext,
  type Finding,
  type Fix,
  finding,
  fix,
  type GoNode,
  hasOwnEnd,
  inCleanup,
  isBareSignal,
  isBounded,
  isDoneChannel,
  isHandshake,
  leaving,
  mayHaveContext,
  type PackageModel,
  placesOf,
  waitsForSignals,
} from "../../rule/index.ts";

/**
 * A select that blocks although a context is there to be waited on.
 *
 *     select {                      select {
 *     case v := <-in:        =>     case v := <-in:
 *     case err := <-failed:         case err := <-failed:
 *     }                             case <-ctx.Done():
 *                                       return ctx.Err()
 *                                   }
 */
export default defineRule({
  id: "select-without-done",
  family: "contexts",
  title: "A select does not wait on the context that is in scope",
  why: "When the context is cancelled, the goroutine goes on waiting: if the other side gave up too, it waits for ever and leaks with all that it holds.",
  fixSafety:
    "Always unsafe: the new case gives the work up where it used to go on. Check that leaving here leaves nothing half done, and that the callers expect the context's error.",
  silent:
    "The select has a default, waits on a `chan struct{}` with a name such as done, stop or quit, on a timer outside of loops, or on a goroutine that was started here and itself gets the context; the context can never end, or has ended already; the code is deferred cleanup. Pedantic where the wait has an end of its own: a channel that is closed (`v, ok := <-ch` with a way out), an idle timer whose case leaves, the answer of what was just started (`<-s.Ready()` or `<-s.Err()` of a value made here, a channel that a goroutine started here hands to what it calls, beside its result); and where all cases wait for signals of the operating system.",
  sources: ["https://pkg.go.dev/context#Context"],
  since: "0.1.0",
  tier: "recommended",
  triggers: besideContext("select {"),
  mayHold: (text) => mayHaveContext(text, placesOf(text, "select {")),
  *check(pkg) {
    for (const select of pkg.nodes("select_statement")) {
      const cases = select.items.filter((c) => c.kind === "communication_case");
      if (cases.length === 0) continue; // select {} waits for ever on purpose
      if (select.items.some((c) => c.kind === "default_case")) continue; // does not block
      if (inCleanup(select)) continue; // cleanup has to be done with the context gone, too
      const waits = cases.flatMap((c) => caseChannel(c) ?? []);
      if (waits.length < cases.length) continue; // a case that does not parse
      if (waits.some((w) => isDoneChannel(pkg, w))) continue; // it has an end to wait on
      const context = contextInScope(pkg, select);
      if (!context) continue; // nothing to wait on
      if (waits.some((w) => waitsForSignals(pkg, w))) continue; // lasts as long as the process
      if (context.via === "field" && waits.some((w) => isBareSignal(pkg, w))) continue; // what the type's author waits on instead
      if (isBounded(pkg, select, cases, context)) continue; // a timer ends the wait
      if (waits.some((w) => endsWithContext(pkg, w, select, context))) continue; // whoever answers gives up with the context
      yield report(
        pkg,
        select,
        context,
        hasOwnEnd(pkg, cases) || isHandshake(pkg, select, waits) || waits.every((w) => carriesSignals(pkg, w)),
      );
    }
  },
});

function report(pkg: PackageModel, select: GoNode, context: ContextInScope, ownEnd: boolean): Finding {
  const done = `${context.text}.Done()`;
  const related = context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [];
  // A protocol of its own may be meant to outlast the context: only for those who want to see every such wait.
  const extra = ownEnd ? { related, confidence: "likely" as const, tier: "pedantic" as const } : { related };
  return finding(
    { id: "select-without-done" },
    headOf(select),
    `this select has no case for ${done}`,
    () => [waitOn(pkg, select, context)],
    extra,
  );
}

/** The word `select`, so that the finding is one line long. */
function headOf(select: GoNode): GoNode {
  return select.children[0] ?? select;
}

function waitOn(pkg: PackageModel, select: GoNode, context: ContextInScope): Fix | null {
  const leave = leaving(pkg, select, context);
  return fix({
    title: `Give up when ${context.text} is done`,
    ...leave,
    edits: [addCase(select, `<-${context.text}.Done()`, leave.lines)],
  });
}
