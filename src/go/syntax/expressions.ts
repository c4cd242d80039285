/** Expressions. */
import type { Field, GoNode } from "../node.ts";
import { isWord } from "../scan.ts";
import {
  generic,
  isBare,
  isConversion,
  isInstantiation,
  namesType,
  readingOfIndexed,
  spellsType,
  toType,
  typeElement,
} from "./ambiguous.ts";
import { branch, held, type Making } from "./making.ts";
import * as T from "./tokens.ts";
import { TypeReader } from "./types.ts";

/** The loosest binary operator's precedence. */
const ANY = 1;

export abstract class ExpressionReader extends TypeReader {
  /** In the header of an `if`, `for` or `switch`, where a brace behind a name opens the block. */
  protected header = false;
  /** The last `new` or `make` that was read: a name that no type has. */
  private special: GoNode | null = null;

  protected abstract block(field: Field | null): GoNode;

  protected expression(): GoNode {
    const node = this.binary(ANY);
    return isBare(node) ? this.refuse() : node;
  }

  protected typeOrExpression(): GoNode {
    const { header } = this;
    this.header = false;
    const node = this.binary(ANY);
    this.header = header;
    return node;
  }

  /** As `expression`, but within brackets: a brace behind a name opens a literal there. */
  private inner(): GoNode {
    const node = this.typeOrExpression();
    return isBare(node) ? this.refuse() : node;
  }

  private binary(least: number): GoNode {
    let left = this.unary();
    while (true) {
      const precedence = T.PRECEDENCE[this.token] as number;
      if (precedence < least || precedence === 0 || this.lineEnd >= 0 || isBare(left)) return left;
      const operator = this.sign("operator");
      const right = this.binary(precedence + 1);
      if (isBare(right)) this.refuse();
      left = branch("binary_expression", [held(left, "left"), operator, held(right, "right")]);
    }
  }

  private unary(): GoNode {
    this.deeper();
    const node = this.anyUnary();
    this.depth--;
    return node;
  }

  private anyUnary(): GoNode {
    switch (this.token) {
      case T.MULTIPLY: {
        const star = this.sign("operator");
        return this.dereference(star, this.unary());
      }
      case T.ARROW: {
        const place = this.place();
        const arrow = this.sign("operator");
        if (this.at(T.CHAN)) {
          this.back(place);
          return this.postfix(this.behindType(this.type(null)));
        }
        return branch("unary_expression", [arrow, held(this.unary(), "operand")]);
      }
      case T.ADD:
      case T.SUBTRACT:
      case T.NOT:
      case T.XOR:
      case T.AND: {
        const operator = this.sign("operator");
        const operand = this.unary();
        if (isBare(operand)) this.refuse();
        return branch("unary_expression", [operator, held(operand, "operand")]);
      }
      default:
        return this.postfix(this.primary());
    }
  }

  /** The grammar reads the star of `*[]T(x).y` as part of the type: `(*[]T)(x).y`. */
  private dereference(star: GoNode, operand: GoNode): GoNode {
    if (isBare(operand)) {
      (star as Making).field = null;
      return branch("pointer_type", [star, operand]);
    }
    let conversion = operand;
    while (conversion.kind !== "type_conversion_expression") {
      if (conversion.kind === "type_instantiation_expression") this.refuse();
      const first = conversion.children[0];
      if (!first || first.start !== operand.start || !first.named) return branch("unary_expression", [star, held(operand, "operand")]);
      conversion = first;
    }
    const [type] = conversion.children as [GoNode];
    (star as Making).field = null;
    (type as Making).field = null;
    const pointer = held(branch("pointer_type", [star, type]), "type");
    conversion.children[0] = pointer;
    (pointer as Making).parent = conversion;
    for (let n: GoNode | null = conversion; n; n = n.parent) (n as Making).start = star.start;
    return operand;
  }

