/**
 * Values of constant expressions, exact: integers as bigint, floats as fractions. null where there is no value or it cannot be told
 * (complex numbers, sizes that depend on the platform, strings that are not UTF-8).
 */
import type { GoNode } from "../../go/node.ts";
import type { Binding, Type } from "../model.ts";
import { stdPackage } from "../stdlib.ts";
import type { Types } from "../types.ts";
import { builtinName, conversionType } from "./call.ts";
import { argumentsOf, indexInField, itemAt, strip } from "./nodes.ts";
import { constSource } from "./object.ts";
import {
  asFraction,
  compare,
  convert,
  floatLiteral,
  fractions,
  integers,
  intLiteral,
  logic,
  parseValue,
  runeLiteral,
  SIZES,
  sameValue,
  shift,
  stringLiteral,
  type Value,
} from "./value.ts";

/** `iota` where the expression belongs to a const declaration. */
export function evaluate(t: Types, node: GoNode, iota: bigint | null): Value | null {
  switch (node.kind) {
    case "parenthesized_expression":
    case "literal_element": {
      const inner = strip(node);
      return inner === node ? null : evaluate(t, inner, iota);
    }
    case "int_literal":
      return intLiteral(node.text);
    case "float_literal":
      return floatLiteral(node.text);
    case "rune_literal":
      return runeLiteral(node.text);
    case "interpreted_string_literal":
    case "raw_string_literal":
      return stringLiteral(node);
    case "true":
    case "false":
      return isUniverse(t, node) ? node.kind === "true" : null;
    case "iota":
      return isUniverse(t, node) ? (iota ?? iotaAt(node)) : null;
    case "identifier":
      return named(t, node);
    case "selector_expression":
      return member(t, node);
    case "unary_expression":
      return unary(t, node, iota);
    case "binary_expression":
      return binary(t, node, iota);
    case "call_expression":
    case "type_conversion_expression":
      return call(t, node, iota);
    default:
      return null;
  }
}

export function isUniverse(t: Types, node: GoNode): boolean {
  const b = t.pkg.resolve(node.text, node);
  return b === null || b.scope.kind === "universe";
}

/** Index of the const spec that holds the node. */
function iotaAt(node: GoNode): bigint | null {
  const spec = node.closest("const_spec");
  return spec ? specIndex(spec) : null;
}

function specIndex(spec: GoNode): bigint {
  let n = 0n;
  for (const c of spec.parent?.children ?? []) {
    if (c === spec) return n;
    if (c.kind === "const_spec") n++;
  }
  return 0n;
}

function named(t: Types, node: GoNode): Value | null {
  const b = t.pkg.binding(node);
  return b ? valueOfBinding(t, b) : null;
}

function valueOfBinding(t: Types, b: Binding): Value | null {
  if (b.import?.alias === ".") return t.memberValue(b.import.path, b.name);
  if (b.entity) return t.of(b.entity.pkg).valueOfName(b.name);
  if (b.kind !== "const" || !b.node) return null;
  return valueOfSpec(t, b.node);
}

function member(t: Types, node: GoNode): Value | null {
  const operand = node.child("operand");
  const field = node.child("field");
  if (!operand || !field) return null;
  const path = t.pkg.importPath(operand);
  return path === null ? null : t.memberValue(path, field.text);
}

/** Value of a member of another package. */
export function valueOfMember(t: Types, path: string, name: string): Value | null {
  const known = stdPackage(path)?.member(name);
  if (known) return known.kind === "const" && known.value !== null ? parseValue(known.value) : null;
  const pkg = t.pkg.import(path);
  return pkg ? t.of(pkg).valueOfName(name) : null;
}

/** Value of a package-level constant; null when build-tagged twins disagree. */
export function valueOfEntities(t: Types, name: string): Value | null {
  let agreed: Value | null = null;
  for (const e of t.pkg.lookup(name)) {
    const node = e.kind === "const" ? e.node : null;
    const declaring = node?.childrenOf("name").find((n) => n.text === name);
    const value = declaring ? valueOfSpec(t, declaring) : null;
    if (value === null) return null;
    if (agreed !== null && !sameValue(agreed, value)) return null;
    agreed = value;
  }
  return agreed;
}

function valueOfSpec(t: Types, name: GoNode): Value | null {
  const spec = name.parent;
  if (spec?.kind !== "const_spec") return null;
  const source = constSource(spec);
  const values = source?.child("value");
  if (!source || !values) return null;
  const value = itemAt(values, indexInField(spec, name));
  if (!value) return null;
  const v = evaluate(t, value, specIndex(spec));
  const type = source.child("type");
  return type ? convert(v, t.underlying(t.typeAt(type))) : v;
}

