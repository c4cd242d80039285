import {
  type Binding,
  calleeOf,
  defineRule,
  definitionOf,
  type Fix,
  type FuncModel,
  finding,
  fix,
  freshName,
  type GoNode,
  handlerRequest,
  insertAfter,
  insertFirst,
  loopsAround,
  member,
  missingContext,
  type PackageModel,
  qualifier,
  replace,
  requestBehind,
  runsLater,
  statementOf,
  textOf,
  unparen,
} from "../../rule/index.ts";

const METHODS = ["Query", "QueryRow", "Exec", "Prepare", "Ping"].map((m) => `${m}Context`);
const BLOCKING: ReadonlySet<string> = new Set([
  "net/http.NewRequestWithContext",
  "os/exec.CommandContext",
  "net.Dialer.DialContext",
  ...["DB", "Tx", "Conn", "Stmt"].flatMap((type) => [...METHODS, "BeginTx"].map((m) => `database/sql.${type}.${m}`)),
]);
const DEADLINES = new Set(["WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause"].map((f) => `context.${f}`));
/** What streams has no end of its own. */
const STREAMS = new Set([
  "Flusher",
  "Flush",
  "Hijacker",
  "Hijack",
  "CloseNotifier",
  "NewResponseController",
  "TimeoutHandler",
  "SetWriteDeadline",
]);

/**
 * Blocking work in an HTTP handler whose context has no deadline.
 *
 *     ctx := r.Context()                         ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
 *     rows, err := db.QueryContext(ctx, q)  =>   defer cancel()
 *                                                rows, err := db.QueryContext(ctx, q)
 */
