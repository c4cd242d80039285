import {
  defineRule,
  definitionOf,
  deref,
  type Edits,
  type Fix,
  finding,
  fix,
  type GoNode,
  identical,
  isNamed,
  member,
  type PackageModel,
  qualifier,
  since,
  type Type,
  underlying,
  unparen,
  wrap,
} from "../../rule/index.ts";

/**
 * A value in a context that whoever gets it can change.
 *
 *     ctx = context.WithValue(ctx, key, labels)    =>    ctx = context.WithValue(ctx, key, maps.Clone(labels))
 */
export default defineRule({
  id: "context-value-mutable",
  family: "contexts",
  title: "A context carries a value that can be changed",
  why: "A context is shared by all goroutines that it is handed to: a map, a slice or what a pointer leads to is written by one while another reads it, and no lock is in sight.",
  fixSafety:
    "A sketch: a copy keeps the caller's later changes out; nothing keeps those who get it from the context from changing the copy.",
  silent:
    "Values, strings, functions, channels and interfaces; pointers to structs that nobody changes after getting them from a context, or that hold a lock or atomics.",
  sources: ["https://pkg.go.dev/context#WithValue"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: ["WithValue", ".Value("],
  imports: ["context"],
  *check(pkg) {
    for (const { args } of pkg.calls("context.WithValue")) {
      const value = args[2];
      if (!value) continue; // does not compile
      const type = pkg.typeOf(value);
      const what = mutable(pkg, type);
      if (!what) continue; // a value, or not known
      const changed = what === "struct" ? changedBehind(pkg, type) : null;
      if (what === "struct" && !changed) continue; // nobody is seen who changes it
      yield finding(this, value, `the context carries a ${WORDS[what]} that whoever gets it can change`, [copied(pkg, value, what)], {
        confidence: "likely",
        related: changed ? [{ at: changed, message: "it is changed here" }] : [],
      });
    }
  },
});

type What = "map" | "slice" | "pointer" | "struct";
const WORDS: Readonly<Record<What, string>> = { map: "map", slice: "slice", pointer: "pointer", struct: "pointer" };

function mutable(pkg: PackageModel, type: Type): What | null {
  const under = underlying(pkg, type);
  if (under.kind === "map" || under.kind === "slice") return under.kind;
  if (under.kind !== "pointer") return null;
  const to = underlying(pkg, under.elem);
  if (to.kind === "struct") return "struct";
  return ["basic", "map", "slice", "array"].includes(to.kind) ? "pointer" : null;
}

/** A field that is written through `ctx.Value(key).(*T)`; null where T guards itself. */
function changedBehind(pkg: PackageModel, type: Type): GoNode | null {
  const struct = underlying(pkg, deref(underlying(pkg, type)));
  if (struct.kind === "struct" && struct.fields.some((f) => isGuard(f.type))) return null;
  for (const assertion of pkg.nodes("type_assertion_expression")) {
    const call = unparen(assertion.child("operand") as GoNode);
    const callee = call.kind === "call_expression" ? unparen(call.child("function") as GoNode) : null;
    const from = callee?.kind === "selector_expression" && callee.child("field")?.text === "Value" ? callee.child("operand") : null;
    if (!from || !isNamed(pkg.typeOf(from), "context.Context")) continue;
    if (!identical(pkg.typeAt(assertion.child("type") as GoNode), type)) continue;
    const written = writtenThrough(pkg, assertion);
    if (written) return written;
  }
  return null;
}

function isGuard(type: Type): boolean {
  const t = deref(type);
  return t.kind === "named" && (t.path === "sync" || t.path === "sync/atomic");
}

/** `v := ctx.Value(key).(*T); v.n = 1`, or `ctx.Value(key).(*T).n = 1`. */
function writtenThrough(pkg: PackageModel, assertion: GoNode): GoNode | null {
  const direct = assertion.parent?.kind === "selector_expression" ? assertion.parent : null;
  const place = direct?.parent;
  if (direct && place?.is("inc_statement", "dec_statement")) return direct;
  if (direct && place?.kind === "expression_list" && place.field === "left") return direct;
  const list = assertion.parent;
  const statement = list?.kind === "expression_list" ? list.parent : null;
  const name = statement?.is("short_var_declaration", "assignment_statement") ? statement.child("left")?.items[0] : null;
  const binding = name?.kind === "identifier" ? pkg.binding(name) : null;
  if (!binding || (binding.node === name && definitionOf(pkg, binding)?.value !== assertion)) return null;
  return binding.uses.find((u) => u.how === "member-write")?.node ?? null;
}

function copied(pkg: PackageModel, value: GoNode, what: What): Fix | null {
  const path = what === "map" ? "maps" : "slices";
  if (what === "pointer" || what === "struct" || !since(pkg, "1.21")) return null;
  const q = qualifier(pkg, value, path, "Clone");
  const edits: Edits = q ? wrap(value, `${member(q, "Clone")}(`, ")") : null;
  return fix({
    title: "Put a copy into the context",
    applicability: "display",
    because: "whoever gets the copy from the context can still change it",
    edits: [edits],
    imports: q?.imports ?? [],
  });
}
