/** Top-level declarations of a file by one scan, without a parser. */
import { type BuildLine, header } from "./header.ts";
import type { FileImport } from "./import-names.ts";
import type { Range } from "./parse.ts";
import {
  BACKTICK,
  BLANK,
  BOM,
  blockCommentEnd,
  CLASS,
  COMMA,
  DOT,
  type Fault,
  isDigit,
  LF,
  PAREN_CLOSE,
  PAREN_OPEN,
  QUOTE,
  SEMI,
  SLASH,
  SQUARE_OPEN,
  STAR,
  skipBrackets,
  skipQuoted,
  skipRaw,
  WORD,
  wordEnd,
} from "./scan.ts";
import { type Ends, GROUP, Scanner, SIGNATURE, TOP } from "./scanner.ts";

export type { BuildLine } from "./header.ts";

export type DeclarationKind = "func" | "method" | "type" | "var" | "const";

/**
 * One top-level declaration: a function, a method, or a whole `type`/`var`/`const` declaration with its group.
 * It reaches from its keyword to its last token: without doc comment, trailing comment and semicolon.
 */
export interface Declaration extends Range {
  readonly kind: DeclarationKind;
  /** Names that it declares, in order; several for a group or `var a, b`. `_` included. */
  readonly names: readonly string[];
  /** For a method: the name of the receiver's base type, else null. */
  readonly receiver: string | null;
  /** Where its doc comment begins (a comment that ends on the line before); `start` when it has none. */
  readonly docStart: number;
  /** Offset of the `{` of a function's body; null for everything else. */
  readonly body: number | null;
}

export interface ImportDeclaration extends Range {
  readonly docStart: number;
  /** `import (...)`. */
  readonly grouped: boolean;
  /** Offsets of the parentheses of a group, else null. */
  readonly parens: { readonly open: number; readonly close: number } | null;
  readonly imports: readonly FileImport[];
  /** It imports "C". */
  readonly cgo: boolean;
  /** The C code that cgo reads: the comment above `import "C"`. */
  readonly preamble: Range | null;
}

export interface Outline {
  /** "" when there is no package clause. */
  readonly packageName: string;
  /** The package clause: keyword and name. */
  readonly packageAt: Range;
  /** Where the comment above the package clause begins; `packageAt.start` when there is none. */
  readonly packageDocStart: number;
  readonly imports: readonly FileImport[];
  readonly importDecls: readonly ImportDeclaration[];
  readonly declarations: readonly Declaration[];
  /** `// Code generated ... DO NOT EDIT.` stands before the package clause. */
  readonly generated: boolean;
  /** Build constraint lines that Go's build tool would heed. */
  readonly build: readonly BuildLine[];
  /** The first thing that is not Go; null when the scan found nothing amiss (which is not a proof of syntax). */
  readonly problem: Fault | null;
}

/** The outline of a whole file. */
export function outline(text: string): Outline {
  return new Outliner(text).run(false);
}

/** Header only: package clause, imports, build lines. Stops at the first declaration; `declarations` is empty. */
export function importsOnly(text: string): Outline {
  return new Outliner(text).run(true);
}

class Outliner extends Scanner {
  private readonly imports: FileImport[] = [];
  private readonly importDecls: ImportDeclaration[] = [];
  private readonly declarations: Declaration[] = [];

