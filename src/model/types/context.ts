/** The type that the place of an expression wants, for untyped shifts (spec, "Operators": shift expressions). */
import type { GoNode } from "../../go/node.ts";
import type { Type } from "../model.ts";
import type { Types } from "../types.ts";
import { builtinName, conversionType } from "./call.ts";
import * as core from "./core.ts";
import { largerUntyped } from "./infer.ts";
import { argumentsOf, indexOfItem, itemAt, strip } from "./nodes.ts";

const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">="]);

/** The type that an untyped integer takes here; unknown where the place does not tell. */
export function expectedType(t: Types, node: GoNode): Type {
  const type = wanted(t, node);
  const u = t.underlying(type);
  if (u.kind === "interface" || core.isUntyped(type)) return core.int;
  return type;
}

function wanted(t: Types, node: GoNode): Type {
  const parent = node.parent;
  if (!parent) return core.unknown;
  switch (parent.kind) {
    case "parenthesized_expression":
    case "unary_expression":
      return wanted(t, parent);
    case "binary_expression": {
      const operator = parent.child("operator")?.kind ?? "";
      if (operator === "<<" || operator === ">>") return node.field === "left" ? wanted(t, parent) : core.unknown;
      const other = parent.child(node.field === "left" ? "right" : "left");
      if (!other) return core.unknown;
      const type = ownType(t, other);
      if (type.kind === "unknown" || !core.isUntyped(type)) return type;
      return COMPARISONS.has(operator) ? core.defaultType(type) : wanted(t, parent);
    }
    case "index_expression":
      return node.field === "index" ? indexWants(t, parent) : core.unknown;
    case "slice_expression":
      return node.field === "operand" ? core.unknown : core.int;
    case "type_conversion_expression":
      return conversionType(t, parent) ?? core.unknown;
    case "argument_list":
      return parent.parent ? argumentWants(t, parent.parent, indexOfItem(parent, node)) : core.unknown;
    case "var_spec":
    case "const_spec":
      return core.unknown;
    case "expression_list":
      return listWants(t, parent, node);
    case "return_statement":
      return core.unknown;
    case "send_statement": {
      const channel = parent.child("channel");
      const u = channel ? t.coreType(t.typeOf(channel)) : core.unknown;
      return u.kind === "chan" ? u.elem : core.unknown;
    }
    case "literal_element":
      return elementWants(t, parent);
    default:
      return core.unknown;
  }
}

/** Type of an operand by itself: an untyped shift stays untyped, whatever its place wants. */
function ownType(t: Types, node: GoNode): Type {
  const n = strip(node);
  if (n.kind === "unary_expression" && n.child("operator")?.is("-", "+", "^")) {
    const operand = n.child("operand");
    return operand ? ownType(t, operand) : core.unknown;
  }
  if (n.kind !== "binary_expression") return t.typeOf(n);
  const operator = n.child("operator")?.kind ?? "";
  if (COMPARISONS.has(operator)) return core.untypedBool;
  const left = n.child("left");
  const right = n.child("right");
  if (!left || !right) return core.unknown;
  const l = ownType(t, left);
  if (operator === "<<" || operator === ">>" || (l.kind !== "unknown" && !core.isUntyped(l))) return l;
  const r = ownType(t, right);
  if (l.kind === "unknown" && core.isUntyped(r)) return l;
  return core.isUntyped(r) ? largerUntyped(l, r) : r;
}

function indexWants(t: Types, index: GoNode): Type {
  const operand = index.child("operand");
  const u = operand ? t.coreType(t.typeOf(operand)) : core.unknown;
  if (u.kind === "map") return u.key;
  return u.kind === "unknown" ? u : core.int;
}

function argumentWants(t: Types, call: GoNode, index: number): Type {
  const converted = conversionType(t, call);
  if (converted) return converted;
  const callee = call.child("function");
  const name = callee ? builtinName(t, strip(callee)) : null;
  if (name === "make") return core.int;
  if (name === "min" || name === "max") {
    for (const [i, other] of argumentsOf(call).entries()) {
      const type = i === index ? core.untypedInt : ownType(t, other);
      if (type.kind === "unknown" || !core.isUntyped(type)) return type;
    }
    return wanted(t, call);
  }
  if (name === "append" && index > 0) {
    const first = argumentsOf(call)[0];
    const u = first ? t.coreType(t.typeOf(first)) : core.unknown;
    return u.kind === "slice" ? u.elem : core.unknown;
  }
  if (name || !callee) return core.unknown;
  const f = t.coreType(t.typeOf(callee));
  if (f.kind !== "func" || core.isGeneric(f)) return core.unknown;
  const last = f.params.length - 1;
  const p = f.params[Math.min(index, last)];
  if (!p) return core.unknown;
  return f.variadic && index >= last && p.kind === "slice" ? p.elem : p;
}

function listWants(t: Types, list: GoNode, node: GoNode): Type {
  const statement = list.parent;
  const index = indexOfItem(list, node);
  switch (statement?.kind) {
    case "short_var_declaration":
    case "assignment_statement": {
      if (list.field !== "right") return core.unknown;
      const left = statement.child("left");
      const target = left ? itemAt(left, index) : null;
      if (!target) return core.unknown;
      const operator = statement.child("operator")?.kind;
      if (operator === "<<=" || operator === ">>=") return core.unknown;
      if (target.text === "_") return core.int;
      if (statement.kind === "assignment_statement") return t.typeOf(target);
      const b = t.pkg.binding(target);
      return b?.node === target ? core.int : t.typeOf(target);
    }
    case "var_spec": {
      const type = statement.child("type");
      return type ? t.typeAt(type) : core.int;
    }
    case "return_statement": {
      const func = statement.closest("function_declaration", "method_declaration", "func_literal");
      const f = func ? t.signature(func) : core.unknown;
      return f.kind === "func" ? (f.results[index] ?? core.unknown) : core.unknown;
    }
    case "expression_case": {
      const value = statement.parent?.child("value");
      return value ? core.defaultType(t.typeOf(value)) : core.unknown;
    }
    default:
      return core.unknown;
  }
}

function elementWants(t: Types, element: GoNode): Type {
  const keyed = element.parent?.kind === "keyed_element" ? element.parent : null;
  const body = keyed ? keyed.parent : element.parent;
  if (body?.kind !== "literal_value") return core.unknown;
  const u = t.coreType(t.literalType(body));
  const isKey = keyed !== null && element.field === "key";
  switch (u.kind) {
    case "map":
      return isKey ? u.key : u.value;
    case "slice":
    case "array":
      return isKey ? core.int : u.elem;
    case "struct": {
      if (isKey) return core.unknown;
      if (!keyed) return u.fields[indexOfItem(body, element)]?.type ?? core.unknown;
      const name = keyed.child("key")?.text;
      return u.fields.find((f) => f.name === name)?.type ?? core.unknown;
    }
    default:
      return core.unknown;
  }
}
