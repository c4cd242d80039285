/**
 * Scopes of one top-level declaration: every local name, where it is visible, and how each use touches it.
 * Go's rules (spec, "Declarations and scope"): a local is visible from the end of its declaration (a local type from its name on) to the end of
 * its block; names that no block declares belong to the file, the package or the universe and are looked up later, when somebody asks.
 */

import type { FileImport } from "../go/imports.ts";
import { type Field, type GoNode, type Kind, unparen } from "../go/node.ts";
import { misreadName } from "../go/params.ts";
import { DOT } from "../go/scan.ts";
import type { Binding, BindingKind, Entity, FileModel, FuncModel, PackageModel, Param, Scope, Use, UseHow } from "./model.ts";
import { wordsIn } from "./words.ts";

/** Shared by all scopes that declare nothing. */
const NO_BINDINGS: ReadonlyMap<string, LocalBinding> = new Map();

export class LocalScope implements Scope {
  readonly kind: Scope["kind"];
  readonly parent: Scope | null;
  readonly node: GoNode | null;
  bindings: ReadonlyMap<string, LocalBinding> = NO_BINDINGS;

  constructor(kind: Scope["kind"], parent: Scope | null, node: GoNode | null) {
    this.kind = kind;
    this.parent = parent;
    this.node = node;
  }

  /** Of two bindings with one name, which is no Go, the first counts. */
  add(binding: LocalBinding): void {
    if (this.bindings === NO_BINDINGS) this.bindings = new Map([[binding.name, binding]]);
    else if (!this.bindings.has(binding.name)) (this.bindings as Map<string, LocalBinding>).set(binding.name, binding);
  }
}

export class LocalBinding implements Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly node: GoNode | null;
  readonly scope: Scope;
  readonly func: FuncModel | null;
  readonly visibleFrom: number;
  readonly entity: Entity | null = null;
  readonly import: FileImport | null = null;
  readonly uses: Use[] = [];

  constructor(name: string, kind: BindingKind, node: GoNode, scope: Scope, func: FuncModel | null, visibleFrom: number) {
    this.name = name;
    this.kind = kind;
    this.node = node;
    this.scope = scope;
    this.func = func;
    this.visibleFrom = visibleFrom;
  }
}

class LocalUse implements Use {
  readonly node: GoNode;
  readonly binding: LocalBinding;
  readonly func: FuncModel | null;
  private known: UseHow | null;

  constructor(node: GoNode, how: UseHow | null, binding: LocalBinding, func: FuncModel | null) {
    this.node = node;
    this.known = how;
    this.binding = binding;
    this.func = func;
  }

  get how(): UseHow {
    this.known ??= howUsed(this.node);
    return this.known;
  }

  get captured(): boolean {
    return this.func !== this.binding.func;
  }
}

class Func implements FuncModel {
  readonly node: GoNode;
  readonly body: GoNode | null;
  readonly name: string;
  readonly file: FileModel;
  readonly pkg: PackageModel;
  readonly outer: FuncModel | null;
  receiver: Binding | null = null;
  readonly params: Param[] = [];
  readonly results: Param[] = [];
  readonly scope: LocalScope;

  constructor(node: GoNode, file: FileModel, pkg: PackageModel, outer: FuncModel | null, scope: LocalScope) {
    this.node = node;
    this.body = node.child("body");
    this.name = node.child("name")?.text ?? "";
    this.file = file;
    this.pkg = pkg;
    this.outer = outer;
    this.scope = scope;
  }
}

/** Everything that was learnt of one top-level declaration. */
export interface LocalScopes {
  /** Those that declare something. */
  readonly scopes: ReadonlyMap<GoNode, Scope>;
  /** By identifier: declarations and uses of locals. */
  readonly bindings: ReadonlyMap<GoNode, Binding>;
  /** Outer functions before the literals in them. */
  readonly functions: readonly FuncModel[];
  readonly functionAt: ReadonlyMap<GoNode, FuncModel>;
}

