/**
 * Which fields of a package are used as 64-bit atomics, and at which offsets they lie with 4-byte words. The first word of an
 * allocated struct, array or slice and of a variable is aligned to 8 bytes (sync/atomic, "Bugs"); from there the offsets count, through
 * structs that hold structs, embedding, and the elements of arrays and slices.
 */
import { type GoNode, unparen } from "../go/node.ts";
import type { FieldType, PackageModel, Type } from "../model/model.ts";
import { ATOMIC_CALLS } from "./atomic-calls.ts";
import { definitionOf } from "./definitions.ts";
import { layoutOf, offsetOf, type StructLayout, structLayout } from "./layout.ts";
import { deref, memberOf } from "./types.ts";

/** A field to whose address sync/atomic's 64-bit functions are applied. */
export interface AtomicField {
  readonly field: FieldType;
  /** The field_declaration, in this package. */
  readonly declaration: GoNode;
  /** The name in it. */
  readonly name: GoNode;
  /** The struct_type. */
  readonly struct: GoNode;
  /** Calls on it, in the order in which they were found. */
  readonly calls: readonly GoNode[];
}

/** Where a field is misaligned. */
export interface Misplaced {
  /** In bytes, from what is aligned. */
  readonly offset: number;
  /** From what the offset counts: "stats", "an array of shard". */
  readonly within: string;
  /** The struct to be padded or reordered: the field's own, one that holds it, or the element of an array. */
  readonly holder: GoNode;
  /** Offset of the field within that member. */
  readonly inner: number;
  /** The declaration in the holder that lies wrong; null when it is the holder's size that is wrong. */
  readonly member: GoNode | null;
  /** The holder's layout in words, where all of it is known. */
  readonly layout: string | null;
}

/** Of `ATOMIC_CALLS` those on 64-bit words. */
export const ATOMIC_64_CALLS: readonly string[] = ATOMIC_CALLS.filter((c) => c.endsWith("nt64("));
export const ATOMIC_64_FUNCTIONS: readonly string[] = ATOMIC_64_CALLS.map((c) => `sync/atomic.${c.slice(0, -1)}`);

/** Fields declared in the package's own files, in the order of their first use. */
export function atomicFields(pkg: PackageModel): AtomicField[] {
  const found = new Map<GoNode, AtomicField & { calls: GoNode[] }>();
  for (const call of pkg.calls(...ATOMIC_64_FUNCTIONS)) {
    if (!call.file.builds32) continue; // 64-bit words only
    const field = fieldIn(pkg, call.args[0]);
    const declaration = field?.node;
    const name = declaration?.childrenOf("name").find((n) => n.text === field?.name);
    const struct = declaration?.parent?.parent;
    if (!field || !declaration || !name || struct?.kind !== "struct_type") continue; // no named field of a struct
    if (!isOwn(pkg, declaration) || !pkg.fileOf(declaration).builds32) continue; // another package's
    const known = found.get(name);
    if (known) known.calls.push(call.node);
    else found.set(name, { field, declaration, name, struct, calls: [call.node] });
  }
  return [...found.values()];
}

function isOwn(pkg: PackageModel, node: GoNode): boolean {
  return pkg.files.some((f) => f.source.path === node.source.path);
}

/** The field in `&x.f`, or in a conversion of that to another pointer. */
function fieldIn(pkg: PackageModel, argument: GoNode | undefined): FieldType | null {
  let e = argument ? unparen(argument) : null;
  if (e?.is("call_expression", "type_conversion_expression")) {
    const inner = e.kind === "call_expression" ? e.child("arguments")?.items[0] : e.child("operand");
    e = inner ? unparen(inner) : null;
  }
  if (e?.kind !== "unary_expression" || e.child("operator")?.kind !== "&") return null;
  const selector = unparen(e.child("operand") as GoNode);
  const selection = selector.kind === "selector_expression" ? pkg.selection(selector) : null;
  return selection?.kind === "field" ? selection.field : null;
}

