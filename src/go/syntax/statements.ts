/** Statements. */
import type { Field, GoNode } from "../node.ts";
import { DeclarationReader } from "./declarations.ts";
import { branch, held, type Making } from "./making.ts";
import * as T from "./tokens.ts";

/** What `simple` may meet beside a simple statement. */
const PLAIN = 0;
/** ... a `range` clause. */
const FOR = 1;
/** ... a type switch's guard. */
const SWITCH = 2;

type Where = typeof PLAIN | typeof FOR | typeof SWITCH;

/** `x := y.(type)`, up to the dot. */
interface Guard {
  readonly alias: readonly GoNode[];
  readonly value: GoNode;
}

export class StatementReader extends DeclarationReader {
  private guard: Guard | null = null;

  protected block(field: Field | null): GoNode {
    this.deeper();
    const open = this.expect(T.BRACE);
    const list = this.statements();
    const close = this.expect(T.BRACE_END);
    this.depth--;
    const block = branch("block", list ? [open, list, close] : [open, close]);
    (block as Making).field = field;
    return block;
  }

  /** A list reaches to the line feed or semicolon that ends its last statement. */
  private statements(): GoNode | null {
    const mark = this.top;
    let end = -1;
    while (!this.at(T.BRACE_END) && !this.at(T.CASE) && !this.at(T.DEFAULT)) {
      const statement = this.statement();
      this.wait(statement);
      end = -1;
      if (isEmptyLabel(statement)) break;
      if (this.lineEnd >= 0) end = this.lineEnd;
      else if (this.at(T.SEMICOLON)) this.wait(this.sign());
      else break;
    }
    if (this.top === mark) return null;
    const list = this.close("statement_list", mark);
    if (end >= 0) (list as Making).end = end;
    return list;
  }

  private statement(): GoNode {
    switch (this.token) {
      case T.VAR:
        return this.variables();
      case T.CONST:
        return this.constants();
      case T.TYPE:
        return this.typeDeclaration();
      case T.RETURN: {
        const keyword = this.sign();
        return branch("return_statement", this.endsStatement() ? [keyword] : [keyword, this.expressions(null, this.expression())]);
      }
      case T.GO:
        return branch("go_statement", [this.sign(), this.expression()]);
      case T.DEFER:
        return branch("defer_statement", [this.sign(), this.expression()]);
      case T.IF:
        return this.ifStatement();
      case T.FOR:
        return this.forStatement();
      case T.SWITCH:
        return this.switchStatement();
      case T.SELECT:
        return this.selectStatement();
      case T.FALLTHROUGH:
        return branch("fallthrough_statement", [this.sign()]);
      case T.BREAK:
        return branch("break_statement", this.jump());
      case T.CONTINUE:
        return branch("continue_statement", this.jump());
      case T.GOTO:
        return branch("goto_statement", [this.sign(), this.named("label_name", null)]);
      case T.BRACE:
        return this.block(null);
      default:
        return this.simpleOrLabeled();
    }
  }

  private endsStatement(): boolean {
    const { token } = this;
    return this.lineEnd >= 0 || token === T.SEMICOLON || token === T.BRACE_END || token === T.CASE || token === T.DEFAULT;
  }

  private jump(): GoNode[] {
    const keyword = this.sign();
    return this.endsStatement() ? [keyword] : [keyword, this.named("label_name", null)];
  }

  private simpleOrLabeled(): GoNode {
    const isWord = this.at(T.NAME) && this.word === T.NAME;
    const node = this.simple(PLAIN);
    if (!this.at(T.COLON) || !isWord || node.kind !== "identifier") return asStatement(node);
    (node as Making).kind = "label_name";
    const label = held(node, "label");
    const colon = this.sign();
    if (this.at(T.BRACE_END) || this.at(T.CASE) || this.at(T.DEFAULT)) {
      return branch("labeled_statement", [label, colon]);
    }
    this.deeper();
    const statement = this.statement();
    this.depth--;
    if (isEmptyLabel(statement)) this.refuse();
    return branch("labeled_statement", [label, colon, statement]);
  }

