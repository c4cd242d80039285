/** A field or a package variable as the whole package names it, and what it is given. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel, Type } from "../model/model.ts";
import { keySelection } from "./types.ts";
import { climb } from "./values.ts";

export interface NamedPlace {
  readonly name: string;
  readonly type: Type;
  /** The field_declaration or var_spec. */
  readonly declaration: GoNode;
  /** What it is declared with, and what literals of its struct give it. */
  readonly declared: readonly GoNode[];
  /** Every other expression that names it. */
  readonly mentions: readonly GoNode[];
}

/** The field that a selector names; null for a method, and for a field whose declaration is not at hand. */
export function fieldPlace(pkg: PackageModel, selector: GoNode): NamedPlace | null {
  const selection = pkg.selection(selector);
  const declaration = selection?.kind === "field" ? selection.field?.node : null;
  if (!selection || !declaration) return null;
  const mentions: GoNode[] = [];
  const declared: GoNode[] = [];
  for (const m of pkg.mentions(selection.name)) {
    const named = m.field === "field" ? m.parent : null;
    if (named?.kind === "selector_expression" && pkg.selection(named)?.field?.node === declaration) mentions.push(named);
    const keyed = m.parent?.kind === "literal_element" && m.parent.field === "key" ? m.parent.parent : null;
    const value = keyed?.child("value");
    if (value && keySelection(pkg, m)?.field?.node === declaration) declared.push(unparen(value.items[0] ?? value));
  }
  return { name: selection.name, type: selection.type, declaration, declared, mentions };
}

/** The variable of the package that a name means; null where build tags declare it in several ways. */
export function variablePlace(pkg: PackageModel, name: GoNode): NamedPlace | null {
  const declaration = pkg.binding(name)?.entity?.node;
  if (declaration?.kind !== "var_spec" || pkg.lookup(name.text).length !== 1) return null;
  const isName = (n: GoNode) => n.field === "name" && n.parent?.kind === "var_spec" && n.parent.start === declaration.start;
  const same = [...pkg.mentions(name.text)].filter((m) => m.kind === "identifier" && pkg.binding(m)?.entity?.node === declaration);
  const own = declaration.childrenOf("name").find((c) => c.named && c.text === name.text);
  const declared = own ? declaredValues(declaration, own) : [];
  return { name: name.text, type: pkg.typeOf(name), declaration, declared, mentions: same.filter((m) => !isName(m)) };
}

/** The value of one name of a var_spec or short_var_declaration; the declaration itself where it is one of a call's results. */
export function declaredValues(declaration: GoNode, name: GoNode): GoNode[] {
  const spec = declaration.kind === "var_spec";
  const names = spec ? declaration.childrenOf("name").filter((c) => c.named) : (declaration.child("left")?.items ?? []);
  const values = declaration.child(spec ? "value" : "right")?.items ?? [];
  const value = values[names.findIndex((n) => n.start === name.start)];
  if (values.length === 0) return [];
  return [values.length === names.length && value ? unparen(value) : declaration];
}

/** What `x = v` gives the expression; the statement itself where that is one of a call's results, null where it is no target. */
export function assignedTo(target: GoNode): GoNode | null {
  const e = climb(target);
  const list = e.parent;
  const statement = list?.parent;
  if (list?.kind !== "expression_list" || list.field !== "left" || statement?.kind !== "assignment_statement") return null;
  const values = statement.child("right")?.items ?? [];
  const value = values[list.items.indexOf(e)];
  return values.length === list.items.length && value ? unparen(value) : statement;
}