/** Would the field be aligned wherever it lies if the misplaced member lay at `offset` in its struct, and that were larger by `grown` bytes? */
export function alignedAt(pkg: PackageModel, atomic: AtomicField, place: Misplaced, offset: number, grown: number): boolean {
  const routes = { ...routesOf(pkg, atomic), grown: { struct: place.holder, by: grown } };
  return offset % 8 === 0 && around(pkg, place.holder, offset, [place.holder], routes) === null;
}

/** How the package's atomic calls come to the field: only along these ways can they meet it inside of something else. */
interface Routes {
  /** Members named on the way: `o.inner.n`, and embedded ones that are left out. */
  readonly members: ReadonlySet<string>;
  /** Through a method's receiver, or a pointer made from a part of something: any place where such a value lies counts. */
  readonly any: boolean;
  readonly indexed: boolean;
  /** A struct that is thought to be larger by some bytes. */
  readonly grown?: { readonly struct: GoNode; readonly by: number };
}

function routesOf(pkg: PackageModel, atomic: AtomicField): Routes {
  const members = new Set<string>();
  let any = false;
  let indexed = false;
  for (const call of atomic.calls) {
    call.child("arguments")?.items[0]?.walk((n) => {
      if (n.kind === "index_expression") indexed = true;
      if (n.kind === "selector_expression")
        for (const m of [n.child("field")?.text ?? "", ...(pkg.selection(n)?.path ?? [])]) members.add(m);
      if (n.kind !== "identifier") return;
      const binding = pkg.binding(n);
      if (binding?.kind === "receiver" || binding?.kind === "param") any = true;
      const made = binding ? definitionOf(pkg, binding)?.value : null;
      if (made?.kind === "unary_expression" && made.child("operand")?.kind !== "composite_literal") any = true;
    });
  }
  return { members, any, indexed };
}

/** The first place found at which the field is not aligned; null when it always is, or when that cannot be told. */
export function misplaced(pkg: PackageModel, atomic: AtomicField): Misplaced | null {
  return inStruct(pkg, atomic.struct, atomic.declaration, atomic.field.name, 0, [], routesOf(pkg, atomic));
}

/** `inner`: offset within the member. */
function inStruct(
  pkg: PackageModel,
  holder: GoNode,
  member: GoNode,
  name: string,
  inner: number,
  seen: readonly GoNode[],
  routes: Routes,
): Misplaced | null {
  if (seen.includes(holder) || seen.length > 8) return null;
  const type = pkg.typeAt(holder);
  if (type.kind !== "struct") return null;
  const field = type.fields.find((f) => f.name === name && f.node === member);
  const own = field ? offsetOf(pkg, type, field) : null;
  if (own === null) return null; // a size before it is not known
  const offset = own + inner;
  if (offset % 8 !== 0)
    return { offset, inner, within: nameOf(holder), holder, member, layout: describe(structLayout(pkg, type), nameOf(holder)) };
  return around(pkg, holder, offset, [...seen, holder], routes);
}

/** Where the struct (or array) type itself stands. */
function around(pkg: PackageModel, type: GoNode, offset: number, seen: readonly GoNode[], routes: Routes): Misplaced | null {
  const parent = type.parent;
  if (parent?.kind !== "type_spec") return asPart(pkg, type, offset, seen, routes);
  if (parent.child("type_parameters")) return null; // its sizes depend on the arguments
  const name = parent.child("name") as GoNode;
  for (const mention of mentionsOf(pkg, name, (p) => holdsValue(p.text, p.at, p.declaration.kind))) {
    const found = asPart(pkg, mention, offset, seen, routes);
    if (found) return found;
  }
  return null;
}

/** Only types and variables, and `[]T` and `[n]T` in functions, can hold a value of the type: the rest need not be parsed. */
function holdsValue(text: string, at: number, kind: string): boolean {
  return (kind !== "func" && kind !== "method" && text[at - 1] !== "*") || text[at - 1] === "]";
}

