/** A statement moved among its siblings, with its comments. */
import type { GoNode } from "../../go/node.ts";
import { type Edits, indentOf, insertAfter, remove, startWithComments, textOf, trailingComment } from "../edits.ts";

/**
 * Puts a statement behind a sibling that stands before or after it. The comments directly above it and behind it go with it where it has its
 * lines for itself.
 */
export function moveBehind(anchor: GoNode, statement: GoNode): Edits {
  if (anchor.parent !== statement.parent) return null;
  const { path, text } = statement.source;
  const lineStart = text.lastIndexOf("\n", statement.start - 1) + 1;
  const comment = trailingComment(statement);
  const end = comment ? comment.end : statement.end;
  const newline = text.indexOf("\n", end);
  const alone = text.slice(lineStart, statement.start).trim() === "" && newline >= 0 && text.slice(end, newline).trim() === "";
  const raw = statement.find("raw_string_literal").some((n) => n.text.includes("\n"));
  if (!alone || raw) return both(insertAfter(anchor, textOf(statement)), remove(statement));
  const above = startWithComments(statement);
  const start = text.lastIndexOf("\n", above - 1) + 1;
  const indent = indentOf(statement);
  const lines = text
    .slice(start, end)
    .replaceAll("\r", "")
    .split("\n")
    .map((l) => (l.startsWith(indent) ? l.slice(indent.length) : l));
  const put = insertAfter(anchor, lines);
  return both(put, [{ at: { path, start, end: newline + 1 }, text: "" }]);
}

function both(a: Edits, b: Edits): Edits {
  return a && b && [...a, ...b];
}
