/**
 * Edits that know Go's statements, comments and indentation. Every helper gives edits in the original text, or null when the place
 * does not allow it; `fix` (in `build.ts`) turns a null into "no such fix". Inserted text ends its lines with "\n": the planner
 * converts it to the file's own line ends and runs gofmt where the file was formatted before.
 */
import type { GoNode } from "../go/node.ts";
import type { Edit, Span } from "../text/edit.ts";
import { lineStart } from "../text/lines.ts";

/** Edits of one change, or null when it cannot be made here. */
export type Edits = readonly Edit[] | null;

export function spanOf(node: GoNode): Span {
  return { path: node.source.path, start: node.start, end: node.end };
}

/** The span from the start of `first` to the end of `last`. */
export function spanBetween(first: GoNode, last: GoNode): Span {
  return { path: first.source.path, start: first.start, end: last.end };
}

/** The node's text with "\n" for every line end. */
export function textOf(node: GoNode): string {
  return node.text.replaceAll("\r\n", "\n");
}

// ---------------------------------------------------------------- where statements stand

/**
 * The statement around (or at) `node` that has siblings: the innermost one in a statement list of the same function literal. A
 * labelled statement is one with its label. null outside of function bodies.
 */
export function statementOf(node: GoNode): GoNode | null {
  for (let n: GoNode | null = node; n; n = n.parent) {
    if (n.parent?.kind === "statement_list") return n;
    if (n.kind === "func_literal" && n !== node) return null;
  }
  return null;
}

/**
 * True when `node` is evaluated exactly where its statement begins, once: so code that stands before the statement runs just before it.
 * Not so in a loop's condition, post statement or body, in a case of a switch, behind an else-if, or under `&&`, `||` and literals. What
 * the cases of a select wait on is evaluated once, on entering it.
 */
export function atHeadOf(statement: GoNode, node: GoNode): boolean {
  for (let n = node; n !== statement; ) {
    const parent = n.parent;
    if (!parent) return false;
    if (parent.kind === "func_literal") return false;
    if (parent.kind === "for_statement" || parent.kind === "for_clause") {
      if (n.field !== "initializer" && n.kind !== "for_clause" && n.kind !== "range_clause") return false;
    }
    if (parent.kind === "if_statement" && (n.field === "consequence" || n.field === "alternative")) return false;
    if (parent.is("expression_case", "type_case", "default_case")) return false;
    if (parent.kind === "communication_case" && n.field !== "communication") return false;
    if (parent.kind === "receive_statement" && n.field === "left") return false;
    if (parent.kind === "binary_expression" && n.field === "right") {
      if (parent.children.some((c) => c.is("&&", "||"))) return false;
    }
    n = parent;
  }
  return true;
}

/** The statement at whose head the node is evaluated, so that what is inserted before runs just before it; null where there is none. */
export function statementAtHead(node: GoNode): GoNode | null {
  const statement = statementOf(node);
  return statement && atHeadOf(statement, node) ? statement : null;
}

/** The statements of a block or clause in order, labels around their statements, comments left out. */
export function statementsOf(owner: GoNode): GoNode[] {
  const list = owner.kind === "statement_list" ? owner : owner.children.find((c) => c.kind === "statement_list");
  return list ? list.items : [];
}

/** The statement without the labels around it; null for a label at the end of a block. */
export function unlabelled(statement: GoNode): GoNode | null {
  let n: GoNode | null = statement;
  while (n?.kind === "labeled_statement") n = n.items.find((c) => c.field !== "label") ?? null;
  return n;
}

/** The block or clause that holds the statement's list. */
export function ownerOf(statement: GoNode): GoNode | null {
  return statement.parent?.kind === "statement_list" ? statement.parent.parent : null;
}

// ---------------------------------------------------------------- indentation

/** Offset of the line's end, before "\n" or "\r\n". */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  if (at < 0) return text.length;
  return at > offset && text[at - 1] === "\r" ? at - 1 : at;
}

function blank(text: string, start: number, end: number): boolean {
  return text.slice(start, end).trim() === "";
}

