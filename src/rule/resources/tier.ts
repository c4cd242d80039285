/** Leaks that are there, and that few would mend: they are pedantic. */
import { type GoNode, unparen } from "../../go/node.ts";
import type { Binding, PackageModel, Witness } from "../../model/model.ts";
import { calleeOf, calleesOf } from "../callees.ts";
import { endsProcess } from "../callers.ts";
import { definitionOf } from "../definitions.ts";
import { statementOf, statementsOf } from "../edits.ts";
import { outermost } from "../functions.ts";
import { drainedAt } from "../obligation/drained.ts";
import { countedExits } from "../obligation/leak.ts";
import type { Leak } from "../obligation.ts";
import type { Tier } from "../rule.ts";
import { isNamed } from "../types.ts";
import { wantsSuccess } from "./wanted.ts";

/**
 * Pedantic where only a test that has failed leaks, where the process ends at once, where a test drops what was to fail, or where a context
 * ends it.
 */
export function tierOf(leak: Leak): Tier | undefined {
  return onlyWhereTestEnds(leak) || dropsFailure(leak) || endsProcess(leak.func) || endsWithContext(leak) ? "pedantic" : undefined;
}

/** Every path on which it leaks ends the test: it has failed, or was skipped, and what it holds goes with its process. */
export function onlyWhereTestEnds(leak: Leak): boolean {
  return leak.kind === "path" && leak.witness?.exit === "goexit" && escapeOf(leak, leak.stop, false) === null;
}

/** A path on which it leaks though `stop` ends it; `unwinding`: one that ends the goroutine counts as well. */
function escapeOf(leak: Leak, stop: (atom: GoNode) => boolean, unwinding = true): Witness | null {
  const { pkg, func, row, call, facts } = leak;
  const flow = pkg.flow(func);
  const exits = countedExits(func, row).filter((e) => unwinding || e !== "goexit");
  if (leak.kind === "turn") return flow.escape(call, { stop, facts, exits: [], turn: true });
  const found = flow.escape(call, { stop, facts, exits });
  if (!found || !drainedAt(leak, flow).endsBy(found)) return found;
  return flow.escape(call, { stop, facts, exits: exits.filter((e) => e !== "end") });
}

/** A test names the error and drops the rest, and does not ask that the call succeeds. */
function dropsFailure({ pkg, call, holder, slot, error }: Leak): boolean {
  if (holder || slot === null || !pkg.fileOf(call).test) return false;
  return error ? !wantsSuccess(pkg, call, error) : slot.parent?.items.every((n) => n.text === "_") === true;
}

/** `tx, err := db.BeginTx(ctx, nil)` where the function cancels ctx: database/sql rolls back and closes what was begun with it. */
function endsWithContext({ pkg, row, call }: Leak): boolean {
  if (!row.acquire.some((a) => a.symbol.startsWith("database/sql."))) return false;
  const context = call.child("arguments")?.items[0];
  const binding = context?.kind === "identifier" ? pkg.binding(context) : null;
  const made = binding && definitionOf(pkg, binding);
  if (!made?.symbol?.startsWith("context.With")) return false;
  const cancel = made.names[1] && pkg.binding(made.names[1]);
  return cancel?.uses.some((u) => u.node.field === "function") ?? false;
}

// ---------------------------------------------------------------- responses

/** There is no body, or a test made it or read it to its end: the connection is free, though nobody closed it. */
export function bodyIsOver(leak: Leak): boolean {
  return (
    asksHead(leak) ||
    (leak.pkg.fileOf(leak.call).test && (isBodiless(leak) || isReadOut(leak) || isOfOwnTransport(leak) || isAnsweredWithoutBody(leak)))
  );
}

/** The client goes through a transport that the tests declare: its responses have no connection. */
function isOfOwnTransport({ pkg, call }: Leak): boolean {
  const client = call.child("function")?.child("operand");
  const binding = client?.kind === "identifier" ? pkg.binding(client) : null;
  const literal = binding && definitionOf(pkg, binding)?.value;
  const transport = literal?.find("keyed_element").find((e) => e.items[0]?.text === "Transport")?.items[1];
  if (!transport) return false;
  const value = transport.kind === "literal_element" ? (transport.items[0] ?? transport) : transport;
  const type = pkg.typeOf(value);
  const named = type.kind === "pointer" ? type.elem : type;
  if (named.kind !== "named") return false;
  return pkg
    .lookup(named.name)
    .some((e) => e.kind === "type" && e.node !== null && isNamed(named, `${pkg.path}.${e.name}`) && pkg.fileOf(e.node).test);
}

