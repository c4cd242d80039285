/** Declarations of variables, constants, types and functions. */
import type { GoNode } from "../node.ts";
import { ExpressionReader } from "./expressions.ts";
import { held } from "./making.ts";
import * as T from "./tokens.ts";

export abstract class DeclarationReader extends ExpressionReader {
  protected function(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    const isMethod = this.at(T.PAREN);
    if (isMethod) this.wait(this.parameters("receiver"));
    this.wait(this.named(isMethod ? "field_identifier" : "identifier", "name"));
    if (this.at(T.SQUARE) && !isMethod) this.wait(this.typeParameters(this.sign()));
    this.signature();
    if (this.at(T.BRACE) && this.lineEnd < 0) this.wait(this.block("body"));
    return this.close(isMethod ? "method_declaration" : "function_declaration", mark);
  }

  protected variables(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    if (this.at(T.PAREN)) {
      const list = this.top;
      this.specs(() => this.variable(), true);
      this.wait(this.close("var_spec_list", list));
    } else this.wait(this.variable());
    return this.close("var_declaration", mark);
  }

  protected constants(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    if (this.at(T.PAREN)) this.specs(() => this.constant(), true);
    else this.wait(this.constant());
    return this.close("const_declaration", mark);
  }

  protected typeDeclaration(): GoNode {
    const mark = this.top;
    this.wait(this.sign());
    if (this.at(T.PAREN)) this.specs(() => this.typeSpec(), false);
    else this.wait(this.typeSpec());
    return this.close("type_declaration", mark);
  }

  /** A group in parentheses. `strict`: the last one is terminated too. */
  private specs(read: () => GoNode, strict: boolean): void {
    const { header } = this;
    this.header = false;
    this.wait(this.sign());
    while (!this.at(T.PAREN_END)) {
      this.wait(read());
      if (!this.terminated(T.PAREN_END) && strict) this.refuse();
    }
    this.wait(this.sign());
    this.header = header;
  }

  private variable(): GoNode {
    const mark = this.top;
    this.names();
    if (this.lineEnd >= 0) this.refuse();
    if (!this.at(T.ASSIGN)) this.wait(this.type("type"));
    if (this.at(T.ASSIGN) && this.lineEnd < 0) this.value();
    return this.close("var_spec", mark);
  }

  private constant(): GoNode {
    const mark = this.top;
    this.names();
    if (this.lineEnd < 0 && !this.at(T.SEMICOLON) && !this.at(T.END) && !this.at(T.PAREN_END)) {
      if (!this.at(T.ASSIGN)) this.wait(this.type("type"));
      if (!this.at(T.ASSIGN) || this.lineEnd >= 0) this.refuse();
      this.value();
    }
    return this.close("const_spec", mark);
  }

  private names(): void {
    this.wait(this.named("identifier", "name"));
    while (this.at(T.COMMA) && this.lineEnd < 0) {
      this.wait(this.sign());
      this.wait(this.named("identifier", "name"));
    }
  }

  private value(): void {
    this.wait(this.sign());
    this.wait(this.expressions("value", this.expression()));
  }

  private typeSpec(): GoNode {
    const mark = this.top;
    const name = this.named("type_identifier", "name");
    this.wait(name);
    if (this.at(T.SQUARE)) {
      const type = this.parametersOrArray();
      if (type) {
        this.wait(held(type, "type"));
        return this.close("type_spec", mark);
      }
    }
    const isAlias = this.at(T.ASSIGN);
    if (isAlias) this.wait(this.sign());
    this.wait(this.type("type"));
    return this.close(isAlias ? "type_alias" : "type_spec", mark);
  }

  /** An array or slice type; or null when type parameters stood there, which wait. */
  private parametersOrArray(): GoNode | null {
    const place = this.place();
    const open = this.sign();
    if (!this.at(T.NAME)) return this.bracketType(open, false);
    this.next();
    const follows: number = this.token;
    this.back(place);
    const again = this.sign();
    switch (follows) {
      case T.NAME:
      case T.COMMA:
      case T.SQUARE:
      case T.MAP:
      case T.CHAN:
      case T.FUNC:
      case T.STRUCT:
      case T.INTERFACE:
      case T.TILDE:
        this.wait(this.typeParameters(again));
        return null;
      case T.SQUARE_END:
      case T.DOT:
      case T.ADD:
      case T.SUBTRACT:
      case T.DIVIDE:
      case T.SHIFT_LEFT:
      case T.SHIFT_RIGHT:
        return this.bracketType(again, false);
      default:
        return this.refuse();
    }
  }
}
