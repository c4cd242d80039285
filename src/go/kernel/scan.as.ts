/**
 * The two questions that are asked of every byte of a tree, in AssemblyScript for their SIMD: does a file seem whole, and which literals stand in it.
 * `npm run gen` compiles this to wasm.ts; kernel.ts is the way in.
 *
 * The text lies at `TEXT`, with 32 zeros behind it. Pointers are offsets in the memory; 0 stands for a failure.
 */

// Classes of characters, as scan.ts has them.
const WORD: u8 = 0;
const BLANK: u8 = 1;
const NEWLINE: u8 = 2;
const OPERATOR: u8 = 3;
const OPEN: u8 = 4;
const CLOSE: u8 = 5;
const STRING: u8 = 6;
const RAW: u8 = 7;
const SOLIDUS: u8 = 8;
const SEMI: u8 = 9;
const ILLEGAL: u8 = 10;

const LF: u8 = 10;
const STAR: u8 = 42;
const SLASH: u8 = 47;
const PAREN_OPEN: u8 = 40;
const BACKSLASH: u8 = 92;
const BACKTICK: u8 = 96;

/** Classes by byte, filled in by kernel.ts. */
export const KINDS: usize = memory.data(256);
/** By literal: 1 when it was found. */
export const FOUND: usize = memory.data(65536);
/** The literals that are looked for, as literals.ts lays them out. */
export const TABLE: usize = memory.data(1048576);
/** Where the text goes: behind all else, so that it can grow. */
export const TEXT: usize = __heap_base;

/** The closing brackets that are waited for. */
const STACK: usize = memory.data(65536);
const DEEPEST: usize = 65536;
const SCRATCH: usize = memory.data(16);

const PACKAGE: usize = memory.data<u8>([0x70, 0x61, 0x63, 0x6b, 0x61, 0x67, 0x65]);
const IMPORT: usize = memory.data<u8>([0x69, 0x6d, 0x70, 0x6f, 0x72, 0x74]);
const FUNC: usize = memory.data<u8>([0x66, 0x75, 0x6e, 0x63]);
const TYPE: usize = memory.data<u8>([0x74, 0x79, 0x70, 0x65]);
const VAR: usize = memory.data<u8>([0x76, 0x61, 0x72]);
const CONST: usize = memory.data<u8>([0x63, 0x6f, 0x6e, 0x73, 0x74]);

@inline
function kindAt(i: usize): u8 {
  return load<u8>(KINDS + load<u8>(i));
}

function isAt(i: usize, word: usize, length: usize): bool {
  for (let k: usize = 0; k < length; k++) if (load<u8>(i + k) != load<u8>(word + k)) return false;
  return kindAt(i + length) != WORD;
}

/** What the last clause was: -1 nothing, 0 the package, 1 an import, 2 a declaration. */
let place: i32 = -1;

/** Length of the keyword at `i`; 0 for any other word, and for a clause out of order. */
function clause(i: usize): usize {
  if (isAt(i, PACKAGE, 7)) {
    if (place >= 0) return 0;
    place = 0;
    return 7;
  }
  if (isAt(i, IMPORT, 6)) {
    if (place < 0 || place > 1) return 0;
    place = 1;
    return 6;
  }
  if (place < 0) return 0;
  place = 2;
  return isDeclaration(i);
}

/** Length of the keyword of a declaration at `i`; 0 for any other word. */
function isDeclaration(i: usize): usize {
  if (isAt(i, FUNC, 4) || isAt(i, TYPE, 4)) return 4;
  if (isAt(i, VAR, 3)) return 3;
  return isAt(i, CONST, 5) ? 5 : 0;
}

/** 1 when brackets, strings and comments of the `length` bytes close, and clauses and declarations begin as Go's do. */
export function seemsWhole(length: usize): i32 {
  const end = TEXT + length;
  place = -1;
  let i = firstToken(length);
  while (i != end) {
    if (i == 0) return 0;
    const keyword = clause(i);
    if (keyword == 0) return 0;
    i = declaration(i + keyword, end, place == 1);
    if (i == 0) return 0;
    i = between(i, end);
  }
  return place >= 0 ? 1 : 0;
}

