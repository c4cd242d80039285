import {
  callsBeside,
  canUnlock,
  conditionsAround,
  defineRule,
  definitionOf,
  type Edits,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  insertAfter,
  insertBefore,
  type LockCall,
  locksOf,
  outermost,
  type PackageModel,
  pathFromEntry,
  remove,
  replace,
  rootOf,
  sameMutex,
  statementOf,
  statementsOf,
  UNLOCK_OF,
  type Witness,
} from "../../rule/index.ts";

/**
 * A mutex that stays locked on some path, where other paths of the same function unlock it.
 *
 *     s.mu.Lock()                              s.mu.Lock()
 *     v, ok := s.items[key]                    v, ok := s.items[key]
 *     if !ok {                           =>    if !ok {
 *         return errMissing                        s.mu.Unlock()
 *     }                                            return errMissing
 *     s.mu.Unlock()                            }
 *     return use(v)                            s.mu.Unlock()
 *                                              return use(v)
 *
 * Before a return whose values need no lock the Unlock is safe: the function's own other paths do the same.
 */
export default defineRule({
  id: "lock-not-released",
  family: "resources",
  title: "mutex that stays locked on some path",
  why: "Whoever locks it next waits for ever, and so does everybody behind: one early return stops the program.",
  fixSafety:
    "Unlock before the return that keeps the lock is safe where the returned values are names and constants; unsafe where they are computed, which the lock may guard. A deferred Unlock is unsafe: the lock is held to the end of the function. Unlock in place of a mistaken Lock, and the Unlock that belongs to the Lock, are safe; in a test the latter is unsafe, which may misuse it on purpose.",
  silent:
    "No path of the function unlocks it: then somebody else does, by design; the function unlocks it before it locks it, so it is called with the lock held; lock and unlock stand under the same condition; the function's name speaks of locking; a function that is called on the way may unlock it; the path ends in a panic or an exit. A mutex of the function's own where the goroutine ends: nobody is left to wait for it. Pedantic where a test mistakes the pair of a mutex of its own.",
  sources: ["https://pkg.go.dev/sync#Mutex", "https://pkg.go.dev/sync#RWMutex"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["Lock("],
  imports: ["sync"],
  *check(pkg) {
    for (const lock of locksOf(pkg)) {
      const { locks, unlocks } = callsBeside(pkg, lock);
      if (lock.call.parent?.kind === "defer_statement") {
        const typo = deferredLock(pkg, lock, locks, unlocks);
        if (typo) yield typo;
        continue;
      }
      const root = rootOf(pkg, lock.operand);
      if (!root || root.kind === "import") continue; // an element or a call's result: not told apart
      if (/lock|acquire/i.test(lock.func.name)) continue; // made to keep it
      const own = unlocks.filter((u) => outermost(u.func) === outermost(lock.func) && sameMutex(pkg, u.operand, lock.operand));
      const right = own.filter((u) => u.mode === lock.mode);
      if (right.length === 0) {
        const wrong = wrongPair(pkg, lock, locks, own);
        if (wrong) yield wrong;
        continue;
      }
      if (right.some((u) => u.func !== lock.func && !runsAtEnd(u, lock.func))) continue; // unlocked by a literal that runs at another time
      if (enteredLocked(pkg, lock, right, locks)) continue;
      const own1 = conditionsAround(lock.call);
      if (right.some((u) => conditionsAround(u.call).some((c) => own1.includes(c) && !sameIf(u.call, lock.call, c)))) continue; // under the same condition
      const witness = escapes(pkg, lock, root, right, locks);
      if (!witness) continue;
      yield finding(this, lock.call, `${lock.operand.text} is not unlocked on every path`, fixes(pkg, lock, right, locks, witness), {
        related: story(lock, witness),
      });
    }
  },
});

const rule = { id: "lock-not-released" };

// ---------------------------------------------------------------- mistaken names

/** `mu.Lock(); defer mu.Lock()`: the second one waits for ever. */
function deferredLock(pkg: PackageModel, lock: LockCall, locks: readonly LockCall[], unlocks: readonly LockCall[]) {
  const statement = statementOf(lock.call);
  const siblings = statement?.parent?.items ?? [];
  const before = statement && siblings[siblings.indexOf(statement) - 1];
  const first = locks.find((l) => statementOf(l.call) === before && l.call.parent === before && sameMutex(pkg, l.operand, lock.operand));
  if (!first || first.mode !== lock.mode || lock.name.startsWith("Try")) return null;
  if (unlocks.some((u) => u.func === lock.func && sameMutex(pkg, u.operand, lock.operand))) return null; // locked again at the end, by design
  const name = nameOf(lock.call);
  return finding(rule, lock.call, `${lock.operand.text} is locked again where it should be unlocked`, [
    name &&
      fix({
        title: `Defer ${UNLOCK_OF[lock.mode]}`,
        applicability: "safe",
        edits: [replace(name, UNLOCK_OF[lock.mode])],
        assumes: [before ?? null],
      }),
  ]);
}

/** `mu.RLock(); defer mu.Unlock()`: the wrong one of the two. */
function wrongPair(pkg: PackageModel, lock: LockCall, locks: readonly LockCall[], own: readonly LockCall[]) {
  if (own.length === 0 || own.some((u) => u.mode === lock.mode)) return null;
  if (
    locks.some(
      (l) => l !== lock && l.mode !== lock.mode && outermost(l.func) === outermost(lock.func) && sameMutex(pkg, l.operand, lock.operand),
    )
  )
    return null;
  if (own.some((u) => u.func !== lock.func && !runsAtEnd(u, lock.func))) return null;
  if (own.some((u) => u.call.start < lock.call.start)) return null; // called with the other lock held
  const wanted = UNLOCK_OF[lock.mode];
  const { test } = pkg.fileOf(lock.call);
  const root = rootOf(pkg, lock.operand);
  const misused = test && root !== null && isFunctionsOwn(pkg, lock, root); // nobody else has it
  const edits = own.map((u) => {
    const name = nameOf(u.call);
    return name && replace(name, wanted);
  });
  return finding(
    rule,
    lock.call,
    `${lock.operand.text} is locked by ${lock.name} and unlocked by ${UNLOCK_OF[lock.mode === "read" ? "write" : "read"]}`,
    [
      fix({
        title: `Unlock ${lock.operand.text} by ${wanted}`,
        ...(test ? { applicability: "unsafe", because: "a test may misuse it on purpose" } : { applicability: "safe" }),
        edits,
        assumes: [statementOf(lock.call)],
      }),
    ],
    { tier: misused ? "pedantic" : undefined },
  );
}

function nameOf(call: GoNode): GoNode | null {
  return call.child("function")?.child("field") ?? null;
}

// ---------------------------------------------------------------- paths

/** In a literal that the function defers, or calls on the spot. */
function runsAtEnd(unlock: LockCall, func: FuncModel): boolean {
  if (unlock.func.outer !== func) return false;
  const call = unlock.func.node.parent;
  return call?.kind === "call_expression" && unlock.func.node.field === "function" && call.parent?.kind !== "go_statement";
}

/** The function unlocks before it locks: its callers hold the lock. */
function enteredLocked(pkg: PackageModel, lock: LockCall, unlocks: readonly LockCall[], locks: readonly LockCall[]): boolean {
  const same = locks.filter(
    (l) =>
      l.func === lock.func && l.mode === lock.mode && l.call.parent?.kind !== "defer_statement" && sameMutex(pkg, l.operand, lock.operand),
  );
  const locking = (atom: GoNode): boolean => same.some((l) => atom.contains(l.call));
  return unlocks.some(
    (u) => u.func === lock.func && u.call.parent?.kind !== "defer_statement" && pathFromEntry(pkg, lock.func, u.call, locking),
  );
}

function sameIf(a: GoNode, b: GoNode, condition: string): boolean {
  for (let n = a.parent; n; n = n.parent) if (n.kind === "if_statement" && n.child("condition")?.text === condition) return n.contains(b);
  return false;
}

function escapes(
  pkg: PackageModel,
  lock: LockCall,
  root: NonNullable<ReturnType<typeof rootOf>>,
  unlocks: readonly LockCall[],
  locks: readonly LockCall[],
  found: readonly GoNode[] = [],
): Witness | null {
  const flow = pkg.flow(lock.func);
  if (!flow.locate(lock.call)) return null;
  const stop = (atom: GoNode): boolean => {
    if (unlocks.some((u) => atom.contains(u.call)) || found.some((f) => atom.contains(f))) return true;
    if (atom.kind === "return_statement" && givesUnlock(pkg, atom)) return true;
    return atom.find("call_expression").some((c) => c !== lock.call && canUnlock(pkg, c, root));
  };
  if (unlocks.some((u) => u.call.parent?.kind === "defer_statement" && u.func === lock.func && flow.reaches(u.call, lock.call)))
    return null; // deferred before it locks
  const tried = lock.name.startsWith("Try");
  if (tried && !statementOf(lock.call)?.is("if_statement")) return null; // what it gave is looked at elsewhere
  const alone = isFunctionsOwn(pkg, lock, root);
  const first = flow.escape(lock.call, {
    stop,
    exits: alone ? ["return", "end"] : ["return", "end", "goexit"],
    ...(tried ? { outcome: true } : {}),
  });
  if (first || tried || locks.length === 0) return first;
  return flow.escape(lock.call, { stop, exits: [], turn: true });
}

/** `var mu sync.Mutex` of the function itself, and no field: where the goroutine ends, nobody is left to wait for it. */
function isFunctionsOwn(pkg: PackageModel, { operand, func }: LockCall, root: NonNullable<ReturnType<typeof rootOf>>): boolean {
  if (operand.kind !== "identifier" || root.kind !== "var" || root.func !== func || root.uses.some((u) => u.captured)) return false;
  const value = definitionOf(pkg, root)?.value;
  return value === undefined || value.is("composite_literal", "unary_expression") || value.child("function")?.text === "new";
}

/** `return tx.dc, tx.closemuRUnlockRelease`: the caller unlocks by a method value. */
function givesUnlock(pkg: PackageModel, exit: GoNode): boolean {
  return exit.find("selector_expression").some((s) => {
    if (s.parent?.kind === "call_expression" && s.field === "function") return false;
    const selected = pkg.selection(s);
    return selected?.kind === "method" && (/unlock/i.test(selected.name) || /\.R?Unlock\(/.test(selected.entity?.node?.text ?? ""));
  });
}

function story(lock: LockCall, { steps, exit, at }: Witness) {
  const way = steps
    .slice(0, -1)
    .flatMap(({ node, taken }) => (taken === null ? [] : [{ at: node, message: taken ? "when this holds" : "when this does not hold" }]));
  if (exit === "turn") return [...way, { at, message: `the next turn locks ${lock.operand.text} again` }];
  if (exit === "end")
    return [
      ...way,
      { at: { path: at.source.path, start: at.end - 1, end: at.end }, message: `ends here with ${lock.operand.text} locked` },
    ];
  return [...way, { at, message: `${exit === "return" ? "returns" : "ends"} here with ${lock.operand.text} locked` }];
}

// ---------------------------------------------------------------- fixes

function fixes(
  pkg: PackageModel,
  lock: LockCall,
  unlocks: readonly LockCall[],
  locks: readonly LockCall[],
  witness: Witness,
): (Fix | null)[] {
  const name = UNLOCK_OF[lock.mode];
  const text = `${lock.operand.text}.${name}()`;
  return [beforeReturns(pkg, lock, unlocks, locks, witness, text), deferred(pkg, lock, unlocks, locks, text)];
}

/** Unlock before each exit that keeps the lock. */
function beforeReturns(
  pkg: PackageModel,
  lock: LockCall,
  unlocks: readonly LockCall[],
  locks: readonly LockCall[],
  witness: Witness,
  text: string,
): Fix | null {
  const root = rootOf(pkg, lock.operand);
  if (!root) return null;
  const exits: GoNode[] = [];
  for (let w: Witness | null = witness; w; w = escapes(pkg, lock, root, unlocks, locks, exits)) {
    if ((w.exit !== "return" && w.exit !== "goexit") || exits.length > 10) return null;
    exits.push(w.at);
  }
  const edits: Edits[] = exits.map((e) => insertBefore(statementOf(e) ?? e, text));
  const computed = exits.some(
    (e) =>
      e.kind === "return_statement" &&
      e.find("call_expression", "selector_expression", "index_expression", "func_literal", "unary_expression").length > 0,
  );
  return fix({
    title:
      exits.length === 1
        ? `Unlock ${lock.operand.text} before this ${witness.exit === "return" ? "return" : "exit"}`
        : `Unlock ${lock.operand.text} before each return that keeps the lock`,
    ...(computed
      ? { applicability: "unsafe", because: "what is returned there is computed after the Unlock: it may need the lock" }
      : { applicability: "safe" }),
    edits,
    assumes: [statementOf(lock.call), ...unlocks.map((u) => statementOf(u.call))],
  });
}

/** One deferred Unlock, and the others taken out. */
function deferred(pkg: PackageModel, lock: LockCall, unlocks: readonly LockCall[], locks: readonly LockCall[], text: string): Fix | null {
  const statement = statementOf(lock.call);
  if (!statement || lock.name.startsWith("Try") || statement.items[0] !== lock.call || pkg.flow(lock.func).inLoop(lock.call)) return null;
  if (
    unlocks.some(
      (u) => u.func !== lock.func || statementOf(u.call)?.items[0] !== u.call || statementOf(u.call)?.kind !== "expression_statement",
    )
  )
    return null;
  const again = locks.some(
    (l) => l.call !== lock.call && outermost(l.func) === outermost(lock.func) && sameMutex(pkg, l.operand, lock.operand),
  );
  if (again) return null; // it would be locked twice
  const emptied = unlocks.some(
    (u) =>
      statementsOf(statementOf(u.call)?.parent?.parent ?? u.call).length === 1 && statementOf(u.call)?.parent?.parent?.kind !== "block",
  );
  if (emptied) return null;
  return fix({
    title: `Unlock ${lock.operand.text} when the function returns`,
    applicability: "unsafe",
    because: "the lock is held to the end of the function: what comes after the Unlock of today may wait, or lock it again",
    edits: [insertAfter(statement, `defer ${text}`), ...unlocks.map((u) => remove(statementOf(u.call) as GoNode))],
    assumes: [lock.func.body],
  });
}
