/** The types that type nodes denote. */
import type { GoNode } from "../../go/node.ts";
import { misreadName } from "../../go/params.ts";
import type { FieldType, Type } from "../model.ts";
import type { Lazy } from "../notes.ts";
import type { Types } from "../types.ts";
import type { Term, TypeParam } from "./core.ts";
import * as core from "./core.ts";
import { firstItem, strip } from "./nodes.ts";
import type { Obj } from "./object.ts";
import { stringLiteral } from "./value.ts";

export function typeAtNode(t: Types, node: GoNode): Type {
  switch (node.kind) {
    case "type_identifier":
    case "identifier":
    case "qualified_type":
    case "selector_expression": {
      const o = t.namedObject(node);
      return o?.kind === "type" && o.params.length === 0 ? o.type : core.unknown;
    }
    case "generic_type":
    case "type_instantiation_expression":
    case "index_expression": {
      const parts = instantiation(node);
      const o = parts && t.namedObject(parts.base);
      if (o?.kind !== "type") return core.unknown;
      return instantiate(o, parts?.args.map((a) => t.typeAt(a)) ?? []);
    }
    case "parenthesized_type":
    case "parenthesized_expression":
    case "type_elem":
    case "type_constraint": {
      if (node.kind === "type_constraint" || node.kind === "type_elem") {
        const terms = unionTerms(node);
        if (terms.length !== 1 || (terms[0] as GoNode).kind === "negated_type") return constraintInterface(t, node);
      }
      const inner = firstItem(node);
      return inner ? t.typeAt(inner) : core.unknown;
    }
    case "negated_type":
      return constraintInterface(t, node);
    case "pointer_type": {
      const elem = firstItem(node);
      return elem ? core.pointerTo(t.typeAt(elem)) : core.unknown;
    }
    case "unary_expression": {
      const operand = node.child("operand");
      return operand && node.child("operator")?.kind === "*" ? core.pointerTo(t.typeAt(operand)) : core.unknown;
    }
    case "slice_type": {
      const elem = node.child("element");
      return elem ? core.sliceOf(t.typeAt(elem)) : core.unknown;
    }
    case "array_type": {
      const elem = node.child("element");
      const length = node.child("length");
      return elem && length ? new ArrayAt(t, elem, length) : core.unknown;
    }
    case "map_type": {
      const key = node.child("key");
      const value = node.child("value");
      return key && value ? { kind: "map", key: t.typeAt(key), value: t.typeAt(value) } : core.unknown;
    }
    case "channel_type": {
      const value = node.child("value");
      if (!value) return core.unknown;
      if (isReceive(node)) return { kind: "chan", elem: t.typeAt(value), dir: "receive" };
      return node.children.some((c) => c.kind === "<-") ? { kind: "chan", elem: t.typeAt(value), dir: "send" } : channelOf(t, value);
    }
    case "function_type":
      return signatureOf(t, node);
    case "struct_type":
      return structOf(t, node);
    case "interface_type":
      return interfaceOf(t, node);
    default:
      return core.unknown;
  }
}

/** Its length is worked out when somebody asks: it may be a constant of a package that nothing else is wanted of. */
class ArrayAt implements core.ArrayType {
  readonly kind = "array";
  readonly elem: Type;
  readonly #types: Types;
  readonly #node: GoNode;
  #length: number | null | undefined;
  declare readonly length: number | null;

  static readonly #lengthOf: Lazy<ArrayAt> = {
    enumerable: true,
    get() {
      if (this.#length === undefined) {
        this.#length = null; // of a length that hangs on itself
        const n = this.#types.constant(this.#node);
        this.#length = typeof n === "number" && n >= 0 ? n : null;
      }
      return this.#length;
    },
  };

  constructor(types: Types, elem: GoNode, length: GoNode) {
    this.elem = types.typeAt(elem);
    this.#types = types;
    this.#node = length;
    Object.defineProperty(this, "length", ArrayAt.#lengthOf);
  }
}

function isReceive(channel: GoNode): boolean {
  return channel.kind === "channel_type" && channel.children[0]?.kind === "<-";
}

/** `chan` with what follows it. An arrow belongs to the leftmost `chan`, where the grammar gives it to the next: `chan<- chan T` sends channels. */
function channelOf(t: Types, value: GoNode): Type {
  const inner = isReceive(value) ? value.child("value") : null;
  return inner ? { kind: "chan", elem: channelOf(t, inner), dir: "send" } : { kind: "chan", elem: t.typeAt(value), dir: "both" };
}

