/** Acquisitions of tests that are wanted to fail: where they do, there is nothing to release. */

import { type GoNode, unparen } from "../../go/node.ts";
import type { Binding, PackageModel } from "../../model/model.ts";
import { statementOf, statementsOf } from "../edits.ts";
import type { Leak } from "../obligation.ts";

/**
 * A test drops what the call gives, and the first thing it asks of the error is that there is one: `if err == nil { t.Error(...) }`,
 * `if err != io.EOF { t.Fatal(...) }`, or `err.Error()` unasked.
 */
export function successFails({ pkg, call, holder, slot, error }: Leak): boolean {
  if (holder || slot === null || !error || !pkg.fileOf(call).test) return false;
  const statement = statementOf(call);
  const first = error.uses.find((u) => u.node.start > call.end && u.how !== "write");
  if (!statement || !first || first.captured) return false;
  const asked = statementOf(first.node);
  if (asked !== statement && asked?.parent !== statement.parent) return false;
  if (isErrorText(first.node)) return !isConditional(first.node, asked);
  if (asked.kind !== "if_statement" || asked.child("alternative")) return false;
  const condition = asked.child("condition");
  const then = asked.child("consequence");
  return condition !== null && then !== null && isOfFailure(unparen(condition), first.node) && onlyFails(then);
}

function isErrorText(use: GoNode): boolean {
  return use.parent?.kind === "selector_expression" && use.parent.child("field")?.text === "Error";
}

/** Behind `&&` or `||`, or in the body of a statement. */
function isConditional(use: GoNode, statement: GoNode): boolean {
  for (let n = use.parent; n && n !== statement; n = n.parent) {
    if (n.is("block", "func_literal")) return true;
    if (n.kind === "binary_expression" && /^(&&|\|\|)$/.test(n.child("operator")?.text ?? "")) return true;
  }
  return false;
}

/** `err == nil`; `err != X`, where X is not nil. */
function isOfFailure(condition: GoNode, use: GoNode): boolean {
  if (condition.kind !== "binary_expression" || use.parent !== condition) return false;
  const operator = condition.child("operator")?.text;
  const isNil = condition.items.some((n) => n.kind === "nil");
  return isNil ? operator === "==" : operator === "!=";
}

/** `{ t.Errorf(...) }`: nothing but calls that fail the test. */
function onlyFails(block: GoNode): boolean {
  const all = statementsOf(block);
  return all.length > 0 && all.every(fails);
}

function fails(statement: GoNode): boolean {
  return statement.kind === "expression_statement" && FAILS.test(statement.items[0]?.child("function")?.text ?? "");
}

const FAILS = /^\w+\.(Errorf?|Fatalf?|Fail(Now)?)$/;

/**
 * What a test asks first of the error is that there is none: `if err != nil { t.Fatal(err) }`, `require.NoError(t, err)`. Unasked errors
 * count as well: nobody reckons with them.
 */
export function wantsSuccess(pkg: PackageModel, call: GoNode, error: Binding): boolean {
  const first = error.uses.find((u) => u.node.start > call.end && u.how !== "write")?.node;
  if (!first) return true;
  const asserts = first.closest("call_expression", "statement_list");
  if (asserts?.kind === "call_expression" && SUCCESS.test(asserts.child("function")?.text ?? "")) return true;
  const asked = statementOf(first);
  const condition = asked?.kind === "if_statement" ? asked.child("condition") : null;
  if (!asked || !condition?.contains(first)) return false;
  const comparison = first.parent?.kind === "binary_expression" && pkg.binding(first) === error ? first.parent : null;
  if (!comparison?.items.some((n) => n.kind === "nil")) return false;
  const last = statementsOf(asked.child("consequence") ?? asked).at(-1);
  const gaveUp = last !== undefined && (last.kind !== "expression_statement" || ENDS.test(last.items[0]?.child("function")?.text ?? ""));
  if (comparison.child("operator")?.text === "!=") return gaveUp;
  return last !== undefined && !statementsOf(asked.child("consequence") ?? asked).some(fails);
}

const SUCCESS = /(No_?Err(or)?f?|NilErr(or)?|(^|\.)Nilf?)$/i;
const ENDS = /(^|\.)(Errorf?|Fatal(f|ln)?|Fail(Now)?|Skipf?|panic|Panicf?)$/;
