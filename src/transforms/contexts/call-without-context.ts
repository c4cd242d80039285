import {
  builtRequest,
  type Call,
  type ContextInScope,
  callsOfSymbols,
  climb,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  type GoNode,
  inCleanup,
  isNamed,
  member,
  onlyContext,
  type PackageModel,
  qualifier,
  replace,
  since,
  spanOf,
  unparen,
} from "../../rule/index.ts";

/** The form that takes a context, its last argument where it has one more, and the Go version that brought it. */
interface Form {
  readonly name: string;
  readonly more?: string;
  readonly from?: string;
}

const SQL: Readonly<Record<string, readonly string[]>> = {
  DB: ["Query", "QueryRow", "Exec", "Prepare", "Ping", "Begin"],
  Tx: ["Query", "QueryRow", "Exec", "Prepare"],
  Stmt: ["Query", "QueryRow", "Exec"],
};

const FORMS: Readonly<Record<string, Form>> = {
  "net/http.NewRequest": { name: "NewRequestWithContext", from: "1.13" },
  "os/exec.Command": { name: "CommandContext" },
  "net.Dialer.Dial": { name: "DialContext" },
  ...Object.fromEntries(
    Object.entries(SQL).flatMap(([type, methods]) =>
      methods.map((m) => [`database/sql.${type}.${m}`, m === "Begin" ? { name: "BeginTx", more: "nil" } : { name: `${m}Context` }]),
    ),
  ),
};

const BUILT = ["Get", "Head", "Post", "PostForm"].flatMap((m) => [`net/http.${m}`, `net/http.Client.${m}`]);

/**
 * A call that waits for others and takes no context, where its form with one could get the only context there is.
 *
 *     rows, err := db.Query(q, id)    =>    rows, err := db.QueryContext(ctx, q, id)
 */
export default defineRule({
  id: "call-without-context",
  family: "contexts",
  title: "A call that could take the context does without",
  why: "When the context is cancelled, the request, command or query goes on: nobody waits for its answer, and the caller cannot leave before it is there.",
  fixSafety:
    "Always unsafe: the call ends with the context where it used to go on. Check that leaving it half done does no harm, and that the context lives as long as what the call gives.",
  silent:
    "No context, or more than one, is in scope (`r` and `ctx := r.Context()` are one); the context can never end, or has ended already; the request gets its context by WithContext or Clone, goes to a function together with one, or is served on the spot; the command is started and left running, or ended through its Process; the code is deferred cleanup.",
  sources: ["https://pkg.go.dev/net/http#NewRequestWithContext", "https://go.dev/doc/database/cancel-operations"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    "NewRequest(",
    "Get(",
    "Head(",
    "Post(",
    "PostForm(",
    "Dial(",
    "Command(",
    "Query(",
    "QueryRow(",
    "Exec(",
    "Prepare(",
    "Ping(",
    "Begin(",
  ].flatMap((call) => [
    [call, "ontext"],
    [call, "ctx"],
    [call, "Request"],
    [call, "tream"],
  ]),
  imports: ["net/http", "net", "os/exec", "database/sql"],
  *check(pkg) {
    for (const call of callsOfSymbols(pkg, [...Object.keys(FORMS), ...BUILT, "net.Dial"])) {
      if (inCleanup(call.node)) continue; // cleanup has to be done with the context gone, too
      const context = onlyContext(pkg, call.node);
      if (!context) continue; // none, or which one is meant cannot be told
      if (call.symbol === "net/http.NewRequest" && getsContextLater(pkg, call.node)) continue;
      if (call.symbol === "os/exec.Command" && outlivesCall(pkg, call.node)) continue;
      const related = context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [];
      yield finding(this, call.node, `${nameOf(call)} does not get ${context.text}`, [withContext(pkg, call, context)], { related });
    }
  },
});

/** `http.Get`, `db.Query`, as the code has it. */
function nameOf({ node }: Call): string {
  const text = node.child("function")?.text ?? "";
  return text.length > 40 || text.includes("\n") ? text.slice(text.lastIndexOf(".") + 1) : text;
}