  private primary(): GoNode {
    switch (this.token) {
      case T.NAME:
        return this.nameOrConstant();
      case T.INT:
        return this.leaf("int_literal", null);
      case T.FLOAT:
        return this.leaf("float_literal", null);
      case T.IMAGINARY:
        return this.leaf("imaginary_literal", null);
      case T.RUNE:
        return this.leaf("rune_literal", null);
      case T.STRING:
      case T.RAW_STRING:
        return this.string(null);
      case T.PAREN:
        return this.parenthesized();
      case T.FUNC:
        return this.functionLiteral();
      case T.SQUARE:
        return this.behindType(this.bracketType(this.sign(), true));
      case T.MAP:
      case T.CHAN:
      case T.STRUCT:
      case T.INTERFACE:
        return this.behindType(this.type(null));
      default:
        return this.refuse();
    }
  }

  private nameOrConstant(): GoNode {
    switch (this.word) {
      case T.NAME:
        return this.leaf("identifier", null);
      case T.NIL:
        return this.leaf("nil", null);
      case T.TRUE:
        return this.leaf("true", null);
      case T.FALSE:
        return this.leaf("false", null);
      case T.IOTA:
        return this.leaf("iota", null);
      default: {
        const name = this.leaf("identifier", null);
        this.special = name;
        return this.at(T.PAREN) && this.lineEnd < 0 ? this.specialCall(name) : name;
      }
    }
  }

  /** `new(T)`, `make(T, n)`: the first argument is a type. */
  private specialCall(name: GoNode): GoNode {
    const { header } = this;
    this.header = false;
    const mark = this.top;
    this.wait(this.sign());
    if (!this.at(T.PAREN_END)) {
      this.wait(this.type(null));
      while (this.at(T.COMMA)) {
        this.wait(this.sign());
        if (this.at(T.PAREN_END)) break;
        this.wait(this.expression());
      }
    }
    this.wait(this.expect(T.PAREN_END));
    this.header = header;
    return branch("call_expression", [held(name, "function"), held(this.close("argument_list", mark), "arguments")]);
  }

  private parenthesized(): GoNode {
    const open = this.sign();
    const inner = this.typeOrExpression();
    const close = this.expect(T.PAREN_END);
    if (isInstantiated(inner)) this.refuse();
    if (isBare(inner)) return this.behindType(branch("parenthesized_type", [open, inner, close]));
    return branch("parenthesized_expression", [open, inner, close]);
  }

  private functionLiteral(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    this.signature();
    if (!this.at(T.BRACE) || this.lineEnd >= 0) return this.behindType(this.close("function_type", mark));
    const { header } = this;
    this.header = false;
    this.wait(this.block("body"));
    this.header = header;
    return this.close("func_literal", mark);
  }

  /** A composite literal or a conversion when a brace or a parenthesis follows the type; else the type. */
  private behindType(type: GoNode): GoNode {
    if (this.lineEnd >= 0) return type;
    if (this.at(T.BRACE) && isLiteralType(type)) return this.composite(type);
    if (!this.at(T.PAREN) || type.kind === "implicit_length_array_type") return type;
    const mark = this.top;
    const single = this.argumentList();
    if (single === null) this.refuse();
    return this.conversion(type, mark);
  }

  // ------------------------------------------------------------ what follows an operand

  private postfix(operand: GoNode): GoNode {
    let node = operand;
    while (this.lineEnd < 0) {
      switch (this.token) {
        case T.DOT: {
          if (isBare(node)) return node;
          const longer = this.dotted(node);
          if (longer === null) return node;
          node = longer;
          break;
        }
        case T.SQUARE:
          if (isBare(node)) return node;
          node = this.indexed(node);
          break;
        case T.PAREN:
          if (isBare(node)) return node;
          node = this.called(node);
          break;
        case T.BRACE:
          if (this.header || !namesType(node) || this.isSpecial(node)) return node;
          node = this.composite(toType(node));
          break;
        default:
          return node;
      }
    }
    return node;
  }

  private isSpecial(node: GoNode): boolean {
    return this.special !== null && (node === this.special || node.children[0] === this.special);
  }

