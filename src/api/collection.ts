/** Places in a Go file, found together and changed together. */
import { type Field, type GoNode, type Kind, unparen } from "../go/node.ts";
import type { FileModel, PackageModel } from "../model/model.ts";
import { lastName } from "../model/symbols.ts";
import { foreignSymbol } from "../rule/foreign.ts";
import { parseSymbol } from "../rule/resources/own.ts";
import { Workspace } from "./file.ts";
import { Imports } from "./imports.ts";
import { Match, type Template, type WriteOptions } from "./match.ts";
import type { Captures, PatternOptions } from "./pattern.ts";
import { TransformError } from "./snippet.ts";

/**
 * What a node has to look like: its text, or what children look like, by name. A string is the whole text, a function is asked.
 * `{ function: "panic", arguments: (args) => args.text.includes("TODO") }`
 */
export type Shape = { readonly [F in Field | "text"]?: string | RegExp | ((match: Match) => boolean) | Shape };

/** Places of one file, in the order of the text. The collection that `api.go(file)` gives is the whole file. */
export class Collection<K extends Kind = Kind> implements Iterable<Match<K>> {
  readonly #work: Workspace;
  /** null: the whole file. */
  readonly #matches: readonly Match<K>[] | null;

  /** @internal */
  constructor(work: Workspace, matches: readonly Match<K>[] | null) {
    this.#work = work;
    this.#matches = matches;
  }

  [Symbol.iterator](): Iterator<Match<K>> {
    return this.matches[Symbol.iterator]();
  }

  /** The places; of a whole file its top-level declarations. */
  get matches(): readonly Match<K>[] {
    return this.#matches ?? this.#work.declarations.map((n) => new Match<K>(this.#work, n));
  }

  /** How many. */
  get length(): number {
    return this.matches.length;
  }

  /** The first place; null when there is none. */
  get first(): Match<K> | null {
    return this.matches[0] ?? null;
  }

  /** The place of that number, from 0; negative numbers count from the end. */
  at(index: number): Match<K> | null {
    return this.matches.at(index) ?? null;
  }

