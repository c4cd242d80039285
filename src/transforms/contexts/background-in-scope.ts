import {
  type Call,
  type ContextInScope,
  climb,
  contextsInScope,
  defineRule,
  dropImport,
  type Fix,
  finding,
  fix,
  type GoNode,
  goroutineOf,
  inCleanup,
  isDoneName,
  isJoined,
  member,
  type PackageModel,
  qualifier,
  replace,
  runsAfterDone,
  since,
  unparen,
} from "../../rule/index.ts";

/**
 * A new root context where one is at hand already.
 *
 *     user, err := store.User(context.Background(), id)    =>    user, err := store.User(ctx, id)
 */
export default defineRule({
  id: "background-in-scope",
  family: "contexts",
  title: "context.Background() or TODO() where a context is in scope",
  why: "What is called so neither ends with its caller nor sees the caller's deadline, trace or values.",
  fixSafety:
    "Always unsafe: with the context, the call ends when its caller is cancelled; with context.WithoutCancel it gets the values only. Which of the two is meant only a person can tell.",
  silent:
    "In deferred calls, cleanup and shutdown (by the names of the function, of the variable, or of what is called), in goroutines that nobody waits for, behind the context's end, as the stand-in for a nil context, where the field gets its context, and in comparisons; the context can never end.",
  sources: ["https://pkg.go.dev/context#Background", "https://pkg.go.dev/context#WithoutCancel"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: ["Background()", "TODO()"],
  imports: ["context"],
  *check(pkg) {
    for (const call of pkg.calls("context.Background", "context.TODO")) {
      const { node } = call;
      if (!call.func || inCleanup(node) || isShutdown(pkg, node)) continue; // it has to be done with the context gone, too
      if (isDetached(pkg, node)) continue; // work that is meant to outlive its caller
      const context = contextsInScope(pkg, node)[0];
      if (!context || runsAfterDone(context, node)) continue; // nothing else to use
      if (standsIn(node, context)) continue; // `if ctx == nil`
      const name = call.symbol.slice("context.".length);
      const related = context.binding.node ? [{ at: context.binding.node, message: `${context.text} comes from here` }] : [];
      yield finding(
        this,
        node,
        `${name} starts a new context where ${context.text} is in scope`,
        [used(pkg, call, context), freed(pkg, call, context)],
        {
          related,
        },
      );
    }
  },
});

/** The code shuts something down: the function, the variable, or what gets the context says so. */
function isShutdown(pkg: PackageModel, node: GoNode): boolean {
  for (let f = pkg.functionOf(node); f; f = f.outer) if (endsThings(f.name)) return true;
  for (let n: GoNode | null = node; n && !n.is("block", "func_literal"); n = n.parent) {
    const callee = n.kind === "call_expression" && n !== node ? unparen(n.child("function") as GoNode) : null;
    const name = callee?.kind === "selector_expression" ? callee.child("field")?.text : callee?.text;
    if (name && endsThings(name)) return true;
    if (!n.is("short_var_declaration", "assignment_statement", "var_spec")) continue;
    const targets = n.kind === "var_spec" ? n.childrenOf("name") : (n.child("left")?.items ?? []);
    if (targets[0] && (endsThings(targets[0].text) || isHandedToEnd(pkg, targets[0]))) return true;
  }
  return false;
}

function isHandedToEnd(pkg: PackageModel, target: GoNode): boolean {
  const binding = target.kind === "identifier" ? pkg.binding(target) : null;
  return (
    binding?.uses.some((u) => {
      const list = climb(u.node).parent;
      const callee = list?.kind === "argument_list" ? list.parent?.child("function") : null;
      const name = callee?.kind === "selector_expression" ? callee.child("field")?.text : callee?.text;
      return name !== undefined && endsThings(name);
    }) ?? false
  );
}

const ENDS = ["cleanup", "teardown", "rollback", "release", "unlock", "revoke", "disconnect"];

/** Names such as Close, Shutdown, stopAll, cleanup. WithCancel and its like make a context. */
function endsThings(name: string): boolean {
  const lower = name.toLowerCase();
  return !lower.startsWith("with") && (isDoneName(name) || ENDS.some((e) => lower.includes(e)));
}

/** In the arguments of a go statement, in a goroutine that its function does not wait for, or in a local that only such goroutines use. */
function isDetached(pkg: PackageModel, node: GoNode): boolean {
  const list = climb(node).parent;
  const target = list?.parent?.kind === "short_var_declaration" && list.items.length === 1 ? list.parent.child("left")?.items[0] : null;
  const uses = (target && pkg.binding(target)?.uses) ?? [];
  return inDetached(pkg, node) || (uses.length > 0 && uses.every((u) => inDetached(pkg, u.node)));
}

function inDetached(pkg: PackageModel, node: GoNode): boolean {
  const start = goroutineOf(pkg, node)?.start ?? node.closest("go_statement", "func_literal", "block");
  if (!start || start.is("func_literal", "block")) return false;
  const func = pkg.functionOf(start);
  return !func || !isJoined(pkg, start, func);
}

/** `if ctx == nil { ctx = context.Background() }`, `ctx == context.Background()`, `s.ctx, s.cancel = context.WithCancel(context.Background())`. */
function standsIn(node: GoNode, context: ContextInScope): boolean {
  if (climb(node).parent?.kind === "binary_expression") return true;
  const statement = context.via === "field" ? node.closest("assignment_statement", "func_literal") : null;
  if (statement?.child("left")?.items.some((i) => i.text === context.text)) return true;
  for (let n = node.parent; n && !n.is("func_literal", "function_declaration", "method_declaration"); n = n.parent) {
    const condition = n.kind === "if_statement" ? n.child("condition") : null;
    const nil = condition
      ?.find("binary_expression")
      .some((b) => b.child("left")?.text === context.text && b.child("right")?.kind === "nil");
    if (nil) return true;
  }
  return false;
}

function applicabilityFor(context: ContextInScope, because: string): Pick<Fix, "applicability" | "because"> {
  if (context.via !== "field") return { applicability: "unsafe", because };
  return { applicability: "display", because: `whether ${context.text} covers this call is known to the type's author only` };
}

function used(pkg: PackageModel, { node }: Call, context: ContextInScope): Fix | null {
  return fix({
    title: `Use ${context.text}`,
    ...applicabilityFor(context, `it ends with ${context.text}, where it used to go on`),
    edits: [replace(node, context.text)],
    imports: [dropImport(pkg, node, "context")],
    assumes: [context.binding.node],
  });
}

function freed(pkg: PackageModel, { node }: Call, context: ContextInScope): Fix | null {
  const q = since(pkg, "1.21") ? qualifier(pkg, node, "context", "WithoutCancel") : null;
  if (!q) return null;
  return fix({
    title: `Keep the values of ${context.text} only`,
    ...applicabilityFor(context, `the values of ${context.text} reach what is called, which may be more than it expects`),
    edits: [replace(node, `${member(q, "WithoutCancel")}(${context.text})`)],
    imports: q.imports,
    assumes: [context.binding.node],
  });
}
