/** C as cgo sees it: the preamble above `import "C"`, what its functions do with a pointer, and stdlib.h in it. */

import type { GoNode } from "../go/node.ts";
import { unparen } from "../go/node.ts";
import type { FileModel, PackageModel } from "../model/model.ts";
import { Notes } from "../model/notes.ts";
import { lineStart } from "../text/lines.ts";
import type { Edits } from "./edits.ts";
import type { Given } from "./obligation/row.ts";

/** `free` of `C.free(...)`; null for a call of anything else. */
export function cName(pkg: PackageModel, call: GoNode): string | null {
  const symbol = call.kind === "call_expression" ? pkg.symbol(unparen(call.child("function") ?? call)) : null;
  return symbol?.startsWith("C.") ? symbol.slice(2) : null;
}

// ---------------------------------------------------------------- what C does with a pointer

/** cgo's own helpers copy what they are given. */
const COPIES = new Set(["GoString", "GoStringN", "GoBytes"]);

/** Functions of string.h, stdlib.h, stdio.h and unistd.h that work on what they are given and return. */
const LIBC = new Set(
  `strlen strnlen strcmp strncmp strcasecmp strncasecmp strcoll strcspn strspn strdup strndup strxfrm strerror_r memcmp memset
  atoi atol atoll atof getenv setenv unsetenv system mkstemp remove rename unlink access chdir rmdir mkdir puts fputs fopen freopen
  perror read write fread fwrite open creat stat lstat qsort write recv send`.split(/\s+/),
);

/** Those that give a pointer into what they were given. */
const LIBC_PASSES = new Set(
  "strchr strrchr strstr strpbrk strcpy strncpy strcat strncat stpcpy memcpy memmove memchr basename dirname".split(" "),
);

/** Names by which a C library says that it takes the memory back, or over. */
const RELEASES = /free|dealloc|dispose|destroy|unref|release|realloc|(^|_)(take|steal|adopt)(_|$)/i;

/** What a call of C does with memory that it is given. Of functions that nothing is known of, some keep it. */
export const givenToC: Given = (pkg, call, argument) => {
  const name = cName(pkg, call);
  if (name === null) return null;
  if (RELEASES.test(name)) return "releases";
  if (COPIES.has(name) || LIBC.has(name)) return "reads";
  if (LIBC_PASSES.has(name)) return "passes";
  const index = call.child("arguments")?.items.indexOf(argument) ?? -1;
  const declared = functionsOf(pkg.fileOf(call)).get(name);
  if (!declared) return "lends";
  if (declared.frees) return "releases";
  if (!isConstText(declared.params[index] ?? "")) return "lends";
  return declared.givesText ? "passes" : "reads";
};

interface CFunction {
  readonly params: readonly string[];
  /** Its body frees something. */
  readonly frees: boolean;
  /** Its result may be a pointer into a text. */
  readonly givesText: boolean;
}

const functions = new Notes<FileModel, ReadonlyMap<string, CFunction>>();