  run(headerOnly: boolean): Outline {
    const { text, n } = this;
    if (text.charCodeAt(0) === BOM) this.i = 1;
    this.trivia(false);
    const headerEnd = this.i;
    let packageName = "";
    let packageAt: Range = { start: this.i, end: this.i };
    const packageDocStart = this.doc >= 0 ? this.doc : this.i;
    if (this.wordAt(this.i) === "package") {
      const start = this.i;
      this.i = this.blanks(start + 7);
      packageName = this.wordAt(this.i);
      if (packageName === "") this.fault(this.i, "expected the package's name");
      this.i += packageName.length;
      packageAt = { start, end: this.i };
      this.separate();
    } else {
      this.fault(this.i, n === 0 ? "the file is empty" : "expected a package clause");
    }
    while (this.i < n) {
      const word = this.wordAt(this.i);
      if (word === "import") {
        if (this.declarations.length > 0) this.fault(this.i, "import after a declaration");
        this.importDeclaration();
      } else if (headerOnly) {
        break;
      } else if (word === "func") {
        this.func();
      } else if (word === "type" || word === "var" || word === "const") {
        this.general(word);
      } else {
        this.fault(this.i, "expected a declaration");
        this.resume();
      }
      this.separate();
    }
    const { generated, build } = header(text, headerEnd);
    return {
      packageName,
      packageAt,
      packageDocStart,
      imports: this.imports,
      importDecls: this.importDecls,
      declarations: this.declarations,
      generated,
      build,
      problem: this.problem,
    };
  }

  /** Passes trivia up to the next top-level token, which must be on its own line or after a semicolon. */
  private separate(): void {
    this.trivia(true);
    if (!this.terminated && this.i < this.n) this.fault(this.i, "expected a newline or semicolon before this");
  }

  private func(): void {
    const { text } = this;
    const start = this.i;
    const docStart = this.doc >= 0 ? this.doc : start;
    let i = this.blanks(start + 4);
    let receiver: string | null = null;
    if (text.charCodeAt(i) === PAREN_OPEN) {
      const end = skipBrackets(text, i, this.fault);
      receiver = this.receiverName(i + 1, end - 1);
      i = this.blanks(end);
    }
    const name = this.wordAt(i);
    this.i = i + name.length;
    if (name === "" || isDigit(text.charCodeAt(i))) {
      this.fault(i, "expected a function's name");
      this.tokens(TOP);
      return;
    }
    this.last = this.i;
    const body = this.tokens(SIGNATURE) ? this.i : null;
    if (body !== null) this.last = this.i = skipBrackets(text, body, this.fault);
    this.declarations.push({
      kind: receiver === null ? "func" : "method",
      names: [name],
      receiver,
      start,
      end: this.last,
      docStart,
      body,
    });
  }

  /** The last name of `(t *T[K])` outside square brackets. */
  private receiverName(from: number, to: number): string {
    const { text } = this;
    let i = from;
    let name = "";
    while (i < to) {
      const c = text.charCodeAt(i);
      if (CLASS[c] === WORD) {
        const end = wordEnd(text, i);
        name = text.slice(i, end);
        i = end;
      } else if (c === SQUARE_OPEN) {
        i = skipBrackets(text, i, this.fault);
      } else if (c === SLASH) {
        i = Math.max(this.blanks(i), i + 1);
      } else {
        i++;
      }
    }
    return name;
  }

  private general(kind: "type" | "var" | "const"): void {
    const { text, n } = this;
    const start = this.i;
    const docStart = this.doc >= 0 ? this.doc : start;
    const names: string[] = [];
    this.i = this.blanks(start + kind.length);
    if (text.charCodeAt(this.i) !== PAREN_OPEN) {
      this.last = this.i;
      this.spec(names, kind, TOP);
    } else {
      const open = this.i++;
      while (true) {
        this.i = this.blanks(this.i);
        const c = text.charCodeAt(this.i);
        if (c === PAREN_CLOSE) {
          this.last = ++this.i;
          break;
        }
        if (this.i >= n) {
          this.fault(open, '"(" is never closed');
          this.last = n;
          break;
        }
        if (CLASS[c] === SEMI) this.i++;
        else this.spec(names, kind, GROUP);
      }
    }
    this.declarations.push({ kind, names, receiver: null, start, end: this.last, docStart, body: null });
  }

