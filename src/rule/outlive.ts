/** Whether a value, or something that was made from it, is still in use when its function has returned. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel, Type } from "../model/model.ts";
import { calleeOf } from "./callees.ts";
import { underlying } from "./types.ts";

/** How many functions deep an argument is followed. */
const MAX_DEPTH = 4;

/**
 * Where the value of a local leaves its function and may be used after it: it is returned, stored, sent, given to a goroutine or to a
 * literal that is kept; or so is what a call made from it, unless that is plain data (numbers, text, errors). Empty when it does
 * not. A call that is not known is taken to forget its arguments when it returns, but not to forget them in what it returns.
 */
export function outlives(pkg: PackageModel, binding: Binding, func: FuncModel): GoNode[] {
  return new Outlives(pkg, func, 0, new Set()).binding(binding);
}

class Outlives {
  readonly pkg: PackageModel;
  readonly func: FuncModel;
  readonly #depth: number;
  readonly #seen: Set<Binding>;

  constructor(pkg: PackageModel, func: FuncModel, depth: number, seen: Set<Binding>) {
    this.pkg = pkg;
    this.func = func;
    this.#depth = depth;
    this.#seen = seen;
  }

  binding(binding: Binding): GoNode[] {
    if (this.#seen.has(binding)) return [];
    this.#seen.add(binding);
    return binding.uses
      .filter((use) => use.how !== "write")
      .flatMap((use) => (use.func === this.func ? this.#value(use.node) : this.#captured(use.node)));
  }

  /** A use in a literal: the value leaves when the literal does, or when the literal lets it out. */
  #captured(node: GoNode): GoNode[] {
    let literal: GoNode | null = null;
    for (let f = this.pkg.functionOf(node); f && f !== this.func; f = f.outer) literal = f.node;
    if (!literal) return [];
    let e = literal;
    while (e.parent?.kind === "parenthesized_expression") e = e.parent;
    const call = e.parent?.kind === "call_expression" && e.field === "function" ? e.parent : null;
    if (!call || call.parent?.kind === "go_statement") return [literal];
    return this.#value(node);
  }

  /** Follows a value to where it leaves. */
  #value(expression: GoNode): GoNode[] {
    let e = expression;
    for (;;) {
      const p: GoNode | null = e.parent;
      if (!p) return [];
      switch (p.kind) {
        case "argument_list": {
          const call = p.parent as GoNode;
          if (call.parent?.kind === "go_statement") return [call];
          const kept = this.#keptByCallee(call, e);
          if (kept) return [kept];
          e = call;
          continue;
        }
        case "call_expression":
          if (p.parent?.kind === "go_statement") return [p];
          e = p;
          continue;
        case "expression_list":
          if (p.parent?.kind === "return_statement") return this.#returned(p.parent, p.items.indexOf(e), p.items.length, e);
          return this.#assigned(p, e);
        case "return_statement":
          return this.#returned(p, 0, 1, e);
        case "var_spec":
        case "short_var_declaration":
        case "assignment_statement":
          return this.#assigned(null, e);
        case "range_clause":
        case "expression_statement":
        case "if_statement":
        case "for_statement":
        case "for_clause":
        case "binary_expression":
        case "expression_case":
        case "expression_switch_statement":
        case "type_switch_statement":
        case "index_expression":
          return [];
        case "send_statement":
          return e.field === "value" ? [p] : [];
        case "unary_expression":
          if (p.child("operator")?.kind === "<-") return [];
          e = p;
          continue;
        case "block":
        case "statement_list":
        case "defer_statement":
        case "go_statement":
        case "receive_statement":
          return [];
        default:
          e = p;
          continue;
      }
    }
  }

  #returned(statement: GoNode, index: number, count: number, e: GoNode): GoNode[] {
    const holder = statement.closest("func_literal", "function_declaration", "method_declaration");
    if (holder && holder !== this.func.node) return []; // the result of a literal that runs here: not told further
    const { results } = this.func;
    const types = count === results.length ? results.slice(index, index + 1) : results;
    if (types.length === 0) return [];
    if (types.every((r) => isPlain(this.pkg, this.pkg.typeAt(r.type)))) return [];
    return unparen(e).kind === "func_literal" ? [] : [statement];
  }

  #assigned(list: GoNode | null, e: GoNode): GoNode[] {
    const statement = list ? list.parent : e.parent;
    if (!statement || (list ?? e).field === "left" || (list ?? e).field === "name") return [];
    const left =
      statement.kind === "var_spec" ? statement.childrenOf("name").filter((c) => c.named) : (statement.child("left")?.items ?? []);
    const targets =
      list && list.items.length === left.length && left.length > 1 ? left.slice(list.items.indexOf(e), list.items.indexOf(e) + 1) : left;
    return targets.flatMap((target) => {
      const name = unparen(target);
      if (name.text === "_" || isPlain(this.pkg, this.pkg.typeOf(name))) return [];
      const binding = name.kind === "identifier" ? this.pkg.binding(name) : null;
      const kept = !binding || binding.func !== this.func || binding.kind === "result";
      return kept ? [statement] : this.binding(binding);
    });
  }

  /** A function of the module that keeps its parameter. */
  #keptByCallee(call: GoNode, argument: GoNode): GoNode | null {
    if (this.#depth >= MAX_DEPTH) return null;
    const callee = calleeOf(this.pkg, call);
    const index = call.child("arguments")?.items.indexOf(argument) ?? -1;
    const param = callee?.params[index];
    if (!callee?.body || !param?.binding) return null;
    const inside = new Outlives(callee.pkg, callee, this.#depth + 1, this.#seen);
    return inside.binding(param.binding).some((at) => at.kind !== "return_statement") ? call : null;
  }
}

const PLAIN_NAMES = new Set(["error", "time.Time", "time.Duration", "time.Month"]);

/** Data that needs nothing to stay alive: numbers, text, errors, and slices, maps and structs of them. Unknown is not plain. */
export function isPlain(pkg: PackageModel, type: Type, seen: readonly Type[] = []): boolean {
  if (seen.length > 8) return false;
  const again = (t: Type): boolean => isPlain(pkg, t, [...seen, type]);
  switch (type.kind) {
    case "basic":
      return true;
    case "named": {
      if (PLAIN_NAMES.has(type.path === "" ? type.name : `${type.path}.${type.name}`)) return true;
      const under = underlying(pkg, type);
      return under.kind !== "named" && again(under);
    }
    case "pointer":
    case "slice":
    case "array":
      return again(type.elem);
    case "map":
      return again(type.key) && again(type.value);
    case "struct":
      return type.fields.every((f) => again(f.type));
    case "tuple":
      return type.types.every(again);
    default:
      return false;
  }
}
