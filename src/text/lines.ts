/**
 * Lines of a text as Go counts them: `\n` ends a line, a lone `\r` does not. Lines and columns count from 1, columns and
 * offsets in UTF-16 units; bytes are UTF-8, a lone surrogate counting as the three bytes of U+FFFD that it is encoded as.
 */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export class Lines {
  readonly text: string;
  #starts: Uint32Array | undefined;
  #byteStarts: Uint32Array | null | undefined;

  /** Costs nothing; the table of line starts is made when it is first asked for. */
  constructor(text: string) {
    this.text = text;
  }

  /** Number of lines; a text that ends in `\n` has an empty last line. */
  get count(): number {
    return this.#table().length;
  }

  /** Throws RangeError outside `0 <= offset <= text.length`. */
  position(offset: number): Position {
    this.#check(offset, this.text.length, "offset");
    const line = lastAtMost(this.#table(), offset);
    return { line: line + 1, column: offset - (this.#table()[line] ?? 0) + 1 };
  }

  /** Throws RangeError for a line that is not there, or a column behind the line's end (its line ending counts as part of it). */
  offset(line: number, column: number): number {
    const start = this.lineStart(line);
    const limit = line < this.count ? this.lineStart(line + 1) - 1 : this.text.length;
    this.#check(column - 1, limit - start, "column");
    return start + column - 1;
  }

  /** Offset of the line's first unit. */
  lineStart(line: number): number {
    const start = this.#table()[line - 1];
    if (start === undefined) throw new RangeError(`line ${line} of ${this.count}`);
    return start;
  }

  /** Offset behind the line's last unit, its line ending (`\n` or `\r\n`) not counted. */
  lineEnd(line: number): number {
    const start = this.lineStart(line);
    if (line === this.count) return this.text.length;
    const newline = this.lineStart(line + 1) - 1;
    return newline > start && this.text.charCodeAt(newline - 1) === 13 ? newline - 1 : newline;
  }

  /** The line's text without its line ending. */
  lineText(line: number): string {
    return this.text.slice(this.lineStart(line), this.lineEnd(line));
  }

  /** UTF-8 byte offset of a UTF-16 offset; inside a surrogate pair, that of the pair. */
  byteOffset(offset: number): number {
    this.#check(offset, this.text.length, "offset");
    const bytes = this.#bytes();
    if (!bytes) return offset;
    const line = lastAtMost(this.#table(), offset);
    const start = this.#table()[line] ?? 0;
    const end = isInsidePair(this.text, offset) ? offset - 1 : offset;
    return (bytes[line] ?? 0) + utf8Length(this.text, start, end);
  }

  /** UTF-16 offset of a UTF-8 byte offset; inside a character's bytes, that of the character. */
  offsetOfByte(byte: number): number {
    const bytes = this.#bytes();
    if (!bytes) {
      this.#check(byte, this.text.length, "byte");
      return byte;
    }
    const line = lastAtMost(bytes, byte);
    let offset = this.#table()[line] ?? 0;
    let rest = byte - (bytes[line] ?? 0);
    while (rest > 0 && offset < this.text.length) {
      const units = isPair(this.text, offset) ? 2 : 1;
      rest -= utf8Length(this.text, offset, offset + units);
      if (rest < 0) return offset;
      offset += units;
    }
    this.#check(rest, 0, "byte");
    return offset;
  }

  /** Column of an offset in UTF-8 bytes, from 1. */
  byteColumn(offset: number): number {
    const { line } = this.position(offset);
    return this.byteOffset(offset) - this.byteOffset(this.lineStart(line)) + 1;
  }

  #check(value: number, limit: number, what: string): void {
    if (!(value >= 0 && value <= limit)) throw new RangeError(`${what} ${value} is not in 0..${limit}`);
  }

  #table(): Uint32Array {
    if (this.#starts) return this.#starts;
    const starts = [0];
    for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#starts = Uint32Array.from(starts);
    return this.#starts;
  }

  /** Byte offset of each line's start, or null for an ASCII text, where bytes and units are one. */
  #bytes(): Uint32Array | null {
    if (this.#byteStarts !== undefined) return this.#byteStarts;
    if (/^[\0-\x7f]*$/.test(this.text)) {
      this.#byteStarts = null;
      return null;
    }
    const starts = this.#table();
    const bytes = new Uint32Array(starts.length);
    for (let line = 1; line < starts.length; line++) {
      bytes[line] = (bytes[line - 1] ?? 0) + utf8Length(this.text, starts[line - 1] ?? 0, starts[line] ?? 0);
    }
    this.#byteStarts = bytes;
    return bytes;
  }
}

/** Index of the last element that is at most `value` in an ascending table whose first element is 0. */
function lastAtMost(table: Uint32Array, value: number): number {
  let low = 0;
  let high = table.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((table[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return low;
}

function isPair(text: string, offset: number): boolean {
  return (text.charCodeAt(offset) & 0xfc00) === 0xd800 && (text.charCodeAt(offset + 1) & 0xfc00) === 0xdc00;
}

function isInsidePair(text: string, offset: number): boolean {
  return offset > 0 && isPair(text, offset - 1);
}

/** UTF-8 bytes of a range that starts and ends on character borders. */
function utf8Length(text: string, start: number, end: number): number {
  let bytes = 0;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (i + 1 < end && isPair(text, i)) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

/** Offset at which the line begins that an offset lies in. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}
