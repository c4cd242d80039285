/**
 * Replacements: Go text with metavariables, written for one place. What the metavariables stand for is copied with the comments in it and
 * beside it; parentheses come where an operator would bind otherwise; packages are named as the file names them, and imported where they are not.
 */
import type { GoNode } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { startWithComments, trailingComment } from "../rule/edits.ts";
import { qualifier } from "../rule/names.ts";
import type { ImportIntent } from "../rule/rule.ts";
import { type PackageNames, pathsFor, qualified } from "./packages.ts";
import type { Captures } from "./pattern.ts";
import { metaOf, oneLine, type Snippet, snippet, TransformError } from "./snippet.ts";

/** The text cannot stand in this place: the change is left out here, and nothing is wrong with the transform. */
export class Unwritable extends Error {
  override name = "Unwritable";
}

export interface Written {
  readonly text: string;
  readonly kind: Snippet["kind"];
  readonly imports: readonly ImportIntent[];
  /** Comments of the place that are not in the text. */
  readonly lost: readonly GoNode[];
}

export interface WritePlace {
  readonly pkg: PackageModel;
  readonly at: GoNode;
  /** A stretch of the file as it is by now. */
  readonly textOf: (start: number, end: number) => string;
}

/** A stretch of the file that was copied. */
interface Copied {
  readonly start: number;
  readonly end: number;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Throws `TransformError` for a template that is wrong anywhere, `Unwritable` for one that is wrong here. */
export function write(template: string, place: WritePlace, captures: Captures, given: PackageNames): Written {
  return new Writer(place, captures, given).write(snippet(template));
}

class Writer {
  private readonly pkg: PackageModel;
  private readonly at: GoNode;
  private readonly textOf: WritePlace["textOf"];
  private readonly captures: Captures;
  private readonly given: PackageNames;
  private readonly copied: Copied[] = [];
  private readonly imports: ImportIntent[] = [];
  private readonly named = new Set<string>();

  constructor({ pkg, at, textOf }: WritePlace, captures: Captures, given: PackageNames) {
    this.pkg = pkg;
    this.at = at;
    this.textOf = textOf;
    this.captures = captures;
    this.given = given;
  }

  write(template: Snippet): Written {
    const pieces: Piece[] = [];
    for (const node of template.nodes) this.collect(node, template, pieces);
    pieces.sort((a, b) => a.start - b.start);
    let text = "";
    let from = 0;
    for (const piece of pieces) {
      text += template.text.slice(from, piece.start) + piece.text;
      from = piece.end;
    }
    text += template.text.slice(from);
    const [top] = template.nodes;
    if (template.kind === "expression" && top && precedenceIn(top, this.captures) < required(this.at)) text = `(${text})`;
    const lost = this.at.find("comment").filter((c) => !this.copied.some((r) => r.start <= c.start && c.end <= r.end));
    return { text, kind: template.kind, imports: [...this.imports, ...this.dropped()], lost };
  }

  private collect(node: GoNode, template: Snippet, pieces: Piece[]): void {
    const meta = metaOf(node);
    const start = node.start - template.offset;
    const end = node.end - template.offset;
    if (meta) {
      const nodes = meta.name === "" ? undefined : this.captures.get(meta.name);
      if (!nodes) throw new TransformError(this.unknown(meta.name, template));
      if (nodes.length === 0) pieces.push(withoutComma(template.text, start, end));
      else pieces.push({ start, end, text: this.copy(nodes, node, template.text.slice(0, start), template.text.slice(end)) });
      return;
    }
    const q = qualified(node);
    if (q) {
      const name = this.packageName(q.operand, q.member);
      if (name !== null) {
        const to = (name === "" ? q.member.start : q.operand.end) - template.offset;
        pieces.push({ start, end: to, text: name });
        this.collect(q.member, template, pieces);
        return;
      }
    }
    for (const c of node.children) this.collect(c, template, pieces);
  }

  private unknown(name: string, template: Snippet): string {
    const known = [...this.captures.keys()].map((n) => `$${n}`);
    const there = known.length > 0 ? `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}` : "there are none";
    return `"${oneLine(template.text)}" names $${name}, which stands for nothing here; ${there}`;
  }

  // ---------------------------------------------------------------- what is copied

  private copy(nodes: readonly GoNode[], place: GoNode, before: string, after: string): string {
    const first = nodes[0] as GoNode;
    const last = nodes.at(-1) as GoNode;
    if (nodes.length === 1 && metaOf(place)?.many === false) {
      const { start, end } = withComments(first);
      this.copied.push({ start, end });
      const copied = plain(this.textOf(start, end));
      return precedence(first) < required(place) ? `(${copied})` : copied;
    }
    const statements = first.parent?.kind === "statement_list";
    const start = statements ? startWithComments(first) : startOfList(first, before);
    const end = statements ? (trailingComment(last)?.end ?? last.end) : endOfList(last, after);
    this.copied.push({ start, end });
    return plain(this.textOf(start, end));
  }

  // ---------------------------------------------------------------- packages