export interface ScopeEnv {
  readonly pkg: PackageModel;
  readonly file: FileModel;
  readonly fileScope: Scope;
  /** Are the keys of this composite literal's body field names? null where its type is not known. */
  keysAreFields(literal: GoNode): boolean | null;
}

/** `finish` must be called once the result is reachable by whoever answers `keysAreFields`. */
export function localScopes(root: GoNode, env: ScopeEnv): { result: LocalScopes; finish(): void } {
  const builder = new Builder(env);
  builder.visit(root);
  return { result: builder, finish: () => builder.resolveKeys() };
}

/**
 * False for a name in a signature, in a type or in a variable's value where nothing around it declares locals: no block, no function
 * literal, no type parameters. Whoever knows needs no scopes.
 */
export function mayMeanLocal(name: GoNode): boolean {
  for (let n: GoNode | null = name; n; n = n.parent) {
    switch (n.kind) {
      case "block":
      case "func_literal":
        return true;
      case "parameter_declaration":
        if (n.child("name") ? name.field === "name" : n.parent && misreadName(n.parent, n)) return true;
        break;
      case "variadic_parameter_declaration":
        if (name.field === "name") return true;
        break;
      case "method_declaration":
        if (n.child("receiver")?.find("type_arguments").length) return true;
        break;
      case "function_declaration":
      case "type_spec":
      case "type_alias":
        if (n.child("type_parameters")) return true;
    }
  }
  return false;
}

/**
 * Wherever the text of the declaration has the name a dot stands behind it, or before it: it declares nothing of that name, and `time` in `time.After` is
 * the package. To see this takes no scopes.
 */
export function onlyQualifies({ source, start, end }: GoNode, declaration: GoNode): boolean {
  if (source.text.charCodeAt(end) !== DOT) return false;
  const text = source.text.slice(declaration.start, declaration.end);
  const name = source.text.slice(start, end);
  return wordsIn(text, name).every((at) => text.charCodeAt(at + name.length) === DOT || text.charCodeAt(at - 1) === DOT);
}

class Builder implements LocalScopes {
  readonly scopes = new Map<GoNode, LocalScope>();
  readonly bindings = new Map<GoNode, LocalBinding>();
  readonly functions: Func[] = [];
  readonly functionAt = new Map<GoNode, Func>();
  readonly #env: ScopeEnv;
  #scope: Scope;
  #func: Func | null = null;
  /** Labels have a name space of their own, one for each function. */
  #labels: Map<string, LocalBinding> | null = null;
  #pendingLabels: GoNode[] | null = null;
  readonly #keys: { key: GoNode; scope: Scope; func: Func | null }[] = [];
  readonly #declared: LocalBinding[] = [];

  constructor(env: ScopeEnv) {
    this.#env = env;
    this.#scope = env.fileScope;
  }

  visit(node: GoNode): void {
    if (node.children.length === 0) this.leaf(node);
    else {
      const handler = HANDLERS[node.kind as Kind];
      if (handler) handler(this, node);
      else this.visitAll(node.children);
    }
  }

  leaf(node: GoNode): void {
    switch (node.kind) {
      case "identifier":
      case "type_identifier":
      case "package_identifier":
        this.use(node);
        break;
      case "label_name":
        this.label(node, false);
    }
  }

  visitAll(nodes: readonly GoNode[]): void {
    for (let i = 0; i < nodes.length; i++) {
      const n = nodes[i] as GoNode;
      if (n.named) this.visit(n);
    }
  }

  /** Visits the children that `node` holds under a name. */
  visitField(node: GoNode, field: Field): void {
    const { children } = node;
    for (let i = 0; i < children.length; i++) {
      const c = children[i] as GoNode;
      if (c.field === field && c.named) this.visit(c);
    }
  }

  /** Opens a block; gives the scope to which `close` goes back. */
  open(node: GoNode): Scope {
    const outer = this.#scope;
    this.#scope = new LocalScope("block", outer, node);
    return outer;
  }

  close(outer: Scope): void {
    this.#scope = outer;
  }

