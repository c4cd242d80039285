/** A scan over the tokens of a file: what stands between declarations, and where statements end. */
import {
  BLANK,
  BRACE_OPEN,
  blockCommentEnd,
  CLASS,
  CLOSE,
  DOT,
  type Fault,
  ILLEGAL,
  isDigit,
  LF,
  lineCommentEnd,
  NEWLINE,
  OPEN,
  PAREN_CLOSE,
  RAW,
  SEMI,
  SEMICOLON,
  SLASH,
  SOLIDUS,
  STAR,
  STRING,
  skipBrackets,
  skipQuoted,
  skipRaw,
  WORD,
  wordEnd,
} from "./scan.ts";

/** What ends a run of tokens, beside a semicolon (written or automatic) and the end of the text. */
export const TOP = 0;
/** ... the parenthesis that closes a group. */
export const GROUP = 1;
/** ... the brace that opens a function's body. */
export const SIGNATURE = 2;

export type Ends = typeof TOP | typeof GROUP | typeof SIGNATURE;

export class Scanner {
  protected readonly text: string;
  protected readonly n: number;
  /** Where the scan stands. */
  protected i = 0;
  /** End of the last token that `tokens` passed. */
  protected last = 0;
  /** The first thing that is not Go. */
  protected problem: Fault | null = null;
  /** Start of the comment group that ends on the line before the next token, or -1. */
  protected doc = -1;
  /** A semicolon, a newline or the end of the text was passed by the last `trivia`. */
  protected terminated = true;

  protected readonly fault = (offset: number, message: string): void => {
    this.problem ??= { offset, message };
  };

  constructor(text: string) {
    this.text = text;
    this.n = text.length;
  }

  /** Passes whitespace, semicolons and comments, and notes the doc comment of what comes next, by go/parser's rule. */
  protected trivia(afterToken: boolean): void {
    const { text, n } = this;
    let i = this.i;
    let newlines = 0;
    let group = -1;
    let trailing = afterToken;
    let terminated = !afterToken;
    while (i < n) {
      const c = text.charCodeAt(i);
      if (c === LF) {
        newlines++;
        trailing = false;
        terminated = true;
        i++;
      } else if (CLASS[c] === BLANK) {
        i++;
      } else if (c === SEMICOLON) {
        terminated = true;
        group = -1;
        i++;
      } else if (c === SLASH) {
        const next = text.charCodeAt(i + 1);
        if (next !== SLASH && next !== STAR) break;
        const start = i;
        if (next === SLASH) {
          i = lineCommentEnd(text, i);
        } else {
          i = blockCommentEnd(text, i, this.fault);
          if (text.slice(start, i).includes("\n")) terminated = true;
        }
        if (!trailing && (group < 0 || newlines > 1)) group = start;
        newlines = 0;
      } else {
        break;
      }
    }
    this.i = i;
    this.doc = group >= 0 && newlines === 1 ? group : -1;
    this.terminated = terminated || i >= n;
  }

  /** The word at `i`, or "". */
  protected wordAt(i: number): string {
    if (i >= this.n || CLASS[this.text.charCodeAt(i)] !== WORD) return "";
    return this.text.slice(i, wordEnd(this.text, i));
  }

  /** Passes blanks and comments from `i`, and newlines too: for places where no semicolon is inserted. */
  protected blanks(from: number): number {
    const { text, n } = this;
    let i = from;
    while (i < n) {
      const c = text.charCodeAt(i);
      if (c === LF || CLASS[c] === BLANK) i++;
      else if (c === SLASH && text.charCodeAt(i + 1) === SLASH) i = lineCommentEnd(text, i);
      else if (c === SLASH && text.charCodeAt(i + 1) === STAR) i = blockCommentEnd(text, i, this.fault);
      else break;
    }
    return i;
  }

  /** Passes what is left of a broken declaration. */
  protected resume(): void {
    const from = this.i;
    this.tokens(TOP);
    if (this.i === from) this.i++;
  }

  /**
   * Passes tokens up to a semicolon, written or automatic, or to what `ends` names; `this.last` is the end of the last one.
   * True when it stopped at a function's body. `complete`: a newline right here would end the statement.
   */
  protected tokens(ends: Ends, complete = true): boolean {
    const { text, n } = this;
    let i = this.i;
    // Start of the last token when it is a word; else -1.
    let word = -1;
    let last = this.last;
    while (i < n) {
      const c = text.charCodeAt(i);
      switch (CLASS[c]) {
        case WORD: {
          word = i;
          i = wordEnd(text, i);
          if (isDigit(c)) {
            // "1." is a whole number literal
            while (text.charCodeAt(i) === DOT) i = wordEnd(text, i + 1);
            word = -1;
          }
          last = i;
          complete = true;
          break;
        }
        case BLANK:
          i++;
          break;
        case NEWLINE:
          if (complete && !(word >= 0 && CONTINUES.has(text.slice(word, last)))) {
            this.i = i;
            this.last = last;
            return false;
          }
          i++;
          break;
        case OPEN: {
          if (c === BRACE_OPEN && ends === SIGNATURE && !(word >= 0 && BRACED.has(text.slice(word, last)))) {
            this.i = i;
            this.last = last;
            return true;
          }
          last = i = skipBrackets(text, i, this.fault);
          word = -1;
          complete = true;
          break;
        }
        case CLOSE:
          if (c === PAREN_CLOSE && ends === GROUP) {
            this.i = i;
            this.last = last;
            return false;
          }
          this.fault(i, `"${text[i]}" closes nothing`);
          last = ++i;
          word = -1;
          complete = true;
          break;
        case STRING:
          last = i = skipQuoted(text, i, this.fault);
          word = -1;
          complete = true;
          break;
        case RAW:
          last = i = skipRaw(text, i, this.fault);
          word = -1;
          complete = true;
          break;
        case SOLIDUS: {
          const next = text.charCodeAt(i + 1);
          if (next === SLASH) {
            i = lineCommentEnd(text, i);
          } else if (next === STAR) {
            const end = blockCommentEnd(text, i, this.fault);
            if (complete && text.slice(i, end).includes("\n") && !(word >= 0 && CONTINUES.has(text.slice(word, last)))) {
              this.i = i;
              this.last = last;
              return false;
            }
            i = end;
          } else {
            last = ++i;
            word = -1;
            complete = false;
          }
          break;
        }
        case SEMI:
          this.i = i;
          this.last = last;
          return false;
        case ILLEGAL:
          this.fault(i, "character that Go does not know");
          last = ++i;
          word = -1;
          complete = true;
          break;
        default:
          last = ++i;
          word = -1;
          complete = false;
      }
    }
    this.i = n;
    this.last = last;
    return false;
  }
}

/** Keywords after which a newline inserts no semicolon (those that can end a line of a top-level declaration outside brackets). */
const CONTINUES = new Set(["chan", "const", "func", "import", "interface", "map", "package", "struct", "type", "var"]);

/** Keywords whose brace belongs to a type. */
const BRACED = new Set(["struct", "interface"]);
