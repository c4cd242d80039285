import {
  type Acquisition,
  acquiredBy,
  acquisitions,
  type Binding,
  BODY,
  CANCEL,
  callsBeside,
  defineRule,
  definitionOf,
  type Edits,
  eventsOf,
  type Fix,
  finding,
  fix,
  type GoNode,
  handsOut,
  insertAfter,
  insertBefore,
  isNamed,
  isReadToEnd,
  leavesOf,
  locksOf,
  loopsAround,
  outlives,
  ownerOf,
  type PackageModel,
  RESOURCES,
  type Resource,
  remove,
  rootOf,
  SPAN,
  sameMutex,
  statementOf,
  statementsOf,
  subjectOf,
  terminates,
  unwindsIn,
  waysOf,
  wrapStatements,
} from "../../rule/index.ts";

/**
 * A release that is deferred in a loop: it runs when the function returns, not when the turn ends.
 *
 *     for _, path := range paths {             for _, path := range paths {
 *         f, err := os.Open(path)                  f, err := os.Open(path)
 *         if err != nil {                          if err != nil {
 *             return err                               return err
 *         }                              =>        }
 *         defer f.Close()                          sum(f)
 *         sum(f)                                   f.Close()
 *     }                                        }
 */
export default defineRule({
  id: "defer-in-loop",
  family: "resources",
  title: "release deferred in a loop",
  why: "Deferred calls run when the function returns: each turn keeps one more file, connection or timer open, and a lock is asked for again while it is held.",
  fixSafety:
    "Every fix is unsafe: a literal around the turn makes its rest a function of its own, for recover and for other defers in it; a release on each way out of the turn is not run by a panic, nor by a way out that is added later.",
  silent:
    "The turn that defers leaves the loop; the resource is kept and used after its turn; the loop goes over elements that are written out in its head; the literal or function around is called anew for each turn. Pedantic where the turn does nothing with it but hold it, and where a test reads the response to its end in the turn, or goes over a table of up to eight rows.",
  sources: ["https://go.dev/ref/spec#Defer_statements"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [...acquiredBy([...RESOURCES, CANCEL]), "Lock("].map((call) => ["defer", "for ", call]),
  handsOut: handsOut([...RESOURCES, CANCEL]),
  *check(pkg) {
    for (const row of [...RESOURCES, CANCEL]) {
      for (const acquisition of acquisitions(pkg, row)) {
        const deferred = deferredInLoop(pkg, acquisition, row);
        if (!deferred || !acquisition.holder) continue;
        const what = subjectOf(row, acquisition.holder.name);
        yield finding(
          this,
          deferred,
          `${what} is ${row.words.done} when the function returns, not when the turn of the loop ends`,
          fixes(pkg, acquisition.call, deferred),
          {
            related: [{ at: acquisition.call, message: "each turn takes another one here" }],
            tier: isHeldOnPurpose(acquisition, deferred) || isReadIn(acquisition) || isOfShortTable(pkg, deferred) ? "pedantic" : undefined,
          },
        );
      }
    }
    yield* locked(pkg);
  },
});

const rule = { id: "defer-in-loop" };

/** The deferred release, when acquisition and defer stand in one loop whose next turn acquires again. */
function deferredInLoop(pkg: PackageModel, { call, func, holder, slot }: Acquisition, row: Resource): GoNode | null {
  if (!holder || !slot) return null;
  const events = eventsOf(pkg, holder, waysOf({ ...row }), func);
  if (events.handed.length > 0) return null; // kept beyond the turn
  const deferred = events.released
    .map((r) => (r.kind === "defer_statement" ? r : r.closest("defer_statement")))
    .find((d) => d !== null && pkg.functionOf(d) === func);
  if (!deferred) return null;
  if (events.released.some((r) => r !== deferred && !deferred.contains(r))) return null; // released in the turn as well
  const [loop] = loopsAround(deferred);
  if (!loop?.contains(call) || isWrittenOut(loop)) return null;
  if (holder.uses.some((u) => u.node.start > loop.end)) return null; // used after the loop
  if (besides(pkg, slot).some((b) => outlives(pkg, b, func).length > 0)) return null; // the context is kept by what was made with it
  return pkg.flow(func).reaches(deferred, call) ? deferred : null;
}

/** The turn does nothing with it but hold it: released with the turn, it would not have been there. */
function isHeldOnPurpose({ holder, row }: Acquisition, deferred: GoNode): boolean {
  if (row === CANCEL || row === SPAN || !holder) return false;
  return holder.uses.every((u) => u.how === "write" || deferred.contains(u.node));
}

/** A test's response that the turn reads to its end: what is kept is no connection. */
function isReadIn({ pkg, holder, row, call }: Acquisition): boolean {
  return row === BODY && pkg.fileOf(call).test && (holder?.uses.some((u) => isReadToEnd(pkg, u.node, holder)) ?? false);
}

/** As many as a test may hold until it ends. */
const SHORT = 8;

/** A test's loop over a table of a few rows that stand beside it. */
function isOfShortTable(pkg: PackageModel, deferred: GoNode): boolean {
  if (!pkg.fileOf(deferred).test) return false;
  const right = loopsAround(deferred)[0]
    ?.items.find((n) => n.kind === "range_clause")
    ?.child("right");
  const table = right?.kind === "identifier" ? pkg.binding(right) : null;
  const rows = table && definitionOf(pkg, table)?.value;
  if (rows?.kind !== "composite_literal" || table?.uses.some((u) => u.how !== "read")) return false;
  return (rows.child("body")?.items.length ?? SHORT + 1) <= SHORT;
}

/** What the same call gives beside the holder: the context of a cancel function. */
function besides(pkg: PackageModel, slot: GoNode): Binding[] {
  return (slot.parent?.items ?? []).flatMap((n) => {
    const binding = n !== slot && n.kind === "identifier" && n.text !== "_" ? pkg.binding(n) : null;
    return binding && !isNamed(pkg.typeOf(n), "error") ? [binding] : [];
  });
}

/** `for _, p := range []string{a, b}`: a few turns, and their number is seen. */
function isWrittenOut(loop: GoNode): boolean {
  const range = loop.items.find((n) => n.kind === "range_clause");
  return range?.child("right")?.kind === "composite_literal";
}

/** `mu.Lock(); defer mu.Unlock()` of a mutex that every turn locks: the second turn waits for ever. */
function* locked(pkg: PackageModel) {
  for (const lock of locksOf(pkg)) {
    const unlocks = callsBeside(pkg, lock).unlocks.filter((u) => u.call.parent?.kind === "defer_statement");
    if (unlocks.length === 0) continue;
    const root = rootOf(pkg, lock.operand);
    if (!root || lock.name.startsWith("Try") || statementOf(lock.call)?.items[0] !== lock.call) continue;
    for (const unlock of unlocks) {
      if (unlock.func !== lock.func || unlock.mode !== lock.mode || !sameMutex(pkg, unlock.operand, lock.operand)) continue;
      const deferred = unlock.call.parent as GoNode;
      const [loop] = loopsAround(deferred);
      if (!loop?.contains(lock.call) || (root.node && loop.contains(root.node))) continue; // each turn has a mutex of its own
      if (root.uses.some((u) => u.how === "write" && loop.contains(u.node))) continue;
      if (!pkg.flow(lock.func).reaches(deferred, lock.call)) continue;
      yield finding(
        rule,
        deferred,
        `${lock.operand.text} is unlocked when the function returns, and the next turn of the loop locks it again`,
        fixes(pkg, lock.call, deferred),
        {
          related: [{ at: lock.call, message: "the next turn waits here" }],
        },
      );
    }
  }
}

// ---------------------------------------------------------------- fixes

function fixes(pkg: PackageModel, call: GoNode, deferred: GoNode): (Fix | null)[] {
  const statement = statementOf(call);
  const [loop] = loopsAround(deferred);
  const body = loop?.child("body");
  if (!statement || !body) return [];
  return [inLiteral(body, statement, deferred), onEachExit(pkg, body, deferred)];
}

/** The turn, from the acquisition on, as a function literal: its defers run when it ends. */
function inLiteral(body: GoNode, statement: GoNode, deferred: GoNode): Fix | null {
  const all = statementsOf(body);
  const first = all.find((s) => s.contains(statement));
  const last = all.at(-1);
  if (!first || !last || first.kind === "labeled_statement") return null;
  const inside = all.slice(all.indexOf(first));
  const before = all[all.indexOf(first) - 1];
  const ways = leavesOf(body, before ?? (body.children[0] as GoNode));
  if (ways === null || ways.length > 0 || inside.some((s) => s.find("labeled_statement").length > 0)) return null;
  return fix({
    title: "Put the turn into a function literal, at whose end the defer runs",
    applicability: "unsafe",
    because: "the rest of the turn becomes a function of its own: for recover, for other defers in it, and in stack traces",
    edits: [wrapStatements(first, last, "func() {", "}()")],
    assumes: [body, deferred],
  });
}

const MAKES_ERRORS: ReadonlySet<string> = new Set(["fmt.Errorf", "errors.New"]);

/** The deferred call before each way out of the turn that follows it, and at its end. */
function onEachExit(pkg: PackageModel, body: GoNode, deferred: GoNode): Fix | null {
  if (ownerOf(deferred) !== body) return null;
  const call = deferred.items[0];
  if (call?.kind !== "call_expression" || call.child("function")?.kind === "func_literal") return null;
  const leaving = leavesOf(body, deferred);
  const last = statementsOf(body).at(-1);
  if (leaving === null || !last) return null;
  const unwinding = unwindsIn(pkg, body, deferred);
  const ways = [...leaving, ...unwinding];
  const names = call
    .find("identifier")
    .map((n) => pkg.binding(n))
    .filter((b) => b !== null && b.kind !== "import" && b.kind !== "builtin");
  const reads = (way: GoNode): boolean =>
    way.find("func_literal").length > 0 || way.find("identifier").some((n) => names.includes(pkg.binding(n)));
  if (
    ways.some(
      (w) =>
        (unwinding.includes(w) && reads(w)) ||
        (w.kind === "return_statement" &&
          (reads(w) || w.find("call_expression").some((c) => !MAKES_ERRORS.has(c.child("function")?.text ?? "")))),
    )
  )
    return null;
  if (names.some((b) => b?.uses.some((u) => u.how === "write" && u.node.start > deferred.end && body.contains(u.node)))) return null;
  const text = call.text;
  const edits: Edits[] = ways.map((w) => insertBefore(statementOf(w) ?? w, text));
  if (!terminates(body)) edits.push(last === deferred ? insertBefore(deferred, text) : insertAfter(last, text));
  return fix({
    title: `Call ${text.length > 40 ? "it" : text} on each way out of the turn`,
    applicability: "unsafe",
    because: "a panic in the turn leaves it open, and so would a way out that is added later",
    edits: [remove(deferred), ...edits],
    assumes: [body],
  });
}
