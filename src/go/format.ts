/**
 * gofmt, compiled to WebAssembly. The only place that loads `@wasm-fmt/gofmt`.
 *
 * Its parser (go/parser) is also the judge of syntax: an outcome that it refuses is never shown or written.
 * Line ends and a byte order mark, which gofmt would take out, are kept.
 */
import { readFile } from "node:fs/promises";
import { locate } from "./locate.ts";
import { importsOnly, outline } from "./outline.ts";
import { BOM, CR } from "./scan.ts";
import { exportStack } from "./stack.ts";

/** As much of the WebAssembly interface as is used here; the compiler's own declaration comes with the browser's. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  readonly Module: new (bytes: Uint8Array) => object;
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
let code: Uint8Array | null = null;
let compiled: object | null = null;
let instance: Exports | null = null;
/** The module with its stack exported, compiled when it is first needed. */
let wide: object | null = null;

/** Loads gofmt once. Must be awaited before the functions below, which are synchronous. */
export function loadFormatter(): Promise<void> {
  loading ??= (async () => {
    code = await readFile(locate("gofmt.wasm", "@wasm-fmt/gofmt/gofmt.wasm"));
    compiled = await WebAssembly.compile(code);
  })();
  return loading;
}

/** Formats a whole file. Line ends and a byte order mark stay as they are. */
export function formatGo(text: string): Formatted {
  const mark = text.charCodeAt(0) === BOM ? text.slice(0, 1) : "";
  const body = mark === "" ? text : text.slice(1);
  if (body.charCodeAt(0) === BOM) return { ok: false, message: "illegal byte order mark", line: 1, column: 2 };
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
  const was = asBefore(before);
  return was.ok && was.text === before ? result : { ok: true, text: after };
}

/** `formatGo`, remembered for the last text: several outcomes of one file are asked for in a row. */
export function asBefore(before: string): Formatted {
  if (known?.text !== before) known = { text: before, result: formatGo(before) };
  return known.result;
}

let known: { readonly text: string; readonly result: Formatted } | null = null;

/** Runs gofmt over a text with line feeds only. */
function gofmt(text: string): Formatted {
  const header = importsOnly(text);
  if (header.packageName === "") {
    // gofmt also takes fragments; a file must be whole
    return { ok: false, message: "expected a package clause", ...lineAndColumn(text, header.packageAt.start) };
  }
  const output = run(text);
  if (!output.failed) return { ok: true, text: output.text };
  // Positions heed "//line": take its meaning away to learn the real one.
  const real = text.includes("line ") ? text.replaceAll("//line ", "//LINE ").replaceAll("/*line ", "/*LINE ") : text;
  return failure(text, real === text ? output.text : run(real).text);
}

interface Output {
  readonly failed: boolean;
  readonly text: string;
}

function run(text: string): Output {
  if (!compiled) throw new Error("format before loadFormatter: await loadFormatter() first");
  if (instance && instance.memory.buffer.byteLength > ENOUGH) instance = null;
  instance ??= start(compiled);
  const output = attempt(instance, text);
  if (output) return output;
  instance = null;
  // go/parser unwinds from many errors, and from build lines that are none, in a way that the module cannot. What the outline knows says more.
  const { problem } = outline(text);
  if (problem) {
    const { line, column } = lineAndColumn(text, problem.offset);
    return {
      failed: true,
      text: `${line}:${Buffer.byteLength(text.slice(problem.offset - column + 1, problem.offset)) + 1}: ${problem.message}`,
    };
  }
  return runWide(text) ?? { failed: true, text: `1:1: ${GAVE_UP}` };
}

function start(module: object): Exports {
  const started = new WebAssembly.Instance(module).exports as unknown as Exports;
  started._initialize();
  return started;
}

/** null when its stack or its memory was not enough; the instance is of no use then. */
function attempt(gofmt: Exports, text: string): Output | null {
  try {
    const bytes = encoder.encode(text);
    const at = gofmt.alloc(bytes.length);
    new Uint8Array(gofmt.memory.buffer, at, bytes.length).set(bytes);
    const status = gofmt.format();
    if (status === 0) return { failed: false, text };
    const output = decoder.decode(new Uint8Array(gofmt.memory.buffer, gofmt.output_ptr(), gofmt.output_len()));
    gofmt.dispose();
    return { failed: status !== 1, text: output };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Bytes of stack for what the module's own does not hold. The engine's stack ends first: measured, it ends at 5 MB of this one. */
const WIDE = 32 * 1024 * 1024;
/** The lowest bytes of the wide stack, which must stay as they are. */
const GUARD = 4096;

/** Runs gofmt with a wide stack, in an instance of its own; null when that is not enough either. */
function runWide(text: string): Output | null {
  const bytes = wide ? null : code && exportStack(code, STACK);
  if (bytes) wide = new WebAssembly.Module(bytes);
  if (!wide) return null;
  const gofmt = start(wide);
  // The allocator never frees, so the block stays ours.
  const low = gofmt.alloc(WIDE);
  const guard = () => new Uint8Array(gofmt.memory.buffer, low, GUARD);
  guard().fill(0xab);
  (gofmt as unknown as Record<typeof STACK, { value: number }>)[STACK].value = (low + WIDE) & ~15;
  const output = attempt(gofmt, text);
  return output && guard().every((byte) => byte === 0xab) ? output : null;
}

const STACK = "stack";

const GAVE_UP = "the bundled gofmt gave up: too many errors, a build line that is none, nested too deeply, or too large";

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
