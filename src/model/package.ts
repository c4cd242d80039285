/**
 * The package: files, names, and the parts of the model tied together. Everything is computed when first asked for and kept
 * as long as the package is.
 */

import type { FileImport } from "../go/imports.ts";
import { candidateNames } from "../go/imports.ts";
import type { Version } from "../go/module.ts";
import { type GoNode, type Kind, topOf, unparen } from "../go/node.ts";
import type { Declaration } from "../go/outline.ts";
import type { GoFile, SyntaxProblem } from "./file.ts";
import { buildFlow } from "./flow.ts";
import { type Declarations, Focus, type Indexes } from "./focus.ts";
import type { Binding, Call, Entity, ExitKind, Flow, FuncModel, PackageModel, Scope, Selection, Type } from "./model.ts";
import { namesOf, type PackageEntity } from "./names.ts";
import { NoReturn } from "./noreturn.ts";
import type { Lazy } from "./notes.ts";
import { LocalScope, type LocalScopes, localScopes, mayMeanLocal, onlyQualifies } from "./scopes.ts";
import { exportedNames, isNameOf } from "./stdlib.ts";
import { lastName } from "./symbols.ts";
import { Types } from "./types.ts";
import { universe } from "./universe.ts";
import { Once, type Places, wordsIn } from "./words.ts";

export interface PackageInput {
  readonly name: string;
  /** Import path, "" when no go.mod tells. */
  readonly path: string;
  /** Directory relative to the working directory, with `/`. */
  readonly dir: string;
  readonly version: Version;
  readonly files: readonly GoFile[];
  /** Asked when somebody asks for the triggered declarations. */
  readonly triggered: () => Declarations;
  readonly handedOut?: ReadonlyMap<string, ReadonlySet<string>>;
  /** What the configuration says of rules, by rule and name. */
  readonly options?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  readonly import: (path: string, from: PackageModel) => PackageModel | null;
  /** The same for models of the same files, for answers that hang on the files alone; the model itself by default. */
  readonly identity?: object;
  /** Told what is asked of the package: a name, `.T` for the methods of a type, `*` (`ALL`) for anything. Whoever listens knows what an answer hangs on. */
  readonly onAsked?: (name: string) => void;
}

export function buildPackage(input: PackageInput): Package {
  return new Package(input);
}

/** What `onAsked` is told when an answer may hang on any declaration of the package. */
export const ALL = "*";

const FUNCTIONS: readonly Kind[] = ["function_declaration", "method_declaration", "func_literal"];

const NOTHING: ReadonlyMap<string, ReadonlySet<string>> = new Map();

/** A name of the package, an import or the universe. */
class OuterBinding implements Binding {
  readonly name: string;
  readonly kind: Binding["kind"];
  readonly scope: Scope;
  readonly func = null;
  readonly visibleFrom = 0;
  readonly uses = [];
  readonly entity: Entity | null;
  readonly import: FileImport | null;

  constructor(name: string, kind: Binding["kind"], scope: Scope, entity: Entity | null, imported: FileImport | null) {
    this.name = name;
    this.kind = kind;
    this.scope = scope;
    this.entity = entity;
    this.import = imported;
  }

  get node(): GoNode | null {
    const spec = this.entity?.node;
    return spec?.childrenOf("name").find((n) => n.text === this.name) ?? null;
  }
}

class FileScope implements Scope {
  readonly kind = "file";
  readonly parent: Scope;
  readonly node = null;
  readonly bindings = new Map<string, OuterBinding>();
  readonly dots: FileImport[] = [];
  /** What names that no function declares mean in this file, as far as it was asked. */
  readonly resolved = new Map<string, Binding | null>();

  constructor(file: GoFile, parent: Scope, nameOf: (i: FileImport) => readonly string[]) {
    this.parent = parent;
    for (const i of file.imports) {
      if (i.alias === "_") continue;
      if (i.alias === ".") this.dots.push(i);
      else
        for (const name of i.alias ? [i.alias] : nameOf(i))
          if (!this.bindings.has(name)) this.bindings.set(name, new OuterBinding(name, "import", this, null, i));
    }
  }
}

