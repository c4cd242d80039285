/** A statement moved among its siblings, with its comments. */
import type { GoNode } from "../../go/node.ts";
import type { Edit } from "../../text/edit.ts";
import { type Edits, indentOf, insertAfter, remove, startWithComments, textOf, trailingComment } from "../edits.ts";

/**
 * Puts a statement behind a sibling that stands before or after it. The comments directly above it and behind it go with it where it has its
 * lines for itself.
 */
export function moveBehind(anchor: GoNode, statement: GoNode): Edits {
  if (anchor.parent !== statement.parent) return null;
  const lifted = lift(statement);
  if (!lifted) return both(insertAfter(anchor, textOf(statement)), remove(statement));
  return both(insertAfter(anchor, lifted.lines), lifted.cut);
}

/**
 * The lines of a statement, or of a run of siblings, without their indentation, with the comments directly above and behind; and the edit that
 * takes them out. null where they share a line with something else, or hold a raw string of several lines.
 */
export function lift(first: GoNode, last: GoNode = first): { readonly lines: readonly string[]; readonly cut: readonly Edit[] } | null {
  const { path, text } = first.source;
  const lineBegins = text.lastIndexOf("\n", first.start - 1) + 1;
  const comment = trailingComment(last);
  const end = comment ? comment.end : last.end;
  const newline = text.indexOf("\n", end);
  const alone = text.slice(lineBegins, first.start).trim() === "" && newline >= 0 && text.slice(end, newline).trim() === "";
  const raw = (first.parent ?? first)
    .find("raw_string_literal")
    .some((n) => n.start >= first.start && n.end <= last.end && n.text.includes("\n"));
  if (!alone || raw) return null;
  const above = startWithComments(first);
  const start = text.lastIndexOf("\n", above - 1) + 1;
  const indent = indentOf(first);
  const lines = text
    .slice(start, end)
    .replaceAll("\r", "")
    .split("\n")
    .map((l) => (l.startsWith(indent) ? l.slice(indent.length) : l));
  return { lines, cut: [{ at: { path, start, end: newline + 1 }, text: "" }] };
}

function both(a: Edits, b: Edits): Edits {
  return a && b && [...a, ...b];
}
