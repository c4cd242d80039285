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

export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}
export type Value = bigint | Fraction | string | boolean;

const MOST_BITS = 4096n;
const MOST_DIGITS = 400;

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

function isUniverse(t: Types, node: GoNode): boolean {
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
  const o = operand.kind === "identifier" ? t.namedObject(operand) : null;
  return o?.kind === "package" ? t.memberValue(o.path, field.text) : null;
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

function sameValue(a: Value, b: Value): boolean {
  if (typeof a === "object" && typeof b === "object") return a.n * b.d === b.n * a.d;
  return a === b;
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

// ---------------------------------------------------------------- literals

function intLiteral(text: string): bigint | null {
  const digits = text.replaceAll("_", "");
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return /^(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)$/.test(digits) ? BigInt(digits) : null;
}

function floatLiteral(text: string): Fraction | null {
  const digits = text.replaceAll("_", "");
  const hex = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(digits);
  const parts = hex ?? /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(digits);
  if (!parts) return null;
  const whole = (parts[1] ?? "") + (parts[2] ?? "");
  const point = BigInt((parts[2] ?? "").length);
  const exponent = BigInt(parts[3] ?? "0");
  if (exponent > MOST_DIGITS || exponent < -MOST_DIGITS || whole === "") return null;
  const n = BigInt(hex ? `0x${whole}` : whole);
  if (hex) return fraction(exponent >= 0n ? n << exponent : n, (16n ** point) * (exponent < 0n ? 1n << -exponent : 1n));
  return fraction(exponent >= 0n ? n * 10n ** exponent : n, 10n ** point * (exponent < 0n ? 10n ** -exponent : 1n));
}

const ESCAPES: Record<string, string> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\", "'": "'", '"': '"' };

/** One escape sequence; null for a byte above 0x7F, which is no character of its own. */
function unescape(sequence: string): string | null {
  const simple = ESCAPES[sequence[1] ?? ""];
  if (simple !== undefined && sequence.length === 2) return simple;
  const kind = sequence[1];
  const code = kind === "x" || kind === "u" || kind === "U" ? Number.parseInt(sequence.slice(2), 16) : Number.parseInt(sequence.slice(1), 8);
  if (Number.isNaN(code) || code > 0x10ffff || (code > 0x7f && kind !== "u" && kind !== "U")) return null;
  return String.fromCodePoint(code);
}

function runeLiteral(text: string): bigint | null {
  const inner = text.slice(1, -1);
  if (!inner.startsWith("\\")) {
    const code = inner.codePointAt(0);
    return code === undefined ? null : BigInt(code);
  }
  const kind = inner[1] ?? "";
  if (/[0-7]/.test(kind)) return BigInt(Number.parseInt(inner.slice(1), 8));
  if (kind === "x") return BigInt(Number.parseInt(inner.slice(2), 16));
  const char = unescape(inner);
  return char === null ? null : BigInt(char.codePointAt(0) ?? 0);
}

/** The value of a string literal; null when it holds bytes that are not UTF-8. */
export function stringLiteral(node: GoNode): string | null {
  const text = node.text;
  if (node.kind === "raw_string_literal") return text.slice(1, -1).replaceAll("\r", "");
  const inner = text.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  let bad = false;
  const value = inner.replace(/\\(?:[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (sequence) => {
    const char = unescape(sequence);
    if (char === null) bad = true;
    return char ?? "";
  });
  return bad ? null : value;
}

// ---------------------------------------------------------------- arithmetic

function fraction(n: bigint, d: bigint): Fraction {
  let a = n < 0n ? -n : n;
  let b = d;
  while (b !== 0n) [a, b] = [b, a % b];
  const g = a === 0n ? 1n : a;
  return d < 0n ? { n: -n / g, d: -d / g } : { n: n / g, d: d / g };
}

function asFraction(v: Value): Fraction | null {
  if (typeof v === "bigint") return { n: v, d: 1n };
  return typeof v === "object" ? v : null;
}

const SIZES: Record<string, number> = { int8: 8, int16: 16, int32: 32, int64: 64, uint8: 8, uint16: 16, uint32: 32, uint64: 64 };

function isInteger(t: Type): boolean {
  return t.kind === "basic" && (t.name === "untyped int" || t.name === "untyped rune" || t.name === "int" || t.name === "uint" || t.name === "uintptr" || t.name in SIZES);
}

/** A constant as a value of the type; null where it does not fit or is not told. */
function convert(v: Value | null, type: Type): Value | null {
  if (v === null || type.kind !== "basic") return null;
  if (isInteger(type)) {
    if (typeof v === "bigint") return v;
    return typeof v === "object" && v.d === 1n ? v.n : null;
  }
  switch (type.name) {
    case "untyped float":
      return asFraction(v);
    case "float64": {
      const f = asFraction(v);
      return f && f.d === 1n ? f : f && exactDouble(f) ? f : null;
    }
    case "float32": {
      const f = asFraction(v);
      return f && f.d === 1n && f.n < 1n << 24n && f.n > -(1n << 24n) ? f : null;
    }
    case "string":
    case "untyped string":
      if (typeof v === "bigint") return v >= 0n && v <= 0x10ffffn ? String.fromCodePoint(Number(v)) : null;
      return typeof v === "string" ? v : null;
    case "bool":
    case "untyped bool":
      return typeof v === "boolean" ? v : null;
    default:
      return null;
  }
}

/** Rounding to a double changes nothing. */
function exactDouble(f: Fraction): boolean {
  return (f.d & (f.d - 1n)) === 0n && f.n.toString(2).length <= 53;
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
  if (!left || !right || !operator) return null;
  const a = evaluate(t, left, iota);
  if (a === null) return null;
  const b = evaluate(t, right, iota);
  if (b === null) return null;
  if (operator === "<<" || operator === ">>") return shift(a, b, operator);
  if (typeof a === "boolean" && typeof b === "boolean") return logic(operator, a, b);
  if (typeof a === "string" && typeof b === "string") return operator === "+" ? a + b : compare(operator, a < b ? -1 : a > b ? 1 : 0, a !== b && !sameOrder(a, b));
  // Floats are fractions even where they are whole, so two of these are integers.
  if (typeof a === "bigint" && typeof b === "bigint") return integers(operator, a, b);
  const x = asFraction(a);
  const y = asFraction(b);
  return x && y ? fractions(operator, x, y) : null;
}

/** UTF-16 order differs from Go's byte order only where surrogates meet other characters. */
function sameOrder(a: string, b: string): boolean {
  return !/[\ud800-\udfff]/.test(a + b);
}

function logic(operator: string, a: boolean, b: boolean): boolean | null {
  if (operator === "&&") return a && b;
  if (operator === "||") return a || b;
  if (operator === "==") return a === b;
  return operator === "!=" ? a !== b : null;
}

function compare(operator: string, order: number, unclear = false): boolean | null {
  if (operator === "==") return order === 0;
  if (operator === "!=") return order !== 0;
  if (unclear) return null;
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  if (operator === ">") return order > 0;
  return operator === ">=" ? order >= 0 : null;
}

function shift(a: Value, b: Value, operator: "<<" | ">>"): bigint | null {
  const by = typeof b === "bigint" ? b : typeof b === "object" && b.d === 1n ? b.n : null;
  const v = typeof a === "bigint" ? a : typeof a === "object" && a.d === 1n ? a.n : null;
  if (by === null || v === null || by < 0n || by > MOST_BITS) return null;
  return operator === "<<" ? v << by : v >> by;
}

function integers(operator: string, a: bigint, b: bigint): Value | null {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0n ? null : a / b;
    case "%":
      return b === 0n ? null : a % b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "&^":
      return a & ~b;
    default:
      return compare(operator, a < b ? -1 : a > b ? 1 : 0);
  }
}

function fractions(operator: string, a: Fraction, b: Fraction): Value | null {
  switch (operator) {
    case "+":
      return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
    case "-":
      return fraction(a.n * b.d - b.n * a.d, a.d * b.d);
    case "*":
      return fraction(a.n * b.n, a.d * b.d);
    case "/":
      return b.n === 0n ? null : fraction(a.n * b.d, a.d * b.n);
    default: {
      const difference = a.n * b.d - b.n * a.d;
      return compare(operator, difference < 0n ? -1 : difference > 0n ? 1 : 0);
    }
  }
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

function arrayOf(t: Types, arg: GoNode): Extract<Type, { kind: "array" }> | null {
  let u = t.underlying(t.typeOf(arg));
  if (u.kind === "pointer") u = t.underlying(u.elem);
  return u.kind === "array" ? u : null;
}

function withoutCalls(t: Types, node: GoNode): boolean {
  let found = false;
  node.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind === "unary_expression" && n.child("operator")?.kind === "<-") found = true;
    if ((n.kind === "call_expression" || n.kind === "type_conversion_expression") && conversionType(t, n) === null) found = true;
    return !found;
  });
  return !found;
}

// ---------------------------------------------------------------- constness

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

// ---------------------------------------------------------------- faces

/** A literal of the table, as Go's constant.Value prints it: `"text"`, `true`, `10`, `3/2`. */
export function parseValue(text: string): Value | null {
  if (text === "true" || text === "false") return text === "true";
  if (text.startsWith('"')) return JSON.parse(text) as string;
  const parts = /^(-?\d+)(?:\/(\d+))?$/.exec(text);
  if (!parts) return null;
  const n = BigInt(parts[1] ?? "0");
  return parts[2] ? fraction(n, BigInt(parts[2])) : n;
}

/** Numbers where they are exact enough to compute with, bigint for large integers. */
export function plainValue(v: Value | null): number | bigint | string | boolean | null {
  if (v === null || typeof v === "string" || typeof v === "boolean") return v;
  if (typeof v === "bigint") return v >= -9007199254740991n && v <= 9007199254740991n ? Number(v) : v;
  if (v.d === 1n) return plainValue(v.n);
  const q = Number(v.n) / Number(v.d);
  return Number.isFinite(q) ? q : null;
}
