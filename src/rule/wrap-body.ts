/** The body of a loop put into something that stands in the loop. */

import type { GoNode } from "../go/node.ts";
import type { Edit } from "../text/edit.ts";
import { lineStart } from "../text/lines.ts";
import { type Edits, firstOnLine, indentOf, movableLines } from "./edits.ts";

/**
 * The lines `head` behind the block's opening brace and `tail` before its closing one, what stands between them one tab deeper. Comments,
 * those at the end of the block among them, keep their places.
 */
export function wrapBody(statement: GoNode, block: GoNode, head: readonly string[], tail: readonly string[]): Edits {
  const opener = block.children[0];
  const closer = block.children.at(-1);
  if (opener?.kind !== "{" || closer?.kind !== "}" || opener === closer) return null;
  const { path, text } = block.source;
  const indent = `${indentOf(statement)}\t`;
  const lines = (all: readonly string[]) => all.map((l) => `${indent}${l}`).join("\n");
  const edits: Edit[] = [];
  const oneLine = !text.slice(opener.end, closer.start).includes("\n");
  if (oneLine) {
    const content = text.slice(opener.end, closer.start).trim();
    const inner = content === "" ? "" : `\n${indent}\t${content}`;
    const whole = `\n${lines(head)}${inner}\n${lines(tail)}\n${indentOf(statement)}`;
    return [{ at: { path, start: opener.end, end: closer.start }, text: whole }];
  }
  edits.push({ at: { path, start: opener.end, end: opener.end }, text: `\n${lines(head)}` });
  for (const start of movableLines(block)) {
    if (start > closer.start || (firstOnLine(closer) && start === lineStart(text, closer.start))) continue;
    if (text[start] !== "\n" && text[start] !== "\r") edits.push({ at: { path, start, end: start }, text: "\t" });
  }
  const start = firstOnLine(closer) ? lineStart(text, closer.start) : closer.start;
  const before = firstOnLine(closer) ? "" : "\n";
  const after = firstOnLine(closer) ? "" : indentOf(statement);
  edits.push({ at: { path, start, end: start }, text: `${before}${lines(tail)}\n${after}` });
  return edits;
}
