/** How a reused value is made as good as new: the statement for it, and a Reset method for a package's own struct. */
import type { GoNode } from "../go/node.ts";
import type { PackageModel, Type } from "../model/model.ts";
import { type Edits, textOf } from "./edits.ts";
import { meansTheSame, zeroValue } from "./give-up.ts";
import { covers, effectOn, type Reused, reusedOf } from "./stale.ts";
import { isNamed, memberOf, underlying } from "./types.ts";

export interface ResetPlan {
  /** The statement for a variable of the reused type. */
  statement(variable: string): string;
  /** A method that has to be written first. */
  readonly method: Edits;
  /** Set when the method is ours: what its reader must check. */
  readonly because: string | null;
}

/** null when nothing is known that resets the type. `cells` are the fields whose old content shows; `made` the pool's New. */
export function resetOf(pkg: PackageModel, reused: Reused, cells: readonly string[], made: GoNode | null): ResetPlan | null {
  switch (reused.shape) {
    case "writer":
      return plain((x) => `${x}.Reset()`);
    case "slice":
      return plain((x) => (reused.pointer ? `*${x} = (*${x})[:0]` : `${x} = ${x}[:0]`));
    case "map":
      return plain((x) => clearMap(pkg, reused.pointer ? `*${x}` : x, "\n"));
    case "struct":
      return ownReset(pkg, reused, cells) ?? writtenReset(pkg, reused, made);
  }
}

function plain(statement: (x: string) => string): ResetPlan {
  return { statement, method: [], because: null };
}

/** `clear(m)` from Go 1.21 on, before it the loop that the compiler knows. */
function clearMap(pkg: PackageModel, map: string, newline: string): string {
  if (pkg.version.major > 1 || pkg.version.minor >= 21) return `clear(${map})`;
  return [`for k := range ${map} {`, `\tdelete(${map}, k)`, "}"].join(newline);
}

/** A Reset of the type itself, or a reset or clear that is seen to empty the fields in question. */
function ownReset(pkg: PackageModel, reused: Reused, cells: readonly string[]): ResetPlan | null {
  for (const name of ["Reset", "reset", "clear", "Clear"]) {
    const method = memberOf(pkg, reused.type, name);
    if (method?.kind !== "method" || method.path.length > 0 || method.type.kind !== "func") continue;
    if (method.type.params.length > 0 || method.type.results.length > 0 || !method.entity?.node) continue;
    if (name !== "Reset") {
      const func = pkg.functionAt(method.entity.node);
      const effect = func.receiver && effectOn(pkg, reused, { func, binding: func.receiver }, 0);
      if (!effect || effect.unknown || !cells.every((c) => covers(effect.overwrites, c))) continue;
    }
    return plain((x) => `${x}.${name}()`);
  }
  return null;
}

// ---------------------------------------------------------------- a method of our own

function writtenReset(pkg: PackageModel, reused: Reused, made: GoNode | null): ResetPlan | null {
  const spec = reused.entity?.node;
  const struct = spec?.kind === "type_spec" ? spec.child("type") : null;
  if (!spec || struct?.kind !== "struct_type" || pkg.fileOf(spec).generated) return null;
  const name = ["Reset", "reset"].find((n) => memberOf(pkg, reused.type, n) === null && !hasMember(pkg, reused.type, n));
  if (!name) return null;
  const receiver = receiverName(pkg, spec);
  const body: string[] = [];
  for (const field of struct.children.find((c) => c.kind === "field_declaration_list")?.items ?? []) {
    const lines = fieldLines(pkg, field, receiver, made);
    if (!lines) return null;
    body.push(...lines);
  }
  const type = spec.child("name")?.text ?? "";
  const params = spec.child("type_parameters")?.items.flatMap((p) => p.childrenOf("name").map((n) => n.text)) ?? [];
  const base = params.length > 0 ? `${type}[${params.join(", ")}]` : type;
  const lines = [
    `// ${name} empties the ${type} for its next use; slices keep their capacity.`,
    `func (${receiver} *${base}) ${name}() {`,
    ...body.flatMap((l) => l.split("\n")).map((l) => `\t${l}`),
    "}",
  ];
  return {
    statement: (x) => `${x}.${name}()`,
    method: afterDeclaration(spec, lines.join("\n")),
    because: `the ${name} method is new: check that it empties what has to be emptied and keeps what New sets up`,
  };
}

