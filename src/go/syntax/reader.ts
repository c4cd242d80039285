/** Reads one token after the other, and makes nodes of them. */
import { type Field, GoNode, type Kind, type Source, type Token } from "../node.ts";
import { BACKSLASH, BACKTICK, CLASS, isDigit, LF, QUOTE, SLASH, STAR, WORD } from "../scan.ts";
import { branch, type Making, NO_CHILDREN, REFUSED } from "./making.ts";
import { type Numeral, readNumber, runeEnd, stringEscapeEnd } from "./numbers.ts";
import * as T from "./tokens.ts";

/** Deeper nesting is refused: every level takes some of the stack. */
const DEEPEST = 300;

/** A name, by the grammar's rule. */
const WIDE_NAME = /^[_\p{XID_Start}][_\p{XID_Continue}]*$/u;
/** A name, by Go's: https://go.dev/ref/spec#Identifiers, which knows no marks. */
const GO_NAME = /^[_\p{L}][_\p{L}\p{Nd}]*$/u;

function isName(word: string): boolean {
  return WIDE_NAME.test(word) && GO_NAME.test(word);
}

/** Where a reader stands. */
export interface Place {
  readonly token: number;
  readonly start: number;
  readonly end: number;
  readonly lineEnd: number;
  readonly comments: number;
}

export class Reader {
  protected readonly source: Source;
  protected readonly text: string;
  /** Nothing is read from here on. */
  protected readonly limit: number;
  /** The token at hand. A name that the grammar knows is `NAME`; `word` says which. */
  protected token = T.END;
  /** For a `NAME`: `NEW` to `IOTA`, or `NAME`. */
  protected word = T.NAME;
  protected start = 0;
  protected end = 0;
  /**
   * Offset behind the line feed that ends the line of the token before, when this one stands on another; else -1. Line feeds that follow it at
   * once belong to it, as the grammar has it.
   */
  protected lineEnd = -1;
  /** Start and end of each comment that was passed. */
  protected readonly comments: number[] = [];
  protected depth = 0;
  /** Children of nodes that are not closed yet. */
  protected readonly waiting: GoNode[] = [];
  protected top = 0;
  private readonly numeral: Numeral = { kind: 0, end: 0 };
  /** The string at hand holds a backslash. */
  private escapes = false;

  constructor(source: Source, start: number, limit: number) {
    this.source = source;
    this.text = source.text;
    this.limit = limit;
    this.end = start;
    this.next();
  }

  protected refuse(): never {
    throw REFUSED;
  }

  protected deeper(): void {
    if (++this.depth > DEEPEST) this.refuse();
  }

  // ------------------------------------------------------------ tokens

  protected at(token: number): boolean {
    return this.token === token;
  }

  /** Goes to the next token. */
  protected next(): void {
    const { text, limit } = this;
    let i = this.end;
    let lineEnd = -1;
    let c = 0;
    while (true) {
      if (i >= limit) {
        this.token = T.END;
        this.start = this.end = limit;
        this.lineEnd = lineEnd;
        return;
      }
      c = text.charCodeAt(i);
      if (c === 32 || c === 9 || c === 13) i++;
      else if (c === LF) {
        i++;
        if (lineEnd >= 0) continue;
        while (text.charCodeAt(i) === LF) i++;
        lineEnd = i;
      } else if (c === SLASH) {
        const stop = this.commentEnd(i);
        if (stop < 0) break;
        this.comments.push(i, stop);
        i = stop;
      } else break;
    }
    this.start = i;
    this.lineEnd = lineEnd;
    if (CLASS[c] === WORD && !isDigit(c)) this.name(i);
    else this.other(i, c);
  }

  /** End of the comment at `i`, or -1 when none begins there. */
  private commentEnd(i: number): number {
    const second = this.text.charCodeAt(i + 1);
    if (second === SLASH) {
      const end = this.text.indexOf("\n", i);
      return end < 0 ? this.text.length : end;
    }
    if (second !== STAR) return -1;
    const close = this.text.indexOf("*/", i + 2);
    return close < 0 ? this.refuse() : close + 2;
  }

