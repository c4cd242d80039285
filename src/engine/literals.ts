/**
 * Which of many literals stand in a file's bytes: one pass for all of them. Of each literal a part of up to four bytes is chosen by which the pass finds it, the
 * same for as many literals as have it; what is laid out here is what `search` in go/kernel/scan.as.ts reads.
 */
import { MOST_LITERALS, searchFor, TABLE_SIZE } from "../go/kernel/kernel.ts";

/** Lengths and numbers of literals are kept in sixteen bits. */
const LONGEST = 65_535;

/** At a literal's end: the word that it ends with ends there, too. */
export const WORD_END = "\b";

/** What a literal is searched by: its text, and whether a word has to end behind it. */
export function spelling(literal: string): { readonly text: string; readonly word: boolean } {
  return literal.endsWith(WORD_END) ? { text: literal.slice(0, -WORD_END.length), word: true } : { text: literal, word: false };
}

export class LiteralSearch {
  private readonly count: number;
  private readonly table: Uint8Array;

  /** No literal is empty; with `WORD_END` behind it, a word ends where it does. Throws when there are too many, or too long ones. `wanted`: the indexes of those that are looked for. */
  constructor(literals: readonly string[], wanted: readonly number[] = literals.map((_, i) => i)) {
    if (literals.length > MOST_LITERALS) throw new Error(`${literals.length} literals, where ${MOST_LITERALS} can be looked for`);
    this.count = literals.length;
    this.table = layOut(
      wanted.map((id) => {
        const { text, word } = spelling(literals[id] as string);
        return { id, word, bytes: Buffer.from(text, "utf8") };
      }),
    );
  }

  /** By the literal's index: 1 when it is there. Notes it in `found`, where there may be ones from elsewhere. */
  search(bytes: Uint8Array, found: Uint8Array = new Uint8Array(this.count)): Uint8Array {
    searchFor(this.table, bytes, found);
    return found;
  }
}

interface Literal {
  readonly id: number;
  readonly word: boolean;
  readonly bytes: Buffer;
}

/** Up to four bytes, and the literals that are found by them, each with the part's place in it. */
interface Part {
  readonly bytes: Buffer;
  readonly literals: { readonly literal: Literal; readonly at: number }[];
}

/** The layout: six tables of halves of bytes, where the buckets begin, parts, literals, and their bytes. */
const HALF = 16;
const COMPARED = 3;
const STARTS = 2 * COMPARED * HALF;
const PARTS = 128;
const PART = 16;
const LITERAL = 16;
const BUCKETS = 8;

function layOut(literals: readonly Literal[]): Uint8Array {
  const buckets = inBuckets(partsOf(literals));
  const parts = buckets.flat();
  const text = PARTS + PART * parts.length + LITERAL * literals.length;
  const size = text + literals.reduce((sum, l) => sum + l.bytes.length, 0);
  if (size > TABLE_SIZE || literals.some((l) => l.bytes.length > LONGEST)) throw new Error("the literals that are looked for are too long");
  const table = Buffer.alloc(size);
  let start = 0;
  for (const [b, bucket] of buckets.entries()) {
    for (const part of bucket) markHalves(table, part.bytes, 1 << b);
    start += bucket.length;
    table.writeUInt16LE(start, STARTS + 2 * (b + 1));
  }
  let literalAt = PARTS + PART * parts.length;
  let bytesAt = text;
  for (const [p, part] of parts.entries()) {
    const at = PARTS + PART * p;
    part.bytes.copy(table, at);
    table.fill(0xff, at + 4, at + 4 + part.bytes.length);
    table.writeUInt32LE(literalAt, at + 8);
    table.writeUInt32LE(part.literals.length, at + 12);
    for (const { literal, at: offset } of part.literals) {
      table.writeUInt32LE(bytesAt, literalAt);
      table.writeUInt16LE(literal.bytes.length, literalAt + 4);
      table.writeUInt16LE(offset, literalAt + 6);
      table.writeUInt16LE(literal.id, literalAt + 8);
      table.writeUInt16LE(literal.word ? 1 : 0, literalAt + 10);
      literal.bytes.copy(table, bytesAt);
      literalAt += LITERAL;
      bytesAt += literal.bytes.length;
    }
  }
  return table;
}

/** Marks the halves of the first bytes with the bucket's bit; where there are fewer, any byte will do. */
function markHalves(table: Buffer, bytes: Buffer, bit: number): void {
  const mark = (at: number): void => {
    table[at] = (table[at] as number) | bit;
  };
  for (let k = 0; k < COMPARED; k++) {
    const [low, high] = [2 * k * HALF, (2 * k + 1) * HALF];
    const byte = bytes[k];
    if (byte !== undefined) {
      mark(low + (byte & 15));
      mark(high + (byte >> 4));
    } else {
      for (let half = 0; half < HALF; half++) {
        mark(low + half);
        mark(high + half);
      }
    }
  }
}

const LONGEST_PART = 4;

/** Chooses a part of each literal: one that many have, of rare characters. */
function partsOf(literals: readonly Literal[]): Part[] {
  const uses = new Map<string, number>();
  for (const { bytes } of literals) for (const part of new Set(candidates(bytes))) uses.set(part, (uses.get(part) ?? 0) + 1);
  const parts = new Map<string, Part>();
  for (const literal of literals) {
    const [best] = candidates(literal.bytes).sort(
      (a, b) => (uses.get(b) as number) - (uses.get(a) as number) || commonness(a) - commonness(b),
    ) as [string];
    const part = parts.get(best) ?? { bytes: Buffer.from(best, "latin1"), literals: [] };
    parts.set(best, part);
    part.literals.push({ literal, at: literal.bytes.indexOf(part.bytes) });
  }
  return [...parts.values()];
}

/** The parts that a literal may be found by, as Latin-1. */
function candidates(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  if (text.length <= LONGEST_PART) return [text];
  return Array.from({ length: text.length - LONGEST_PART + 1 }, (_, at) => text.slice(at, at + LONGEST_PART));
}

/** How common the compared characters are, roughly: small letters and blanks are, above all those of short words. */
function commonness(part: string): number {
  let sum = 0;
  for (const c of part.slice(0, COMPARED)) sum += " etnroais".includes(c) ? 3 : /[a-z]/.test(c) ? 1 : 0;
  return sum;
}

/** Parts that begin alike share a bucket, so that few bytes lead to it; those of which little is compared keep to one of their own. */
function inBuckets(parts: readonly Part[]): Part[][] {
  const sorted = [...parts].sort((a, b) => a.bytes.compare(b.bytes));
  const short = sorted.filter((p) => p.bytes.length < COMPARED);
  const long = sorted.filter((p) => p.bytes.length >= COMPARED);
  const each = Math.ceil(long.length / (BUCKETS - 1));
  return [short, ...Array.from({ length: BUCKETS - 1 }, (_, b) => long.slice(b * each, (b + 1) * each))];
}
