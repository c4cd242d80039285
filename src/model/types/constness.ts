/** Which expressions are constants (spec, "Constant expressions"). */
import type { GoNode } from "../../go/node.ts";
import type { Types } from "../types.ts";
import { builtinName, conversionType } from "./call.ts";
import { arrayOf, isUniverse, withoutCalls } from "./constant.ts";
import { argumentsOf, strip } from "./nodes.ts";

/** Is the expression a constant? null where that cannot be told. */
export function isConstant(t: Types, node: GoNode): boolean | null {
  switch (node.kind) {
    case "int_literal":
    case "float_literal":
    case "imaginary_literal":
    case "rune_literal":
    case "interpreted_string_literal":
    case "raw_string_literal":
      return true;
    case "true":
    case "false":
    case "iota":
      return isUniverse(t, node) ? true : null;
    case "nil":
      return false;
    case "parenthesized_expression":
    case "literal_element": {
      const inner = strip(node);
      return inner === node ? null : isConstant(t, inner);
    }
    case "identifier": {
      const o = t.namedObject(node);
      return o ? o.kind === "const" : null;
    }
    case "selector_expression": {
      const o = t.namedObject(node);
      return o ? o.kind === "const" : false;
    }
    case "unary_expression": {
      const operator = node.child("operator")?.kind;
      if (operator === "&" || operator === "*" || operator === "<-") return false;
      const operand = node.child("operand");
      return operand ? isConstant(t, operand) : null;
    }
    case "binary_expression": {
      const left = node.child("left");
      const right = node.child("right");
      return left && right ? and(isConstant(t, left), isConstant(t, right)) : null;
    }
    case "call_expression":
    case "type_conversion_expression":
      return isConstantCall(t, node);
    default:
      return false;
  }
}

function and(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false;
  return a && b;
}

function isConstantCall(t: Types, node: GoNode): boolean | null {
  const args = argumentsOf(node);
  const type = conversionType(t, node);
  const all = () => args.reduce<boolean | null>((sum, a) => and(sum, isConstant(t, a)), true);
  if (type) {
    const u = t.underlying(type);
    if (u.kind === "unknown") return null;
    return u.kind === "basic" && u.name !== "unsafe.Pointer" ? all() : false;
  }
  const callee = node.child("function");
  const name = callee ? builtinName(t, strip(callee)) : null;
  switch (name) {
    case "min":
    case "max":
    case "real":
    case "imag":
    case "complex":
      return all();
    case "unsafe.Sizeof":
    case "unsafe.Alignof":
    case "unsafe.Offsetof":
      return true;
    case "len":
    case "cap": {
      const arg = args[0];
      if (!arg) return null;
      if (isConstant(t, arg)) return true;
      if (t.typeOf(arg).kind === "unknown") return null;
      return arrayOf(t, arg) !== null && withoutCalls(t, arg);
    }
    case null: {
      const o = callee ? t.namedObject(strip(callee)) : null;
      return o || (callee && t.typeOf(callee).kind !== "unknown") ? false : null;
    }
    default:
      return false;
  }
}
