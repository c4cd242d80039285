import {
  besideContext,
  builtRequest,
  type Call,
  CONTEXT_FORMS,
  type ContextInScope,
  callsOfSymbols,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  type GoNode,
  isGivenEndless,
  isOfTerminal,
  mayHaveContext,
  member,
  missingContext,
  type PackageModel,
  placesOf,
  qualifier,
  replace,
  since,
  spanOf,
  unparen,
  WITHOUT_CONTEXT,
} from "../../rule/index.ts";

const CALLS = [
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
];

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
    "No context, or more than one, is in scope (`r` and `ctx := r.Context()` are one); the context can never end, by all who call an unexported function too, or has ended already; the request gets its context by WithContext, Clone or its Cancel channel, goes to a function together with one, or is served on the spot; the command is handed over, started and left running, or ended through its Process; the code is deferred cleanup. Pedantic in tests, and for a command that has the process's own input or output.",
  sources: ["https://pkg.go.dev/net/http#NewRequestWithContext", "https://go.dev/doc/database/cancel-operations"],
  since: "0.1.0",
  tier: "recommended",
  triggers: besideContext(...CALLS),
  imports: ["net/http", "net", "os/exec", "database/sql"],
  mayHold: (text) =>
    mayHaveContext(
      text,
      CALLS.flatMap((call) => placesOf(text, call)).filter((at) => !text.endsWith("Header.", at)),
    ),
  *check(pkg) {
    for (const call of callsOfSymbols(pkg, [...WITHOUT_CONTEXT])) {
      const context = missingContext(pkg, call.node, call.symbol);
      if (!context) continue; // none, or which one is meant cannot be told; or it is not wanted
      if (isGivenEndless(pkg, context)) continue; // nothing would ever end the call
      const related = context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [];
      // A test's call is short, and fails with the test; a command at the terminal hears its signals.
      const tier = call.file.test || isOfTerminal(pkg, call.node) ? "pedantic" : undefined;
      yield finding(this, call.node, `${nameOf(call)} does not get ${context.text}`, () => [withContext(pkg, call, context)], {
        related,
        tier,
      });
    }
  },
});

/** `http.Get`, `db.Query`, as the code has it. */
function nameOf({ node }: Call): string {
  const text = node.child("function")?.text ?? "";
  return text.length > 40 || text.includes("\n") ? text.slice(text.lastIndexOf(".") + 1) : text;
}

function withContext(pkg: PackageModel, call: Call, context: ContextInScope): Fix | null {
  const form = CONTEXT_FORMS[call.symbol];
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
