/**
 * Which result of a call is the resource, and which the error, where a row does not say: the callee's type tells, else the names that take
 * the results. What neither tells is left alone.
 */
import { type GoNode, unparen } from "../../go/node.ts";
import type { PackageModel, Type } from "../../model/model.ts";
import { isNamed } from "../../model/types.ts";
import type { Acquire } from "./row.ts";

/** Who owes the release: what the call gives, or what it is called on. */
export type Holds = "result" | "receiver";

/** By the method's results where its type is known: nothing, or only whether it went well, is no resource. Else by the use of the call. */
export function holdsOf(pkg: PackageModel, call: GoNode): Holds {
  const callee = unparen(call.child("function") as GoNode);
  if (callee.kind !== "selector_expression") return "result";
  const type = pkg.typeOf(callee);
  if (type.kind === "func") return type.results.every(isVerdict) ? "receiver" : "result";
  return call.parent?.kind === "expression_statement" ? "receiver" : "result";
}

/** The acquisition with its results told apart; null where they cannot be. */
export function shaped(pkg: PackageModel, acquire: Acquire, call: GoNode): Acquire | null {
  if (holdsOf(pkg, call) === "receiver") return null;
  const type = pkg.typeOf(call.child("function") as GoNode);
  if (type.kind === "func") return byResults(acquire, type.results);
  const names = namesOf(call);
  if (names === null || names.length === 1) return { ...acquire, result: 0 };
  const last = names.length - 1;
  const name = names[last] ?? "";
  if (/^e$|err(or)?\d*$/i.test(name)) return { ...acquire, result: 0, error: last };
  return name === "ok" ? { ...acquire, result: 0, ok: last } : null;
}

function byResults(acquire: Acquire, results: readonly Type[]): Acquire | null {
  const result = results.findIndex((t) => !isVerdict(t) && !isNamed(t, "context.Context"));
  if (result < 0) return null;
  const last = results.length - 1;
  const verdict = results[last];
  if (last === result || verdict === undefined || !isVerdict(verdict)) return { ...acquire, result };
  return { ...acquire, result, [verdict.kind === "basic" ? "ok" : "error"]: last };
}

/** An error, or a bool: it says whether there is something, and is nothing itself. */
function isVerdict(type: Type): boolean {
  return isNamed(type, "error") || (type.kind === "basic" && type.name === "bool");
}

/** The names that take the results of a call that stands alone on the right; null where none do. */
function namesOf(call: GoNode): string[] | null {
  const list = call.parent?.kind === "expression_list" ? call.parent : null;
  if (list?.items.length !== 1) return null;
  const statement = list.parent;
  if (statement?.kind === "var_spec")
    return statement
      .childrenOf("name")
      .filter((n) => n.named)
      .map((n) => n.text);
  return statement?.child("left")?.items.map((n) => n.text) ?? null;
}
