/** What each piece of a Go text is, from the syntax tree of the declaration around it. */

import { commentsIn } from "../../../go/comments.ts";
import type { GoNode } from "../../../go/node.ts";
import { type Declaration, outline } from "../../../go/outline.ts";
import { parse } from "../../../go/parse.ts";
import type { Syntax } from "./theme.ts";

export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly syntax: Syntax;
}

interface Known {
  readonly declarations: readonly Declaration[];
  readonly pieces: Map<Declaration, readonly Piece[]>;
}

/** Texts that are kept: those of a change before and after it, and of a few that were looked at before. */
const KEPT = 12;
/** A longer declaration would hold up the frame in which it is first seen. */
const LONGEST = 120_000;

const STRINGS = new Set(["interpreted_string_literal", "raw_string_literal", "rune_literal"]);
const CONSTANTS = new Set(["int_literal", "float_literal", "imaginary_literal", "nil", "true", "false", "iota"]);

export class Highlighter {
  private readonly known = new Map<string, Known>();

  /** Pieces between two offsets, in order; what has no piece is plain. The grammar must have been loaded. */
  pieces(text: string, start: number, end: number): Piece[] {
    const file = this.file(text);
    const declaration = file.declarations.find((d) => d.start < end && d.end > start);
    if (!declaration) return commentsBetween(file.declarations, text, start, end);
    if (declaration.end - declaration.start > LONGEST) return [];
    let all = file.pieces.get(declaration);
    if (!all) {
      all = piecesOf(text, declaration);
      file.pieces.set(declaration, all);
    }
    return between(all, start, end);
  }

  private file(text: string): Known {
    const known = this.known.get(text) ?? { declarations: outline(text).declarations, pieces: new Map() };
    this.known.delete(text);
    this.known.set(text, known);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= KEPT) break;
      this.known.delete(oldest);
    }
    return known;
  }
}

/** What stands above and between declarations: the comments in it. */
function commentsBetween(declarations: readonly Declaration[], text: string, start: number, end: number): Piece[] {
  const from = declarations.findLast((d) => d.end <= start)?.end ?? 0;
  const to = declarations.find((d) => d.start >= end)?.start ?? text.length;
  const comments = commentsIn(text, { start: from, end: to }).filter((c) => c.start < end && c.end > start);
  return comments.map((c) => ({ start: c.start, end: c.end, syntax: "comment" }));
}

function piecesOf(text: string, declaration: Declaration): Piece[] {
  const pieces: Piece[] = [];
  for (const root of parse({ path: "", text }, [declaration]).roots) {
    root.walk((node) => {
      const syntax = syntaxOf(node);
      if (syntax && node.start < node.end) pieces.push({ start: node.start, end: node.end, syntax });
      return syntax === null;
    });
  }
  return pieces;
}

function syntaxOf(node: GoNode): Syntax | null {
  const { kind, parent } = node;
  if (kind === "comment") return "comment";
  if (STRINGS.has(kind)) return "string";
  if (CONSTANTS.has(kind)) return "constant";
  if (kind === "type_identifier") return "type";
  if (!node.named) return /^[a-z]+$/.test(kind) ? "keyword" : null;
  if (kind !== "identifier" && kind !== "field_identifier") return null;
  if (node.field === "name" && parent?.is("function_declaration", "method_declaration")) return "function";
  if (node.field === "function" && parent?.kind === "call_expression") return "function";
  const called = kind === "field_identifier" && parent?.kind === "selector_expression" && parent.field === "function";
  return called ? "function" : null;
}

/** The pieces that touch a range; pieces are sorted and disjoint. */
function between(pieces: readonly Piece[], start: number, end: number): Piece[] {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle] as Piece).end <= start) low = middle + 1;
    else high = middle;
  }
  const found: Piece[] = [];
  for (let i = low; i < pieces.length && (pieces[i] as Piece).start < end; i++) found.push(pieces[i] as Piece);
  return found;
}
