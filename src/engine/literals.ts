/**
 * Which of many literals stand in a file's bytes: one pass for all of them, after Wu and Manber ("A fast algorithm for multi-pattern
 * searching", 1994). It looks at pairs of bytes and jumps over what cannot be the end of any literal's beginning.
 */

import { isWord } from "../go/scan.ts";

/** Shorter literals would spoil the jumps of all the others; they are searched one by one. */
const SHORT = 4;
/** Longer beginnings gain little. */
const LONGEST_WINDOW = 8;
/** Pairs of ASCII characters; others share their places, which costs a comparison now and then. */
const PAIRS = 128 * 128;

/** At a literal's end: the word that it ends with ends there, too. */
export const WORD_END = "\b";

/** What a literal is searched by: its text, and whether a word has to end behind it. */
export function spelling(literal: string): { readonly text: string; readonly word: boolean } {
  return literal.endsWith(WORD_END) ? { text: literal.slice(0, -WORD_END.length), word: true } : { text: literal, word: false };
}

export class LiteralSearch {
  private readonly count: number;
  /** Of those that are looked for, by index. */
  private readonly literals: Buffer[] = [];
  private readonly words: boolean[] = [];
  private readonly short: readonly number[];
  /** The beginnings of all long literals that are compared. */
  private readonly window: number;
  /** By the last pair of a window: how far it may be moved on; 0 when some literal's beginning may end here. */
  private readonly shifts = new Uint8Array(PAIRS);
  /** By a pair with shift 0: which of `buckets`. */
  private readonly bucketOf = new Uint16Array(PAIRS);
  private readonly buckets: number[][] = [];

  /** No literal is empty; with `WORD_END` behind it, a word ends where it does. `wanted`: the indexes of those that are looked for. */
  constructor(literals: readonly string[], wanted: readonly number[] = literals.map((_, i) => i)) {
    for (const i of wanted) {
      const { text, word } = spelling(literals[i] as string);
      this.literals[i] = Buffer.from(text, "utf8");
      this.words[i] = word;
    }
    this.count = literals.length;
    this.short = wanted.filter((i) => this.bytesOf(i).length < SHORT);
    const long = wanted.filter((i) => this.bytesOf(i).length >= SHORT);
    this.window = Math.min(LONGEST_WINDOW, ...long.map((i) => this.bytesOf(i).length));
    this.shifts.fill(this.window - 1);
    const byPair = new Map<number, number[]>();
    for (const i of long) {
      const bytes = this.bytesOf(i);
      for (let end = 1; end < this.window; end++) {
        const pair = pairOf(bytes[end - 1] as number, bytes[end] as number);
        const shift = this.window - 1 - end;
        if (shift < (this.shifts[pair] as number)) this.shifts[pair] = shift;
        if (shift > 0) continue;
        const same = byPair.get(pair);
        if (same) same.push(i);
        else byPair.set(pair, [i]);
      }
    }
    for (const [pair, bucket] of byPair) {
      this.bucketOf[pair] = this.buckets.length;
      this.buckets.push(bucket);
    }
  }

  /** By the literal's index: 1 when it is there. Notes it in `found`, where there may be ones from elsewhere. */
  search(bytes: Buffer, found: Uint8Array = new Uint8Array(this.count)): Uint8Array {
    for (const i of this.short) if (this.stands(bytes, i)) found[i] = 1;
    if (this.buckets.length === 0) return found;
    const { shifts, window } = this;
    const n = bytes.length;
    for (let at = window - 1; at < n; ) {
      const pair = pairOf(bytes[at - 1] as number, bytes[at] as number);
      const shift = shifts[pair] as number;
      if (shift > 0) at += shift;
      else {
        this.compare(bytes, at - window + 1, pair, found);
        at++;
      }
    }
    return found;
  }

  private compare(bytes: Buffer, start: number, pair: number, found: Uint8Array): void {
    const bucket = this.buckets[this.bucketOf[pair] as number] as number[];
    for (let k = 0; k < bucket.length; k++) {
      const i = bucket[k] as number;
      if (found[i] === 1) continue;
      const literal = this.bytesOf(i);
      let same = 0;
      // Past the end of the file `bytes` gives undefined, which equals nothing.
      while (same < literal.length && bytes[start + same] === literal[same]) same++;
      if (same === literal.length && !(this.words[i] && isWord(bytes[start + same] ?? 0))) found[i] = 1;
    }
  }

  private stands(bytes: Buffer, index: number): boolean {
    const literal = this.bytesOf(index);
    for (let at = bytes.indexOf(literal); at >= 0; at = bytes.indexOf(literal, at + 1))
      if (!this.words[index] || !isWord(bytes[at + literal.length] ?? 0)) return true;
    return false;
  }

  private bytesOf(index: number): Buffer {
    return this.literals[index] as Buffer;
  }
}

function pairOf(first: number, second: number): number {
  return ((first & 127) << 7) | (second & 127);
}
