/** HTTP handlers, and goroutines that may outlive the function which starts them. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../model/model.ts";
import { definitionOf } from "./definitions.ts";
import { goroutineOf, startedBy } from "./goroutines.ts";
import { isNamed, underlying } from "./types.ts";

/** The `*http.Request` parameter of a function that also gets an `http.ResponseWriter`; null for what is no handler. */
export function handlerRequest(pkg: PackageModel, func: FuncModel): Binding | null {
  const types = func.params.map((p) => pkg.typeAt(p.type));
  if (!types.some((t) => isNamed(t, "net/http.ResponseWriter"))) return null;
  const at = types.findIndex((t) => t.kind === "pointer" && isNamed(t.elem, "net/http.Request"));
  return func.params[at]?.binding ?? null;
}

const DERIVES = new Set(
  ["WithCancel", "WithTimeout", "WithDeadline", "WithCancelCause", "WithTimeoutCause", "WithDeadlineCause", "WithValue"].map(
    (f) => `context.${f}`,
  ),
);

/** The request whose context an expression is, or is made from: `r.Context()`, a local that was defined so, `context.WithValue(r.Context(), k, v)`. */
export function requestBehind(pkg: PackageModel, expression: GoNode, depth = 0): Binding | null {
  const e = unparen(expression);
  if (depth > 6) return null;
  if (e.kind === "identifier") {
    const binding = pkg.binding(e);
    const made = binding && definitionOf(pkg, binding);
    return made && made.index === 0 ? requestBehind(pkg, made.value, depth + 1) : null;
  }
  if (e.kind !== "call_expression") return null;
  const callee = unparen(e.child("function") as GoNode);
  const symbol = pkg.symbol(callee);
  if (symbol === "net/http.Request.Context") {
    const request = callee.child("operand");
    return request?.kind === "identifier" ? pkg.binding(request) : null;
  }
  const parent = symbol !== null && DERIVES.has(symbol) ? e.child("arguments")?.items[0] : null;
  return parent ? requestBehind(pkg, parent, depth + 1) : null;
}

/** True at a place in a goroutine that may still run when the handler which got the request has returned. */
export function outlivesRequest(pkg: PackageModel, request: Binding, at: GoNode): boolean {
  const handler = request.func;
  if (!handler || handlerRequest(pkg, handler) !== request) return false;
  const start = goroutineOf(pkg, at)?.start;
  return start !== undefined && handler.node.contains(start) && !isJoined(pkg, start, handler);
}

/**
 * Does `func` wait somewhere for the goroutine that is started at `start`: for a group that the goroutine names, on a channel that it names,
 * or through a pipe? A wait that a timeout may cut short counts: then the goroutine is meant to end with the call.
 */
export function isJoined(pkg: PackageModel, start: GoNode, func: FuncModel): boolean {
  const named = namesIn(start);
  for (const name of namesIn(startedBy(pkg, start)?.node ?? start)) named.add(name);
  let joined = false;
  func.node.walk((n) => {
    if (joined || n === start) return false;
    const waited = waitedFor(pkg, n);
    if (waited !== null && named.has(waited)) joined = true;
    if (n.kind === "short_var_declaration" && isPipe(pkg, n)) joined ||= (n.child("left")?.items ?? []).some((i) => named.has(i.text));
    return undefined;
  });
  return joined;
}

/** The last name of the group or channel that is waited for. */
function waitedFor(pkg: PackageModel, node: GoNode): string | null {
  if (node.kind === "call_expression") {
    const callee = unparen(node.child("function") as GoNode);
    return callee.kind === "selector_expression" && callee.child("field")?.text === "Wait" ? lastName(callee.child("operand")) : null;
  }
  if (node.kind === "unary_expression" && node.child("operator")?.kind === "<-") return lastName(node.child("operand"));
  if (node.kind !== "range_clause") return null;
  const over = node.child("right");
  return over && underlying(pkg, pkg.typeOf(over)).kind === "chan" ? lastName(over) : null;
}

function lastName(expression: GoNode | null): string | null {
  const e = expression && unparen(expression);
  if (e?.kind === "identifier") return e.text;
  return e?.kind === "selector_expression" ? (e.child("field")?.text ?? null) : null;
}

function isPipe(pkg: PackageModel, declaration: GoNode): boolean {
  const value = declaration.child("right")?.items[0];
  const callee = value?.kind === "call_expression" ? value.child("function") : null;
  const symbol = callee ? pkg.symbol(callee) : null;
  return symbol === "io.Pipe" || symbol === "net.Pipe";
}

function namesIn(node: GoNode): Set<string> {
  return new Set(node.find("identifier", "field_identifier").map((n) => n.text));
}
