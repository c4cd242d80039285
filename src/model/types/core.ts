/** Types as values: construction (common ones are shared objects), identity, spelling, substitution. */
import type { GoNode } from "../../go/node.ts";
import type { FieldType, PackageModel, Type } from "../model.ts";
import { Notes } from "../notes.ts";

type OfKind<K extends Type["kind"]> = Extract<Type, { kind: K }>;
export type Named = OfKind<"named">;
export type Func = OfKind<"func">;
export type Struct = OfKind<"struct">;
export type ArrayType = OfKind<"array">;
export type Interface = OfKind<"interface">;
export type TypeParam = OfKind<"typeparam">;
export type Tuple = OfKind<"tuple">;
/** A term of a constraint: `~int` has tilde. */
export interface Term {
  readonly tilde: boolean;
  readonly type: Type;
}

export const unknown: Type = { kind: "unknown" };
export const none: Tuple = { kind: "tuple", types: [] };
/** Shared by all who have no type arguments. */
const noArgs: readonly Type[] = [];

const basics = new Map<string, Type>();

/** A predeclared type or untyped kind; `byte` and `rune` are `uint8` and `int32`, as for Go. */
export function basic(name: string): Type {
  let t = basics.get(name);
  if (!t) {
    t = { kind: "basic", name };
    basics.set(name, t);
  }
  return t;
}

export const int = basic("int");
export const string = basic("string");
export const bool = basic("bool");
export const byte = basic("uint8");
export const rune = basic("int32");
export const uintptr = basic("uintptr");
export const float64 = basic("float64");
export const complex128 = basic("complex128");
export const unsafePointer = basic("unsafe.Pointer");
export const untypedInt = basic("untyped int");
export const untypedRune = basic("untyped rune");
export const untypedFloat = basic("untyped float");
export const untypedComplex = basic("untyped complex");
export const untypedString = basic("untyped string");
export const untypedBool = basic("untyped bool");
export const untypedNil = basic("untyped nil");

const universeNamed = (name: string): Named => ({ kind: "named", path: "", name, args: noArgs, pkg: null, local: null });
export const error = universeNamed("error");
export const any = universeNamed("any");
export const comparable = universeNamed("comparable");

export const emptyInterface: Interface = { kind: "interface", methods: [], open: false };
const errorInterface: Interface = {
  kind: "interface",
  methods: [{ name: "Error", type: { kind: "func", params: [], results: [string], variadic: false } }],
  open: false,
};

const predeclared = new Map<string, Type>([
  ["any", any],
  ["error", error],
  ["comparable", comparable],
  ["byte", byte],
  ["rune", rune],
]);
for (const name of "bool complex64 complex128 float32 float64 int int8 int16 int32 int64 string uint uint8 uint16 uint32 uint64 uintptr".split(
  " ",
))
  predeclared.set(name, basic(name));

/** The type that a universe name denotes, null for other names. */
export function predeclaredType(name: string): Type | null {
  return predeclared.get(name) ?? null;
}

/** The underlying type of `error`, `any` and `comparable`. */
export function universeUnderlying(t: Named): Type {
  return t.name === "error" ? errorInterface : emptyInterface;
}

const pointers = new Notes<Type, Type>();
const slices = new Notes<Type, Type>();

export function pointerTo(elem: Type): Type {
  return pointers.noted(elem, () => ({ kind: "pointer", elem }));
}

export function sliceOf(elem: Type): Type {
  return slices.noted(elem, () => ({ kind: "slice", elem }));
}

export function tupleOf(types: readonly Type[]): Tuple {
  return types.length === 0 ? none : { kind: "tuple", types };
}

export function named(
  path: string,
  name: string,
  pkg: PackageModel | null,
  args: readonly Type[] = noArgs,
  local: GoNode | null = null,
): Named {
  return { kind: "named", path, name, args, pkg, local };
}

/** What a call yields as one expression: its only result, or a tuple. */
export function resultOf(results: readonly Type[]): Type {
  return results.length === 1 ? (results[0] as Type) : tupleOf(results);
}

export function isUntyped(t: Type): boolean {
  return t.kind === "basic" && t.name.startsWith("untyped ");
}

const DEFAULTS: Record<string, Type> = {
  "untyped int": int,
  "untyped rune": rune,
  "untyped float": float64,
  "untyped complex": complex128,
  "untyped string": string,
  "untyped bool": bool,
};

/** The type that a variable takes from a value of this type: untyped kinds get their default, `nil` none. */
export function defaultType(t: Type): Type {
  return isUntyped(t) ? (DEFAULTS[(t as OfKind<"basic">).name] ?? unknown) : t;
}

/** `isNamed(t, "time.Timer")`; does not look through pointers. `"error"` names the universe's. */
export function isNamed(t: Type, symbol: string): boolean {
  if (t.kind === "basic") return t.name === symbol;
  if (t.kind !== "named" || t.local) return false;
  const { path, name } = t;
  return path === ""
    ? symbol === name
    : symbol.length === path.length + name.length + 1 && symbol.startsWith(path) && symbol.endsWith(name) && symbol[path.length] === ".";
}