  private name(start: number): void {
    const { text, limit } = this;
    let i = start;
    let all = 0;
    while (i < limit) {
      const c = text.charCodeAt(i);
      if (CLASS[c] !== WORD) break;
      all |= c;
      i++;
    }
    if (all > 127 && !isName(text.slice(start, i))) this.refuse();
    this.end = i;
    const word = T.wordToken(text, start, i);
    if (word < T.NEW) {
      this.token = word;
      this.word = T.NAME;
    } else {
      this.token = T.NAME;
      this.word = word;
    }
  }

  private other(i: number, c: number): void {
    const { text } = this;
    if (isDigit(c) || (c === 46 && isDigit(text.charCodeAt(i + 1)))) {
      readNumber(text, i, this.numeral);
      if (this.numeral.kind === 0) this.refuse();
      this.token = this.numeral.kind;
      this.end = this.numeral.end;
      return;
    }
    const second = text.charCodeAt(i + 1);
    switch (c) {
      case QUOTE:
        this.quoted(i);
        return;
      case BACKTICK: {
        const close = text.indexOf("`", i + 1);
        if (close < 0) this.refuse();
        this.token = T.RAW_STRING;
        this.end = close + 1;
        return;
      }
      case 39 /* ' */:
        this.token = T.RUNE;
        this.end = runeEnd(text, i);
        if (this.end < 0) this.refuse();
        return;
      case 40:
        return this.is(T.PAREN, 1);
      case 41:
        return this.is(T.PAREN_END, 1);
      case 91:
        return this.is(T.SQUARE, 1);
      case 93:
        return this.is(T.SQUARE_END, 1);
      case 123:
        return this.is(T.BRACE, 1);
      case 125:
        return this.is(T.BRACE_END, 1);
      case 44:
        return this.is(T.COMMA, 1);
      case 59:
        return this.is(T.SEMICOLON, 1);
      case 46 /* . */:
        if (second === 46 && text.charCodeAt(i + 2) === 46) return this.is(T.ELLIPSIS, 3);
        return this.is(T.DOT, 1);
      case 58 /* : */:
        return second === 61 ? this.is(T.DEFINE, 2) : this.is(T.COLON, 1);
      case 61 /* = */:
        return second === 61 ? this.is(T.EQUAL, 2) : this.is(T.ASSIGN, 1);
      case 33 /* ! */:
        return second === 61 ? this.is(T.UNEQUAL, 2) : this.is(T.NOT, 1);
      case 126 /* ~ */:
        return this.is(T.TILDE, 1);
      case 43 /* + */:
        return second === 43 ? this.is(T.INCREMENT, 2) : this.operator(T.ADD, 1, second);
      case 45 /* - */:
        return second === 45 ? this.is(T.DECREMENT, 2) : this.operator(T.SUBTRACT, 1, second);
      case 124 /* | */:
        return second === 124 ? this.is(T.OR_OR, 2) : this.operator(T.OR, 1, second);
      case 94 /* ^ */:
        return this.operator(T.XOR, 1, second);
      case STAR:
        return this.operator(T.MULTIPLY, 1, second);
      case SLASH:
        return this.operator(T.DIVIDE, 1, second);
      case 37 /* % */:
        return this.operator(T.REMAINDER, 1, second);
      case 38 /* & */:
        if (second === 38) return this.is(T.AND_AND, 2);
        return second === 94 ? this.operator(T.AND_NOT, 2, text.charCodeAt(i + 2)) : this.operator(T.AND, 1, second);
      case 60 /* < */:
        if (second === 45) return this.is(T.ARROW, 2);
        if (second === 61) return this.is(T.LESS_EQUAL, 2);
        return second === 60 ? this.operator(T.SHIFT_LEFT, 2, text.charCodeAt(i + 2)) : this.is(T.LESS, 1);
      case 62 /* > */:
        if (second === 61) return this.is(T.GREATER_EQUAL, 2);
        return second === 62 ? this.operator(T.SHIFT_RIGHT, 2, text.charCodeAt(i + 2)) : this.is(T.GREATER, 1);
      default:
        this.refuse();
    }
  }

