/** Calls of sync/atomic's functions, and the variable or field whose address they get. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, Call, PackageModel } from "../model/model.ts";
import { perPackage } from "./per-package.ts";
import { climb, withoutConversions } from "./values.ts";

export type AtomicWord = "Int32" | "Int64" | "Uint32" | "Uint64" | "Uintptr" | "Pointer";
export type AtomicOperation = "Add" | "Load" | "Store" | "Swap" | "CompareAndSwap" | "And" | "Or";

const WORDS: readonly AtomicWord[] = ["Int32", "Int64", "Uint32", "Uint64", "Uintptr", "Pointer"];
const OPERATIONS: readonly AtomicOperation[] = ["Add", "Load", "Store", "Swap", "CompareAndSwap", "And", "Or"];

/** The type that each of them works on. */
export const ATOMIC_TYPES: Readonly<Record<AtomicWord, string>> = {
  Int32: "int32",
  Int64: "int64",
  Uint32: "uint32",
  Uint64: "uint64",
  Uintptr: "uintptr",
  Pointer: "unsafe.Pointer",
};

const KINDS = new Map<string, { operation: AtomicOperation; word: AtomicWord }>(
  OPERATIONS.flatMap((operation) => WORDS.map((word) => [`sync/atomic.${operation}${word}`, { operation, word }] as const)),
);

/** Literals one of which stands wherever one of them is called. */
export const ATOMIC_CALLS: readonly string[] = OPERATIONS.flatMap((operation) => WORDS.map((word) => `${operation}${word}(`));

export interface AtomicCall extends Pick<Call, "node" | "args"> {
  readonly operation: AtomicOperation;
  readonly word: AtomicWord;
  /** `x` of `&x`, or of a pointer that is handed over as it is: `p` (then `pointer` is true). */
  readonly target: GoNode;
  readonly pointer: boolean;
}

/** All calls of sync/atomic's functions in the triggered declarations. */
export function atomicCalls(pkg: PackageModel): readonly AtomicCall[] {
  return known(pkg, KEY);
}

const KEY = {};

const known = perPackage((pkg, _: object): readonly AtomicCall[] => {
  const found: AtomicCall[] = [];
  for (const call of pkg.calls(...KINDS.keys())) {
    const kind = KINDS.get(call.symbol);
    const first = call.args[0] && withoutConversions(pkg, call.args[0]);
    if (!kind || !first) continue;
    const address = first.kind === "unary_expression" && first.child("operator")?.kind === "&";
    const target = address ? unparen(first.child("operand") as GoNode) : first;
    found.push({ node: call.node, args: call.args, ...kind, target, pointer: !address });
  }
  return found;
});

/** Do two expressions name the same variable, field or element? Names, selectors, dereferences and indices are compared. */
export function samePlace(pkg: PackageModel, a: GoNode, b: GoNode): boolean {
  const [x, y] = [direct(a), direct(b)];
  if (x.kind !== y.kind) return false;
  switch (x.kind) {
    case "identifier":
      return sameName(pkg.binding(x), pkg.binding(y));
    case "selector_expression":
      return x.child("field")?.text === y.child("field")?.text && sameOperand(pkg, x, y);
    case "unary_expression":
      return x.child("operator")?.kind === y.child("operator")?.kind && sameOperand(pkg, x, y);
    case "index_expression": {
      const [i, j] = [x.child("index"), y.child("index")];
      return i !== null && j !== null && sameOperand(pkg, x, y) && samePlace(pkg, i, j);
    }
    case "int_literal":
    case "interpreted_string_literal":
      return x.text === y.text;
    default:
      return false;
  }
}

function sameOperand(pkg: PackageModel, x: GoNode, y: GoNode): boolean {
  const [u, v] = [x.child("operand"), y.child("operand")];
  return u !== null && v !== null && samePlace(pkg, u, v);
}

function sameName(a: Binding | null, b: Binding | null): boolean {
  if (!a || !b) return false;
  return a === b || (a.entity !== null && a.entity === b.entity) || (a.import !== null && a.import === b.import && a.name === b.name);
}

/** Without parentheses; `(*p).f` is `p.f`. */
function direct(node: GoNode): GoNode {
  const e = unparen(node);
  const isOperand = e.parent !== null && climb(e).parent?.kind === "selector_expression" && climb(e).field === "operand";
  const star = e.kind === "unary_expression" && e.child("operator")?.kind === "*";
  return star && isOperand ? direct(e.child("operand") as GoNode) : e;
}
