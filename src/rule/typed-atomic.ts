/** The rewrite of an integer field into an atomic.Int64 or atomic.Uint64, with every use of it in the package. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import type { Edit } from "../text/edit.ts";
import { ATOMIC_64_FUNCTIONS, type AtomicField, mentionsOf, specOf } from "./alignment.ts";
import { type Edits, indentOf, insertAfter, spanOf, statementOf, textOf } from "./edits.ts";
import { dropImport, freshName, member, qualifier } from "./names.ts";
import type { ImportIntent } from "./rule.ts";
import { retype } from "./struct-edits.ts";
import { constantOf, deref, keySelection } from "./types.ts";

export interface TypedRewrite {
  readonly edits: readonly Edits[];
  readonly imports: readonly ImportIntent[];
  /** Why a person has to look: uses that cannot be seen, or that change in more than their form. */
  readonly doubts: readonly string[];
}

const LOAD = ".Load()";

const DOUBT = {
  exported: "code outside of this package may use the field as an integer",
  tag: "encoders that read the tag do not know atomic types",
  copied: "values of the struct are copied, which an atomic type must not be",
  moved: "the initial value is stored after the rest of the literal is built",
} as const;

/** null when the field is no plain int64 or uint64, or when a use of it cannot be written with an atomic type. */
export function typedAtomic(pkg: PackageModel, atomic: AtomicField): TypedRewrite | null {
  const type = atomic.declaration.child("type");
  const kind = type?.text === "int64" ? "Int64" : type?.text === "uint64" ? "Uint64" : null;
  const q = type && qualifier(pkg, type, "sync/atomic", "Int64", "Uint64");
  if (!type || !kind || !q || pkg.typeAt(type).kind !== "basic") return null;
  const loads: Edits[] = []; // named first: `a.f = b.f` closes its call behind the load
  const edits: Edits[] = [retype(atomic.declaration, atomic.name, member(q, kind))];
  const doubts = new Set<string>(doubtsOf(pkg, atomic));
  const touched = new Set<string>();
  for (const mention of pkg.mentions(atomic.name.text)) {
    const use = useOf(pkg, mention, atomic);
    if (use === "other") continue;
    if (use === "unclear") return null;
    const edit = use.kind === "selector_expression" ? rewriteUse(pkg, use, kind) : rewriteElement(pkg, use, atomic.name.text, doubts);
    if (!edit) return null;
    (edit[0]?.text === LOAD ? loads : edits).push(edit);
    touched.add(use.source.path);
  }
  if (positionalLiterals(pkg, atomic.struct).length > 0) return null;
  const drops = atomic.calls.filter((c) => c.source.path !== type.source.path).map((c) => dropImport(pkg, c, "sync/atomic"));
  return { edits: [...loads, ...edits], imports: [...q.imports, ...drops], doubts: [...doubts] };
}

function doubtsOf(pkg: PackageModel, { declaration, name, struct }: AtomicField): string[] {
  const doubts: string[] = [];
  const spec = specOf(struct)?.child("name");
  if (isExported(name.text) && (!spec || isExported(spec.text)) && pkg.name !== "main") doubts.push(DOUBT.exported);
  if (declaration.child("tag")) doubts.push(DOUBT.tag);
  if (spec && mentionsOf(pkg, spec).some((m) => copies(m))) doubts.push(DOUBT.copied);
  return doubts;
}

export function isExported(name: string): boolean {
  const first = [...name][0] ?? "";
  return first !== first.toLowerCase();
}

/** The type by value as a parameter, receiver, result, map value or channel's element. */
function copies(type: GoNode): boolean {
  const whole = type.parent?.kind === "generic_type" ? type.parent : type;
  const parent = whole.parent;
  if (!parent) return false;
  if (parent.is("parameter_declaration", "variadic_parameter_declaration", "map_type", "channel_type")) return true;
  return whole.field === "result";
}

/** The selector or keyed element in which the identifier means the field; "other" when it means something else. */
function useOf(pkg: PackageModel, mention: GoNode, { declaration, name }: AtomicField): GoNode | "other" | "unclear" {
  if (mention === name) return "other";
  const parent = mention.parent;
  if (mention.kind === "field_identifier") {
    if (parent?.kind !== "selector_expression") return "other"; // a declaration
    const selection = pkg.selection(parent);
    if (!selection) return pkg.symbol(parent) === null ? "unclear" : "other";
    return selection.field?.node === declaration ? parent : "other";
  }
  const element = parent?.kind === "literal_element" ? parent.parent : parent;
  if (element?.kind !== "keyed_element" || element.child("key") !== (parent?.kind === "literal_element" ? parent : mention)) return "other";
  if (pkg.binding(mention)) return "other"; // the key of a map or array
  const selection = keySelection(pkg, mention);
  if (!selection) return "unclear";
  return selection.field?.node === declaration ? element : "other";
}

// ---------------------------------------------------------------- uses

