/** The way into the code of scan.as.ts: puts bytes into its memory and asks. Every thread has its own, made when it is first asked. */
import { CLASS, WORD } from "../scan.ts";
import { WASM } from "./wasm.ts";

/** As much of the WebAssembly interface as is used here; the compiler's own declaration comes with the browser's. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

interface Offset {
  readonly value: number;
}

/** What scan.as.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly KINDS: Offset;
  readonly FOUND: Offset;
  readonly TABLE: Offset;
  readonly TEXT: Offset;
  seemsWhole(length: number): number;
  headEnd(length: number): number;
  search(length: number): void;
}

/** Bytes of the memory's pages, and of the zeros that have to stand behind a text. */
const PAGE = 65_536;
const BEHIND = 32;

class Kernel {
  private readonly exports: Exports;
  private memory: Uint8Array;
  private table: Uint8Array | null = null;

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(WASM, "base64"));
    this.exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.memory = new Uint8Array(this.exports.memory.buffer);
    // Bytes beyond ASCII belong to words.
    this.memory.set(CLASS.slice(0, 256).fill(WORD, 128), this.exports.KINDS.value);
  }

  seemsWhole(bytes: Uint8Array): boolean {
    this.load(bytes);
    return this.exports.seemsWhole(bytes.length) === 1;
  }

  headEnd(bytes: Uint8Array): number {
    this.load(bytes);
    return this.exports.headEnd(bytes.length);
  }

  search(table: Uint8Array, bytes: Uint8Array, found: Uint8Array): void {
    const { TABLE, FOUND } = this.exports;
    this.load(bytes);
    if (this.table !== table) this.memory.set(table, TABLE.value);
    this.table = table;
    this.memory.set(found, FOUND.value);
    this.exports.search(bytes.length);
    found.set(this.memory.subarray(FOUND.value, FOUND.value + found.length));
  }

  private load(bytes: Uint8Array): void {
    const { memory, TEXT } = this.exports;
    const end = TEXT.value + bytes.length;
    if (end + BEHIND > this.memory.length) {
      memory.grow(Math.ceil((end + BEHIND - this.memory.length) / PAGE));
      this.memory = new Uint8Array(memory.buffer);
    }
    this.memory.set(bytes, TEXT.value);
    this.memory.fill(0, end, end + BEHIND);
  }
}

let kernel: Kernel | null = null;

function loaded(): Kernel {
  kernel ??= new Kernel();
  return kernel;
}

/** False when the file (UTF-8) may not be Go: its outline, or a parser, can tell. */
export function seemsWhole(bytes: Uint8Array): boolean {
  return loaded().seemsWhole(bytes);
}

/** Longer than most heads. */
const HEAD = 8192;

/** Offset behind the package clause and the imports of a file (UTF-8); the file's end where they are not as they should be. */
export function headEnd(bytes: Uint8Array): number {
  if (bytes.length > HEAD) {
    const end = loaded().headEnd(bytes.subarray(0, HEAD));
    if (end < HEAD) return end;
  }
  return loaded().headEnd(bytes);
}

/** Sizes of the memory's parts: a table of literals, and how many there can be. */
export const TABLE_SIZE = 1_048_576;
export const MOST_LITERALS = 65_536;

/** Notes in `found`, by number, which literals of the table stand in the bytes; what is noted already stays. The table must not change. */
export function searchFor(table: Uint8Array, bytes: Uint8Array, found: Uint8Array): void {
  loaded().search(table, bytes, found);
}