function lineIndent(text: string, offset: number): string {
  const start = lineStart(text, offset);
  let end = start;
  while (text[end] === "\t" || text[end] === " ") end++;
  return text.slice(start, end);
}

/** True when only blanks stand before the node on its line. */
export function firstOnLine(node: GoNode): boolean {
  const { text } = node.source;
  return blank(text, lineStart(text, node.start), node.start);
}

/** The token that opens the statement's list: `{` of a block, `:` of a clause. */
function openerOf(statement: GoNode): GoNode | null {
  const owner = ownerOf(statement);
  if (!owner) return null;
  if (owner.kind === "block") return owner.children[0] ?? null;
  let colon: GoNode | null = null;
  for (const c of owner.children) {
    if (c.kind === "statement_list") break;
    if (c.kind === ":") colon = c;
  }
  return colon;
}

/**
 * The blanks with which a statement's line begins, or should begin: a statement behind its block's brace or its clause's colon gets
 * one tab more than that line, a labelled one what its siblings have.
 */
export function indentOf(node: GoNode): string {
  const statement = statementOf(node);
  const { text } = node.source;
  if (!statement) return lineIndent(text, node.start);
  const opener = openerOf(statement);
  if (opener && lineStart(text, opener.start) === lineStart(text, statement.start)) return `${lineIndent(text, opener.start)}\t`;
  if (statement.kind !== "labeled_statement") return lineIndent(text, statement.start);
  const inner = unlabelled(statement);
  if (inner && firstOnLine(inner)) return lineIndent(text, inner.start);
  const sibling = statement.parent?.items.find((s) => s.kind !== "labeled_statement" && firstOnLine(s));
  return sibling ? lineIndent(text, sibling.start) : `${lineIndent(text, statement.start)}\t`;
}

/** Offsets of line starts inside the node that may be moved: not inside raw strings and block comments. */
export function movableLines(node: GoNode): number[] {
  const fixed: GoNode[] = [];
  node.walk((n) => {
    if (n.kind === "raw_string_literal" || n.kind === "comment") fixed.push(n);
  });
  const starts: number[] = [];
  const { text } = node.source;
  for (let at = text.indexOf("\n", node.start); at >= 0 && at < node.end; at = text.indexOf("\n", at + 1)) {
    const start = at + 1;
    if (!fixed.some((f) => f.start < start && start < f.end)) starts.push(start);
  }
  return starts;
}

/** The node's text for a place that is indented by `to`: its later lines keep their depth below the first. Raw strings stay as they are. */
export function reindent(node: GoNode, to: string): string {
  const from = indentOf(node);
  const { text } = node.source;
  let out = "";
  let at = node.start;
  for (const start of movableLines(node)) {
    out += text.slice(at, start);
    at = start;
    if (text.startsWith(from, start)) at += from.length;
    else while (text[at] === "\t" || text[at] === " ") at++;
    if (lineEnd(text, start) > at) out += to;
  }
  return (out + text.slice(at, node.end)).replaceAll("\r\n", "\n");
}

/** Moves the lines of `first` to `last` one tab to the right. */
function shiftRight(first: GoNode, last: GoNode): Edit[] {
  const { path, text } = first.source;
  const edits: Edit[] = [];
  const list = first.parent;
  if (!list) return edits;
  for (const start of movableLines(list)) {
    if (start <= first.start || start > last.end) continue;
    if (lineEnd(text, start) > start) edits.push({ at: { path, start, end: start }, text: "\t" });
  }
  return edits;
}

// ---------------------------------------------------------------- comments

/** Where a comment's text ends: before the "\r" that the grammar counts in. */
function commentEnd(comment: GoNode): number {
  return comment.source.text[comment.end - 1] === "\r" ? comment.end - 1 : comment.end;
}

/** The node after this one among its parent's children; past the end of a list, among those of the list's owner. */
function nextOf(node: GoNode): GoNode | null {
  for (let n = node; n.parent; n = n.parent) {
    const siblings = n.parent.children;
    const next = siblings[siblings.indexOf(n) + 1];
    if (next) return next;
    if (n.parent.kind !== "statement_list" && !n.parent.is("communication_case", "expression_case", "type_case", "default_case"))
      return null;
  }
  return null;
}

