/**
 * What the rules may ask about a package: the interfaces between the parts of the model.
 *
 * The parts: `scopes.ts` (bindings and their uses), `types.ts` (shallow types), `flow.ts` (control flow),
 * `calls.ts` (call sites and what a function does with its parameters), `package.ts` (which ties them together).
 * Everything is computed on demand, from the declarations that a trigger touched or that somebody asks for by name.
 */
import type { FileImport } from "../go/imports.ts";
import type { Version } from "../go/module.ts";
import type { GoNode, Source } from "../go/node.ts";
import type { Declaration, ImportDeclaration } from "../go/outline.ts";

// ---------------------------------------------------------------- package

/** One Go file of a package. */
export interface FileModel {
  readonly source: Source;
  readonly imports: readonly FileImport[];
  readonly importDecls: readonly ImportDeclaration[];
  readonly declarations: readonly Declaration[];
  /** `// Code generated ... DO NOT EDIT.` stands before the package clause. */
  readonly generated: boolean;
  /** Named `*_test.go`. */
  readonly test: boolean;
  /** A `//go:build go1.x` line of this file, else null. */
  readonly buildVersion: Version | null;
  /** The file can be built with `GOOS`/`GOARCH` of a platform with 4-byte words. */
  readonly builds32: boolean;
  /** The file imports "C". */
  readonly cgo: boolean;
  /** All nodes of a declaration, parsed when first asked for; null when it does not parse. */
  syntax(declaration: Declaration): GoNode | null;
}

/** A name that a package declares at top level. Build-tagged twins are several entities of one name. */
export interface Entity {
  readonly name: string;
  readonly kind: "func" | "method" | "type" | "var" | "const";
  /** For a method: the name of the receiver's base type. */
  readonly receiver: string | null;
  readonly file: FileModel;
  readonly pkg: PackageModel;
  readonly declaration: Declaration;
  /**
   * `function_declaration`, `method_declaration`, `type_spec`/`type_alias`, `var_spec` or `const_spec` that declares it;
   * null when the declaration does not parse.
   */
  readonly node: GoNode | null;
  /** For what hangs on the signature alone: a function or method without its body, as long as nobody needed that; else as `node`. */
  readonly head: GoNode | null;
}

/** One package: the files of one directory with one package name. */
export interface PackageModel {
  readonly name: string;
  /** Import path; "" when no go.mod tells. */
  readonly path: string;
  /** Directory relative to the working directory, with `/`. */
  readonly dir: string;
  readonly files: readonly FileModel[];
  /** Language version by the main module's `go` line, or by `--go`; the newest known when nothing tells. */
  readonly version: Version;
  /** Packages of the module, its workspace, vendor and the module cache; null when not to be had. */
  import(path: string): PackageModel | null;
  /** What the configuration says of a rule under a name; empty when nothing. */
  option(rule: string, name: string): readonly string[];
  /** The same for models of the same files, for answers that hang on the files alone. */
  readonly identity: object;
  /** By import path of another package of the module: names of its functions and methods that hand out what they acquire. */
  readonly handedOut: ReadonlyMap<string, ReadonlySet<string>>;

  /** Top-level names; methods are not among them. */
  lookup(name: string): readonly Entity[];
  /** Methods declared on the package's own type. */
  methods(type: string): readonly Entity[];
  /** Those of one name: several where build tags declare it in several ways. */
  method(type: string, name: string): readonly Entity[];

