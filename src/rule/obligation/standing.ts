/** Releases that stand already, on some of the paths: which of them go when one is deferred, and where one more may stand. */
import { type GoNode, unparen } from "../../go/node.ts";
import { type Edits, ownerOf, remove, startWithComments, statementOf, statementsOf, trailingComment } from "../edits.ts";
import { atomAt } from "../paths.ts";
import type { Leak } from "./leak.ts";
import { releaseText } from "./row.ts";

/** Releases that run where they stand. */
export function explicitReleases({ events }: Leak): GoNode[] {
  return events.released.filter((r) => r.kind !== "defer_statement" && !r.closest("defer_statement"));
}

/** One of the releases may be of another value that the holder was given in the meantime. */
export function mayBeAnothers(leak: Leak, releases: readonly GoNode[]): boolean {
  const flow = leak.pkg.flow(leak.func);
  const acquires = atomAt(flow, leak.call);
  const written = leak.events.written.filter((w) => w !== leak.slot && flow.locate(w));
  return written.some((w) => releases.some((r) => flow.locate(r) && flow.reaches(w, r, (atom) => atom === acquires)));
}

/** A statement of its own that releases by the row's own words, so that nothing looks at what it gives: `f.Close()`, `_ = f.Close()`. */
export function isPlainRelease(leak: Leak, release: GoNode): boolean {
  const statement = statementOf(release);
  const ignored = statement?.kind === "assignment_statement" && statement.child("left")?.text === "_";
  const value = ignored ? statement.child("right")?.items[0] : statement?.kind === "expression_statement" ? statement.items[0] : null;
  return (
    value !== null &&
    value !== undefined &&
    unparen(value) === release &&
    release.text === releaseText(leak.row, leak.acquire, leak.holder?.name ?? "")
  );
}

/**
 * The edits that take the explicit releases out, where each is the last thing that its function does: deferred, they come at the same time.
 * null when one is not, when a comment speaks of it, or when another defer would now run before it.
 */
export function withoutThoseAtTheEnd(leak: Leak, explicit: readonly GoNode[]): Edits[] | null {
  const { func, call, pkg } = leak;
  const later = (n: GoNode): boolean =>
    n.start > call.end && n.closest("func_literal", "function_declaration", "method_declaration") === func.node;
  if (func.node.find("defer_statement").some(later)) return null;
  const flow = pkg.flow(func);
  const last = explicit.every((r) => {
    const statement = statementOf(r);
    if (!statement || !isPlainRelease(leak, r) || pkg.functionOf(r) !== func || flow.inLoop(r)) return false;
    if (startWithComments(statement) < statement.start || trailingComment(statement)) return false;
    const siblings = statement.parent?.items ?? [];
    const next = siblings[siblings.indexOf(statement) + 1];
    return next ? leavesAtOnce(leak, next) : ownerOf(statement) === func.body;
  });
  return last ? explicit.map((r) => remove(statementOf(r) as GoNode)) : null;
}

/** A return, or the end of a test, that computes nothing. */
function leavesAtOnce({ pkg }: Leak, statement: GoNode): boolean {
  const call = statement.kind === "expression_statement" ? statement.items[0] : null;
  const ends = statement.kind === "return_statement" || (call?.kind === "call_expression" && pkg.noReturn(call) === "goexit");
  const computes = statement.find("call_expression").some((c) => c !== call) || statement.find("func_literal").length > 0;
  const waits = statement.find("unary_expression").some((u) => u.child("operator")?.kind === "<-");
  return ends && !computes && !waits;
}

/** The edits that take out defers of the same release further in: the one that the fix adds comes first in any case. */
export function withoutInnerDefers(leak: Leak): Edits[] {
  if (mayBeAnothers(leak, leak.events.released)) return [];
  const text = leak.holder && `defer ${releaseText(leak.row, leak.acquire, leak.holder.name)}`;
  return leak.events.released.flatMap((r) => {
    const statement = r.kind === "defer_statement" ? r : r.closest("defer_statement");
    const mayGo = statement?.text === text && statementOf(r) === statement && statementsOf(ownerOf(statement) ?? statement).length > 1;
    return statement && mayGo && leak.pkg.functionOf(statement) === leak.func ? [remove(statement)] : [];
  });
}

/**
 * True when a release before that exit could meet a value that is somebody else's by then, or none: it is handed over on another path to it,
 * given another value, or the exit stands outside of the block that acquires.
 */
export function comesOtherwise(leak: Leak, exit: GoNode): boolean {
  const statement = statementOf(leak.call);
  if (!statement || !ownerOf(statement)?.contains(exit)) return true;
  const flow = leak.pkg.flow(leak.func);
  const acquires = atomAt(flow, leak.call);
  const others = [...leak.events.handed, ...leak.events.written.filter((w) => w !== leak.slot)];
  if (!leak.row.harmlessTwice) others.push(...leak.events.released);
  return others.some((n) => n !== leak.slot && flow.locate(n) && flow.reaches(n, exit, (atom) => atom === acquires));
}
