import {
  type Binding,
  callsOf,
  climb,
  defineRule,
  definitionOf,
  type Edits,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  insertAfter,
  isPut,
  leavesBy,
  loopsAround,
  meansTheSame,
  type PackageModel,
  remove,
  replace,
  statementOf,
  textOf,
  underlying,
  unparen,
  viewAt,
  viewsOf,
} from "../../rule/index.ts";

/**
 * A pooled value that is used after it was given back.
 *
 *     buf := pool.Get().(*bytes.Buffer)        buf := pool.Get().(*bytes.Buffer)
 *     fill(buf)                                defer pool.Put(buf)
 *     pool.Put(buf)                      =>    fill(buf)
 *     return buf.String()                      return buf.String()
 *
 * Memory that leaves the function outlives a deferred Put just as well: `return buf.Bytes()` must be a copy.
 */
export default defineRule({
  id: "pool-use-after-put",
  family: "pools",
  title: "A pooled value is used after Put",
  why: "From Put on another goroutine may have it: what is read is somebody else's, and what is written lands in somebody else's output.",
  fixSafety:
    "Always unsafe: a Put that is moved into a defer gives the value back later, on panics too; a copy of what leaves the function costs an allocation.",
  silent:
    "The variable gets another value in between; what is returned is a copy (`buf.String()`, `append([]byte(nil), b...)`); the Put is made by a function that is not known. Pedantic in a test that waits for the panic.",
  sources: ["https://pkg.go.dev/sync#Pool"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Put("],
  imports: ["sync"],
  *check(pkg) {
    for (const { call, argument } of givenBack(pkg)) {
      const value = localOf(pkg, argument);
      const func = pkg.functionOf(call);
      const field = !value && func ? fieldUsedAfter(pkg, call, argument, func) : null;
      if (field) yield finding(this, call, messageFor(textOf(argument), false), [], { related: [{ at: field, message: "used here" }] });
      const holder = value?.func;
      const run = func && holder ? runOf(call, holder, func) : null;
      if (!value || !holder || !run) continue; // nothing names it, or a literal puts it who knows when
      if (func !== holder && value.uses.some((u) => u.how === "write" && u.func === holder)) continue; // what it holds when it returns is not told
      const late = run.deferred ? keptBeyond(pkg, run.at, value, holder) : usedAfter(pkg, call, value, holder);
      if (!late) continue;
      yield finding(this, call, messageFor(value.name, late.leaves), [mended(pkg, call, value, late, run.deferred)], {
        tier: expectsPanic(pkg, holder) ? "pedantic" : undefined,
        related: [{ at: late.use, message: late.leaves ? "leaves here" : "used here" }],
      });
    }
  },
});

/** A test whose deferred function recovers: the use is what it tries. */
function expectsPanic(pkg: PackageModel, func: FuncModel): boolean {
  if (!pkg.fileOf(func.node).test) return false;
  return pkg.flow(func).defers.some((d) => d.find("call_expression").some((c) => pkg.symbol(c.child("function") ?? c) === "recover"));
}

function messageFor(name: string, leaves: boolean): string {
  return leaves
    ? `memory of ${name} leaves the function, and goes back to the pool here`
    : `${name} is used after it goes back to the pool here`;
}

/** Calls that give an argument back: Put, and functions of the package that put a parameter. */
function* givenBack(pkg: PackageModel): Iterable<{ readonly call: GoNode; readonly argument: GoNode }> {
  const helpers = new Set<GoNode>();
  for (const put of pkg.calls("sync.Pool.Put")) {
    const argument = put.args[0];
    if (!argument || !put.func) continue;
    yield { call: put.node, argument };
    const value = localOf(pkg, argument);
    const index = put.func.params.findIndex((p) => p.binding !== null && p.binding === value);
    if (index < 0 || put.func.name === "" || helpers.has(put.func.node)) continue;
    helpers.add(put.func.node);
    for (const call of callsOf(pkg, put.func)) {
      const given = call.child("arguments")?.items[index];
      if (given) yield { call, argument: given };
    }
  }
}

/** The local that is put: `x`, or `&x`. */
function localOf(pkg: PackageModel, argument: GoNode): Binding | null {
  const e = unparen(argument);
  const name = e.kind === "unary_expression" && e.child("operator")?.kind === "&" ? unparen(e.child("operand") ?? e) : viewName(e);
  const binding = name.kind === "identifier" ? pkg.binding(name) : null;
  return binding?.kind === "var" || binding?.kind === "param" || binding?.kind === "receiver" ? binding : null;
}

/** `b` of `b[:0]`. */
function viewName(e: GoNode): GoNode {
  return e.kind === "slice_expression" ? unparen(e.child("operand") ?? e) : e;
}

/** Where the Put runs in the flow of the function that has the value: in place, or when that function returns. */
function runOf(put: GoNode, holder: FuncModel, func: FuncModel): { readonly at: GoNode; readonly deferred: boolean } | null {
  const p = climb(put).parent;
  if (func === holder) return p?.kind === "go_statement" ? null : { at: put, deferred: p?.kind === "defer_statement" };
  const call = climb(func.node).parent;
  const outer = call?.kind === "call_expression" ? call.parent : null;
  return func.outer === holder && outer?.kind === "defer_statement" ? { at: outer, deferred: true } : null;
}

interface Late {
  readonly use: GoNode;
  /** The value's memory leaves the function by this view of it. */
  readonly view: GoNode;
  readonly leaves: boolean;
}

/** A use that a path leads to from the Put, while the name holds what was put. */
function usedAfter(pkg: PackageModel, put: GoNode, given: Binding, func: FuncModel): Late | null {
  const mayFollow = followersOf(put, func);
  for (const view of viewsOf(pkg, given, func)) {
    const renewed = renewals(view);
    for (const use of view.uses) {
      if (use.func !== func || use.how === "write" || put.contains(use.node) || !mayFollow(use.node) || isHarmless(pkg, use.node)) continue;
      if (use.node.closest("defer_statement") && pkg.functionOf(use.node) === func) continue; // worked out earlier
      if (
        pkg.flow(func).reaches(put, use.node, (atom) => renewed.some((n) => atom.contains(n) || heads(n).some((h) => h.contains(atom))))
      ) {
        const seen = viewAt(pkg, use.node);
        return { use: use.node, view: seen, leaves: leavesBy(pkg, seen, func)?.kind === "return_statement" };
      }
    }
  }
  return null;
}

/** What the text lets run after the node: without a loop around it, and without goto, only what stands behind it. The flow knows better, and costs more. */
function followersOf(node: GoNode, func: FuncModel): (other: GoNode) => boolean {
  const goesBack = loopsAround(node).length > 0 || (func.body?.text.includes("goto") ?? false);
  return (other) => goesBack || other.start > node.end;
}

/** A use of a field that was put in place, `s.buf`, before it or what holds it gets another value. */
function fieldUsedAfter(pkg: PackageModel, put: GoNode, argument: GoNode, func: FuncModel): GoNode | null {
  const e = unparen(argument);
  const root = e.kind === "selector_expression" ? unparen(e.child("operand") ?? e) : null;
  const holder = root?.kind === "identifier" ? pkg.binding(root) : null;
  if (!holder || holder.kind === "import" || runOf(put, func, func)?.deferred !== false) return null;
  const same = func.node.find("selector_expression").filter((s) => s.text === e.text && pkg.functionOf(s) === func && !put.contains(s));
  const mayFollow = followersOf(put, func);
  const written = same.filter((s) => climb(s).parent?.kind === "expression_list" && climb(s).parent?.field === "left");
  const ends = [...renewals(holder), ...written];
  const uses = same.filter((s) => mayFollow(s) && !written.includes(s) && !s.closest("defer_statement") && !isHarmless(pkg, s));
  return uses.find((s) => pkg.flow(func).reaches(put, s, (atom) => ends.some((n) => atom.contains(n) && !n.contains(s)))) ?? null;
}

/** Where the name gets another value: its declaration, and each write. */
function renewals(view: Binding): GoNode[] {
  return [...(view.node ? [view.node] : []), ...view.uses.filter((u) => u.how === "write").map((u) => u.node)];
}

/** The head of the loop or case that declares the name anew. */
function heads(name: GoNode): GoNode[] {
  const head = name.closest("range_clause", "receive_statement", "block");
  return head && head.kind !== "block" ? [head] : [];
}

/** It looks at no memory of the value: a comparison, the length of a slice that the local holds, `_ = x`. */
function isHarmless(pkg: PackageModel, use: GoNode): boolean {
  const e = climb(use);
  const p = e.parent;
  if (p?.kind === "binary_expression") return true;
  if (p?.kind === "expression_list" && p.field === "right" && p.parent?.child("left")?.text === "_") return true;
  const call = p?.kind === "argument_list" ? p.parent : null;
  const callee = call && unparen(call.child("function") ?? call);
  const symbol = callee?.kind === "identifier" ? pkg.symbol(callee) : null;
  return symbol === "len" || symbol === "cap";
}

/** Memory of the value that is still in use when the deferred Put has run. */
function keptBeyond(pkg: PackageModel, at: GoNode, given: Binding, func: FuncModel): Late | null {
  const isOnOneWay = (a: GoNode, b: GoNode) => pkg.flow(func).reaches(a, b) || pkg.flow(func).reaches(b, a);
  return leaving(pkg, given, func).find(({ by }) => !at.contains(by) && isOnOneWay(at, by)) ?? null;
}

/** Every view of the value that leaves the function, and the statement by which it does. */
function leaving(pkg: PackageModel, given: Binding, func: FuncModel): (Late & { readonly by: GoNode })[] {
  return viewsOf(pkg, given, func).flatMap((view) =>
    view.uses.flatMap((use) => {
      if (use.func !== func || use.how === "write") return [];
      const seen = viewAt(pkg, use.node);
      const by = leavesBy(pkg, seen, func);
      return by ? [{ use: use.node, view: seen, leaves: true, by }] : [];
    }),
  );
}

// ---------------------------------------------------------------- fixes

function mended(pkg: PackageModel, put: GoNode, given: Binding, late: Late, deferred: boolean): Fix | null {
  const func = given.func;
  const moved = deferred ? [] : movedIntoDefer(pkg, put, given);
  if (!func || moved === null) return null;
  // With the Put in a defer, whatever leaves the function has to be a copy.
  const copied = leaving(pkg, given, func).map((l) => copyOf(pkg, l.view));
  return fix({
    title: deferred
      ? "Let a copy leave the function"
      : late.leaves
        ? "Put it back when the function returns, and return a copy"
        : "Put it back when the function returns",
    applicability: "unsafe",
    because: late.leaves
      ? "the copy is an allocation, and whoever counted on the same memory no longer has it"
      : "it goes back later than before, and after a panic, too",
    edits: [...moved, ...copied],
    assumes: func.body ? [func.body] : [],
  });
}

/** `append([]T(nil), v...)` of a slice. null where what leaves is no slice. */
function copyOf(pkg: PackageModel, view: GoNode): Edits {
  const type = pkg.typeOf(view);
  const under = underlying(pkg, type);
  if (under.kind !== "slice" || under.elem.kind !== "basic") return null;
  const elem = under.elem.name === "uint8" ? "byte" : under.elem.name;
  if (pkg.resolve("append", view)?.kind !== "builtin" || pkg.resolve(elem, view)?.kind !== "builtin") return null;
  return replace(view, `append([]${elem}(nil), ${textOf(view)}...)`);
}

/** A defer behind the statement that takes the value out of the pool; the Put in place goes, with a reset directly before it. */
function movedIntoDefer(pkg: PackageModel, put: GoNode, given: Binding): Edits[] | null {
  const made = definitionOf(pkg, given);
  const taken = made && statementOf(made.node);
  const statement = statementOf(put);
  if (!taken || !statement || statement.kind !== "expression_statement" || loopsAround(taken).length > 0) return null;
  if (!meansTheSame(pkg, put.child("function") ?? put, taken) || given.uses.some((u) => u.how === "write")) return null;
  const others = given.uses.map((u) => u.node.closest("call_expression")).filter((c) => c !== null && c !== put && isPut(pkg, c));
  if (others.length > 0) return null; // each of them would have to go
  const siblings = statement.parent?.items ?? [];
  const before = siblings[siblings.indexOf(statement) - 1];
  const resets = before && isReset(before, given.name) ? before : null;
  const lines = resets ? ["defer func() {", `\t${textOf(resets)}`, `\t${textOf(put)}`, "}()"] : `defer ${textOf(put)}`;
  return [insertAfter(taken, lines), remove(statement), ...(resets ? [remove(resets)] : [])];
}

function isReset(statement: GoNode, name: string): boolean {
  const text = textOf(statement).replaceAll(/\s/g, "");
  return text === `${name}.Reset()` || text === `*${name}=(*${name})[:0]`;
}
