import {
  calleeOf,
  climb,
  defineRule,
  type Edits,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  indentOf,
  insertAfter,
  insertFirst,
  leavesOf,
  lift,
  loopsAround,
  type PackageModel,
  plainStatement,
  reindent,
  remove,
  STARTERS,
  spanOf,
  statementOf,
  statementsOf,
  unparen,
  wrapStatements,
} from "../../rule/index.ts";

/**
 * recover() that cannot stop a panic, because no deferred function calls it itself.
 *
 *     func serve(job Job) {                      func serve(job Job) {
 *         if r := recover(); r != nil {              defer func() {
 *             log.Print(r)                               if r := recover(); r != nil {
 *         }                                  =>              log.Print(r)
 *         job.Run()                                      }
 *     }                                              }()
 *                                                    job.Run()
 *                                                }
 */
export default defineRule({
  id: "recover-not-deferred",
  family: "defers",
  title: "recover is not called directly by a deferred function",
  why: "recover stops a panic only when the deferred function itself calls it. Anywhere else it gives nil, and the panic ends the program.",
  fixSafety:
    "Always unsafe: panics that ended the program are caught from then on, and the function returns as if nothing had happened, with the zero values of its results.",
  silent:
    "Nothing tells who calls the function: it is exported and recovers first, is a value somewhere, or its literal is given to a function that is not known to call it at once.",
  sources: ["https://go.dev/ref/spec#Handling_panics"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["recover()"],
  *check(pkg) {
    for (const { node, func } of pkg.calls("recover")) {
      if (!func?.body || !pkg.flow(func).locate(node)) continue;
      const p = climb(node).parent;
      if (p?.is("defer_statement", "go_statement")) {
        yield finding(this, node, "recover is deferred itself, so no deferred function calls it", [inLiteral(p, node)]);
        continue;
      }
      const early = argumentOf(node);
      if (early) {
        yield finding(this, node, "recover is called when its call is deferred, not when that runs", [
          inLiteral(early.statement, early.call),
        ]);
        continue;
      }
      const calls = plainCalls(pkg, func, node);
      if (!calls) continue; // a deferred function, or nobody knows
      const [site] = calls;
      const related = site && site !== node ? [{ at: site, message: "called here, not by defer" }] : [];
      yield finding(this, node, "recover does nothing here: no deferred function calls it directly", fixesOf(pkg, func, node, calls), {
        related,
      });
    }
  },
});

/** `defer log.Println(recover())`: what is deferred is Println alone. */
function argumentOf(recover: GoNode): { readonly statement: GoNode; readonly call: GoNode } | null {
  const statement = recover.closest("defer_statement", "func_literal", "block");
  const call = statement?.kind === "defer_statement" ? statement.items[0] : null;
  return statement && call ? { statement, call } : null;
}

// ---------------------------------------------------------------- who calls the function

/** The calls of the function when none of them is deferred; null when one is, or when that cannot be told. */
function plainCalls(pkg: PackageModel, func: FuncModel, recover: GoNode): GoNode[] | null {
  return func.node.kind === "func_literal" ? callsOfLiteral(pkg, func.node) : callsOfNamed(pkg, func, recover);
}

function callsOfLiteral(pkg: PackageModel, literal: GoNode): GoNode[] | null {
  const e = climb(literal);
  const p = e.parent;
  if (p?.kind === "call_expression" && e.field === "function") return isDeferred(p) ? null : [p];
  if (p?.kind === "argument_list" && p.parent) {
    const symbol = pkg.symbol(unparen(p.parent.child("function") ?? p.parent));
    return symbol !== null && STARTERS.has(symbol) ? [p.parent] : null;
  }
  const list = p?.kind === "expression_list" && p.items.length === 1 ? p : null;
  const statement = list?.parent;
  if (!statement?.is("short_var_declaration", "var_spec")) return null;
  const name = statement.kind === "var_spec" ? statement.child("name") : statement.child("left")?.items[0];
  const uses = (name?.kind === "identifier" ? pkg.binding(name)?.uses : null) ?? [];
  const calls = uses.map((u) => (u.how === "call" ? climb(u.node).parent : null));
  return calls.length > 0 && calls.every((c) => c !== null && !isDeferred(c)) ? (calls as GoNode[]) : null;
}

function isDeferred(call: GoNode): boolean {
  return climb(call).parent?.kind === "defer_statement";
}

/** main, init and tests are called by the runtime alone. */
const NEVER_DEFERRED = /^(main|init)$|^(Test|Benchmark|Fuzz|Example)/;

function callsOfNamed(pkg: PackageModel, func: FuncModel, recover: GoNode): GoNode[] | null {
  if (
    func.receiver === null &&
    NEVER_DEFERRED.test(func.name) &&
    (pkg.name === "main" || func.name === "init" || pkg.fileOf(func.node).test)
  )
    return [recover];
  const own = func.node.child("name");
  const calls: GoNode[] = [];
  for (const name of pkg.mentions(func.name)) {
    if (name === own || name.field === "name") continue;
    const e = climb(name.parent?.kind === "selector_expression" && name.field === "field" ? name.parent : name);
    const call = e.parent?.kind === "call_expression" && e.field === "function" ? e.parent : null;
    if (!call) {
      if (mayMean(pkg, name, func)) return null; // a value: somebody may defer it
      continue;
    }
    const callee = calleeOf(pkg, call);
    if (callee ? callee.node !== func.node : !mayMean(pkg, name, func)) continue;
    if (!callee || isDeferred(call)) return null;
    calls.push(call);
  }
  const open = /^\p{Lu}/u.test(func.name) ? pkg.name !== "main" || func.receiver !== null : calls.length === 0;
  return open && isHandler(func, recover) ? null : calls.length > 0 ? calls : [recover];
}

function mayMean(pkg: PackageModel, name: GoNode, func: FuncModel): boolean {
  if (name.kind === "field_identifier") return func.receiver !== null;
  return func.receiver === null && pkg.binding(name)?.kind === "func";
}

/** It recovers first: it may be there to be deferred. */
function isHandler(func: FuncModel, recover: GoNode): boolean {
  const first = func.body ? statementsOf(func.body).find((s) => s.kind !== "var_declaration") : undefined;
  return first?.kind !== "for_statement" && (first?.contains(recover) ?? true);
}

// ---------------------------------------------------------------- the fixes

/** `defer recover()` */
function inLiteral(statement: GoNode, call: GoNode): Fix | null {
  if (statement.kind !== "defer_statement") return null;
  return fix({
    title: "Call recover in a deferred literal",
    applicability: "unsafe",
    because: "panics are caught from then on, and nobody hears of them",
    edits: [[{ at: spanOf(climb(call)), text: `func() { ${call.text} }()` }]],
    assumes: [statement],
  });
}

function fixesOf(pkg: PackageModel, func: FuncModel, recover: GoNode, calls: readonly GoNode[]): (Fix | null)[] {
  const run = func.body && handlerAt(pkg, func, func.body, recover);
  const helper = calls[0] !== recover && run && statementsOf(func.body as GoNode).every((s) => within(s, run));
  return [helper ? deferCalls(pkg, func, calls) : deferRecover(pkg, func, recover)];
}

/** The helper is deferred wherever it is called. */
function deferCalls(pkg: PackageModel, func: FuncModel, calls: readonly GoNode[]): Fix | null {
  const edits = calls.map((call) => deferCall(pkg, call));
  return fix({
    title: `Defer ${func.name || "the literal"}`,
    applicability: "unsafe",
    because: "panics are caught from then on, in the whole of what calls it",
    edits,
    assumes: calls.map((c) => statementOf(c)),
  });
}

function deferCall(pkg: PackageModel, call: GoNode): Edits {
  const statement = plainStatement(call);
  const caller = pkg.functionOf(call);
  const body = caller?.body;
  if (statement?.kind !== "expression_statement" || !caller || !body || loopsAround(call).length > 0) return null;
  const deferred = caller.node.kind === "func_literal" ? climb(caller.node).parent : null;
  if (deferred?.kind === "call_expression" && isDeferred(deferred)) {
    // `defer func() { helper() }()`
    if (statementsOf(body).length !== 1 || deferred.child("arguments")?.items.length !== 0) return null;
    const lost = body.find("comment").some((c) => !call.contains(c));
    return lost ? null : [{ at: spanOf(deferred), text: reindent(call, indentOf(deferred)) }];
  }
  if (statement.parent?.parent !== body) return null;
  const { path, start } = spanOf(statement);
  const inPlace: Edits = [{ at: { path, start, end: start }, text: "defer " }];
  const all = statementsOf(body);
  if (all[0] === statement) return inPlace;
  const needs = call.find("identifier").some((n) => isOwnLocal(pkg, n, caller) && !call.contains(pkg.binding(n)?.node ?? n));
  if (needs) return all.at(-1) === statement ? null : inPlace;
  const lifted = lift(statement);
  const at = lifted?.lines.findIndex((l) => !l.startsWith("//")) ?? -1;
  const lines = lifted?.lines.map((l, i) => (i === at ? `defer ${l}` : l));
  const first = lines && insertFirst(body, lines);
  return first && lifted ? [...first, ...lifted.cut] : null;
}

function isOwnLocal(pkg: PackageModel, name: GoNode, func: FuncModel): boolean {
  const binding = pkg.binding(name);
  return binding?.kind === "var" && binding.func === func;
}

/** What recovers is put into a deferred literal, before what may panic. */
function deferRecover(pkg: PackageModel, func: FuncModel, recover: GoNode): Fix | null {
  const { body } = func;
  const run = body && handlerAt(pkg, func, body, recover);
  if (!body || !run) return null;
  const inside = (n: GoNode): boolean => within(n, run);
  const outer = body
    .find("identifier")
    .filter(inside)
    .flatMap((n) => {
      const declared = isOwnLocal(pkg, n, func) ? pkg.binding(n)?.node : null;
      return declared && !inside(declared) ? [declared] : [];
    });
  const anchor = outer
    .map((n) => statementOf(n))
    .sort((a, b) => (a?.start ?? 0) - (b?.start ?? 0))
    .at(-1);
  if (anchor === null || (anchor && anchor.parent?.parent !== body)) return null;
  return fix({
    title: "Recover in a deferred literal",
    applicability: "unsafe",
    because: "panics are caught from then on, and the function returns after them as if all had gone well",
    edits: [deferred(body, run, anchor)],
    assumes: [body],
  });
}

type Run = readonly [first: GoNode, last: GoNode];

function within(node: GoNode, [first, last]: Run): boolean {
  return node.start >= first.start && node.end <= last.end;
}

/** The statements of the body that recover and look at what came of it: first and last. */
function handlerAt(pkg: PackageModel, func: FuncModel, body: GoNode, recover: GoNode): Run | null {
  const first = statementOf(recover);
  if (!first || first.parent?.parent !== body || first.kind === "labeled_statement") return null;
  const all = statementsOf(body);
  let last = first;
  if (first.kind === "short_var_declaration") {
    const names = first.child("left")?.items ?? [];
    const uses = names.flatMap((n) => pkg.binding(n)?.uses ?? []);
    last = all.findLast((s) => uses.some((u) => s.contains(u.node))) ?? first;
    if (all.indexOf(last) - all.indexOf(first) > 1) return null; // it is looked at somewhere else, too
  } else if (!first.is("if_statement", "expression_statement", "assignment_statement")) return null;
  const run = all.slice(all.indexOf(first), all.indexOf(last) + 1);
  const leaves = run.flatMap((s) => leavesOf(s, recover) ?? [s]);
  const odd = leaves.some((n) => n.kind !== "return_statement" || n.items.length > 0 || func.results.length > 0);
  return odd || run.some((s) => s.find("labeled_statement").length > 0) ? null : [first, last];
}

function deferred(body: GoNode, [first, last]: Run, anchor: GoNode | undefined): Edits {
  const before = statementsOf(body).filter((s) => s.end <= first.start);
  if (before.at(-1) === anchor) {
    const wrapped = wrapStatements(first, last, "defer func() {", "}()");
    if (wrapped || first !== last || first.text.includes("\n")) return wrapped;
    return [{ at: spanOf(first), text: `defer func() { ${first.text} }()` }];
  }
  const lifted = lift(first, last);
  const simple = first === last && !first.text.includes("\n");
  if (!lifted && !simple) return null;
  if (!lifted) {
    const line = `defer func() { ${first.text} }()`;
    const put = anchor ? insertAfter(anchor, line) : insertFirst(body, line);
    const gone = remove(first);
    return put && gone && [...put, ...gone];
  }
  const lines = ["defer func() {", ...lifted.lines.map((l) => (l === "" ? l : `\t${l}`)), "}()"];
  const put = anchor ? insertAfter(anchor, lines) : insertFirst(body, lines);
  return put && [...put, ...lifted.cut];
}