/** `http.Head(url)`, and a request made with that method. */
function asksHead({ pkg, call }: Leak): boolean {
  const callee = unparen(call.child("function") as GoNode);
  if (/(^|\.)Head$/.test(callee.text)) return true;
  return (call.child("arguments")?.items ?? []).some((argument) => {
    const binding = argument.kind === "identifier" ? pkg.binding(argument) : null;
    const made = binding && definitionOf(pkg, binding);
    return made?.symbol?.startsWith("net/http.NewRequest") === true && made.args.some((a) => /^("HEAD"|(\w+\.)?MethodHead)$/.test(a.text));
  });
}

const BODILESS = /\b(StatusNoContent|StatusNotModified|204|304)\b/;

/** The status that is asked for has none. */
function isBodiless({ holder }: Leak): boolean {
  return (
    holder?.uses.some(({ node }) => {
      if (node.parent?.child("field")?.text !== "StatusCode") return false;
      const around = node.closest("binary_expression", "argument_list");
      return around !== null && BODILESS.test(around.text);
    }) ?? false
  );
}

/** The handlers that the test writes out, one at least, write no body: net/http gives the client NoBody then. */
function isAnsweredWithoutBody({ pkg, func }: Leak): boolean {
  const writers = outermost(func)
    .node.find("func_literal")
    .flatMap((literal) => pkg.functionAt(literal).params.filter((p) => isNamed(pkg.typeAt(p.type), "net/http.ResponseWriter")));
  return writers.length > 0 && writers.every(({ binding }) => !binding || isSilent(pkg, binding));
}

function isSilent(pkg: PackageModel, writer: Binding): boolean {
  return writer.uses.every(({ node }) => {
    const call = node.closest("call_expression");
    const selected = node.parent?.kind === "selector_expression" ? node.parent.child("field")?.text : null;
    if (selected === "Header" || selected === "WriteHeader") return true;
    if (selected === "Write") return call?.child("arguments")?.items[0]?.text === "[]byte{}";
    return call !== null && selected === null && pkg.symbol(call.child("function") as GoNode) === "net/http.SetCookie";
  });
}

/** Whatever leaves it open has read it to its end. */
function isReadOut(leak: Leak): boolean {
  const { pkg, call, holder, over } = leak;
  const made = calleeOf(pkg, call);
  if (made?.body?.find("call_expression").some((c) => readsToEnd(made.pkg, c, null))) return true; // the helper that gives it did
  if (!holder) return false;
  const reads = holder.uses.flatMap(({ node }) => (isReadToEnd(pkg, node, holder) ? [node] : []));
  if (reads.length === 0) return false;
  const stop = (atom: GoNode): boolean => leak.stop(atom) || reads.some((r) => atom.contains(r));
  return over ? !pkg.flow(leak.func).reaches(call, over, stop, leak.facts) : escapeOf(leak, stop) === null;
}

/** An argument of a call that reads the body to its end. */
export function isReadToEnd(pkg: PackageModel, use: GoNode, holder: Binding): boolean {
  const call = use.closest("argument_list", "statement_list")?.parent;
  return call?.kind === "call_expression" && readsToEnd(pkg, call, holder);
}

const READ_ALL: ReadonlySet<string> = new Set(["io.ReadAll", "io/ioutil.ReadAll", "io.Copy", "bytes.Buffer.ReadFrom"]);

/** `io.ReadAll(resp.Body)`, or a helper that gets the response or its body and does so. `of`: whose body; anybody's when null. */
function readsToEnd(pkg: PackageModel, call: GoNode, of: Binding | null): boolean {
  const source = call.child("arguments")?.items.at(-1);
  const symbol = pkg.symbol(call.child("function") as GoNode);
  if (source && symbol !== null && READ_ALL.has(symbol)) return of !== null || source.text.endsWith(".Body");
  return (
    of !== null &&
    calleesOf(pkg, call).some((f) =>
      f.body?.find("call_expression").some((c) => READ_ALL.has(f.pkg.symbol(c.child("function") as GoNode) ?? "")),
    )
  );
}

// ---------------------------------------------------------------- panics

/** A test hands the literal that makes the call, and does nothing else, to a function that recovers: it wants a panic. */
export function wantsPanic({ pkg, func, call, holder }: Leak): boolean {
  const list = func.node.kind === "func_literal" ? func.node.parent : null;
  if (holder || list?.kind !== "argument_list" || !pkg.fileOf(call).test || !func.body) return false;
  const all = statementsOf(func.body);
  if (all.length !== 1 || all[0] !== statementOf(call) || list.parent?.kind !== "call_expression") return false;
  return (
    bodyOf(pkg, list.parent)
      ?.find("call_expression")
      .some((c) => c.child("function")?.text === "recover") ?? false
  );
}

/** Of the function that is called, or of the literal that a local holds. */
function bodyOf(pkg: PackageModel, call: GoNode): GoNode | null {
  const callee = call.child("function");
  const local = callee?.kind === "identifier" ? pkg.binding(callee) : null;
  const value = local && definitionOf(pkg, local)?.value;
  return value?.kind === "func_literal" ? value.child("body") : (calleeOf(pkg, call)?.body ?? null);
}
