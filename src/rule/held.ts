/** Which mutexes are held where a node runs, and where a function waits for the goroutines that it started. */
import { type GoNode, unparen } from "../go/node.ts";
import type { FuncModel, PackageModel } from "../model/model.ts";
import { STARTERS } from "./goroutines.ts";
import { perPackage } from "./per-package.ts";
import { climb } from "./values.ts";

const LOCKS = new Set(["Lock", "RLock"]);
const UNLOCKS = new Set(["Unlock", "RUnlock"]);

/** The calls of Lock and RLock in the node's own function whose mutex is still held when the node runs. */
export function locksHeldAt(pkg: PackageModel, node: GoNode): GoNode[] {
  const func = pkg.functionOf(node);
  if (!func?.body) return [];
  return lockCallsIn(func).filter((lock) => {
    const operand = operandOf(lock)?.text;
    if (climb(lock).parent?.kind === "defer_statement") return false;
    return pkg.flow(func).reaches(lock, node, (atom) => unlocks(atom, operand));
  });
}

/** The function's own calls of Lock and RLock. */
export function lockCallsIn(func: FuncModel): GoNode[] {
  return methodCalls(func, LOCKS);
}

/** A lock is held, by the function itself or, as its name says, by its callers. */
export function isUnderLock(pkg: PackageModel, node: GoNode): boolean {
  for (let f = pkg.functionOf(node); f; f = f.outer) if (/locked$|unsafe$|nolock$/i.test(f.name)) return true;
  return locksHeldAt(pkg, node).length > 0;
}

/** `mu` of `mu.Lock()`. */
export function operandOf(call: GoNode): GoNode | null {
  const callee = unparen(call.child("function") ?? call);
  return callee.kind === "selector_expression" ? callee.child("operand") : null;
}

function methodCalls(func: FuncModel, names: ReadonlySet<string>): GoNode[] {
  return func.node
    .find("call_expression")
    .filter((c) => names.has(unparen(c.child("function") ?? c).child("field")?.text ?? "") && func.pkg.functionOf(c) === func);
}

function unlocks(atom: GoNode, operand: string | undefined): boolean {
  if (atom.kind === "defer_statement") return false;
  return atom
    .find("call_expression")
    .some((c) => UNLOCKS.has(unparen(c.child("function") ?? c).child("field")?.text ?? "") && operandOf(c)?.text === operand);
}

// ---------------------------------------------------------------- goroutines and joins

/** What starts goroutines in the function itself: go statements and calls of `Go` methods. */
export const startsIn = perPackage((pkg, func: FuncModel): readonly GoNode[] => {
  const found: GoNode[] = [];
  func.body?.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind === "go_statement") found.push(n);
    if (n.kind !== "call_expression") return;
    const callee = unparen(n.child("function") ?? n);
    if (callee.child("field")?.text.endsWith("Go") && STARTERS.has(pkg.symbol(callee) ?? "")) found.push(n);
  });
  return found;
});

/**
 * Does the atom wait for others: Wait of anything, or a receive from a channel (a select or range of one, too)? The head of a loop that waits in
 * its turns counts: it is meant to turn.
 */
export const joins = perPackage((pkg, atom: GoNode): boolean => {
  if (atom.is("go_statement", "defer_statement")) return false;
  const loop = atom.closest("for_statement", "func_literal");
  const body = loop?.kind === "for_statement" ? loop.child("body") : null;
  return waits(pkg, atom) || (body !== null && !body.contains(atom) && waits(pkg, body));
});

/** A wait stands in the node itself; what literals, goroutines and deferred calls do in it does not count. */
export const waits = perPackage((pkg, node: GoNode): boolean => {
  let found = node.field === "right" && node.parent?.kind === "range_clause" && pkg.typeOf(node).kind === "chan";
  node.walk((n) => {
    if (n.is("func_literal", "go_statement", "defer_statement")) return false;
    if (n.kind === "call_expression" && isWait(n)) found = true;
    if (n.kind === "unary_expression" && n.child("operator")?.kind === "<-") found = true;
    if (n.parent?.kind === "range_clause" && n.field === "right" && pkg.typeOf(n).kind === "chan") found = true;
  });
  return found;
});

function isWait(call: GoNode): boolean {
  return (
    unparen(call.child("function") ?? call)
      .child("field")
      ?.text.startsWith("Wait") ?? false
  );
}
