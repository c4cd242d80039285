/** One place in a Go file, as a transform sees it. */
import { type Field, type GoNode, type Kind, unparen } from "../go/node.ts";
import type { Binding, Flow, FuncModel, PackageModel, Type, Witness } from "../model/model.ts";
import { typeString } from "../model/types.ts";
import type { Edits } from "../rule/edits.ts";
import { statementOf } from "../rule/edits.ts";
import { foreignSymbol } from "../rule/foreign.ts";
import { Lines } from "../text/lines.ts";
import type { Collection } from "./collection.ts";
import type { Workspace } from "./file.ts";
import type { PackageNames } from "./packages.ts";
import type { Captures } from "./pattern.ts";
import { inserted, insertedArgument, removed, replaced } from "./place.ts";
import { Unwritable, type Written, write } from "./write.ts";

/** Go text for a place; a function makes it for each place. Metavariables of the pattern stand for what they matched. */
export type Template = string | ((match: Match) => string);

/** How a replacement is read. */
export interface WriteOptions {
  /** Import paths of other modules by the names that the text uses for them; the standard library's are known. */
  readonly imports?: PackageNames;
}

/** A node of the syntax tree, with what a pattern found in it, and what can be asked about it and done to it. */
export class Match<K extends Kind = Kind> {
  /** The node itself. */
  readonly node: GoNode & { readonly kind: K };
  /** What the metavariables of the pattern stand for, by name; `receiver` and `args` of a call that was found by its symbol. */
  readonly captures: Captures;
  readonly #work: Workspace;

  /** @internal */
  constructor(work: Workspace, node: GoNode, captures: Captures = new Map()) {
    this.node = node as GoNode & { readonly kind: K };
    this.captures = captures;
    this.#work = work;
  }

  /** The kind of the node: "call_expression". */
  get kind(): K {
    return this.node.kind;
  }

  /** The text of the node. */
  get text(): string {
    return this.node.text;
  }

  /** Path of the file, relative to the working directory. */
  get path(): string {
    return this.node.source.path;
  }

  /** The line on which it starts, from 1. */
  get line(): number {
    return new Lines(this.node.source.text).position(this.node.start).line;
  }

  // ------------------------------------------------------------ what is around and inside

  /** What `$name` stands for; null when it stands for nothing. Of a `$$$name` the first. */
  get(name: string): Match | null {
    const [first] = this.captures.get(name) ?? [];
    return first ? this.#other(first) : null;
  }

  /** What `$$$name` stands for. */
  all(name: string): Collection {
    return this.#many(this.captures.get(name) ?? []);
  }

  /** The child of that name: `field("function")` of a call. */
  field(name: Field): Match | null {
    const child = this.node.child(name);
    return child ? this.#other(child) : null;
  }

  /** The arguments of a call. */
  get args(): Collection {
    return this.#many(this.node.child("arguments")?.items ?? []);
  }

  /** The node around this one; null for a top-level declaration. */
  get parent(): Match | null {
    return this.node.parent ? this.#other(this.node.parent) : null;
  }