function unary(t: Types, node: GoNode, iota: bigint | null): Value | null {
  const operand = node.child("operand");
  const v = operand ? evaluate(t, operand, iota) : null;
  if (!operand || v === null) return null;
  switch (node.child("operator")?.kind) {
    case "+":
      return v;
    case "-":
      if (typeof v === "bigint") return -v;
      return typeof v === "object" ? { n: -v.n, d: v.d } : null;
    case "!":
      return typeof v === "boolean" ? !v : null;
    case "^": {
      if (typeof v !== "bigint") return null;
      const u = t.underlying(t.typeOf(operand));
      if (u.kind !== "basic") return null;
      if (!u.name.startsWith("uint")) return ~v;
      const size = SIZES[u.name];
      return size === undefined ? null : BigInt.asUintN(size, ~v);
    }
    default:
      return null;
  }
}

function binary(t: Types, node: GoNode, iota: bigint | null): Value | null {
  const left = node.child("left");
  const right = node.child("right");
  const operator = node.child("operator")?.kind;
  if (!left || !right || !operator || !mayHaveValue(right)) return null;
  const a = evaluate(t, left, iota);
  if (a === null) return null;
  const b = evaluate(t, right, iota);
  if (b === null) return null;
  if (operator === "<<" || operator === ">>") return shift(a, b, operator);
  if (typeof a === "boolean" && typeof b === "boolean") return logic(operator, a, b);
  if (typeof a === "string" && typeof b === "string")
    return operator === "+" ? a + b : compare(operator, a < b ? -1 : a > b ? 1 : 0, a !== b && !sameOrder(a, b));
  // Floats are fractions even where they are whole, so two of these are integers.
  if (typeof a === "bigint" && typeof b === "bigint") return integers(operator, a, b);
  const x = asFraction(a);
  const y = asFraction(b);
  return x && y ? fractions(operator, x, y) : null;
}

/** By its kind alone: `nil` and most that is no name, no literal and no operation has none. */
function mayHaveValue(node: GoNode): boolean {
  switch (node.kind) {
    case "nil":
    case "index_expression":
    case "slice_expression":
    case "type_assertion_expression":
    case "composite_literal":
    case "func_literal":
      return false;
    default:
      return true;
  }
}

/** UTF-16 order differs from Go's byte order only where surrogates meet other characters. */
function sameOrder(a: string, b: string): boolean {
  return !/[\ud800-\udfff]/.test(a + b);
}

function call(t: Types, node: GoNode, iota: bigint | null): Value | null {
  const args = argumentsOf(node);
  const type = conversionType(t, node);
  if (type) {
    const v = args[0] && args.length === 1 ? evaluate(t, args[0], iota) : null;
    return convert(v, t.underlying(type));
  }
  const callee = node.child("function");
  const name = callee ? builtinName(t, strip(callee)) : null;
  if (name === "len" || name === "cap") return args[0] ? lengthOf(t, args[0], iota) : null;
  if (name !== "min" && name !== "max") return null;
  let best: Value | null = null;
  for (const a of args) {
    const v = evaluate(t, a, iota);
    if (v === null) return null;
    const x = asFraction(v);
    const y = best === null ? null : asFraction(best);
    if (!x || (best !== null && !y)) return null;
    if (y === null || (name === "min" ? x.n * y.d < y.n * x.d : x.n * y.d > y.n * x.d)) best = v;
  }
  return best;
}

/** `len` of a constant string or of an array that no call or receive makes. */
function lengthOf(t: Types, arg: GoNode, iota: bigint | null): bigint | null {
  const v = evaluate(t, arg, iota);
  if (typeof v === "string") return BigInt(Buffer.byteLength(v, "utf8"));
  const array = arrayOf(t, arg);
  if (array?.length == null || !withoutCalls(t, arg)) return null;
  return BigInt(array.length);
}

export function arrayOf(t: Types, arg: GoNode): Extract<Type, { kind: "array" }> | null {
  let u = t.underlying(t.typeOf(arg));
  if (u.kind === "pointer") u = t.underlying(u.elem);
  return u.kind === "array" ? u : null;
}

export function withoutCalls(t: Types, node: GoNode): boolean {
  let found = false;
  node.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind === "unary_expression" && n.child("operator")?.kind === "<-") found = true;
    if ((n.kind === "call_expression" || n.kind === "type_conversion_expression") && conversionType(t, n) === null) found = true;
    return !found;
  });
  return !found;
}
