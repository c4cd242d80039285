/**
 * Go text with metavariables, as patterns and replacements are written: `$x` stands for one node, `$$$xs` for any number of them in a row,
 * `$_` and `$$$` for what nobody asks for again. It is parsed as whatever it can be: an expression, statements, a clause, a type,
 * declarations.
 */
import type { GoNode } from "../go/node.ts";
import { parse } from "../go/parse.ts";

/** A letter for Go, and in no Go source: it stands for `$`, one for one, so that offsets stay. */
const SIGN = "\u01C3";
const SIGNS = /\u01C3/g;

/** The pattern or replacement is wrong: a mistake of whoever wrote the transform. */
export class TransformError extends Error {
  override name = "TransformError";
}

export interface Meta {
  /** "" for one that nobody asks for again. */
  readonly name: string;
  /** `$$$name` */
  readonly many: boolean;
}

/** What a pattern or a replacement can be. */
export type SnippetKind = "expression" | "statements" | "type" | "clause" | "declarations";

export interface Snippet {
  readonly kind: SnippetKind;
  /** As it was written. */
  readonly text: string;
  /** What was parsed; offsets of nodes count from `offset` in `text`. */
  readonly nodes: readonly GoNode[];
  readonly offset: number;
}

interface Frame {
  readonly kind: SnippetKind;
  readonly before: string;
  readonly after: string;
  /** The nodes that the text became. */
  nodes(roots: readonly GoNode[]): readonly GoNode[];
}

const valuesIn = (roots: readonly GoNode[]): readonly GoNode[] =>
  roots.find((r) => r.kind === "var_declaration")?.items[0]?.child("value")?.items ?? [];
const typeIn = (roots: readonly GoNode[]): readonly GoNode[] =>
  roots.find((r) => r.kind === "var_declaration")?.items[0]?.childrenOf("type") ?? [];
const bodyOf = (roots: readonly GoNode[]): readonly GoNode[] =>
  roots
    .find((r) => r.kind === "function_declaration")
    ?.child("body")
    ?.children.find((c) => c.kind === "statement_list")
    ?.children.filter((c) => c.named) ?? [];
const clausesIn = (roots: readonly GoNode[]): readonly GoNode[] => bodyOf(roots)[0]?.items.filter((c) => c.kind.endsWith("_case")) ?? [];

const FRAMES: readonly Frame[] = [
  { kind: "expression", before: "package p\nvar _ = ", after: "\n", nodes: valuesIn },
  { kind: "statements", before: "package p\nfunc _() {\n", after: "\n}\n", nodes: bodyOf },
  { kind: "type", before: "package p\nvar _ ", after: "\n", nodes: typeIn },
  { kind: "clause", before: "package p\nfunc _() {\nselect {\n", after: "\n}\n}\n", nodes: clausesIn },
  { kind: "clause", before: "package p\nfunc _() {\nswitch {\n", after: "\n}\n}\n", nodes: clausesIn },
  {
    kind: "declarations",
    before: "package p\n",
    after: "\n",
    nodes: (roots) => roots.filter((r) => r.named && r.kind !== "package_clause"),
  },
];

const known = new Map<string, Snippet>();

/** Throws `TransformError` for what is no Go. `as` asks for one reading. `loadGrammar()` must have been awaited. */
export function snippet(written: string, as?: SnippetKind): Snippet {
  const key = `${as ?? ""}\0${written}`;
  let found = known.get(key);
  if (!found) {
    found = read(written, as);
    known.set(key, found);
  }
  return found;
}

function read(written: string, as: SnippetKind | undefined): Snippet {
  const text = written.trim();
  if (text === "") throw new TransformError("an empty pattern finds nothing");
  const encoded = withSigns(text);
  for (const frame of FRAMES) {
    if (as && frame.kind !== as) continue;
    const tree = parse({ path: "pattern", text: frame.before + encoded + frame.after });
    if (tree.errors.length > 0) continue;
    const nodes = frame.nodes(tree.roots);
    const offset = frame.before.length;
    const whole = nodes[0]?.start === offset && (nodes.at(-1)?.end ?? 0) >= offset + encoded.length;
    if (whole && (frame.kind !== "expression" || nodes.length === 1)) return { kind: frame.kind, text, nodes, offset };
  }
  throw new TransformError(`"${oneLine(text)}" is not Go${as ? ` as ${as === "expression" ? "an expression" : as}` : ""}`);
}

/** `$` where a metavariable begins, outside of strings, runes and comments, becomes a letter. */
function withSigns(text: string): string {
  const parts = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\$\$\$(?:[A-Za-z_]\w*)?|\$[A-Za-z_]\w*/g;
  return text.replace(parts, (part) => (part.startsWith("$") ? part.replaceAll("$", SIGN) : part));
}

/** The metavariable that a name of a snippet is, else null. */
export function metaOf(node: GoNode): Meta | null {
  if (node.children.length > 0 || !node.named) return null;
  const { text } = node;
  if (!text.startsWith(SIGN)) return null;
  const many = text.startsWith(SIGN.repeat(3));
  const name = text.replace(SIGNS, "");
  return { name: name.startsWith("_") ? "" : name, many };
}

/** Kinds that only wrap what stands in a place: a metavariable that is all of one stands for the whole place. */
const WRAPPERS = new Set<string>(["expression_statement", "literal_element", "type_elem", "parameter_declaration"]);

/** The metavariable that a node is, places that hold nothing else looked through. */
export function placeholder(node: GoNode): Meta | null {
  const meta = metaOf(node);
  if (meta || !WRAPPERS.has(node.kind)) return meta;
  const inner = node.children.filter((c) => c.kind !== "comment");
  return inner.length === 1 && inner[0] ? placeholder(inner[0]) : null;
}

/** The node without places around it that hold nothing else. */
export function unplaced(node: GoNode): GoNode {
  let n = node;
  while (WRAPPERS.has(n.kind) && n.kind !== "parameter_declaration") {
    const inner = n.children.filter((c) => c.kind !== "comment");
    if (inner.length !== 1 || !inner[0]) break;
    n = inner[0];
  }
  return n;
}

export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
