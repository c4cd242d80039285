import {
  climb,
  contextsIn,
  defineRule,
  type Edits,
  type Fix,
  type FuncModel,
  finding,
  fix,
  freshName,
  type GoNode,
  handlerRequest,
  insertBefore,
  isJoined,
  type Kept,
  keptOf,
  mayHaveRequest,
  member,
  type PackageModel,
  placesOf,
  qualifier,
  reachOf,
  replace,
  STARTERS,
  since,
  statementOf,
  symbolAmong,
  symbolSet,
  unparen,
  wrap,
} from "../../rule/index.ts";

/**
 * A goroutine that keeps the request, or its context, when the handler has returned.
 *
 *     go func() {                            ctx := context.WithoutCancel(r.Context())
 *         audit(r.Context(), user)      =>   go func() {
 *     }()                                        audit(ctx, user)
 *                                            }()
 */
export default defineRule({
  id: "request-context-outlives-handler",
  family: "contexts",
  title: "A goroutine keeps the request after its handler has returned",
  why: "The server cancels the request's context and closes its body when the handler returns: what the goroutine still does with them fails, now and then.",
  fixSafety:
    "Always unsafe: the work goes on when the client has gone, and nothing ends it any more but a deadline of its own. The values of the context are kept.",
  silent:
    "The handler waits for the goroutine (a group, a channel or a pipe that both name); the goroutine or the handler waits for the context's end, or the goroutine only asks for it; it is given context.WithoutCancel; of the request only what was read before is used (URL, Header, Method and the like). Pedantic in tests, where what happens after the handler is often what is tested.",
  sources: ["https://pkg.go.dev/net/http#Request.Context", "https://pkg.go.dev/context#WithoutCancel"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["go ", "Request", "ResponseWriter"],
    [".Go(", "Request", "ResponseWriter"],
  ],
  imports: ["net/http"],
  mayHold: (text) => mayHaveRequest(text, [...placesOf(text, "go "), ...placesOf(text, ".Go(")]),
  *check(pkg) {
    for (const func of pkg.functions) {
      const request = handlerRequest(pkg, func);
      if (!request) continue; // no handler, or the request has no name
      let last: GoNode | null = null;
      for (const start of startsIn(pkg, func)) {
        if (last?.contains(start)) continue; // part of one that was told
        if (isJoined(pkg, start, func)) continue; // it ends with the handler
        const kept = keptOf(pkg, request, start);
        const [first] = kept;
        if (!first) continue;
        last = start;
        yield finding(
          this,
          start.kind === "go_statement" ? (start.children[0] ?? start) : start,
          `this goroutine keeps ${first.what} after the handler has returned`,
          () => [detached(pkg, start, kept)],
          { related: kept.map((k) => ({ at: k.node, message: "it is used here" })), tier: pkg.fileOf(start).test ? "pedantic" : undefined },
        );
      }
    }
  },
});

const STARTING = symbolSet(STARTERS);

/** Goroutines that a function starts, in the order of the text. */
function startsIn(pkg: PackageModel, func: FuncModel): GoNode[] {
  return func.node.find("go_statement", "call_expression").filter((n) => {
    if (n.kind === "go_statement") return true;
    const callee = unparen(n.child("function") as GoNode);
    return callee.kind === "selector_expression" && symbolAmong(pkg, callee, STARTING) !== null;
  });
}

/** What the goroutine keeps, made free of the request's end before it starts. null for a body, which only a read before can save. */
function detached(pkg: PackageModel, start: GoNode, kept: readonly Kept[]): Fix | null {
  const statement = statementOf(start);
  const free = since(pkg, "1.21");
  const context = qualifier(pkg, start, "context", free ? "WithoutCancel" : "Background");
  if (!statement || !context || kept.some((k) => k.kind === "body")) return null;
  const freed = (text: string) => (free ? `${member(context, "WithoutCancel")}(${text})` : `${member(context, "Background")}()`);
  const edits: Edits[] = [];
  const names = new Map<string, string>();
  const lines: string[] = [];
  for (const k of kept) {
    if (k.kind === "context" && isArgument(start, k.node)) {
      edits.push(free ? wrap(k.node, `${member(context, "WithoutCancel")}(`, ")") : replace(k.node, freed("")));
      continue;
    }
    let name = names.get(k.what);
    if (name === undefined) {
      const base = k.kind === "request" ? "req" : k.node.kind === "identifier" ? "detached" : "ctx";
      name = freshName(pkg, base, statement, reachOf(statement), [...names.values()]);
      names.set(k.what, name);
      lines.push(
        k.kind === "request" ? `${name} := ${k.what}.WithContext(${freed(`${k.what}.Context()`)})` : `${name} := ${freed(k.what)}`,
      );
    }
    edits.push(replace(k.node, name));
  }
  if (lines.length > 0) edits.push(insertBefore(statement, lines));
  const whole = kept.some((k) => k.kind === "request");
  return fix({
    title: whole
      ? "Give the goroutine a request whose context does not end"
      : "Give the goroutine a context that does not end with the request",
    applicability: "unsafe",
    because: `the work goes on when the client has gone${whole ? ", and the body is closed by then all the same" : ""}${free ? "" : "; the context's values are lost (context.WithoutCancel keeps them, from Go 1.21 on)"}`,
    edits,
    imports: context.imports,
    assumes: [reachOf(statement), ...contextsIn(kept)],
  });
}

/** An argument of the call that the go statement starts: worked out before it starts. */
function isArgument(start: GoNode, node: GoNode): boolean {
  const call = start.kind === "go_statement" ? unparen(start.items[0] ?? start) : null;
  return call?.child("arguments")?.items.includes(climb(node)) ?? false;
}