/** Type names in the package that mean the declared type. */
export function mentionsOf(pkg: PackageModel, name: GoNode, where?: Parameters<PackageModel["mentions"]>[1]): GoNode[] {
  const found: GoNode[] = [];
  for (const mention of pkg.mentions(name.text, where)) {
    if (mention === name || mention.kind === "field_identifier") continue;
    const meant = pkg.binding(mention);
    if (meant && (meant.node === name || meant.entity?.node === name.parent)) found.push(mention);
  }
  return found;
}

/** A type node as a part of another type: a field, an element. */
function asPart(pkg: PackageModel, type: GoNode, offset: number, seen: readonly GoNode[], routes: Routes): Misplaced | null {
  const parent = type.parent;
  if (parent?.kind === "field_declaration" && !parent.children.some((c) => c.kind === "*")) {
    const holder = parent.parent?.parent;
    const names = parent.childrenOf("name").map((n) => n.text);
    if (holder?.kind !== "struct_type" || !pkg.fileOf(holder).builds32) return null;
    for (const name of names.length > 0 ? names : [type.text]) {
      if (!routes.any && !routes.members.has(name)) continue; // no atomic call goes this way
      const found = inStruct(pkg, holder, parent, name, offset, seen, routes);
      if (found) return found;
    }
    return null;
  }
  if (!parent?.is("array_type", "slice_type", "implicit_length_array_type") || type.field !== "element") return null;
  const elem = pkg.typeAt(type);
  const layout = layoutOf(pkg, elem);
  if (!layout) return null;
  const array = parent.kind === "array_type" ? pkg.typeAt(parent) : null;
  const grown = routes.grown && structOf(pkg, type) === routes.grown.struct ? routes.grown.by : 0;
  const size = layout.size + grown;
  const several = array?.kind !== "array" || array.length === null || array.length > 1;
  if (several && size % 8 !== 0 && (routes.any || routes.indexed)) return inElement(pkg, type, offset + size);
  return parent.kind === "array_type" ? asPart(pkg, parent, offset, seen, routes) : null;
}

/** The second element of an array lies one size behind the first. */
function inElement(pkg: PackageModel, type: GoNode, offset: number): Misplaced | null {
  const struct = structOf(pkg, type);
  if (!struct || !isOwn(pkg, struct)) return null;
  const own = pkg.typeAt(struct);
  const layout = own.kind === "struct" ? structLayout(pkg, own) : null;
  return {
    offset,
    inner: 0,
    within: `an array of ${nameOf(struct)}`,
    holder: struct,
    member: null,
    layout: describe(layout, nameOf(struct)),
  };
}

function structOf(pkg: PackageModel, type: GoNode): GoNode | null {
  if (type.kind === "struct_type") return type;
  const spec = type.kind === "type_identifier" ? pkg.binding(type) : null;
  const node = spec?.entity?.node ?? spec?.node?.parent;
  const struct = node?.kind === "type_spec" ? node.child("type") : null;
  return struct?.kind === "struct_type" ? struct : null;
}

/** The name of what has this struct type: a type, a variable, a field. */
export function nameOf(struct: GoNode): string {
  for (let n = struct.parent; n; n = n.parent) {
    if (n.is("type_spec", "var_spec", "field_declaration")) return n.child("name")?.text ?? "the struct";
    if (!n.is("array_type", "slice_type", "pointer_type", "map_type")) break;
  }
  return "the struct";
}

function describe(layout: StructLayout | null, name: string): string | null {
  if (!layout) return null;
  const fields = layout.fields.map(({ field, offset }) => `${field.name} ${offset}`);
  return `offsets in ${name} with 4-byte words: ${fields.join(", ")}; size ${layout.size}`;
}

/** The type that a struct_type declares; null for one without a name. */
export function specOf(struct: GoNode): GoNode | null {
  return struct.parent?.kind === "type_spec" ? struct.parent : null;
}

/** Does the type, or what it points to, have the struct's declaration? */
export function hasStruct(pkg: PackageModel, type: Type, struct: GoNode): boolean {
  const base = deref(type);
  const elem = base.kind === "slice" || base.kind === "array" ? deref(base.elem) : base;
  const first = struct.find("field_identifier")[0]?.text;
  return first !== undefined && memberOf(pkg, elem, first)?.field?.node?.parent?.parent === struct;
}
