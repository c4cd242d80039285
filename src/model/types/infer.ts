/** Inference of type arguments (spec, "Type inference"), as far as it is plain: what does not unify stays unknown. */
import type { Type } from "../model.ts";
import type { Types } from "../types.ts";
import type { Func, TypeParam } from "./core.ts";
import * as core from "./core.ts";

const RANKS = ["untyped int", "untyped rune", "untyped float", "untyped complex"];

/** The larger of two untyped numeric kinds, or the one that both are. */
export function largerUntyped(a: Type, b: Type): Type {
  if (a === b) return a;
  if (a.kind !== "basic" || b.kind !== "basic") return core.unknown;
  const x = RANKS.indexOf(a.name);
  const y = RANKS.indexOf(b.name);
  if (x < 0 || y < 0) return core.unknown;
  return x > y ? a : b;
}

class Inference {
  readonly bound = new Map<object, Type>();
  readonly #t: Types;
  readonly #params: ReadonlySet<object>;

  constructor(t: Types, params: readonly TypeParam[]) {
    this.#t = t;
    this.#params = new Set(params.map(core.keyOf));
  }

  bind(p: TypeParam, type: Type): void {
    this.bound.set(core.keyOf(p), type);
  }

  isFree(t: Type): t is TypeParam {
    return t.kind === "typeparam" && this.#params.has(core.keyOf(t));
  }

  /** Matches a parameter's type with what is given for it. */
  unify(p: Type, a: Type, depth = 0): void {
    if (a.kind === "unknown" || depth > 20) return;
    if (this.isFree(p)) {
      const before = this.bound.get(core.keyOf(p));
      this.bind(p, before === undefined ? a : this.#merge(before, a));
      return;
    }
    if (!core.isGeneric(p)) return;
    if (p.kind === "named") {
      if (a.kind === "named" && a.name === p.name && a.path === p.path && a.args.length === p.args.length) {
        for (let i = 0; i < p.args.length; i++) this.unify(p.args[i] as Type, a.args[i] as Type, depth + 1);
        return;
      }
      const u = this.#t.underlying(p);
      if (u.kind === "interface") this.#unifyMethods(u, a, depth);
      else if (a.kind !== "named") this.unify(u, a, depth + 1);
      return;
    }
    if (p.kind === "interface") {
      this.#unifyMethods(p, a, depth);
      return;
    }
    const given = a.kind === "named" || a.kind === "typeparam" ? this.#t.coreType(a) : a;
    if (given.kind !== p.kind) return;
    switch (p.kind) {
      case "pointer":
      case "slice":
      case "array":
      case "chan":
        this.unify(p.elem, (given as typeof p).elem, depth + 1);
        return;
      case "map":
        this.unify(p.key, (given as typeof p).key, depth + 1);
        this.unify(p.value, (given as typeof p).value, depth + 1);
        return;
      case "func": {
        const f = given as Func;
        if (f.params.length !== p.params.length || f.results.length !== p.results.length) return;
        for (const [i, x] of p.params.entries()) this.unify(x, f.params[i] as Type, depth + 1);
        for (const [i, x] of p.results.entries()) this.unify(x, f.results[i] as Type, depth + 1);
        return;
      }
      default:
    }
  }

  #unifyMethods(i: Type, a: Type, depth: number): void {
    if (i.kind !== "interface") return;
    for (const m of i.methods) {
      const s = this.#t.selectIn(a, m.name, this.#t.pkg);
      if (s?.kind === "method") this.unify(m.type, s.type, depth + 1);
    }
  }

  /** Two arguments for one parameter: a defined type wins over a literal of the same shape. */
  #merge(a: Type, b: Type): Type {
    if (core.identical(a, b)) return a;
    const ua = this.#t.underlying(a);
    const ub = this.#t.underlying(b);
    if (core.identical(ua, ub)) {
      if (a.kind !== "named") return b;
      if (b.kind !== "named") return a;
    }
    if (ua.kind === "chan" && ub.kind === "chan" && core.identical(ua.elem, ub.elem)) return ua.dir === "both" ? b : a;
    return core.unknown;
  }

  /** What constraints with a core type say. */
  constraints(params: readonly TypeParam[]): void {
    for (let changed = true, turns = 0; changed && turns < 5; turns++) {
      changed = false;
      for (const p of params) {
        const u = this.#t.underlying(core.constraintOf(p));
        if (u.kind !== "interface") continue;
        const before = this.bound.size;
        const bound = this.bound.get(core.keyOf(p));
        const single = u.terms?.length === 1 ? u.terms[0] : undefined;
        if (single) {
          if (bound) this.unify(single.type, single.tilde ? this.#t.coreType(bound) : bound);
          else if (!single.tilde || core.isGeneric(single.type)) {
            const made = core.substitute(single.type, this.bound);
            if (!this.#open(made)) this.bind(p, made);
          }
        }
        if (bound && u.methods.length > 0) this.#unifyMethods(u, bound, 0);
        if (this.bound.size !== before) changed = true;
      }
    }
  }

  #open(t: Type): boolean {
    for (const key of this.#params) {
      if (this.bound.has(key)) continue;
      if (core.substitute(t, new Map([[key, core.unknown]])) !== t) return true;
    }
    return false;
  }
}

/**
 * The signature of a generic function for a call. `given`: explicit type arguments. `args`: types of the arguments in order, `spread` when the last
 * is `xs...`. What cannot be told is unknown in the answer.
 */
export function instantiateCall(
  t: Types,
  signature: Func,
  params: readonly TypeParam[],
  given: readonly Type[],
  args: readonly Type[],
  spread: boolean,
): Type {
  const inference = new Inference(t, params);
  given.forEach((type, i) => {
    const p = params[i];
    if (p) inference.bind(p, type);
  });
  if (given.length < params.length) {
    const untyped: { p: TypeParam; type: Type }[] = [];
    const last = signature.params.length - 1;
    args.forEach((arg, i) => {
      let p = signature.params[Math.min(i, last)];
      if (!p || (i > last && !signature.variadic)) return;
      if (signature.variadic && i >= last && !spread) p = p.kind === "slice" ? p.elem : p;
      if (arg === core.untypedNil) return;
      if (core.isUntyped(arg)) {
        if (inference.isFree(p)) untyped.push({ p, type: arg });
      } else inference.unify(p, arg);
    });
    inference.constraints(params);
    const kinds = new Map<TypeParam, Type>();
    for (const { p, type } of untyped) {
      if (inference.bound.has(core.keyOf(p))) continue;
      const key = [...kinds.keys()].find((k) => core.keyOf(k) === core.keyOf(p)) ?? p;
      const before = kinds.get(key);
      kinds.set(key, before ? largerUntyped(before, type) : type);
    }
    for (const [p, kind] of kinds) inference.bind(p, core.defaultType(kind));
    inference.constraints(params);
  }
  for (const p of params) if (!inference.bound.has(core.keyOf(p))) inference.bind(p, core.unknown);
  return core.substitute(signature, inference.bound);
}
