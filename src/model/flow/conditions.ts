/**
 * Conditions as facts: two conditions that must come out alike have one key, so that what a path learnt at the first is
 * known at the second. Only expressions without calls, receives and side effects have a key.
 */
import type { GoNode } from "../../go/node.ts";
import type { Binding } from "../model.ts";
import { putOff } from "./effects.ts";

/** A key and its value: `x == nil` is false. */
export interface Literal {
  readonly key: number;
  readonly value: boolean;
}

export interface Key {
  readonly text: string;
  /** Locals and parameters that it reads; a write to one of them ends what is known. */
  readonly bindings: readonly Binding[];
  /** Fields, elements and lengths that it reads, canonical: `s#1.locked`. */
  readonly paths: readonly string[];
  /** Nothing but writes to `bindings` can change it. Else a call might, and one trusts that it does not. */
  readonly exact: boolean;
  /** Set for an equality with something constant. */
  readonly equal: { readonly left: string; readonly right: Constant } | null;
}

interface Constant {
  readonly text: string;
  /** A name, `nil`, or the kind of literal. */
  readonly kind: string;
}

/** A canonical expression: what it reads, and how it is written with every local told apart from others of its name. */
export interface Canonical {
  readonly text: string;
  readonly bindings: readonly Binding[];
  readonly paths: readonly string[];
  readonly exact: boolean;
  readonly constant: Constant | null;
}

/** Deeper expressions are not compared. */
const MAX_DEPTH = 16;

/** Functions of the standard library that are true only of an error that is not nil. */
const ERROR_TESTS: ReadonlySet<string> = new Set([
  "errors.Is",
  "errors.As",
  "os.IsNotExist",
  "os.IsExist",
  "os.IsPermission",
  "os.IsTimeout",
]);

export class Conditions {
  readonly keys: Key[] = [];
  private readonly byText = new Map<string, number>();
  private readonly ids = new Map<Binding, number>();
  private readonly lookup: (identifier: GoNode) => Binding | null;

  constructor(lookup: (identifier: GoNode) => Binding | null) {
    this.lookup = lookup;
  }

  /** What holds when the condition is `when`. */
  learn(cond: GoNode, when: boolean): Literal[] {
    if (cond.kind === "call_expression") return when ? this.nonNilError(cond) : [];
    if (cond.kind === "binary_expression") {
      const left = cond.child("left");
      const right = cond.child("right");
      const operator = cond.child("operator")?.kind;
      if (left && right && operator) return this.compare(left, operator, right, when);
    }
    const c = this.canonical(cond);
    return c ? [{ key: this.intern(c.text, [c], null), value: when }] : [];
  }

  /** What holds when `left == right` is `when`. */
  equality(left: GoNode, right: GoNode, when: boolean): Literal[] {
    return this.compare(left, "==", right, when);
  }

  /** What holds when `x == nil` is `when`. */
  nilness(x: GoNode, when: boolean): Literal[] {
    const c = this.canonical(x);
    return c ? [this.equal(c, NIL, when)] : [];
  }

  /** The keys that compare the left side with a constant. */
  equalities(left: string): number[] {
    const found: number[] = [];
    this.keys.forEach((k, i) => {
      if (k.equal?.left === left) found.push(i);
    });
    return found;
  }

  /** The key of this canonical text; null when no condition has it. */
  find(text: string): number | null {
    return this.byText.get(text) ?? null;
  }