  /** The nearest node around this one of one of the kinds. */
  closest<C extends Kind>(...kinds: readonly C[]): Match<C> | null {
    const found = this.node.closest(...kinds);
    return found ? new Match<C>(this.#work, found) : null;
  }

  /** The statement in which it stands, or which it is; null outside of functions. */
  get statement(): Match | null {
    const statement = statementOf(this.node);
    return statement ? this.#other(statement) : null;
  }

  /** The function, method or function literal in which it stands. */
  get function(): Match<"function_declaration" | "method_declaration" | "func_literal"> | null {
    return this.closest("function_declaration", "method_declaration", "func_literal");
  }

  /** Itself as a collection, to look inside of it. */
  get inside(): Collection<K> {
    return this.#work.collect([this]);
  }

  /** True when it is of one of the kinds. */
  is<C extends Kind>(...kinds: readonly C[]): this is Match<C> {
    return (kinds as readonly string[]).includes(this.node.kind);
  }

  /** True when the other lies within this one. */
  contains(other: Match): boolean {
    return this.node.contains(other.node);
  }

  // ------------------------------------------------------------ what it means

  /** What it names, in full: "time.After", "sync.Pool.Get", "panic"; of a call what is called. null for locals and what is not known. */
  get symbol(): string | null {
    const e = this.node.kind === "call_expression" ? this.node.child("function") : this.node;
    if (!e) return null;
    const inner = unparen(e);
    return inner.kind === "selector_expression" ? foreignSymbol(this.#work.pkg, inner) : this.#work.pkg.symbol(inner);
  }

  /** Its type; of kind "unknown" where it cannot be told for sure. */
  get type(): Type {
    return isTypeNode(this.node) ? this.#work.pkg.typeAt(this.node) : this.#work.pkg.typeOf(this.node);
  }

  /** Its type as Go spells it, with whole import paths: "*net/http.Request"; "?" where it is not known. */
  get typeText(): string {
    return typeString(this.type);
  }

  /** What a name means: where it was declared, what kind of thing it is, how it is used. */
  get binding(): Binding | null {
    return this.#work.pkg.binding(this.node);
  }

  /** What a name would mean if it stood here; null when it means nothing. */
  resolve(name: string): Binding | null {
    return this.#work.pkg.resolve(name, this.node);
  }

  /** The type, as `typeText`, of the variable that a name means here; null when it means none. */
  typeOfName(name: string): string | null {
    const binding = this.resolve(name);
    if (!binding?.node) return null;
    const { parent } = binding.node;
    const written = parent?.is("parameter_declaration", "var_spec") ? parent.child("type") : null;
    return typeString(written ? this.#work.pkg.typeAt(written) : this.#work.pkg.typeOf(binding.node));
  }

  /** The package that the file belongs to, with all that gomend's own rules ask. */
  get package(): PackageModel {
    return this.#work.pkg;
  }

  /** The model of the function around it: parameters, results, scope. */
  get functionModel(): FuncModel | null {
    return this.#work.pkg.functionOf(this.node);
  }

  /** The control flow of the function around it; null outside of functions. */
  get flow(): Flow | null {
    const func = this.functionModel;
    return func ? this.#work.pkg.flow(func) : null;
  }

  /**
   * A path from just after this node to a return or the end of its function on which nothing that `until` holds (or says yes to) runs; null
   * when there is none. The path's `steps` are the conditions on the way.
   */
  escape(until: Collection | ((node: GoNode) => boolean)): Witness | null {
    const stops = (atom: GoNode): boolean => (typeof until === "function" ? until(atom) : until.some((m) => atom.contains(m.node)));
    return this.flow?.escape(this.node, { stop: stops }) ?? null;
  }

  // ------------------------------------------------------------ changes

  /** Puts Go text in its place. Comments in it are kept, parentheses come where they are needed, packages are imported and dropped. */
  replaceWith(template: Template, options: WriteOptions = {}): this {
    return this.#change(template, options, (written) => replaced(this.node, written), true);
  }

  /** Puts a statement, declaration or element of a list before it. */
  insertBefore(template: Template, options: WriteOptions = {}): this {
    return this.#change(template, options, (written) => inserted(this.node, written, "before"));
  }

  /** Puts a statement, declaration or element of a list after it. */
  insertAfter(template: Template, options: WriteOptions = {}): this {
    return this.#change(template, options, (written) => inserted(this.node, written, "after"));
  }

  /** Puts a new argument into a call: at an index, or at the end. */
  insertArgument(index: number, template: Template, options: WriteOptions = {}): this {
    return this.#change(template, options, (written) => insertedArgument(this.node, index, written.text));
  }

  /** Takes it out: a statement, a declaration, or an element of a list. */
  remove(): this {
    this.#work.draft.add(removed(this.node));
    return this;
  }

  #change(template: Template, options: WriteOptions, edits: (written: Written) => Edits, replaces = false): this {
    const { draft, pkg } = this.#work;
    const { path, text: source } = this.node.source;
    const text = typeof template === "function" ? template(this) : template;
    try {
      const written = write(
        text,
        { pkg, at: this.node, textOf: (start, end) => draft.textOf(path, source, start, end) },
        this.captures,
        options.imports ?? {},
      );
      if (replaces) draft.replace(edits(written), written.imports);
      else draft.add(edits(written), written.imports);
    } catch (error) {
      if (!(error instanceof Unwritable)) throw error;
      draft.refuse(error.message);
    }
    return this;
  }

  #other(node: GoNode): Match {
    return new Match(this.#work, node);
  }

  #many(nodes: readonly GoNode[]): Collection {
    return this.#work.collect(nodes.map((n) => new Match(this.#work, n)));
  }
}

const TYPES = new Set<string>([
  "array_type",
  "channel_type",
  "function_type",
  "generic_type",
  "interface_type",
  "map_type",
  "pointer_type",
  "qualified_type",
  "slice_type",
  "struct_type",
  "type_identifier",
]);

function isTypeNode(node: GoNode): boolean {
  return TYPES.has(node.kind);
}
