/** One Go file: text, outline and syntax, each made when first asked for. */
import { builds32, fileBuildVersion, type Version } from "../go/module.ts";
import type { GoNode, Source } from "../go/node.ts";
import type { FileImport } from "../go/imports.ts";
import { type Declaration, type Outline, outline } from "../go/outline.ts";
import { parse, type Range } from "../go/parse.ts";
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

  get source(): Source {
    this.#source ??= { path: this.path, text: this.#load() };
    return this.#source;
  }

  get outline(): Outline {
    this.#outline ??= outline(this.source.text);
    return this.#outline;
  }

  get imports(): readonly FileImport[] {
    return this.outline.imports;
  }

  get declarations(): readonly Declaration[] {
    return this.outline.declarations;
  }

  get generated(): boolean {
    return this.outline.generated;
  }

  get test(): boolean {
    return this.path.endsWith("_test.go");
  }

  get buildVersion(): Version | null {
    return fileBuildVersion(this.outline.build);
  }

  get builds32(): boolean {
    return builds32(this.path, this.outline.build);
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

  /** Parses several declarations at once, which costs less than one by one. */
  parse(declarations: readonly Declaration[]): void {
    const wanted = declarations.filter((d) => !this.#syntax.has(d)).sort((a, b) => a.start - b.start);
    const together: Declaration[] = [];
    const ranges: Range[] = [];
    for (const d of wanted) {
      const range = this.#rangeOf(d);
      if (range) {
        together.push(d);
        ranges.push(range);
      } else this.#parse([d], [d]);
    }
    if (together.length > 0) this.#parse(together, ranges);
  }

  /** A declaration with its line end, which ends it for the grammar; null when a comment that spans lines stands there. */
  #rangeOf(d: Declaration): Range | null {
    const { text } = this.source;
    const all = this.declarations;
    const next = all[all.indexOf(d) + 1]?.start ?? text.length;
    const newline = text.indexOf("\n", d.end);
    const end = Math.min(newline < 0 ? text.length : newline + 1, next);
    return text.slice(d.end, end).includes("/*") ? null : { start: d.start, end };
  }

  #parse(declarations: readonly Declaration[], ranges: readonly Range[]): void {
    const { roots, errors } = parse(this.source, ranges);
    const byStart = new Map(roots.map((r) => [r.start, r]));
    declarations.forEach((d, i) => {
      const { start, end } = ranges[i] as Range;
      this.parsed += end - start;
      const root = byStart.get(d.start) ?? null;
      const error = errors.find((e) => e.start >= start && e.start <= end);
      if (error || !root) {
        this.problems.push({ path: this.path, start: error?.start ?? d.start, message: "syntax error" });
        this.#syntax.set(d, null);
      } else if (tooDeep(root)) {
        this.problems.push({ path: this.path, start: d.start, message: `nested deeper than ${DEEPEST} levels, not checked` });
        this.#syntax.set(d, null);
      } else this.#syntax.set(d, root);
    });
  }
}

function tooDeep(root: GoNode): boolean {
  let level: GoNode[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((n) => n.children);
  }
  return false;
}
