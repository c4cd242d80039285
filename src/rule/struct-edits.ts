/** Edits of a struct's fields: one before another, one behind the last, one moved to the front. */
import type { GoNode } from "../go/node.ts";
import { lineStart } from "../text/lines.ts";
import { type Edits, firstOnLine, spanOf } from "./edits.ts";

/** Where the field with the comments directly above it begins. */
function startWithComments(field: GoNode): number {
  const siblings = field.parent?.children ?? [];
  let start = field.start;
  for (let i = siblings.indexOf(field) - 1; i >= 0; i--) {
    const comment = siblings[i] as GoNode;
    if (comment.kind !== "comment" || !firstOnLine(comment)) break;
    const between = field.source.text.slice(comment.end, start);
    if (between.trim() !== "" || between.split("\n").length > 2) break;
    start = comment.start;
  }
  return start;
}

function indentOf(field: GoNode): string {
  const { text } = field.source;
  return text.slice(lineStart(text, field.start), field.start);
}

/** The end of the field's line with its comment; the field's own end when more follows there. */
function endWithComment(field: GoNode): number {
  const { text } = field.source;
  let end = text.indexOf("\n", field.end);
  if (end < 0) end = text.length;
  const rest = text.slice(field.end, end).trim();
  if (rest !== "" && !rest.startsWith("//")) return field.end;
  return text[end - 1] === "\r" ? end - 1 : end;
}

/** Puts a field before another and the comments above that. */
export function fieldBefore(field: GoNode, text: string, comment: string): Edits {
  const { path } = field.source;
  if (!firstOnLine(field)) return [{ at: { path, start: field.start, end: field.start }, text: `${text}; ` }];
  const start = lineStart(field.source.text, startWithComments(field));
  return [{ at: { path, start, end: start }, text: `${indentOf(field)}${text} // ${comment}\n` }];
}

/** Puts a field behind the struct's last one. */
export function fieldAtEnd(struct: GoNode, text: string, comment: string): Edits {
  const last = struct.children.find((c) => c.kind === "field_declaration_list")?.items.at(-1);
  if (!last) return null;
  const { path } = last.source;
  const end = endWithComment(last);
  if (!firstOnLine(last) || !endsLine(last.source.text, end)) return [{ at: { path, start: last.end, end: last.end }, text: `; ${text}` }];
  return [{ at: { path, start: end, end }, text: `\n${indentOf(last)}${text} // ${comment}` }];
}

function endsLine(text: string, at: number): boolean {
  return /^[ \t\r]*(\n|$)/.test(text.slice(at));
}

/** Moves a field, with its comments, before the struct's first one. null when it is the first. */
export function fieldToFront(field: GoNode): Edits {
  const list = field.parent;
  const first = list?.items[0];
  if (!list || !first || first === field) return null;
  const { path, text } = field.source;
  if (!firstOnLine(field)) {
    const before = list.children[list.children.indexOf(field) - 1];
    if (before?.kind !== ";") return null;
    return [
      { at: { path, start: first.start, end: first.start }, text: `${field.text}; ` },
      { at: { path, start: before.start, end: field.end }, text: "" },
    ];
  }
  const start = lineStart(text, startWithComments(field));
  const end = text.indexOf("\n", endWithComment(field)) + 1;
  const gap = text.slice(end).trimStart().startsWith("}") ? text.slice(0, start).trimEnd().length : start;
  const from = gap < start ? text.indexOf("\n", gap) + 1 : start; // no blank line is left before the brace
  if (end === 0 || !firstOnLine(first) || (endWithComment(field) === field.end && text.slice(field.end, end).trim() !== "")) return null;
  const top = lineStart(text, startWithComments(first));
  return [
    { at: { path, start: top, end: top }, text: text.slice(start, end).replaceAll("\r\n", "\n") },
    { at: { path, start: from, end }, text: "" },
  ];
}

/** Gives one of a declaration's names another type: the others keep theirs, each on a line of its own. null when there is a tag to share. */
export function retype(declaration: GoNode, name: GoNode, type: string): Edits {
  const names = declaration.childrenOf("name").filter((c) => c.named);
  const old = declaration.child("type");
  if (!old) return null;
  if (names.length === 1) return [{ at: spanOf(old), text: type }];
  if (declaration.child("tag") || declaration.find("comment").length > 0) return null;
  const separator = firstOnLine(declaration) ? `\n${indentOf(declaration)}` : "; ";
  const lines = names.map((n) => `${n.text} ${n === name ? type : old.text}`);
  return [{ at: spanOf(declaration), text: lines.join(separator) }];
}

/** Takes a field out, with its line where it has one to itself. */
export function fieldRemoved(field: GoNode): Edits {
  const { path, text } = field.source;
  const start = lineStart(text, field.start);
  const end = endWithComment(field);
  const newline = text.indexOf("\n", end);
  const alone = firstOnLine(field) && newline >= 0 && text.slice(end, newline).trim() === "";
  return [{ at: alone ? { path, start, end: newline + 1 } : spanOf(field), text: "" }];
}
