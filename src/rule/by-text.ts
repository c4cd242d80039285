/** What the text of a declaration tells before anything is parsed: whether something is done there, and whether a context could be in scope where it is. */
import { isWord, skipBrackets } from "../go/scan.ts";

/** In names and types of contexts, and of streams that have one. */
const WORDS = ["context", "Context", "ctx", "tream"];
const REQUEST = "Request";

/** Triggers for what may be told where a context is in scope: the literal and a word for one. */
export function besideContext(...literals: readonly string[]): string[][] {
  return literals.flatMap((literal) => ["ontext", "ctx", "tream", REQUEST].map((word) => [literal, word]));
}

/** Could there be statements in the declaration? */
export function hasStatements(text: string): boolean {
  return text.startsWith("func") || (text.startsWith("var") && text.includes("func("));
}

/** Offsets of a literal, but for those in comments that begin on its line; a whole word where it begins with one. */
export function placesOf(text: string, literal: string): number[] {
  const places: number[] = [];
  const word = isWord(literal.charCodeAt(0));
  for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + literal.length))
    if (!(word && isWord(text.charCodeAt(at - 1))) && !isCommented(text, at)) places.push(at);
  return places;
}

/** A comment begins before it on its line, and nothing stands there that could make that part of a string, or end the comment. */
function isCommented(text: string, at: number): boolean {
  const line = lineBefore(text, at);
  const begin = line.includes("/*") ? line.indexOf("/*") : line.indexOf("//");
  const quoted = (quote: string) => isIn(line, quote, 0, begin);
  return begin >= 0 && !quoted('"') && !quoted("'") && !line.includes("`") && !line.includes("*/");
}

/** What stands before the offset on its line. */
export function lineBefore(text: string, at: number): string {
  return text.slice(text.lastIndexOf("\n", at) + 1, at);
}

/**
 * Could a context be in scope at one of the offsets? A variable or a stream has its name before it, what a method's receiver holds may be named anywhere, and
 * a request is a parameter of a function around it.
 */
export function mayHaveContext(text: string, places: readonly number[]): boolean {
  if (places.length === 0 || !hasStatements(text)) return false;
  const before = text.startsWith("func (") ? text.length : Math.max(...places);
  return WORDS.some((word) => isIn(text, word, 0, before)) || mayHaveRequest(text, places);
}

/** Could one of the offsets be in the body of a function that takes a request? */
export function mayHaveRequest(text: string, places: readonly number[]): boolean {
  for (let at = text.indexOf(REQUEST); at >= 0; at = text.indexOf(REQUEST, at + REQUEST.length))
    if (isRequestType(text, at) && bodyHolds(text, at, places)) return true;
  return false;
}

/** `*Request`, `http.Request`. */
function isRequestType(text: string, at: number): boolean {
  return at > 0 && ".*".includes(text.charAt(at - 1)) && !isWord(text.charCodeAt(at + REQUEST.length));
}

/** One of the offsets is in the braces that follow the parameter. */
function bodyHolds(text: string, parameter: number, places: readonly number[]): boolean {
  const open = text.indexOf("{", parameter);
  if (open < 0) return false;
  if (isIn(text, "interface", parameter, open) || isIn(text, "struct", parameter, open)) return true; // they may be a type's
  const close = skipBrackets(text, open, () => {});
  return places.some((place) => open < place && place < close);
}

function isIn(text: string, word: string, start: number, end: number): boolean {
  const at = text.indexOf(word, start);
  return at >= 0 && at < end;
}
