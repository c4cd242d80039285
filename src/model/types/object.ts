/** What a name stands for, and the types of declarations. */
import type { GoNode } from "../../go/node.ts";
import { misreadName } from "../../go/params.ts";
import { isWord, STAR } from "../../go/scan.ts";
import type { Binding, Entity, Type } from "../model.ts";
import { stdPackage } from "../stdlib.ts";
import type { Types } from "../types.ts";
import type { TypeParam } from "./core.ts";
import * as core from "./core.ts";
import { countField, countItems, indexInField, indexOfItem, itemAt, strip } from "./nodes.ts";
import { rangeTypes } from "./range.ts";

/** What a name stands for. `params` are the type parameters of a generic function or type. */
export type Obj =
  | { readonly kind: "type"; readonly type: Type; readonly params: readonly TypeParam[]; readonly alias: boolean }
  | { readonly kind: "func"; readonly type: Type; readonly params: readonly TypeParam[] }
  | Value
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "package"; readonly path: string };

/** A variable or constant. That it is one tells its declaration; what type it has is found when somebody asks. */
interface Value {
  readonly kind: "var" | "const";
  readonly type: Type;
}

class Declared implements Value {
  readonly kind: Value["kind"];
  readonly #types: Types;
  readonly #name: GoNode | null;
  readonly #binding: Binding | null;
  #type: Type | null = null;

  constructor(kind: Value["kind"], types: Types, name: GoNode | null, binding: Binding | null) {
    this.kind = kind;
    this.#types = types;
    this.#name = name;
    this.#binding = binding;
  }

  get type(): Type {
    if (!this.#type) {
      this.#type = core.unknown; // of a type that hangs on itself
      this.#type = declaredType(this.#types, this.#name, this.#binding);
    }
    return this.#type;
  }
}

const noParams: readonly TypeParam[] = [];

const builtins = new Map<string, Obj>();

function builtin(name: string): Obj {
  let o = builtins.get(name);
  if (!o) {
    const type = core.predeclaredType(name);
    if (type) o = { kind: "type", type, params: noParams, alias: false };
    else if (name === "true" || name === "false") o = { kind: "const", type: core.untypedBool };
    else if (name === "iota") o = { kind: "const", type: core.untypedInt };
    else if (name === "nil") o = { kind: "var", type: core.untypedNil };
    else o = { kind: "builtin", name };
    builtins.set(name, o);
  }
  return o;
}

/** What the binding of an identifier stands for; null where that is not known. */
export function objectOfBinding(t: Types, b: Binding): Obj | null {
  switch (b.kind) {
    case "builtin":
      return builtin(b.name);
    case "label":
      return null;
    case "import": {
      const path = b.import?.path;
      if (path === undefined) return null;
      return b.import?.alias === "." ? t.member(path, b.name) : { kind: "package", path };
    }
    default:
  }
  if (b.entity) {
    if (b.import) return t.member(b.import.path, b.name) ?? t.of(b.entity.pkg).objectNamed(b.name);
    return t.of(b.entity.pkg).objectNamed(b.name);
  }
  if (b.scope.kind === "universe") return builtin(b.name);
  switch (b.kind) {
    case "type":
      return b.node?.parent ? typeObject(t, b.name, b.node.parent, true) : null;
    case "typeparam":
      return b.node ? { kind: "type", type: t.typeParam(b.node), params: noParams, alias: false } : null;
    case "const":
      return new Declared("const", t, b.node, b);
    case "func":
      return null;
    default:
      return new Declared("var", t, b.node, b);
  }
}

/** A member of an imported package; the table is asked first: it is exact, cheap and knows one answer for all platforms. */
export function memberOf(t: Types, path: string, name: string): Obj | null {
  if (path === "unsafe")
    return name === "Pointer"
      ? { kind: "type", type: core.unsafePointer, params: noParams, alias: false }
      : { kind: "builtin", name: `unsafe.${name}` };
  if (path === "C") return null;
  const known = stdPackage(path)?.member(name);
  if (known) {
    if (known.kind === "type") return { kind: "type", type: known.type, params: known.params, alias: known.alias };
    if (known.kind === "func") return { kind: "func", type: known.type, params: known.params };
    return { kind: known.kind, type: known.type };
  }
  const pkg = t.pkg.import(path);
  return pkg ? t.of(pkg).objectNamed(name) : null;
}

/** What a package-level name stands for; null when build-tagged twins disagree. */
export function objectOfName(t: Types, name: string): Obj | null {
  let agreed: Obj | null = null;
  for (const e of t.pkg.lookup(name)) {
    const o = objectOfEntity(t, e);
    if (!o) return null;
    if (agreed === null) agreed = o;
    else if (!agree(agreed, o)) return null;
  }
  return agreed;
}

function agree(a: Obj, b: Obj): boolean {
  if (a.kind === "package" || b.kind === "package" || a.kind === "builtin" || b.kind === "builtin" || a.kind !== b.kind) return false;
  if (a.kind === "type" && b.kind === "type" && a.alias !== b.alias) return false;
  const p = "params" in a ? a.params : noParams;
  const q = "params" in b ? b.params : noParams;
  if (p.length !== q.length) return false;
  if (p.length > 0) return (a.kind === "type" && !a.alias) || core.identical(a.type, core.substitute(b.type, core.substitution(q, p)));
  return core.identical(a.type, b.type);
}

