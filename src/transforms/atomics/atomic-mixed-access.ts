import {
  ATOMIC_CALLS,
  ATOMIC_TYPES,
  constantOf,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  type GoNode,
  member,
  type PackageModel,
  type PlainAccess,
  plainAccesses,
  qualifier,
  spanOf,
  type Type,
  textOf,
  underlying,
  unparen,
} from "../../rule/index.ts";

/**
 * A plain read or write of what is accessed by sync/atomic elsewhere.
 *
 *     atomic.AddInt64(&s.hits, 1)        atomic.AddInt64(&s.hits, 1)
 *     ...                          =>    ...
 *     return s.hits                      return atomic.LoadInt64(&s.hits)
 */
export default defineRule({
  id: "atomic-mixed-access",
  family: "atomics",
  title: "plain access to what is accessed atomically elsewhere",
  why: "A plain access is not ordered with the atomic ones: it is a data race, may see half of a value where words are small, and an update may be lost.",
  fixSafety:
    "Unsafe: each access becomes atomic, but several of them together do not: a Load and a Store in its wake still lose what comes between them.",
  silent:
    "Before the value is shared: in a constructor, in init and in initialisers; behind a WaitGroup's Wait or a receive in the same function; with a lock held, which the others may hold as well; a copy that nobody else has; a field that is atomic only in values of another type that holds the struct; tests, their helpers and main as long as they have started no goroutine; what is read into `_`; the assignment that atomic-result-reassigned tells. Recommended in goroutines and HTTP handlers, where a goroutine was started before, and in exported functions and methods on their receiver or on a variable of the package; pedantic elsewhere, since what calls it may make sure that nobody else is there; pedantic, too, for a value that CompareAndSwap tries next, and for a pointer that an atomic Load has looked at before.",
  sources: ["https://go.dev/ref/mem", "https://pkg.go.dev/sync/atomic"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ATOMIC_CALLS,
  imports: ["sync/atomic"],
  *check(pkg) {
    for (const access of plainAccesses(pkg)) {
      const { place, how, atomic } = access;
      yield finding(
        this,
        place,
        `${place.text} is ${how === "read" ? "read" : how === "write" ? "written" : "changed"} plainly here, and accessed atomically elsewhere`,
        [madeAtomic(pkg, access)],
        {
          related: [{ at: atomic.node, message: "accessed atomically here" }],
          tier: access.concurrent ? undefined : "pedantic",
        },
      );
    }
  },
});

function madeAtomic(pkg: PackageModel, access: PlainAccess): Fix | null {
  const { place, atomic } = access;
  const word = ATOMIC_TYPES[atomic.word];
  const type = pkg.typeOf(place);
  const own = type.kind === "named" ? ownName(pkg, place, type) : null;
  const under = underlying(pkg, type);
  const q = qualifier(pkg, place, "sync/atomic", `Load${atomic.word}`, `Store${atomic.word}`, `Add${atomic.word}`);
  if (!q || under.kind !== "basic" || under.name !== word || (type.kind !== "basic" && !own)) return null;
  const operation = access.how === "read" ? "Load" : access.how === "write" ? "Store" : "Add";
  if (operation === "Add" && atomic.word === "Pointer") return null;
  const address = own ? `(*${word})(&${textOf(place)})` : `&${textOf(place)}`;
  const call = `${member(q, `${operation}${atomic.word}`)}(${address}`;
  const loaded = own ? `${own}(${call}))` : `${call})`;
  return fix({
    title: `Use ${operation}${atomic.word}`,
    applicability: "unsafe",
    because: "what is done in several steps is not atomic as a whole: a Load, and a Store of what was made from it, can lose an update",
    edits: [operation === "Load" ? [{ at: spanOf(place), text: loaded }] : written(pkg, access, call, own ? word : null)],
    imports: q.imports,
  });
}

/** A type of the package, as it can be named at the place. */
function ownName(pkg: PackageModel, place: GoNode, type: Type & { kind: "named" }): string | null {
  const isOwn = type.pkg === pkg && type.args.length === 0 && !type.local;
  return isOwn && pkg.resolve(type.name, place)?.kind === "type" ? type.name : null;
}

/** `x = v`, `x += v`, `x -= v`, `x++` and `x--` as a call. */
function written(pkg: PackageModel, { statement, place, atomic }: PlainAccess, call: string, convert: string | null): Edits {
  if (!statement) return null;
  const unsigned = atomic.word.startsWith("Uint");
  const type = ATOMIC_TYPES[atomic.word];
  if (statement.is("inc_statement", "dec_statement")) {
    const one = statement.kind === "inc_statement" ? "1" : unsigned ? `^${type}(0)` : "-1";
    return [{ at: spanOf(statement), text: `${call}, ${one})` }];
  }
  const value = statement.child("right")?.items[0];
  if (statement.kind !== "assignment_statement" || !value || statement.child("left")?.items.length !== 1) return null;
  if (statement.find("comment").some((c) => c.start < value.start)) return null;
  const operator = statement.child("operator")?.kind;
  const [before, after] =
    operator === "=" || operator === "+=" ? ["", ""] : operator === "-=" ? negated(pkg, value, unsigned ? type : null) : [null, null];
  if (before === null || after === null) return null;
  const { path } = spanOf(place);
  const [open, close] = convert ? [`${convert}(`, ")"] : ["", ""];
  return [
    { at: { path, start: statement.start, end: value.start }, text: `${call}, ${open}${before}` },
    { at: { path, start: value.end, end: value.end }, text: `${after}${close})` },
  ];
}

/** What is added in order to subtract; an unsigned value is added as its complement, as sync/atomic documents it. */
function negated(pkg: PackageModel, value: GoNode, unsigned: string | null): readonly [string, string] {
  if (unsigned) return constantOf(pkg, value) === null ? ["^(", " - 1)"] : [`^${unsigned}(`, " - 1)"];
  return unparen(value).is("identifier", "selector_expression", "call_expression", "int_literal") ? ["-", ""] : ["-(", ")"];
}
