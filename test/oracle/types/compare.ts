/** Runs the Go program beside this file and compares its answers with the model's, package by package. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { GoNode, Kind } from "../../../src/go/node.ts";
import { loadGrammar } from "../../../src/go/parse.ts";
import { GoFile } from "../../../src/model/file.ts";
import type { PackageModel } from "../../../src/model/model.ts";
import { buildPackage, type Package } from "../../../src/model/package.ts";
import { hasUnknown, typeString } from "../../../src/model/types/core.ts";
import { typesOf } from "../../../src/model/types.ts";

export interface Difference {
  readonly at: string;
  readonly code: string;
  readonly model: string;
  readonly go: string;
}

export interface Figures {
  packages: number;
  files: number;
  /** Answers of Go for which the model has a node. */
  compared: number;
  known: number;
  /** Expressions in function bodies that mention a name. */
  named: number;
  namedKnown: number;
  /** Symbols of names that are no locals. */
  symbols: number;
  symbolsKnown: number;
  /** Uses of locals, labels among them, that the model resolves to a declaration. */
  locals: number;
  readonly wrong: Difference[];
  readonly wrongSymbols: Difference[];
  /** Go's errors: files for other platforms, cgo. */
  readonly errors: string[];
  /** Where, if asked to keep it, the model said unknown. */
  readonly unknown: Difference[];
  milliseconds: number;
}

interface Answers {
  readonly path: string;
  readonly name: string;
  readonly dir: string;
  readonly strings: readonly string[];
  readonly files: readonly { readonly name: string; readonly answers: readonly (readonly [number, number, number, number])[] }[] | null;
  readonly errors?: readonly string[];
}

export interface Options {
  /** Where `go list` runs. */
  readonly cwd: string;
  readonly patterns: readonly string[];
  /** Answers for test files too. */
  readonly tests?: boolean;
  /** Go's environment beside the process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directories whose prefix is left out of the places that are told. */
  readonly within?: readonly string[];
  readonly keepUnknown?: boolean;
}

