/** One Go file: text, outline and syntax, each made when first asked for. */

import { mayDeclare } from "../go/declares.ts";
import type { FileImport } from "../go/imports.ts";
import { builds32, fileBuildVersion, type Version } from "../go/module.ts";
import type { GoNode, Source } from "../go/node.ts";
import { type BuildLine, type Declaration, type ImportDeclaration, importsOnly, type Outline, outline } from "../go/outline.ts";
import { parse } from "../go/parse.ts";
import { respellNew } from "../go/respell.ts";
import { readDeclaration } from "../go/syntax/read.ts";
import type { FileModel } from "./model.ts";

export interface SyntaxProblem {
  readonly path: string;
  /** UTF-16 offset in the file. */
  readonly start: number;
  readonly message: string;
}

/** Deeper nesting than any person writes; the walks of the model recurse. */
const DEEPEST = 1_000;

export class GoFile implements FileModel {
  readonly path: string;
  readonly #load: () => string;
  #source: Source | null = null;
  #head: Outline | null = null;
  #outline: Outline | null = null;
  readonly #syntax = new Map<Declaration, GoNode | null>();
  readonly problems: SyntaxProblem[] = [];
  /** UTF-16 units handed to the parser so far. */
  parsed = 0;

  /** `path` is relative to the working directory, with `/`; `load` is called at most once. */
  constructor(path: string, load: () => string) {
    this.path = path;
    this.#load = load;
  }

  /** UTF-16 units of text that it holds. */
  get loaded(): number {
    return this.#source?.text.length ?? 0;
  }

  get source(): Source {
    this.#source ??= { path: this.path, text: this.#load() };
    return this.#source;
  }

  get outline(): Outline {
    this.#outline ??= outline(this.source.text);
    return this.#outline;
  }

  /** Whether somebody has asked for the outline. */
  get outlined(): boolean {
    return this.#outline !== null;
  }

  /** What stands above the declarations, for which the rest of the file need not be looked at. */
  get #header(): Outline {
    this.#head ??= this.#outline ?? importsOnly(this.source.text);
    return this.#head;
  }

  get packageName(): string {
    return this.#header.packageName;
  }

  get imports(): readonly FileImport[] {
    return this.#header.imports;
  }

  get importDecls(): readonly ImportDeclaration[] {
    return this.#header.importDecls;
  }

  /** Build constraint lines that Go's build tool would heed. */
  get build(): readonly BuildLine[] {
    return this.#header.build;
  }

  /** False only when none of its declarations has the name. */
  mayDeclare(name: string): boolean {
    return this.#outline ? this.#outline.declarations.some((d) => d.names.includes(name)) : mayDeclare(this.source.text, name);
  }

  /** Whether the word stands anywhere in the text, or within other words. */
  mentions(word: string): boolean {
    return this.source.text.includes(word);
  }

  get declarations(): readonly Declaration[] {
    return this.outline.declarations;
  }

  get generated(): boolean {
    return this.#header.generated;
  }

  get test(): boolean {
    return this.path.endsWith("_test.go");
  }

  get buildVersion(): Version | null {
    return fileBuildVersion(this.build);
  }

  get builds32(): boolean {
    return builds32(this.path, this.build);
  }

  get cgo(): boolean {
    return this.imports.some((i) => i.path === "C");
  }

  syntax(declaration: Declaration): GoNode | null {
    const known = this.#syntax.get(declaration);
    if (known !== undefined) return known;
    this.parse([declaration]);
    return this.#syntax.get(declaration) ?? null;
  }

  /** Reads declarations; those that only the grammar can tell of are parsed together, which costs less than one by one. */
  parse(declarations: readonly Declaration[]): void {
    const refused: Declaration[] = [];
    for (const d of declarations) {
      if (this.#syntax.has(d)) continue;
      const root = readDeclaration(this.source, d);
      if (root) this.#keep(d, root);
      else refused.push(d);
    }
    if (refused.length > 0) this.#parse(refused.sort((a, b) => a.start - b.start));
  }

  #keep(d: Declaration, root: GoNode): void {
    this.parsed += d.end - d.start;
    if (d.end - d.start > 2 * DEEPEST && deeperThan(root, DEEPEST)) {
      this.problems.push({ path: this.path, start: d.start, message: `nested deeper than ${DEEPEST} levels, not checked` });
      this.#syntax.set(d, null);
    } else this.#syntax.set(d, root);
  }

  #parse(wanted: readonly Declaration[]): void {
    const tree = parse(this.source, wanted);
    const byStart = new Map(tree.roots.map((r) => [r.start, r]));
    for (const d of wanted) {
      let root = byStart.get(d.start) ?? null;
      let error = tree.errors.find((e) => e.start >= d.start && e.start <= d.end);
      // Alone, so that a neighbour's error does no harm; then with what the grammar does not know respelt.
      for (const shown of error || !root ? [this.source.text, respellNew(this.source.text, d)] : []) {
        if (shown === null || (root && !error)) continue;
        const again = parse(this.source, [d], shown);
        root = again.roots[0] ?? null;
        error = again.errors[0];
      }
      if (error || !root) {
        this.parsed += d.end - d.start;
        this.problems.push({ path: this.path, start: error?.start ?? d.start, message: "syntax error" });
        this.#syntax.set(d, null);
      } else this.#keep(d, root);
    }
  }
}

/** A level of nesting takes two characters at least: shorter declarations need not be asked. */
function deeperThan(node: GoNode, levels: number): boolean {
  if (levels === 0) return true;
  const { children } = node;
  for (let i = 0; i < children.length; i++) {
    const c = children[i] as GoNode;
    if (c.children.length > 0 && deeperThan(c, levels - 1)) return true;
  }
  return false;
}
