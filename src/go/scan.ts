/**
 * The lexical rules of Go that every scan of this layer shares: character classes, strings, comments, brackets.
 * All functions take and give UTF-16 offsets; none looks at more than it must.
 */

export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const APOSTROPHE = 39;
export const PAREN_OPEN = 40;
export const PAREN_CLOSE = 41;
export const STAR = 42;
export const COMMA = 44;
export const DOT = 46;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const EQUALS = 61;
export const SQUARE_OPEN = 91;
export const BACKSLASH = 92;
export const SQUARE_CLOSE = 93;
export const BACKTICK = 96;
export const BRACE_OPEN = 123;
export const BRACE_CLOSE = 125;
export const BOM = 0xfeff;

/** Classes of `CLASS`. A word character is a letter, a digit, `_`, or anything beyond ASCII. */
export const WORD = 0;
export const BLANK = 1;
export const NEWLINE = 2;
export const OPERATOR = 3;
export const OPEN = 4;
export const CLOSE = 5;
/** `"` and `'`. */
export const STRING = 6;
export const RAW = 7;
export const SOLIDUS = 8;
export const SEMI = 9;
export const ILLEGAL = 10;

/** Class of every UTF-16 code unit. */
export const CLASS: Uint8Array = classes();

function classes(): Uint8Array {
  const table = new Uint8Array(65536).fill(ILLEGAL, 0, 128);
  const put = (chars: string, kind: number) => {
    for (const c of chars) table[c.charCodeAt(0)] = kind;
  };
  put("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", WORD);
  put(" \t\r", BLANK);
  put("\n", NEWLINE);
  put("+-*%&|^<>=!:,.~", OPERATOR);
  put("([{", OPEN);
  put(")]}", CLOSE);
  put("\"'", STRING);
  put("`", RAW);
  put("/", SOLIDUS);
  put(";", SEMI);
  return table;
}

/** Non-zero for what a skip over brackets must look at: brackets, quotes, a slash. */
const MATTERS: Uint8Array = CLASS.map((kind) =>
  kind === OPEN || kind === CLOSE || kind === STRING || kind === RAW || kind === SOLIDUS ? kind : 0,
);

/** Offset and message of something that is not Go. */
export interface Fault {
  readonly offset: number;
  readonly message: string;
}

export type OnFault = (offset: number, message: string) => void;

export function isWord(code: number): boolean {
  return CLASS[code] === WORD;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** End of the word that begins at `i`. */
export function wordEnd(text: string, i: number): number {
  const n = text.length;
  let j = i;
  while (j < n && CLASS[text.charCodeAt(j)] === WORD) j++;
  return j;
}

/** Start of the word that ends at `end`. */
export function wordStart(text: string, end: number): number {
  let i = end;
  while (i > 0 && CLASS[text.charCodeAt(i - 1)] === WORD) i--;
  return i;
}

/** Offset just after the string or rune whose quote stands at `i`; on a newline or the end of the text: a fault, and that offset. */
export function skipQuoted(text: string, i: number, onFault: OnFault): number {
  const n = text.length;
  const quote = text.charCodeAt(i);
  let j = i + 1;
  while (j < n) {
    const c = text.charCodeAt(j);
    if (c === quote) return j + 1;
    if (c === BACKSLASH) j += 2;
    else if (c === LF) break;
    else j++;
  }
  onFault(i, quote === QUOTE ? "string is not closed on its line" : "rune is not closed on its line");
  return j < n ? j : n;
}

/** Offset just after the raw string whose backtick stands at `i`. */
export function skipRaw(text: string, i: number, onFault: OnFault): number {
  const close = text.indexOf("`", i + 1);
  if (close >= 0) return close + 1;
  onFault(i, "raw string is not closed");
  return text.length;
}

/** Offset of the line feed that ends the `//` comment at `i` (or of the text's end). A carriage return before it belongs to the comment. */
export function lineCommentEnd(text: string, i: number): number {
  const end = text.indexOf("\n", i);
  return end < 0 ? text.length : end;
}

/** Offset just after the block comment at `i`. */
export function blockCommentEnd(text: string, i: number, onFault: OnFault): number {
  const close = text.indexOf("*/", i + 2);
  if (close >= 0) return close + 2;
  onFault(i, "comment is not closed");
  return text.length;
}

let stack = new Int32Array(256);

/**
 * Offset just after the bracket that closes the one at `open`. Strings, runes and comments between are skipped.
 * A bracket that is never closed, or closed by another kind, is a fault.
 */
export function skipBrackets(text: string, open: number, onFault: OnFault): number {
  const n = text.length;
  const table = MATTERS;
  let depth = 0;
  let i = open;
  while (i < n) {
    const c = text.charCodeAt(i);
    const kind = table[c];
    if (kind === 0) {
      i++;
      while (i < n && table[text.charCodeAt(i)] === 0) i++;
    } else if (kind === OPEN) {
      if (depth === stack.length) stack = grown(stack);
      stack[depth++] = i++;
    } else if (kind === CLOSE) {
      i++;
      const at = stack[depth - 1] as number;
      // "(" and ")" are neighbours in ASCII; "[" and "]", "{" and "}" are two apart.
      const gap = c - text.charCodeAt(at);
      if (gap === 1 || gap === 2) depth--;
      else depth = mismatch(text, depth, i - 1, onFault);
      if (depth === 0) return i;
    } else if (kind === SOLIDUS) {
      const next = text.charCodeAt(i + 1);
      if (next === SLASH) i = lineCommentEnd(text, i);
      else if (next === STAR) i = blockCommentEnd(text, i, onFault);
      else i++;
    } else if (kind === RAW) {
      i = skipRaw(text, i, onFault);
    } else {
      i = skipQuoted(text, i, onFault);
    }
  }
  const at = stack[depth - 1] as number;
  onFault(at, `"${text[at]}" is never closed`);
  return n;
}

/** A closing brace closes whatever stands open in its block; another wrong bracket is passed over. */
function mismatch(text: string, depth: number, at: number, onFault: OnFault): number {
  const open = stack[depth - 1] as number;
  if (text.charCodeAt(at) !== BRACE_CLOSE) {
    onFault(at, `"${text[at]}" does not match "${text[open]}"`);
    return depth;
  }
  for (let d = depth - 1; d >= 0; d--) {
    if (text.charCodeAt(stack[d] as number) === BRACE_OPEN) {
      onFault(open, `"${text[open]}" is never closed`);
      return d;
    }
  }
  onFault(at, `"}" does not match "${text[open]}"`);
  return depth;
}

function grown(full: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(full.length * 2);
  wider.set(full);
  return wider;
}
