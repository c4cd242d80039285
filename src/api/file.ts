/** One Go file as a transform works on it: its syntax, its meaning, and the changes that were made so far. */
import type { GoNode, Kind } from "../go/node.ts";
import { parse } from "../go/parse.ts";
import { rewrite } from "../go/rewrite.ts";
import type { FileModel, PackageModel } from "../model/model.ts";
import type { Collection } from "./collection.ts";
import { Draft } from "./draft.ts";
import type { Match } from "./match.ts";
import { Pattern, type PatternOptions } from "./pattern.ts";
import { TransformError } from "./snippet.ts";

/** Kinds that stand outside of declarations. */
const OUTSIDE = new Set<string>([
  "package_clause",
  "package_identifier",
  "import_declaration",
  "import_spec",
  "import_spec_list",
  "comment",
]);

type Collect = <K extends Kind>(matches: readonly Match<K>[]) => Collection<K>;

export class Workspace {
  readonly pkg: PackageModel;
  readonly file: FileModel;
  readonly collect: Collect;
  /** All that was changed outside of fixes. */
  readonly whole = new Draft();
  /** Where changes go now. */
  draft: Draft = this.whole;
  private readonly patterns = new Map<string, Pattern>();
  private parsed: readonly GoNode[] | null = null;
  private outside: readonly GoNode[] | null = null;

  /** `collect` makes a collection of places. */
  constructor(pkg: PackageModel, file: FileModel, collect: Collect) {
    this.pkg = pkg;
    this.file = file;
    this.collect = collect;
  }

  /** Top-level declarations; those that do not parse are left out. */
  get declarations(): readonly GoNode[] {
    this.parsed ??= this.file.declarations.flatMap((d) => this.file.syntax(d) ?? []);
    return this.parsed;
  }

  /** The roots below which nodes of these kinds stand, in the order of the text. */
  rootsFor(kinds: readonly string[]): readonly GoNode[] {
    if (!kinds.some((k) => OUTSIDE.has(k))) return this.declarations;
    this.outside ??= parse(this.file.source).roots.filter((r) => r.is("package_clause", "import_declaration", "comment"));
    return [...this.outside, ...this.declarations].sort((a, b) => a.start - b.start);
  }

  pattern(text: string, options: PatternOptions): Pattern {
    const key = `${text}\0${JSON.stringify(options)}`;
    let made = this.patterns.get(key);
    if (!made) {
      made = new Pattern(text, options);
      this.patterns.set(key, made);
    }
    return made;
  }

  /** Runs `edit` with changes going to a draft of their own. */
  drafted(edit: () => unknown): Draft {
    const outer = this.draft;
    const own = new Draft();
    this.draft = own;
    try {
      const result = edit();
      if (result instanceof Promise) {
        result.catch(() => {});
        throw new TransformError("the changes of a fix are made at once: await before api.fix, not inside of it");
      }
    } finally {
      this.draft = outer;
    }
    return own;
  }

  /** The text with all changes outside of fixes, its imports and formatting put right. */
  toSource(): string {
    const { path, text } = this.file.source;
    if (this.whole.isEmpty) return text;
    const outcome = rewrite(path, text, this.whole.edits, this.whole.imports);
    if (!outcome.ok)
      throw new TransformError(`what the changes make of ${path} does not parse: ${outcome.line}:${outcome.column}: ${outcome.message}`);
    return outcome.text;
  }
}