/** Offset behind the package clause and the imports; `length` where they are not as they should be. */
export function headEnd(length: usize): usize {
  const end = TEXT + length;
  let last = firstToken(length);
  let i = last;
  while (i != end) {
    if (i == 0) return length;
    const keyword: usize = isAt(i, PACKAGE, 7) ? 7 : isAt(i, IMPORT, 6) ? 6 : 0;
    if (keyword == 0) return isDeclaration(i) > 0 ? last - TEXT : length;
    last = declaration(i + keyword, end, keyword == 6);
    if (last == 0) return length;
    i = between(last, end);
  }
  return length;
}

function firstToken(length: usize): usize {
  const marked = length >= 3 && load<u8>(TEXT) == 0xef && load<u8>(TEXT + 1) == 0xbb && load<u8>(TEXT + 2) == 0xbf;
  return between(marked ? TEXT + 3 : TEXT, TEXT + length);
}

/** Passes whitespace, semicolons and comments. */
function between(from: usize, end: usize): usize {
  let i = from;
  while (i < end) {
    const kind = kindAt(i);
    if (kind == BLANK || kind == NEWLINE || kind == SEMI) i++;
    else if (kind == SOLIDUS && isComment(i + 1)) {
      i = behindComment(i, end);
      if (i == 0) return 0;
    } else break;
  }
  return i;
}

/** Passes what follows the keyword, up to the newline or semicolon that ends the declaration. */
function declaration(from: usize, end: usize, isImport: bool): usize {
  const first = between(from, end);
  if (first == 0) return 0;
  if (!isImport && (first >= end || (kindAt(first) != WORD && load<u8>(first) != PAREN_OPEN))) return 0;
  let depth: usize = 0;
  let i = first;
  let commentAt: usize = 0;
  let commentEnd: usize = 0;
  while (i < end) {
    if (depth > 0) i = inside(i, end);
    else while (i < end && !mattersOutside(kindAt(i))) i++;
    if (i >= end) break;
    const c = load<u8>(i);
    const kind = load<u8>(KINDS + c);
    let next = i + 1;
    if (kind == OPEN) {
      if (depth == DEEPEST) return 0;
      // ")" stands behind "(" in ASCII, "]" and "}" two behind "[" and "{".
      store<u8>(STACK + depth++, c == PAREN_OPEN ? c + 1 : c + 2);
    } else if (kind == CLOSE) {
      if (depth == 0 || load<u8>(STACK + --depth) != c) return 0;
    } else if (kind == SOLIDUS) {
      if (isComment(next)) {
        next = behindComment(i, end);
        commentAt = i;
        commentEnd = next;
      }
    } else if (kind == STRING || kind == RAW) {
      next = behindString(i, end);
    } else if (kind == ILLEGAL) {
      return 0;
    } else if (kind == SEMI || !continues(i == commentEnd ? commentAt : i)) {
      return i;
    }
    if (next == 0) return 0;
    i = next;
  }
  return depth > 0 ? 0 : end;
}

@inline
function mattersOutside(kind: u8): bool {
  return kind == NEWLINE || kind >= OPEN;
}

/** The next bracket, quote or slash: a character's high half says which of four bits its low half must have. */
function inside(from: usize, end: usize): usize {
  const low = i8x16(4, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 10, 0, 10, 0, 1);
  const high = i8x16(0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0);
  const half = i8x16.splat(0x0f);
  const none = i8x16.splat(0);
  for (let i = from; i < end; i += 16) {
    const text = v128.load(i);
    const bits = v128.and(i8x16.swizzle(low, v128.and(text, half)), i8x16.swizzle(high, i8x16.shr_u(text, 4)));
    const mask = i8x16.bitmask(i8x16.ne(bits, none));
    if (mask != 0) return i + <usize>ctz(mask);
  }
  return end;
}

/** Whether a declaration may go on behind what ends at `i`: an operator. */
function continues(i: usize): bool {
  let last = i - 1;
  while (last > TEXT && kindAt(last) == BLANK) last--;
  const kind = kindAt(last);
  return kind == OPERATOR || kind == SOLIDUS;
}

@inline
function isComment(next: usize): bool {
  const c = load<u8>(next);
  return c == SLASH || c == STAR;
}

/** Behind the comment at `from`; before the newline of a line comment. */
function behindComment(from: usize, end: usize): usize {
  if (load<u8>(from + 1) == SLASH) return find(LF, from + 2, end);
  for (let i = find(SLASH, from + 3, end); i < end; i = find(SLASH, i + 1, end)) if (load<u8>(i - 1) == STAR) return i + 1;
  return 0;
}