export class Package implements PackageModel {
  readonly name: string;
  readonly path: string;
  readonly dir: string;
  readonly version: Version;
  readonly files: readonly GoFile[];
  readonly #input: PackageInput;
  readonly #types: Types;
  readonly #noReturn: NoReturn;
  readonly #scope = new LocalScope("package", universe, null);
  readonly #fileScopes = new Map<GoFile, FileScope>();
  readonly #fileByPath = new Map<string, GoFile>();
  readonly #local = new Map<GoNode, LocalScopes>();
  /** Names that only stand before dots, by declaration. */
  readonly #qualifiers = new Map<GoNode, Set<string>>();
  readonly #flows = new Map<FuncModel, Flow>();
  readonly #imports = new Map<string, PackageModel | null>();
  readonly #outer = new Map<string, OuterBinding>();
  readonly #symbols = new Map<GoNode, string | null>();
  readonly #mentions = new Map<string, Once<GoNode>>();
  readonly #places = new Map<string, readonly Places[]>();
  readonly #entities = new Map<string, readonly PackageEntity[]>();
  readonly #tops = new Map<string, readonly Entity[]>();
  readonly #methods = new Map<string, readonly Entity[]>();
  readonly #indexes: Indexes = new Map();
  #focus: Focus;

  constructor(input: PackageInput) {
    this.#input = input;
    this.name = input.name;
    this.path = input.path;
    this.dir = input.dir;
    this.version = input.version;
    this.files = input.files;
    for (const f of input.files) this.#fileByPath.set(f.path, f);
    this.#focus = new Focus(input.files, input.triggered, this.#indexes);
    this.#types = new Types(this);
    this.#noReturn = new NoReturn(this, (name) => this.#named(name).filter((e) => e.kind === "func" || e.kind === "method"));
  }

  /** Declarations that did not parse, among those that were asked for. */
  get problems(): readonly SyntaxProblem[] {
    return this.files.flatMap((f) => f.problems);
  }

  get identity(): object {
    return this.#input.identity ?? this;
  }

  option(rule: string, name: string): readonly string[] {
    const { options } = this.#input;
    const own = options && Object.hasOwn(options, rule) ? options[rule] : undefined;
    const value = own && Object.hasOwn(own, name) ? own[name] : undefined;
    return value === undefined ? [] : typeof value === "string" ? [value] : value;
  }

  get handedOut(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#input.handedOut ?? NOTHING;
  }

  get parsedBytes(): number {
    return this.files.reduce((sum, f) => sum + f.parsed, 0);
  }

  import(path: string): PackageModel | null {
    const known = this.#imports.get(path);
    if (known !== undefined) return known;
    const found = this.#input.import(path, this);
    this.#imports.set(path, found);
    return found;
  }

  // ------------------------------------------------------------ names