  /** Declares a name in the current block; `_` declares nothing. */
  declare(identifier: GoNode, kind: BindingKind, visibleFrom: number): LocalBinding | null {
    const name = identifier.text;
    const scope = this.#scope;
    // At package level the package's own index knows the names.
    if (name === "_" || !(scope instanceof LocalScope)) return null;
    const binding = new LocalBinding(name, kind, identifier, scope, this.#func, visibleFrom);
    if (scope.bindings.size === 0) this.scopes.set(scope.node as GoNode, scope);
    scope.add(binding);
    this.bindings.set(identifier, binding);
    this.#declared.push(binding);
    return binding;
  }

  declaredHere(name: string): LocalBinding | null {
    return this.#scope instanceof LocalScope ? (this.#scope.bindings.get(name) ?? null) : null;
  }

  /** `how` null: as the expression around it tells. */
  use(identifier: GoNode, how: UseHow | null = null): void {
    const binding = visible(this.#scope, identifier.text, identifier.start);
    if (binding) this.record(identifier, binding, how, this.#func);
  }

  record(identifier: GoNode, binding: LocalBinding, how: UseHow | null, func: FuncModel | null): void {
    this.bindings.set(identifier, binding);
    binding.uses.push(new LocalUse(identifier, how, binding, func));
  }

  /** `a, b := ...`: names that this block has already are written, the others declared from the end of the statement on. */
  defineOrWrite(left: GoNode, visibleFrom: number): void {
    if (left.kind !== "expression_list") this.target(left, visibleFrom);
    else for (let i = 0; i < left.children.length; i++) this.target(left.children[i] as GoNode, visibleFrom);
  }

  target(node: GoNode, visibleFrom: number): void {
    if (!node.named) return;
    if (node.kind !== "identifier") this.visit(node);
    else if (this.declaredHere(node.text)) this.use(node, "write");
    else this.declare(node, "var", visibleFrom);
  }

  func(node: GoNode): void {
    const outerScope = this.#scope;
    const outerFunc = this.#func;
    const outerLabels = this.#labels;
    const outerPending = this.#pendingLabels;
    const scope = new LocalScope("function", outerScope, node);
    const func = new Func(node, this.#env.file, this.#env.pkg, outerFunc, scope);
    this.functions.push(func);
    this.functionAt.set(node, func);
    this.#scope = scope;
    this.#func = func;
    this.#labels = null;
    this.#pendingLabels = null;
    const bodyStart = func.body?.start ?? node.end;

    const typeParams = node.child("type_parameters")?.items ?? [];
    for (const p of typeParams) for (const name of p.childrenOf("name")) this.declare(name, "typeparam", node.start);
    for (const p of typeParams) this.visitField(p, "type");
    const receiver = node.child("receiver")?.items[0];
    if (receiver) {
      const type = receiver.child("type");
      for (const arg of type?.find("type_arguments") ?? [])
        for (const name of arg.find("type_identifier")) this.declare(name, "typeparam", node.start);
      if (type) this.visit(type);
      const name = receiver.child("name");
      if (name) func.receiver = this.declare(name, "receiver", bodyStart);
    }
    this.params(node.child("parameters"), "param", bodyStart, func.params);
    this.params(node.child("result"), "result", bodyStart, func.results);
    if (func.body) this.visitAll(func.body.children);
    this.resolveLabels(func);

    this.#scope = outerScope;
    this.#func = outerFunc;
    this.#labels = outerLabels;
    this.#pendingLabels = outerPending;
  }

  resolveLabels(func: FuncModel): void {
    for (const label of this.#pendingLabels ?? []) {
      const binding = this.#labels?.get(label.text);
      if (binding) this.record(label, binding, "read", func);
    }
  }

  /** A parameter list, or the single unnamed result type. */
  params(list: GoNode | null, kind: "param" | "result", bodyStart: number, into: Param[]): void {
    if (!list) return;
    if (list.kind !== "parameter_list") {
      this.visit(list);
      into.push({ name: null, type: list, variadic: false, binding: null });
      return;
    }
    for (const p of list.items) {
      const type = p.child("type");
      if (!type) continue;
      const group = misreadName(list, p);
      const groupType = group?.child("type");
      if (groupType) {
        into.push({ name: type.text, type: groupType, variadic: false, binding: this.declare(type, kind, bodyStart) });
        continue;
      }
      this.visit(type);
      const variadic = p.kind === "variadic_parameter_declaration";
      const names = p.childrenOf("name");
      if (names.length === 0) into.push({ name: null, type, variadic, binding: null });
      for (const name of names) into.push({ name: name.text, type, variadic, binding: this.declare(name, kind, bodyStart) });
    }
  }

  label(identifier: GoNode, declares: boolean): void {
    if (!declares) {
      this.#pendingLabels ??= [];
      this.#pendingLabels.push(identifier);
      return;
    }
    const binding = new LocalBinding(identifier.text, "label", identifier, this.#scope, this.#func, 0);
    this.#labels ??= new Map();
    this.#labels.set(binding.name, binding);
    this.bindings.set(identifier, binding);
    this.#declared.push(binding);
  }

  /** A key of a composite literal is a field name or an expression, which only the literal's type tells. */
  key(identifier: GoNode): void {
    this.#keys.push({ key: identifier, scope: this.#scope, func: this.#func });
  }

  resolveKeys(): void {
    for (const { key, scope, func } of this.#keys) {
      const binding = visible(scope, key.text, key.start);
      if (!binding) continue;
      const literal = key.closest("literal_value");
      if (!literal || this.#env.keysAreFields(literal) !== false) continue;
      this.record(key, binding, "read", func);
    }
    this.#keys.length = 0;
    for (let i = 0; i < this.#declared.length; i++) sortUses(this.#declared[i] as LocalBinding);
    this.#declared.length = 0;
  }
}

function sortUses(binding: LocalBinding): void {
  const uses = binding.uses;
  for (let i = 1; i < uses.length; i++) {
    if ((uses[i - 1] as Use).node.start > (uses[i] as Use).node.start) {
      uses.sort((a, b) => a.node.start - b.node.start);
      return;
    }
  }
}

function visible(scope: Scope, name: string, at: number): LocalBinding | null {
  for (let s: Scope | null = scope; s instanceof LocalScope; s = s.parent) {
    const binding = s.bindings.get(name);
    if (binding && binding.visibleFrom <= at) return binding;
  }
  return null;
}

type Handler = (b: Builder, node: GoNode) => void;

const scoped: Handler = (b, node) => {
  const outer = b.open(node);
  b.visitAll(node.children);
  b.close(outer);
};
const nothing: Handler = () => {};

const HANDLERS: Partial<Record<Kind, Handler>> = {
  import_declaration: nothing,
  package_clause: nothing,
  function_declaration: (b, node) => b.func(node),
  method_declaration: (b, node) => b.func(node),
  func_literal: (b, node) => b.func(node),
  block: scoped,
  if_statement: scoped,
  for_statement: scoped,
  select_statement: scoped,
  expression_switch_statement: scoped,
  expression_case: scoped,
  default_case: scoped,
  communication_case: scoped,

  short_var_declaration: (b, node) => {
    const left = node.child("left");
    b.visitField(node, "right");
    if (left) b.defineOrWrite(left, node.end);
  },
  receive_statement: (b, node) => {
    b.visitField(node, "right");
    defineOrVisit(b, node);
  },
  range_clause: (b, node) => {
    b.visitField(node, "right");
    defineOrVisit(b, node);
  },
  var_spec: (b, node) => valueSpec(b, node, "var"),
  const_spec: (b, node) => valueSpec(b, node, "const"),
  type_spec: typeSpec,
  type_alias: typeSpec,

  type_switch_statement: (b, node) => {
    const outer = b.open(node);
    b.visitField(node, "initializer");
    b.visitField(node, "value");
    const alias = node.child("alias")?.items[0] ?? null;
    for (const clause of node.items) {
      if (!clause.is("type_case", "default_case")) continue;
      const around = b.open(clause);
      b.visitField(clause, "type");
      if (alias) b.declare(alias, "var", clause.start);
      b.visitAll(clause.items.filter((c) => c.field !== "type"));
      b.close(around);
    }
    b.close(outer);
  },

  labeled_statement: (b, node) => {
    const label = node.child("label");
    if (label) b.label(label, true);
    b.visitAll(node.items.filter((c) => c !== label));
  },
  keyed_element: (b, node) => {
    for (const c of node.children) {
      if (!c.named) continue;
      const only = c.field === "key" && c.kind === "literal_element" ? c.items[0] : null;
      if (only?.kind === "identifier") b.key(only);
      else b.visit(c);
    }
  },
  // Names of parameters in a function type, and of fields and methods, are nobody's locals.
  parameter_declaration: (b, node) => b.visitField(node, "type"),
  variadic_parameter_declaration: (b, node) => b.visitField(node, "type"),
  field_declaration: (b, node) => b.visitField(node, "type"),
  method_elem: (b, node) => {
    b.visitField(node, "parameters");
    b.visitField(node, "result");
  },
  qualified_type: (b, node) => b.visitField(node, "package"),
  selector_expression: (b, node) => b.visitField(node, "operand"),
};

function defineOrVisit(b: Builder, node: GoNode): void {
  const left = node.child("left");
  if (!left) return;
  if (node.children.some((c) => c.kind === ":=")) b.defineOrWrite(left, node.end);
  else b.visit(left);
}

function valueSpec(b: Builder, node: GoNode, kind: "var" | "const"): void {
  b.visitField(node, "type");
  b.visitField(node, "value");
  for (const name of node.childrenOf("name")) b.declare(name, kind, node.end);
}

function typeSpec(b: Builder, node: GoNode): void {
  const name = node.child("name");
  if (name) b.declare(name, "type", name.start);
  const params = node.child("type_parameters");
  if (!params) {
    b.visitField(node, "type");
    return;
  }
  const outer = b.open(node);
  for (const p of params.items) for (const n of p.childrenOf("name")) b.declare(n, "typeparam", node.start);
  for (const p of params.items) b.visitField(p, "type");
  b.visitField(node, "type");
  b.close(outer);
}

/** How the expression around an identifier touches what it names. */
function howUsed(identifier: GoNode): UseHow {
  let node = identifier;
  let member = false;
  for (;;) {
    const parent = node.parent;
    if (!parent) return "read";
    switch (parent.kind) {
      case "parenthesized_expression":
        node = parent;
        continue;
      case "selector_expression":
        if (!member && isCallee(parent)) return "method";
        member = true;
        node = parent;
        continue;
      case "index_expression":
      case "slice_expression":
        if (node.field !== "operand") return "read";
        member = true;
        node = parent;
        continue;
      case "unary_expression": {
        const operator = parent.child("operator")?.kind;
        if (operator === "*") {
          member = true;
          node = parent;
          continue;
        }
        if (operator === "&") return member ? "member-write" : "address";
        if (operator === "<-") return member ? "read" : "receive";
        return "read";
      }
      case "inc_statement":
      case "dec_statement":
        return member ? "member-write" : "readwrite";
      case "expression_list": {
        const written = parent.field === "left" && parent.parent?.is("assignment_statement", "range_clause", "receive_statement");
        if (!written) return "read";
        if (member) return "member-write";
        const operator = parent.parent?.child("operator")?.kind ?? "=";
        return operator === "=" ? "write" : "readwrite";
      }
      case "call_expression":
        return node.field === "function" && !member ? "call" : "read";
      case "argument_list": {
        const callee = parent.parent?.child("function");
        return !member && callee && unparen(callee).text === "close" ? "close" : "read";
      }
      case "send_statement":
        return node.field === "channel" && !member ? "send" : "read";
      case "range_clause":
        return node.field === "right" && !member ? "range" : "read";
      default:
        return "read";
    }
  }
}

function isCallee(selector: GoNode): boolean {
  let node = selector;
  while (node.parent?.kind === "parenthesized_expression") node = node.parent;
  return node.parent?.kind === "call_expression" && node.field === "function";
}
