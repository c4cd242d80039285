/** Constant values and their arithmetic, exact: integers as bigint, floats as fractions (also where they are whole). */
import type { GoNode } from "../../go/node.ts";
import type { Type } from "../model.ts";

export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}
export type Value = bigint | Fraction | string | boolean;

const MOST_BITS = 4096n;
const MOST_DIGITS = 400;

export function intLiteral(text: string): bigint | null {
  const digits = text.replaceAll("_", "");
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return /^(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)$/.test(digits) ? BigInt(digits) : null;
}

export function floatLiteral(text: string): Fraction | null {
  const digits = text.replaceAll("_", "");
  const hex = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(digits);
  const parts = hex ?? /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(digits);
  if (!parts) return null;
  const whole = (parts[1] ?? "") + (parts[2] ?? "");
  const point = BigInt((parts[2] ?? "").length);
  const exponent = BigInt(parts[3] ?? "0");
  if (exponent > MOST_DIGITS || exponent < -MOST_DIGITS || whole === "") return null;
  const n = BigInt(hex ? `0x${whole}` : whole);
  if (hex) return fraction(exponent >= 0n ? n << exponent : n, 16n ** point * (exponent < 0n ? 1n << -exponent : 1n));
  return fraction(exponent >= 0n ? n * 10n ** exponent : n, 10n ** point * (exponent < 0n ? 10n ** -exponent : 1n));
}

const ESCAPES: Record<string, string> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\", "'": "'", '"': '"' };

/** One escape sequence; null for a byte above 0x7F, which is no character of its own. */
function unescaped(sequence: string): string | null {
  const simple = ESCAPES[sequence[1] ?? ""];
  if (simple !== undefined && sequence.length === 2) return simple;
  const kind = sequence[1];
  const code =
    kind === "x" || kind === "u" || kind === "U" ? Number.parseInt(sequence.slice(2), 16) : Number.parseInt(sequence.slice(1), 8);
  if (Number.isNaN(code) || code > 0x10ffff || (code > 0x7f && kind !== "u" && kind !== "U")) return null;
  return String.fromCodePoint(code);
}

export function runeLiteral(text: string): bigint | null {
  const inner = text.slice(1, -1);
  if (!inner.startsWith("\\")) {
    const code = inner.codePointAt(0);
    return code === undefined ? null : BigInt(code);
  }
  const kind = inner[1] ?? "";
  if (/[0-7]/.test(kind)) return BigInt(Number.parseInt(inner.slice(1), 8));
  if (kind === "x") return BigInt(Number.parseInt(inner.slice(2), 16));
  const char = unescaped(inner);
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
    const char = unescaped(sequence);
    if (char === null) bad = true;
    return char ?? "";
  });
  return bad ? null : value;
}

function fraction(n: bigint, d: bigint): Fraction {
  let a = n < 0n ? -n : n;
  let b = d;
  while (b !== 0n) [a, b] = [b, a % b];
  const g = a === 0n ? 1n : a;
  return d < 0n ? { n: -n / g, d: -d / g } : { n: n / g, d: d / g };
}

export function asFraction(v: Value): Fraction | null {
  if (typeof v === "bigint") return { n: v, d: 1n };
  return typeof v === "object" ? v : null;
}

/** Bits of the sized integers. */
export const SIZES: Record<string, number> = { int8: 8, int16: 16, int32: 32, int64: 64, uint8: 8, uint16: 16, uint32: 32, uint64: 64 };

function isInteger(t: Type): boolean {
  return (
    t.kind === "basic" &&
    (t.name === "untyped int" ||
      t.name === "untyped rune" ||
      t.name === "int" ||
      t.name === "uint" ||
      t.name === "uintptr" ||
      t.name in SIZES)
  );
}

/** A constant as a value of the type; null where it does not fit or is not told. */
export function convert(v: Value | null, type: Type): Value | null {
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

export function logic(operator: string, a: boolean, b: boolean): boolean | null {
  if (operator === "&&") return a && b;
  if (operator === "||") return a || b;
  if (operator === "==") return a === b;
  return operator === "!=" ? a !== b : null;
}

export function compare(operator: string, order: number, unclear = false): boolean | null {
  if (operator === "==") return order === 0;
  if (operator === "!=") return order !== 0;
  if (unclear) return null;
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  if (operator === ">") return order > 0;
  return operator === ">=" ? order >= 0 : null;
}

export function shift(a: Value, b: Value, operator: "<<" | ">>"): bigint | null {
  const by = typeof b === "bigint" ? b : typeof b === "object" && b.d === 1n ? b.n : null;
  const v = typeof a === "bigint" ? a : typeof a === "object" && a.d === 1n ? a.n : null;
  if (by === null || v === null || by < 0n || by > MOST_BITS) return null;
  return operator === "<<" ? v << by : v >> by;
}

export function integers(operator: string, a: bigint, b: bigint): Value | null {
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

export function fractions(operator: string, a: Fraction, b: Fraction): Value | null {
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

/** Equal, fractions by their value. */
export function sameValue(a: Value, b: Value): boolean {
  if (typeof a === "object" && typeof b === "object") return a.n * b.d === b.n * a.d;
  return a === b;
}