  private is(token: number, length: number): void {
    this.token = token;
    this.end = this.start + length;
  }

  private operator(token: number, length: number, after: number): void {
    if (after === 61 /* = */) this.is(token + T.ASSIGNING, length + 1);
    else this.is(token, length);
  }

  private quoted(start: number): void {
    const { text } = this;
    let i = start + 1;
    this.escapes = false;
    while (true) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) break;
      if (c === BACKSLASH) {
        this.escapes = true;
        i += 2;
      } else if (c === LF || Number.isNaN(c)) this.refuse();
      else i++;
    }
    this.token = T.STRING;
    this.end = i + 1;
  }

  protected place(): Place {
    return { token: this.token, start: this.start, end: this.end, lineEnd: this.lineEnd, comments: this.comments.length };
  }

  /** Goes back to a place at which a token other than a name stood. */
  protected back(place: Place): void {
    this.token = place.token;
    this.word = T.NAME;
    this.start = place.start;
    this.end = place.end;
    this.lineEnd = place.lineEnd;
    this.comments.length = place.comments;
  }

  // ------------------------------------------------------------ nodes

  /** The token at hand as an unnamed node; goes on. */
  protected sign(field: Field | null = null): GoNode {
    const node = new GoNode(this.source, T.SPELLING[this.token] as Token, this.start, this.end, null, field, false, NO_CHILDREN);
    this.next();
    return node;
  }

  /** The token at hand as an unnamed node when it is `token`. */
  protected expect(token: number): GoNode {
    if (this.token !== token) this.refuse();
    return this.sign();
  }

  /** The token at hand as a named leaf; goes on. */
  protected leaf(kind: Kind, field: Field | null): GoNode {
    const node = new GoNode(this.source, kind, this.start, this.end, null, field, true, NO_CHILDREN);
    this.next();
    return node;
  }

  /** The name at hand as a leaf; goes on. */
  protected named(kind: Kind, field: Field | null): GoNode {
    if (this.token !== T.NAME) this.refuse();
    return this.leaf(kind, field);
  }

  protected wait(node: GoNode): void {
    this.waiting[this.top++] = node;
  }

  /** A node of all that waits since `mark`. */
  protected close(kind: Kind, mark: number): GoNode {
    if (this.top === mark) this.refuse();
    const children = this.waiting.slice(mark, this.top);
    this.top = mark;
    return branch(kind, children);
  }

  // ------------------------------------------------------------ literals

  /** The string at hand, with its parts. */
  protected string(field: Field | null): GoNode {
    const node = this.token === T.STRING ? this.interpreted() : this.raw();
    (node as Making).field = field;
    this.next();
    return node;
  }

  private raw(): GoNode {
    const { start, end } = this;
    return branch("raw_string_literal", [
      this.part("`", start, start + 1, false),
      this.part("raw_string_literal_content", start + 1, end - 1, true),
      this.part("`", end - 1, end, false),
    ]);
  }

  private interpreted(): GoNode {
    const { text, start, end } = this;
    const open = this.part('"', start, start + 1, false);
    const close = this.part('"', end - 1, end, false);
    if (end === start + 2) return branch("interpreted_string_literal", [open, close]);
    if (!this.escapes) {
      return branch("interpreted_string_literal", [open, this.part("interpreted_string_literal_content", start + 1, end - 1, true), close]);
    }
    const mark = this.top;
    this.wait(open);
    let i = start + 1;
    while (i < end - 1) {
      if (text.charCodeAt(i) === BACKSLASH) {
        const stop = stringEscapeEnd(text, i);
        if (stop < 0 || stop >= end) this.refuse();
        this.wait(this.part("escape_sequence", i, stop, true));
        i = stop;
        continue;
      }
      const from = i;
      while (i < end - 1 && text.charCodeAt(i) !== BACKSLASH) i++;
      this.wait(this.part("interpreted_string_literal_content", from, i, true));
    }
    this.wait(close);
    return this.close("interpreted_string_literal", mark);
  }

  private part(kind: Kind | Token, start: number, end: number, named: boolean): GoNode {
    return new GoNode(this.source, kind, start, end, null, null, named, NO_CHILDREN);
  }
}