export default defineRule({
  id: "handler-timeout-missing",
  family: "contexts",
  title: "A handler does blocking work without a deadline",
  why: "A request's context ends when the client leaves, and not before: a database or service that hangs holds the handler, its connection and its memory for as long as the client waits.",
  fixSafety: "Always unsafe: how long the work may take only a person can tell; 30 seconds stand for it.",
  silent:
    "The context gets a deadline before; the handler streams, is taken over, or sets deadlines in another way; the work runs in a goroutine; what is called is not known to block.",
  sources: ["https://pkg.go.dev/context#WithTimeout", "https://pkg.go.dev/net/http#Request.Context"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: [["Request", "ResponseWriter"]],
  imports: ["net/http"],
  *check(pkg) {
    for (const func of pkg.functions) {
      const request = handlerRequest(pkg, func);
      if (!request) continue; // no handler, or the request has no name
      const [first, ...more] = blocking(pkg, func, request);
      if (!first) continue;
      if (func.node.find("identifier", "field_identifier", "type_identifier").some((n) => STREAMS.has(n.text))) continue; // no end of its own
      yield finding(this, first.call, messageFor(first), [limited(pkg, func, [first, ...more])], {
        related: more.map((b) => ({ at: b.call, message: "so does this" })),
      });
    }
  },
});

interface Blocking {
  readonly call: GoNode;
  /** Its first argument; null for a call that should get one (call-without-context tells that). */
  readonly context: GoNode | null;
}

function messageFor({ context }: Blocking): string {
  if (!context) return "this waits as long as it takes, in a handler without a deadline";
  return `this waits as long as ${context.text} lasts, which has no deadline`;
}

/** Calls in the handler that block as long as the request's context lasts, or longer. */
function blocking(pkg: PackageModel, func: FuncModel, request: Binding): Blocking[] {
  return func.node.find("call_expression").flatMap((call): Blocking[] => {
    if (runsLater(call, func)) return [];
    const context = call.child("arguments")?.items[0] ?? null;
    if (context && requestBehind(pkg, context) === request)
      return !hasDeadline(pkg, context) && blocks(pkg, call, 0) ? [{ call, context }] : [];
    const meant = missingContext(pkg, call, symbolOf(pkg, call));
    const source = meant?.via === "request" ? meant.binding : meant?.binding.node && requestBehind(pkg, meant.binding.node);
    const limited = meant?.via === "variable" && meant.binding.node !== null && hasDeadline(pkg, meant.binding.node);
    return meant && source === request && !limited ? [{ call, context: null }] : [];
  });
}

function symbolOf(pkg: PackageModel, call: GoNode): string {
  return pkg.symbol(unparen(call.child("function") as GoNode)) ?? "";
}

/** One of the known calls, or a function of the module that hands its context on to one, or does one without. */
function blocks(pkg: PackageModel, call: GoNode, depth: number): boolean {
  if (BLOCKING.has(symbolOf(pkg, call))) return true;
  const callee = depth < 2 ? calleeOf(pkg, call) : null;
  const param = callee?.params[0]?.binding;
  if (!callee?.body || !param) return false;
  return callee.body.find("call_expression").some((inner) => {
    if (runsLater(inner, callee)) return false;
    if (missingContext(callee.pkg, inner, symbolOf(callee.pkg, inner))?.binding === param) return true;
    const first = inner.child("arguments")?.items[0];
    return first?.kind === "identifier" && callee.pkg.binding(first) === param && blocks(callee.pkg, inner, depth + 1);
  });
}

function hasDeadline(pkg: PackageModel, expression: GoNode, depth = 0): boolean {
  const e = unparen(expression);
  if (depth > 6) return true;
  if (e.kind === "identifier") {
    const binding = pkg.binding(e);
    const made = binding && definitionOf(pkg, binding);
    if (!binding || !made) return true;
    return binding.uses.some((u) => u.how === "write") || hasDeadline(pkg, made.value, depth + 1); // what it is given later is not followed
  }
  if (e.kind !== "call_expression") return true;
  const symbol = pkg.symbol(unparen(e.child("function") as GoNode)) ?? "";
  if (DEADLINES.has(symbol)) return true;
  const parent = symbol.startsWith("context.With") ? e.child("arguments")?.items[0] : null;
  return parent ? hasDeadline(pkg, parent, depth + 1) : false;
}

/** A deadline where the context is taken from the request, or at the head of the handler. */
function limited(pkg: PackageModel, func: FuncModel, all: readonly Blocking[]): Fix | null {
  const [first] = all;
  const body = func.body;
  const context = body && qualifier(pkg, body, "context", "WithTimeout");
  const time = body && qualifier(pkg, body, "time", "Second");
  if (!first || !body || !context || !time || !first.context || all.some((b) => b.context?.text !== first.context?.text)) return null;
  const made = (parent: string) => `${member(context, "WithTimeout")}(${parent}, 30*${member(time, "Second")})`;
  const how = {
    title: `Give ${first.context.text} a deadline`,
    applicability: "unsafe" as const,
    because: "how long the work may take is known to a person only; 30 seconds stand for it",
    imports: [...context.imports, ...time.imports],
    assumes: [body],
  };
  if (unparen(first.context).kind === "call_expression") {
    const ctx = freshName(pkg, "ctx", body, body);
    const cancel = freshName(pkg, "cancel", body, body);
    const lines = [`${ctx}, ${cancel} := ${made(textOf(first.context))}`, `defer ${cancel}()`];
    return fix({ ...how, edits: [insertFirst(body, lines), ...all.map((b) => b.context && replace(b.context, ctx))] });
  }
  const binding = pkg.binding(unparen(first.context));
  const defined = binding && definitionOf(pkg, binding);
  const statement = defined && statementOf(defined.node);
  if (!defined || !statement || defined.names.length !== 1 || defined.node.kind !== "short_var_declaration" || defined.node !== statement)
    return null;
  if (loopsAround(statement).length > 0 || pkg.functionOf(statement) !== func) return null;
  const cancel = freshName(pkg, "cancel", statement, body);
  const name = defined.names[0] as GoNode;
  return fix({
    ...how,
    edits: [
      replace(name, `${name.text}, ${cancel}`),
      replace(defined.value, made(textOf(defined.value))),
      insertAfter(statement, `defer ${cancel}()`),
    ],
  });
}