/** The element of a pointer, else the type itself. */
export function deref(t: Type): Type {
  return t.kind === "pointer" ? t.elem : t;
}

/** True when some part of it is not known. */
export function hasUnknown(t: Type): boolean {
  switch (t.kind) {
    case "unknown":
      return true;
    case "named":
      return t.args.some(hasUnknown);
    case "pointer":
    case "slice":
    case "chan":
      return hasUnknown(t.elem);
    case "array":
      return t.length === null || hasUnknown(t.elem);
    case "map":
      return hasUnknown(t.key) || hasUnknown(t.value);
    case "func":
      return t.params.some(hasUnknown) || t.results.some(hasUnknown);
    case "struct":
      return t.fields.some((f) => hasUnknown(f.type));
    case "interface":
      return t.open || t.methods.some((m) => hasUnknown(m.type)) || (t.terms?.some((x) => hasUnknown(x.type)) ?? false);
    case "tuple":
      return t.types.some(hasUnknown);
    default:
      return false;
  }
}

export function isEmptyInterface(t: Type): boolean {
  return t === any || (t.kind === "interface" && t.methods.length === 0 && !t.open && !t.terms && !t.embeds?.length);
}

/** Do both denote the same type (spec, "Type identity")? False also where a part is not known. */
export function identical(a: Type, b: Type): boolean {
  if (a === b) return a.kind !== "unknown" && !hasUnknown(a);
  if (isEmptyInterface(a) && isEmptyInterface(b)) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case "basic":
      return a.name === (b as typeof a).name;
    case "named": {
      const o = b as Named;
      return (
        a.name === o.name && a.path === o.path && a.local === o.local && (a.path !== "" || a.pkg === o.pkg) && allIdentical(a.args, o.args)
      );
    }
    case "pointer":
    case "slice":
      return identical(a.elem, (b as typeof a).elem);
    case "array":
      return a.length !== null && a.length === (b as typeof a).length && identical(a.elem, (b as typeof a).elem);
    case "map":
      return identical(a.key, (b as typeof a).key) && identical(a.value, (b as typeof a).value);
    case "chan":
      return a.dir === (b as typeof a).dir && identical(a.elem, (b as typeof a).elem);
    case "func": {
      const o = b as Func;
      return a.variadic === o.variadic && allIdentical(a.params, o.params) && allIdentical(a.results, o.results);
    }
    case "struct": {
      const o = b as Struct;
      return a.fields.length === o.fields.length && a.fields.every((f, i) => sameField(f, o.fields[i] as FieldType));
    }
    case "interface": {
      const o = b as Interface;
      if (a.open || o.open || a.terms || o.terms || a.methods.length !== o.methods.length) return false;
      return a.methods.every((m) => o.methods.some((n) => n.name === m.name && identical(m.type, n.type)));
    }
    case "tuple":
      return allIdentical(a.types, (b as typeof a).types);
    case "typeparam":
      return a.node !== null && a.node === (b as typeof a).node;
    default:
      return false;
  }
}

function sameField(f: FieldType, g: FieldType): boolean {
  return f.name === g.name && f.embedded === g.embedded && f.tag === g.tag && identical(f.type, g.type);
}

function allIdentical(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((t, i) => identical(t, b[i] as Type));
}

/** Spelt as Go spells it, with whole import paths: `map[string]*net/http.Request`; `?` where a part is not known. */
export function typeString(t: Type): string {
  switch (t.kind) {
    case "unknown":
      return "?";
    case "basic":
      return t.name;
    case "named": {
      const own = t.path === "" ? t.name : `${t.path}.${t.name}`;
      return t.args.length === 0 ? own : `${own}[${t.args.map(typeString).join(",")}]`;
    }
    case "pointer":
      return `*${typeString(t.elem)}`;
    case "slice":
      return `[]${typeString(t.elem)}`;
    case "array":
      return `[${t.length ?? "?"}]${typeString(t.elem)}`;
    case "map":
      return `map[${typeString(t.key)}]${typeString(t.value)}`;
    case "chan": {
      if (t.dir === "receive") return `<-chan ${typeString(t.elem)}`;
      if (t.dir === "send") return `chan<- ${typeString(t.elem)}`;
      const elem = typeString(t.elem);
      return elem.startsWith("<-") ? `chan (${elem})` : `chan ${elem}`;
    }
    case "func":
      return `func${signature(t)}`;
    case "struct":
      return `struct{${t.fields.map(fieldString).join("; ")}}`;
    case "interface": {
      if (isEmptyInterface(t)) return "any";
      if (t.terms || t.embeds?.includes(comparable)) return "interface{constraint}";
      const methods = t.methods.map((m) => m.name + (m.type.kind === "func" ? signature(m.type) : " ?")).sort();
      return `interface{${[...methods, ...(t.open ? ["?"] : [])].join("; ")}}`;
    }
    case "tuple":
      return `(${t.types.map(typeString).join(", ")})`;
    case "typeparam":
      return t.name;
  }
}

