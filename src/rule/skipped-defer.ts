/** What is lost with a deferred call that the end of the process skips. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../model/model.ts";
import { calleesOf } from "./callees.ts";
import { definitionOf } from "./definitions.ts";
import { foreignSymbol } from "./foreign.ts";
import { perPackage } from "./per-package.ts";
import { isErrorCheck } from "./resources/check.ts";
import { constantOf, deref, isNamed, underlying } from "./types.ts";

/** `left`: something outlives the process. `lost`: part of a result, which nobody misses where the process says that it failed. */
type Effect = "left" | "lost";

/** Files, mounts and children stay, a terminal stays as it was set, a profile is cut short, a log's last lines are not written. */
const LEFT = new Set([
  "os.Remove",
  "os.RemoveAll",
  "os.Process.Kill",
  "os.Process.Signal",
  "os.Process.Wait",
  "os/exec.Cmd.Wait",
  "runtime/pprof.StopCPUProfile",
  "runtime/trace.Stop",
  "syscall.Unmount",
  "golang.org/x/sys/unix.Unmount",
  "golang.org/x/term.Restore",
  "go.uber.org/zap.Logger.Sync",
  "go.uber.org/zap.SugaredLogger.Sync",
  "k8s.io/klog.Flush",
  "k8s.io/klog/v2.Flush",
  "github.com/golang/glog.Flush",
  "github.com/getsentry/sentry-go.Flush",
]);

const LOST = new Set([
  "bufio.Writer.Flush",
  "encoding/csv.Writer.Flush",
  "text/tabwriter.Writer.Flush",
  "compress/gzip.Writer.Close",
  "compress/zlib.Writer.Close",
  "compress/flate.Writer.Close",
  "archive/zip.Writer.Close",
  "archive/tar.Writer.Close",
  "mime/multipart.Writer.Close",
  "database/sql.Tx.Commit",
  "runtime/pprof.WriteHeapProfile",
  "runtime/pprof.Profile.WriteTo",
  "sync.WaitGroup.Wait",
  "golang.org/x/sync/errgroup.Group.Wait",
]);

/** The functions that a deferred call is followed into: what it calls, and what that calls. */
const DEPTH = 3;

/** Something that the deferred call would have done is missed when the process has ended at `exit`. */
export function isMissed(pkg: PackageModel, defer: GoNode, exit: GoNode): boolean {
  const call = deferredCall(defer);
  if (!call || doneBefore(pkg, call, defer, exit)) return false;
  const effect = effectOf(pkg, call, DEPTH);
  return effect === "left" || (effect === "lost" && (!saysFailure(pkg, exit) || goesToTerminal(pkg, call)));
}

/** `x, err := make()`, then `defer x.Close()`, and only then the exit under `err != nil`: there is nothing to close. */
export function hasNothing(pkg: PackageModel, defer: GoNode, exit: GoNode): boolean {
  const call = deferredCall(defer);
  if (!call || unparen(call.child("function") as GoNode).kind === "func_literal") return false;
  return call.find("identifier").some((name) => {
    const binding = pkg.binding(name);
    const definition = binding && definitionOf(pkg, binding);
    const last = definition?.names.at(-1);
    const error = definition && definition.names.length > 1 && last ? pkg.binding(last) : null;
    if (!definition || !error || error === binding) return false;
    for (let n: GoNode | null = exit; n?.parent; n = n.parent) {
      const check: GoNode = n.parent;
      if (n.field !== "consequence" || check.start < defer.start || !isCheckOf(pkg, check, error)) continue;
      return !error.uses.some((u) => u.how !== "read" && u.node.start > definition.node.end && u.node.start < check.start);
    }
    return false;
  });
}

function isCheckOf(pkg: PackageModel, check: GoNode, error: Binding): boolean {
  const left = check.child("condition")?.child("left");
  return isErrorCheck(pkg, check, error) && left != null && pkg.binding(left) === error;
}

function deferredCall(defer: GoNode): GoNode | null {
  const call = defer.items[0] && unparen(defer.items[0]);
  return call?.kind === "call_expression" ? call : null;
}

/** The function makes the call itself on a way from the defer to the exit: `c.Close()`, then `os.Exit(1)`. */
function doneBefore(pkg: PackageModel, call: GoNode, defer: GoNode, exit: GoNode): boolean {
  const func = pkg.functionOf(exit);
  if (!func?.body || call.child("function")?.kind === "func_literal") return false;
  const flow = pkg.flow(func);
  return func.body.find("call_expression").some((c) => {
    if (c.text !== call.text || c === call || c.parent?.kind === "defer_statement" || pkg.functionOf(c) !== func) return false;
    return flow.reaches(defer, c) && flow.reaches(c, exit);
  });
}

