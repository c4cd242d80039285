/**
 * Types of one package's expressions and declarations. Shallow and honest: from declarations of this package and of those that it imports, and from
 * the table of the standard library; `unknown` where that does not tell. The parts are in `types/`.
 *
 * An untyped constant expression has its untyped kind ("untyped int"), not the type that its place gives it.
 */
import type { GoNode } from "../go/node.ts";
import type { Binding, Entity, PackageModel, Selection, Type } from "./model.ts";
import { Notes } from "./notes.ts";
import { type StdType, stdPackage } from "./stdlib.ts";
import { calleeType, callType, denotedType } from "./types/call.ts";
import { evaluate, valueOfEntities, valueOfMember } from "./types/constant.ts";
import { isConstant } from "./types/constness.ts";
import type { Interface, Named, TypeParam } from "./types/core.ts";
import * as core from "./types/core.ts";
import { keyedLiteral, literalBodyType, typeOfNode } from "./types/expr.ts";
import { strip } from "./types/nodes.ts";
import { memberOf, type Obj, objectOfBinding, objectOfEntity, objectOfName } from "./types/object.ts";
import { implementsInterface, interfaceOwner, methodSet, selectIn } from "./types/select.ts";
import { declaredConstraint, receiverParams, signatureOf, typeAtNode, typeParamsOf } from "./types/typeexpr.ts";
import { plainValue, type Value } from "./types/value.ts";

export { defaultType, deref, hasUnknown, identical, isNamed, isUntyped, typeString } from "./types/core.ts";

/** A declared method: its signature without receiver, in terms of the type's arguments. */
export interface DeclaredMethod {
  readonly type: Type;
  readonly pointer: boolean;
  readonly entity: Entity | null;
}

const registry = new Notes<PackageModel, Types>();

/** The types of a package; made when first asked for. */
export function typesOf(pkg: PackageModel): Types {
  return registry.get(pkg) ?? new Types(pkg);
}

/** Stands in the memo while a node's type is being found: a type that depends on itself is unknown. */
const busy: Type = { kind: "unknown" };

interface Declared {
  readonly type: Type;
  readonly params: readonly TypeParam[];
}

export class Types {
  readonly pkg: PackageModel;
  readonly #expressions = new Map<GoNode, Type>();
  readonly #typeNodes = new Map<GoNode, Type>();
  readonly #literals = new Map<GoNode, Type>();
  readonly #callees = new Map<GoNode, Type>();
  readonly #signatures = new Map<GoNode, Type>();
  readonly #selections = new Map<GoNode, Selection | null>();
  readonly #bindings = new Map<Binding, Obj | null>();
  readonly #names = new Map<string, Obj | null>();
  readonly #values = new Map<string, Value | null>();
  readonly #named = new Map<string, Named>();
  readonly #localNamed = new Map<GoNode, Named>();
  readonly #declared = new Map<string, Declared | null>();
  readonly #methods = new Map<string, Map<string, readonly Entity[]>>();
  readonly #methodTypes = new Map<Entity, Type>();
  readonly #params = new Map<GoNode, TypeParam>();

  constructor(pkg: PackageModel) {
    this.pkg = pkg;
    registry.set(pkg, this);
  }

  of(pkg: PackageModel): Types {
    return pkg === this.pkg ? this : typesOf(pkg);
  }

  // ------------------------------------------------------------ faces

  /** The type of an expression; of an expression that denotes a type, that type; a tuple for a call with none or several results. */
  typeOf(node: GoNode): Type {
    const known = this.#expressions.get(node);
    if (known) return known;
    this.#expressions.set(node, busy);
    const type = typeOfNode(this, node);
    this.#expressions.set(node, type);
    return type;
  }

  /** The type that a type node (or an expression in a type's place) denotes. */
  typeAt(node: GoNode): Type {
    const known = this.#typeNodes.get(node);
    if (known) return known;
    this.#typeNodes.set(node, busy);
    const type = typeAtNode(this, node);
    this.#typeNodes.set(node, type);
    return type;
  }