  nameOf(binding: Binding): string {
    let id = this.ids.get(binding);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(binding, id);
    }
    return `${binding.name}#${id}`;
  }

  private compare(left: GoNode, operator: string, right: GoNode, when: boolean): Literal[] {
    let a = this.canonical(left);
    let b = this.canonical(right);
    if (!a || !b) return [];
    let is = when;
    let op = operator;
    if (op === ">" || op === "<=") {
      [a, b] = [b, a];
      op = op === ">" ? "<" : ">=";
    }
    if (op === ">=" || op === "!=") {
      is = !is;
      op = op === "!=" ? "==" : "<";
    }
    if (op === "<" && a.constant?.text === "0" && /^(len|cap)\(/.test(b.text)) {
      [a, b] = [b, a];
      is = !is;
      op = "==";
    }
    if (op !== "==") return [{ key: this.intern(`${a.text} ${op} ${b.text}`, [a, b], null), value: is }];
    const [ra, rb] = [rank(a), rank(b)];
    if (ra > rb || (ra === rb && b.text < a.text)) [a, b] = [b, a];
    if (b.text === "true" || b.text === "false") return [{ key: this.intern(a.text, [a], null), value: is === (b.text === "true") }];
    return [this.equal(a, b, is)];
  }

  private equal(a: Canonical, b: Canonical, value: boolean): Literal {
    const equal = b.constant ? { left: a.text, right: b.constant } : null;
    return { key: this.intern(`${a.text} == ${b.text}`, [a, b], equal), value };
  }

  private nonNilError(call: GoNode): Literal[] {
    const callee = call.child("function");
    const operand = callee?.kind === "selector_expression" ? callee.child("operand") : null;
    if (!callee || operand?.kind !== "identifier" || !ERROR_TESTS.has(callee.text)) return [];
    const bound = this.lookup(operand);
    if (bound && bound.kind !== "import") return [];
    const [subject, target] = call.child("arguments")?.items ?? [];
    if (!subject || target?.kind === "nil") return [];
    return this.nilness(subject, false);
  }

  private intern(text: string, parts: readonly Canonical[], equal: Key["equal"]): number {
    let key = this.byText.get(text);
    if (key === undefined) {
      key = this.keys.length;
      this.byText.set(text, key);
      this.keys.push({
        text,
        bindings: parts.flatMap((p) => p.bindings),
        paths: parts.flatMap((p) => p.paths),
        exact: parts.every((p) => p.exact),
        equal,
      });
    }
    return key;
  }

  // ---------------------------------------------------------------- expressions

  canonical(node: GoNode, depth = 0): Canonical | null {
    if (depth > MAX_DEPTH) return null;
    switch (node.kind) {
      case "parenthesized_expression":
        return node.items[0] ? this.canonical(node.items[0], depth + 1) : null;
      case "identifier":
        return this.identifier(node);
      case "nil":
        return NIL;
      case "true":
      case "false":
      case "int_literal":
      case "float_literal":
      case "imaginary_literal":
      case "rune_literal":
      case "interpreted_string_literal":
      case "raw_string_literal": {
        const text = node.text;
        return { text, bindings: [], paths: [], exact: true, constant: { text, kind: node.kind } };
      }
      case "unary_expression": {
        const operator = node.child("operator")?.kind;
        if (!operator || operator === "<-" || operator === "&") return null;
        return this.join([node.child("operand")], ([x]) => `${operator}${x}`, operator === "*", depth);
      }
      case "binary_expression": {
        const operator = node.child("operator")?.kind;
        return this.join([node.child("left"), node.child("right")], ([a, b]) => `(${a} ${operator} ${b})`, false, depth);
      }
      case "selector_expression":
        return this.selector(node, depth);
      case "index_expression":
        return this.join([node.child("operand"), node.child("index")], ([a, i]) => `${a}[${i}]`, true, depth);
      case "call_expression":
        return this.length(node, depth);
      default:
        return null;
    }
  }

  private identifier(node: GoNode): Canonical | null {
    const binding = this.lookup(node);
    if (!binding) return null;
    const text = this.nameOf(binding);
    if (binding.kind === "const") {
      return { text, bindings: [], paths: [], exact: true, constant: { text, kind: "name" } };
    }
    if (binding.kind === "var" && binding.func === null) {
      return { text, bindings: [binding], paths: [], exact: false, constant: { text, kind: "name" } };
    }
    if (!LOCAL.has(binding.kind)) return null;
    return { text, bindings: [binding], paths: [], exact: !shared(binding), constant: null };
  }

  private selector(node: GoNode, depth: number): Canonical | null {
    const operand = node.child("operand");
    const field = node.child("field")?.text;
    if (operand?.kind === "identifier" && this.lookup(operand)?.kind === "import") {
      const text = `${operand.text}.${field}`;
      return { text, bindings: [], paths: [], exact: false, constant: { text, kind: "name" } };
    }
    return this.join([operand], ([x]) => `${x}.${field}`, true, depth);
  }

  /** `len(x)` and `cap(x)` change only when x does; every other call may answer anew each time. */
  private length(node: GoNode, depth: number): Canonical | null {
    const callee = node.child("function");
    const args = node.child("arguments")?.items ?? [];
    if (callee?.kind !== "identifier" || args.length !== 1 || (callee.text !== "len" && callee.text !== "cap")) return null;
    const bound = this.lookup(callee);
    if (bound && bound.kind !== "builtin") return null;
    const arg = this.canonical(args[0] as GoNode, depth + 1);
    return arg && { ...arg, text: `${callee.text}(${arg.text})`, paths: [...arg.paths, arg.text], exact: false, constant: null };
  }

  private join(
    parts: readonly (GoNode | null)[],
    write: (texts: readonly string[]) => string,
    member: boolean,
    depth: number,
  ): Canonical | null {
    const done: Canonical[] = [];
    for (const part of parts) {
      const c = part && this.canonical(part, depth + 1);
      if (!c) return null;
      done.push(c);
    }
    const text = write(done.map((c) => c.text));
    const paths = done.flatMap((c) => c.paths);
    return {
      text,
      bindings: done.flatMap((c) => c.bindings),
      paths: member ? [...paths, text] : paths,
      exact: !member && done.every((c) => c.exact),
      constant: null,
    };
  }
}

const NIL: Canonical = { text: "nil", bindings: [], paths: [], exact: true, constant: { text: "nil", kind: "nil" } };

const LOCAL: ReadonlySet<string> = new Set(["var", "param", "result", "receiver"]);

/** Written behind the function's back: by a literal, or through a pointer. */
function shared(binding: Binding): boolean {
  return binding.uses.some((u) => {
    const behind = u.how === "address" || (u.captured && (u.how === "write" || u.how === "readwrite"));
    return behind && !putOff(u.node);
  });
}

/** What stands on the right of a comparison: nil and literals before names, names of constants before all else. */
function rank(c: Canonical): number {
  if (!c.constant) return 0;
  return c.constant.kind === "name" ? 1 : 2;
}

/** Two constants that no value equals both of. Differently spelt names are taken for different values. */
export function exclusive(a: Constant, b: Constant): boolean {
  if (a.text === b.text) return false;
  return a.kind === b.kind || a.kind === "nil" || b.kind === "nil";
}