/** Base and type arguments of `T[A, B]` in its several shapes. */
export function instantiation(node: GoNode): { base: GoNode; args: GoNode[] } | null {
  switch (node.kind) {
    case "generic_type": {
      const base = node.child("type");
      const args = node.child("type_arguments");
      return base && args ? { base, args: args.items.map((a) => (a.kind === "type_elem" ? (firstItem(a) ?? a) : a)) } : null;
    }
    case "type_instantiation_expression": {
      const [base, ...args] = node.items;
      return base ? { base, args } : null;
    }
    case "index_expression": {
      const base = node.child("operand");
      const index = node.child("index");
      return base && index ? { base: strip(base), args: [index] } : null;
    }
    default:
      return null;
  }
}

export function instantiate(o: Extract<Obj, { kind: "type" }>, args: readonly Type[]): Type {
  if (args.length !== o.params.length) return core.unknown;
  if (args.length === 0) return o.type;
  if (!o.alias && o.type.kind === "named") return { ...o.type, args };
  return core.substitute(o.type, core.substitution(o.params, args));
}

/** Signature of a function_declaration, method_declaration, func_literal, function_type or method_elem, without receiver. */
export function signatureOf(t: Types, node: GoNode): Type {
  const params: Type[] = [];
  const variadic = parameterTypes(t, node.child("parameters"), params);
  const results: Type[] = [];
  const result = node.child("result");
  if (result?.kind === "parameter_list") parameterTypes(t, result, results);
  else if (result) results.push(t.typeAt(result));
  return { kind: "func", params, results, variadic };
}

/** Adds the types of a parameter list; is the last one variadic? */
function parameterTypes(t: Types, list: GoNode | null, into: Type[]): boolean {
  let variadic = false;
  for (const p of list?.children ?? []) {
    if (p.kind !== "parameter_declaration" && p.kind !== "variadic_parameter_declaration") continue;
    variadic = p.kind === "variadic_parameter_declaration";
    const type = (list && misreadName(list, p))?.child("type") ?? p.child("type");
    const denoted = type ? t.typeAt(type) : core.unknown;
    pushNamed(p, variadic ? core.sliceOf(denoted) : denoted, into);
  }
  return variadic;
}

function pushNamed(declaration: GoNode, type: Type, into: Type[]): void {
  let names = 0;
  for (const c of declaration.children) if (c.field === "name" && c.named) names++;
  for (let i = Math.max(1, names); i > 0; i--) into.push(type);
}

function structOf(t: Types, node: GoNode): Type {
  const fields: FieldType[] = [];
  const list = node.children.find((c) => c.kind === "field_declaration_list");
  for (const f of list?.children ?? []) {
    if (f.kind !== "field_declaration") continue;
    const typeNode = f.child("type");
    if (!typeNode) return core.unknown;
    const tagNode = f.child("tag");
    const tag = tagNode ? stringLiteral(tagNode) : null;
    const type = t.typeAt(typeNode);
    let named = false;
    for (const c of f.children) {
      if (c.field !== "name" || !c.named) continue;
      named = true;
      fields.push({ name: c.text, type, embedded: false, tag, node: f });
    }
    if (named) continue;
    const pointer = f.children[0]?.kind === "*";
    fields.push({ name: embeddedName(typeNode), type: pointer ? core.pointerTo(type) : type, embedded: true, tag, node: f });
  }
  return { kind: "struct", fields };
}

function embeddedName(type: GoNode): string {
  let n = strip(type);
  if (n.kind === "pointer_type") n = strip(firstItem(n) ?? n);
  if (n.kind === "generic_type") n = n.child("type") ?? n;
  if (n.kind === "qualified_type") n = n.child("name") ?? n;
  return n.text;
}

