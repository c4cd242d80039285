/**
 * Sparse parsing: only the given ranges of a file are parsed, and every offset is the file's own.
 * The only importer of the tree-sitter binding.
 */
import { readFileSync } from "node:fs";
import type { Parser } from "web-tree-sitter";
import { copyExactly, copyQuickly, Shapes } from "./copy.ts";
import { directCursor, type Walk, type Walkable } from "./cursor.ts";
import { locate } from "./locate.ts";
import type { GoNode, Source } from "./node.ts";
import { LF } from "./scan.ts";

/** Half-open UTF-16 range of one file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Tree {
  /** The children of the file's root: package clause, imports, declarations, comments, semicolons. */
  readonly roots: GoNode[];
  /** Where the grammar found something that it did not expect, or missed something. Empty when all is well. */
  readonly errors: readonly Range[];
}

interface Grammar {
  readonly parser: Parser;
  readonly shapes: Shapes;
  readonly walk: (tree: Walkable) => Walk;
}

let grammar: Grammar | null = null;
let loading: Promise<void> | null = null;

/** `parse` was called before the grammar was there: await `loadGrammar()`, then begin anew. */
export class GrammarNotLoaded extends Error {
  override name = "GrammarNotLoaded";
  constructor() {
    super("parse before loadGrammar: await loadGrammar() first");
  }
}

/** Loads the grammar once. Must be awaited before `parse`. */
export function loadGrammar(): Promise<void> {
  loading ??= (async () => {
    const { Language, Parser } = await import("web-tree-sitter");
    const runtime = locate("web-tree-sitter.wasm", "web-tree-sitter/web-tree-sitter.wasm");
    const module = { locateFile: () => runtime };
    await Parser.init(module);
    const language = await Language.load(readFileSync(locate("tree-sitter-go.wasm", "tree-sitter-go/tree-sitter-go.wasm")));
    const parser = new Parser();
    parser.setLanguage(language);
    const sample = parser.parse(SAMPLE);
    const walk = (sample && directCursor(module, sample)) ?? ((tree) => tree.walk());
    sample?.delete();
    grammar = { parser, shapes: new Shapes(language), walk };
  })();
  return loading;
}

/** Nested, with fields, an error and a missing token. */
const SAMPLE = 'package p\n\nfunc (t *T) f(a, b int) (x error) {\n\tif v := g(a)[b]; v != nil {\n\t\treturn v.w("x"\n\t}\n}\n';

/**
 * Parses the ranges of `source` (all of it when none are given): whole top-level declarations (a newline behind them may be
 * included), sorted and disjoint. `shown` is what the grammar gets to see: the text, or one of the same length with other words.
 * Throws `GrammarNotLoaded` when the grammar has not been loaded.
 */
export function parse(source: Source, ranges?: readonly Range[], shown = source.text): Tree {
  if (!grammar) throw new GrammarNotLoaded();
  if (ranges?.length === 0) return { roots: [], errors: [] };
  const { parser, shapes, walk } = grammar;
  const includedRanges = ranges ? terminated(source.text, ranges) : null;
  const tree = includedRanges ? parser.parse(reader(shown, includedRanges), null, { includedRanges }) : parser.parse(shown);
  if (!tree) throw new Error(`the parser gave nothing for ${source.path}`);
  const root = tree.rootNode;
  const broken = root.hasError;
  const all = { start: root.startIndex, end: root.endIndex };
  const cursor = walk(tree);
  try {
    const errors: Range[] = [];
    const roots: GoNode[] = [];
    if (!cursor.gotoFirstChild()) return { roots, errors };
    do {
      const node = (broken ? null : copyQuickly(shapes, cursor, source)) ?? copyExactly(shapes, cursor, source, errors);
      // The end of the text can stand as a terminator, with nothing in it.
      if (node.start < node.end || node.kind === "ERROR") roots.push(node);
    } while (cursor.gotoNextSibling());
    // When nothing could be made of it, the root itself is the error.
    if (broken && errors.length === 0) errors.push(all);
    return { roots, errors };
  } finally {
    cursor.delete();
    tree.delete();
  }
}

/**
 * Gives the parser the text of one range at a time: handed the whole text, the binding would convert thousands of characters behind
 * each small declaration.
 */
function reader(text: string, included: readonly { startIndex: number; endIndex: number }[]): (index: number) => string {
  let at = 0;
  return (index) => {
    if (at > 0 && index < (included[at - 1]?.endIndex ?? 0)) at = 0;
    while (at < included.length && (included[at]?.endIndex ?? 0) <= index) at++;
    return text.slice(index, included[at]?.endIndex ?? index);
  };
}

/** Rows and columns are of no use here: positions are offsets. */
const NOWHERE = { row: 0, column: 0 };

/** The ranges for the parser, each with the newline (or, before a neighbour on its line, semicolon) that ends its declaration. */
function terminated(text: string, ranges: readonly Range[]) {
  const included: { startIndex: number; endIndex: number; startPosition: typeof NOWHERE; endPosition: typeof NOWHERE }[] = [];
  const add = (startIndex: number, endIndex: number) =>
    included.push({ startIndex, endIndex, startPosition: NOWHERE, endPosition: NOWHERE });
  for (const [k, { start, end }] of ranges.entries()) {
    if (text.charCodeAt(end - 1) === LF) {
      add(start, end);
      continue;
    }
    const limit = ranges[k + 1]?.start ?? text.length;
    let stop = text.indexOf("\n", end);
    if (stop < 0 || stop >= limit) stop = text.indexOf(";", end);
    if (stop < 0 || stop >= limit) {
      add(start, end);
    } else if (stop === end) {
      add(start, end + 1);
    } else {
      add(start, end);
      add(stop, stop + 1);
    }
  }
  return included;
}