export function objectOfEntity(t: Types, e: Entity): Obj | null {
  if (e.kind === "func" || e.kind === "method") {
    const { head } = e;
    return head && { kind: "func", type: t.signature(head), params: t.typeParams(head) };
  }
  if (e.kind === "type" && isPlainType(e)) return { kind: "type", type: t.ownNamed(e.name), params: noParams, alias: false };
  const node = e.node;
  if (!node) return null;
  switch (e.kind) {
    case "type":
      return typeObject(t, e.name, node, false);
    case "var":
    case "const": {
      for (const c of node.children)
        if (c.field === "name" && c.named && c.end - c.start === e.name.length && c.text === e.name)
          return new Declared(e.kind, t, c, null);
      return null;
    }
  }
}

/** `type T struct {`, `type T *U`: neither an alias nor generic, which the text tells without a tree. */
function isPlainType({ name, file, declaration }: Entity): boolean {
  const { text } = file.source;
  const at = declaration.start + "type ".length;
  const next = text.charCodeAt(at + name.length + 1);
  return text.startsWith(`${name} `, at) && (isWord(next) || next === STAR);
}

function typeObject(t: Types, name: string, spec: GoNode, local: boolean): Obj | null {
  const type = spec.child("type");
  if (!type) return null;
  const params = t.typeParams(spec);
  if (spec.kind === "type_alias") return { kind: "type", type: t.typeAt(type), params, alias: true };
  return { kind: "type", type: local ? t.localNamed(name, spec) : t.ownNamed(name), params, alias: false };
}

/** Type of what an identifier declares: a variable, parameter or constant. `binding` for what depends on the clause of a type switch. */
export function declaredType(t: Types, name: GoNode | null, binding: Binding | null): Type {
  const parent = name?.parent;
  if (!name || !parent) return core.unknown;
  switch (parent.kind) {
    case "parameter_declaration": {
      // A name that the grammar took for a type has the type of a later one.
      const group = parent.parent && name.field === "type" ? misreadName(parent.parent, parent) : parent;
      const type = group?.child("type");
      return type ? t.typeAt(type) : core.unknown;
    }
    case "variadic_parameter_declaration": {
      const type = parent.child("type");
      return type ? core.sliceOf(t.typeAt(type)) : core.unknown;
    }
    case "var_spec": {
      const type = parent.child("type");
      if (type) return t.typeAt(type);
      const value = parent.child("value");
      return value ? valueType(t, value, indexInField(parent, name), countField(parent, "name")) : core.unknown;
    }
    case "const_spec":
      return constType(t, parent, indexInField(parent, name));
    case "expression_list":
      return listedType(t, parent, name, binding);
    default:
      return core.unknown;
  }
}

/** `a, b := ...`, `range`, `case v, ok := <-ch`, `switch x := y.(type)`. */
function listedType(t: Types, list: GoNode, name: GoNode, binding: Binding | null): Type {
  const statement = list.parent;
  if (!statement) return core.unknown;
  const index = indexOfItem(list, name);
  switch (statement.kind) {
    case "short_var_declaration": {
      const right = statement.child("right");
      return right ? valueType(t, right, index, countItems(list)) : core.unknown;
    }
    case "range_clause": {
      const right = statement.child("right");
      return right ? (rangeTypes(t, t.typeOf(right))[index] ?? core.unknown) : core.unknown;
    }
    case "receive_statement": {
      const right = statement.child("right");
      if (index === 1) return core.bool;
      return right ? t.typeOf(right) : core.unknown;
    }
    case "type_switch_statement": {
      const clause = binding?.scope.node;
      const value = statement.child("value");
      if (!clause || !value) return core.unknown;
      const only = countField(clause, "type") === 1 ? clause.child("type") : null;
      if (!only || isNil(t, only)) return t.typeOf(value);
      return t.typeAt(only);
    }
    default:
      return core.unknown;
  }
}

function isNil(t: Types, type: GoNode): boolean {
  return type.kind === "nil" || (type.kind === "type_identifier" && type.text === "nil" && t.pkg.binding(type)?.scope.kind === "universe");
}

/** Type of the `index`th of `count` variables that take the values of the list. */
export function valueType(t: Types, values: GoNode, index: number, count: number): Type {
  const isList = values.kind === "expression_list";
  const given = isList ? countItems(values) : 1;
  if (given === count) {
    const value = isList ? itemAt(values, index) : values;
    return value ? core.defaultType(t.typeOf(value)) : core.unknown;
  }
  const only = given === 1 ? (isList ? itemAt(values, 0) : values) : null;
  if (!only) return core.unknown;
  const expression = strip(only);
  const type = t.typeOf(expression);
  if (type.kind === "tuple") return type.types[index] ?? core.unknown;
  if (count !== 2) return core.unknown;
  const commaOk =
    expression.kind === "index_expression" || expression.kind === "type_assertion_expression" || expression.kind === "unary_expression";
  if (!commaOk) return core.unknown;
  return index === 0 ? type : core.bool;
}

/** The spec whose values a const spec takes: itself, or for an implicit repetition the last one before it that has some. */
export function constSource(spec: GoNode): GoNode | null {
  if (spec.child("value")) return spec;
  const group = spec.parent;
  if (!group) return null;
  let source: GoNode | null = null;
  for (const c of group.children) {
    if (c === spec) return source;
    if (c.kind === "const_spec" && c.child("value")) source = c;
  }
  return null;
}

function constType(t: Types, spec: GoNode, index: number): Type {
  const source = constSource(spec);
  if (!source) return core.unknown;
  const type = source.child("type");
  if (type) return t.typeAt(type);
  const values = source.child("value");
  const value = values?.kind === "expression_list" ? itemAt(values, index) : values;
  return value ? t.typeOf(value) : core.unknown;
}
