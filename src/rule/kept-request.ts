/** What a goroutine keeps of an HTTP request. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, PackageModel } from "../model/model.ts";
import { writtenLater } from "./definitions.ts";
import { startedBy } from "./goroutines.ts";
import { requestBehind } from "./handlers.ts";
import { isNamed } from "./types.ts";
import { climb } from "./values.ts";

export interface Kept {
  readonly kind: "context" | "request" | "body";
  /** `r.Context()`, `ctx`, `r`, `r.Body`. */
  readonly what: string;
  readonly node: GoNode;
}

/** Methods of a request that read its body, or the files of its form, which are removed when the handler returns. */
const READ_BODY = new Set([
  "ParseForm",
  "ParseMultipartForm",
  "FormValue",
  "PostFormValue",
  "FormFile",
  "MultipartReader",
  "Write",
  "WriteProxy",
]);
const BODIES = new Set(["Body", "MultipartForm"]);

/**
 * Uses of the request and of contexts made from it, in the goroutine that is started at `start`, that need the request to be there: its context where it is handed
 * on, its body, and the request as a whole. What it only reads (URL, Header) stays good. A goroutine that waits for the context's end is meant to end with it.
 */
export function keptOf(pkg: PackageModel, request: Binding, start: GoNode): Kept[] {
  const kept: Kept[] = [];
  let waits = waitsBehind(pkg, request, start);
  for (const id of start.find("identifier")) {
    const binding = pkg.binding(id);
    if (!binding) continue;
    const k = binding === request ? ofRequest(id) : ofContext(pkg, id, binding, request, start);
    if (!k) continue;
    if (k.kind === "context") {
      const asked = askedFor(pkg, k.node);
      if (asked === "Done" || waitsInside(pkg, start, k.node)) waits = true;
      if (asked !== null) continue;
    }
    kept.push(k);
  }
  return waits ? kept.filter((k) => k.kind === "body") : kept;
}

/** Nodes on which the reasoning about contexts relies. */
export function contextsIn(kept: readonly Kept[]): GoNode[] {
  return kept.map((k) => k.node);
}

function ofRequest(id: GoNode): Kept | null {
  const e = climb(id);
  const p = e.parent;
  if (p?.kind !== "selector_expression" || e.field !== "operand") return { kind: "request", what: id.text, node: id };
  const field = p.child("field")?.text ?? "";
  const call = p.parent?.kind === "call_expression" && p.field === "function" ? p.parent : null;
  if (field === "Context" && call) return { kind: "context", what: call.text, node: call };
  if (BODIES.has(field) || READ_BODY.has(field))
    return { kind: "body", what: field === "Body" ? p.text : `the body of ${id.text}`, node: p };
  return null;
}

/** A local of the handler that holds the request's context, or one made from it, and is given no other. */
function ofContext(pkg: PackageModel, id: GoNode, binding: Binding, request: Binding, start: GoNode): Kept | null {
  if (binding.kind !== "var" || !binding.node || start.contains(binding.node)) return null;
  if (!isNamed(pkg.typeOf(id), "context.Context") || requestBehind(pkg, id) !== request) return null;
  return writtenLater(binding) && binding.uses.some((u) => u.how === "write" && detaches(pkg, u.node))
    ? null
    : { kind: "context", what: id.text, node: id };
}

const DETACHES = new Set(["context.WithoutCancel", "context.Background", "context.TODO"]);

function detaches(pkg: PackageModel, target: GoNode): boolean {
  const statement = target.closest("assignment_statement");
  return statement?.find("call_expression").some((c) => DETACHES.has(pkg.symbol(unparen(c.child("function") as GoNode)) ?? "")) ?? false;
}

/** `Done`, `Err`, `Value` or `Deadline` of the context, or "detached"; null where it is handed on. */
function askedFor(pkg: PackageModel, context: GoNode): string | null {
  const e = climb(context);
  const p = e.parent;
  if (p?.kind === "selector_expression" && e.field === "operand") return p.child("field")?.text ?? null;
  const callee = p?.kind === "argument_list" ? p.parent?.child("function") : null;
  const symbol = callee ? pkg.symbol(unparen(callee)) : null;
  if (symbol === "context.WithoutCancel") return "detached";
  return symbol === "context.Cause" ? "Err" : null;
}

/** The handler waits itself for the request's end, behind the start. */
function waitsBehind(pkg: PackageModel, request: Binding, start: GoNode): boolean {
  return (
    request.func?.node.find("unary_expression").some((n) => {
      if (n.start < start.end || n.child("operator")?.kind !== "<-") return false;
      const call = unparen(n.child("operand") as GoNode);
      const callee = call.kind === "call_expression" ? unparen(call.child("function") as GoNode) : null;
      const context = callee?.kind === "selector_expression" && callee.child("field")?.text === "Done" ? callee.child("operand") : null;
      return context !== null && requestBehind(pkg, context) === request && pkg.functionOf(n) === request.func;
    }) ?? false
  );
}

/** The function that is started gets the context as an argument, and waits for its end. */
function waitsInside(pkg: PackageModel, start: GoNode, context: GoNode): boolean {
  const call = start.kind === "go_statement" ? unparen(start.items[0] ?? start) : null;
  const index = call?.child("arguments")?.items.indexOf(climb(context)) ?? -1;
  const param = index < 0 ? null : startedBy(pkg, start)?.params[index]?.binding;
  return param?.uses.some((u) => u.how === "method" && u.node.parent?.child("field")?.text === "Done") ?? false;
}