  /** The same as long as the same declarations are looked at: for answers that hang on `roots`, `nodes`, `calls` or `functions`. */
  readonly view: object;
  /** The parsed top-level declarations that the rule's triggers touched, in order of file and offset. */
  readonly roots: Iterable<GoNode>;
  /** Nodes of the kinds in the triggered declarations. */
  nodes(...kinds: readonly import("../go/node.ts").Kind[]): Iterable<GoNode>;
  /** Calls in triggered declarations whose callee resolves to the symbol, e.g. "time.After", "net/http.Get", "sync.Pool.Get". */
  calls(...symbols: readonly string[]): Iterable<Call>;
  /** Calls in a declaration by the last name of their callee, each in order: `f(x)` and `p.f(x)` stand under "f". */
  callees(root: GoNode): ReadonlyMap<string, readonly GoNode[]>;
  /** A call as `calls` gives it. */
  callAt(node: GoNode, symbol: string): Call;
  /** Functions in triggered declarations, literals included, outer ones first. */
  readonly functions: Iterable<FuncModel>;
  /**
   * Every identifier spelt `name` in the whole package (parsing what mentions it), tests of the same package included.
   * The caller resolves them: `binding` or `selection`. `where` is asked before a declaration is parsed.
   */
  mentions(
    name: string,
    where?: (place: { readonly text: string; readonly at: number; readonly declaration: Declaration }) => boolean,
  ): Iterable<GoNode>;

  fileOf(node: GoNode): FileModel;
  /** Innermost function or literal whose body or signature holds the node; null at top level. */
  functionOf(node: GoNode): FuncModel | null;
  /** The model of a function_declaration, method_declaration or func_literal. */
  functionAt(node: GoNode): FuncModel;

  /** What an identifier (or type_identifier, package_identifier) means here; null when unresolved or when it is a field or method name. */
  binding(identifier: GoNode): Binding | null;
  /** The path of the imported package that a node names, else null: of other names that is seen before it is known what they mean. */
  importPath(node: GoNode): string | null;
  /** A name looked up as if it stood at `at`. */
  resolve(name: string, at: GoNode): Binding | null;
  /** The type of an expression, `unknown` where it cannot be told for sure. */
  typeOf(expression: GoNode): Type;
  /** The type that a type node denotes. */
  typeAt(typeNode: GoNode): Type;
  /**
   * Canonical symbol of what an expression names: "time.After" for a package member, "sync.Pool.Get" for a method or field of
   * a named type (through pointers and embedding: the type that declares it), "example.com/m/pkg.name" for the package's own
   * top-level names ("name" alone when the import path is not known); "panic" for a builtin. null for locals and unknowns.
   */
  symbol(expression: GoNode): string | null;
  /** What a selector_expression selects, embedding and pointers followed; null for a package member and when it cannot be told. */
  selection(selector: GoNode): Selection | null;
  flow(func: FuncModel): Flow;
  /** How a call ends the path, null when it returns as calls do. */
  noReturn(call: GoNode): ExitKind | null;
}

/** A call whose callee is known. */
export interface Call {
  /** The call_expression. */
  readonly node: GoNode;
  readonly symbol: string;
  readonly args: readonly GoNode[];
  /** Operand of a method call (`p` of `p.Get()`), null for a plain function. */
  readonly receiver: GoNode | null;
  /** The innermost function in which it stands; null in a package-level initialiser. */
  readonly func: FuncModel | null;
  readonly file: FileModel;
}

/** A function, method or function literal. */
export interface FuncModel {
  /** function_declaration, method_declaration or func_literal. */
  readonly node: GoNode;
  /** null for a declaration without a body (assembly). */
  readonly body: GoNode | null;
  /** "" for a literal. */
  readonly name: string;
  readonly file: FileModel;
  readonly pkg: PackageModel;
  /** The function that holds this literal, else null. */
  readonly outer: FuncModel | null;
  readonly receiver: Binding | null;
  /** In order; an unnamed or `_` parameter is a Param without binding. */
  readonly params: readonly Param[];
  readonly results: readonly Param[];
  readonly scope: Scope;
}

export interface Param {
  readonly name: string | null;
  readonly type: GoNode;
  readonly variadic: boolean;
  readonly binding: Binding | null;
}

// ---------------------------------------------------------------- scopes

export type BindingKind =
  | "var"
  | "param"
  | "result"
  | "receiver"
  | "const"
  | "type"
  | "func"
  | "import"
  | "typeparam"
  | "label"
  | "builtin";

