import {
  ATOMIC_64_CALLS,
  type AtomicField,
  alignedAt,
  atomicFields,
  defineRule,
  encoded,
  type Fix,
  fieldAtEnd,
  fieldBefore,
  fieldToFront,
  finding,
  fix,
  keyLiterals,
  layoutMatters,
  type Misplaced,
  measured,
  misplaced,
  type PackageModel,
  typedAtomic,
} from "../../rule/index.ts";

/**
 * A 64-bit field that sync/atomic is used on and that is not aligned to 8 bytes where words have 4.
 *
 *     type stats struct {              type stats struct {
 *         closed bool            =>        closed bool
 *         hits   int64                     hits   atomic.Int64
 *     }                                }
 *     atomic.AddInt64(&s.hits, 1)      s.hits.Add(1)
 *
 * Safe when every use stands in the package and can be written so: the compiler aligns the atomic types itself. A pad before the
 * field is safe when nothing depends on the struct's layout.
 */
export default defineRule({
  id: "atomic-misaligned",
  family: "atomics",
  title: "A 64-bit atomic field is not aligned on 32-bit platforms",
  why: "On 386, arm and mips, sync/atomic's 64-bit functions panic when the address is no multiple of 8, and only the first word of an allocation is sure to be.",
  fixSafety:
    "An atomic type is safe when all uses are in the package and keep their meaning; unsafe for exported fields, tags and structs that are copied. The pad is safe unless literals without keys, unsafe, encoding/binary or C depend on the layout. Moving the field first is unsafe: the order of fields may be on purpose.",
  silent:
    "The file is built for 64-bit platforms only; a size before the field is not known (type parameters, types whose source is not at hand).",
  sources: ["https://pkg.go.dev/sync/atomic#pkg-note-BUG", "https://go.dev/doc/go1.19#atomic_types"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ATOMIC_64_CALLS,
  imports: ["sync/atomic"],
  *check(pkg) {
    for (const atomic of atomicFields(pkg)) {
      const place = misplaced(pkg, atomic);
      if (!place) continue; // aligned wherever it lies
      const name = atomic.name.text;
      const message = `${name} is at offset ${place.offset} of ${place.within} on 32-bit platforms, and 64-bit atomics need a multiple of 8`;
      const call = atomic.calls[0];
      const related = [
        ...(place.layout ? [{ at: place.member ?? atomic.declaration, message: place.layout }] : []),
        ...(call ? [{ at: call, message: "used atomically here" }] : []),
      ];
      yield finding(
        { id: "atomic-misaligned" },
        atomic.name,
        message,
        [useTyped(pkg, atomic, place), pad(pkg, atomic, place), moveFirst(pkg, atomic, place)],
        { related },
      );
    }
  },
});

function useTyped(pkg: PackageModel, atomic: AtomicField, place: Misplaced): Fix | null {
  if (pkg.version.major === 1 && pkg.version.minor < 19) return null; // no atomic types yet
  const rewrite = typedAtomic(pkg, atomic);
  if (!rewrite) return null;
  const doubts = [...rewrite.doubts, ...layoutDoubts(pkg, place)];
  const kind = atomic.declaration.child("type")?.text === "uint64" ? "Uint64" : "Int64";
  return fix({
    title: `Make ${atomic.name.text} an atomic.${kind}`,
    ...(doubts.length > 0 ? { applicability: "unsafe" as const, because: doubts.join("; ") } : { applicability: "safe" as const }),
    edits: rewrite.edits,
    imports: rewrite.imports,
    assumes: [atomic.declaration],
  });
}

/** The struct's size changes with an atomic type, too; the order of its fields does not. */
function layoutDoubts(pkg: PackageModel, place: Misplaced): string[] {
  if (measured(pkg, place.holder)) return ["unsafe measures the struct"];
  return encoded(pkg, place.holder) ? ["encoding/binary writes or reads the struct's layout"] : [];
}

function pad(pkg: PackageModel, atomic: AtomicField, place: Misplaced): Fix | null {
  if (place.member && !alignedAt(pkg, atomic, place, place.offset + 4, 4)) return null; // the next element would lie wrong
  const because = layoutMatters(pkg, place.holder);
  const text = "_ [4]byte";
  const comment = `keeps ${atomic.name.text} aligned to 8 bytes on 32-bit platforms`;
  return fix({
    title: place.member ? `Pad the struct before ${place.member.child("name")?.text ?? "the embedded field"}` : "Pad the end of the struct",
    ...(because ? { applicability: "unsafe" as const, because } : { applicability: "safe" as const }),
    edits: [
      keyLiterals(pkg, place.holder),
      place.member ? fieldBefore(place.member, text, comment) : fieldAtEnd(place.holder, text, comment),
    ],
    assumes: [place.holder],
  });
}

function moveFirst(pkg: PackageModel, atomic: AtomicField, place: Misplaced): Fix | null {
  if (!place.member || !alignedAt(pkg, atomic, place, place.inner, 0)) return null; // its own offset is not the fault, or not all of it
  return fix({
    title: `Move ${place.member.child("name")?.text ?? "the embedded field"} to the front of the struct`,
    applicability: "unsafe",
    because: "the order of the fields may be on purpose: for literals without keys, for locality, or for what is encoded",
    edits: [keyLiterals(pkg, place.holder), fieldToFront(place.member)],
    assumes: [place.holder],
  });
}
