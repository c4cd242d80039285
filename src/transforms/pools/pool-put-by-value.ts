import {
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  getsOf,
  insertBefore,
  isConversion,
  newOf,
  type PackageModel,
  poolOf,
  replace,
  statementOf,
  type Type,
  textOf,
  underlying,
  unparen,
} from "../../rule/index.ts";

/**
 * A slice or struct that is put into a sync.Pool as it is.
 *
 *     pool.Put(buf)         =>                 pool.Put(&buf)
 *
 * with the pool's New and every Get on pointers, too: a sketch, since who makes the pointer once and keeps it only a person can arrange.
 */
export default defineRule({
  id: "pool-put-by-value",
  family: "pools",
  title: "A slice or struct is put into a sync.Pool by value",
  why: "Put takes an interface: what is no pointer is copied to the heap on each Put, which is what the pool was to save.",
  fixSafety: "A sketch only: New, every Get and every Put have to agree, and the pointer has to be kept beside the value.",
  silent:
    "Pointers, maps, channels, functions, interfaces, structs and arrays that are no more than one of these; empty structs; types that are not known. Pedantic in benchmarks, and where the Put's line says `//nolint:staticcheck`, which finds the same.",
  sources: ["https://staticcheck.dev/docs/checks/#SA6002", "https://pkg.go.dev/sync#Pool"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Put("],
  imports: ["sync"],
  *check(pkg) {
    for (const put of pkg.calls("sync.Pool.Put")) {
      const value = put.args[0] && plainValue(pkg, put.args[0]);
      const kind = value && copiedKind(pkg, pkg.typeOf(value));
      if (!value || !kind) continue; // it fits into the interface as it is, or is not known
      yield finding(
        this,
        put.node,
        `this Put copies ${kind === "array" ? "an" : "a"} ${kind} to the heap`,
        [withPointers(pkg, put.node, put.receiver, value)],
        { tier: isKnown(put.node) || inBenchmark(pkg, put.node) ? "pedantic" : undefined },
      );
    }
  },
});

/** The author has silenced the same finding of staticcheck (SA6002) on that line. */
function isKnown(put: GoNode): boolean {
  const { text } = put.source;
  const end = text.indexOf("\n", put.end);
  return /\/\/ ?nolint:(?:[\w-]+,)*staticcheck\b/.test(text.slice(put.end, end < 0 ? undefined : end));
}

/** A benchmark may be there to measure just that. */
function inBenchmark(pkg: PackageModel, put: GoNode): boolean {
  const func = put.closest("function_declaration");
  return pkg.fileOf(put).test && (func?.child("name")?.text.startsWith("Benchmark") ?? false);
}

/** The value without a conversion to an interface around it: `any(buf)`. */
function plainValue(pkg: PackageModel, argument: GoNode): GoNode {
  const e = unparen(argument);
  if (!isConversion(pkg, e) || underlying(pkg, pkg.typeOf(e)).kind !== "interface") return e;
  const inner = e.kind === "type_conversion_expression" ? e.child("operand") : e.child("arguments")?.items[0];
  return inner ? plainValue(pkg, inner) : e;
}

/** "slice", "struct", "array": what an interface holds only by a pointer to a copy. null for what it holds itself, and for types that are not known. */
function copiedKind(pkg: PackageModel, type: Type): "slice" | "struct" | "array" | null {
  const under = underlying(pkg, type);
  if (under.kind !== "slice" && under.kind !== "struct" && under.kind !== "array") return null;
  return isDirect(pkg, type) === false ? under.kind : null;
}

/** Does an interface hold the value itself? null where that cannot be told. */
function isDirect(pkg: PackageModel, type: Type): boolean | null {
  const under = underlying(pkg, type);
  switch (under.kind) {
    case "pointer":
    case "map":
    case "chan":
    case "func":
      return true;
    case "basic":
      return under.name === "unsafe.Pointer";
    case "slice":
    case "interface":
      return false;
    case "array":
      if (under.length === null) return null;
      return under.length === 0 || (under.length === 1 && isDirect(pkg, under.elem) === true);
    case "struct": {
      // Of the standard library's structs not all fields are known: none of them is empty.
      if (type.kind === "named" && type.pkg === null && !type.local) return false;
      if (under.fields.length === 0) return true;
      const [only] = under.fields;
      return under.fields.length === 1 && only ? isDirect(pkg, only.type) : false;
    }
    default:
      return null;
  }
}

function withPointers(pkg: PackageModel, put: GoNode, operand: GoNode | null, value: GoNode): Fix | null {
  const argument = put.child("arguments")?.items[0];
  const statement = statementOf(put);
  const pool = operand && poolOf(pkg, operand);
  if (!argument || !statement) return null;
  const named = value.is("identifier", "selector_expression", "index_expression");
  const name = named ? textOf(value) : freshName(pkg, "v", statement);
  const made = pool ? newOf(pkg, pool) : null;
  return fix({
    title: "Put a pointer to it, and take pointers out",
    applicability: "display",
    because:
      "New, every Get and every Put have to agree, and the pointer is best kept beside the value, so that Put does not make another one",
    edits: [
      ...(named ? [] : [insertBefore(statement, `${name} := ${textOf(value)}`)]),
      replace(argument, `&${name}`),
      ...(pool ? getsOf(pkg, pool).map(takenThroughPointer) : []),
      ...(made ? madeAsPointer(pkg, made) : []),
    ],
  });
}

/** `p.Get().(T)` to `*p.Get().(*T)`. */
function takenThroughPointer(get: GoNode): Edits {
  const assertion = get.parent?.kind === "type_assertion_expression" ? get.parent : null;
  const type = assertion?.child("type");
  return assertion && type ? replace(assertion, `*${textOf(get)}.(*${textOf(type)})`) : [];
}

/** `return v` to `v := v; return &v`. */
function madeAsPointer(pkg: PackageModel, made: GoNode): Edits[] {
  return made.find("return_statement").map((r): Edits => {
    const value = r.items[0]?.kind === "expression_list" ? r.items[0].items[0] : r.items[0];
    if (!value) return [];
    if (value.kind === "composite_literal") return replace(value, `&${textOf(value)}`);
    const name = freshName(pkg, "v", r);
    const before = insertBefore(r, `${name} := ${textOf(value)}`);
    const given = replace(value, `&${name}`);
    return before && given && [...before, ...given];
  });
}
