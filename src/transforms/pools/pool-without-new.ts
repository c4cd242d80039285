import {
  type BarePool,
  barePool,
  climb,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  insertAfter,
  meansTheSame,
  type PackageModel,
  poolOf,
  reachOf,
  since,
  statementOf,
  textOf,
  underlying,
  zeroValue,
} from "../../rule/index.ts";

/**
 * A value that is taken from a sync.Pool without New, and asserted to be there.
 *
 *     var pool sync.Pool                       var pool = sync.Pool{New: func() any { return new(bytes.Buffer) }}
 *
 *     buf := pool.Get().(*bytes.Buffer)  =>    buf := pool.Get().(*bytes.Buffer)
 */
export default defineRule({
  id: "pool-without-new",
  family: "pools",
  title: "A sync.Pool without New, whose Get is asserted to give something",
  why: "Get of an empty pool gives nil when there is no New, and a type assertion on nil panics. A pool is empty at first, and after any garbage collection.",
  fixSafety:
    "Always unsafe: what a new value has to look like only its users know. Either the pool gets a New, or this Get makes one when there is none.",
  silent:
    "The assertion has a second result, or the value is compared with nil; the pool has a New, or may get one where that is not seen (an exported name, its address taken, a value from elsewhere).",
  sources: ["https://pkg.go.dev/sync#Pool"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Get()"],
  imports: ["sync"],
  *check(pkg) {
    for (const get of pkg.calls("sync.Pool.Get")) {
      const assertion = get.receiver && assertedAt(pkg, get.node);
      const type = assertion?.child("type");
      if (!get.receiver || !assertion || !type) continue; // nothing panics
      const pool = barePool(pkg, get.receiver);
      if (!pool) continue; // it has a New, or may have
      const name = poolOf(pkg, get.receiver)?.text ?? textOf(get.receiver);
      const made = makerOf(pkg, type);
      yield finding(
        this,
        get.node,
        `${name} has no New: this assertion panics when the pool is empty`,
        made ? [withNew(pkg, pool, type, made, name), orMade(pkg, assertion, made)] : [],
        { related: [{ at: pool.declaration, message: "declared without New here" }] },
      );
    }
  },
});

/** The assertion without a second result on what Get gives, at once or by the name of a local that is not compared with nil. */
function assertedAt(pkg: PackageModel, get: GoNode): GoNode | null {
  const direct = assertionOn(get);
  if (direct) return commaOk(direct) ? null : direct;
  const list = climb(get).parent;
  const name = list?.kind === "expression_list" && list.items.length === 1 ? list.parent?.child("left")?.items[0] : null;
  const binding = name?.kind === "identifier" && list?.parent?.kind === "short_var_declaration" ? pkg.binding(name) : null;
  if (!binding || binding.uses.some((u) => u.how === "write" || climb(u.node).parent?.kind === "binary_expression")) return null;
  const assertions = binding.uses.flatMap((u) => assertionOn(u.node) ?? []);
  return assertions.find((a) => !commaOk(a)) ?? null;
}

function assertionOn(value: GoNode): GoNode | null {
  const e = climb(value);
  return e.parent?.kind === "type_assertion_expression" && e.field === "operand" ? e.parent : null;
}

/** `x, ok := v.(T)` */
function commaOk(assertion: GoNode): boolean {
  const list = climb(assertion).parent;
  const statement = list?.kind === "expression_list" ? list.parent : list;
  if (!statement?.is("short_var_declaration", "assignment_statement", "var_spec")) return false;
  const values = statement.child("right")?.items ?? statement.child("value")?.items ?? [];
  const names =
    statement.kind === "var_spec" ? statement.childrenOf("name").filter((c) => c.named) : (statement.child("left")?.items ?? []);
  return values.length === 1 && names.length === 2;
}

/** An expression that makes a value of the type: `new(T)`, `make(T)`, a zero value. null where none is likely to be right. */
function makerOf(pkg: PackageModel, type: GoNode): string | null {
  const pointed = type.kind === "pointer_type" ? type.items[0] : null;
  if (pointed) return `new(${textOf(pointed)})`;
  const under = underlying(pkg, pkg.typeAt(type));
  if (under.kind === "slice") return `make(${textOf(type)}, 0)`;
  if (under.kind === "map") return `make(${textOf(type)})`;
  if (under.kind !== "struct" && under.kind !== "array" && under.kind !== "basic") return null;
  return zeroValue(pkg, { name: null, type, variadic: false, binding: null }, type);
}

// ---------------------------------------------------------------- in the pool

function withNew(pkg: PackageModel, pool: BarePool, type: GoNode, made: string, name: string): Fix | null {
  const place = pool.literals.length === 1 ? pool.literals[0] : pool.zero ? pool.declaration : null;
  if (!place || !meansTheSame(pkg, type, place) || pkg.resolve(made.slice(0, made.indexOf("(")), place)?.kind === "var") return null;
  const any = since(pkg, "1.18") && pkg.resolve("any", place)?.kind === "builtin" ? "any" : "interface{}";
  const body = `{New: func() ${any} { return ${made} }}`;
  return fix({
    title: `Give ${name} a New`,
    applicability: "unsafe",
    because: "it makes an empty value: check that this is what the users of the pool begin with",
    edits: [pool.zero ? declaredWith(place, body) : inLiteral(place, body)],
    assumes: [place],
  });
}

function inLiteral(literal: GoNode, body: string): Edits {
  const braces = literal.child("body");
  return braces && braces.find("comment").length === 0
    ? [{ at: { path: braces.source.path, start: braces.start, end: braces.end }, text: body }]
    : null;
}

/** `var p sync.Pool` to `var p = sync.Pool{...}`. */
function declaredWith(declaration: GoNode, body: string): Edits {
  const type = declaration.kind === "var_spec" ? declaration.child("type") : null;
  const names = declaration.childrenOf("name").filter((c) => c.named);
  if (!type || names.length !== 1 || type.kind === "array_type") return null;
  const { path } = type.source;
  return [
    { at: { path, start: type.start, end: type.start }, text: "= " },
    { at: { path, start: type.end, end: type.end }, text: body },
  ];
}

// ---------------------------------------------------------------- at this Get

/** `x, ok := pool.Get().(T)`, and a new one where there is none. */
function orMade(pkg: PackageModel, assertion: GoNode, made: string): Fix | null {
  const list = climb(assertion).parent;
  const statement = list?.kind === "expression_list" ? list.parent : null;
  const left = statement?.kind === "short_var_declaration" ? statement.child("left") : null;
  const [name, ...others] = left?.items ?? [];
  if (!statement || !left || !name || others.length > 0 || name.text === "_" || statementOf(statement) !== statement) return null;
  const ok = freshName(pkg, "ok", statement);
  const { path } = left.source;
  return fix({
    title: "Make one here when the pool is empty",
    applicability: "unsafe",
    because: "it makes an empty value: check that this is what the code below begins with",
    edits: [
      [{ at: { path, start: left.end, end: left.end }, text: `, ${ok}` }],
      insertAfter(statement, [`if !${ok} {`, `\t${name.text} = ${made}`, "}"]),
    ],
    assumes: [reachOf(statement)],
  });
}
