/** Names for what a fix writes: fresh locals, and packages as they can be named at a place. */
import { candidateNames } from "../go/imports.ts";
import type { GoNode } from "../go/node.ts";
import type { Binding, PackageModel } from "../model/model.ts";
import { ownerOf, statementOf } from "./edits.ts";
import type { ImportIntent } from "./rule.ts";

const PLAIN_NAMES = new Set<string>(["identifier", "type_identifier", "package_identifier"]);

/** The block or clause in which a name declared beside `at` is visible; the function's body for a parameter. */
export function reachOf(at: GoNode): GoNode | null {
  const statement = statementOf(at);
  return statement ? ownerOf(statement) : null;
}

/**
 * A name for a new local at `at` that neither shadows nor captures: it means nothing at `at`, and no identifier in `reach` (the block
 * in which the name will be visible; the one around `at` when not given) is spelt so. `timer`, else `timer2`, `timer3`, ...
 * A fix that uses it must assume the reach (`assumes`), so that no other fix takes the same name there.
 */
export function freshName(
  pkg: PackageModel,
  base: string,
  at: GoNode,
  reach: GoNode | null = reachOf(at),
  taken: readonly string[] = [],
): string {
  const spelt = new Set<string>(taken);
  reach?.walk((n) => {
    if (PLAIN_NAMES.has(n.kind)) spelt.add(n.text);
  });
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base}${i}`;
    if (!spelt.has(name) && pkg.resolve(name, at) === null) return name;
  }
}

/** How to name a package at a place: "" under a dot import. */
export interface Qualifier {
  readonly name: string;
  readonly imports: readonly ImportIntent[];
}

/** `NewTimer` of the package: `time.NewTimer`, or `NewTimer` under a dot import. */
export function member(q: Qualifier, name: string): string {
  return q.name === "" ? name : `${q.name}.${name}`;
}

/**
 * How code at `at` can name the package `path`: by the file's own import (its alias, or "" for a dot import), else by its own name
 * with the intent to import it. null where that name means something else at `at`. `members` are the names wanted from it: under a
 * dot import they must not be shadowed.
 */
export function qualifier(pkg: PackageModel, at: GoNode, path: string, ...members: readonly string[]): Qualifier | null {
  const file = pkg.fileOf(at);
  for (const i of file.imports) {
    if (i.path !== path || i.alias === "_") continue;
    if (i.alias === ".") {
      if (members.every((m) => fromDotImport(pkg.resolve(m, at)))) return { name: "", imports: [] };
      continue;
    }
    const name = i.alias ?? packageName(pkg, path);
    const meant = pkg.resolve(name, at);
    if (meant?.kind === "import" && meant.import?.path === path) return { name, imports: [] };
  }
  if (file.imports.some((i) => i.path === path && i.alias !== "_")) return null; // imported, but hidden here
  const name = packageName(pkg, path);
  if (pkg.resolve(name, at) !== null || pkg.lookup(name).length > 0) return null;
  if (file.imports.some((i) => (i.alias ?? packageName(pkg, i.path)) === name)) return null;
  return { name, imports: [{ file: file.source.path, path, action: "add" }] };
}

function fromDotImport(meant: Binding | null): boolean {
  return meant === null || meant.kind === "import" || meant.import?.alias === ".";
}

/** The name in a package's clause: where its path leaves a choice, from its source if that is at hand, else the likeliest. */
export function packageName(pkg: PackageModel, path: string): string {
  const [likely = path, ...others] = candidateNames(path);
  return others.length === 0 ? likely : (pkg.import(path)?.name ?? likely);
}

/** The intent to drop an import of `at`'s file where nothing else uses it. */
export function dropImport(pkg: PackageModel, at: GoNode, path: string): ImportIntent {
  return { file: pkg.fileOf(at).source.path, path, action: "drop" };
}