function fieldString(f: FieldType): string {
  const tag = f.tag === null ? "" : ` ${JSON.stringify(f.tag)}`;
  return (f.embedded ? typeString(f.type) : `${f.name} ${typeString(f.type)}`) + tag;
}

function signature(t: Func): string {
  const last = t.params.length - 1;
  const params = t.params.map((p, i) => (t.variadic && i === last ? `...${typeString(p.kind === "slice" ? p.elem : p)}` : typeString(p)));
  const results = t.results.map(typeString);
  const tail = results.length === 0 ? "" : results.length === 1 ? ` ${results[0]}` : ` (${results.join(", ")})`;
  return `(${params.join(", ")})${tail}`;
}

/** What stands for a type parameter: its declaring identifier, or the object itself for the table's. */
export type Substitution = ReadonlyMap<object, Type>;

export function keyOf(p: TypeParam): object {
  return p.node ?? p;
}

export function substitution(params: readonly TypeParam[], args: readonly Type[]): Substitution {
  return new Map(params.map((p, i) => [keyOf(p), args[i] ?? unknown]));
}

/** The type with its parameters replaced; the same object where nothing changes. */
export function substitute(t: Type, by: Substitution): Type {
  if (by.size === 0) return t;
  switch (t.kind) {
    case "typeparam":
      return by.get(keyOf(t)) ?? t;
    case "named": {
      const args = substituteAll(t.args, by);
      return args === t.args ? t : { ...t, args };
    }
    case "pointer": {
      const elem = substitute(t.elem, by);
      return elem === t.elem ? t : pointerTo(elem);
    }
    case "slice": {
      const elem = substitute(t.elem, by);
      return elem === t.elem ? t : sliceOf(elem);
    }
    case "array":
    case "chan": {
      const elem = substitute(t.elem, by);
      return elem === t.elem ? t : { ...t, elem };
    }
    case "map": {
      const key = substitute(t.key, by);
      const value = substitute(t.value, by);
      return key === t.key && value === t.value ? t : { kind: "map", key, value };
    }
    case "func": {
      const params = substituteAll(t.params, by);
      const results = substituteAll(t.results, by);
      return params === t.params && results === t.results ? t : { ...t, params, results };
    }
    case "struct": {
      let changed = false;
      const fields = t.fields.map((f) => {
        const type = substitute(f.type, by);
        if (type === f.type) return f;
        changed = true;
        return { ...f, type };
      });
      return changed ? { kind: "struct", fields } : t;
    }
    case "interface": {
      const methods = t.methods.map((m) => ({ name: m.name, type: substitute(m.type, by) }));
      const made: Interface = { kind: "interface", methods, open: t.open };
      const terms = t.terms?.map((x) => ({ tilde: x.tilde, type: substitute(x.type, by) }));
      const embeds = t.embeds ? substituteAll(t.embeds, by) : undefined;
      return { ...made, ...(terms ? { terms } : {}), ...(embeds ? { embeds } : {}) };
    }
    case "tuple": {
      const types = substituteAll(t.types, by);
      return types === t.types ? t : { kind: "tuple", types };
    }
    default:
      return t;
  }
}

export function substituteAll(types: readonly Type[], by: Substitution): readonly Type[] {
  let changed = false;
  const made = types.map((t) => {
    const s = substitute(t, by);
    if (s !== t) changed = true;
    return s;
  });
  return changed ? made : types;
}

/** Does a type parameter stand in it? */
export function isGeneric(t: Type): boolean {
  switch (t.kind) {
    case "typeparam":
      return true;
    case "named":
      return t.args.some(isGeneric);
    case "pointer":
    case "slice":
    case "array":
    case "chan":
      return isGeneric(t.elem);
    case "map":
      return isGeneric(t.key) || isGeneric(t.value);
    case "func":
      return t.params.some(isGeneric) || t.results.some(isGeneric);
    case "struct":
      return t.fields.some((f) => isGeneric(f.type));
    case "interface":
      return t.methods.some((m) => isGeneric(m.type)) || (t.terms?.some((x) => isGeneric(x.type)) ?? false);
    case "tuple":
      return t.types.some(isGeneric);
    default:
      return false;
  }
}

const constraints = new Notes<object, () => Type>();

/** Whoever makes a type parameter says how to find its constraint. */
export function constrain(p: TypeParam, constraint: () => Type): void {
  constraints.set(keyOf(p), constraint);
}

/** The constraint as a type (an interface, named or not), unknown where nobody told it. */
export function constraintOf(p: TypeParam): Type {
  return constraints.get(keyOf(p))?.() ?? unknown;
}
