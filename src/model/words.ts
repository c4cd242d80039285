/** Where a word stands in the files of a package. */
import { isWord } from "../go/scan.ts";
import type { GoFile } from "./file.ts";

/** Offsets of a word in a file. */
export interface Places {
  readonly file: GoFile;
  readonly offsets: readonly number[];
}

export function wordsIn(text: string, word: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length))
    if (!isWord(text.charCodeAt(at - 1)) && !isWord(text.charCodeAt(at + word.length))) found.push(at);
  return found;
}

/** What a generator yields, computed when first asked for and kept. */
export class Once<T> implements Iterable<T> {
  readonly #found: T[] = [];
  readonly #rest: Iterator<T>;
  #done = false;

  constructor(source: Iterable<T>) {
    this.#rest = source[Symbol.iterator]();
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; ; i++) {
      if (i === this.#found.length && !this.#more()) return;
      yield this.#found[i] as T;
    }
  }

  #more(): boolean {
    const next = this.#done ? null : this.#rest.next();
    if (!next || next.done) {
      this.#done = true;
      return false;
    }
    this.#found.push(next.value);
    return true;
  }
}
