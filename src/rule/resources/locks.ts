/** Mutexes in one function: which Unlock belongs to which Lock, by the operand that both name. */
import { type GoNode, topOf, unparen } from "../../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../../model/model.ts";
import { Notes } from "../../model/notes.ts";
import { calleeOf } from "../callees.ts";
import { definitionOf } from "../definitions.ts";
import { statementOf } from "../edits.ts";
import { callsOfSymbolsIn, type Wanted, wantedOf } from "../foreign.ts";
import { perDeclaration } from "../per-package.ts";

export type LockMode = "write" | "read";

export interface LockCall {
  readonly call: GoNode;
  /** `s.mu` of `s.mu.Lock()`. */
  readonly operand: GoNode;
  /** Lock, TryLock, RLock, TryRLock, Unlock or RUnlock. */
  readonly name: string;
  readonly mode: LockMode;
  readonly func: FuncModel;
}

const TYPES = ["sync.Mutex", "sync.RWMutex", "sync.Locker"];
const LOCKS = ["Lock", "TryLock", "RLock", "TryRLock"];
const symbolsOf = (names: readonly string[]): string[] => TYPES.flatMap((t) => names.map((n) => `${t}.${n}`));

const LOCK_SYMBOLS = wantedOf(symbolsOf(LOCKS));
const UNLOCK_SYMBOLS = wantedOf(symbolsOf(["Unlock", "RUnlock"]));

export const UNLOCK_OF: Readonly<Record<LockMode, string>> = { write: "Unlock", read: "RUnlock" };

export function locksOf(pkg: PackageModel): LockCall[] {
  return [...pkg.roots].flatMap((root) => lockCalls(pkg, LOCK_SYMBOLS, root));
}

/** All calls that lock or unlock in the declaration around one of them. */
export function callsBeside(
  pkg: PackageModel,
  { call }: LockCall,
): { readonly locks: readonly LockCall[]; readonly unlocks: readonly LockCall[] } {
  const root = topOf(call);
  return { locks: lockCalls(pkg, LOCK_SYMBOLS, root), unlocks: lockCalls(pkg, UNLOCK_SYMBOLS, root) };
}

const lockCalls: (pkg: PackageModel, wanted: Wanted, root: GoNode) => readonly LockCall[] = perDeclaration((pkg, wanted: Wanted, root) => {
  const found: LockCall[] = [];
  for (const { node, receiver, func } of callsOfSymbolsIn(pkg, root, wanted)) {
    if (!receiver || !func) continue;
    const name = unparen(node.child("function") as GoNode).child("field")?.text ?? "";
    found.push({
      call: node,
      operand: unparen(receiver),
      name,
      mode: name.includes("RLock") || name === "RUnlock" ? "read" : "write",
      func,
    });
  }
  return found.sort((a, b) => a.call.start - b.call.start);
});

/** Do two operands name the same mutex: the same local at the root, the same fields? Only names and selectors are compared. */
export function sameMutex(pkg: PackageModel, a: GoNode, b: GoNode): boolean {
  const [x, y] = [unparen(a), unparen(b)];
  if (x.kind === "identifier" && y.kind === "identifier") {
    const [p, q] = [pkg.binding(x), pkg.binding(y)];
    return p !== null && q !== null && (p === q || (p.entity !== null && p.entity === q.entity));
  }
  if (x.kind !== "selector_expression" || y.kind !== "selector_expression" || x.child("field")?.text !== y.child("field")?.text)
    return false;
  const [u, v] = [x.child("operand"), y.child("operand")];
  return u !== null && v !== null && sameMutex(pkg, u, v);
}

/** The local, parameter or global at the root of `a.b.mu`; null for anything else (a call, an element). */
export function rootOf(pkg: PackageModel, operand: GoNode): Binding | null {
  let n: GoNode | null = unparen(operand);
  while (n?.kind === "selector_expression") n = n.child("operand") && unparen(n.child("operand") as GoNode);
  return n?.kind === "identifier" ? pkg.binding(n) : null;
}

const answers = new Notes<GoNode, Map<Binding, boolean>>();

/** `mayUnlock`, asked of a call once for each mutex. */
export function canUnlock(pkg: PackageModel, call: GoNode, root: Binding): boolean {
  const known = answers.noted(call, () => new Map());
  const answer = known.get(root) ?? mayUnlock(pkg, call, root);
  known.set(root, answer);
  return answer;
}

/** Could this call unlock a mutex that is not its own: a function of the module that speaks of Unlock and gets or holds the mutex's owner? */
function mayUnlock(pkg: PackageModel, call: GoNode, root: Binding, depth = 0): boolean {
  const callee = unparen(call.child("function") as GoNode);
  if (callee.kind === "selector_expression" && /^R?Unlock$/.test(callee.child("field")?.text ?? "")) return false;
  const mentions = call.find("identifier").some((n) => pkg.binding(n) === root);
  const func = calleeOf(pkg, call);
  if (!func) return callee.kind === "identifier" && isUnlocking(pkg, callee);
  if (!mentions && root.entity === null) return false;
  const body = func.body;
  if (!body) return false;
  if (/\.R?Unlock\b/.test(body.text)) return true;
  return depth < 2 && body.find("call_expression").some((c) => calleeOf(func.pkg, c) !== null && mayUnlockAny(func.pkg, c, depth + 1));
}

function mayUnlockAny(pkg: PackageModel, call: GoNode, depth: number): boolean {
  const func = calleeOf(pkg, call);
  if (!func?.body) return false;
  if (/\.R?Unlock\b/.test(func.body.text)) return true;
  return depth < 2 && func.body.find("call_expression").some((c) => mayUnlockAny(func.pkg, c, depth + 1));
}

/** `unlock()` of a local that holds a method value or literal that unlocks. */
function isUnlocking(pkg: PackageModel, callee: GoNode): boolean {
  const binding = pkg.binding(callee);
  const value = binding && definitionOf(pkg, binding)?.value;
  return value ? /\.R?Unlock\b/.test(value.text) : false;
}

/** The condition of the innermost `if` or switch clause around the call that is no part of `outside`. */
export function conditionsAround(call: GoNode): string[] {
  const found: string[] = [];
  for (let n = statementOf(call); n; n = n.parent) {
    if (n.is("func_literal", "function_declaration", "method_declaration")) break;
    if (n.kind === "if_statement") found.push(n.child("condition")?.text ?? "");
  }
  return found;
}
