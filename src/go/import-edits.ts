/** Edits that add and drop imports as a person would. */
import type { Edit } from "../text/edit.ts";
import { commentsIn } from "./comments.ts";
import { candidateNames, type FileImport, importName, isStandard } from "./import-names.ts";
import type { Source } from "./node.ts";
import type { ImportDeclaration, Outline } from "./outline.ts";
import { CR, LF, SEMICOLON, TAB } from "./scan.ts";
import { namesQualified } from "./words.ts";

/** An import to add, or one to drop where nothing in the text uses it. */
export interface ImportChange {
  readonly path: string;
  readonly action: "add" | "drop";
  /** With `add`: the name to import it under. */
  readonly alias?: string;
}

/**
 * Edits that make the changes, sorted and disjoint, at most one for each import declaration and one more.
 *
 * An import that is there under a usable name is not added again; adding wins over dropping. Dropped is only what the text does not use: `_` and
 * `.` imports and "C" never are, nor is a package whose name, or one of its likely names, stands before a dot outside comments and strings.
 * New specs go where gofmt and goimports would have them: into the block of their kin, sorted by path; a lone `import "x"` becomes a group.
 * A declaration that imports "C" is never touched. Comments stay; a dropped spec takes only its own,
 * and the heading of a block is nobody's own.
 */
export function importEdits(source: Source, file: Outline, changes: readonly ImportChange[]): Edit[] {
  const wanted = new Map<string, ImportChange>();
  for (const change of changes) {
    if (change.action === "add") wanted.set(`${change.alias ?? ""} ${change.path}`, change);
  }
  const kept = new Set([...wanted.values()].map((change) => change.path));
  const superfluous = file.imports.filter(
    (i) =>
      i.alias !== "_" &&
      i.alias !== "." &&
      i.path !== "C" &&
      !kept.has(i.path) &&
      changes.some((c) => c.action === "drop" && c.path === i.path),
  );
  const names = (i: FileImport) => (i.alias === null ? candidateNames(i.path) : [i.alias]);
  const used = namesQualified(source.text, new Set(superfluous.flatMap(names)));
  const dropped = new Set(superfluous.filter((i) => !names(i).some((name) => used.has(name))));
  const adds = [...wanted.values()].filter((add) => !file.imports.some((i) => serves(i, add))).sort(byPath);
  return new Editor(source, file, dropped).edits(adds);
}

