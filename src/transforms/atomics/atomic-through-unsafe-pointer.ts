import {
  ATOMIC_CALLS,
  ATOMIC_TYPES,
  atomicCalls,
  defineRule,
  dropImport,
  type FieldBehind,
  type Fix,
  fieldBehind,
  finding,
  fix,
  type GoNode,
  type PackageModel,
  spanOf,
  textOf,
} from "../../rule/index.ts";

/**
 * An atomic operation on a struct that unsafe makes look like a number.
 *
 *     atomic.AddInt64((*int64)(unsafe.Pointer(&s)), 1)      =>      atomic.AddInt64(&s.hits, 1)
 */
export default defineRule({
  id: "atomic-through-unsafe-pointer",
  family: "atomics",
  title: "atomic operation on a struct through unsafe.Pointer",
  why: "It reaches whatever field happens to lie there: a field that is put before it, or another order, changes what is counted, and nothing tells.",
  fixSafety:
    "Unsafe: the field that lies there today is named. Whether it is the one that was meant is for its author to say, who may have left the address bare for a reason.",
  silent:
    "The pointer leads to no Go struct that is known: to a pointer, to the bits of a float, to an element of a slice, to memory of C or of the system.",
  sources: ["https://pkg.go.dev/unsafe#Pointer", "https://pkg.go.dev/sync/atomic"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ATOMIC_CALLS.map((call) => [call, "Pointer("]),
  imports: ["unsafe"],
  *check(pkg) {
    for (const { node, args, word } of atomicCalls(pkg)) {
      const [pointer] = args;
      const behind = pointer && fieldBehind(pkg, pointer, ATOMIC_TYPES[word]);
      if (!pointer || !behind) continue; // no struct, or none that is known
      yield finding(this, node, `the atomic operation reaches into ${behind.struct.text} through unsafe.Pointer`, [
        named(pkg, pointer, behind),
      ]);
    }
  },
});

function named(pkg: PackageModel, pointer: GoNode, { struct, path, field }: FieldBehind): Fix | null {
  const hidden =
    field !== null && /^[^\p{Lu}]/u.test(field.name) && field.node !== null && !pkg.files.some((f) => f.source === field.node?.source);
  if (path === null || hidden || pointer.find("comment").length > 0) return null;
  return fix({
    title: `Use the address of ${textOf(struct)}${path}`,
    applicability: "unsafe",
    because: "it is the field that lies there now: whether it is the one that was meant cannot be told",
    edits: [[{ at: spanOf(pointer), text: `&${textOf(struct)}${path}` }]],
    imports: [dropImport(pkg, pointer, "unsafe")],
  });
}