function previousOf(node: GoNode): GoNode | null {
  for (let n = node; n.parent; n = n.parent) {
    const siblings = n.parent.children;
    const previous = siblings[siblings.indexOf(n) - 1];
    if (previous) return previous;
    if (n.parent.kind !== "statement_list") return null;
  }
  return null;
}

/** The last comment behind the statement on its own last line, if only comments follow there. */
export function trailingComment(statement: GoNode): GoNode | null {
  const { text } = statement.source;
  let next = nextOf(statement);
  if (next?.kind === ";" && blank(text, statement.end, next.start)) next = nextOf(next);
  let last: GoNode | null = null;
  let end = statement.end;
  for (; next?.kind === "comment" && lineStart(text, next.start) === lineStart(text, end); next = nextOf(next)) {
    last = next;
    end = commentEnd(next);
  }
  return last && blank(text, end, lineEnd(text, end)) ? last : null;
}

/** Offset where the comments begin that stand directly above the statement, on lines of their own; its own start when there are none. */
export function startWithComments(statement: GoNode): number {
  const { text } = statement.source;
  let start = statement.start;
  for (let c = previousOf(statement); c?.kind === "comment" && firstOnLine(c); c = previousOf(c)) {
    const between = text.slice(commentEnd(c), start);
    if (between.trim() !== "" || between.split("\n").length > 2) break;
    start = c.start;
  }
  return start;
}

function hasComment(node: GoNode): boolean {
  return node.find("comment").length > 0;
}

// ---------------------------------------------------------------- the edits

/**
 * Puts lines before a statement and the comments directly above it. Before a labelled one they go before the label, so that the label
 * stays on its loop; where a `goto` leads to that label they go behind it. null when a goto would jump over them, and when a label is
 * used by both.
 */
export function insertBefore(statement: GoNode, lines: string | readonly string[]): Edits {
  let target = statement;
  if (statement.parent?.kind !== "statement_list") return null;
  if (statement.kind === "labeled_statement") {
    const jumps = jumpsTo(statement);
    const inner = unlabelled(statement);
    if (jumps.goto) {
      if (jumps.branch || !inner) return null;
      target = inner;
    }
  }
  if (target === statement && crossedByGoto(statement, statement.start)) return null;
  const indent = indentOf(statement);
  const body = layOut(lines, indent);
  const { path, text } = statement.source;
  if (firstOnLine(target)) {
    const start = lineStart(text, startWithComments(target));
    return [{ at: { path, start, end: start }, text: `${indent}${body}\n` }];
  }
  const gap = gapBefore(target);
  const before = { path, start: gap, end: target.start };
  const opening = statementsOf(statement.parent)[0] === statement ? [] : breakBlockStart(statement);
  return [...opening, { at: before, text: `\n${indent}${body}\n${indent}` }, ...breakBlockEnd(target)];
}

/** Puts lines after a statement and the comment behind it on its line. null when a goto would jump over them, or nothing can run there. */
export function insertAfter(statement: GoNode, lines: string | readonly string[]): Edits {
  if (statement.parent?.kind !== "statement_list") return null;
  if (crossedByGoto(statement, statement.end)) return null;
  const indent = indentOf(statement);
  const body = layOut(lines, indent);
  const { path, text } = statement.source;
  const comment = trailingComment(statement);
  if (comment) {
    const end = commentEnd(comment);
    return [...breakBlockStart(statement), { at: { path, start: end, end }, text: `\n${indent}${body}` }];
  }
  let end = statement.end;
  const semicolon = nextOf(statement);
  if (semicolon?.kind === ";" && blank(text, end, semicolon.start)) end = semicolon.end;
  if (blank(text, end, lineEnd(text, end))) {
    return [...breakBlockStart(statement), { at: { path, start: end, end }, text: `\n${indent}${body}` }];
  }
  let next = end;
  while (text[next] === " " || text[next] === "\t") next++;
  const closes = nextOf(statement)?.kind === "}" && text[next] === "}";
  const outer = closes ? indent.slice(0, -1) : indent;
  const closing = closes ? [] : breakBlockEnd(statement);
  return [
    ...breakBlockStart(statement),
    { at: { path, start: statement.end, end: next }, text: `\n${indent}${body}\n${outer}` },
    ...closing,
  ];
}

