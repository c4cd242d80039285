/**
 * Sizes and offsets as gc lays structs out for platforms with 4-byte words (386, arm, mips): nothing is aligned to more than 4 bytes,
 * but the 64-bit types of sync/atomic to 8. From cmd/compile's types.CalcSize and go/types' gcsizes.
 */
import type { FieldType, PackageModel, Type } from "../model/model.ts";
import { sizeAlign } from "../model/stdlib.ts";
import { underlying } from "./types.ts";
import { since } from "./versions.ts";

export interface Layout {
  /** Bytes. */
  readonly size: number;
  readonly align: number;
}

export interface StructLayout extends Layout {
  /** In order, with their offsets in bytes. */
  readonly fields: readonly { readonly field: FieldType; readonly offset: number }[];
}

const WORD = 4;
const BASIC: Readonly<Record<string, readonly [size: number, align: number]>> = {
  bool: [1, 1],
  int8: [1, 1],
  uint8: [1, 1],
  int16: [2, 2],
  uint16: [2, 2],
  int32: [4, 4],
  uint32: [4, 4],
  float32: [4, 4],
  int: [4, 4],
  uint: [4, 4],
  uintptr: [4, 4],
  "unsafe.Pointer": [4, 4],
  int64: [8, 4],
  uint64: [8, 4],
  float64: [8, 4],
  complex64: [8, 4],
  complex128: [16, 4],
  string: [8, 4],
};

/** Deeper types than any person writes: a type that holds itself, which is no Go, ends here. */
const DEEPEST = 200;
/** Parts of one type that are looked at: types that hold the next one twice, and so on, have too many to count. */
const MOST_PARTS = 20_000;

let depth = 0;
let parts = 0;

/** null where the type, or a part of it, is not known. */
export function layoutOf(pkg: PackageModel, type: Type): Layout | null {
  if (depth === 0) parts = 0;
  if (depth >= DEEPEST || ++parts > MOST_PARTS) return null;
  depth++;
  try {
    return layoutWithin(pkg, type);
  } finally {
    depth--;
  }
}

function layoutWithin(pkg: PackageModel, type: Type): Layout | null {
  switch (type.kind) {
    case "basic": {
      const known = BASIC[type.name];
      return known ? { size: known[0], align: known[1] } : null;
    }
    case "pointer":
    case "map":
    case "chan":
    case "func":
      return { size: WORD, align: WORD };
    case "slice":
      return { size: 3 * WORD, align: WORD };
    case "interface":
      return type.terms ? null : { size: 2 * WORD, align: WORD };
    case "array": {
      const elem = layoutOf(pkg, type.elem);
      return elem && type.length !== null ? { size: elem.size * type.length, align: elem.align } : null;
    }
    case "struct":
      return structLayout(pkg, type);
    case "named":
      return namedLayout(pkg, type);
    default:
      return null;
  }
}

const ATOMIC_64 = new Set(["Int64", "Uint64"]);

function namedLayout(pkg: PackageModel, type: Type & { kind: "named" }): Layout | null {
  if ((type.path === "sync/atomic" || type.path === "internal/runtime/atomic") && ATOMIC_64.has(type.name)) return { size: 8, align: 8 };
  if (type.path === "sync/atomic" && type.name === "Pointer") return { size: WORD, align: WORD };
  // 12 bytes up to Go 1.19, and the table is the newest Go's.
  if (type.path === "sync" && type.name === "WaitGroup" && !since(pkg, "1.20")) return null;
  const tabled = type.path === "" || type.args.length > 0 ? null : sizeAlign(type.path, type.name);
  if (tabled) return tabled;
  const under = underlying(pkg, type);
  // The table has only the exported fields of the standard library's structs.
  if (under.kind === "unknown" || (under.kind === "struct" && !type.pkg && !type.local)) return null;
  return layoutOf(pkg, under);
}

/** Offsets of a struct's fields; null where one of them is not known. A last field without size gets a byte of its own. */
export function structLayout(pkg: PackageModel, struct: Type & { kind: "struct" }): StructLayout | null {
  const fields: { field: FieldType; offset: number }[] = [];
  let offset = 0;
  let align = 1;
  let last = 1;
  for (const field of struct.fields) {
    const layout = layoutOf(pkg, field.type);
    if (!layout) return null;
    offset = up(offset, layout.align);
    fields.push({ field, offset });
    offset += layout.size;
    align = Math.max(align, layout.align);
    last = layout.size;
  }
  if (last === 0 && offset > 0) offset++;
  return { fields, size: up(offset, align), align };
}

/**
 * Offset of one field, for which only those before it must be known.
 */
export function offsetOf(pkg: PackageModel, struct: Type & { kind: "struct" }, field: FieldType): number | null {
  const before = struct.fields.slice(0, struct.fields.indexOf(field) + 1);
  return structLayout(pkg, { kind: "struct", fields: before })?.fields.at(-1)?.offset ?? null;
}

function up(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}
