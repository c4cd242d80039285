/** The field of a struct that a pointer made with package unsafe leads to: `(*int64)(unsafe.Pointer(&s))`. */
import { type GoNode, unparen } from "../go/node.ts";
import type { FieldType, PackageModel, Type } from "../model/model.ts";
import { deref, underlying } from "./types.ts";
import { withoutConversions } from "./values.ts";

export interface FieldBehind {
  /** The struct: `s` of `&s`, or a pointer to it. */
  readonly struct: GoNode;
  /** From the struct to the field, an index among them: `.a.b[0]`. null where the first field's type is another one. */
  readonly path: string | null;
  /** The last of the fields. */
  readonly field: FieldType | null;
}

/** What lies behind the pointer; null where that is no Go struct whose declaration is known. `wanted` is the type that is pointed to: "int64". */
export function fieldBehind(pkg: PackageModel, pointer: GoNode, wanted: string): FieldBehind | null {
  const isUnsafe = (s: GoNode) => s.child("field")?.text === "Pointer" && pkg.symbol(s) === "unsafe.Pointer";
  if (!pointer.find("selector_expression").some(isUnsafe)) return null;
  const moved = withOffset(pkg, withoutConversions(pkg, pointer));
  const base = moved ? withoutConversions(pkg, moved.base) : withoutConversions(pkg, pointer);
  const struct = structIn(pkg, base);
  if (!struct) return null;
  const type = deref(pkg.typeOf(struct));
  if (moved) {
    const selected = pkg.selection(moved.field);
    const same = selected?.kind === "field" && selected.path.length === 0 && selected.field ? selected.field : null;
    if (!same) return { struct, path: null, field: null };
    const inside = within(pkg, same.type, wanted, same);
    return { struct, path: inside ? `.${same.name}${inside.path}` : null, field: inside?.field ?? null };
  }
  const first = within(pkg, type, wanted, null);
  return { struct, path: first?.path ?? null, field: first?.field ?? null };
}

/** `uintptr(p) + unsafe.Offsetof(s.f)`, `unsafe.Add(p, unsafe.Offsetof(s.f))`. */
function withOffset(pkg: PackageModel, e: GoNode): { base: GoNode; field: GoNode } | null {
  const isAdd = e.kind === "call_expression" && pkg.symbol(unparen(e.child("function") ?? e)) === "unsafe.Add";
  const isSum = e.kind === "binary_expression" && e.child("operator")?.kind === "+";
  const args = isAdd ? (e.child("arguments")?.items ?? []) : [];
  const base = isAdd ? args[0] : isSum ? e.child("left") : null;
  const offset = isAdd ? args[1] : isSum ? e.child("right") : null;
  const call = offset && unparen(offset);
  if (!base || call?.kind !== "call_expression" || pkg.symbol(unparen(call.child("function") ?? call)) !== "unsafe.Offsetof") return null;
  const field = call.child("arguments")?.items[0];
  return field && unparen(field).kind === "selector_expression" ? { base, field: unparen(field) } : null;
}

/** `s` of `&s` with a struct, `p` with a pointer to one. */
function structIn(pkg: PackageModel, e: GoNode): GoNode | null {
  const address = e.kind === "unary_expression" && e.child("operator")?.kind === "&";
  const struct = address ? unparen(e.child("operand") as GoNode) : e;
  if (!struct.is("identifier", "selector_expression", "index_expression")) return null;
  const type = pkg.typeOf(struct);
  if (address ? type.kind === "pointer" : type.kind !== "pointer") return null;
  return underlying(pkg, deref(type)).kind === "struct" ? struct : null;
}

/** The first field, of the first field, ..., that has the type. */
function within(
  pkg: PackageModel,
  type: Type,
  wanted: string,
  field: FieldType | null,
  depth = 0,
): { path: string; field: FieldType | null } | null {
  if (depth > 8) return null;
  if (type.kind === "basic") return type.name === wanted ? { path: "", field } : null;
  if (type.kind === "array") {
    const element = within(pkg, type.elem, wanted, field, depth + 1);
    return element && { path: `[0]${element.path}`, field: null };
  }
  const u = underlying(pkg, type);
  const first = u.kind === "struct" ? u.fields[0] : undefined;
  if (!first || first.name === "_") return null;
  const rest = within(pkg, first.type, wanted, first, depth + 1);
  return rest && { path: `.${first.name}${rest.path}`, field: rest.field };
}
