/** Fields and methods of types (spec, "Selectors"): breadth first through embedded fields; two at one depth are none. */
import type { FieldType, PackageModel, Selection, Type } from "../model.ts";
import type { Types } from "../types.ts";
import type { Interface, Named } from "./core.ts";
import * as core from "./core.ts";

interface Step {
  readonly type: Type;
  readonly path: readonly string[];
  readonly indirect: boolean;
  /** Met more than once at this depth: whatever it yields is ambiguous. */
  multiples: boolean;
}

const top: readonly string[] = [];

export function isExported(name: string): boolean {
  const c = name.charCodeAt(0);
  if (c < 128) return c >= 65 && c <= 90;
  return /^\p{Lu}/u.test(name);
}

/** Does a name declared in a package with this path mean the one written in `from`? */
function visible(name: string, declaredIn: Named | null, from: PackageModel): boolean {
  if (isExported(name) || !declaredIn) return true;
  return declaredIn.pkg === from || (declaredIn.path === from.path && from.path !== "");
}

/** For a type that build tags declare in several ways: which of them is looked at. */
type Choice = ReadonlyMap<Named, Type>;
const noChoice: Choice = new Map();

/**
 * null when there is none, when it is ambiguous, or when something on the way is not known. Where build tags declare a type in several ways, those that have
 * the name must agree: the others are not there when the selector compiles.
 */
export function selectIn(t: Types, type: Type, name: string, from: PackageModel, choice: Choice = noChoice): Selection | null {
  let start = type;
  let indirect = false;
  if (type.kind === "pointer") {
    start = type.elem;
    indirect = true;
    if (t.underlying(start).kind === "interface") return null;
  } else if (type.kind === "named") {
    const u = t.underlying(type);
    if (u.kind === "pointer") {
      // A named pointer type has no methods of its own, but its base's fields.
      const found = selectIn(t, u, name, from, choice);
      return found?.kind === "field" ? found : null;
    }
  }
  let current: Step[] = [{ type: start, path: top, indirect, multiples: false }];
  const seen: Named[] = [];
  while (current.length > 0) {
    const next: Step[] = [];
    let found: Selection | null = null;
    let count = 0;
    for (const step of current) {
      const { type: at } = step;
      if (at.kind === "named") {
        if (seen.some((s) => s === at || core.identical(s, at))) continue;
        seen.push(at);
        const method = visible(name, at, from) ? t.declaredMethod(at, name) : null;
        if (method) {
          if (method.type.kind === "unknown" || t.twinHasField(at, name)) return null;
          found = {
            kind: "method",
            name,
            type: method.type,
            owner: at,
            path: step.path,
            indirect: step.indirect,
            pointerReceiver: method.pointer,
            entity: method.entity,
            field: null,
          };
          count += step.multiples ? 2 : 1;
          continue;
        }
      }
      const u = (at.kind === "named" && choice.get(at)) || t.underlying(at);
      if (u.kind === "unknown") return at.kind === "named" ? selectInVariants(t, type, name, from, at, choice) : null;
      if (u.kind === "struct") {
        const holder = at.kind === "named" ? at : null;
        for (const f of u.fields) {
          if (f.name === name && visible(name, holder, from)) {
            found = fieldSelection(f, at, step);
            count += step.multiples ? 2 : 1;
            continue;
          }
          if (f.embedded) enqueue(next, f, step);
        }
      } else if (u.kind === "interface") {
        const m = u.methods.find((x) => x.name === name);
        if (m && visible(name, at.kind === "named" ? at : null, from)) {
          found = {
            kind: "method",
            name,
            type: m.type,
            owner: t.interfaceOwner(at, u, name),
            path: step.path,
            indirect: step.indirect,
            pointerReceiver: false,
            entity: null,
            field: null,
          };
          count += step.multiples ? 2 : 1;
        } else if (u.open) return null;
      }
    }
    if (count === 1) return found;
    if (count > 1) return null;
    current = merge(next);
  }
  return null;
}

/** The same question for each of the ways in which `at` is declared. */
function selectInVariants(t: Types, type: Type, name: string, from: PackageModel, at: Named, choice: Choice): Selection | null {
  let agreed: Selection | null = null;
  for (const variant of t.variants(at)) {
    const found = selectIn(t, type, name, from, new Map(choice).set(at, variant));
    if (!found) continue;
    if (agreed && !(agreed.kind === found.kind && core.identical(agreed.owner, found.owner) && core.identical(agreed.type, found.type)))
      return null;
    agreed ??= found;
  }
  return agreed;
}

function fieldSelection(f: FieldType, owner: Type, step: Step): Selection {
  return {
    kind: "field",
    name: f.name,
    type: f.type,
    owner,
    path: step.path,
    indirect: step.indirect,
    pointerReceiver: false,
    entity: null,
    field: f,
  };
}

function enqueue(next: Step[], f: FieldType, step: Step): void {
  const pointer = f.type.kind === "pointer";
  next.push({ type: core.deref(f.type), path: [...step.path, f.name], indirect: step.indirect || pointer, multiples: step.multiples });
}

/** The same named type twice at one depth counts once, and as ambiguous. */
function merge(steps: Step[]): Step[] {
  if (steps.length < 2) return steps;
  const merged: Step[] = [];
  for (const s of steps) {
    const same = s.type.kind === "named" ? merged.find((m) => m.type === s.type || core.identical(m.type, s.type)) : undefined;
    if (same) same.multiples = true;
    else merged.push(s);
  }
  return merged;
}

/** The named interface that declares the method: an embedded one, or the type itself. */
export function interfaceOwner(t: Types, at: Type, u: Interface, name: string): Type {
  for (const e of u.embeds ?? []) {
    const inner = t.underlying(e);
    if (inner.kind === "interface" && inner.methods.some((m) => m.name === name)) return interfaceOwner(t, e, inner, name);
  }
  return at;
}

/** Does every method of the interface belong to the type's method set, with the same signature? False where something is not known. */
export function implementsInterface(t: Types, type: Type, iface: Type): boolean {
  const i = t.underlying(iface);
  if (i.kind !== "interface" || i.open || i.terms) return false;
  return i.methods.every((m) => {
    const s = selectIn(t, type, m.name, t.pkg);
    if (s?.kind !== "method" || !core.identical(s.type, m.type)) return false;
    return !s.pointerReceiver || type.kind === "pointer" || s.indirect;
  });
}

/**
 * The method set of a type (spec, "Method sets"), as code of the package at hand sees it, by name. Methods that something unknown might hide or
 * make ambiguous are left out.
 */
export function methodSet(t: Types, type: Type): readonly Selection[] {
  const names = new Set<string>();
  collectMethods(t, core.deref(type), names, []);
  const found: Selection[] = [];
  for (const name of [...names].sort()) {
    const s = selectIn(t, type, name, t.pkg);
    if (s?.kind !== "method") continue;
    if (!s.pointerReceiver || type.kind === "pointer" || s.indirect) found.push(s);
  }
  return found;
}

function collectMethods(t: Types, type: Type, into: Set<string>, seen: Type[]): void {
  if (seen.some((s) => s === type || core.identical(s, type))) return;
  seen.push(type);
  if (type.kind === "named") for (const name of t.declaredMethodNames(type)) into.add(name);
  const u = t.underlying(type);
  if (u.kind === "interface") for (const m of u.methods) into.add(m.name);
  if (u.kind === "struct") for (const f of u.fields) if (f.embedded) collectMethods(t, core.deref(f.type), into, seen);
}