/** Builds the Go program into a directory of its own; the caller removes it. */
function buildOracle(): { binary: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), "gomend-oracle-"));
  const binary = join(dir, "types");
  execFileSync("go", ["build", "-o", binary, "."], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    stdio: ["ignore", "ignore", "inherit"],
  });
  return { binary, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export async function compareTypes(options: Options): Promise<Figures> {
  await loadGrammar();
  const figures: Figures = {
    packages: 0,
    files: 0,
    compared: 0,
    known: 0,
    named: 0,
    namedKnown: 0,
    symbols: 0,
    symbolsKnown: 0,
    locals: 0,
    wrong: [],
    wrongSymbols: [],
    errors: [],
    unknown: [],
    milliseconds: 0,
  };
  const oracle = buildOracle();
  try {
    const child = spawn(oracle.binary, [...(options.tests ? ["-test"] : []), ...options.patterns], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
    let world: World | null = null;
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
      const message = JSON.parse(line) as Answers & { dirs?: Record<string, string> };
      if (message.dirs) world = new World(message.dirs);
      else if (world) comparePackage(world, message, figures, options);
    }
    const code = await ended;
    if (code !== 0) throw new Error(`the oracle ended with ${code}`);
  } finally {
    oracle.remove();
  }
  return figures;
}

/** Packages by import path; let go of when there are many. */
class World {
  readonly #dirs: Record<string, string>;
  readonly #packages = new Map<string, Package | null>();

  constructor(dirs: Record<string, string>) {
    this.#dirs = dirs;
  }

  import = (path: string, from: PackageModel): Package | null => {
    const dir = this.#dirs[path] ?? this.#dirs[`vendor/${path}`] ?? this.#dirs[`cmd/vendor/${path}`];
    // An external test package sees what the package's own test files declare.
    const tests = dir === from.dir;
    const key = tests ? `${path} [test]` : path;
    const known = this.#packages.get(key);
    if (known !== undefined) return known;
    if (this.#packages.size > 60) this.#packages.clear();
    const name = tests ? from.name.replace(/_test$/, "") : null;
    const made = dir && path !== "unsafe" ? loadPackage(dir, path, name, tests, this.import) : null;
    this.#packages.set(key, made);
    return made;
  };
}

function loadPackage(dir: string, path: string, name: string | null, tests: boolean, importer: World["import"]): Package | null {
  const files: GoFile[] = [];
  let own = name;
  for (const base of readdirSync(dir).sort()) {
    if (!base.endsWith(".go") || (!tests && base.endsWith("_test.go"))) continue;
    const file = join(dir, base);
    const text = readFileSync(file, "utf8");
    const clause = /^package[ \t]+(\w+)/m.exec(text)?.[1];
    if (/^\/\/go:build ignore/m.test(text) || !clause || clause === "documentation") continue;
    own ??= clause;
    if (clause === own) files.push(new GoFile(file, () => text));
  }
  if (own === null || files.length === 0) return null;
  const triggered = () => new Map(files.map((f) => [f, f.declarations]));
  return buildPackage({ name: own, path, dir, version: { major: 1, minor: 99 }, files, triggered, import: importer });
}

/** Kinds whose type is asked for; others only share the place of one of these. */
const ASKED = new Set<Kind>([
  "identifier",
  "field_identifier",
  "type_identifier",
  "package_identifier",
  "label_name",
  "selector_expression",
  "call_expression",
  "type_conversion_expression",
  "parenthesized_expression",
  "parenthesized_type",
  "unary_expression",
  "binary_expression",
  "index_expression",
  "slice_expression",
  "type_assertion_expression",
  "type_instantiation_expression",
  "composite_literal",
  "literal_value",
  "func_literal",
  "int_literal",
  "float_literal",
  "imaginary_literal",
  "rune_literal",
  "interpreted_string_literal",
  "raw_string_literal",
  "true",
  "false",
  "nil",
  "iota",
  "generic_type",
  "qualified_type",
  "pointer_type",
  "slice_type",
  "array_type",
  "map_type",
  "channel_type",
  "function_type",
  "struct_type",
  "interface_type",
]);

const SPAN = 2 ** 26;

function comparePackage(world: World, answers: Answers, figures: Figures, options: Options): void {
  figures.errors.push(...(answers.errors ?? []).map((e) => `${answers.path}: ${e}`));
  const started = performance.now();
  const pkg = loadPackage(answers.dir, answers.path, answers.name, true, world.import);
  if (!pkg) return;
  figures.packages++;
  const byName = new Map((answers.files ?? []).map((f) => [join(answers.dir, f.name), f.answers]));
  const types = typesOf(pkg);
  for (const file of pkg.files) {
    const list = byName.get(file.path);
    if (!list) continue;
    figures.files++;
    const expected = new Map(list.map((a) => [a[0] * SPAN + a[1], a]));
    file.parse(file.declarations);
    for (const d of file.declarations) {
      const root = file.syntax(d);
      root?.walk((node) => {
        if (!ASKED.has(node.kind as Kind)) return;
        const answer = expected.get(node.start * SPAN + node.end);
        if (!answer || !mine(node)) return;
        const at = (model: string, go: string): Difference => ({ at: place(node, options), code: node.text.slice(0, 80), model, go });
        const go = answers.strings[answer[2]] ?? "";
        if (go !== "" && !go.includes("generic") && !go.includes("invalid")) {
          figures.compared++;
          const type = types.typeOf(node);
          const known = !hasUnknown(type);
          const counts = mentionsName(node) && inBody(node);
          if (counts) figures.named++;
          if (!known) {
            if (!fits(typeString(type), go)) figures.wrong.push(at(typeString(type), go));
            if (options.keepUnknown && counts) figures.unknown.push(at(typeString(type), go));
          } else {
            figures.known++;
            if (counts) figures.namedKnown++;
            const model = typeString(type);
            if (model !== go) figures.wrong.push(at(model, go));
          }
        }
        compareSymbol(pkg, node, answers.strings[answer[3]] ?? "", figures, at);
      });
    }
  }
  figures.milliseconds += performance.now() - started;
}

/** Is Go's type what a type with unknown parts (`?`) leaves open? */
function fits(model: string, go: string): boolean {
  let at = 0;
  const parts = model.split("?");
  for (const [i, part] of parts.entries()) {
    if (i === 0 ? !go.startsWith(part) : i === parts.length - 1 && !go.endsWith(part)) return false;
    at = go.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return true;
}

/** Is the model asked about this one of the nodes at its place? */
function mine(node: GoNode): boolean {
  // A blank identifier has no type.
  if (node.kind === "identifier" && node.end - node.start === 1 && node.text === "_") return false;
  return !(node.kind === "literal_value" && node.parent?.kind === "composite_literal");
}

function compareSymbol(pkg: Package, node: GoNode, object: string, figures: Figures, at: (model: string, go: string) => Difference): void {
  if (object === "" || object.startsWith("package ")) return;
  if (object.startsWith("local ")) {
    const declared = Number(object.slice(6));
    const binding = node.is("identifier", "type_identifier", "label_name") && declared !== node.start ? pkg.binding(node) : null;
    if (!binding) return;
    figures.locals++;
    if (binding.node?.start !== declared) figures.wrongSymbols.push(at(`${binding.kind} at ${binding.node?.start}`, object));
    return;
  }
  if (!node.is("identifier", "type_identifier", "selector_expression")) return;
  // Declarations, and what the whole of a qualified type or a literal's key answers for.
  if (node.field === "name" || node.parent?.field === "key") return;
  figures.symbols++;
  const symbol = pkg.symbol(node);
  if (symbol === null) return;
  figures.symbolsKnown++;
  if (symbol !== object && `unsafe.${symbol}` !== object) figures.wrongSymbols.push(at(symbol, object));
}

function mentionsName(node: GoNode): boolean {
  let found = false;
  node.walk((n) => {
    if (n.kind === "identifier" || n.kind === "type_identifier" || n.kind === "field_identifier" || n.kind === "package_identifier")
      found = true;
    return !found;
  });
  return found;
}

function inBody(node: GoNode): boolean {
  const func = node.closest("function_declaration", "method_declaration", "func_literal");
  const body = func?.child("body");
  return body?.contains(node) ?? false;
}

function place(node: GoNode, options: Options): string {
  const line = node.source.text.slice(0, node.start).split("\n").length;
  let { path } = node.source;
  for (const dir of options.within ?? [options.cwd]) if (path.startsWith(`${dir}/`)) path = path.slice(dir.length + 1);
  return `${path}:${line}`;
}
