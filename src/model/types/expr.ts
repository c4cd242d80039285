/** Types of expressions. */
import type { GoNode } from "../../go/node.ts";
import type { Type } from "../model.ts";
import type { Types } from "../types.ts";
import { denotedType, genericValue, indexed, literalLength } from "./call.ts";
import { expectedType } from "./context.ts";
import * as core from "./core.ts";
import { largerUntyped } from "./infer.ts";
import { firstItem, strip } from "./nodes.ts";
import { declaredType } from "./object.ts";
import { instantiation, signatureOf } from "./typeexpr.ts";

export function typeOfNode(t: Types, node: GoNode): Type {
  switch (node.kind) {
    case "identifier":
    case "type_identifier":
    case "package_identifier":
      return identifierType(t, node);
    case "field_identifier":
      return node.parent?.kind === "selector_expression" ? t.typeOf(node.parent) : fieldNameType(t, node);
    case "selector_expression":
    case "qualified_type":
      return selectorType(t, node);
    case "call_expression":
    case "type_conversion_expression":
      return t.callType(node);
    case "parenthesized_expression":
    case "literal_element":
    case "variadic_argument":
    case "expression_statement": {
      const inner = firstItem(node);
      return inner ? t.typeOf(inner) : core.unknown;
    }
    case "expression_list": {
      const inner = firstItem(node);
      return inner && node.items.length === 1 ? t.typeOf(inner) : core.unknown;
    }
    case "int_literal":
      return core.untypedInt;
    case "float_literal":
      return core.untypedFloat;
    case "imaginary_literal":
      return core.untypedComplex;
    case "rune_literal":
      return core.untypedRune;
    case "interpreted_string_literal":
    case "raw_string_literal":
      return core.untypedString;
    case "true":
    case "false":
      return shadowed(t, node) ?? core.untypedBool;
    case "iota":
      // Elsewhere it is somebody's own name, which the grammar hides from the scopes.
      return shadowed(t, node) ?? (node.closest("const_spec") ? core.untypedInt : core.unknown);
    case "nil":
      return shadowed(t, node) ?? core.untypedNil;
    case "func_literal":
      return signatureOf(t, node);
    case "composite_literal": {
      const body = node.child("body");
      return body ? t.literalType(body) : core.unknown;
    }
    case "literal_value":
      return elidedType(t, node);
    case "type_assertion_expression": {
      const type = node.child("type");
      return type ? t.typeAt(type) : core.unknown;
    }
    case "index_expression":
      return indexType(t, node);
    case "type_instantiation_expression":
    case "generic_type":
      return indexType(t, node);
    case "pointer_type":
      return pointerType(t, node);
    case "slice_expression":
      return sliceType(t, node);
    case "unary_expression":
      return unaryType(t, node);
    case "binary_expression":
      return binaryType(t, node);
    default:
      return t.typeAt(node);
  }
}

/** The words `true`, `false`, `nil`, `iota` may be declared anew; the grammar does not know. */
function shadowed(t: Types, node: GoNode): Type | null {
  const b = t.pkg.resolve(node.text, node);
  if (!b || b.scope.kind === "universe") return null;
  const o = t.objectOf(b);
  return o && (o.kind === "var" || o.kind === "const") ? o.type : core.unknown;
}

function identifierType(t: Types, node: GoNode): Type {
  if (node.field === "name" && node.parent?.kind === "qualified_type") return t.typeOf(node.parent);
  const o = t.namedObject(node);
  if (!o) return node.field === "name" ? declaredType(t, node, null) : keyOfStruct(t, node);
  switch (o.kind) {
    case "type":
      return o.params.length > 0 ? core.unknown : o.type;
    case "func":
      return o.params.length > 0 ? genericValue(t, node) : o.type;
    case "var":
    case "const":
      return o.type;
    default:
      return core.unknown;
  }
}

/** `T{name: value}`: the field that a key names. */
function keyOfStruct(t: Types, node: GoNode): Type {
  const literal = keyedLiteral(node);
  if (!literal) return core.unknown;
  if (t.keysAreFields(literal) !== true) return core.unknown;
  const found = t.selectIn(t.literalType(literal), node.text, t.pkg);
  return found?.kind === "field" && found.path.length === 0 ? found.type : core.unknown;
}

/** The composite literal's body of which the identifier alone is a key. */
export function keyedLiteral(node: GoNode): GoNode | null {
  const element = node.parent;
  if (element?.kind !== "literal_element" || element.field !== "key") return null;
  const literal = element.parent?.parent;
  return literal?.kind === "literal_value" ? literal : null;
}

/** The name in a declaration of fields or methods. */
function fieldNameType(t: Types, node: GoNode): Type {
  const parent = node.parent;
  if (parent?.kind === "field_declaration") {
    const type = parent.child("type");
    return type ? t.typeAt(type) : core.unknown;
  }
  if (parent?.kind === "method_elem" || parent?.kind === "method_declaration") return t.signature(parent);
  return core.unknown;
}

function selectorType(t: Types, node: GoNode): Type {
  const o = t.namedObject(node);
  if (o) {
    if (o.kind === "type") return o.params.length > 0 ? core.unknown : o.type;
    if (o.kind === "func") return o.params.length > 0 ? genericValue(t, node) : o.type;
    return o.kind === "var" || o.kind === "const" ? o.type : core.unknown;
  }
  return t.select(node)?.type ?? core.unknown;
}

