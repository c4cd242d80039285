/** Who else depends on how a struct's fields are laid out: literals without keys, unsafe, binary encoders, C. */
import type { GoNode } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { hasStruct, mentionsOf, specOf } from "./alignment.ts";
import { isExported, positionalLiterals } from "./typed-atomic.ts";

/** Why another field, or another order, may break something; null when nothing in the package depends on the layout. */
export function layoutMatters(pkg: PackageModel, struct: GoNode): string | null {
  if (pkg.fileOf(struct).cgo) return "C code may rely on the layout";
  if (positionalLiterals(pkg, struct).length > 0) return "literals that list the fields in order are given names";
  const name = specOf(struct)?.child("name");
  const fields = struct.find("field_identifier").filter((f) => f.parent?.parent?.parent === struct);
  if (name && isExported(name.text) && fields.every((f) => isExported(f.text)))
    return "literals without field names may stand in other packages";
  if (measured(pkg, struct)) return "unsafe measures the struct";
  if (name && mentionsOf(pkg, name).some(fromPointer)) return "memory from elsewhere is seen as this struct";
  if (encoded(pkg, struct)) return "encoding/binary writes or reads the struct's layout";
  if (name && mentionsOf(pkg, name).some(converted)) return "values are converted between this struct and another";
  return null;
}

/** Is `unsafe.Sizeof(v)`, Offsetof or Alignof asked of the struct or a field of it? */
export function measured(pkg: PackageModel, struct: GoNode): boolean {
  for (const name of ["Sizeof", "Offsetof", "Alignof"]) {
    for (const mention of pkg.mentions(name)) {
      const callee = mention.parent;
      if (callee?.kind !== "selector_expression" || pkg.symbol(callee) !== `unsafe.${name}`) continue;
      const arg = callee.parent?.child("arguments")?.items[0];
      const inside = arg?.kind === "selector_expression" ? arg.child("operand") : arg;
      if (inside && hasStruct(pkg, pkg.typeOf(inside), struct)) return true;
    }
  }
  return false;
}

/** `(*T)(unsafe.Pointer(p))` */
function fromPointer(type: GoNode): boolean {
  const call = type.closest("call_expression", "type_conversion_expression");
  const callee = call?.child("function") ?? call?.child("type");
  const arg = call?.child("arguments")?.items[0] ?? call?.child("operand");
  return callee?.contains(type) === true && arg?.find("selector_expression").some((s) => s.text === "unsafe.Pointer") === true;
}

/** `T(v)` */
function converted(type: GoNode): boolean {
  return type.kind === "identifier" && type.parent?.kind === "call_expression" && type.field === "function";
}

/** encoding/binary's functions on a value of the struct. */
export function encoded(pkg: PackageModel, struct: GoNode): boolean {
  if (!pkg.files.some((f) => f.imports.some((i) => i.path === "encoding/binary"))) return false;
  for (const name of ["Read", "Write", "Size", "Append", "Decode", "Encode"]) {
    for (const mention of pkg.mentions(name)) {
      const callee = mention.parent;
      if (callee?.kind !== "selector_expression" || pkg.symbol(callee) !== `encoding/binary.${name}`) continue;
      const args = callee.parent?.child("arguments")?.items ?? [];
      if (args.some((a) => hasStruct(pkg, pkg.typeOf(a), struct))) return true;
    }
  }
  return false;
}
