import {
  defineRule,
  deref,
  type Edits,
  type Fix,
  filledPuts,
  finding,
  fix,
  freshName,
  type GoNode,
  indentOf,
  insertAfter,
  insertBefore,
  insertFirst,
  isEverFilled,
  isNamed,
  newOf,
  type PackageModel,
  type Pool,
  poolOf,
  putsOf,
  type ResetPlan,
  reachOf,
  reindent,
  resetOf,
  type Sight,
  sightsOf,
  spanOf,
  statementOf,
  type Taken,
  takenBy,
  textOf,
  unparen,
} from "../../rule/index.ts";

/**
 * A value from a sync.Pool that is used with what its last user left in it.
 *
 *     buf := pool.Get().(*bytes.Buffer)        buf := pool.Get().(*bytes.Buffer)
 *     defer pool.Put(buf)                =>    buf.Reset()
 *     buf.WriteString(s)                       defer pool.Put(buf)
 *                                              buf.WriteString(s)
 *
 * Safe, because a new value is as empty as one that was reset: only what an earlier user left can differ.
 */
export default defineRule({
  id: "pool-get-without-reset",
  family: "pools",
  title: "A value from a sync.Pool is used without a reset",
  why: "Get may return what another goroutine put back, with its content still in it: the output of one request shows up in another.",
  fixSafety:
    "Safe with the type's own Reset, `[:0]` or `clear` right after Get. Unsafe with a Reset method that is written for the package's own struct, and with a reset before each Put: a Put elsewhere would still give back what is filled.",
  silent:
    "Every Put of the package resets before; the old content cannot be seen, as in a buffer that is filled whole; the value is stored or handed to code that is not known.",
  sources: ["https://pkg.go.dev/sync#Pool"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Get()"],
  imports: ["sync"],
  *check(pkg) {
    for (const get of pkg.calls("sync.Pool.Get")) {
      const pool = get.receiver && poolOf(pkg, get.receiver);
      if (!pool) continue; // which pool it is cannot be told
      const take = takenBy(pkg, get);
      if (!take) continue; // stored at once, or of a type of which nothing is known
      if (putsOf(pkg, pool).length === 0) continue; // every value is new
      const made = newOf(pkg, pool);
      if (take.reused.shape === "slice" && made && hasLength(made)) continue; // scratch, filled whole
      if (!isEverFilled(pkg, pool, take.reused)) continue; // what comes back is empty
      const seen = sightsOf(pkg, take);
      const cells = [...new Set(seen.map((s) => s.cell))].filter((c) => filledPuts(pkg, pool, take.reused, c).length > 0);
      if (cells.length === 0) continue; // nothing old can be seen, or what comes back is empty
      const sights = seen.filter((s) => cells.includes(s.cell));
      const puts = [...new Set(cells.flatMap((c) => filledPuts(pkg, pool, take.reused, c)))];
      const reset = resetOf(pkg, take.reused, cells, made);
      const fixes = reset ? [resetAfterGet(pkg, take, reset), resetBeforePuts(pkg, pool, puts, reset)] : [];
      yield finding({ id: "pool-get-without-reset" }, get.node, messageFor(take, pool), fixes, { related: storyOf(sights, puts) });
    }
  },
});

function messageFor(take: Taken, pool: Pool): string {
  return `${take.binding?.name ?? "the value"} comes from ${pool.text} with what was written before`;
}

function storyOf(sights: readonly Sight[], puts: readonly GoNode[]) {
  const sight = sights[0];
  const put = puts[0];
  return [
    ...(sight ? [{ at: sight.node, message: sight.cell === "*" ? "old content shows here" : `the old ${sight.cell} shows here` }] : []),
    ...(put ? [{ at: put, message: "given back without a reset here" }] : []),
  ];
}

/** `make([]T, n)` with n other than 0: users count on the length. */
function hasLength(made: GoNode): boolean {
  return made.find("call_expression").some((c) => {
    const length = c.child("arguments")?.items[1];
    return c.child("function")?.text === "make" && length !== undefined && length.text !== "0";
  });
}

// ---------------------------------------------------------------- after Get

function resetAfterGet(pkg: PackageModel, take: Taken, reset: ResetPlan): Fix | null {
  return fix({
    title: "Reset it after Get",
    ...levelOf(reset),
    edits: [reset.method, take.binding ? resetNamed(take, take.binding.name, reset) : resetReturned(pkg, take, reset)],
    assumes: [take.statement],
  });
}

function levelOf(reset: ResetPlan) {
  return reset.because ? { applicability: "unsafe" as const, because: reset.because } : { applicability: "safe" as const };
}

function resetNamed(take: Taken, name: string, reset: ResetPlan): Edits {
  if (take.statement.kind === "if_statement") return inBranch(take, reset.statement(name));
  if (!take.statement.is("short_var_declaration", "assignment_statement", "var_declaration")) return null; // the head of a loop or switch
  if (!take.commaOk) return insertAfter(take.statement, reset.statement(name));
  const siblings = take.statement.parent?.items ?? [];
  const next = siblings[siblings.indexOf(take.statement) + 1];
  // x, ok := pool.Get().(T): behind the statement that makes a new one, since there may be none
  return next?.kind === "if_statement" ? insertAfter(next, reset.statement(name)) : null;
}

/** `if x, ok := pool.Get().(T); ok {`: in that branch, the only one where there is a value. */
function inBranch(take: Taken, reset: string): Edits {
  const ok = take.statement.child("initializer")?.child("left")?.items[1];
  const branch = take.statement.child("consequence");
  const asked = ok !== undefined && take.statement.child("condition")?.text === ok.text;
  return take.commaOk && asked && branch ? insertFirst(branch, reset) : null;
}

/** `return pool.Get().(T)` needs a variable. */
function resetReturned(pkg: PackageModel, take: Taken, reset: ResetPlan): Edits {
  const type = deref(take.reused.type);
  const base = isNamed(type, "bytes.Buffer") ? "buf" : isNamed(type, "strings.Builder") ? "sb" : "v";
  const name = freshName(pkg, base, take.statement);
  const before = insertBefore(take.statement, [`${name} := ${textOf(take.value)}`, reset.statement(name)]);
  return before && [...before, { at: spanOf(take.value), text: name }];
}

// ---------------------------------------------------------------- before Put

function resetBeforePuts(pkg: PackageModel, pool: Pool, puts: readonly GoNode[], reset: ResetPlan): Fix | null {
  return fix({
    title: puts.length === 1 ? "Reset it before Put" : `Reset it before each Put (${puts.length} places)`,
    applicability: "unsafe",
    because:
      reset.because ??
      `a Put into ${pool.text} elsewhere would still give back what is filled, and whoever kept the content loses it earlier`,
    edits: [reset.method, ...puts.map((put) => resetBefore(pkg, put, reset))],
    assumes: puts.flatMap((put) => reachOf(put) ?? []),
  });
}

function resetBefore(pkg: PackageModel, put: GoNode, reset: ResetPlan): Edits {
  const arg = put.child("arguments")?.items[0];
  const e = arg && unparen(arg);
  const address = e?.kind === "unary_expression";
  const name = address ? unparen(e.child("operand") as GoNode) : e;
  const statement = statementOf(put);
  if (name?.kind !== "identifier" || !statement) return null;
  const line = address ? `${name.text} = ${name.text}[:0]` : reset.statement(name.text);
  if (put.parent?.kind !== "defer_statement") return put.parent?.kind === "expression_statement" ? insertBefore(statement, line) : null;
  const binding = pkg.binding(name);
  const again = binding?.uses.some((u) => u.how === "write" && u.node.start > put.start);
  if (!binding || again || put.parent !== statement) return null; // the deferred call has its value already
  const indent = indentOf(statement);
  const lines = [...line.split("\n"), reindent(put, `${indent}\t`)].map((l) => `${indent}\t${l}`).join("\n");
  return [{ at: spanOf(put), text: `func() {\n${lines}\n${indent}}()` }];
}