  /** A simple statement; an expression alone is given as it is. For a guard: the value, and `guard` is set. */
  private simple(where: Where): GoNode {
    const first = this.expression();
    if (this.lineEnd >= 0) return first;
    switch (this.token) {
      case T.ARROW:
        return branch("send_statement", [held(first, "channel"), this.sign(), held(this.expression(), "value")]);
      case T.INCREMENT:
        return branch("inc_statement", [first, this.sign()]);
      case T.DECREMENT:
        return branch("dec_statement", [first, this.sign()]);
      case T.DOT:
        if (where !== SWITCH) this.refuse();
        this.guard = { alias: [], value: first };
        return first;
      case T.COMMA:
      case T.DEFINE:
      case T.ASSIGN:
        return this.assignment(this.expressions("left", first), where);
      default:
        return this.token >= T.ADD + T.ASSIGNING && this.token <= T.AND_NOT + T.ASSIGNING
          ? this.assignment(this.expressions("left", first), where)
          : first;
    }
  }

  private assignment(left: GoNode, where: Where): GoNode {
    if (this.lineEnd >= 0) this.refuse();
    const defines = this.at(T.DEFINE);
    const assigns = this.at(T.ASSIGN);
    if (!defines && !assigns && !(this.token >= T.ADD + T.ASSIGNING && this.token <= T.AND_NOT + T.ASSIGNING)) this.refuse();
    const operator = this.sign();
    if (where === FOR && this.at(T.RANGE) && (defines || assigns)) return this.range([left, operator]);
    const first = this.expression();
    if (where === SWITCH && defines && this.at(T.DOT)) {
      (left as Making).field = "alias";
      this.guard = { alias: [left, operator], value: first };
      return first;
    }
    const right = this.expressions("right", first);
    return defines
      ? branch("short_var_declaration", [left, operator, right])
      : branch("assignment_statement", [left, held(operator, "operator"), right]);
  }

  private range(before: readonly GoNode[]): GoNode {
    return branch("range_clause", [...before, this.sign(), held(this.expression(), "right")]);
  }

  // ------------------------------------------------------------ if, for, switch, select

  /** The block behind a header. What follows it must not make the grammar doubt where the header ended. */
  private body(field: Field, header: GoNode | null): GoNode {
    const block = this.block(field);
    if (header && mayEndInType(header) && mayBeElements(block)) this.settled();
    return block;
  }

  /** `x {...}` could be a literal of type x in the header when another block follows. */
  private settled(): void {
    if (this.at(T.BRACE) || this.at(T.AND)) this.refuse();
  }

  private ifStatement(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    const { header } = this;
    this.header = true;
    let node = this.simple(PLAIN);
    if (this.at(T.SEMICOLON)) {
      this.wait(held(asStatement(node), "initializer"));
      this.wait(this.sign());
      node = this.expression();
    } else if (isStatement(node)) this.refuse();
    this.wait(held(node, "condition"));
    this.header = header;
    this.wait(this.body("consequence", node));
    if (this.at(T.ELSE) && this.lineEnd < 0) {
      this.wait(this.sign());
      this.deeper();
      this.wait(this.at(T.IF) ? held(this.ifStatement(), "alternative") : this.block("alternative"));
      this.depth--;
    }
    return this.close("if_statement", mark);
  }

  private forStatement(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    const { header } = this;
    this.header = true;
    const clause = this.at(T.BRACE) ? null : this.forHeader();
    if (clause) this.wait(clause);
    this.header = header;
    this.wait(this.body("body", clause));
    return this.close("for_statement", mark);
  }

  private forHeader(): GoNode {
    if (this.at(T.RANGE)) return this.range([]);
    const mark = this.top;
    if (!this.at(T.SEMICOLON)) {
      const node = this.simple(FOR);
      if (node.kind === "range_clause") return node;
      if (!this.at(T.SEMICOLON)) return isStatement(node) ? this.refuse() : node;
      this.wait(held(asStatement(node), "initializer"));
    }
    this.wait(this.sign());
    if (!this.at(T.SEMICOLON)) this.wait(held(this.expression(), "condition"));
    this.wait(this.expect(T.SEMICOLON));
    if (!this.at(T.BRACE)) this.wait(held(asStatement(this.simple(PLAIN)), "update"));
    return this.close("for_clause", mark);
  }

  private switchStatement(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    const { header } = this;
    this.header = true;
    this.guard = null;
    const guard = this.switchHeader();
    this.header = header;
    if (!this.cases(guard ? "type_case" : "expression_case")) this.settled();
    return this.close(guard ? "type_switch_statement" : "expression_switch_statement", mark);
  }