/** The next such character; `end` when there is none. */
function find(c: u8, from: usize, end: usize): usize {
  const wanted = i8x16.splat(c);
  for (let i = from; i < end; i += 16) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(i), wanted));
    if (mask != 0) return min(i + <usize>ctz(mask), end);
  }
  return end;
}

/** Behind the string or rune at `from`, which closes on its line unless it is a raw one. */
function behindString(from: usize, end: usize): usize {
  const quote = load<u8>(from);
  const raw = quote == BACKTICK;
  for (let i = from + 1; i < end; i++) {
    const c = load<u8>(i);
    if (c == quote) return i + 1;
    if (raw) continue;
    if (c == LF) return 0;
    if (c == BACKSLASH) i++;
  }
  return 0;
}

// ---------------------------------------------------------------- literals

/** Sizes of what literals.ts lays out: the six tables of halves, where the buckets begin, a part, a literal. */
const STARTS: usize = 96;
const PARTS: usize = 128;
const PART: usize = 16;
const LITERAL: usize = 16;

/**
 * Looks for all literals of `TABLE` in the `length` bytes, after Teddy (Hyperscan's search for few literals): each literal has a part of up to four bytes,
 * each part a bucket of eight; sixteen places at a time, the halves of three bytes tell of each bucket whether a part of it may begin there.
 */
export function search(length: usize): void {
  const end = TEXT + length;
  const half = i8x16.splat(0x0f);
  const low0 = v128.load(TABLE);
  const high0 = v128.load(TABLE + 16);
  const low1 = v128.load(TABLE + 32);
  const high1 = v128.load(TABLE + 48);
  const low2 = v128.load(TABLE + 64);
  const high2 = v128.load(TABLE + 80);
  const none = i8x16.splat(0);
  for (let i = TEXT; i < end; i += 16) {
    const a = v128.load(i);
    const b = v128.load(i + 1);
    const c = v128.load(i + 2);
    const first = v128.and(i8x16.swizzle(low0, v128.and(a, half)), i8x16.swizzle(high0, i8x16.shr_u(a, 4)));
    const second = v128.and(i8x16.swizzle(low1, v128.and(b, half)), i8x16.swizzle(high1, i8x16.shr_u(b, 4)));
    const third = v128.and(i8x16.swizzle(low2, v128.and(c, half)), i8x16.swizzle(high2, i8x16.shr_u(c, 4)));
    const buckets = v128.and(v128.and(first, second), third);
    let mask = i8x16.bitmask(i8x16.ne(buckets, none));
    if (mask == 0) continue;
    v128.store(SCRATCH, buckets);
    while (mask != 0) {
      const at = <usize>ctz(mask);
      mask &= mask - 1;
      compare(i + at, load<u8>(SCRATCH + at), end);
    }
  }
}

/** Compares the parts of the buckets with what stands at `i`, and their literals with what stands around it. */
function compare(i: usize, buckets: u32, end: usize): void {
  const text = load<u32>(i);
  for (let left = buckets; left != 0; left &= left - 1) {
    const bucket = <usize>ctz(left);
    const stop = <usize>load<u16>(TABLE + STARTS + 2 * bucket + 2);
    for (let p = <usize>load<u16>(TABLE + STARTS + 2 * bucket); p < stop; p++) {
      const part = TABLE + PARTS + p * PART;
      if ((text & load<u32>(part + 4)) == load<u32>(part)) whole(i, TABLE + <usize>load<u32>(part + 8), <usize>load<u32>(part + 12), end);
    }
  }
}

/** Notes which of the `count` literals at `first` stand around their part at `i`. */
function whole(i: usize, first: usize, count: usize, end: usize): void {
  for (let k: usize = 0; k < count; k++) {
    const literal = first + k * LITERAL;
    const id = <usize>load<u16>(literal + 8);
    if (load<u8>(FOUND + id) != 0) continue;
    const bytes = TABLE + <usize>load<u32>(literal);
    const length = <usize>load<u16>(literal + 4);
    const start = i - <usize>load<u16>(literal + 6);
    if (start < TEXT || start + length > end) continue;
    let same: usize = 0;
    while (same < length && load<u8>(start + same) == load<u8>(bytes + same)) same++;
    if (same < length) continue;
    // A word has to end behind it.
    if (load<u16>(literal + 10) != 0 && start + length < end && kindAt(start + length) == WORD) continue;
    store<u8>(FOUND + id, 1);
  }
}
