import {
  atomicCalls,
  climb,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  type GoNode,
  samePlace,
  spanOf,
  unparen,
} from "../../rule/index.ts";

/**
 * The result of an atomic Add is assigned to what it has just changed.
 *
 *     n = atomic.AddInt64(&n, 1)      =>      atomic.AddInt64(&n, 1)
 *
 * Safe: the variable holds the sum already, and the assignment is the only part that is not atomic.
 */
export default defineRule({
  id: "atomic-result-reassigned",
  family: "atomics",
  title: "the result of an atomic Add is assigned to its own operand",
  why: "The assignment is a plain write: between the Add and it, another goroutine's Add is lost.",
  fixSafety: "Safe: Add has stored the sum before it returns it, so without the assignment the variable holds what it should.",
  silent:
    "The result goes to another variable; Swap and the others, whose result is not what they stored; operands that call functions, where both sides need not be one.",
  sources: ["https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/atomic", "https://pkg.go.dev/sync/atomic"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["AddInt32(", "AddInt64(", "AddUint32(", "AddUint64(", "AddUintptr("],
  imports: ["sync/atomic"],
  *check(pkg) {
    for (const { node, operation, target, pointer } of atomicCalls(pkg)) {
      if (operation !== "Add") continue; // its result is what it stored
      const list = climb(node).parent;
      const statement = list?.parent;
      if (list?.kind !== "expression_list" || list.field !== "right" || statement?.kind !== "assignment_statement") continue;
      const names = statement.child("left")?.items ?? [];
      const name = names.length === list.items.length ? names[list.items.indexOf(climb(node))] : undefined;
      const assigned = name && unparen(name);
      if (!assigned || statement.child("operator")?.kind !== "=") continue;
      const place = pointer ? pointedTo(assigned) : assigned;
      if (!place || !samePlace(pkg, place, target)) continue; // it goes elsewhere
      yield finding(this, node, `the result is assigned to ${assigned.text}, which the Add has changed already`, [
        withoutAssignment(statement, name, names.length),
      ]);
    }
  },
});

/** `p` of `*p`. */
function pointedTo(place: GoNode): GoNode | null {
  return place.kind === "unary_expression" && place.child("operator")?.kind === "*" ? place.child("operand") : null;
}

/** The call alone; where others are assigned beside it, `_` takes the result. */
function withoutAssignment(statement: GoNode, name: GoNode, count: number): Fix | null {
  const right = statement.child("right");
  const value = right?.items[0];
  if (!value) return null;
  const edits: Edits = count > 1 ? [{ at: spanOf(name), text: "_" }] : onlyCall(statement, value);
  return fix({ title: "Drop the assignment", applicability: "safe", edits: [edits], assumes: [statement] });
}

/** null where a comment stands before the call. */
function onlyCall(statement: GoNode, value: GoNode): Edits {
  if (statement.find("comment").some((c) => c.start < value.start)) return null;
  const { path } = spanOf(statement);
  const call = unparen(value);
  return [
    { at: { path, start: statement.start, end: call.start }, text: "" },
    ...(call === value ? [] : [{ at: { path, start: call.end, end: value.end }, text: "" }]),
  ];
}
