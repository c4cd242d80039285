/** Who runs a piece of code: the function in which it stands, or a goroutine that is started there. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../model/model.ts";
import { calleeOf } from "./callees.ts";
import { symbolAmong, symbolSet } from "./foreign.ts";
import { CALLS_AT_ONCE } from "./obligation/known.ts";
import { inLoop } from "./paths.ts";
import { perPackage } from "./per-package.ts";
import { climb } from "./values.ts";

export interface Runner {
  /** What starts the goroutine: a go_statement, or the call of a `Go` method. null when the function itself runs it. */
  readonly start: GoNode | null;
  /** The goroutine's function, else the function that was asked about. */
  readonly body: FuncModel;
  /** What runs it in the flow of `body`: the node itself, the call of a literal around it, or its defer_statement. */
  readonly at: GoNode;
  /** It runs when `body` returns. */
  readonly deferred: boolean;
}

/** Methods that run a literal in a goroutine of its own. */
export const STARTERS: ReadonlySet<string> = new Set([
  "sync.WaitGroup.Go",
  "golang.org/x/sync/errgroup.Group.Go",
  "golang.org/x/sync/errgroup.Group.TryGo",
]);

/** They run a literal that they get. */
const RUNS = symbolSet([...STARTERS, ...CALLS_AT_ONCE]);

/** Who runs a node of `func` or of a literal in it, by the innermost goroutine. null when a literal around it is kept, or may run more than once. */
export function runnerOf(pkg: PackageModel, node: GoNode, func: FuncModel): Runner | null {
  let at = node;
  let deferred = hasDefer(node);
  if (deferred) at = node.parent as GoNode;
  for (let f = pkg.functionOf(node); f; f = f.outer) {
    if (f === func) return { start: null, body: f, at, deferred };
    const run = runOf(pkg, f.node);
    if (!run) return null;
    if (run.how === "go") return { start: run.at, body: f, at, deferred };
    at = run.at;
    deferred = run.how === "defer";
  }
  return null;
}

function hasDefer(node: GoNode): boolean {
  return node.kind === "call_expression" && node.parent?.kind === "defer_statement";
}

type Run = { readonly how: "call" | "go" | "defer"; readonly at: GoNode };

/** How a literal is run, when it is run in one place only. */
function runOf(pkg: PackageModel, literal: GoNode): Run | null {
  const e = climb(literal);
  const p = e.parent;
  if (p?.kind === "call_expression" && e.field === "function") return callOf(p);
  if (p?.kind === "argument_list" && p.parent) {
    const symbol = symbolAmong(pkg, unparen(p.parent.child("function") ?? p.parent), RUNS);
    return symbol === null ? null : { how: STARTERS.has(symbol) ? "go" : "call", at: p.parent };
  }
  const name = nameOf(e);
  const binding = name && pkg.binding(name);
  const use = binding?.uses[0];
  if (binding?.uses.length !== 1 || !use || use.func !== binding.func) return null;
  if (use.how === "call" && use.node.parent) return callOf(use.node.parent);
  const list = use.node.parent;
  const symbol = list?.kind === "argument_list" ? pkg.symbol(unparen(list.parent?.child("function") ?? list)) : null;
  return list?.parent && symbol !== null && STARTERS.has(symbol) ? { how: "go", at: list.parent } : null;
}

function callOf(call: GoNode): Run {
  const p = climb(call).parent;
  if (p?.kind === "go_statement") return { how: "go", at: p };
  if (p?.kind === "defer_statement") return { how: "defer", at: p };
  return { how: "call", at: call };
}

/** `f` of `f := func() {...}`. */
function nameOf(value: GoNode): GoNode | null {
  const list = value.parent;
  if (list?.kind !== "expression_list" || list.items.length !== 1 || list.parent?.kind !== "short_var_declaration") return null;
  const name = list.parent.child("left")?.items[0];
  return name?.kind === "identifier" && list.field === "right" ? name : null;
}

/** The function that a go_statement or a call of a `Go` method runs, where its source is at hand. */
export function startedBy(pkg: PackageModel, start: GoNode): FuncModel | null {
  if (start.kind === "go_statement") {
    const call = start.items[0] && unparen(start.items[0]);
    return call?.kind === "call_expression" ? (calleeOf(pkg, call) ?? localLiteral(pkg, call)) : null;
  }
  const argument = start.child("arguments")?.items[0];
  const e = argument && unparen(argument);
  return e?.kind === "func_literal" ? pkg.functionAt(e) : null;
}

/** `go f()` with `f := func() {...}` that is used nowhere else. */
function localLiteral(pkg: PackageModel, call: GoNode): FuncModel | null {
  const name = unparen(call.child("function") ?? call);
  const binding: Binding | null = name.kind === "identifier" ? pkg.binding(name) : null;
  if (binding?.kind !== "var" || binding.uses.length !== 1) return null;
  const statement = binding.node?.parent?.parent;
  const value = statement?.kind === "short_var_declaration" ? statement.child("right")?.items : null;
  const literal = value?.length === 1 && value[0] ? unparen(value[0]) : null;
  return literal?.kind === "func_literal" ? pkg.functionAt(literal) : null;
}

/** The goroutine that runs the node, however deep it stands; null when its outermost function runs it, or when that cannot be told. */
export function goroutineOf(pkg: PackageModel, node: GoNode): (Runner & { readonly start: GoNode }) | null {
  let root = pkg.functionOf(node);
  while (root?.outer) root = root.outer;
  const runner = root && runnerOf(pkg, node, root);
  return runner?.start ? { ...runner, start: runner.start } : null;
}

/** True where a goroutine runs the node: a literal that is started around it, or its named function, which the package starts with go. */
export function inGoroutine(pkg: PackageModel, node: GoNode): boolean {
  let root = pkg.functionOf(node);
  while (root?.outer) root = root.outer;
  const runner = root && runnerOf(pkg, node, root);
  return runner != null && (runner.start !== null || isStartedByName(pkg, runner.body));
}

const isStartedByName = perPackage((pkg, func: FuncModel): boolean => {
  if (func.name === "" || func.name === "main") return false;
  const behindGo = ({ text, at }: { readonly text: string; readonly at: number }) =>
    text.slice(text.lastIndexOf("\n", at) + 1, at).includes("go ");
  for (const name of pkg.mentions(func.name, behindGo)) {
    const callee = name.parent?.kind === "selector_expression" ? name.parent : name;
    const call = climb(callee).parent;
    if (call?.kind !== "call_expression" || climb(call).parent?.kind !== "go_statement") continue;
    if (calleeOf(pkg, call)?.node === func.node) return true;
  }
  return false;
});

/** True in a loop, also through literals that are called on the spot. */
export function isRepeated(pkg: PackageModel, node: GoNode): boolean {
  for (let n = node; ; ) {
    const func = pkg.functionOf(n);
    if (!func) return false;
    if (inLoop(func, n)) return true;
    const literal = climb(func.node);
    const call = literal.field === "function" ? literal.parent : null;
    if (call?.kind !== "call_expression" || climb(call).parent?.is("go_statement", "defer_statement")) return false;
    n = call;
  }
}