  /** Whether it is that of a type switch. */
  private switchHeader(): boolean {
    if (this.at(T.BRACE)) return false;
    let node = this.simple(SWITCH);
    if (this.guard === null && this.at(T.SEMICOLON)) {
      this.wait(held(asStatement(node), "initializer"));
      this.wait(this.sign());
      if (this.at(T.BRACE)) return false;
      node = this.simple(SWITCH);
    }
    if (this.guard) return this.guarded(this.guard);
    if (isStatement(node)) this.refuse();
    this.wait(held(node, "value"));
    return false;
  }

  private guarded({ alias, value }: Guard): true {
    for (const node of alias) this.wait(node);
    this.wait(held(value, "value"));
    this.wait(this.expect(T.DOT));
    this.wait(this.expect(T.PAREN));
    this.wait(this.expect(T.TYPE));
    this.wait(this.expect(T.PAREN_END));
    return true;
  }

  private selectStatement(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    this.cases("communication_case");
    return this.close("select_statement", mark);
  }

  /** The braces and the cases between them; whether there are any. */
  private cases(kind: Case): boolean {
    this.deeper();
    this.wait(this.expect(T.BRACE));
    const mark = this.top;
    while (this.at(T.CASE) || this.at(T.DEFAULT)) {
      const start = this.top;
      const own = this.at(T.DEFAULT) ? "default_case" : kind;
      this.wait(this.sign());
      this.caseHeader(own);
      this.wait(this.expect(T.COLON));
      const list = this.statements();
      if (list) this.wait(list);
      this.wait(this.close(own, start));
    }
    const some = this.top > mark;
    this.wait(this.expect(T.BRACE_END));
    this.depth--;
    return some;
  }

  private caseHeader(kind: Case | "default_case"): void {
    switch (kind) {
      case "expression_case":
        this.wait(this.expressions("value", this.expression()));
        break;
      case "communication_case":
        this.wait(held(this.communication(), "communication"));
        break;
      case "type_case":
        this.wait(this.type("type"));
        while (this.at(T.COMMA)) {
          this.wait(this.sign());
          this.wait(this.type("type"));
        }
    }
  }

  private communication(): GoNode {
    const first = this.expression();
    if (this.at(T.ARROW)) return branch("send_statement", [held(first, "channel"), this.sign(), held(this.expression(), "value")]);
    if (this.at(T.COLON)) return branch("receive_statement", [held(first, "right")]);
    const left = this.expressions("left", first);
    if (!this.at(T.DEFINE) && !this.at(T.ASSIGN)) this.refuse();
    return branch("receive_statement", [left, this.sign(), held(this.expression(), "right")]);
  }
}

type Case = "expression_case" | "type_case" | "communication_case";

/** An expression that stands as a statement is wrapped. */
function asStatement(node: GoNode): GoNode {
  return isStatement(node) ? node : branch("expression_statement", [node]);
}

/** What `simple` gives beside expressions. */
function isStatement({ kind }: GoNode): boolean {
  switch (kind) {
    case "send_statement":
    case "inc_statement":
    case "dec_statement":
    case "assignment_statement":
    case "short_var_declaration":
    case "range_clause":
      return true;
    default:
      return false;
  }
}

/** A label before a closing brace or the next case. */
function isEmptyLabel({ kind, children }: GoNode): boolean {
  return kind === "labeled_statement" && children.length === 2;
}

/** Could what ends a header be a type, whose literal begins with the block behind it? */
function mayEndInType({ kind, children }: GoNode): boolean {
  switch (kind) {
    case "nil":
    case "true":
    case "false":
    case "int_literal":
    case "interpreted_string_literal":
    case "call_expression":
    case "parenthesized_expression":
    case "inc_statement":
    case "dec_statement":
      return false;
    case "index_expression":
      return children[2]?.kind !== "int_literal";
    case "for_clause":
    case "range_clause":
    case "binary_expression":
    case "unary_expression":
      return mayEndInType(children.at(-1) as GoNode);
    default:
      return true;
  }
}

/** Could the block be a literal's braces? Between several elements commas would stand, and most statements are none. */
function mayBeElements(block: GoNode): boolean {
  const list = block.children[1];
  if (list?.kind !== "statement_list") return true;
  const [only, ...others] = list.children;
  return others.length === 0 && (only?.is("expression_statement", "labeled_statement", "send_statement", "block") ?? true);
}
