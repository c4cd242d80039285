/**
 * gofmt, compiled to WebAssembly. The only place that loads `@wasm-fmt/gofmt`.
 *
 * Its parser (go/parser) is also the judge of syntax: an outcome that it refuses is never shown or written.
 * Line ends and a byte order mark, which gofmt would take out, are kept.
 */
import { readFile } from "node:fs/promises";
import { locate } from "./locate.ts";
import { importsOnly } from "./outline.ts";
import { BOM, CR } from "./scan.ts";

/** As much of the WebAssembly interface as is used here; the compiler's own declaration comes with the browser's. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  readonly Instance: new (module: object) => { readonly exports: object };
  readonly RuntimeError: new () => Error;
};

export type Formatted =
  | { readonly ok: true; readonly text: string }
  /** Line and column count from 1, the column in UTF-16 units. */
  | { readonly ok: false; readonly message: string; readonly line: number; readonly column: number };

/** The functions that the module exports (see its gofmt.d.wasm.ts). */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  alloc(size: number): number;
  /** 0: unchanged, 1: the output is the text, else: the output is a message. */
  format(): number;
  output_ptr(): number;
  output_len(): number;
  dispose(): void;
}

/** The module's allocator never frees, so an instance is let go when its memory has grown beyond this many bytes. */
const ENOUGH = 64 * 1024 * 1024;

let loading: Promise<void> | null = null;
let compiled: object | null = null;
let instance: Exports | null = null;

/** Loads gofmt once. Must be awaited before the functions below, which are synchronous. */
export function loadFormatter(): Promise<void> {
  loading ??= (async () => {
    compiled = await WebAssembly.compile(new Uint8Array(await readFile(locate("gofmt.wasm", "@wasm-fmt/gofmt/gofmt.wasm"))));
  })();
  return loading;
}

/** Formats a whole file. Line ends and a byte order mark stay as they are. */
export function formatGo(text: string): Formatted {
  const mark = text.charCodeAt(0) === BOM ? text.slice(0, 1) : "";
  const body = mark === "" ? text : text.slice(1);
  const ends = lineEnds(body);
  const plain = ends === "lf" ? body : body.replaceAll("\r\n", "\n");
  const result = gofmt(plain);
  if (!result.ok) return result;
  if (result.text === plain) return { ok: true, text };
  if (ends === "lf") return { ok: true, text: mark + result.text };
  if (ends === "crlf") return { ok: true, text: mark + result.text.replaceAll("\n", "\r\n") };
  return { ok: true, text: mark + withEndsOf(body, result.text) };
}

/** Whether gofmt would leave the file alone, line ends and byte order mark aside. False when it does not parse. */
export function isFormatted(text: string): boolean {
  const result = formatGo(text);
  return result.ok && result.text === text;
}

/**
 * What becomes of `after`, an edited `before`: formatted exactly when `before` was, else as it is. Either way it must parse.
 */
export function formatLike(before: string, after: string): Formatted {
  const result = formatGo(after);
  if (!result.ok) return result;
  if (known?.text !== before) known = { text: before, formatted: isFormatted(before) };
  return known.formatted ? result : { ok: true, text: after };
}

/** The last answer for a `before`: several outcomes of one file are asked for in a row. */
let known: { readonly text: string; readonly formatted: boolean } | null = null;

/** Runs gofmt over a text with line feeds only. */
function gofmt(text: string): Formatted {
  const header = importsOnly(text);
  if (header.packageName === "") {
    // gofmt also takes fragments; a file must be whole
    return { ok: false, message: "expected a package clause", ...lineAndColumn(text, header.packageAt.start) };
  }
  const { failed, output } = run(text);
  if (!failed) return { ok: true, text: output };
  // Positions heed "//line": take its meaning away to learn the real one.
  const real = text.includes("line ") ? text.replaceAll("//line ", "//LINE ").replaceAll("/*line ", "/*LINE ") : text;
  return failure(text, real === text ? output : run(real).output);
}

function run(text: string): { failed: boolean; output: string } {
  if (!compiled) throw new Error("format before loadFormatter: await loadFormatter() first");
  if (instance && instance.memory.buffer.byteLength > ENOUGH) instance = null;
  if (!instance) {
    instance = new WebAssembly.Instance(compiled).exports as unknown as Exports;
    instance._initialize();
  }
  try {
    const bytes = encoder.encode(text);
    const at = instance.alloc(bytes.length);
    new Uint8Array(instance.memory.buffer, at, bytes.length).set(bytes);
    const status = instance.format();
    if (status === 0) return { failed: false, output: text };
    const output = decoder.decode(new Uint8Array(instance.memory.buffer, instance.output_ptr(), instance.output_len()));
    instance.dispose();
    return { failed: status !== 1, output };
  } catch (error) {
    // Its stack (64 KiB: some 90 operators in a row, 60 nested calls) or its memory was not enough. The instance is of no use any more.
    instance = null;
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
    return { failed: true, output: `1:1: ${GAVE_UP}` };
  }
}

const GAVE_UP = "nested too deeply, or too large, for the bundled gofmt";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** "12:5: expected ';', found x (and 2 more errors)", the column in bytes. */
function failure(text: string, output: string): Formatted {
  const parts = output.split(":");
  const line = Number(parts[0]);
  const column = Number(parts[1]);
  if (!Number.isInteger(line) || !Number.isInteger(column)) return { ok: false, message: output, line: 1, column: 1 };
  const message = parts.slice(2).join(":").trim();
  const written = text.split("\n", line)[line - 1] ?? "";
  const before = decoder.decode(encoder.encode(written).subarray(0, column - 1));
  return { ok: false, message, line, column: before.length + 1 };
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let feed = text.indexOf("\n"); feed >= 0 && feed < offset; feed = text.indexOf("\n", feed + 1)) {
    line++;
    start = feed + 1;
  }
  return { line, column: offset - start + 1 };
}

function lineEnds(text: string): "lf" | "crlf" | "mixed" {
  let crlf = false;
  let lf = false;
  for (let feed = text.indexOf("\n"); feed >= 0; feed = text.indexOf("\n", feed + 1)) {
    if (feed > 0 && text.charCodeAt(feed - 1) === CR) crlf = true;
    else lf = true;
    if (crlf && lf) return "mixed";
  }
  return crlf ? "crlf" : "lf";
}

/** Gives the lines of `formatted` the ends that the same lines have in `original`, in order; a new line takes its predecessor's. */
function withEndsOf(original: string, formatted: string): string {
  const from = original.split("\n").map((line) => {
    const crlf = line.charCodeAt(line.length - 1) === CR;
    return { text: squeezed(line), end: crlf ? "\r\n" : "\n" };
  });
  let next = 0;
  let end = from[0]?.end ?? "\n";
  const out: string[] = [];
  const lines = formatted.split("\n");
  for (const [k, line] of lines.entries()) {
    if (k === lines.length - 1) {
      out.push(line);
      break;
    }
    const wanted = squeezed(line);
    for (let ahead = next; ahead < from.length && ahead < next + 32; ahead++) {
      const candidate = from[ahead];
      if (candidate?.text !== wanted) continue;
      end = candidate.end;
      next = ahead + 1;
      break;
    }
    out.push(line, end);
  }
  return out.join("");
}

/** Without blanks, which is what gofmt changes in a line. */
function squeezed(line: string): string {
  return line.replaceAll(" ", "").replaceAll("\t", "").replaceAll("\r", "");
}