function interfaceOf(t: Types, node: GoNode): Type {
  const methods: { name: string; type: Type }[] = [];
  const embeds: Type[] = [];
  let open = false;
  let terms: readonly Term[] | null = null;
  for (const c of node.children) {
    if (c.kind === "method_elem") {
      const name = c.child("name");
      if (name) methods.push({ name: name.text, type: signatureOf(t, c) });
    } else if (c.kind === "type_elem") {
      const union = unionTerms(c);
      const only = union[0];
      if (union.length === 1 && only && only.kind !== "negated_type") {
        const embedded = t.typeAt(only);
        const u = t.underlying(embedded);
        if (u.kind === "interface") {
          embeds.push(embedded);
          if (u.open) open = true;
          for (const m of u.methods) if (!methods.some((o) => o.name === m.name)) methods.push(m);
          if (u.terms) terms = both(terms, u.terms);
          continue;
        }
        if (u.kind === "unknown") {
          open = true;
          continue;
        }
      }
      const own = termsOf(t, c);
      if (own) terms = both(terms, own);
      else open = true;
    }
  }
  if (terms?.length === 0) {
    terms = null;
    open = true;
  }
  return { kind: "interface", methods, open, ...(terms ? { terms } : {}), ...(embeds.length > 0 ? { embeds } : {}) };
}

/** Two restrictions at once: told only where they are the same. */
function both(a: readonly Term[] | null, b: readonly Term[]): readonly Term[] {
  if (a === null) return b;
  return a.filter((x) => b.some((y) => x.tilde === y.tilde && core.identical(x.type, y.type)));
}

/** `~int | string` in a type_elem or type_constraint: its terms in order. */
function unionTerms(node: GoNode): GoNode[] {
  return node.kind === "negated_type" ? [node] : node.items;
}

function constraintInterface(t: Types, node: GoNode): Type {
  const terms = termsOf(t, node);
  return terms ? { kind: "interface", methods: [], open: false, terms } : { kind: "interface", methods: [], open: true };
}

/** Interfaces in a union are taken apart into their terms; null when a term is not known or does not restrict. */
function termsOf(t: Types, node: GoNode): Term[] | null {
  const terms: Term[] = [];
  for (const n of unionTerms(node)) {
    const tilde = n.kind === "negated_type";
    const inner = tilde ? firstItem(n) : n;
    const type = inner ? t.typeAt(inner) : core.unknown;
    const u = t.underlying(type);
    if (u.kind === "unknown") return null;
    if (u.kind === "interface") {
      if (!u.terms) return null;
      terms.push(...u.terms);
    } else terms.push({ tilde, type });
  }
  return terms;
}

/** Type parameters that a function, a method (through its receiver) or a type declares. */
export function typeParamsOf(t: Types, node: GoNode): readonly TypeParam[] {
  const list = node.child("type_parameters");
  if (!list) return noParams;
  const params: TypeParam[] = [];
  for (const p of list.children)
    if (p.kind === "type_parameter_declaration") for (const c of p.children) if (c.field === "name" && c.named) params.push(t.typeParam(c));
  return params;
}

const noParams: readonly TypeParam[] = [];

/** The type arguments of a method's receiver, which declare its type parameters; `_` included. */
export function receiverParams(t: Types, method: GoNode): readonly TypeParam[] {
  const receiver = method.child("receiver");
  const list = receiver?.find("type_arguments")[0];
  if (!list) return noParams;
  return list.items.map((a) => t.typeParam(a.kind === "type_elem" ? (firstItem(a) ?? a) : a));
}

/** The constraint of a type parameter, from its declaration or, for a receiver's, from the type's. */
export function declaredConstraint(t: Types, name: GoNode): Type {
  if (name.parent?.kind === "type_parameter_declaration") {
    const type = name.parent.child("type");
    const constraint = type ? t.typeAt(type) : core.unknown;
    // No type parameter can be a constraint, least of all its own: https://go.dev/ref/spec#Type_constraints
    if (constraint.kind === "typeparam") return core.unknown;
    const u = t.underlying(constraint);
    // `[P *T]` is short for `[P interface{ *T }]`.
    return u.kind === "interface" || u.kind === "unknown"
      ? constraint
      : { kind: "interface", methods: [], open: false, terms: [{ tilde: false, type: constraint }] };
  }
  const method = name.closest("method_declaration");
  const generic = name.closest("generic_type");
  const base = generic?.child("type");
  if (!method || !base) return core.unknown;
  const o = t.namedObject(base);
  if (o?.kind !== "type") return core.unknown;
  const own = receiverParams(t, method);
  const index = own.findIndex((p) => p.node === name);
  const declared = o.params[index];
  return declared ? core.substitute(core.constraintOf(declared), core.substitution(o.params, own)) : core.unknown;
}