/** `req.WithContext(ctx)`, `req.Clone(ctx)`, `client.Do(ctx, req)`, `handler.ServeHTTP(w, req)`. */
function getsContextLater(pkg: PackageModel, call: GoNode): boolean {
  return usesOf(pkg, call).some((use) => {
    const p = climb(use).parent;
    if (p?.kind === "selector_expression") return ["WithContext", "Clone"].includes(p.child("field")?.text ?? "");
    const to = p?.kind === "argument_list" ? p.parent : null;
    if (!p || !to) return false;
    const callee = unparen(to.child("function") as GoNode);
    const name = callee.kind === "selector_expression" ? callee.child("field")?.text : callee.text;
    return name === "ServeHTTP" || p.items.some((a) => isNamed(pkg.typeOf(a), "context.Context"));
  });
}

/** The command is started and not waited for in the same function, or the function ends it in its own way. */
function outlivesCall(pkg: PackageModel, call: GoNode): boolean {
  const uses = usesOf(pkg, call);
  const func = pkg.functionOf(call);
  const named = (name: string) => uses.filter((u) => u.parent?.kind === "selector_expression" && u.parent.child("field")?.text === name);
  if (named("Process").length > 0) return true;
  return named("Start").length > 0 && !named("Wait").some((u) => pkg.functionOf(u) === func && !u.closest("go_statement"));
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

function withContext(pkg: PackageModel, call: Call, context: ContextInScope): Fix | null {
  const form = FORMS[call.symbol];
  const because =
    context.via === "field"
      ? `whether ${context.text} covers this call is known to the type's author only`
      : `it ends with ${context.text}, where it used to go on`;
  const applicability = context.via === "field" ? "display" : "unsafe";
  if (form) {
    if (form.from && !since(pkg, form.from)) return null;
    return fix({
      title: `Call ${form.name} with ${context.text}`,
      applicability,
      because,
      edits: [renamed(pkg, call, form.name), withArgument(call, context.text, form.more)],
    });
  }
  if (call.symbol === "net.Dial") return dialled(pkg, call, context, { applicability, because });
  const built = since(pkg, "1.13") ? builtRequest(pkg, call, context) : null;
  if (!built) return null;
  return fix({
    title: `Make the request with ${context.text}, and do it`,
    applicability: built.sketch ? "display" : applicability,
    because: built.sketch ? "what this function returns when the request cannot be made cannot be told from here" : because,
    edits: built.edits,
    imports: built.imports,
    assumes: built.assumes,
  });
}

/** The same package or operand, another name. */
function renamed(pkg: PackageModel, { node, receiver, symbol }: Call, name: string): Edits {
  const callee = unparen(node.child("function") as GoNode);
  if (callee.kind === "selector_expression") return replace(callee.child("field") as GoNode, name);
  const q = receiver ? null : qualifier(pkg, node, symbol.slice(0, symbol.lastIndexOf(".")), name);
  return q && callee.kind === "identifier" ? replace(callee, member(q, name)) : null;
}

function withArgument({ node, args }: Call, context: string, more?: string): Edits {
  const list = node.child("arguments");
  const opener = list?.children[0];
  if (!list || opener?.kind !== "(") return null;
  const rest = more ? [context, more].join(", ") : context;
  return [{ at: { ...spanOf(opener), start: opener.end }, text: args.length > 0 ? `${rest}, ` : rest }];
}

function dialled(pkg: PackageModel, call: Call, context: ContextInScope, how: Pick<Fix, "applicability" | "because">): Fix | null {
  const net = qualifier(pkg, call.node, "net", "Dialer");
  const callee = call.node.child("function");
  if (!net || !callee) return null;
  return fix({
    title: `Dial with ${context.text}`,
    ...how,
    edits: [replace(callee, `(&${member(net, "Dialer")}{}).DialContext`), withArgument(call, context.text)],
  });
}