  /** The imports of the file. */
  get imports(): Imports {
    return new Imports(this.#work);
  }

  // ------------------------------------------------------------ finding

  /** Nodes of a kind within these places, with the shape when one is given. */
  find<C extends Kind>(kind: C, shape?: Shape): Collection<C> {
    const found = this.#nodes([kind]).map((n) => new Match<C>(this.#work, n));
    return new Collection<C>(this.#work, shape ? found.filter((m) => hasShape(m, shape)) : found);
  }

  /**
   * Where a Go pattern stands within these places: `time.AfterFunc($d, $f)`. `$x` is any one node, the same where it stands twice;
   * `$$$xs` any number in a row; `$_` and `$$$` are not kept. `time` is package time, whatever the file calls it. Throws `TransformError` for what
   * is no Go.
   */
  pattern(text: string, options: PatternOptions = {}): Collection {
    const pattern = this.#work.pattern(text, options);
    return this.#collect(this.#nodes(pattern.kinds), (node) => pattern.match(this.#work.pkg, node));
  }

  /**
   * Calls of functions and methods by their full names: "time.After", "sync.Pool.Get", "github.com/x/y.(*T).M". `$receiver` and `$$$args` stand for
   * what it is called on and with.
   */
  calls(...symbols: readonly string[]): Collection<"call_expression"> {
    const wanted = new Set(symbols.map(symbolText));
    const names = new Set([...wanted].map(lastName));
    return this.#collect(this.#nodes(["call_expression"]), (node): Captures | null => {
      const callee = unparen(node.child("function") ?? node);
      const name = callee.kind === "selector_expression" ? callee.child("field")?.text : callee.text;
      if (name === undefined || !names.has(name) || !wanted.has(this.#symbol(callee) ?? "")) return null;
      const operand = callee.child("operand");
      const isPackage = operand?.kind === "identifier" && this.#work.pkg.binding(operand)?.kind === "import";
      const receiver: [string, readonly GoNode[]][] = operand && !isPackage ? [["receiver", [operand]]] : [];
      return new Map<string, readonly GoNode[]>([...receiver, ["args", node.child("arguments")?.items ?? []]]);
    }) as Collection<"call_expression">;
  }

  /** Where functions, types, variables, constants, methods or fields are named, by their full names: called, passed on, or used as types. */
  references(...symbols: readonly string[]): Collection {
    const wanted = new Set(symbols.map(symbolText));
    const names = new Set([...wanted].map(lastName));
    const kinds: readonly Kind[] = ["selector_expression", "qualified_type", "identifier", "type_identifier"];
    return this.#collect(this.#nodes(kinds), (node) => {
      if (node.children.length === 0 && (node.field === "field" || node.parent?.is("selector_expression", "qualified_type"))) return null;
      const name = node.child("field") ?? node.child("name") ?? node;
      return names.has(name.text) && wanted.has(this.#symbol(node) ?? "") ? new Map() : null;
    });
  }

  /** The nearest node around each place of one of the kinds, each once. */
  closest<C extends Kind>(...kinds: readonly C[]): Collection<C> {
    const seen = new Map<GoNode, Match<C>>();
    for (const m of this) {
      const found = m.closest(...kinds);
      if (found && !seen.has(found.node)) seen.set(found.node, found);
    }
    return new Collection<C>(this.#work, [...seen.values()]);
  }

  /** The places for which the test says yes. */
  filter(test: (match: Match<K>, index: number) => boolean): Collection<K> {
    return new Collection<K>(this.#work, this.matches.filter(test));
  }

  /** True when the test says yes for some place. */
  some(test: (match: Match<K>) => boolean): boolean {
    return this.matches.some((m) => test(m));
  }

  /** True when the test says yes for every place. */
  every(test: (match: Match<K>) => boolean): boolean {
    return this.matches.every((m) => test(m));
  }

  /** Does something for each place. */
  forEach(work: (match: Match<K>, index: number) => void): this {
    this.matches.forEach((m, i) => {
      work(m, i);
    });
    return this;
  }

  /** One value for each place. */
  map<T>(value: (match: Match<K>, index: number) => T): T[] {
    return this.matches.map((m, i) => value(m, i));
  }

  // ------------------------------------------------------------ changing

  /** Puts Go text in each place; see `Match.replaceWith`. Where places lie inside of each other, what is copied is the new text of the inner ones. */
  replaceWith(template: Template, options?: WriteOptions): this {
    for (const m of [...this.matches].reverse()) m.replaceWith(template, options);
    return this;
  }

  /** Puts something before each place; see `Match.insertBefore`. */
  insertBefore(template: Template, options?: WriteOptions): this {
    return this.forEach((m) => {
      m.insertBefore(template, options);
    });
  }

  /** Puts something after each place; see `Match.insertAfter`. */
  insertAfter(template: Template, options?: WriteOptions): this {
    return this.forEach((m) => {
      m.insertAfter(template, options);
    });
  }

  /** Takes each place out; see `Match.remove`. */
  remove(): this {
    return this.forEach((m) => {
      m.remove();
    });
  }

  /** The whole file with the changes that were made outside of fixes; its text as it is when there are none. */
  toSource(): string {
    return this.#work.toSource();
  }

  // ------------------------------------------------------------ inside

  #nodes(kinds: readonly Kind[]): GoNode[] {
    const wanted = new Set<string>(kinds);
    const found = new Set<GoNode>();
    for (const root of this.#matches?.map((m) => m.node) ?? this.#work.rootsFor(kinds))
      root.walk((n) => {
        if (wanted.has(n.kind)) found.add(n);
      });
    return [...found];
  }

  #collect(nodes: readonly GoNode[], test: (node: GoNode) => Captures | null): Collection {
    return new Collection(
      this.#work,
      nodes.flatMap((n) => {
        const captures = test(n);
        return captures ? [new Match(this.#work, n, captures)] : [];
      }),
    );
  }

  #symbol(node: GoNode): string | null {
    return node.kind === "selector_expression" ? foreignSymbol(this.#work.pkg, node) : this.#work.pkg.symbol(node);
  }
}

/** `path.(*T).M` as the model names it: `path.T.M`. Names of the universe and of a package without a path stand for themselves. */
function symbolText(text: string): string {
  const symbol = parseSymbol(text);
  if (symbol) return symbol.type === null ? `${symbol.path}.${symbol.name}` : `${symbol.path}.${symbol.type}.${symbol.name}`;
  if (/^[A-Za-z_]\w*$/.test(text)) return text;
  throw new TransformError(`"${text}" names no function, type or value: write it as import/path.Name or import/path.(*Type).Method`);
}

function hasShape(match: Match, shape: Shape): boolean {
  return Object.entries(shape).every(([name, wanted]) => {
    const part = name === "text" ? match : match.field(name as Field);
    if (wanted === undefined) return true;
    if (!part) return false;
    if (typeof wanted === "string") return part.text === wanted;
    if (wanted instanceof RegExp) return wanted.test(part.text);
    return typeof wanted === "function" ? wanted(part) : hasShape(part, wanted);
  });
}

/** The whole of a file. */
export function fileOf(pkg: PackageModel, file: FileModel): { readonly root: Collection; readonly work: Workspace } {
  const work: Workspace = new Workspace(pkg, file, (matches) => new Collection(work, matches));
  return { root: new Collection(work, null), work };
}