  /** One spec: its names, then the rest of it. */
  private spec(names: string[], kind: "type" | "var" | "const", ends: Ends): void {
    const { text } = this;
    while (true) {
      const c = text.charCodeAt(this.i);
      if (CLASS[c] !== WORD || isDigit(c)) {
        this.fault(this.i, "expected a name");
        break;
      }
      const end = wordEnd(text, this.i);
      names.push(text.slice(this.i, end));
      this.last = this.i = end;
      if (kind === "type") break;
      const comma = this.comma(end);
      if (comma < 0) break;
      this.i = this.blanks(comma + 1);
    }
    const from = this.i;
    this.tokens(ends, this.last === from);
    if (this.i === from && this.last !== from) this.i++;
  }

  /** Offset of the comma that follows on this line, or -1. */
  private comma(from: number): number {
    const { text, n } = this;
    let i = from;
    while (i < n) {
      const c = text.charCodeAt(i);
      if (c === COMMA) return i;
      if (CLASS[c] === BLANK) i++;
      else if (c === SLASH && text.charCodeAt(i + 1) === STAR) i = blockCommentEnd(text, i, this.fault);
      else return -1;
    }
    return -1;
  }

  private importDeclaration(): void {
    const { text, n } = this;
    const start = this.i;
    const doc = this.doc;
    const imports: FileImport[] = [];
    let preamble: Range | null = null;
    let parens: { open: number; close: number } | null = null;
    this.i = this.blanks(start + 6);
    if (text.charCodeAt(this.i) !== PAREN_OPEN) {
      this.last = this.i;
      this.importSpec(imports, TOP);
    } else {
      const open = this.i++;
      while (true) {
        this.trivia(true);
        if (this.i >= n) {
          this.fault(open, '"(" is never closed');
          this.last = n;
          break;
        }
        if (text.charCodeAt(this.i) === PAREN_CLOSE) {
          parens = { open, close: this.i };
          this.last = ++this.i;
          break;
        }
        const at = this.i;
        const specDoc = this.doc;
        this.importSpec(imports, GROUP);
        if (imports.at(-1)?.at.start === at && imports.at(-1)?.path === "C" && specDoc >= 0) {
          preamble = { start: specDoc, end: trimmedEnd(text, at) };
        }
      }
    }
    const cgo = imports.some((x) => x.path === "C");
    if (cgo && !preamble && imports.length === 1 && doc >= 0) preamble = { start: doc, end: trimmedEnd(text, start) };
    this.imports.push(...imports);
    this.importDecls.push({
      start,
      end: this.last,
      docStart: doc >= 0 ? doc : start,
      grouped: parens !== null,
      parens,
      imports,
      cgo,
      preamble,
    });
  }

  private importSpec(into: FileImport[], ends: Ends): void {
    const { text } = this;
    const start = this.i;
    let alias: string | null = null;
    if (text.charCodeAt(start) === DOT) alias = ".";
    else if (CLASS[text.charCodeAt(start)] === WORD) alias = this.wordAt(start);
    const behind = start + (alias?.length ?? 0);
    this.i = alias === null ? start : this.blanks(behind);
    const quote = text.charCodeAt(this.i);
    if (quote !== QUOTE && quote !== BACKTICK) {
      this.i = behind;
      this.fault(behind, "expected an import path");
      const from = this.i;
      this.tokens(ends);
      if (this.i === from) this.i++;
      return;
    }
    const open = this.i;
    this.i = quote === QUOTE ? skipQuoted(text, open, this.fault) : skipRaw(text, open, this.fault);
    const end = this.i;
    into.push({ path: text.slice(open + 1, end - 1), alias, at: { start, end } });
    this.last = end;
    this.tokens(ends);
    if (this.last !== end) this.fault(end, "expected a newline or semicolon after the import path");
  }
}

/** End of the text before `at`, without whitespace. */
function trimmedEnd(text: string, at: number): number {
  let end = at;
  while (end > 0 && (CLASS[text.charCodeAt(end - 1)] === BLANK || text.charCodeAt(end - 1) === LF)) end--;
  return end;
}
