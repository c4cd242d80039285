/**
 * A look over a file's bytes, in a fraction of an outline's time: where its head ends, whether brackets, strings and comments close, and
 * declarations begin as Go's do. Of a file that no rule asks about, this is all that is asked.
 */
import {
  BACKSLASH,
  BACKTICK,
  BLANK,
  BRACE_CLOSE,
  BRACE_OPEN,
  CLASS,
  CLOSE,
  ILLEGAL,
  LF,
  NEWLINE,
  OPEN,
  OPERATOR,
  PAREN_CLOSE,
  PAREN_OPEN,
  RAW,
  SEMI,
  SLASH,
  SOLIDUS,
  SQUARE_CLOSE,
  SQUARE_OPEN,
  STAR,
  STRING,
  WORD,
} from "./scan.ts";

/** By byte: the classes of `CLASS`; bytes beyond ASCII belong to words. */
const KIND = CLASS.slice(0, 256).fill(WORD, 128);
/** What matters between brackets, and what matters outside of them; 0 for all else. */
const INSIDE = KIND.map((kind) => ([OPEN, CLOSE, STRING, RAW, SOLIDUS].includes(kind) ? kind : 0));
const OUTSIDE = KIND.map((kind) => ([OPEN, CLOSE, STRING, RAW, SOLIDUS, NEWLINE, SEMI, ILLEGAL].includes(kind) ? kind : 0));

const KEYWORDS = ["package", "import", "func", "type", "var", "const"].map((word) => Buffer.from(word));

const UTF8_BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

const CLOSER = new Uint8Array(128);
CLOSER[PAREN_OPEN] = PAREN_CLOSE;
CLOSER[SQUARE_OPEN] = SQUARE_CLOSE;
CLOSER[BRACE_OPEN] = BRACE_CLOSE;

/** The closing brackets that are waited for. */
let stack = new Uint8Array(256);

/** Offset behind the package clause and the imports of a file (UTF-8); the file's end where they are not as they should be. */
export function headEnd(bytes: Uint8Array): number {
  const n = bytes.length;
  let end = firstToken(bytes);
  for (let i = end; i !== n; i = between(bytes, end)) {
    const keyword = i < 0 ? -1 : keywordAt(bytes, i);
    if (keyword > IMPORT) return end;
    end = keyword < 0 ? -1 : declaration(bytes, i + (KEYWORDS[keyword] as Buffer).length, keyword);
    if (end < 0) return n;
  }
  return n;
}

/** False when the file (UTF-8) may not be Go: its outline, or a parser, can tell. */
export function seemsWhole(bytes: Uint8Array): boolean {
  const n = bytes.length;
  // The package clause, then imports, then all else.
  let place = -1;
  for (let i = firstToken(bytes); i !== n; i = between(bytes, i)) {
    const keyword = i < 0 ? -1 : keywordAt(bytes, i);
    const next = Math.min(keyword, 2);
    if (next === 0 ? place >= 0 : place < 0 || next < place) return false;
    place = next;
    i = declaration(bytes, i + (KEYWORDS[keyword] as Buffer).length, keyword);
    if (i < 0) return false;
  }
  return place >= 0;
}

function firstToken(bytes: Uint8Array): number {
  return between(bytes, startsWith(bytes, 0, UTF8_BOM) ? UTF8_BOM.length : 0);
}

/** Which of `KEYWORDS` is the word at `i`; -1 for none. */
function keywordAt(bytes: Uint8Array, i: number): number {
  for (let k = 0; k < KEYWORDS.length; k++) {
    const word = KEYWORDS[k] as Buffer;
    if (startsWith(bytes, i, word) && KIND[bytes[i + word.length] as number] !== WORD) return k;
  }
  return -1;
}

function startsWith(bytes: Uint8Array, i: number, part: Uint8Array): boolean {
  for (let k = 0; k < part.length; k++) if (bytes[i + k] !== part[k]) return false;
  return true;
}

/** Passes whitespace, semicolons and comments; -1 when a comment is not closed. */
function between(bytes: Uint8Array, from: number): number {
  const n = bytes.length;
  let i = from;
  while (i < n) {
    const kind = KIND[bytes[i] as number];
    if (kind === BLANK || kind === NEWLINE || kind === SEMI) i++;
    else if (kind === SOLIDUS && isComment(bytes[i + 1])) {
      i = behindComment(bytes, i);
      if (i < 0) return -1;
    } else break;
  }
  return i;
}

/** Passes what follows the keyword, up to the newline or semicolon that ends the declaration; -1 when it is none. */
function declaration(bytes: Uint8Array, from: number, keyword: number): number {
  const n = bytes.length;
  const first = between(bytes, from);
  if (first < 0 || !(keyword === IMPORT || KIND[bytes[first] as number] === WORD || bytes[first] === PAREN_OPEN)) return -1;
  let depth = 0;
  let i = first;
  // The last comment.
  let start = -1;
  let end = -1;
  while (i < n) {
    const table = depth > 0 ? INSIDE : OUTSIDE;
    while (i < n && table[bytes[i] as number] === 0) i++;
    if (i >= n) break;
    const c = bytes[i] as number;
    const kind = table[c];
    let next = i + 1;
    if (kind === OPEN) {
      if (depth === stack.length) stack = wider(stack);
      stack[depth++] = CLOSER[c] as number;
    } else if (kind === CLOSE) {
      if (depth === 0 || stack[--depth] !== c) return -1;
    } else if (kind === SOLIDUS) {
      if (isComment(bytes[next])) {
        next = behindComment(bytes, i);
        start = i;
        end = next;
      }
    } else if (kind === STRING || kind === RAW) {
      next = behindString(bytes, i);
    } else if (kind === ILLEGAL) {
      return -1;
    } else if (kind === SEMI || !continues(bytes, i === end ? start : i)) {
      return i;
    }
    if (next < 0) return -1;
    i = next;
  }
  return depth > 0 ? -1 : n;
}

const IMPORT = 1;

/** Whether a declaration may go on behind what ends at `i`: an operator. */
function continues(bytes: Uint8Array, i: number): boolean {
  let last = i - 1;
  while (KIND[bytes[last] as number] === BLANK) last--;
  const kind = KIND[bytes[last] as number];
  return kind === OPERATOR || kind === SOLIDUS;
}

function isComment(next: number | undefined): boolean {
  return next === SLASH || next === STAR;
}

/** Offset behind the comment at `i` (before the newline of a line comment); -1 when it is not closed. */
function behindComment(bytes: Uint8Array, from: number): number {
  const n = bytes.length;
  let i = from + 2;
  if (bytes[from + 1] === SLASH) {
    while (i < n && bytes[i] !== LF) i++;
    return i;
  }
  for (; i < n; i++) if (bytes[i] === SLASH && bytes[i - 1] === STAR && i > from + 2) return i + 1;
  return -1;
}

/** Offset behind the string or rune at `i`; -1 when it is not closed, on its line unless it is a raw one. */
function behindString(bytes: Uint8Array, from: number): number {
  const n = bytes.length;
  const quote = bytes[from];
  const raw = quote === BACKTICK;
  for (let i = from + 1; i < n; i++) {
    const c = bytes[i];
    if (c === quote) return i + 1;
    if (c === LF && !raw) return -1;
    if (c === BACKSLASH && !raw) i++;
  }
  return -1;
}

function wider(full: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const wide = new Uint8Array(full.length * 2);
  wide.set(full);
  return wide;
}