  /** What is declared under a name: the same objects each time. */
  #named(name: string): readonly PackageEntity[] {
    this.#input.onAsked?.(name);
    return this.#entitiesOf(name);
  }

  #entitiesOf(name: string): readonly PackageEntity[] {
    let entities = this.#entities.get(name);
    if (!entities) {
      entities = namesOf(this.identity, this.files).entities(name, this);
      this.#entities.set(name, entities);
    }
    return entities;
  }

  lookup(name: string): readonly Entity[] {
    let tops = this.#tops.get(name);
    if (!tops) {
      tops = this.#named(name).filter((e) => e.kind !== "method");
      this.#tops.set(name, tops);
    }
    return tops;
  }

  methods(type: string): readonly Entity[] {
    this.#input.onAsked?.(`.${type}`);
    let methods = this.#methods.get(type);
    if (!methods) {
      const names = namesOf(this.identity, this.files).methodsOf(type);
      methods = names.flatMap((name) => this.#entitiesOf(name).filter((e) => e.kind === "method" && e.receiver === type));
      this.#methods.set(type, methods);
    }
    return methods;
  }

  method(type: string, name: string): readonly Entity[] {
    return this.#named(name).filter((e) => e.kind === "method" && e.receiver === type);
  }

  // ------------------------------------------------------------ syntax

  /** Looks at these declarations from now on: what `roots`, `nodes`, `calls` and `functions` give. */
  focusOn(declarations: Declarations): void {
    this.#focus = new Focus(this.files, () => declarations, this.#indexes);
  }

  get view(): object {
    return this.#focus;
  }

  get roots(): readonly GoNode[] {
    return this.#focus.roots;
  }

  nodes(...kinds: readonly Kind[]): GoNode[] {
    return this.#focus.nodes(kinds);
  }

  *calls(...symbols: readonly string[]): Iterable<Call> {
    const wanted = new Set(symbols);
    const paths = importedFor(symbols);
    const mayHold = (file: GoFile): boolean => !paths || paths.has(this.path) || file.imports.some((i) => paths.has(i.path));
    for (const node of this.#focus.callsNamed(new Set(symbols.map(lastName)), mayHold)) {
      const callee = unparen(node.child("function") as GoNode);
      const symbol = this.symbol(callee);
      if (symbol !== null && wanted.has(symbol)) yield this.callAt(node, symbol);
    }
  }

  callees(root: GoNode): ReadonlyMap<string, readonly GoNode[]> {
    return this.#focus.callees(root);
  }

  callAt(node: GoNode, symbol: string): Call {
    const callee = unparen(node.child("function") as GoNode);
    const operand = callee.kind === "selector_expression" ? callee.child("operand") : null;
    const isPackage = operand?.kind === "identifier" && this.binding(operand)?.kind === "import";
    return new CallSite(this, node, symbol, isPackage ? null : operand);
  }

  get functions(): Iterable<FuncModel> {
    return this.roots.flatMap((r) => this.#scopesOf(r).functions);
  }

  mentions(name: string, where?: Parameters<PackageModel["mentions"]>[1]): Iterable<GoNode> {
    this.#input.onAsked?.(ALL);
    if (where) return this.#spelt(name, where);
    let known = this.#mentions.get(name);
    if (!known) {
      known = new Once(this.#spelt(name));
      this.#mentions.set(name, known);
    }
    return known;
  }

  *#spelt(name: string, where?: Parameters<PackageModel["mentions"]>[1]): Generator<GoNode, void> {
    for (const { file, offsets } of this.#placesOf(name)) {
      const { declarations } = file;
      const { text } = file.source;
      let next = 0;
      for (const at of offsets) {
        while (next < declarations.length && (declarations[next] as Declaration).end <= at) next++;
        const d = declarations[next];
        if (!d || d.start > at || (where && !where({ text, at, declaration: d }))) continue;
        const root = file.syntax(d);
        const leaf = root ? leafAt(root, at) : null;
        if (leaf?.kind.endsWith("identifier") && leaf.start === at && leaf.end === at + name.length) yield leaf;
      }
    }
  }

  /** Where a word stands, by file; rules ask for the same names again and again. */
  #placesOf(name: string): readonly Places[] {
    let places = this.#places.get(name);
    if (!places) {
      places = this.files.flatMap((file) => {
        const offsets = wordsIn(file.source.text, name);
        return offsets.length > 0 ? [{ file, offsets }] : [];
      });
      this.#places.set(name, places);
    }
    return places;
  }

  fileOf(node: GoNode): GoFile {
    const file = this.#fileByPath.get(node.source.path);
    if (!file) throw new Error(`${node.source.path} is no file of package ${this.name}`);
    return file;
  }

  functionOf(node: GoNode): FuncModel | null {
    const holder = node.closest(...FUNCTIONS);
    return holder ? this.functionAt(holder) : null;
  }

  functionAt(node: GoNode): FuncModel {
    const func = this.#scopesOf(topOf(node)).functionAt.get(node);
    if (!func) throw new Error(`no function at ${node.source.path}:${node.start} (${node.kind})`);
    return func;
  }

  // ------------------------------------------------------------ meaning

  #scopesOf(root: GoNode): LocalScopes {
    const known = this.#local.get(root);
    if (known) return known;
    const file = this.fileOf(root);
    const { result, finish } = localScopes(root, {
      pkg: this,
      file,
      fileScope: this.#fileScope(file),
      keysAreFields: (literal) => this.#types.keysAreFields(literal),
    });
    this.#local.set(root, result);
    finish();
    return result;
  }

  #fileScope(file: GoFile): FileScope {
    let scope = this.#fileScopes.get(file);
    if (!scope) {
      scope = new FileScope(file, this.#scope, (i) => {
        const known = candidateNames(i.path);
        // One candidate is certain enough; of several, the package itself knows its name.
        if (known.length === 1) return known;
        const pkg = this.import(i.path);
        return pkg ? [pkg.name] : known;
      });
      this.#fileScopes.set(file, scope);
    }
    return scope;
  }

  binding(identifier: GoNode): Binding | null {
    if (identifier.kind === "field_identifier") return null;
    const name = identifier.text;
    if (name === "_") return null;
    const top = topOf(identifier);
    const scopes = this.#local.get(top) ?? (this.#isQualifier(identifier, name, top) ? null : this.#scopesAround(identifier, top));
    const local = scopes?.bindings.get(identifier);
    if (local) return local;
    if (isNobodysName(identifier)) return null;
    if (identifier.parent?.kind === "keyed_element" || identifier.parent?.parent?.kind === "keyed_element") {
      const literal = keyOf(identifier);
      if (literal && this.#types.keysAreFields(literal) !== false) return null;
    }
    return this.#outerBinding(name, this.fileOf(identifier));
  }

  resolve(name: string, at: GoNode): Binding | null {
    const scopes = this.#scopesAround(at)?.scopes;
    for (let n: GoNode | null = scopes ? at : null; n; n = n.parent) {
      const binding = scopes?.get(n)?.bindings.get(name);
      if (binding && (binding.visibleFrom <= at.start || binding.kind === "label")) return binding;
    }
    return this.#outerBinding(name, this.fileOf(at));
  }

  /** The scopes of the declaration in which the node stands; null where no local can be meant, for which nothing needs to be looked at. */
  #scopesAround(node: GoNode, top = topOf(node)): LocalScopes | null {
    return this.#local.get(top) ?? (mayMeanLocal(node) ? this.#scopesOf(top) : null);
  }

  /** The declaration has the name before dots alone. */
  #isQualifier(identifier: GoNode, name: string, top: GoNode): boolean {
    let known = this.#qualifiers.get(top);
    if (known?.has(name)) return true;
    if (!onlyQualifies(identifier, top)) return false;
    if (!known) {
      known = new Set();
      this.#qualifiers.set(top, known);
    }
    known.add(name);
    return true;
  }

  #outerBinding(name: string, file: GoFile): Binding | null {
    const fileScope = this.#fileScope(file);
    let binding = fileScope.resolved.get(name);
    if (binding === undefined) {
      binding = this.#resolved(name, fileScope);
      fileScope.resolved.set(name, binding);
    }
    return binding;
  }

  #resolved(name: string, fileScope: FileScope): Binding | null {
    const imported = fileScope.bindings.get(name);
    if (imported) {
      // A guessed package name gives way to a name that the package declares.
      if (imported.import?.alias || isNameOf(name, imported.import?.path ?? "") || this.lookup(name).length === 0) return imported;
    }
    const known = this.#outer.get(name);
    if (known) return known;
    const entity = this.lookup(name)[0];
    if (entity) {
      const binding = new OuterBinding(name, entity.kind as Binding["kind"], this.#scope, entity, null);
      this.#outer.set(name, binding);
      return binding;
    }
    for (const dot of fileScope.dots) {
      const pkg = this.import(dot.path);
      const found = pkg?.lookup(name)[0];
      if (found) return new OuterBinding(name, found.kind as Binding["kind"], fileScope, found, dot);
      if (exportedNames(dot.path)?.has(name)) return new OuterBinding(name, "import", fileScope, null, dot);
    }
    return universe.bindings.get(name) ?? null;
  }

  typeOf(expression: GoNode): Type {
    return this.#types.typeOf(expression);
  }

  typeAt(typeNode: GoNode): Type {
    return this.#types.typeAt(typeNode);
  }

  selection(selector: GoNode): Selection | null {
    return this.#types.select(selector);
  }

  symbol(expression: GoNode): string | null {
    const e = unparen(expression);
    let symbol = this.#symbols.get(e);
    if (symbol === undefined) {
      symbol = this.#symbolOf(e);
      this.#symbols.set(e, symbol);
    }
    return symbol;
  }

  #symbolOf(e: GoNode): string | null {
    if (e.kind === "identifier" || e.kind === "type_identifier") return this.#nameSymbol(e);
    if (e.kind === "qualified_type") {
      const pkg = e.child("package");
      const path = pkg && this.importPath(pkg);
      return path ? `${path}.${e.child("name")?.text}` : null;
    }
    if (e.kind === "index_expression" || e.kind === "type_instantiation_expression" || e.kind === "generic_type") {
      const inner = e.child("operand") ?? e.child("type") ?? e.items[0];
      return inner ? this.symbol(inner) : null;
    }
    if (e.kind !== "selector_expression") return null;
    const operand = e.child("operand") as GoNode;
    const field = e.child("field")?.text ?? "";
    const path = this.importPath(unparen(operand));
    if (path) return `${path}.${field}`;
    const selection = this.selection(e);
    if (!selection) return null;
    let owner = selection.owner;
    if (owner.kind === "pointer") owner = owner.elem;
    if (owner.kind !== "named" || owner.local) return null;
    return owner.path === "" ? `${owner.name}.${field}` : `${owner.path}.${owner.name}.${field}`;
  }

  importPath(node: GoNode): string | null {
    if (node.kind !== "identifier" && node.kind !== "package_identifier") return null;
    if (!this.#fileScope(this.fileOf(node)).bindings.has(node.text)) return null;
    const binding = this.binding(node);
    return binding?.kind === "import" ? (binding.import?.path ?? null) : null;
  }

  #nameSymbol(identifier: GoNode): string | null {
    const binding = this.binding(identifier);
    if (!binding) return null;
    if (binding.kind === "builtin") return binding.name;
    if (binding.import?.alias === ".") return `${binding.import.path}.${binding.name}`;
    if (!binding.entity) return null;
    return this.path === "" ? binding.name : `${this.path}.${binding.name}`;
  }

  flow(func: FuncModel): Flow {
    let flow = this.#flows.get(func);
    if (!flow) {
      if (func.pkg !== this) return func.pkg.flow(func);
      flow = buildFlow(func, {
        noReturn: (call) => this.noReturn(call),
        binding: (identifier) => this.binding(identifier),
        constant: (expression) => this.#types.constantBool(expression),
        endless: (channel) => this.#neverClosed(channel),
      });
      this.#flows.set(func, flow);
    }
    return flow;
  }

  noReturn(call: GoNode): ExitKind | null {
    return this.#noReturn.of(call);
  }

  /** Stop does not close a ticker's channel, and nothing else can: documented by package time. */
  #neverClosed(channel: GoNode): boolean {
    const e = unparen(channel);
    if (e.kind === "call_expression") return this.symbol(e.child("function") as GoNode) === "time.Tick";
    const symbol = e.kind === "selector_expression" && e.child("field")?.text === "C" ? this.symbol(e) : null;
    return symbol === "time.Ticker.C" || symbol === "time.Timer.C";
  }
}

