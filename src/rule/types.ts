/** What rules ask about types beyond `PackageModel`: structure, members, constants. */
import type { GoNode } from "../go/node.ts";
import type { PackageModel, Selection, Type } from "../model/model.ts";
import { deref, isNamed, typesOf } from "../model/types.ts";

export { deref, identical, isNamed, typeString } from "../model/types.ts";

/** The underlying type; of a type parameter the constraint's. Unknown where the declaration is not at hand. */
export function underlying(pkg: PackageModel, type: Type): Type {
  return typesOf(pkg).underlying(type);
}

/** Field or method `name` of a type, as code of the package sees it, embedding and pointers followed. */
export function memberOf(pkg: PackageModel, type: Type, name: string): Selection | null {
  return typesOf(pkg).selectIn(type, name, pkg);
}

/** Value of a constant expression; null where it is none or cannot be told. */
export function constantOf(pkg: PackageModel, expression: GoNode): number | bigint | string | boolean | null {
  return typesOf(pkg).constant(expression);
}

/** The field that an identifier names as a key of a struct literal. */
export function keySelection(pkg: PackageModel, identifier: GoNode): Selection | null {
  return typesOf(pkg).keySelection(identifier);
}

/** True for a constant expression of that number. */
export function isConstant(pkg: PackageModel, expression: GoNode, value: number): boolean {
  const constant = constantOf(pkg, expression);
  return (typeof constant === "number" || typeof constant === "bigint") && Number(constant) === value;
}

/** `*testing.T` and the like: what a test or its helper gets. */
export function isTesting(type: Type): boolean {
  return ["testing.T", "testing.B", "testing.TB", "testing.F"].some((n) => isNamed(deref(type), n));
}
