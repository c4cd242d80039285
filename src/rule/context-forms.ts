/** Calls that take no context although a form of theirs does. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { type ContextInScope, inCleanup, onlyContext } from "./cancellation.ts";
import { isNamed } from "./types.ts";
import { climb } from "./values.ts";

/** The form that takes a context, its last argument where it has one more, and the Go version that brought it. */
export interface ContextForm {
  readonly name: string;
  readonly more?: string;
  readonly from?: string;
}

const SQL: Readonly<Record<string, readonly string[]>> = {
  DB: ["Query", "QueryRow", "Exec", "Prepare", "Ping", "Begin"],
  Tx: ["Query", "QueryRow", "Exec", "Prepare"],
  Stmt: ["Query", "QueryRow", "Exec"],
};

/** By the symbol of the call that takes no context. */
export const CONTEXT_FORMS: Readonly<Record<string, ContextForm>> = {
  "net/http.NewRequest": { name: "NewRequestWithContext", from: "1.13" },
  "os/exec.Command": { name: "CommandContext" },
  "net.Dialer.Dial": { name: "DialContext" },
  ...Object.fromEntries(
    Object.entries(SQL).flatMap(([type, methods]) =>
      methods.map((m) => [`database/sql.${type}.${m}`, m === "Begin" ? { name: "BeginTx", more: "nil" } : { name: `${m}Context` }]),
    ),
  ),
};

/** Calls that wait for others and take no context: those above, and those whose request or dialer has to be made first. */
export const WITHOUT_CONTEXT: ReadonlySet<string> = new Set([
  ...Object.keys(CONTEXT_FORMS),
  ...["Get", "Head", "Post", "PostForm"].flatMap((m) => [`net/http.${m}`, `net/http.Client.${m}`]),
  "net.Dial",
]);

/** The only context there is at a call that takes none, where it is wanted; null for other calls. */
export function missingContext(pkg: PackageModel, call: GoNode, symbol: string): ContextInScope | null {
  if (!WITHOUT_CONTEXT.has(symbol) || inCleanup(call)) return null; // cleanup has to be done with the context gone, too
  const context = onlyContext(pkg, call);
  if (!context) return null;
  if (symbol === "net/http.NewRequest" && getsContextLater(pkg, call)) return null;
  return symbol === "os/exec.Command" && outlivesCall(pkg, call) ? null : context;
}

/** `req.WithContext(ctx)`, `req.Clone(ctx)`, `req.Cancel = ctx.Done()`, `client.Do(ctx, req)`, `handler.ServeHTTP(w, req)`, `s.req = req` with `s.req.WithContext(ctx)`. */
function getsContextLater(pkg: PackageModel, call: GoNode): boolean {
  return usesOf(pkg, call).some((use) => {
    const p = climb(use).parent;
    if (p?.kind === "selector_expression") return ["WithContext", "Clone", "Cancel"].includes(p.child("field")?.text ?? "");
    const kept = p?.kind === "expression_list" && p.field === "right" ? p.parent?.child("left")?.items[p.items.indexOf(climb(use))] : null;
    if (kept?.kind === "selector_expression") return isBoundElsewhere(pkg, kept, call);
    const to = p?.kind === "argument_list" ? p.parent : null;
    if (!p || !to) return false;
    const callee = unparen(to.child("function") as GoNode);
    const name = callee.kind === "selector_expression" ? callee.child("field")?.text : callee.text;
    return name === "ServeHTTP" || p.items.some((a) => isNamed(pkg.typeOf(a), "context.Context"));
  });
}

/** A field's request gets the context where it is sent. */
function isBoundElsewhere(pkg: PackageModel, field: GoNode, call: GoNode): boolean {
  const declaration = pkg.functionOf(call);
  return (
    declaration?.node.find("selector_expression").some((s) => {
      return ["WithContext", "Clone"].includes(s.child("field")?.text ?? "") && s.child("operand")?.text === field.text;
    }) ?? false
  );
}

/** The command is handed over, started and not waited for in the same function, or the function ends it in its own way. */
function outlivesCall(pkg: PackageModel, call: GoNode): boolean {
  const uses = usesOf(pkg, call);
  const func = pkg.functionOf(call);
  if ([call, ...uses].some((u) => isReturned(u) || climb(u).parent?.is("literal_element", "send_statement"))) return true;
  const named = (name: string) => uses.filter((u) => u.parent?.kind === "selector_expression" && u.parent.child("field")?.text === name);
  if (named("Process").length > 0) return true;
  return named("Start").length > 0 && !named("Wait").some((u) => pkg.functionOf(u) === func && !u.closest("go_statement"));
}

const OWN = ["os.Stdin", "os.Stdout", "os.Stderr"];

/**
 * A command that has the process's own output or input is the user's: the terminal's signals reach it without the context.
 */
export function isOfTerminal(pkg: PackageModel, call: GoNode): boolean {
  return usesOf(pkg, call).some((use) => {
    const field = climb(use).parent;
    const list = field?.kind === "selector_expression" ? field.parent : null;
    if (list?.kind !== "expression_list" || list.field !== "left") return false;
    return list.parent?.child("right")?.items.some((v) => OWN.includes(pkg.symbol(unparen(v)) ?? "")) ?? false;
  });
}

function isReturned(value: GoNode): boolean {
  const p = climb(value).parent;
  return p?.kind === "return_statement" || (p?.kind === "expression_list" && p.parent?.kind === "return_statement");
}

/** Uses of the local that holds the call's first result. */
function usesOf(pkg: PackageModel, call: GoNode): GoNode[] {
  const list = climb(call).parent;
  const statement = list?.kind === "expression_list" ? list.parent : list;
  const name = statement?.is("short_var_declaration", "assignment_statement")
    ? statement.child("left")?.items[0]
    : statement?.kind === "var_spec"
      ? statement.child("name")
      : null;
  const binding = name?.kind === "identifier" ? pkg.binding(name) : null;
  return binding?.uses.map((u) => u.node) ?? [];
}
