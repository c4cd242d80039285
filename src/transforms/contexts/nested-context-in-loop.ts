import {
  type Binding,
  climb,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  insertBefore,
  isNamed,
  loopsAround,
  member,
  ownerOf,
  type PackageModel,
  qualifier,
  replace,
  spanOf,
  statementOf,
  symbolAmong,
  symbolSet,
  unparen,
} from "../../rule/index.ts";

const WITH = [
  ...[
    "WithCancel",
    "WithTimeout",
    "WithDeadline",
    "WithCancelCause",
    "WithTimeoutCause",
    "WithDeadlineCause",
    "WithValue",
    "WithoutCancel",
  ].map((f) => `context.${f}`),
  "os/signal.NotifyContext",
];
const WRAPPING = symbolSet(WITH);

/**
 * A context that grows by one layer in every turn of a loop.
 *
 *     for _, job := range jobs {                          for _, job := range jobs {
 *         ctx = context.WithValue(ctx, key, job.ID)           turnCtx := context.WithValue(ctx, key, job.ID)
 *         run(ctx, job)                              =>       run(turnCtx, job)
 *     }                                                   }
 */
export default defineRule({
  id: "nested-context-in-loop",
  family: "contexts",
  title: "A context is wrapped into itself in every turn of a loop",
  why: "Each turn adds a layer to the context of the turn before: it grows without end, every lookup passes all layers, and a deadline or cancel of one turn ends all later ones.",
  fixSafety:
    "Always unsafe: the next turn begins with the context from before the loop again. That is what is meant where the turns are independent of each other.",
  silent:
    "The loop builds one context that is used after it, or does nothing but wrap it; the context is declared in the loop, or set anew in each turn; the loop is left in the turn that wraps it; the context is a field.",
  sources: ["https://pkg.go.dev/context", "https://github.com/Crocmagnon/fatcontext"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["WithCancel", "WithTimeout", "WithDeadline", "WithValue", "WithoutCancel", "NotifyContext"].map((call) => ["for ", call]),
  imports: ["context", "os/signal"],
  *check(pkg) {
    for (const statement of pkg.nodes("assignment_statement")) {
      const call = wrapping(pkg, statement);
      if (!call) continue;
      const target = statement.child("left")?.items[0];
      const binding = target?.kind === "identifier" ? pkg.binding(target) : null;
      if (!target || !binding?.node || !binding.func) continue;
      if (!wrapsItself(pkg, call, binding)) continue; // another context is its parent
      const loop = outermostWithout(pkg, statement, binding);
      if (!loop) continue; // the turn has one of its own
      if (!comesBack(pkg, statement, binding)) continue; // set anew, or the loop is left
      if (isBuilt(pkg, statement, binding, loop, call)) continue; // what the loop is for
      if (onlyWraps(statement, binding, loop)) continue; // no turn works with what it wrapped: the layers are what is wanted
      yield finding(this, call, `each turn of the loop wraps ${binding.name} once more`, () => [perTurn(pkg, statement, target, binding)], {
        related: [{ at: loop.children[0] ?? loop, message: "the loop" }],
      });
    }
  },
});

/** The call of a context.WithX that is assigned. */
function wrapping(pkg: PackageModel, statement: GoNode): GoNode | null {
  const [value, ...more] = statement.child("right")?.items ?? [];
  const e = value && unparen(value);
  if (e?.kind !== "call_expression" || more.length > 0 || statement.child("operator")?.kind !== "=") return null;
  return symbolOf(pkg, e) === null ? null : e;
}

function symbolOf(pkg: PackageModel, call: GoNode): string | null {
  return symbolAmong(pkg, unparen(call.child("function") as GoNode), WRAPPING);
}

/** `context.WithValue(ctx, ...)`, also of `context.WithValue(ctx, ...)`. */
function wrapsItself(pkg: PackageModel, call: GoNode, binding: Binding): boolean {
  const parent = call.child("arguments")?.items[0];
  const e = parent && unparen(parent);
  if (e?.kind === "identifier") return pkg.binding(e) === binding && isNamed(pkg.typeOf(e), "context.Context");
  return e?.kind === "call_expression" && symbolOf(pkg, e) !== null && wrapsItself(pkg, e, binding);
}

/** The loop in which the statement stands and the context is not declared, through literals that are called on the spot. */
function outermostWithout(pkg: PackageModel, statement: GoNode, binding: Binding): GoNode | null {
  let found: GoNode | null = null;
  for (let at: GoNode | null = statement; at; ) {
    for (const loop of loopsAround(at)) if (binding.node && !loop.contains(binding.node)) found = loop;
    const func = pkg.functionOf(at);
    if (!func || func === binding.func) return found;
    const literal = climb(func.node);
    const call = literal.field === "function" ? literal.parent : null;
    at = call?.kind === "call_expression" && !climb(call).parent?.is("go_statement", "defer_statement") ? call : null;
  }
  return found;
}

/** A way leads from the assignment back to it on which the context is given no other value. */
function comesBack(pkg: PackageModel, statement: GoNode, binding: Binding): boolean {
  const func = pkg.functionOf(statement);
  if (!func || func !== binding.func) return true;
  const others = binding.uses.filter((u) => u.how === "write" && !statement.contains(u.node)).map((u) => statementOf(u.node));
  const resets = others.filter((s) => s?.find("call_expression").every((c) => !wrapsItself(pkg, c, binding)));
  return pkg.flow(func).reaches(statement, statement, (atom) => resets.some((r) => r?.contains(atom)));
}

/**
 * The loop builds one context: it is used behind the loop, or whoever keeps the variable may use it, and the turns themselves do not, unless all that they add
 * are values.
 */
function isBuilt(pkg: PackageModel, statement: GoNode, binding: Binding, loop: GoNode, call: GoNode): boolean {
  const after = binding.kind === "result" || binding.uses.some((u) => u.how !== "write" && isAfter(pkg, u.node, binding, loop, statement));
  if (!after) return false;
  if (symbolOf(pkg, call) === "context.WithValue") return true;
  return !binding.uses.some((u) => u.how !== "write" && loop.contains(u.node) && !inWrapping(pkg, u.node));
}

/** The wrap is all that the loop does, and the one place in the loop that reads the context. */
function onlyWraps(statement: GoNode, binding: Binding, loop: GoNode): boolean {
  const body = statement.parent?.kind === "statement_list" ? statement.parent : null;
  if (body?.items.length !== 1 || body.parent !== loop.child("body")) return false;
  return binding.uses.filter((u) => u.how !== "write" && loop.contains(u.node)).length === 1;
}

function inWrapping(pkg: PackageModel, use: GoNode): boolean {
  const statement = use.closest("assignment_statement", "func_literal");
  return statement?.kind === "assignment_statement" && wrapping(pkg, statement) !== null;
}

function isAfter(pkg: PackageModel, use: GoNode, binding: Binding, loop: GoNode, statement: GoNode): boolean {
  if (loop.contains(use)) return false;
  const func = pkg.functionOf(use);
  if (func !== binding.func || pkg.functionOf(statement) !== binding.func) return true; // another function: at any time
  return binding.func !== null && pkg.flow(binding.func).reaches(statement, use);
}

/** A variable of the turn, which all that follows in its block uses. */
function perTurn(pkg: PackageModel, statement: GoNode, target: GoNode, binding: Binding): Fix | null {
  const owner = ownerOf(statement);
  const [loop] = loopsAround(statement);
  if (!owner || !loop || pkg.functionOf(statement) !== binding.func) return null;
  const inLoop = binding.uses.filter((u) => loop.contains(u.node) && !statement.contains(u.node));
  if (inLoop.some((u) => u.how === "write" || u.how === "address")) return null;
  const later = inLoop.filter((u) => u.node.start > statement.end);
  if (later.length === 0 || later.some((u) => !owner.contains(u.node))) return null; // unused, or behind the block the loop's own
  const names = statement.child("left")?.items ?? [];
  const name = freshName(pkg, "turnCtx", statement, owner);
  const operator = statement.child("operator");
  const context = names.length > 1 ? qualifier(pkg, statement, "context", "Context") : null;
  if (!operator || (names.length > 1 && !context)) return null;
  const declared: Edits = context
    ? insertBefore(statement, `var ${name} ${member(context, "Context")}`)
    : [{ at: spanOf(operator), text: ":=" }];
  return fix({
    title: `Give each turn a context of its own`,
    applicability: "unsafe",
    because: `the next turn begins with ${binding.name} as it was before the loop`,
    edits: [declared, replace(target, name), ...later.map((u) => replace(u.node, name))],
    imports: context?.imports ?? [],
    assumes: [loop],
  });
}
