/** Calls: conversions, builtins, generic functions. */
import type { GoNode } from "../../go/node.ts";
import type { Type } from "../model.ts";
import type { Types } from "../types.ts";
import * as core from "./core.ts";
import { instantiateCall, largerUntyped } from "./infer.ts";
import { argumentsOf, callOf, countItems, firstItem, strip } from "./nodes.ts";
import type { Obj } from "./object.ts";
import { instantiation } from "./typeexpr.ts";

/** The type that an expression denotes when it is none but a type: `T`, `pkg.T`, `*T`, `[]T`, `L[int]`; else null. */
export function denotedType(t: Types, node: GoNode): Type | null {
  const n = strip(node);
  switch (n.kind) {
    case "identifier":
    case "type_identifier":
    case "selector_expression":
    case "qualified_type":
      return t.namedObject(n)?.kind === "type" ? t.typeAt(n) : null;
    case "unary_expression": {
      if (n.child("operator")?.kind !== "*") return null;
      const operand = n.child("operand");
      const elem = operand && denotedType(t, operand);
      return elem ? core.pointerTo(elem) : null;
    }
    case "index_expression":
    case "generic_type":
    case "type_instantiation_expression": {
      const parts = instantiation(n);
      return parts && t.namedObject(parts.base)?.kind === "type" ? t.typeAt(n) : null;
    }
    case "pointer_type": {
      // `new(*x)` may copy what a variable points to.
      const elem = firstItem(n);
      return elem && denotedType(t, elem) ? t.typeAt(n) : null;
    }
    case "slice_type":
    case "array_type":
    case "map_type":
    case "channel_type":
    case "function_type":
    case "struct_type":
    case "interface_type":
      return t.typeAt(n);
    default:
      return null;
  }
}

/**
 * `*(*T)(x)`, which the grammar takes for a conversion to the pointer type `*(*T)`: in Go the stars before the parenthesis dereference what the
 * conversion yields. How many of them, and the conversion's type; null for all other shapes.
 */
function dereferenced(call: GoNode): { stars: number; type: GoNode } | null {
  if (call.kind !== "type_conversion_expression") return null;
  let type = call.child("type");
  let stars = 0;
  for (; type?.kind === "pointer_type"; stars++) type = firstItem(type);
  return stars > 0 && type ? { stars, type } : null;
}

/** Is a call in truth a conversion; then to which type? */
export function conversionType(t: Types, call: GoNode): Type | null {
  if (dereferenced(call)) return null;
  const callee = call.kind === "type_conversion_expression" ? call.child("type") : call.child("function");
  return callee && call.child("type_arguments") === null ? denotedType(t, callee) : null;
}

/** The generic function that an expression names, with the type arguments written so far. */
function genericFunction(t: Types, node: GoNode): { func: Extract<Obj, { kind: "func" }>; given: GoNode[] } | null {
  const n = strip(node);
  const parts = instantiation(n);
  const o = t.namedObject(parts ? parts.base : n);
  return o?.kind === "func" && o.params.length > 0 ? { func: o, given: parts?.args ?? [] } : null;
}

/** The callee's signature in this call, type arguments filled in; unknown for conversions and builtins. */
export function calleeType(t: Types, call: GoNode): Type {
  const callee = call.kind === "type_conversion_expression" ? call.child("type") : call.child("function");
  if (!callee) return core.unknown;
  const generic = genericFunction(t, callee);
  if (!generic) {
    // `m[k](x, y)`: the grammar takes the key for a type argument.
    const written = call.child("type_arguments");
    if (written) return countItems(written) === 1 ? indexed(t, t.typeOf(callee)) : core.unknown;
    return t.typeOf(callee);
  }
  const { func } = generic;
  if (func.type.kind !== "func") return core.unknown;
  const written = [
    ...generic.given,
    ...(call.child("type_arguments")?.items.map((a) => (a.kind === "type_elem" ? (firstItem(a) ?? a) : a)) ?? []),
  ];
  const args = argumentsOf(call);
  const last = args[args.length - 1];
  const types = args.map((a) => t.typeOf(a));
  const spreadTuple = types.length === 1 && types[0]?.kind === "tuple" ? types[0].types : types;
  return instantiateCall(
    t,
    func.type,
    func.params,
    written.map((w) => t.typeAt(w)),
    spreadTuple,
    last?.kind === "variadic_argument",
  );
}

/** A generic function used as a value: known when its type arguments are all written, or through the call of which it is the callee. */
export function genericValue(t: Types, node: GoNode): Type {
  const call = callOf(node);
  if (call) return t.calleeType(call);
  const generic = genericFunction(t, node);
  if (!generic || generic.given.length !== generic.func.params.length || generic.func.type.kind !== "func") return core.unknown;
  return instantiateCall(
    t,
    generic.func.type,
    generic.func.params,
    generic.given.map((g) => t.typeAt(g)),
    [],
    false,
  );
}

