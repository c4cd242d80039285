import {
  type Call,
  type ContextInScope,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  member,
  onlyContext,
  type PackageModel,
  qualifier,
  replace,
  spanOf,
} from "../../rule/index.ts";

const HELPER = "afterFunc";

/**
 * A delayed call that does not know of the context.
 *
 *     time.AfterFunc(d, flush)  =>  afterFunc(ctx, d, flush)
 */
export default defineRule({
  id: "safe-afterfunc",
  family: "harden",
  title: "time.AfterFunc beside a context",
  why: "The function runs when its time has come, however long ago the work that asked for it was called off.",
  fixSafety:
    "Always unsafe: the function does not run any more once the context is done. The helper is written once into the package, and used where it is there; the option names one that the whole module shares.",
  silent: "There is no context in scope, or more than one; below Go 1.21; tests; the helper itself.",
  sources: ["https://pkg.go.dev/context#AfterFunc", "https://pkg.go.dev/time#AfterFunc"],
  options: { helper: "a function of the same shape as the helper, as import/path.Func, that is called instead" },
  since: "0.1.0",
  tier: "harden",
  triggers: [".AfterFunc("],
  imports: ["time"],
  go: { from: "1.21" },
  *check(pkg) {
    for (const call of pkg.calls("time.AfterFunc")) {
      if (!call.func || pkg.fileOf(call.node).test || call.args.length !== 2) continue;
      if (call.node.closest("function_declaration")?.child("name")?.text === HELPER) continue; // the helper itself
      const context = onlyContext(pkg, call.node);
      if (!context) continue; // none, or a choice
      yield finding(this, call.node, "this call runs whether the context is done or not", [guarded(pkg, call, context)]);
    }
  },
});

function guarded(pkg: PackageModel, call: Call, context: ContextInScope): Fix | null {
  const [shared] = pkg.option("safe-afterfunc", "helper");
  const callee = shared === undefined ? ownHelper(pkg, call) : sharedHelper(pkg, call, shared);
  if (!callee) return null;
  const [delay] = call.args;
  const called = call.node.child("function");
  if (!delay || !called) return null;
  return fix({
    title: "Run it only while the context is not done",
    applicability: "unsafe",
    because: "the function does not run any more once the context is done",
    edits: [replace(called, callee.name), [{ at: { ...spanOf(delay), end: delay.start }, text: `${context.text}, ` }], callee.edits],
    imports: [...callee.imports, { file: call.node.source.path, path: "time", action: "drop" }],
  });
}

interface Callee {
  readonly name: string;
  readonly edits: Edits;
  readonly imports: NonNullable<Fix["imports"]>;
}

function sharedHelper(pkg: PackageModel, call: Call, symbol: string): Callee | null {
  const dot = symbol.lastIndexOf(".");
  const name = symbol.slice(dot + 1);
  const q = symbol.slice(0, dot) === pkg.path ? { name: "", imports: [] } : qualifier(pkg, call.node, symbol.slice(0, dot), name);
  return q && { name: member(q, name), edits: [], imports: q.imports };
}

/** The package's helper; written at the end of the file where the package has none. */
function ownHelper(pkg: PackageModel, call: Call): Callee | null {
  const binding = pkg.resolve(HELPER, call.node);
  if (binding) return isHelper(pkg) && binding.entity ? { name: HELPER, edits: [], imports: [] } : null;
  const context = qualifier(pkg, call.node, "context", "Context", "AfterFunc");
  const time = qualifier(pkg, call.node, "time", "Duration", "Timer", "AfterFunc");
  if (!context || !time) return null;
  const { path, text } = call.node.source;
  const lines = [
    "",
    `// ${HELPER} calls f after d, unless ctx is done before.`,
    `func ${HELPER}(ctx ${member(context, "Context")}, d ${member(time, "Duration")}, f func()) *${member(time, "Timer")} {`,
    `\ttimer := ${member(time, "AfterFunc")}(d, func() {`,
    "\t\tif ctx.Err() == nil {",
    "\t\t\tf()",
    "\t\t}",
    "\t})",
    `\t${member(context, "AfterFunc")}(ctx, func() { timer.Stop() })`,
    "\treturn timer",
    "}",
    "",
  ];
  const before = text.endsWith("\n") ? "" : "\n";
  return {
    name: HELPER,
    edits: [{ at: { path, start: text.length, end: text.length }, text: before + lines.join("\n") }],
    imports: [...context.imports, ...time.imports],
  };
}

/** A function of the package by the helper's name that takes a context first and a function last. */
function isHelper(pkg: PackageModel): boolean {
  const [entity, ...others] = pkg.lookup(HELPER);
  if (!entity || others.length > 0 || entity.kind !== "func") return false;
  const params = entity.node?.child("parameters")?.items ?? [];
  const types = params.map((p) => p.child("type")?.text ?? "");
  return types.length === 3 && types[0]?.endsWith("Context") === true && types[1]?.endsWith("Duration") === true && types[2] === "func()";
}