/** Puts lines at the beginning of a block or clause. */
export function insertFirst(owner: GoNode, lines: string | readonly string[]): Edits {
  const first = statementsOf(owner)[0];
  if (first) return insertBefore(first, lines);
  const { path, text } = owner.source;
  const colons = owner.children.filter((c) => c.kind === ":");
  const opener = owner.kind === "block" ? owner.children[0] : colons[colons.length - 1];
  if (!opener) return null;
  const outer = lineIndent(text, opener.start);
  const body = layOut(lines, `${outer}\t`);
  const end = lineEnd(text, opener.end);
  const closer = owner.kind === "block" ? owner.children[owner.children.length - 1] : null;
  if (closer && closer.end <= end) {
    if (!blank(text, opener.end, closer.start)) return null;
    return [{ at: { path, start: opener.end, end: closer.start }, text: `\n${outer}\t${body}\n${outer}` }];
  }
  const rest = text.slice(opener.end, end);
  if (rest.trim() !== "" && !rest.trimStart().startsWith("//")) {
    // the next clause, or the brace of the whole, stands on the same line
    const next = opener.end + rest.length - rest.trimStart().length;
    return [{ at: { path, start: opener.end, end: next }, text: `\n${outer}\t${body}\n${outer}` }];
  }
  return [{ at: { path, start: end, end }, text: `\n${outer}\t${body}` }];
}

/** Puts another text in the place of a node. null when that would lose a comment inside it. */
export function replace(node: GoNode, text: string): Edits {
  for (const c of node.find("comment")) if (!text.includes(c.text.trim())) return null;
  return node.text === text ? [] : [{ at: spanOf(node), text }];
}

/** Puts text around a node. */
export function wrap(node: GoNode, before: string, after: string): Edits {
  const { path } = node.source;
  return [
    { at: { path, start: node.start, end: node.start }, text: before },
    { at: { path, start: node.end, end: node.end }, text: after },
  ];
}

/** Puts a run of sibling statements (each first on its line) into `head` ... `tail`, one tab deeper. Comments stay where they are. */
export function wrapStatements(first: GoNode, last: GoNode, head: string, tail: string): Edits {
  if (first.parent?.kind !== "statement_list" || first.parent !== last.parent || !firstOnLine(first)) return null;
  const { path, text } = first.source;
  const indent = indentOf(first);
  const start = lineStart(text, startWithComments(first));
  const comment = trailingComment(last);
  const end = comment ? commentEnd(comment) : last.end;
  if (!blank(text, end, lineEnd(text, end))) return null;
  const moved: Edit[] = [];
  for (let at = start; at <= first.start; at = text.indexOf("\n", at) + 1) {
    const opening = at === start ? `${indent}${head}\n` : "";
    moved.push({ at: { path, start: at, end: at }, text: lineEnd(text, at) > at ? `${opening}\t` : opening });
    if (text.indexOf("\n", at) < 0) break;
  }
  return [...moved, ...shiftRight(first, last), { at: { path, start: end, end }, text: `\n${indent}${tail}` }];
}

/** Takes a statement out with its line. Comments behind it or inside it stay, on lines of their own; a label stays. */
export function remove(statement: GoNode): Edits {
  if (statement.parent?.kind !== "statement_list" && statement.parent?.kind !== "labeled_statement") return null;
  const { path, text } = statement.source;
  const kept = hasComment(statement) ? statement.find("comment").map((c) => c.text.trim()) : [];
  if (kept.length > 0) return [{ at: spanOf(statement), text: kept.join(`\n${indentOf(statement)}`) }];
  const next = nextOf(statement);
  const previous = previousOf(statement);
  let end = statement.end;
  if (next?.kind === ";") end = next.end;
  const lineBegins = lineStart(text, statement.start);
  if (blank(text, lineBegins, statement.start) && blank(text, end, lineEnd(text, end))) {
    const newline = text.indexOf("\n", end);
    return [{ at: { path, start: lineBegins, end: newline < 0 ? text.length : newline + 1 }, text: "" }];
  }
  if (next?.kind === ";") while (text[end] === " " || text[end] === "\t") end++;
  else if (next?.kind === "comment" && lineStart(text, next.start) === lineStart(text, end)) end = next.start;
  if (previous?.kind === ";" && next?.kind !== ";") return [{ at: { path, start: previous.start, end: statement.end }, text: "" }];
  return [{ at: { path, start: statement.start, end }, text: "" }];
}

