/**
 * Functions that return, told by syntax alone: their first statements lead to a `return`, or all of them to the end. Of most functions that is to be
 * seen, and then neither scopes nor flow are needed.
 */
import { type GoNode, unparen } from "../go/node.ts";

/** How a run of statements is left on some way; null where that hangs on more than is looked at here. */
type Left = "return" | "end" | null;

/** False where it cannot be told. `doubted` is asked of calls: may it be that it does not come back? */
export function surelyReturns(func: GoNode, doubted: (call: GoNode) => boolean): boolean {
  const body = func.child("body");
  return body !== null && new Ways(func, doubted).block(body, true) !== null;
}

class Ways {
  /** Parameters and what the function's own block declares so far: what they name is no constant. */
  readonly #variables = new Set<string>();
  readonly #doubted: (call: GoNode) => boolean;

  constructor(func: GoNode, doubted: (call: GoNode) => boolean) {
    this.#doubted = doubted;
    for (const list of [func.child("receiver"), func.child("parameters"), func.child("result")])
      for (const p of list?.items ?? []) for (const name of p.childrenOf("name")) this.#variables.add(name.text);
  }

  /** `outer`: the function's own block. */
  block(block: GoNode, outer = false): Left {
    for (const s of block.children.find((c) => c.kind === "statement_list")?.items ?? []) {
      const left = this.#statement(s);
      if (left !== "end") return left;
      if (outer) for (const name of declaredBy(s)) this.#variables.add(name);
    }
    return "end";
  }

  #statement(s: GoNode): Left {
    switch (s.kind) {
      case "return_statement":
        return this.#mayEnd(s) ? null : "return";
      case "expression_statement":
      case "assignment_statement":
      case "short_var_declaration":
      case "var_declaration":
      case "inc_statement":
      case "dec_statement":
      case "send_statement":
      case "go_statement":
      case "defer_statement":
        return this.#mayEnd(s) ? null : "end";
      case "if_statement":
        return this.#if(s);
      case "for_statement":
        return this.#passesLoop(s) ? "end" : null;
      default:
        return null; // a constant among them may have the name of a variable
    }
  }

  #if(s: GoNode): Left {
    const initializer = s.child("initializer");
    const condition = s.child("condition");
    const consequence = s.child("consequence");
    const alternative = s.child("alternative");
    if (!condition || !consequence || !this.#varies(condition, initializer)) return null;
    if (this.#mayEnd(condition) || (initializer && this.#mayEnd(initializer))) return null;
    const then = this.block(consequence);
    if (then === "return") return then;
    const otherwise = !alternative ? "end" : alternative.kind === "if_statement" ? this.#if(alternative) : this.block(alternative);
    return otherwise ?? then;
  }

  /** Without a turn. */
  #passesLoop(s: GoNode): boolean {
    const [head] = s.items;
    if (!head || head.field === "body" || this.#mayEnd(head)) return false;
    if (head.kind === "for_clause") {
      const condition = head.child("condition");
      return condition !== null && this.#varies(condition, head.child("initializer"));
    }
    if (head.kind !== "range_clause") return this.#varies(head, null);
    // A ticker's channel is never closed.
    const over = head.child("right");
    const e = over && unparen(over);
    return e !== null && e.kind !== "call_expression" && !(e.kind === "selector_expression" && e.child("field")?.text === "C");
  }

  /** No constant, and no part of it that `&&` or `||` join. */
  #varies(e: GoNode, initializer: GoNode | null): boolean {
    const isVariable = (n: GoNode) => this.#variables.has(n.text) || (initializer !== null && declaredBy(initializer).includes(n.text));
    switch (e.kind) {
      case "nil":
      case "index_expression":
      case "slice_expression":
      case "type_assertion_expression":
        return true;
      case "identifier":
        return isVariable(e);
      case "selector_expression": {
        const operand = unparen(e.child("operand") as GoNode);
        return operand.kind !== "identifier" || isVariable(operand);
      }
      case "call_expression": {
        // `len(a)` may be constant, and `T(true)`; no method of a variable's is.
        const callee = e.child("function");
        return callee?.kind === "selector_expression" && this.#varies(callee, initializer);
      }
      case "parenthesized_expression": {
        const inner = unparen(e);
        return inner !== e && this.#varies(inner, initializer);
      }
      case "unary_expression": {
        const operand = e.child("operand");
        return operand !== null && this.#varies(operand, initializer);
      }
      case "binary_expression": {
        const left = this.#varies(e.child("left") as GoNode, initializer);
        const right = this.#varies(e.child("right") as GoNode, initializer);
        const operator = e.child("operator")?.kind;
        return operator === "&&" || operator === "||" ? left && right : left || right;
      }
      default:
        return false;
    }
  }

  #mayEnd(node: GoNode): boolean {
    let found = false;
    node.walk((n) => {
      if (found || n.kind === "func_literal") return false;
      found = n.kind === "call_expression" && this.#doubted(n);
    });
    return found;
  }
}

/** Names of variables. */
function declaredBy(statement: GoNode): string[] {
  if (statement.kind === "short_var_declaration") return (statement.child("left")?.items ?? []).map((n) => n.text);
  if (statement.kind !== "var_declaration") return [];
  return statement.find("var_spec").flatMap((spec) => spec.childrenOf("name").map((n) => n.text));
}
