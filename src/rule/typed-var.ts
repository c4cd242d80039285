/** A variable of the package that becomes an atomic type, with every use of it. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Entity, PackageModel } from "../model/model.ts";
import type { Edit } from "../text/edit.ts";
import { type Edits, spanOf } from "./edits.ts";
import { member, qualifier } from "./names.ts";
import type { ImportIntent } from "./rule.ts";
import { constantOf } from "./types.ts";
import { climb } from "./values.ts";

interface Kind {
  /** "Int64" */
  readonly type: string;
  /** What its methods take and give. */
  readonly value: string;
}

/** By the variable's type; int and uint become the 64-bit types. */
const KINDS: Readonly<Record<string, Kind>> = {
  int: { type: "Int64", value: "int64" },
  int32: { type: "Int32", value: "int32" },
  int64: { type: "Int64", value: "int64" },
  uint: { type: "Uint64", value: "uint64" },
  uint32: { type: "Uint32", value: "uint32" },
  uint64: { type: "Uint64", value: "uint64" },
};

export interface AtomicVariable {
  /** "atomic.Int64" */
  readonly type: string;
  readonly edits: readonly Edits[];
  readonly imports: readonly ImportIntent[];
}

/** Is that an integer for which sync/atomic has a type? */
export function isCountable(pkg: PackageModel, name: GoNode): boolean {
  const type = pkg.typeOf(name);
  return type.kind === "basic" && Object.hasOwn(KINDS, type.name);
}

/** null where the variable starts with a value, stands beside others in its declaration, or has a use that cannot be written so. */
export function atomicVariable(pkg: PackageModel, entity: Entity): AtomicVariable | null {
  const spec = entity.node;
  const [name, ...others] = spec?.childrenOf("name").filter((n) => n.named) ?? [];
  if (spec?.kind !== "var_spec" || !name || others.length > 0 || spec.find("comment").length > 0) return null;
  if (pkg.lookup(entity.name).length > 1) return null; // which one a use means depends on the build
  const own = pkg.typeOf(name);
  const kind = own.kind === "basic" ? KINDS[own.name] : undefined;
  const value = spec.child("value")?.items[0];
  const q = kind && qualifier(pkg, spec, "sync/atomic", kind.type);
  if (own.kind !== "basic" || !kind || !q) return null;
  if (value && constantOf(pkg, value) !== 0 && constantOf(pkg, value) !== 0n) return null;
  const type = member(q, kind.type);
  const { path } = spanOf(spec);
  const edits: Edits[] = [[{ at: { path, start: name.end, end: spec.end }, text: ` ${type}` }]];
  for (const use of usesOf(pkg, entity, name)) {
    const edit = rewritten(pkg, use, kind, own.name);
    if (!edit) return null;
    edits.push(edit);
  }
  return { type: `atomic.${kind.type}`, edits, imports: q.imports };
}

function usesOf(pkg: PackageModel, entity: Entity, declared: GoNode): GoNode[] {
  return [...pkg.mentions(entity.name)].filter((n) => n !== declared && n.kind === "identifier" && pkg.binding(n)?.entity === entity);
}

function rewritten(pkg: PackageModel, use: GoNode, kind: Kind, own: string): Edits {
  const e = climb(use);
  const p = e.parent;
  if (!p || (p.kind === "unary_expression" && p.child("operator")?.kind === "&")) return null;
  if (p.is("inc_statement", "dec_statement")) {
    const one = p.kind === "inc_statement" ? "1" : kind.value.startsWith("u") ? `^${kind.value}(0)` : "-1";
    return [{ at: spanOf(p), text: `${use.text}.Add(${one})` }];
  }
  if (p.kind === "expression_list" && p.field === "left") return assigned(pkg, use, p, kind, own);
  const load = `${use.text}.Load()`;
  return [{ at: spanOf(use), text: own === kind.value ? load : `${own}(${load})` }];
}

/** `x = v`, `x += v`, `x -= v`. */
function assigned(pkg: PackageModel, use: GoNode, list: GoNode, kind: Kind, own: string): Edits {
  const statement = list.parent;
  const value = statement?.child("right")?.items[0];
  const operator = statement?.child("operator")?.kind;
  if (statement?.kind !== "assignment_statement" || list.items.length !== 1 || !value) return null;
  if (statement.find("comment").some((c) => c.start < value.start)) return null;
  const minus = operator === "-=";
  if (minus && kind.value.startsWith("u")) return null;
  const method = operator === "=" ? "Store" : operator === "+=" || minus ? "Add" : null;
  if (!method) return null;
  const plain = own === kind.value || constantOf(pkg, value) !== null;
  const simple = unparen(value).is("identifier", "selector_expression", "call_expression", "int_literal", "parenthesized_expression");
  const [open, close] = plain ? (minus && !simple ? ["-(", ")"] : [minus ? "-" : "", ""]) : [`${minus ? "-" : ""}${kind.value}(`, ")"];
  const { path } = spanOf(statement);
  const edits: Edit[] = [
    { at: { path, start: statement.start, end: value.start }, text: `${use.text}.${method}(${open}` },
    { at: { path, start: value.end, end: value.end }, text: `${close})` },
  ];
  return edits;
}
