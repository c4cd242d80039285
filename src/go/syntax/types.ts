/** Types, parameters, fields, methods. */
import type { Field, GoNode, Kind } from "../node.ts";
import { generic, isBare, toType, typeElement } from "./ambiguous.ts";
import { branch, held, type Making } from "./making.ts";
import { Reader } from "./reader.ts";
import * as T from "./tokens.ts";

/** Of more names before one type the grammar, which tries several readings at once, may lose the right one. */
const MOST_NAMES = 9;

export abstract class TypeReader extends Reader {
  /** An expression; a type that is none is refused. */
  protected abstract expression(): GoNode;
  /** What stands between square brackets behind a name that may be a type. */
  protected abstract typeOrExpression(): GoNode;

  protected type(field: Field | null): GoNode {
    this.deeper();
    const node = this.anyType();
    this.depth--;
    (node as Making).field = field;
    return node;
  }

  private anyType(): GoNode {
    switch (this.token) {
      case T.NAME:
        return this.typeName();
      case T.MULTIPLY:
        return branch("pointer_type", [this.sign(), this.type(null)]);
      case T.SQUARE:
        return this.bracketType(this.sign(), false);
      case T.PAREN:
        return branch("parenthesized_type", [this.sign(), this.type(null), this.expect(T.PAREN_END)]);
      case T.MAP:
        return branch("map_type", [this.sign(), this.expect(T.SQUARE), this.type("key"), this.expect(T.SQUARE_END), this.type("value")]);
      case T.CHAN:
        return this.channel();
      case T.ARROW:
        return branch("channel_type", [this.sign(), this.expect(T.CHAN), this.type("value")]);
      case T.FUNC:
        return this.functionType();
      case T.STRUCT:
        return branch("struct_type", [this.sign(), this.fields()]);
      case T.INTERFACE:
        return this.interfaceType();
      default:
        return this.refuse();
    }
  }

  /** The grammar reads `chan<- chan T` as `chan (<-chan T)`. */
  private channel(): GoNode {
    const chan = this.sign();
    if (!this.at(T.ARROW)) return branch("channel_type", [chan, this.type("value")]);
    const arrow = this.sign();
    if (!this.at(T.CHAN)) return branch("channel_type", [chan, arrow, this.type("value")]);
    const inner = branch("channel_type", [arrow, this.sign(), this.type("value")]);
    return branch("channel_type", [chan, held(inner, "value")]);
  }

  /** `[n]T`, `[]T` and, where `implicit`, `[...]T`, behind the bracket. */
  protected bracketType(open: GoNode, implicit: boolean): GoNode {
    if (this.at(T.SQUARE_END)) return branch("slice_type", [open, this.sign(), this.type("element")]);
    if (this.at(T.ELLIPSIS)) {
      if (!implicit) this.refuse();
      return branch("implicit_length_array_type", [open, this.sign(), this.expect(T.SQUARE_END), this.type("element")]);
    }
    return this.arrayType(open, this.expression());
  }

  private arrayType(open: GoNode, length: GoNode): GoNode {
    return branch("array_type", [open, held(length, "length"), this.expect(T.SQUARE_END), this.type("element")]);
  }

  /** `T`, `p.T`, each perhaps with type arguments. */
  private typeName(): GoNode {
    const name = this.named("type_identifier", null);
    return this.instance(this.at(T.DOT) ? this.qualified(name) : name);
  }

  /** `p.T`, from its dot on. */
  private qualified(pkg: GoNode): GoNode {
    const making: Making = pkg;
    making.kind = "package_identifier";
    making.field = "package";
    if (this.lineEnd >= 0) this.refuse(); // the line's end ends the name
    return branch("qualified_type", [pkg, this.sign(), this.named("type_identifier", "name")]);
  }

  private instance(name: GoNode): GoNode {
    if (!this.at(T.SQUARE)) return name;
    // A line may end behind a name, and another begin with a bracket.
    if (this.lineEnd >= 0) this.refuse();
    return generic(name, this.typeArguments());
  }

  private typeArguments(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    while (!this.at(T.SQUARE_END)) {
      this.wait(this.typeElement("type_elem", null));
      if (!this.at(T.COMMA)) break;
      this.wait(this.sign());
    }
    if (this.top - mark < 2) this.refuse();
    this.wait(this.expect(T.SQUARE_END));
    return this.close("type_arguments", mark);
  }

  /** Types with `|` between them. */
  protected typeElement(kind: Kind, field: Field | null): GoNode {
    const mark = this.top;
    this.wait(this.term());
    while (this.at(T.OR) && this.lineEnd < 0) {
      this.wait(this.sign());
      this.wait(this.term());
    }
    const node = this.close(kind, mark);
    (node as Making).field = field;
    return node;
  }

