/** Edits by where a node stands: a statement, an element of a list, a declaration. */
import type { GoNode } from "../go/node.ts";
import { type Edits, indentOf, insertAfter, insertBefore, remove, spanOf, statementOf } from "../rule/edits.ts";
import type { Edit } from "../text/edit.ts";
import { lineStart } from "../text/lines.ts";
import { oneLine, TransformError, unplaced } from "./snippet.ts";
import type { Written } from "./write.ts";

const LISTS = new Set<string>([
  "argument_list",
  "parameter_list",
  "literal_value",
  "expression_list",
  "type_arguments",
  "type_parameter_list",
]);

/** The element of a list that the node is, with places that hold nothing else. */
function elementOf(node: GoNode): GoNode | null {
  let n = node;
  while (n.parent && !LISTS.has(n.parent.kind) && unplaced(n.parent) === unplaced(node)) n = n.parent;
  return n.parent && LISTS.has(n.parent.kind) ? n : null;
}

/** The top-level declaration that the node is. */
function isDeclaration(node: GoNode): boolean {
  return node.parent === null;
}

/** The new text in the node's place. Comments that it does not hold go above the statement, on lines of their own. */
export function replaced(node: GoNode, written: Written): Edits {
  const target = written.kind === "statements" ? statementPlace(node, written) : node;
  const indent = written.text.includes("`") ? "" : indentOf(target);
  const text = written.text.replaceAll("\n", `\n${indent}`);
  // The grammar counts the line end behind a clause to it.
  const at = { ...spanOf(target), end: target.start + target.text.trimEnd().length };
  const edit: Edit = { at, text };
  if (target.text.trimEnd() === text) return [];
  const lost = written.lost.map((c) => c.text.trim());
  if (lost.length === 0) return [edit];
  const statement = statementOf(target);
  if (!statement) return [{ at: edit.at, text: isDeclaration(target) ? `${lost.join("\n")}\n${text}` : `${inline(lost)}${text}` }];
  const above = insertBefore(statement, lost);
  return above && [...above, edit];
}

/** Only a block comment can stand inside of a line. */
function inline(comments: readonly string[]): string {
  return comments.map((c) => (c.startsWith("/*") ? `${c} ` : `/*${c.slice(2)} */ `)).join("");
}

function statementPlace(node: GoNode, written: Written): GoNode {
  if (node.parent?.kind === "statement_list") return node;
  if (node.parent?.kind === "expression_statement") return node.parent;
  throw new TransformError(
    `"${oneLine(written.text)}" is a statement: it cannot take the place of "${oneLine(node.text)}", which is a part of one`,
  );
}

export function inserted(node: GoNode, written: Written, where: "before" | "after"): Edits {
  const { text } = written;
  const element = elementOf(node);
  if (element && written.kind !== "statements") return [insertion(element, where, where === "before" ? `${text}, ` : `, ${text}`)];
  const statement = statementOf(node);
  if (statement) return where === "before" ? insertBefore(statement, text) : insertAfter(statement, text);
  if (!isDeclaration(node))
    throw new TransformError(`nothing can be put ${where} "${oneLine(node.text)}": it is no statement, declaration or element of a list`);
  const start = where === "before" ? aboveDeclaration(node) : node.end;
  const { path } = node.source;
  return [{ at: { path, start, end: start }, text: where === "before" ? `${text}\n\n` : `\n\n${text}` }];
}

function insertion(node: GoNode, where: "before" | "after", text: string): Edit {
  const offset = where === "before" ? node.start : node.end;
  return { at: { path: node.source.path, start: offset, end: offset }, text };
}

export function removed(node: GoNode): Edits {
  const element = elementOf(node);
  if (element) return withoutElement(element);
  const statement = statementOf(node);
  if (statement && unplaced(statement) === unplaced(node)) return remove(statement);
  if (!isDeclaration(node))
    throw new TransformError(`"${oneLine(node.text)}" cannot be taken out: it is no statement, declaration or element of a list`);
  const { path, text } = node.source;
  let end = node.end;
  while (text[end] === "\n" || text[end] === "\r") end++;
  return [{ at: { path, start: aboveDeclaration(node), end }, text: "" }];
}

/** Where the comments directly above a declaration begin. */
function aboveDeclaration(node: GoNode): number {
  const { text } = node.source;
  let start = lineStart(text, node.start);
  while (start > 0) {
    const above = lineStart(text, start - 1);
    if (!text.startsWith("//", above)) break;
    start = above;
  }
  return start;
}

/** An element with the comma behind it, or for the last one before it. */
function withoutElement(element: GoNode): Edits {
  const siblings = element.parent?.children ?? [];
  const at = siblings.indexOf(element);
  const behind = siblings.slice(at + 1).find((c) => c.kind !== "comment");
  const before = siblings.slice(0, at).findLast((c) => c.kind !== "comment");
  const { path, text } = element.source;
  if (behind?.kind === ",") {
    let end = behind.end;
    while (text[end] === " ") end++;
    return [{ at: { path, start: element.start, end }, text: "" }];
  }
  return [{ at: { path, start: before?.kind === "," ? before.start : element.start, end: element.end }, text: "" }];
}

/** A new argument at an index; at the end where there are fewer. */
export function insertedArgument(call: GoNode, index: number, text: string): Edits {
  const list = call.child("arguments");
  if (!list) throw new TransformError(`"${oneLine(call.text)}" is no call`);
  const items = list.items;
  const next = items[index];
  if (next) return [insertion(next, "before", `${text}, `)];
  const last = items.at(-1);
  if (last?.kind === "variadic_argument") throw new TransformError(`nothing can stand behind "${oneLine(last.text)}"`);
  if (last) return [insertion(last, "after", `, ${text}`)];
  const { path } = call.source;
  return [{ at: { path, start: list.start + 1, end: list.start + 1 }, text }];
}