// ---------------------------------------------------------------- laying out

function layOut(lines: string | readonly string[], indent: string): string {
  const all = typeof lines === "string" ? lines.split("\n") : lines.flatMap((l) => l.split("\n"));
  return all.map((l, i) => (i > 0 && l !== "" ? indent + l : l)).join("\n");
}

/** Where the blanks (and the semicolon) before a statement begin that is not the first on its line. */
function gapBefore(statement: GoNode): number {
  const { text } = statement.source;
  let at = statement.start;
  while (text[at - 1] === " " || text[at - 1] === "\t") at--;
  if (previousOf(statement)?.kind === ";" && text[at - 1] === ";") at--;
  return at;
}

/** Breaks `... }` behind the last statement of a one-line block, so that the brace gets its own line. */
function breakBlockEnd(statement: GoNode): Edit[] {
  const owner = ownerOf(statementOf(statement) ?? statement);
  const closer = owner?.kind === "block" ? owner.children[owner.children.length - 1] : undefined;
  if (!owner || closer?.kind !== "}") return [];
  const { path, text } = statement.source;
  if (lineStart(text, closer.start) !== lineStart(text, statement.start)) return [];
  let start = closer.start;
  while (text[start - 1] === " " || text[start - 1] === "\t") start--;
  return [{ at: { path, start, end: closer.start }, text: `\n${lineIndent(text, statement.start)}` }];
}

/** Breaks `{ a` so that the first statement of a one-line block or clause gets its own line. */
function breakBlockStart(statement: GoNode): Edit[] {
  const first = statementsOf(ownerOf(statement) ?? statement)[0];
  const opener = openerOf(statement);
  if (!first || !opener) return [];
  const { path, text } = statement.source;
  if (lineStart(text, opener.start) !== lineStart(text, first.start) || !blank(text, opener.end, first.start)) return [];
  return [{ at: { path, start: opener.end, end: first.start }, text: `\n${lineIndent(text, opener.start)}\t` }];
}

// ---------------------------------------------------------------- labels

function bodyAround(node: GoNode): GoNode | null {
  return node.closest("func_literal", "function_declaration", "method_declaration");
}

/** How the function uses the statement's label: by goto, and by break or continue. */
export function jumpsTo(labelled: GoNode): { readonly goto: boolean; readonly branch: boolean } {
  const label = labelled.child("label")?.text;
  const found = { goto: false, branch: false };
  bodyAround(labelled)?.walk((n) => {
    if (!n.is("goto_statement", "break_statement", "continue_statement")) return;
    if (n.items[0]?.text !== label) return;
    if (n.kind === "goto_statement") found.goto = true;
    else found.branch = true;
  });
  return found;
}

/** True when a goto before `offset` leads to a label of the same list at or behind it: what is inserted there would be jumped over. */
export function crossedByGoto(statement: GoNode, offset: number): boolean {
  const list = statement.parent;
  if (list?.kind !== "statement_list") return false;
  const labels = new Set<string>();
  for (const s of list.items) {
    for (let n: GoNode | undefined = s; n?.kind === "labeled_statement"; n = n.items.find((c) => c.field !== "label")) {
      const label = n.child("label");
      if (label && label.start >= offset) labels.add(label.text);
    }
  }
  if (labels.size === 0) return false;
  return (bodyAround(statement)?.find("goto_statement") ?? []).some((g) => g.start < offset && labels.has(g.items[0]?.text ?? ""));
}
