/**
 * Sparse parsing: only the given ranges of a file are parsed, and every offset is the file's own.
 * The only importer of the tree-sitter binding.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Language, Parser, type TreeCursor } from "web-tree-sitter";
import { type Field, GoNode, type Kind, type Source, type Token } from "./node.ts";

/** Half-open UTF-16 range of one file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Tree {
  /** The children of the file's root: package clause, imports, declarations, comments. */
  readonly roots: GoNode[];
  /** Where the grammar found something that it did not expect, or missed something. Empty when all is well. */
  readonly errors: readonly Range[];
}

interface Grammar {
  readonly parser: Parser;
  readonly kinds: (Kind | Token)[];
  readonly fields: (Field | null)[];
  /** By kind id: can a node of this kind have children? */
  readonly leaf: boolean[];
  readonly named: boolean[];
}

let grammar: Grammar | null = null;
let loading: Promise<void> | null = null;

function locate(bundled: string, packaged: string): string {
  try {
    const beside = new URL(bundled, import.meta.url);
    readFileSync(beside, { flag: "r" });
    return beside.pathname;
  } catch {
    return createRequire(import.meta.url).resolve(packaged);
  }
}

/** Loads the grammar once. Must be awaited before `parse`. */
export function loadGrammar(): Promise<void> {
  loading ??= (async () => {
    const runtime = locate("./web-tree-sitter.wasm", "web-tree-sitter/web-tree-sitter.wasm");
    await Parser.init({ locateFile: () => runtime });
    const language = await Language.load(
      readFileSync(locate("./tree-sitter-go.wasm", "tree-sitter-go/tree-sitter-go.wasm")),
    );
    const parser = new Parser();
    parser.setLanguage(language);
    const kinds: (Kind | Token)[] = [];
    const named: boolean[] = [];
    const leaf: boolean[] = [];
    for (let id = 0; id < language.nodeTypeCount; id++) {
      kinds[id] = (language.nodeTypeForId(id) ?? "") as Kind | Token;
      named[id] = language.nodeTypeIsNamed(id);
      leaf[id] = !named[id] || LEAVES.has(kinds[id] as Kind);
    }
    const fields: (Field | null)[] = [];
    for (let id = 0; id <= language.fieldCount; id++) fields[id] = language.fieldNameForId(id) as Field | null;
    grammar = { parser, kinds, fields, leaf, named };
  })();
  return loading;
}

const LEAVES = new Set<Kind>([
  "identifier",
  "field_identifier",
  "type_identifier",
  "package_identifier",
  "blank_identifier",
  "label_name",
  "int_literal",
  "float_literal",
  "imaginary_literal",
  "rune_literal",
  "comment",
  "nil",
  "true",
  "false",
  "iota",
  "dot",
]);

const ERROR_ID = 65535;

/**
 * Parses the ranges of `source` (all of it when none are given). Ranges are sorted and disjoint.
 * Throws when the grammar has not been loaded.
 */
export function parse(source: Source, ranges?: readonly Range[]): Tree {
  if (!grammar) throw new Error("parse before loadGrammar: await loadGrammar() first");
  const { parser } = grammar;
  const zero = { row: 0, column: 0 };
  const included = ranges?.map((r) => ({ startIndex: r.start, endIndex: r.end, startPosition: zero, endPosition: zero }));
  const tree = parser.parse(source.text, null, included ? { includedRanges: included } : undefined);
  if (!tree) throw new Error(`the parser gave nothing for ${source.path}`);
  try {
    const cursor = tree.walk();
    const errors: Range[] = [];
    const roots: GoNode[] = [];
    if (cursor.gotoFirstChild()) copy(grammar, cursor, source, null, roots, errors, tree.rootNode.hasError);
    cursor.delete();
    return { roots, errors };
  } finally {
    tree.delete();
  }
}

/** Copies the node under the cursor and its later siblings, with all below, into `into`. */
function copy(
  g: Grammar,
  cursor: TreeCursor,
  source: Source,
  parent: GoNode | null,
  into: GoNode[],
  errors: Range[],
  checkMissing: boolean,
): void {
  do {
    const id = cursor.nodeTypeId;
    const start = cursor.startIndex;
    const end = cursor.endIndex;
    const kind = id === ERROR_ID ? "ERROR" : (g.kinds[id] as Kind | Token);
    const named = id === ERROR_ID || (g.named[id] as boolean);
    const field = named ? (g.fields[cursor.currentFieldId] ?? null) : tokenField(g, cursor, kind);
    const node = new GoNode(source, kind, start, end, parent, field, named);
    into.push(node);
    if (kind === "ERROR") errors.push({ start, end });
    else if (checkMissing && start === end && cursor.nodeIsMissing) errors.push({ start, end });
    if (!(g.leaf[id] ?? false) && cursor.gotoFirstChild()) {
      copy(g, cursor, source, node, node.children, errors, checkMissing);
      cursor.gotoParent();
    }
  } while (cursor.gotoNextSibling());
}

/** Of the tokens only operators stand under a field; asking the cursor for each comma would cost more than the parse. */
function tokenField(g: Grammar, cursor: TreeCursor, kind: string): Field | null {
  return PUNCTUATION.has(kind) ? null : (g.fields[cursor.currentFieldId] ?? null);
}

const PUNCTUATION = new Set(["(", ")", "{", "}", "[", "]", ",", ";", ".", "\n", ":", '"']);