/** `T[A]`, `f[A]` or `x[i]`; the grammar may take any of them for a generic type. */
function indexType(t: Types, node: GoNode): Type {
  const parts = instantiation(node);
  if (!parts) return core.unknown;
  const o = t.namedObject(parts.base);
  if (o?.kind === "type") return t.typeAt(node);
  if (o?.kind === "func") return o.params.length > 0 ? genericValue(t, node) : core.unknown;
  return parts.args.length === 1 ? indexed(t, t.typeOf(parts.base)) : core.unknown;
}

function sliceType(t: Types, node: GoNode): Type {
  const operand = node.child("operand");
  if (!operand) return core.unknown;
  const type = t.typeOf(operand);
  const u = t.coreType(type);
  switch (u.kind) {
    case "slice":
      return type;
    case "basic":
      return u.name === "untyped string" ? core.string : u.name === "string" ? type : core.unknown;
    case "array":
      return core.sliceOf(u.elem);
    case "pointer": {
      const array = t.coreType(u.elem);
      return array.kind === "array" ? core.sliceOf(array.elem) : core.unknown;
    }
    default:
      return t.isByteString(type) ? type : core.unknown;
  }
}

/** `*T`; or `*x` of a value, in `new(*x)`, where the grammar expects a type. */
function pointerType(t: Types, node: GoNode): Type {
  const operand = firstItem(node);
  const isArgument = node.parent?.kind === "argument_list";
  if (!operand || !isArgument || denotedType(t, node)) return t.typeAt(node);
  const u = t.coreType(t.typeOf(operand));
  return u.kind === "pointer" ? u.elem : core.unknown;
}

function unaryType(t: Types, node: GoNode): Type {
  const operand = node.child("operand");
  if (!operand) return core.unknown;
  switch (node.child("operator")?.kind) {
    case "&": {
      const elem = t.typeOf(operand);
      return elem.kind === "unknown" ? elem : core.pointerTo(elem);
    }
    case "*": {
      const denoted = denotedType(t, operand);
      if (denoted) return core.pointerTo(denoted);
      const u = t.coreType(t.typeOf(operand));
      return u.kind === "pointer" ? u.elem : core.unknown;
    }
    case "<-": {
      const u = t.coreType(t.typeOf(operand));
      return u.kind === "chan" ? u.elem : core.unknown;
    }
    default:
      return t.typeOf(operand);
  }
}

function binaryType(t: Types, node: GoNode): Type {
  const left = node.child("left");
  const right = node.child("right");
  if (!left || !right) return core.unknown;
  switch (node.child("operator")?.kind) {
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return core.untypedBool;
    case "<<":
    case ">>":
      return shiftType(t, node, left, right);
    default:
  }
  const l = t.typeOf(left);
  if (l.kind !== "unknown" && !core.isUntyped(l)) return l;
  const r = t.typeOf(right);
  // Both operands have one type, unless one is an untyped constant, which takes the other's.
  if (r.kind !== "unknown" && !core.isUntyped(r)) return r;
  if (l.kind === "unknown" || r.kind === "unknown") return core.unknown;
  return largerUntyped(l, r);
}

/** A shift has the type of its left operand; an untyped one shifted by a variable takes the type that the context wants. */
function shiftType(t: Types, node: GoNode, left: GoNode, right: GoNode): Type {
  const l = t.typeOf(left);
  if (l.kind === "unknown" || !core.isUntyped(l)) return l;
  const fixed = t.isConstant(right);
  if (fixed === null) return core.unknown;
  if (fixed && t.isConstant(left)) return l === core.untypedRune ? l : core.untypedInt;
  if (fixed && t.isConstant(left) === null) return core.unknown;
  return expectedType(t, node);
}

/** Type of a literal's body without a type of its own; `&T` is elided where the element is a pointer. */
function elidedType(t: Types, node: GoNode): Type {
  if (node.parent?.kind === "composite_literal") return t.literalType(node);
  return elementHint(t, node);
}

/** What the literal around a nested `{...}` says its type is. */
function elementHint(t: Types, body: GoNode): Type {
  const element = body.parent;
  if (element?.kind !== "literal_element") return core.unknown;
  const keyed = element.parent?.kind === "keyed_element" ? element.parent : null;
  const outer = keyed ? keyed.parent : element.parent;
  if (outer?.kind !== "literal_value") return core.unknown;
  const u = t.coreType(t.literalType(outer));
  if (u.kind === "map") return keyed && element.field === "key" ? u.key : u.value;
  return u.kind === "slice" || u.kind === "array" ? u.elem : core.unknown;
}

/** Type of the value that a literal's body makes (never the elided pointer to it). */
export function literalBodyType(t: Types, body: GoNode): Type {
  const parent = body.parent;
  if (parent?.kind !== "composite_literal") {
    const hint = elementHint(t, body);
    const u = t.coreType(hint);
    return u.kind === "pointer" ? u.elem : hint;
  }
  const type = parent.child("type");
  if (!type) return core.unknown;
  if (type.kind === "implicit_length_array_type") {
    const elem = type.child("element");
    return elem ? { kind: "array", elem: t.typeAt(elem), length: literalLength(t, body) } : core.unknown;
  }
  return t.typeAt(strip(type));
}