function serves(present: FileImport, add: ImportChange): boolean {
  if (present.path !== add.path) return false;
  if (add.alias === undefined) return present.alias !== "_" && present.alias !== ".";
  return present.alias === add.alias || (present.alias === null && importName(present) === add.alias);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function written(add: ImportChange): string {
  const names = candidateNames(add.path);
  const plain = add.alias === undefined || (names.length === 1 && names[0] === add.alias);
  return plain ? `"${add.path}"` : `${add.alias} "${add.path}"`;
}

/** A line of a group: a spec with what stands on its line, a comment, or nothing. */
interface Line {
  readonly text: string;
  /** Set for a spec. */
  readonly path: string | null;
  /** Stands for a spec that was dropped. */
  readonly gone?: true;
}

class Editor {
  private readonly path: string;
  private readonly text: string;
  private readonly file: Outline;
  private readonly dropped: ReadonlySet<FileImport>;
  private readonly eol: string;
  private readonly out: Edit[] = [];

  constructor(source: Source, file: Outline, dropped: ReadonlySet<FileImport>) {
    this.path = source.path;
    this.text = source.text;
    this.file = file;
    this.dropped = dropped;
    const feed = source.text.indexOf("\n");
    this.eol = feed > 0 && source.text.charCodeAt(feed - 1) === CR ? "\r\n" : "\n";
  }

  edits(adds: readonly ImportChange[]): Edit[] {
    const open = this.file.importDecls.filter((d) => !d.cgo);
    const target = adds.length > 0 ? this.target(open) : null;
    for (const decl of open) {
      const own = decl === target ? adds : [];
      if (own.length === 0 && !decl.imports.some((i) => this.dropped.has(i))) continue;
      if (!decl.grouped) this.single(decl, own);
      else if (this.tidy(decl)) this.group(decl, own);
      else this.untidy(decl, own);
    }
    if (adds.length > 0 && !target) this.fresh(adds, open);
    return disjoint(this.out.sort((a, b) => a.at.start - b.at.start));
  }

  /** The declaration that takes new specs: the first group, else a lone single import; null when a new declaration is right. */
  private target(open: readonly ImportDeclaration[]): ImportDeclaration | null {
    const group = open.find((d) => d.grouped);
    if (group) return group;
    const kept = open.filter((d) => d.imports.some((i) => !this.dropped.has(i)));
    if (kept.length === 1) return this.endsLine(kept[0] as ImportDeclaration) ? (kept[0] as ImportDeclaration) : null;
    return kept.length === 0 ? (open.find((d) => this.endsLine(d)) ?? null) : null;
  }

  /** Each spec and each parenthesis of the group has lines of its own, and no comment spans lines. */
  private tidy(decl: ImportDeclaration): boolean {
    const { open, close } = decl.parens as { open: number; close: number };
    const comments = commentsIn(this.text, { start: open, end: close });
    if (comments.some((c) => c.kind === "block" && this.text.slice(c.start, c.end).includes("\n"))) return false;
    let line = this.lineStart(open);
    for (const i of decl.imports) {
      const start = this.lineStart(i.at.start);
      if (start === line || !this.blank(start, i.at.start) || !this.nothingBut(i.at.end)) return false;
      line = start;
    }
    return this.nothingBut(open + 1) && this.lineStart(close) !== line && this.blank(this.lineStart(close), close);
  }

  private group(decl: ImportDeclaration, adds: readonly ImportChange[]): void {
    const { open, close } = decl.parens as { open: number; close: number };
    const from = this.lineEnd(open);
    const to = this.lineStart(close);
    const lines: Line[] = [];
    let specs = 0;
    // Where the comments above the next spec begin, when a spec of its block stands above them.
    let own = -1;
    for (let at = from; at < to; ) {
      const next = this.lineEnd(at);
      const spec = decl.imports[specs];
      if (spec && spec.at.start < next) {
        specs++;
        if (!this.dropped.has(spec)) lines.push({ text: this.text.slice(at, next), path: spec.path });
        else {
          if (own >= 0) lines.length = own;
          lines.push({ text: "", path: null, gone: true });
        }
        own = lines.length;
      } else {
        if (this.blank(at, next)) own = -1;
        lines.push({ text: this.text.slice(at, next), path: null });
      }
      at = next;
    }
    // A block that lost all its specs goes with its heading.
    for (const block of blocksOf(lines).reverse()) {
      const own = lines.slice(block.from, block.to);
      const left = own.some((line) => line.path !== null) ? own.filter((line) => !line.gone) : own.some((line) => line.gone) ? [] : own;
      lines.splice(block.from, own.length, ...left);
    }
    if (adds.length === 0 && !lines.some((line) => line.path !== null)) {
      this.remove(decl);
      return;
    }
    const indent = decl.imports[0] ? this.text.slice(this.lineStart(decl.imports[0].at.start), decl.imports[0].at.start) : "\t";
    for (const add of adds) insert(lines, { text: indent + written(add) + this.eol, path: add.path }, this.eol);
    this.replace(
      from,
      to,
      tidied(lines)
        .map((line) => line.text)
        .join(""),
    );
  }

  /** `import "x"`: stays single, becomes a group, or goes. */
  private single(decl: ImportDeclaration, adds: readonly ImportChange[]): void {
    const spec = decl.imports[0];
    if (!spec) return;
    const gone = this.dropped.has(spec);
    if (gone && adds.length === 0) {
      this.remove(decl);
      return;
    }
    const [first] = adds;
    if (gone && adds.length === 1 && first) {
      this.replace(spec.at.start, spec.at.end, written(first));
      return;
    }
    const end = this.contentEnd(spec.at.end);
    const lines: Line[] = gone ? [] : [{ text: `\t${this.text.slice(spec.at.start, end)}${this.eol}`, path: spec.path }];
    for (const add of adds) insert(lines, { text: `\t${written(add)}${this.eol}`, path: add.path }, this.eol);
    this.replace(decl.start, end, `import (${this.eol}${lines.map((line) => line.text).join("")})`);
  }

  /** A group written in some other way than gofmt's: specs go and come one by one. */
  private untidy(decl: ImportDeclaration, adds: readonly ImportChange[]): void {
    const { close } = decl.parens as { open: number; close: number };
    const left = decl.imports.filter((i) => !this.dropped.has(i));
    if (left.length === 0 && adds.length === 0) {
      this.remove(decl);
      return;
    }
    for (const [k, spec] of decl.imports.entries()) {
      if (!this.dropped.has(spec)) continue;
      const next = decl.imports[k + 1];
      const semicolon = this.text.indexOf(";", spec.at.end);
      const limit = next ? next.at.start : close;
      const end = semicolon >= 0 && semicolon < limit && this.blank(spec.at.end, semicolon) ? semicolon + 1 : spec.at.end;
      this.replace(spec.at.start, end, "");
    }
    if (decl.imports.length === 0 && this.blank((decl.parens as { open: number }).open + 1, close)) {
      this.replace(decl.start, decl.end, this.grouped(adds));
    } else if (adds.length > 0) {
      const open = (decl.parens as { open: number }).open + 1;
      this.replace(open, open, `${adds.map(written).join("; ")}${decl.imports.length > 0 ? "; " : ""}`);
    }
  }

  /** A new declaration: beside single imports one line each, else below the imports or the package clause. */
  private fresh(adds: readonly ImportChange[], open: readonly ImportDeclaration[]): void {
    const kept = open.filter((d) => !d.grouped && d.imports.some((i) => !this.dropped.has(i)));
    if (kept.length > 0) {
      const below = new Map<ImportDeclaration | null, string[]>();
      for (const add of adds) {
        const before = kept.filter((d) => (d.imports[0] as FileImport).path < add.path).at(-1) ?? null;
        below.set(before, [...(below.get(before) ?? []), `import ${written(add)}`]);
      }
      for (const [decl, lines] of below) {
        if (decl) this.after(decl.end, lines, this.eol);
        else {
          const first = kept[0] as ImportDeclaration;
          this.replace(first.start, first.start, lines.map((line) => line + this.eol).join(""));
        }
      }
      return;
    }
    const [first] = adds;
    const text = adds.length === 1 && first ? `import ${written(first)}` : this.grouped(adds);
    this.after(this.file.importDecls.at(-1)?.end ?? this.file.packageAt.end, [text], this.eol + this.eol);
  }

  private grouped(adds: readonly ImportChange[]): string {
    const lines: Line[] = [];
    for (const add of adds) insert(lines, { text: `\t${written(add)}${this.eol}`, path: add.path }, this.eol);
    return `import (${this.eol}${lines.map((line) => line.text).join("")})`;
  }

  /** Writes declarations on lines below the one that ends at `end`, or behind it when more stands on its line. */
  private after(end: number, declarations: readonly string[], separator: string): void {
    const alone = this.nothingBut(end);
    const at = alone ? this.contentEnd(end) : end;
    this.replace(at, at, declarations.map((d) => (alone ? separator : "; ") + d).join(""));
  }

  /** Takes out a whole declaration, its lines, and one of two blank lines that would meet. */
  private remove(decl: ImportDeclaration): void {
    let start = this.lineStart(decl.start);
    if (!this.blank(start, decl.start) || !this.nothingBut(decl.end)) {
      let end = decl.end;
      while (this.text.charCodeAt(end) === 32 || this.text.charCodeAt(end) === TAB) end++;
      this.replace(decl.start, this.text.charCodeAt(end) === SEMICOLON ? end + 1 : decl.end, "");
      return;
    }
    let end = this.lineEnd(decl.end);
    const blankAbove = start > 0 && this.blank(this.lineStart(start - 1), start - 1);
    if (blankAbove && end === this.text.length) start = this.lineStart(start - 1);
    else if (blankAbove && this.blank(end, this.lineEnd(end))) end = this.lineEnd(end);
    this.replace(start, end, "");
  }

  /** Replaces a range, less what is the same at both ends; no edit parts a CRLF, of which there may be some among bare line feeds. */
  private replace(start: number, end: number, text: string): void {
    const old = this.text.slice(start, end);
    if (old === text) return;
    let head = 0;
    while (head < old.length && head < text.length && old[head] === text[head]) head++;
    if (old[head - 1] === "\r" && old[head] === "\n") head--;
    let tail = 0;
    const room = Math.min(old.length, text.length) - head;
    while (tail < room && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
    if (old[old.length - 1 - tail] === "\r" && old[old.length - tail] === "\n") tail--;
    this.out.push({ at: { path: this.path, start: start + head, end: end - tail }, text: text.slice(head, text.length - tail) });
  }

  private lineStart(at: number): number {
    return at === 0 ? 0 : this.text.lastIndexOf("\n", at - 1) + 1;
  }

  /** Just after the line feed of the line of `at`. */
  private lineEnd(at: number): number {
    const feed = this.text.indexOf("\n", at);
    return feed < 0 ? this.text.length : feed + 1;
  }

  /** End of what is written on the line of `at`: before its line end and blanks. */
  private contentEnd(at: number): number {
    let end = this.lineEnd(at);
    while (end > at && isSpace(this.text.charCodeAt(end - 1))) end--;
    return end;
  }

  private blank(from: number, to: number): boolean {
    for (let i = from; i < to; i++) if (!isSpace(this.text.charCodeAt(i))) return false;
    return true;
  }

  /** From `at` to the end of the line stands nothing, or comments that end there. */
  private nothingBut(at: number): boolean {
    const end = this.contentEnd(at);
    let i = at;
    while (i < end) {
      if (isSpace(this.text.charCodeAt(i))) {
        i++;
        continue;
      }
      if (this.text.startsWith("//", i)) return true;
      const close = this.text.startsWith("/*", i) ? this.text.indexOf("*/", i + 2) : -1;
      if (close < 0 || close + 2 > end) return false;
      i = close + 2;
    }
    return true;
  }

  private endsLine(decl: ImportDeclaration): boolean {
    return this.nothingBut(decl.end);
  }
}

/** Two removals may want the same blank line. */
function disjoint(sorted: readonly Edit[]): Edit[] {
  const out: Edit[] = [];
  for (const edit of sorted) {
    const before = out.at(-1);
    if (before && edit.at.start < before.at.end) {
      out[out.length - 1] = { at: { ...before.at, end: Math.max(before.at.end, edit.at.end) }, text: before.text + edit.text };
    } else {
      out.push(edit);
    }
  }
  return out;
}

function isSpace(code: number): boolean {
  return code === 32 || code === TAB || code === CR || code === LF;
}

/** Puts a spec into the block of its kin, sorted; makes a block for the first of its kind, the standard library's on top. */
function insert(lines: Line[], line: Line, eol: string): Line[] {
  const path = line.path as string;
  const blocks = blocksOf(lines);
  let best: { readonly from: number; readonly to: number } | null = null;
  let most = -1;
  for (const block of blocks) {
    for (const other of lines.slice(block.from, block.to)) {
      if (other.path === null || isStandard(other.path) !== isStandard(path)) continue;
      const shared = isStandard(path) ? 0 : sharedElements(other.path, path);
      if (shared > most) {
        most = shared;
        best = block;
      }
    }
  }
  const empty: Line = { text: eol, path: null };
  if (!best) {
    const some = lines.some((other) => other.path !== null);
    if (isStandard(path)) lines.unshift(line, ...(some ? [empty] : []));
    else lines.push(...(some ? [empty] : []), line);
    return lines;
  }
  let at = best.from;
  let first = true;
  for (let k = best.from; k < best.to; k++) {
    const other = lines[k]?.path ?? null;
    if (other === null) continue;
    if (other < path) at = k + 1;
    else if (first) at = best.from;
    first = false;
    if (other >= path) break;
  }
  lines.splice(at, 0, line);
  return lines;
}

/** Runs of lines between blank ones. */
function blocksOf(lines: readonly Line[]): { from: number; to: number }[] {
  const blocks: { from: number; to: number }[] = [];
  let from = -1;
  for (const [k, line] of lines.entries()) {
    const empty = line.path === null && !line.gone && line.text.trim() === "";
    if (!empty && from < 0) from = k;
    if (empty && from >= 0) {
      blocks.push({ from, to: k });
      from = -1;
    }
  }
  if (from >= 0) blocks.push({ from, to: lines.length });
  return blocks;
}

function sharedElements(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  let n = 0;
  while (n < left.length && n < right.length && left[n] === right[n]) n++;
  return n;
}

/** Without blank lines at the start, at the end, and without two in a row. */
function tidied(lines: readonly Line[]): Line[] {
  const empty = (line: Line | undefined) => line !== undefined && line.path === null && line.text.trim() === "";
  const out = lines.filter((line, k) => !(empty(line) && (k === 0 || empty(lines[k - 1]))));
  while (empty(out.at(-1))) out.pop();
  return out;
}
