/** Number and rune literals, by the grammar's lexical rules. */
import { APOSTROPHE, BACKSLASH, CLASS, DOT, isDigit, LF, WORD } from "../scan.ts";
import { FLOAT, IMAGINARY, INT } from "./tokens.ts";

const UNDERSCORE = 95;
const ZERO = 48;

/** The kind of the number that begins at `start`, and its end; 0 for what is no number that the grammar knows. */
export interface Numeral {
  kind: number;
  end: number;
}

/** Fills `into`. */
export function readNumber(text: string, start: number, into: Numeral): void {
  const first = text.charCodeAt(start);
  let i = start + 1;
  if (first !== DOT && first !== ZERO) {
    while (isDigit(text.charCodeAt(i))) i++;
    const c = text.charCodeAt(i);
    if (CLASS[c] !== WORD && c !== DOT) {
      into.kind = INT;
      into.end = i;
      return;
    }
  }
  const base = first === ZERO ? baseOf(lower(text.charCodeAt(start + 1))) : 10;
  into.kind = base === 10 ? decimal(text, start, into) : based(text, start + 2, base, into);
  const next = text.charCodeAt(into.end);
  if (next === 105 /* i */ && into.kind !== 0) {
    into.kind = IMAGINARY;
    into.end++;
  }
  if (CLASS[text.charCodeAt(into.end)] === WORD) into.kind = 0;
}

function baseOf(letter: number): number {
  if (letter === 120 /* x */) return 16;
  if (letter === 98 /* b */) return 2;
  return letter === 111 /* o */ ? 8 : 10;
}

function decimal(text: string, start: number, into: Numeral): number {
  let i = digits(text, start, 10);
  if (i < 0) return 0;
  let float = false;
  if (text.charCodeAt(i) === DOT) {
    float = true;
    i++;
    if (isDigit(text.charCodeAt(i))) i = digits(text, i, 10);
    if (i < 0) return 0;
  }
  if (lower(text.charCodeAt(i)) === 101 /* e */) {
    float = true;
    i = exponent(text, i + 1);
    if (i < 0) return 0;
  }
  into.end = i;
  if (float) return FLOAT;
  // "08" is a number only before a fraction, an exponent or an "i"
  const octal = text.charCodeAt(start) === ZERO && i > start + 1;
  if (octal && text.charCodeAt(i) !== 105 && digits(text, start, 8) !== i) return 0;
  return INT;
}

function based(text: string, from: number, base: number, into: Numeral): number {
  let i = text.charCodeAt(from) === UNDERSCORE ? from + 1 : from;
  i = digits(text, i, base);
  if (i <= from || base !== 16) {
    into.end = i;
    return i <= from ? 0 : INT;
  }
  const c = text.charCodeAt(i);
  if (c === DOT) {
    i++;
    if (isDigitOf(text.charCodeAt(i), 16)) i = digits(text, i, 16);
    if (i < 0 || lower(text.charCodeAt(i)) !== 112 /* p */) return 0;
  }
  if (lower(text.charCodeAt(i)) !== 112) {
    into.end = i;
    return INT;
  }
  into.end = exponent(text, i + 1);
  return into.end < 0 ? 0 : FLOAT;
}

/** End of the digits, between two of which one underscore may stand; -1 when an underscore stands elsewhere. */
function digits(text: string, from: number, base: number): number {
  let i = from;
  while (true) {
    const c = text.charCodeAt(i);
    if (isDigitOf(c, base)) i++;
    else if (c !== UNDERSCORE) return i;
    else if (i > from && isDigitOf(text.charCodeAt(i + 1), base)) i += 2;
    else return -1;
  }
}

function exponent(text: string, from: number): number {
  const sign = text.charCodeAt(from);
  const i = sign === 43 /* + */ || sign === 45 /* - */ ? from + 1 : from;
  return isDigit(text.charCodeAt(i)) ? digits(text, i, 10) : -1;
}

function lower(c: number): number {
  return c | 32;
}

/** Whether a code unit is a digit of the base. */
function isDigitOf(c: number, base: number): boolean {
  if (base <= 10) return c >= ZERO && c < ZERO + base;
  return isDigit(c) || (lower(c) >= 97 && lower(c) <= 102);
}

/** End of the rune literal that begins at `start`; -1 for what the grammar does not know. */
export function runeEnd(text: string, start: number): number {
  const c = text.charCodeAt(start + 1);
  let i: number;
  if (c === BACKSLASH) i = escapeEnd(text, start + 1);
  else if (c === APOSTROPHE || c === LF || Number.isNaN(c)) return -1;
  else i = start + ((text.codePointAt(start + 1) as number) > 0xffff ? 3 : 2);
  return i > 0 && text.charCodeAt(i) === APOSTROPHE ? i + 1 : -1;
}

/** "abfnrtv\\'\"" as code units. */
const SIMPLE: readonly number[] = [97, 98, 102, 110, 114, 116, 118, 92, 39, 34];

/** End of the escape in a rune literal, or -1. */
function escapeEnd(text: string, start: number): number {
  const c = text.charCodeAt(start + 1);
  if (c === 120 /* x */) return fixed(text, start + 2, 2, 16);
  if (c === 117 /* u */) return fixed(text, start + 2, 4, 16);
  if (c === 85 /* U */) return fixed(text, start + 2, 8, 16);
  if (isDigitOf(c, 8)) return fixed(text, start + 1, 3, 8);
  return SIMPLE.includes(c) ? start + 2 : -1;
}

/** End of the escape sequence in an interpreted string, which is looser than Go's own; -1 for one that the grammar does not know. */
export function stringEscapeEnd(text: string, start: number): number {
  const c = text.charCodeAt(start + 1);
  if (c === 117 /* u */) return fixed(text, start + 2, 4, 16);
  if (c === 85 /* U */) return fixed(text, start + 2, 8, 16);
  if (c === 120 /* x */) return fixed(text, start + 2, 2, 16);
  let i = start + 2;
  if (isDigit(c)) {
    while (i < start + 4 && isDigit(text.charCodeAt(i))) i++;
    return i;
  }
  return c < 128 && c !== LF ? i : -1;
}

function fixed(text: string, from: number, count: number, base: number): number {
  for (let i = from; i < from + count; i++) if (!isDigitOf(text.charCodeAt(i), base)) return -1;
  return from + count;
}
