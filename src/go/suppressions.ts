/**
 * Suppression comments of a text: `//gomend:ignore rule-id, other-id // reason`, and golangci-lint's `//nolint`, `//nolint:gomend`,
 * `//nolint:all`. One space after the slashes is allowed, as golangci-lint does.
 */
import { type Comment, commentsIn } from "./comments.ts";
import type { Range } from "./parse.ts";
import { BLANK, CLASS, WORD } from "./scan.ts";

export interface Suppression {
  readonly tool: "gomend" | "nolint";
  /** Rules that it names; null for all of them. */
  readonly ids: readonly string[] | null;
  readonly reason: string;
  /** The comment. */
  readonly at: Range;
  /** Nothing but white space stands before it on its line. */
  readonly alone: boolean;
  /**
   * The line of code for which it speaks, without its line end: its own; for one that stands alone, the first below that is neither a comment
   * nor blank. A statement of several lines is meant by its first.
   */
  readonly line: Range;
}

/** A file without this holds no suppression of gomend's own. */
export const SUPPRESSION_MARK = "gomend:ignore";
const NOLINT = "nolint";

export function suppressionsIn(text: string): Suppression[] {
  if (!text.includes(SUPPRESSION_MARK) && !text.includes(NOLINT)) return [];
  const comments = commentsIn(text);
  const found: Suppression[] = [];
  for (const [k, comment] of comments.entries()) {
    if (comment.kind !== "line") continue;
    const said = suppression(text.slice(comment.start + 2, comment.end));
    if (!said) continue;
    const at = { start: comment.start, end: comment.end };
    found.push({ ...said, at, alone: comment.alone, line: comment.alone ? below(text, comments, k) : lineOf(text, comment.start) });
  }
  return found;
}

/** What a comment says, given its text after the slashes; null when it suppresses nothing. */
function suppression(text: string): Pick<Suppression, "tool" | "ids" | "reason"> | null {
  const body = text.startsWith(" ") ? text.slice(1) : text;
  const ignore = after(body, SUPPRESSION_MARK);
  const nolint = ignore === null ? after(body, NOLINT) : null;
  const said = ignore ?? nolint;
  if (said === null) return null;
  const slashes = said.indexOf("//");
  const list = slashes < 0 ? said : said.slice(0, slashes);
  const reason = slashes < 0 ? "" : said.slice(slashes + 2).trim();
  if (ignore !== null) return { tool: "gomend", ids: names(list), reason };
  if (list.startsWith(":")) {
    const linters = names(list.slice(1));
    if (!linters.includes("all") && !linters.includes("gomend")) return null;
  }
  return { tool: "nolint", ids: null, reason };
}

/** What follows the word at the start; null when it is another word. */
function after(text: string, word: string): string | null {
  if (!text.startsWith(word)) return null;
  const next = text.charCodeAt(word.length);
  return word.length < text.length && CLASS[next] === WORD ? null : text.slice(word.length);
}

/** Names separated by commas or blanks. */
function names(list: string): string[] {
  return list
    .split(",")
    .flatMap((part) => part.split(" "))
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The first line below the comment that holds more than a comment. */
function below(text: string, comments: readonly Comment[], k: number): Range {
  let line = lineOf(text, (comments[k] as Comment).start);
  let next = k + 1;
  while (line.end < text.length) {
    line = lineOf(text, line.end + 1);
    let start = line.start;
    while (start < line.end && CLASS[text.charCodeAt(start)] === BLANK) start++;
    const comment = comments[next];
    if (comment && comment.start === start && comment.end <= line.end && isBlank(text, comment.end, line.end)) {
      next++;
      continue;
    }
    if (start < line.end) break;
  }
  return line;
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (CLASS[text.charCodeAt(i)] !== BLANK) return false;
  return true;
}

/** The line around an offset, without its line feed. */
function lineOf(text: string, at: number): Range {
  const start = at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  return { start, end: end < 0 ? text.length : end };
}
