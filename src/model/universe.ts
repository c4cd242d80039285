/** The universe block (spec, "Predeclared identifiers"). */
import type { Binding, BindingKind, Scope } from "./model.ts";

const TYPES =
  "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr";
const CONSTANTS = "true false iota nil";
const FUNCTIONS = "append cap clear close complex copy delete imag len make max min new panic print println real recover";

const bindings = new Map<string, Binding>();

export const universe: Scope = { kind: "universe", parent: null, node: null, bindings };

function predeclare(names: string, kind: BindingKind): void {
  for (const name of names.split(" "))
    bindings.set(name, {
      name,
      kind,
      node: null,
      scope: universe,
      func: null,
      visibleFrom: 0,
      entity: null,
      import: null,
      uses: [],
    });
}

predeclare(TYPES, "builtin");
predeclare(CONSTANTS, "builtin");
predeclare(FUNCTIONS, "builtin");