function rewriteUse(pkg: PackageModel, use: GoNode, kind: "Int64" | "Uint64"): Edits {
  const e = outOfParens(use);
  const parent = e.parent;
  if (!parent) return null;
  if (parent.kind === "unary_expression" && parent.child("operator")?.kind === "&") return rewriteCall(pkg, use, outOfParens(parent), kind);
  if (!addressable(pkg, unparen(use.child("operand") as GoNode))) return null;
  if (parent.is("inc_statement", "dec_statement")) {
    const one = parent.kind === "inc_statement" ? "1" : kind === "Int64" ? "-1" : "^uint64(0)";
    return [{ at: { ...spanOf(use), start: e.start, end: parent.end }, text: `${textOf(use)}.Add(${one})` }];
  }
  const statement = parent.kind === "expression_list" && parent.field === "left" ? parent.parent : null;
  if (statement)
    return statement.kind === "assignment_statement" && parent.items.length === 1 ? rewriteAssignment(pkg, use, e, statement, kind) : null;
  if (parent.kind === "argument_list" && (pkg.symbol(parent.parent?.child("function") as GoNode) ?? "").startsWith("unsafe.")) return null;
  return [{ at: { ...spanOf(use), start: use.end }, text: LOAD }];
}

/** `atomic.AddInt64(&x.f, d)` becomes `x.f.Add(d)`. */
function rewriteCall(pkg: PackageModel, use: GoNode, address: GoNode, kind: "Int64" | "Uint64"): Edits {
  const list = address.parent;
  const call = list?.kind === "argument_list" && list.items[0] === address ? list.parent : null;
  const symbol = call && pkg.symbol(call.child("function") as GoNode);
  if (!call || !symbol || !ATOMIC_64_FUNCTIONS.includes(symbol)) return null;
  const method = symbol.slice("sync/atomic.".length, -kind.length);
  const second = list?.items[1];
  const { path, text } = use.source;
  const head = { path, start: call.start, end: use.start };
  // up to the comma: line breaks and comments behind it stay
  const comma = second && list ? (list.children.find((c) => c.kind === "," && c.start >= use.end)?.end ?? second.start) : call.end;
  const rest = { path, start: use.end, end: second && text[comma] === " " ? comma + 1 : comma };
  if (hasComment(text.slice(head.start, head.end)) || hasComment(text.slice(rest.start, rest.end))) return null;
  return [
    { at: head, text: "" },
    { at: rest, text: second ? `.${method}(` : `.${method}()` },
  ];
}

function hasComment(text: string): boolean {
  return text.includes("//") || text.includes("/*");
}

/** `x.f = v`, `x.f += v`, `x.f -= v`. */
function rewriteAssignment(pkg: PackageModel, use: GoNode, e: GoNode, statement: GoNode, kind: "Int64" | "Uint64"): Edits {
  const value = statement.child("right")?.items[0];
  const operator = statement.child("operator")?.kind ?? "=";
  if (!value) return null;
  const { path, text } = use.source;
  if (hasComment(text.slice(e.end, value.start))) return null;
  const open = (call: string, close = ")"): Edits => [
    { at: { path, start: e.start, end: use.start }, text: "" },
    { at: { path, start: use.end, end: value.start }, text: call },
    { at: { path, start: value.end, end: value.end }, text: close },
  ];
  if (operator === "=") return open(".Store(");
  if (operator === "+=") return open(".Add(");
  if (operator !== "-=") return null;
  if (kind === "Uint64" && constantOf(pkg, value) !== null) return open(".Add(^uint64(", " - 1))");
  return value.is("identifier", "selector_expression", "call_expression", "int_literal", "parenthesized_expression")
    ? open(".Add(-")
    : open(".Add(-(", "))");
}

/** Can a method with a pointer receiver be called on a field of this operand? */
function addressable(pkg: PackageModel, operand: GoNode): boolean {
  const e = unparen(operand);
  if (pkg.typeOf(e).kind === "pointer") return true;
  switch (e.kind) {
    case "identifier":
      return pkg.binding(e) !== null;
    case "selector_expression":
      return addressable(pkg, e.child("operand") as GoNode);
    case "unary_expression":
      return e.child("operator")?.kind === "*";
    case "index_expression": {
      const base = pkg.typeOf(e.child("operand") as GoNode);
      if (base.kind === "array") return addressable(pkg, e.child("operand") as GoNode);
      return base.kind === "slice" || deref(base).kind === "array";
    }
    default:
      return false;
  }
}

// ---------------------------------------------------------------- composite literals

/** Bodies of literals of the struct that give its fields without names. */
export function positionalLiterals(pkg: PackageModel, struct: GoNode): GoNode[] {
  return literalBodies(pkg, struct).filter((body) => body.items.some((i) => i.kind !== "keyed_element"));
}