  /** How the file names the package; null for what is none. */
  private packageName(operand: GoNode, member: GoNode): string | null {
    const paths = pathsFor(operand, member, this.given);
    if (paths.length === 0) return null;
    const path = this.choose(operand.text, paths);
    this.named.add(path);
    if (path === this.pkg.path) return "";
    const found = qualifier(this.pkg, this.at, path, ...(metaOf(member) ? [] : [member.text]));
    if (!found) throw new Unwritable(`${operand.text} is not package ${path} here`);
    this.imports.push(...found.imports);
    return found.name;
  }

  private choose(name: string, paths: readonly string[]): string {
    const [only] = paths;
    if (paths.length === 1 && only) return only;
    const imported = paths.filter((path) => this.pkg.fileOf(this.at).imports.some((i) => i.path === path && i.alias !== "_"));
    if (imported.length === 1 && imported[0]) return imported[0];
    throw new TransformError(`${name} may be ${paths.join(" or ")}: say which, with imports: { ${name}: "${only}" }`);
  }

  /** Packages that what is replaced named, and that the text does not name: dropped where nothing else uses them. */
  private dropped(): ImportIntent[] {
    const file = this.pkg.fileOf(this.at).source.path;
    const paths = new Set<string>();
    this.at.walk((n) => {
      if (n.kind !== "identifier" && n.kind !== "package_identifier") return;
      const binding = this.pkg.binding(n);
      if (binding?.kind === "import" && binding.import) paths.add(binding.import.path);
    });
    return [...paths].filter((path) => !this.named.has(path)).map((path) => ({ file, path, action: "drop" }));
  }
}

function plain(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** A `$$$` that stands for nothing, with the comma before it, or else behind it. */
function withoutComma(text: string, start: number, end: number): Piece {
  const before = /,\s*$/.exec(text.slice(0, start));
  if (before) return { start: start - before[0].length, end, text: "" };
  const behind = /^\s*,\s*/.exec(text.slice(end));
  return { start, end: end + (behind?.[0].length ?? 0), text: "" };
}

/** An expression with the block comments directly beside it. */
function withComments(node: GoNode): Copied {
  let holder = node;
  while (holder.parent && holder.parent.start === node.start && holder.parent.end === node.end) holder = holder.parent;
  const siblings = holder.parent?.children ?? [];
  const at = siblings.indexOf(holder);
  const [before, behind] = [siblings[at - 1], siblings[at + 1]];
  return {
    start: before?.kind === "comment" && before.text.startsWith("/*") ? before.start : node.start,
    end: behind?.kind === "comment" && behind.text.startsWith("/*") ? behind.end : node.end,
  };
}

/** The start of a list's first element; where it stands below its bracket, and the text has that bracket before it, with all behind that bracket. */
function startOfList(first: GoNode, before: string): number {
  let holder = first;
  while (holder.parent && holder.parent.start === first.start) holder = holder.parent;
  const opener = holder.parent?.children[0];
  const opens = opener?.is("(", "{", "[") && before.endsWith(opener.text);
  if (!opens || !opener) return withComments(first).start;
  return first.source.text.slice(opener.end, first.start).includes("\n") ? opener.end : withComments(first).start;
}

/** The end of a list's last element; where the list ends on a line of its own, and the text goes on with its bracket, with all before that line. */
function endOfList(last: GoNode, after: string): number {
  let holder = last;
  while (holder.parent && holder.parent.start >= last.start && holder.parent.end === last.end) holder = holder.parent;
  const siblings = holder.parent?.children ?? [];
  const closer = siblings.at(-1);
  const { text } = last.source;
  const rest = closer && siblings.indexOf(holder) >= 0 ? text.slice(holder.end, closer.start) : "";
  const closes = closer?.is(")", "}", "]") && after.startsWith(closer.text);
  return closes && rest.includes("\n") ? (closer as GoNode).start : withComments(last).end;
}

// ---------------------------------------------------------------- what binds how

const BINARY: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  ...Object.fromEntries(["==", "!=", "<", "<=", ">", ">="].map((o) => [o, 3])),
  ...Object.fromEntries(["+", "-", "|", "^"].map((o) => [o, 4])),
  ...Object.fromEntries(["*", "/", "%", "<<", ">>", "&", "&^"].map((o) => [o, 5])),
};
const UNARY = 6;
const PRIMARY = 7;

function precedence(node: GoNode): number {
  if (node.kind === "binary_expression") return BINARY[node.child("operator")?.text ?? ""] ?? 1;
  if (node.kind === "unary_expression") return UNARY;
  return node.is("pointer_type", "channel_type", "function_type") ? UNARY : PRIMARY;
}

/** Of the top of a template: what it stands for where it is nothing but a metavariable. */
function precedenceIn(top: GoNode, captures: Captures): number {
  const meta = metaOf(top);
  const [only] = meta ? (captures.get(meta.name) ?? []) : [];
  return precedence(only ?? top);
}

/** How tightly a node has to bind where it stands. */
function required(place: GoNode): number {
  const { parent, field } = place;
  switch (parent?.kind) {
    case "binary_expression":
      return precedence(parent) + (field === "right" ? 1 : 0);
    case "unary_expression":
      return UNARY;
    case "selector_expression":
    case "index_expression":
    case "slice_expression":
    case "type_assertion_expression":
      return field === "operand" ? PRIMARY : 0;
    case "call_expression":
      return field === "function" ? PRIMARY : 0;
    default:
      return 0;
  }
}