export interface Scope {
  readonly kind: "universe" | "package" | "file" | "function" | "block";
  readonly parent: Scope | null;
  readonly node: GoNode | null;
  /** Declared here, by name. A local is visible only after `visibleFrom`. */
  readonly bindings: ReadonlyMap<string, Binding>;
}

/** What a name stands for. */
export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  /** The declaring identifier; null for universe names and package names of imports without one. */
  readonly node: GoNode | null;
  readonly scope: Scope;
  /** The function whose body or signature declares it; null at package level. */
  readonly func: FuncModel | null;
  /** Offset from which a local is visible; 0 otherwise. */
  readonly visibleFrom: number;
  /** For package-level names: the entity. */
  readonly entity: Entity | null;
  /** For imports: the import. */
  readonly import: FileImport | null;
  /** Uses of a local in the text's order, without the declaration itself. For package-level names see `PackageModel.mentions`. */
  readonly uses: readonly Use[];
}

/**
 * How a use touches its binding: `x` read; `x = 1` write; `x += 1`, `x++` readwrite; `&x` address; `x.f = 1`, `x[i] = 1` member-write;
 * `x.M()` with x the operand: method; `x()` call; `x <- v` send; `<-x` receive; `range x`: range; `close(x)` close.
 */
export type UseHow =
  | "read"
  | "write"
  | "readwrite"
  | "address"
  | "member-write"
  | "method"
  | "call"
  | "send"
  | "receive"
  | "range"
  | "close";

export interface Use {
  readonly node: GoNode;
  readonly how: UseHow;
  readonly binding: Binding;
  /** Innermost function in which the use stands. */
  readonly func: FuncModel | null;
  /** The use stands in a literal inside the function that declares the binding. */
  readonly captured: boolean;
}

// ---------------------------------------------------------------- types

/** A type, as far as declarations tell. */
export type Type =
  | { readonly kind: "unknown" }
  /** Predeclared: "int", "string", "error" is a named type with path "". Untyped constants: "untyped int" and so on, "untyped nil". */
  | { readonly kind: "basic"; readonly name: string }
  /** `path` is the import path ("" for `error`, `any`, `comparable` of the universe); `pkg` where its source is at hand. */
  | {
      readonly kind: "named";
      readonly path: string;
      readonly name: string;
      readonly args: readonly Type[];
      readonly pkg: PackageModel | null;
      /** Set for a type declared in a function body, which has no path of its own. */
      readonly local: GoNode | null;
    }
  | { readonly kind: "pointer"; readonly elem: Type }
  | { readonly kind: "slice"; readonly elem: Type }
  /** `length` null where the constant cannot be told. */
  | { readonly kind: "array"; readonly elem: Type; readonly length: number | null }
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  | { readonly kind: "chan"; readonly elem: Type; readonly dir: "both" | "send" | "receive" }
  | {
      readonly kind: "func";
      readonly params: readonly Type[];
      readonly results: readonly Type[];
      readonly variadic: boolean;
    }
  | { readonly kind: "struct"; readonly fields: readonly FieldType[] }
  /**
   * `methods` are complete, embedded ones included, unless `open`: it embeds something that is not known. `terms`: the type set of a
   * constraint, absent where types are not restricted. `embeds`: the embedded interfaces as written.
   */
  | {
      readonly kind: "interface";
      readonly methods: readonly { readonly name: string; readonly type: Type }[];
      readonly open: boolean;
      readonly terms?: readonly { readonly tilde: boolean; readonly type: Type }[];
      readonly embeds?: readonly Type[];
    }
  | { readonly kind: "tuple"; readonly types: readonly Type[] }
  | { readonly kind: "typeparam"; readonly name: string; readonly node: GoNode | null };

export interface FieldType {
  readonly name: string;
  readonly type: Type;
  readonly embedded: boolean;
  readonly tag: string | null;
  /** The field_declaration; null for types of the standard library table. */
  readonly node: GoNode | null;
}