/** Bodies of all literals of the struct's type, those in lists of it included, where the type is left out. */
function literalBodies(pkg: PackageModel, struct: GoNode): GoNode[] {
  const name = specOf(struct)?.child("name");
  const types = name ? mentionsOf(pkg, name) : [struct];
  return types.flatMap((mention) => {
    let type = mention.parent?.kind === "generic_type" ? mention.parent : mention;
    let elided = false;
    while (type.parent?.is("pointer_type", "slice_type", "array_type", "map_type", "implicit_length_array_type")) {
      if (type.parent.kind !== "pointer_type") elided = true;
      type = type.parent;
    }
    const literal = type.parent?.kind === "composite_literal" && type.field === "type" ? type.parent : null;
    const body = literal?.child("body");
    if (!body) return [];
    if (!elided) return [body];
    return body.items.flatMap((item) => {
      const element = item.kind === "keyed_element" ? item.child("value") : item;
      const inner = element?.items[0];
      return inner?.kind === "literal_value" ? [inner] : [];
    });
  });
}

/** Writes the names of the fields into the literals that leave them out. null when there are fewer values than fields. */
export function keyLiterals(pkg: PackageModel, struct: GoNode): Edits {
  const names = struct.children.find((c) => c.kind === "field_declaration_list")?.items.flatMap(namesOf) ?? [];
  const edits: Edit[] = [];
  for (const body of positionalLiterals(pkg, struct)) {
    if (body.items.length !== names.length || names.includes("_")) return null;
    for (const [i, item] of body.items.entries()) edits.push({ at: { ...spanOf(item), end: item.start }, text: `${names[i]}: ` });
  }
  return edits;
}

function namesOf(field: GoNode): string[] {
  const names = field.childrenOf("name").map((n) => n.text);
  if (names.length > 0) return names;
  const type = field.child("type");
  const base = type?.kind === "generic_type" ? type.child("type") : type;
  return [(base?.kind === "qualified_type" ? base.child("name")?.text : base?.text) ?? "_"];
}

/** `T{f: v}`: the element goes; a value other than zero is stored behind the statement that keeps the literal. */
function rewriteElement(pkg: PackageModel, element: GoNode, field: string, doubts: Set<string>): Edits {
  const value = element.child("value")?.items[0];
  if (!value) return null;
  const without = removeElement(element);
  const constant = constantOf(pkg, value);
  if (constant === 0 || constant === 0n) return without;
  const literal = element.parent?.parent;
  if (literal?.kind !== "composite_literal") return null; // without its type, in a list
  const statement = statementOf(literal);
  if (!statement || !without) return null;
  if (constant === null && value.find("call_expression", "unary_expression").length > 0) doubts.add(DOUBT.moved);
  const kept = outOfParens(literal.parent?.kind === "unary_expression" ? literal.parent : literal);
  const list = kept.parent?.kind === "expression_list" && kept.parent.items.length === 1 ? kept.parent : null;
  const store = (x: string) => `${x}.${field}.Store(${textOf(value)})`;
  if (list?.parent === statement && statement.is("short_var_declaration", "assignment_statement")) {
    const target = statement.child("left")?.items;
    const name = target?.length === 1 && target[0]?.kind === "identifier" && target[0].text !== "_" ? target[0].text : null;
    if (!name || value.find("identifier").some((id) => id.text === name)) return null;
    const after = insertAfter(statement, store(name));
    return after && [...without, ...after];
  }
  if (list?.parent === statement && statement.kind === "return_statement" && kept.kind === "unary_expression") {
    const type = literal.child("type");
    const base = [...(type?.text ?? "x")].find((c) => c !== "*")?.toLowerCase() ?? "x";
    const name = freshName(pkg, base, statement);
    if (!insertAfter(statement, name)) return null; // a place for one statement only
    const indent = indentOf(statement);
    const { path } = statement.source;
    return [
      { at: { path, start: statement.start, end: kept.start }, text: `${name} := ` },
      ...without,
      { at: { path, start: statement.end, end: statement.end }, text: `\n${indent}${store(name)}\n${indent}return ${name}` },
    ];
  }
  return null;
}

/** Takes an element out of a list with one comma; a comment behind it stays. */
function removeElement(element: GoNode): Edits {
  const siblings = element.parent?.children ?? [];
  const at = siblings.indexOf(element);
  const next = siblings[at + 1];
  const previous = siblings[at - 1];
  const { path, text } = element.source;
  if (next?.kind === ",") {
    let start = element.start;
    let end = next.end;
    const line = text.lastIndexOf("\n", start - 1) + 1;
    const newline = text.indexOf("\n", end);
    if (newline >= 0 && text.slice(line, start).trim() === "" && text.slice(end, newline).trim() === "") {
      start = line;
      end = newline + 1;
    } else while (text[end] === " ") end++;
    return [{ at: { path, start, end }, text: "" }];
  }
  if (previous?.kind === ",") return [{ at: { path, start: previous.start, end: element.end }, text: "" }];
  return previous?.kind === "{" && next?.kind === "}" ? [{ at: spanOf(element), text: "" }] : null;
}

function outOfParens(node: GoNode): GoNode {
  let n = node;
  while (n.parent?.kind === "parenthesized_expression") n = n.parent;
  return n;
}