function hasMember(pkg: PackageModel, type: Type, name: string): boolean {
  const struct = underlying(pkg, type.kind === "pointer" ? type.elem : type);
  return struct.kind === "struct" && struct.fields.some((f) => f.name === name || (f.embedded && memberOf(pkg, f.type, name) !== null));
}

/** As the type's other methods call it, else its first letter. */
export function receiverName(pkg: PackageModel, spec: GoNode): string {
  const type = spec.child("name")?.text ?? "x";
  for (const m of pkg.methods(type)) {
    const name = m.node?.child("receiver")?.items[0]?.child("name")?.text;
    if (name && name !== "_") return name;
  }
  return [...type][0]?.toLowerCase() ?? "x";
}

/** null when the zero value of a field cannot be written. */
function fieldLines(pkg: PackageModel, field: GoNode, receiver: string, made: GoNode | null): string[] | null {
  const typeNode = field.child("type");
  if (!typeNode) return null;
  const named = field.childrenOf("name").map((n) => n.text);
  const pointer = field.children.some((c) => c.kind === "*");
  const names = named.length > 0 ? named : [embeddedName(typeNode)];
  const type = pointer ? ({ kind: "pointer", elem: pkg.typeAt(typeNode) } as const) : pkg.typeAt(typeNode);
  const lines: string[] = [];
  for (const name of names) {
    if (name === "_") continue;
    const line = fieldLine(pkg, type, typeNode, `${receiver}.${name}`, made ? setIn(made, name) : null);
    if (line === null) return null;
    if (line !== "") lines.push(line);
  }
  return lines;
}

function embeddedName(type: GoNode): string {
  const base = type.kind === "generic_type" ? (type.child("type") ?? type) : type;
  return (base.kind === "qualified_type" ? base.child("name")?.text : base.text) ?? "";
}

/** "" leaves the field as it is. `set` is what New gives it, "" for something that is no literal, null for nothing. */
function fieldLine(pkg: PackageModel, type: Type, typeNode: GoNode, field: string, set: string | null): string | null {
  if (type.kind === "named" && type.path === "sync") return "";
  if (type.kind === "named" && type.path === "sync/atomic") return /^(Int|Uint)/.test(type.name) ? `${field}.Store(0)` : "";
  const under = underlying(pkg, type);
  const writer = type.kind === "pointer" ? reusedOf(pkg, type) : reusedOf(pkg, { kind: "pointer", elem: type });
  if (writer?.shape === "writer" && (type.kind !== "pointer" || set !== null) && !isNamed(type, "error")) return `${field}.Reset()`;
  if (under.kind === "slice") return `${field} = ${field}[:0]`;
  if (under.kind === "map") return clearMap(pkg, field, "\n");
  if (set !== null) return under.kind === "basic" && set !== "" ? `${field} = ${set}` : "";
  if (type.kind === "pointer") return `${field} = nil`;
  const zero = zeroValue(pkg, { name: null, type: typeNode, variadic: false, binding: null }, typeNode);
  return zero === null || !meansTheSame(pkg, typeNode, typeNode) ? null : `${field} = ${zero}`;
}

/** What a function that makes a value gives to one of its fields: the text of a literal, else "". */
function setIn(made: GoNode, field: string): string | null {
  for (const element of made.find("keyed_element")) {
    if (element.child("key")?.text === field) return literalText(element.child("value")?.items[0]);
  }
  for (const selector of made.find("selector_expression")) {
    const list = selector.parent;
    if (selector.child("field")?.text !== field || list?.kind !== "expression_list" || list.field !== "left") continue;
    return literalText(list.parent?.child("right")?.items[list.items.indexOf(selector)]);
  }
  return null;
}

function literalText(value: GoNode | undefined): string {
  return value?.is("int_literal", "float_literal", "interpreted_string_literal", "true", "false") ? textOf(value) : "";
}

/** Puts a declaration behind the one that holds the node, and the comment on its last line. */
export function afterDeclaration(node: GoNode, text: string): Edits {
  let root = node;
  while (root.parent) root = root.parent;
  const source = node.source;
  let end = source.text.indexOf("\n", root.end);
  if (end < 0) end = source.text.length;
  if (end > 0 && source.text[end - 1] === "\r") end--;
  const rest = source.text.slice(root.end, end).trim();
  if (rest !== "" && !rest.startsWith("//")) return null;
  return [{ at: { path: source.path, start: end, end }, text: `\n\n${text}` }];
}
