/** Where a local gets its value. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, PackageModel } from "../model/model.ts";

/** `a, b := f(x)`: the definition of b has index 1. */
export interface Definition {
  /** short_var_declaration, var_spec, or the clause that declares it. */
  readonly node: GoNode;
  /** The single value for this name, or the call that gives several. */
  readonly value: GoNode;
  /** Which of the names it is, and of the call's results. */
  readonly index: number;
  readonly names: readonly GoNode[];
  /** Of a call: the callee's symbol and the arguments. */
  readonly symbol: string | null;
  readonly args: readonly GoNode[];
}

/**
 * What a local, or a variable of the package, was declared with; null for parameters, for `var x T`, for range and type switch variables, and
 * for what a dot import brings: nodes of another package have no answer here.
 */
export function definitionOf(pkg: PackageModel, binding: Binding): Definition | null {
  const name = binding.node;
  if (!name || binding.kind !== "var" || isOthers(pkg, binding)) return null;
  const spec = name.parent?.kind === "var_spec";
  const node = spec ? name.parent : name.parent?.kind === "expression_list" ? name.parent.parent : null;
  if (!node?.is("short_var_declaration", "var_spec", "receive_statement")) return null;
  return definedBy(pkg, node, name);
}

/** What `node` (short_var_declaration, assignment_statement, var_spec, receive_statement) gives the name on its left. */
function definedBy(pkg: PackageModel, node: GoNode, name: GoNode): Definition | null {
  const spec = node.kind === "var_spec";
  const names = spec ? node.childrenOf("name").filter((c) => c.named) : (node.child("left")?.items ?? []);
  const right = node.child(spec ? "value" : "right");
  const values = right?.kind === "expression_list" ? right.items : right ? [right] : [];
  const index = names.indexOf(name);
  const value = values.length === names.length ? values[index] : values.length === 1 ? values[0] : null;
  if (!value) return null;
  const e = unparen(value);
  return new Defined(pkg, node, e, values.length === names.length ? 0 : index, names);
}

/** What the call means is told when somebody asks. */
class Defined implements Definition {
  readonly node: GoNode;
  readonly value: GoNode;
  readonly index: number;
  readonly names: readonly GoNode[];
  readonly #pkg: PackageModel;

  constructor(pkg: PackageModel, node: GoNode, value: GoNode, index: number, names: readonly GoNode[]) {
    this.#pkg = pkg;
    this.node = node;
    this.value = value;
    this.index = index;
    this.names = names;
  }

  get symbol(): string | null {
    return this.value.kind === "call_expression" ? this.#pkg.symbol(this.value.child("function") as GoNode) : null;
  }

  get args(): readonly GoNode[] {
    return (this.value.kind === "call_expression" && this.value.child("arguments")?.items) || [];
  }
}

/** `ctx, cancel := context.WithCancel(...)` where ctx is a parameter: what it holds from there on, when nothing else writes it and it stands in the function's own block. */
export function redefinitionOf(pkg: PackageModel, param: Binding, at: GoNode): Definition | null {
  const [write, ...others] = param.uses.filter(isWrite);
  const list = write?.node.parent;
  const node = list?.parent;
  if (!write || others.length > 0 || param.kind !== "param" || write.how !== "write" || write.func !== param.func) return null;
  if (list?.kind !== "expression_list" || !node?.is("short_var_declaration", "assignment_statement") || node.end > at.start) return null;
  return node.parent?.parent === param.func?.body ? definedBy(pkg, node, write.node) : null;
}

/** True for a name that another package declares: its nodes must be asked through that package. */
export function isOthers(pkg: PackageModel, binding: Binding): boolean {
  return binding.entity !== null && binding.entity.pkg !== pkg;
}

/** The use gives it another value, or may: its address is taken. */
export function isWrite({ how }: Binding["uses"][number]): boolean {
  return how === "write" || how === "readwrite" || how === "address";
}

/** True when the local is written again after its declaration, or its address is taken. */
export function writtenLater(binding: Binding): boolean {
  return binding.uses.some(isWrite);
}

/** The loops around a node in its own function literal, the innermost first. */
export function loopsAround(node: GoNode): GoNode[] {
  const loops: GoNode[] = [];
  for (let n = node.parent; n && !n.is("func_literal", "function_declaration", "method_declaration"); n = n.parent) {
    if (n.kind === "for_statement") loops.push(n);
  }
  return loops;
}

/** Do two lookups mean the same? What a dot import brings is looked up anew each time. */
export function sameBinding(a: Binding | null, b: Binding | null): boolean {
  if (a === null || b === null) return false;
  return a === b || (a.import !== null && a.import === b.import && a.name === b.name);
}