  /**
   * What a selector_expression selects (or a qualified_type, which the grammar makes of `x.f` in some places); null for members of packages and where
   * it cannot be told.
   */
  select(node: GoNode): Selection | null {
    const known = this.#selections.get(node);
    if (known !== undefined) return known;
    this.#selections.set(node, null);
    const found = this.#select(node);
    this.#selections.set(node, found);
    return found;
  }

  #select(node: GoNode): Selection | null {
    const operand = node.child("operand") ?? node.child("package");
    const field = node.child("field") ?? node.child("name");
    if (!operand || !field || this.pkg.importPath(strip(operand)) !== null) return null;
    const denoted = denotedType(this, operand);
    const found = this.selectIn(denoted ?? this.typeOf(operand), field.text, this.pkg);
    if (!found || !denoted) return found;
    if (found.kind !== "method" || found.type.kind !== "func") return null;
    return { ...found, type: { ...found.type, params: [denoted, ...found.type.params] } };
  }

  /** Field or method `name` of a type, as code of `from` sees it. */
  selectIn(type: Type, name: string, from: PackageModel): Selection | null {
    return type.kind === "unknown" ? null : selectIn(this, type, name, from);
  }

  typeOfBinding(b: Binding): Type {
    const o = this.objectOf(b);
    return o && o.kind !== "builtin" && o.kind !== "package" && !("params" in o && o.params.length > 0) ? o.type : core.unknown;
  }

  /** Type of a variable, constant or type; signature of a function or method, in terms of its type parameters. */
  typeOfEntity(e: Entity): Type {
    const o = this.of(e.pkg).#entity(e);
    return o && o.kind !== "builtin" && o.kind !== "package" ? o.type : core.unknown;
  }

  #entity(e: Entity): Obj | null {
    return e.kind === "method" ? objectOfEntity(this, e) : this.objectNamed(e.name);
  }

  /** The field that a lone identifier names as a key of a struct literal. */
  keySelection(identifier: GoNode): Selection | null {
    const literal = keyedLiteral(identifier);
    return literal ? this.selectIn(this.literalType(literal), identifier.text, this.pkg) : null;
  }

  /** Are the keys of this literal's body names of fields? null where its type is not known. */
  keysAreFields(body: GoNode): boolean | null {
    const written = body.parent?.kind === "composite_literal" ? body.parent.child("type")?.kind : undefined;
    // Also where the type's length depends on the keys.
    if (written && UNNAMED_ELEMENTS.has(written)) return false;
    const type = this.literalType(body);
    const u = this.coreType(type);
    if (u.kind !== "unknown") return u.kind === "struct";
    const variants = type.kind === "named" ? this.variants(type) : [];
    return variants.length > 0 && variants.every((v) => v.kind === "struct") ? true : null;
  }

  /** Value of a constant expression; null where it is none or cannot be told. Floats are rounded to a double. */
  constant(node: GoNode): number | bigint | string | boolean | null {
    return plainValue(evaluate(this, node, null));
  }

  constantBool(node: GoNode): boolean | null {
    const value = evaluate(this, node, null);
    return typeof value === "boolean" ? value : null;
  }

  /** Is the expression a constant? null where that cannot be told. */
  isConstant(node: GoNode): boolean | null {
    return isConstant(this, node);
  }

  /** The type has all methods of the interface. False also where something is not known. */
  implements(type: Type, iface: Type): boolean {
    return implementsInterface(this, type, iface);
  }

  /** Methods that a value of the type has, by name; those that cannot be told are left out. */
  methodSet(type: Type): readonly Selection[] {
    return methodSet(this, type);
  }

  /** A value of `from` can be assigned to a variable of `to`; null where it cannot be told. Leaves out what only constants' values decide. */
  assignable(from: Type, to: Type): boolean | null {
    if (core.identical(from, to)) return true;
    if (core.hasUnknown(from) || core.hasUnknown(to) || core.isGeneric(from) || core.isGeneric(to)) return null;
    const target = this.underlying(to);
    if (from === core.untypedNil)
      return ["pointer", "func", "slice", "map", "chan", "interface"].includes(target.kind) || target === core.unsafePointer;
    if (target.kind === "interface") return this.implements(core.defaultType(from), to);
    if (core.isUntyped(from)) return target.kind === "basic" ? null : false;
    const source = this.underlying(from);
    const bothNamed = isDefined(from) && isDefined(to);
    if (source.kind === "chan" && target.kind === "chan" && source.dir === "both" && !bothNamed)
      return core.identical(source.elem, target.elem);
    return !bothNamed && core.identical(source, target);
  }

  // ------------------------------------------------------------ names

  /** What an identifier, `pkg.Name` or qualified type stands for; null for fields, methods and what is not known. */
  namedObject(node: GoNode): Obj | null {
    switch (node.kind) {
      case "identifier":
      case "type_identifier":
      case "package_identifier": {
        if (node.field === "name" && node.parent?.kind === "qualified_type") return this.namedObject(node.parent);
        const b = this.pkg.binding(node);
        if (!b) return null;
        // At its declaration the variable of a type switch has no type: each clause has its own.
        if (node.parent?.field === "alias" && b.node === node) return null;
        return this.objectOf(b);
      }
      case "selector_expression": {
        const operand = node.child("operand");
        const field = node.child("field");
        return operand && field ? this.#qualified(strip(operand), field.text) : null;
      }
      case "qualified_type": {
        const pkg = node.child("package");
        const name = node.child("name");
        return pkg && name ? this.#qualified(pkg, name.text) : null;
      }
      case "parenthesized_expression":
      case "parenthesized_type": {
        const inner = strip(node);
        return inner === node ? null : this.namedObject(inner);
      }
      default:
        return null;
    }
  }

  #qualified(operand: GoNode, name: string): Obj | null {
    const path = this.pkg.importPath(operand);
    return path === null ? null : this.member(path, name);
  }

  objectOf(b: Binding): Obj | null {
    const known = this.#bindings.get(b);
    if (known !== undefined) return known;
    this.#bindings.set(b, null);
    const o = objectOfBinding(this, b);
    this.#bindings.set(b, o);
    return o;
  }

  /** What a package-level name of this package stands for. */
  objectNamed(name: string): Obj | null {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, null);
    const o = objectOfName(this, name);
    this.#names.set(name, o);
    return o;
  }

  member(path: string, name: string): Obj | null {
    return memberOf(this, path, name);
  }

  valueOfName(name: string): Value | null {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    this.#values.set(name, null);
    const v = valueOfEntities(this, name);
    this.#values.set(name, v);
    return v;
  }

  memberValue(path: string, name: string): Value | null {
    return valueOfMember(this, path, name);
  }

  // ------------------------------------------------------------ declarations

  ownNamed(name: string): Named {
    let n = this.#named.get(name);
    if (!n) {
      n = core.named(this.pkg.path, name, this.pkg);
      this.#named.set(name, n);
    }
    return n;
  }

  localNamed(name: string, spec: GoNode): Named {
    let n = this.#localNamed.get(spec);
    if (!n) {
      n = core.named("", name, this.pkg, [], spec);
      this.#localNamed.set(spec, n);
    }
    return n;
  }

  typeParam(name: GoNode): TypeParam {
    let p = this.#params.get(name);
    if (!p) {
      p = { kind: "typeparam", name: name.text, node: name };
      this.#params.set(name, p);
      core.constrain(p, () => declaredConstraint(this, name));
    }
    return p;
  }

  typeParams(declaration: GoNode): readonly TypeParam[] {
    return typeParamsOf(this, declaration);
  }

  signature(node: GoNode): Type {
    return remember(this.#signatures, node, () => signatureOf(this, node));
  }

  /** The type of the value that a literal's body makes. */
  literalType(body: GoNode): Type {
    return remember(this.#literals, body, () => literalBodyType(this, body));
  }

  calleeType(call: GoNode): Type {
    return remember(this.#callees, call, () => calleeType(this, call));
  }

  callType(call: GoNode): Type {
    return callType(this, call);
  }

  // ------------------------------------------------------------ structure

  /** The underlying type; of a type parameter the constraint's. */
  underlying(type: Type): Type {
    if (type.kind === "typeparam") return this.underlying(core.constraintOf(type));
    if (type.kind !== "named") return type;
    const declared = this.#declaration(type);
    if (!declared) return core.unknown;
    if (type.args.length === 0) return declared.params.length === 0 ? declared.type : core.unknown;
    if (type.args.length !== declared.params.length) return core.unknown;
    return core.substitute(declared.type, core.substitution(declared.params, type.args));
  }

  #declaration(type: Named): Declared | null {
    if (type.local) return this.of(type.pkg ?? this.pkg).#declaredLocally(type.local);
    if (type.path === "" && type.pkg === null) return { type: core.universeUnderlying(type), params: [] };
    if (type.pkg) return this.of(type.pkg).#declaredHere(type.name);
    const std = stdType(type);
    if (std) return { type: std.underlying(), params: std.params };
    return null;
  }

  #declaredLocally(spec: GoNode): Declared | null {
    const type = spec.child("type");
    return type ? { type: this.underlying(this.typeAt(type)), params: this.typeParams(spec) } : null;
  }

  #declaredHere(name: string): Declared | null {
    const known = this.#declared.get(name);
    if (known !== undefined) return known;
    this.#declared.set(name, null);
    let agreed: Declared | null = null;
    for (const e of this.pkg.lookup(name)) {
      const type = e.kind === "type" ? e.node?.child("type") : null;
      if (!e.node || !type) return null;
      const u = this.underlying(this.typeAt(type));
      if (u.kind === "unknown") return null;
      if (agreed && !core.identical(agreed.type, u)) return null;
      agreed ??= { type: u, params: this.typeParams(e.node) };
    }
    this.#declared.set(name, agreed);
    return agreed;
  }

  /**
   * The underlying type; of a type parameter the one underlying type that all types of its constraint have, else unknown
   * (also where Go allows the operation on several: see `isByteString`).
   */
  coreType(type: Type): Type {
    if (type.kind !== "typeparam") return this.underlying(type);
    const u = this.underlying(core.constraintOf(type));
    if (u.kind !== "interface" || !u.terms) return core.unknown;
    let single: Type | null = null;
    for (const term of u.terms) {
      const own = this.underlying(term.type);
      if (single === null) single = own;
      else if (!core.identical(single, own)) return core.unknown;
    }
    return single ?? core.unknown;
  }

  /** A type parameter whose types are all strings or byte slices. */
  isByteString(type: Type): boolean {
    if (type.kind !== "typeparam") return false;
    const u = this.underlying(core.constraintOf(type));
    if (u.kind !== "interface" || !u.terms) return false;
    return u.terms.every((term) => {
      const own = this.underlying(term.type);
      return (own.kind === "basic" && own.name === "string") || (own.kind === "slice" && own.elem === core.byte);
    });
  }

  interfaceOwner(at: Type, u: Interface, name: string): Type {
    return interfaceOwner(this, at, u, name);
  }

  /** A method declared on the named type itself, type arguments filled in. Its type is unknown where twins disagree. */
  declaredMethod(type: Named, name: string): DeclaredMethod | null {
    if (type.local) return null;
    if (type.pkg) return this.of(type.pkg).#ownMethod(type, name);
    const std = stdType(type);
    const method = std?.methods.get(name);
    if (!std || !method) return null;
    const filled = type.args.length === 0 ? method.type : core.substitute(method.type, core.substitution(std.params, type.args));
    return { type: filled, pointer: method.pointer, entity: null };
  }

  /** Names of the methods that are declared on the type itself. */
  declaredMethodNames(type: Named): Iterable<string> {
    if (type.local) return [];
    if (type.pkg) return type.pkg.methods(type.name).map((e) => e.name);
    return stdType(type)?.methods.keys() ?? [];
  }

  #ownMethod(type: Named, name: string): DeclaredMethod | null {
    const entities = this.#methodsNamed(type.name, name);
    if (entities.length === 0) return null;
    let agreed: DeclaredMethod | null = null;
    for (const e of entities) {
      const node = e.head;
      if (!node) return { type: core.unknown, pointer: false, entity: null };
      let signature = this.#methodTypes.get(e);
      if (!signature) {
        signature = this.signature(node);
        this.#methodTypes.set(e, signature);
      }
      const params = receiverParams(this, node);
      const filled = params.length === 0 ? signature : core.substitute(signature, core.substitution(params, type.args));
      const pointer = hasPointerReceiver(node);
      if (agreed && (agreed.pointer !== pointer || !core.identical(agreed.type, filled)))
        return { type: core.unknown, pointer, entity: null };
      agreed ??= { type: filled, pointer, entity: entities.length === 1 ? e : null };
    }
    return agreed;
  }

  /** The underlying types of a type that build tags declare in several ways; none where one of them is not known. */
  variants(type: Named): readonly Type[] {
    if (!type.pkg || type.local) return [];
    const own = this.of(type.pkg);
    const twins = own.pkg.lookup(type.name);
    if (twins.length < 2) return [];
    const found: Type[] = [];
    for (const e of twins) {
      const node = e.kind === "type" ? e.node : null;
      const spec = node?.child("type");
      if (!node || !spec) return [];
      const u = own.underlying(own.typeAt(spec));
      if (u.kind === "unknown") return [];
      const params = own.typeParams(node);
      if (params.length !== type.args.length) return [];
      found.push(core.substitute(u, core.substitution(params, type.args)));
    }
    return found;
  }

  /** One of several build-tagged declarations of the type has a field of that name, where another one's methods do. */
  twinHasField(type: Named, name: string): boolean {
    if (!type.pkg) return false;
    if (this.of(type.pkg).pkg.lookup(type.name).length < 2) return false;
    const variants = this.variants(type);
    return variants.length === 0 || variants.some((u) => u.kind === "struct" && u.fields.some((f) => f.name === name));
  }

  #methodsNamed(type: string, name: string): readonly Entity[] {
    let byName = this.#methods.get(type);
    if (!byName) {
      byName = new Map();
      this.#methods.set(type, byName);
    }
    let found = byName.get(name);
    if (!found) {
      found = this.pkg.method(type, name);
      byName.set(name, found);
    }
    return found;
  }
}

function remember(memo: Map<GoNode, Type>, node: GoNode, find: () => Type): Type {
  const known = memo.get(node);
  if (known) return known;
  memo.set(node, busy);
  const type = find();
  memo.set(node, type);
  return type;
}

const UNNAMED_ELEMENTS: ReadonlySet<string> = new Set(["array_type", "implicit_length_array_type", "slice_type", "map_type"]);

function isDefined(t: Type): boolean {
  return t.kind === "named" || t.kind === "basic" || t.kind === "typeparam";
}

function stdType(type: Named): StdType | null {
  const member = stdPackage(type.path)?.member(type.name);
  return member?.kind === "type" ? member : null;
}

function hasPointerReceiver(method: GoNode): boolean {
  let type = method.child("receiver")?.items[0]?.child("type") ?? null;
  while (type?.kind === "parenthesized_type") type = type.items[0] ?? null;
  return type?.kind === "pointer_type";
}