  /** `x.y`, `x.(T)`; null for `x.(type)`, before whose dot the reader stays. */
  private dotted(operand: GoNode): GoNode | null {
    const place = isWord(this.text.charCodeAt(this.end)) ? null : this.place();
    const dot = this.sign();
    if (this.at(T.NAME)) {
      return branch("selector_expression", [held(operand, "operand"), dot, this.leaf("field_identifier", "field")]);
    }
    const open = this.expect(T.PAREN);
    if (place && this.at(T.TYPE)) {
      this.back(place);
      return null;
    }
    const { header } = this;
    this.header = false;
    const type = this.type("type");
    this.header = header;
    return branch("type_assertion_expression", [held(operand, "operand"), dot, open, type, this.expect(T.PAREN_END)]);
  }

  private indexed(operand: GoNode): GoNode {
    const open = this.sign();
    return this.at(T.COLON) ? this.sliced(operand, open, null) : this.indexedBy(operand, open);
  }

  private indexedBy(operand: GoNode, open: GoNode): GoNode {
    const first = this.typeOrExpression();
    if (this.at(T.COLON)) return isBare(first) ? this.refuse() : this.sliced(operand, open, first);
    if (this.at(T.SQUARE_END) && !isBare(first) && !spellsType(first)) {
      if (isUnion(first) || isInstantiated(first)) this.refuse();
      return this.index(operand, open, first, this.sign());
    }
    const elements = [first];
    while (this.at(T.COMMA)) {
      elements.push(this.sign());
      if (!this.at(T.SQUARE_END)) elements.push(this.typeOrExpression());
    }
    const close = this.expect(T.SQUARE_END);
    return this.ambiguous(operand, open, elements, close);
  }

  private index(operand: GoNode, open: GoNode, index: GoNode, close: GoNode): GoNode {
    return branch("index_expression", [held(operand, "operand"), open, held(index, "index"), close]);
  }

  /** What is made of brackets that may hold types: it depends on what follows. */
  private ambiguous(operand: GoNode, open: GoNode, elements: readonly GoNode[], close: GoNode): GoNode {
    const base = namesType(operand) && !this.isSpecial(operand);
    const only = elements.length === 1 && !isBare(elements[0] as GoNode) ? (elements[0] as GoNode) : null;
    if (base && this.at(T.BRACE) && this.lineEnd >= 0) this.refuse(); // the grammar takes a block on the next line for the body of a literal
    const follows = this.lineEnd < 0 ? this.token : T.END;
    if (follows === T.BRACE && base && !this.header) return this.composite(generic(toType(operand), typeArguments(open, elements, close)));
    if (follows !== T.PAREN) {
      if (only) return isInstantiation(operand, only) ? this.refuse() : this.index(operand, open, only, close);
      if (!base) this.refuse();
      const types = elements.map((e) => (e.named ? toType(e) : e));
      for (const type of types) (type as Making).field = null;
      return branch("type_instantiation_expression", [held(toType(operand), "type"), open, ...types, close]);
    }
    const mark = this.top;
    const single = this.argumentList();
    const reading = only ? readingOfIndexed(only, base, single !== null) : base && single !== null ? "conversion" : "arguments";
    if (reading === "index") return this.call(this.index(operand, open, only as GoNode, close), mark);
    if (reading === "conversion") return this.conversion(generic(toType(operand), typeArguments(open, elements, close)), mark);
    const types = held(typeArguments(open, elements, close), "type_arguments");
    return branch("call_expression", [held(operand, "function"), types, held(this.close("argument_list", mark), "arguments")]);
  }

  private sliced(operand: GoNode, open: GoNode, start: GoNode | null): GoNode {
    const mark = this.top;
    this.wait(held(operand, "operand"));
    this.wait(open);
    if (start) this.wait(held(start, "start"));
    this.wait(this.sign());
    if (!this.at(T.SQUARE_END)) this.wait(held(this.inner(), "end"));
    if (this.at(T.COLON)) {
      this.wait(this.sign());
      this.wait(held(this.inner(), "capacity"));
    }
    this.wait(this.expect(T.SQUARE_END));
    return this.close("slice_expression", mark);
  }