/** Does a function leave something behind, as far as it is followed, by how far that is? */
const LEAVES = Array.from({ length: DEPTH }, (_, depth) =>
  perPackage((pkg, func: FuncModel) => func.body?.find("call_expression").some((c) => effectOf(pkg, c, depth) === "left") ?? false),
);

/** The worst of what a call does, as far as its source is at hand. */
function effectOf(pkg: PackageModel, call: GoNode, depth: number): Effect | null {
  const callee = call.child("function");
  const symbol = callee && foreignSymbol(pkg, unparen(callee));
  if (symbol && LEFT.has(symbol)) return "left";
  if (symbol && (LOST.has(symbol) || (/^(fmt|log)\.(Logger\.)?F?[Pp]rint/.test(symbol) && isSure(call)))) return "lost";
  if (depth === DEPTH && hasChild(pkg, call)) return "left";
  if (depth === 0 || !callee) return null;
  const literal = literalOf(pkg, unparen(callee));
  if (literal) return worst(literal.body.find("call_expression").map((c) => effectOf(literal.pkg, c, depth - (literal.own ? 0 : 1))));
  return calleesOf(pkg, call).some((f) => LEAVES[depth - 1]?.(f.pkg, f)) ? "left" : null; // what other functions wait for or write is theirs
}

/** No condition stands between the call and its function: an error that was to be told need not have come. */
function isSure(call: GoNode): boolean {
  const end = call.closest("defer_statement", "func_literal", "function_declaration", "method_declaration");
  for (let n: GoNode | null = call; n && n !== end; n = n.parent) if (n.kind === "if_statement") return false;
  return true;
}

function worst(effects: readonly (Effect | null)[]): Effect | null {
  return effects.includes("left") ? "left" : effects.includes("lost") ? "lost" : null;
}

/**
 * The literal that runs: written in place, the value of a variable, or what a function returned as that. `own`: it stands in the function, so
 * that it cannot call itself.
 */
function literalOf(pkg: PackageModel, callee: GoNode): { pkg: PackageModel; body: GoNode; own: boolean } | null {
  if (callee.kind === "func_literal") return { pkg, body: callee, own: true };
  const binding = callee.kind === "identifier" ? pkg.binding(callee) : null;
  const definition = binding && definitionOf(pkg, binding);
  if (!definition) return null;
  if (definition.value.kind === "func_literal") return { pkg, body: definition.value, own: binding.entity === null };
  if (definition.value.kind !== "call_expression") return null;
  for (const maker of calleesOf(pkg, definition.value)) {
    for (const r of maker.body?.find("return_statement") ?? []) {
      const value = (r.items[0]?.kind === "expression_list" ? r.items[0].items : r.items)[definition.index];
      if (value?.kind === "func_literal" && maker.pkg.functionOf(r) === maker) return { pkg: maker.pkg, body: value, own: false };
    }
  }
  return null;
}

/** A command that was started, or a struct that holds one, is what it is called on or gets. */
function hasChild(pkg: PackageModel, call: GoNode): boolean {
  const callee = unparen(call.child("function") as GoNode);
  const operand = callee.kind === "selector_expression" ? callee.child("operand") : null;
  return [operand, ...(call.child("arguments")?.items ?? [])].some((e) => {
    const type = e && deref(pkg.typeOf(e));
    if (!type) return false;
    if (isNamed(type, "os/exec.Cmd") || isNamed(type, "os.Process")) return true;
    const struct = underlying(pkg, type);
    return struct.kind === "struct" && struct.fields.some((f) => isNamed(deref(f.type), "os/exec.Cmd"));
  });
}

/** log.Fatal, or an exit code that is not 0: what was to be written is not expected to be whole. */
function saysFailure(pkg: PackageModel, exit: GoNode): boolean {
  const code = exit.child("arguments")?.items[0];
  if (pkg.symbol(exit.child("function") as GoNode) !== "os.Exit" || !code) return true;
  const value = constantOf(pkg, code);
  return value !== null && Number(value) !== 0;
}

/** The writer that is flushed was made over standard output: what was printed before the failure is wanted. */
function goesToTerminal(pkg: PackageModel, call: GoNode): boolean {
  const writer = unparen(call.child("function") as GoNode).child("operand")?.text;
  if (!writer) return false;
  const statements = pkg.functionOf(call)?.body?.find("short_var_declaration", "assignment_statement") ?? [];
  return statements.some((s) => s.child("left")?.text === writer && /\bos\.Std(out|err)\b/.test(s.child("right")?.text ?? ""));
}