  private term(): GoNode {
    if (!this.at(T.TILDE)) return this.type(null);
    const tilde = this.sign();
    const type = this.type(null);
    // ~T[P] is ambiguous to the grammar
    if (type.kind === "generic_type") this.refuse();
    return branch("negated_type", [tilde, type]);
  }

  // ------------------------------------------------------------ functions

  protected functionType(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    this.signature();
    return this.close("function_type", mark);
  }

  /** Parameters and result. */
  protected signature(): void {
    this.wait(this.parameters("parameters"));
    if (this.lineEnd < 0 && this.startsResult()) {
      this.wait(this.at(T.PAREN) ? this.parameters("result") : this.type("result"));
    }
  }

  private startsResult(): boolean {
    switch (this.token) {
      case T.NAME:
      case T.PAREN:
      case T.MULTIPLY:
      case T.SQUARE:
      case T.MAP:
      case T.CHAN:
      case T.ARROW:
      case T.FUNC:
      case T.STRUCT:
      case T.INTERFACE:
        return true;
      default:
        return false;
    }
  }

  /** `a, b int` is one declaration; of `a, b` each name is a type. So names wait until it is known what they are. */
  protected parameters(field: Field): GoNode {
    const mark = this.top;
    this.wait(this.expect(T.PAREN));
    let names = this.top;
    while (!this.at(T.PAREN_END)) {
      if (this.at(T.NAME)) names = this.parameter(names);
      else {
        this.types(names);
        this.wait(this.at(T.ELLIPSIS) ? this.variadic() : branch("parameter_declaration", [this.type("type")]));
        names = this.top;
      }
      if (!this.at(T.COMMA)) break;
      if (names === this.top) {
        this.wait(this.sign());
        names = this.top;
      } else this.wait(this.sign());
    }
    this.types(names);
    this.wait(this.expect(T.PAREN_END));
    const list = this.close("parameter_list", mark);
    (list as Making).field = field;
    return list;
  }

  /** One parameter that begins with a name; gives where the names begin that still wait. */
  private parameter(names: number): number {
    const name = this.leaf("identifier", "name");
    switch (this.token) {
      case T.COMMA:
      case T.PAREN_END:
        this.wait(name);
        return names;
      case T.DOT:
        this.types(names);
        this.wait(this.unnamed(this.instance(this.qualified(name))));
        return this.top;
      case T.ELLIPSIS: {
        this.types(names);
        this.wait(branch("variadic_parameter_declaration", [name, this.sign(), this.type("type")]));
        return this.top;
      }
      case T.SQUARE: {
        const type = this.bracketed(name);
        if (type === null) break;
        this.types(names);
        this.wait(this.unnamed(type));
        return this.top;
      }
      default:
        this.wait(name);
        this.wait(this.type("type"));
    }
    if (this.top - names > 2 * MOST_NAMES) this.refuse();
    this.wait(this.close("parameter_declaration", names));
    return this.top;
  }

  private unnamed(type: GoNode): GoNode {
    return branch("parameter_declaration", [held(type, "type")]);
  }

  private variadic(): GoNode {
    return branch("variadic_parameter_declaration", [this.sign(), this.type("type")]);
  }

  /** `T[a]` as a type; or null when the name has an array or slice type, which both then wait. */
  private bracketed(name: GoNode): GoNode | null {
    const open = this.sign();
    if (this.at(T.SQUARE_END)) {
      this.wait(name);
      this.wait(held(this.bracketType(open, false), "type"));
      return null;
    }
    const [first, close, typeArguments] = this.typesOrLength(open);
    if (this.at(T.COMMA) || this.at(T.PAREN_END)) {
      (name as Making).kind = "type_identifier";
      return generic(name, typeArguments());
    }
    this.wait(name);
    this.wait(held(this.array(open, first, close), "type"));
    return null;
  }

  /** What stands between brackets: the only element (else null), the closing bracket, and all as type arguments. */
  protected typesOrLength(open: GoNode): [first: GoNode | null, close: GoNode, typeArguments: () => GoNode] {
    const elements: GoNode[] = [this.typeOrExpression()];
    while (this.at(T.COMMA)) {
      elements.push(this.sign());
      if (!this.at(T.SQUARE_END)) elements.push(this.typeOrExpression());
    }
    const close = this.expect(T.SQUARE_END);
    const typeArguments = (): GoNode => {
      const parts = elements.map((e) => (e.named ? typeElement(toType(e)) : e));
      return branch("type_arguments", [open, ...parts, close]);
    };
    return [elements.length === 1 ? (elements[0] as GoNode) : null, close, typeArguments];
  }