  private called(node: GoNode): GoNode {
    const mark = this.top;
    const single = this.argumentList();
    if (single === null || node.kind !== "parenthesized_expression") return this.call(node, mark);
    const inner = node.children[1] as GoNode;
    return spellsType(inner) && isConversion(inner) ? this.conversion(toType(node), mark) : this.call(node, mark);
  }

  private call(callee: GoNode, mark: number): GoNode {
    return branch("call_expression", [held(callee, "function"), held(this.close("argument_list", mark), "arguments")]);
  }

  /** What waits since `mark` is a parenthesis, an operand, perhaps a comma, a parenthesis. */
  private conversion(type: GoNode, mark: number): GoNode {
    const operand = held(this.waiting[mark + 1] as GoNode, "operand");
    const rest = this.waiting.slice(mark + 2, this.top);
    const open = this.waiting[mark] as GoNode;
    this.top = mark;
    return branch("type_conversion_expression", [held(type, "type"), open, operand, ...rest]);
  }

  /** All of an argument list waits; gives the argument when there is but one, as a conversion has. */
  private argumentList(): GoNode | null {
    const { header } = this;
    this.header = false;
    this.wait(this.sign());
    let single: GoNode | null = null;
    let count = 0;
    while (!this.at(T.PAREN_END)) {
      let argument = this.expression();
      if (this.at(T.ELLIPSIS)) argument = branch("variadic_argument", [argument, this.sign()]);
      this.wait(argument);
      single = count++ === 0 && argument.kind !== "variadic_argument" ? argument : null;
      if (!this.at(T.COMMA)) break;
      this.wait(this.sign());
    }
    this.wait(this.expect(T.PAREN_END));
    this.header = header;
    return single;
  }

  // ------------------------------------------------------------ composite literals

  private composite(type: GoNode): GoNode {
    const { header } = this;
    this.header = false;
    const body = this.literalValue();
    this.header = header;
    return branch("composite_literal", [held(type, "type"), held(body, "body")]);
  }

  private literalValue(): GoNode {
    this.deeper();
    const mark = this.top;
    this.wait(this.sign());
    while (!this.at(T.BRACE_END)) {
      const element = this.literalElement();
      if (this.at(T.COLON)) {
        const colon = this.sign();
        this.wait(branch("keyed_element", [held(element, "key"), colon, held(this.literalElement(), "value")]));
      } else this.wait(element);
      if (!this.at(T.COMMA)) break;
      this.wait(this.sign());
    }
    this.wait(this.expect(T.BRACE_END));
    this.depth--;
    return this.close("literal_value", mark);
  }

  private literalElement(): GoNode {
    return branch("literal_element", [this.at(T.BRACE) ? this.literalValue() : this.expression()]);
  }

  /** Expressions with commas between them. */
  protected expressions(field: Field | null, first: GoNode): GoNode {
    if (!this.at(T.COMMA) || this.lineEnd >= 0) {
      const list = branch("expression_list", [first]);
      (list as Making).field = field;
      return list;
    }
    const mark = this.top;
    this.wait(first);
    while (this.at(T.COMMA)) {
      this.wait(this.sign());
      this.wait(this.expression());
    }
    const list = this.close("expression_list", mark);
    (list as Making).field = field;
    return list;
  }
}

/** Types that may stand before the braces of a literal, beside names. */
function isLiteralType({ kind }: GoNode): boolean {
  return (
    kind === "slice_type" || kind === "map_type" || kind === "struct_type" || kind === "array_type" || kind === "implicit_length_array_type"
  );
}

/** `a | b` may be a union of types as well. */
function isUnion(node: GoNode): boolean {
  return node.kind === "binary_expression" && node.children[1]?.kind === "|";
}

/** A generic function with its type arguments, of which a type may be made where it is an index. */
function isInstantiated(node: GoNode): boolean {
  const { kind, children } = node;
  if (kind === "unary_expression" || kind === "parenthesized_expression") return isInstantiated(children[1] as GoNode);
  return kind === "type_instantiation_expression";
}

function typeArguments(open: GoNode, elements: readonly GoNode[], close: GoNode): GoNode {
  return branch("type_arguments", [open, ...elements.map((e) => (e.named ? typeElement(toType(e)) : e)), close]);
}