export function callType(t: Types, call: GoNode): Type {
  const stars = dereferenced(call);
  if (stars) {
    let type = t.typeAt(stars.type);
    for (let n = stars.stars; n > 0; n--) {
      const u = t.underlying(type);
      type = u.kind === "pointer" ? u.elem : core.unknown;
    }
    return type;
  }
  const converted = conversionType(t, call);
  if (converted) return converted;
  const callee = call.child("function");
  const name = callee ? builtinName(t, strip(callee)) : null;
  if (name) return builtinType(t, name, call);
  const f = t.coreType(t.calleeType(call));
  return f.kind === "func" ? core.resultOf(f.results) : core.unknown;
}

/** "len", "unsafe.Sizeof": the builtin that the callee names, else null. */
export function builtinName(t: Types, callee: GoNode): string | null {
  if (callee.kind !== "identifier" && callee.kind !== "selector_expression") return null;
  const o = t.namedObject(callee);
  return o?.kind === "builtin" ? o.name : null;
}

function builtinType(t: Types, name: string, call: GoNode): Type {
  const args = argumentsOf(call);
  const first = args[0] ? strip(args[0]) : null;
  const arg = (): Type => (first ? t.typeOf(first) : core.unknown);
  switch (name) {
    case "len":
    case "cap":
    case "copy":
      return core.int;
    case "append":
      return arg();
    case "make":
      return first ? (denotedType(t, first) ?? core.unknown) : core.unknown;
    case "new": {
      if (!first) return core.unknown;
      const denoted = denotedType(t, first);
      return core.pointerTo(denoted ?? core.defaultType(t.typeOf(first)));
    }
    case "min":
    case "max":
      return extreme(t, args);
    case "clear":
    case "close":
    case "delete":
    case "panic":
    case "print":
    case "println":
      return core.none;
    case "recover":
      return core.any;
    case "complex":
      return complexType(t, args);
    case "real":
    case "imag":
      return partType(t.underlying(arg()), arg());
    case "unsafe.Sizeof":
    case "unsafe.Alignof":
    case "unsafe.Offsetof":
      return core.uintptr;
    case "unsafe.Add":
      return core.unsafePointer;
    case "unsafe.String":
      return core.string;
    case "unsafe.StringData":
      return core.pointerTo(core.byte);
    case "unsafe.Slice": {
      const u = t.coreType(arg());
      return u.kind === "pointer" ? core.sliceOf(u.elem) : core.unknown;
    }
    case "unsafe.SliceData": {
      const u = t.coreType(arg());
      return u.kind === "slice" ? core.pointerTo(u.elem) : core.unknown;
    }
    default:
      return core.unknown;
  }
}

/** `min` and `max`: the type of a typed argument, else the largest untyped kind. */
function extreme(t: Types, args: readonly GoNode[]): Type {
  let untyped: Type | null = null;
  let unclear = false;
  for (const a of args) {
    const type = t.typeOf(a);
    if (type.kind === "unknown") unclear = true;
    else if (!core.isUntyped(type)) return type;
    else untyped = untyped ? largerUntyped(untyped, type) : type;
  }
  return unclear ? core.unknown : (untyped ?? core.unknown);
}

function complexType(t: Types, args: readonly GoNode[]): Type {
  const types = args.map((a) => t.typeOf(a));
  for (const type of types) {
    if (type.kind === "unknown" || core.isUntyped(type)) continue;
    const u = t.underlying(type);
    if (u.kind !== "basic") return core.unknown;
    return u.name === "float32" ? core.basic("complex64") : u.name === "float64" ? core.complex128 : core.unknown;
  }
  return types.some((x) => x.kind === "unknown") ? core.unknown : core.untypedComplex;
}

function partType(u: Type, arg: Type): Type {
  if (u.kind !== "basic") return core.unknown;
  if (u.name === "complex64") return core.basic("float32");
  if (u.name === "complex128") return core.float64;
  return core.isUntyped(arg) ? core.untypedFloat : core.unknown;
}

/** What `x[i]` yields for a value x of the type. */
export function indexed(t: Types, operand: Type): Type {
  const u = t.coreType(operand);
  switch (u.kind) {
    case "map":
      return u.value;
    case "slice":
    case "array":
      return u.elem;
    case "pointer": {
      const array = t.coreType(u.elem);
      return array.kind === "array" ? array.elem : core.unknown;
    }
    case "basic":
      return u.name === "string" || u.name === "untyped string" ? core.byte : core.unknown;
    default:
      return t.isByteString(operand) ? core.byte : core.unknown;
  }
}

/** Length of `[...]T{...}`; null when an index cannot be told. */
export function literalLength(t: Types, body: GoNode): number | null {
  let next = 0;
  let longest = 0;
  for (const c of body.children) {
    if (c.kind === "keyed_element") {
      const key = c.child("key");
      const at = key ? t.constant(strip(key)) : null;
      if (typeof at !== "number") return null;
      next = at + 1;
    } else if (c.named && c.kind !== "comment") next++;
    else continue;
    if (next > longest) longest = next;
  }
  return countItems(body) === 0 ? 0 : longest;
}