/** What `x.f` selects. `path` names the embedded fields on the way; `indirect`: a pointer was followed. */
export interface Selection {
  readonly kind: "field" | "method";
  readonly name: string;
  readonly type: Type;
  /** The type that declares the field or method. */
  readonly owner: Type;
  readonly path: readonly string[];
  readonly indirect: boolean;
  readonly pointerReceiver: boolean;
  /** The method's declaration, where its source is at hand. */
  readonly entity: Entity | null;
  readonly field: FieldType | null;
}

// ---------------------------------------------------------------- flow

/**
 * How a path ends. return: a return statement; end: the closing brace; panic: the builtin, and module helpers that always panic;
 * exit: os.Exit, log.Fatal*; goexit: runtime.Goexit, t.Fatal*, t.Skip*.
 */
export type ExitKind = "return" | "end" | "panic" | "exit" | "goexit";

/** A straight run of atoms: simple statements, conditions, and the heads of compound statements, in order of execution. */
export interface Block {
  readonly id: number;
  readonly atoms: readonly GoNode[];
  readonly next: readonly Edge[];
  /** Set when the function is left at the end of this block. */
  readonly exit: ExitKind | null;
}

export interface Edge {
  readonly to: Block;
  /** The condition that must be `when` for this edge; `&&`, `||` and `!` are taken apart, so it is neither. */
  readonly cond: GoNode | null;
  readonly when: boolean;
  /** For an edge into a select or switch clause: the clause. */
  readonly clause: GoNode | null;
}

/** Something known to hold after `from`, until the binding is written: `err` is nil, `x` is not. */
export interface Fact {
  readonly binding: Binding;
  /** Said of this field of it, `Body` of `resp.Body`, instead of itself. */
  readonly field?: string;
  readonly is: "nil" | "non-nil" | "true" | "false";
}

export interface Escape {
  /** Atoms that satisfy: the path ends well there. */
  stop(atom: GoNode): boolean;
  /** Clauses of a select that satisfy when they are taken. */
  stopClause?(clause: GoNode): boolean;
  /** The ways of leaving that count; "return" and "end" when not given. */
  exits?: readonly ExitKind[];
  /** Edges whose condition contradicts a fact are not followed. */
  facts?: readonly Fact[];
  /** A cycle back to `from` counts as an escape: the next turn acquires again. */
  turn?: boolean;
  /** `from` stands in a condition (`if mu.TryLock()`): only the way on which it came out so is followed. */
  outcome?: boolean;
}

/** A path on which nothing stopped. */
export interface Witness {
  /** Branch conditions, statements that matter, in order; the last is the exit (the return statement or the closing brace). */
  readonly steps: readonly { readonly node: GoNode; readonly taken: boolean | null }[];
  readonly exit: ExitKind | "turn";
  /** The return statement, the call that ends, or the body's block for "end". */
  readonly at: GoNode;
}

/** The control flow of one function. */
export interface Flow {
  readonly func: FuncModel;
  readonly entry: Block;
  readonly blocks: readonly Block[];
  /** The block and atom that evaluate the node (for a node in a nested literal: the atom that creates the literal); null when unreachable. */
  locate(node: GoNode): { readonly block: Block; readonly index: number } | null;
  /**
   * A shortest path from just after `from` to a counted exit on which nothing stops, or null. From a statement that is no atom
   * (a block, an `if`, a clause): from the point at which it is entered.
   */
  escape(from: GoNode, options: Escape): Witness | null;
  /**
   * True when a path leads from just after `from` to `to` without meeting a stop. Edges that contradict the facts are not followed.
   * `from` may be the function's body: from its entry.
   */
  reaches(from: GoNode, to: GoNode, stop?: (atom: GoNode) => boolean, facts?: readonly Fact[]): boolean;
  /** True when the node stands on a cycle of the graph. */
  inLoop(node: GoNode): boolean;
  /** All exits that can be reached from the entry. */
  readonly exits: readonly { readonly block: Block; readonly kind: ExitKind; readonly at: GoNode }[];
  /** Reachable defer statements, in the order of the text. */
  readonly defers: readonly GoNode[];
}