/** The functions that a file's preambles declare or define, by name. */
function functionsOf(file: FileModel): ReadonlyMap<string, CFunction> {
  const known = functions.get(file);
  if (known) return known;
  const found = new Map<string, CFunction>();
  const code = preamblesOf(file)
    .map((p) =>
      withoutComments(
        linesOf(file, p)
          .map((l) => l.code)
          .join("\n"),
      ),
    )
    .join("\n");
  for (const [, result = "", name = "", params = "", rest = ""] of code.matchAll(DECLARATION)) {
    const before = found.get(name);
    const body = rest === "{" ? bodyAt(code, code.indexOf(`(${params})`)) : "";
    found.set(name, {
      params: params.split(",").map((p) => p.trim()),
      frees: before?.frees === true || /\bfree\s*\(/.test(body),
      givesText: /\b(char|void)\s*(const\s*)?\*/.test(result),
    });
  }
  functions.set(file, found);
  return found;
}

/** `static inline int name(const char *s, int n) {`; parameters that are functions themselves are not read. */
const DECLARATION = /((?:[A-Za-z_]\w*[\s*]+)+)([A-Za-z_]\w*)\s*\(([^()]*)\)\s*([{;])/g;

/** From the first brace behind `from` to the one that closes it. */
function bodyAt(code: string, from: number): string {
  const open = code.indexOf("{", from);
  let depth = 0;
  for (let i = open; i >= 0 && i < code.length; i++) {
    if (code[i] === "{") depth++;
    else if (code[i] === "}" && --depth === 0) return code.slice(open, i + 1);
  }
  return "";
}

/** `const char *s`, `char const *s`, `const char s[]`. */
function isConstText(param: string): boolean {
  const type = param.replace(/\[\s*\]/, "*").replace(/\b(restrict|__restrict|unsigned|signed)\b/g, " ");
  return /^\s*(const\s+char|char\s+const)\s*\*\s*(const\s+)?\w*\s*\*?$/.test(type) && (type.match(/\*/g)?.length ?? 0) === 1;
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, " ");
}

// ---------------------------------------------------------------- the preamble's lines

interface PreambleLine {
  /** The C code of the line. */
  readonly code: string;
  /** Offset behind its last character, before the line's end. */
  readonly end: number;
}

interface Preamble {
  readonly start: number;
  readonly end: number;
}

function preamblesOf(file: FileModel): Preamble[] {
  return file.importDecls.flatMap((d) => (d.cgo && d.preamble ? [d.preamble] : []));
}

function linesOf(file: FileModel, { start, end }: Preamble): PreambleLine[] {
  const { text } = file.source;
  const lines: PreambleLine[] = [];
  for (let at = start; at < end; ) {
    const newline = text.indexOf("\n", at);
    const stop = newline < 0 || newline > end ? end : newline;
    const last = text[stop - 1] === "\r" ? stop - 1 : stop;
    const code = text
      .slice(at, last)
      .replace(/^\s*\/\//, "")
      .replace(/^\s*\/\*/, "")
      .replace(/\*\/\s*$/, "");
    lines.push({ code, end: last });
    at = stop + 1;
  }
  return lines;
}

// ---------------------------------------------------------------- stdlib.h

const INCLUDE = /^\s*#\s*include\b/;
const OPENS = /^\s*#\s*if/;
const CLOSES = /^\s*#\s*endif/;
const LEADS = /^\s*(#\s*(cgo|define|undef|pragma)\b.*)?$/;

/**
 * `#include <stdlib.h>` in the preamble of the node's file, where free is not declared yet: behind the other includes, or what must come
 * first. null where the import stands in an odd way.
 */
export function withStdlib(pkg: PackageModel, at: GoNode): Edits {
  const file = pkg.fileOf(at);
  const preambles = preamblesOf(file);
  const lines = preambles.flatMap((p) => linesOf(file, p));
  if (lines.some((l) => INCLUDE.test(l.code) && l.code.includes("stdlib.h")) || declaresFree(pkg, file)) return [];
  const [preamble] = preambles;
  return preamble ? included(file, preamble) : aboveImport(file);
}

/** The file compiles with it: `C.free` and `C.malloc` are used, or the preamble declares it. */
function declaresFree(pkg: PackageModel, file: FileModel): boolean {
  if (functionsOf(file).has("free")) return true;
  for (const name of ["free", "malloc", "calloc", "realloc"]) {
    for (const n of pkg.mentions(name, (p) => p.text === file.source.text)) {
      if (n.source.path === file.source.path && n.parent?.kind === "selector_expression" && pkg.symbol(n.parent) === `C.${name}`)
        return true;
    }
  }
  return false;
}

function included(file: FileModel, preamble: Preamble): Edits {
  const { path, text } = file.source;
  const block = text.startsWith("/*", preamble.start);
  const comment = block ? "" : "// ";
  const anchor = anchorOf(linesOf(file, preamble));
  if (anchor && (!block || !text.slice(preamble.start, anchor.end).includes("*/")))
    return [{ at: { path, start: anchor.end, end: anchor.end }, text: `\n${indent(text, preamble.start)}${comment}#include <stdlib.h>` }];
  const start = block ? preamble.start + 2 : preamble.start;
  const line = block ? `\n#include <stdlib.h>\n` : `// #include <stdlib.h>\n${indent(text, preamble.start)}`;
  return [{ at: { path, start, end: block && text[start] === "\n" ? start + 1 : start }, text: line }];
}

function indent(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset);
}

/** The last include that stands under no condition; else the last of the directives at the start. */
function anchorOf(lines: readonly PreambleLine[]): PreambleLine | null {
  let depth = 0;
  let include: PreambleLine | null = null;
  let lead: PreambleLine | null = null;
  let leading = true;
  for (const [i, line] of lines.entries()) {
    if (OPENS.test(line.code)) depth++;
    else if (CLOSES.test(line.code)) depth--;
    else if (depth === 0 && INCLUDE.test(line.code)) include = line;
    leading &&= LEADS.test(line.code) || (i > 0 && lines[i - 1]?.code.endsWith("\\") === true);
    if (leading && line.code.trim() !== "") lead = line;
  }
  return include ?? lead;
}

/** `import "C"` without a comment above it gets one. */
function aboveImport(file: FileModel): Edits {
  const { path, text } = file.source;
  const decl = file.importDecls.find((d) => d.cgo);
  const spec = decl?.imports.find((i) => i.path === "C");
  if (!decl || !spec) return null;
  const start = decl.grouped ? spec.at.start : decl.start;
  if (text.slice(lineStart(text, start), start).trim() !== "") return null;
  return [{ at: { path, start, end: start }, text: `// #include <stdlib.h>\n${indent(text, start)}` }];
}
