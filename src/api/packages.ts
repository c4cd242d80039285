/** Which package `time` means in a pattern or a replacement. */
import type { GoNode } from "../go/node.ts";
import { exportedNames, standardPaths } from "../model/stdlib.ts";
import { metaOf } from "./snippet.ts";

/** Import paths by the names that a pattern or a replacement uses for them: `{ cron: "github.com/robfig/cron/v3" }`. */
export type PackageNames = Readonly<Record<string, string>>;

/** The name before the dot of `time.AfterFunc` and of the type `time.Duration`, and the one behind it. */
export function qualified(node: GoNode): { readonly operand: GoNode; readonly member: GoNode } | null {
  const operand =
    node.kind === "selector_expression" ? node.child("operand") : node.kind === "qualified_type" ? node.child("package") : null;
  const member = node.kind === "selector_expression" ? node.child("field") : node.child("name");
  if (!operand || !member || operand.children.length > 0 || metaOf(operand)) return null;
  return operand.kind === "identifier" || operand.kind === "package_identifier" ? { operand, member } : null;
}

/**
 * Import paths of the packages that the name may mean: the one that was given for it, else the standard library's that export the member.
 * None: then it is no package as far as can be told.
 */
export function pathsFor(operand: GoNode, member: GoNode, given: PackageNames): readonly string[] {
  const own = Object.hasOwn(given, operand.text) ? given[operand.text] : undefined;
  if (own !== undefined) return [own];
  const paths = standardPaths(operand.text);
  return metaOf(member) ? paths : paths.filter((path) => exportedNames(path)?.has(member.text));
}