  protected array(open: GoNode, length: GoNode | null, close: GoNode): GoNode {
    if (length === null || isBare(length)) return this.refuse();
    return branch("array_type", [open, held(length, "length"), close, this.type("element")]);
  }

  /** The names that wait since `from` are types after all. */
  private types(from: number): void {
    for (let i = from; i < this.top; i++) {
      const name = this.waiting[i] as GoNode;
      if (name.kind !== "identifier") continue;
      const making: Making = name;
      making.kind = "type_identifier";
      making.field = "type";
      this.waiting[i] = branch("parameter_declaration", [name]);
    }
  }

  /** `[P any, Q C]`, behind its bracket. */
  protected typeParameters(open: GoNode): GoNode {
    const mark = this.top;
    this.wait(open);
    while (!this.at(T.SQUARE_END)) {
      const from = this.top;
      this.wait(this.named("identifier", "name"));
      while (this.at(T.COMMA)) {
        this.wait(this.sign());
        this.wait(this.named("identifier", "name"));
      }
      this.wait(this.typeElement("type_constraint", "type"));
      this.wait(this.close("type_parameter_declaration", from));
      if (!this.at(T.COMMA)) break;
      this.wait(this.sign());
    }
    this.wait(this.expect(T.SQUARE_END));
    if (this.top - mark < 3) this.refuse();
    const list = this.close("type_parameter_list", mark);
    return held(list, "type_parameters");
  }

  // ------------------------------------------------------------ structs and interfaces

  /** A semicolon or the end of a line; false before a closing bracket, where none is needed. A written semicolon waits as a child. */
  protected terminated(closing: number): boolean {
    if (this.at(T.SEMICOLON) && this.lineEnd < 0) {
      this.wait(this.sign());
      return true;
    }
    if (this.lineEnd >= 0) return true;
    if (this.token !== closing) this.refuse();
    return false;
  }

  private fields(): GoNode {
    const mark = this.top;
    this.wait(this.expect(T.BRACE));
    while (!this.at(T.BRACE_END)) {
      const from = this.top;
      this.field();
      if (this.lineEnd < 0 && (this.at(T.STRING) || this.at(T.RAW_STRING))) this.wait(this.string("tag"));
      this.wait(this.close("field_declaration", from));
      this.terminated(T.BRACE_END);
    }
    this.wait(this.sign());
    return this.close("field_declaration_list", mark);
  }

  /** The parts of one field but its tag. */
  private field(): void {
    if (this.at(T.MULTIPLY)) {
      this.wait(this.sign());
      this.wait(held(this.typeName(), "type"));
      return;
    }
    const name = this.named("field_identifier", "name");
    if (this.at(T.DOT)) {
      this.wait(held(this.instance(this.qualified(name)), "type"));
      return;
    }
    if (this.lineEnd >= 0 || this.endsField()) {
      (name as Making).kind = "type_identifier";
      this.wait(held(name, "type"));
      return;
    }
    if (this.at(T.SQUARE)) {
      this.bracketedField(name);
      return;
    }
    this.wait(name);
    while (this.at(T.COMMA)) {
      this.wait(this.sign());
      this.wait(this.named("field_identifier", "name"));
    }
    this.wait(this.type("type"));
  }

  private endsField(): boolean {
    const { token } = this;
    return token === T.SEMICOLON || token === T.BRACE_END || token === T.STRING || token === T.RAW_STRING;
  }

  /** `a [n]T`, or an embedded `T[a]`. */
  private bracketedField(name: GoNode): void {
    const open = this.sign();
    if (this.at(T.SQUARE_END)) {
      this.wait(name);
      this.wait(held(this.bracketType(open, false), "type"));
      return;
    }
    const [first, close, typeArguments] = this.typesOrLength(open);
    if (this.lineEnd >= 0 || this.endsField()) {
      (name as Making).kind = "type_identifier";
      this.wait(held(generic(name, typeArguments()), "type"));
      return;
    }
    this.wait(name);
    this.wait(held(this.array(open, first, close), "type"));
  }

  private interfaceType(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    this.wait(this.expect(T.BRACE));
    while (!this.at(T.BRACE_END)) {
      this.wait(this.element());
      this.terminated(T.BRACE_END);
    }
    this.wait(this.sign());
    return this.close("interface_type", mark);
  }

  private element(): GoNode {
    if (!this.at(T.NAME) || !this.isMethod()) return this.typeElement("type_elem", null);
    const mark = this.top;
    this.wait(this.leaf("field_identifier", "name"));
    this.signature();
    return this.close("method_elem", mark);
  }

  /** A parenthesis follows the name at hand. */
  private isMethod(): boolean {
    const { text } = this;
    let i = this.end;
    while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++;
    return text.charCodeAt(i) === 40;
  }
}
