/** What `range` yields (spec, "For statements with range clause"). */
import type { Type } from "../model.ts";
import type { Types } from "../types.ts";
import * as core from "./core.ts";

const INTEGER = /^(u?int(8|16|32|64)?|uintptr)$/;
const nothing: readonly Type[] = [];

/** Types of the iteration variables, in order; fewer or unknown where there are none or they cannot be told. */
export function rangeTypes(t: Types, over: Type): readonly Type[] {
  const u = t.coreType(over);
  switch (u.kind) {
    case "basic":
      if (u.name === "string" || u.name === "untyped string") return [core.int, core.rune];
      if (INTEGER.test(u.name)) return [over];
      if (u.name === "untyped int" || u.name === "untyped rune" || u.name === "untyped float")
        return [core.defaultType(u.name === "untyped float" ? core.untypedInt : u)];
      return nothing;
    case "pointer": {
      const array = t.coreType(u.elem);
      return array.kind === "array" ? [core.int, array.elem] : nothing;
    }
    case "array":
    case "slice":
      return [core.int, u.elem];
    case "map":
      return [u.key, u.value];
    case "chan":
      return [u.elem];
    case "func": {
      const yields = u.params[0] ? t.coreType(u.params[0]) : core.unknown;
      return yields.kind === "func" ? yields.params : nothing;
    }
    default:
      return nothing;
  }
}