class CallSite implements Call {
  readonly #pkg: Package;
  readonly node: GoNode;
  readonly symbol: string;
  readonly args: readonly GoNode[];
  readonly receiver: GoNode | null;
  readonly file: GoFile;
  declare readonly func: FuncModel | null;

  /** Not every rule asks for it, and it takes the declaration's scopes. */
  static readonly #func: Lazy<CallSite> = {
    enumerable: true,
    get() {
      return this.#pkg.functionOf(this.node);
    },
  };

  constructor(pkg: Package, node: GoNode, symbol: string, receiver: GoNode | null) {
    this.#pkg = pkg;
    this.node = node;
    this.symbol = symbol;
    this.args = node.child("arguments")?.items ?? [];
    this.receiver = receiver;
    this.file = pkg.fileOf(node);
    Object.defineProperty(this, "func", CallSite.#func);
  }
}

/** The packages whose functions the symbols are; null where one may be a method, which no file needs an import for. */
function importedFor(symbols: readonly string[]): ReadonlySet<string> | null {
  const paths = new Set<string>();
  for (const symbol of symbols) {
    const slash = symbol.lastIndexOf("/");
    const dot = symbol.indexOf(".", slash);
    // Without a slash `T.M` may be a method of a type without a path.
    if (slash < 0 || dot < 0 || dot !== symbol.lastIndexOf(".")) return null;
    paths.add(symbol.slice(0, dot));
  }
  return paths;
}

function leafAt(root: GoNode, at: number): GoNode {
  let n = root;
  for (;;) {
    const { children } = n;
    let low = 0;
    let high = children.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((children[middle] as GoNode).end <= at) low = middle + 1;
      else high = middle;
    }
    const next = children[low];
    if (!next || next.start > at) return n;
    n = next;
  }
}

/** Identifiers that name parameters of function types, fields and the like: they mean nothing to the scopes around them. */
function isNobodysName(identifier: GoNode): boolean {
  const parent = identifier.parent;
  return (
    identifier.field === "name" &&
    (parent?.is("parameter_declaration", "variadic_parameter_declaration", "method_elem", "qualified_type") ?? false)
  );
}

/** The literal_value of which the identifier, alone, is a key. */
function keyOf(identifier: GoNode): GoNode | null {
  const element = identifier.parent?.kind === "literal_element" ? identifier.parent : identifier;
  return element.field === "key" && element.parent?.kind === "keyed_element" ? element.closest("literal_value") : null;
}
