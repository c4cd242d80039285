/** Whether a file may declare a name, by a search for the name alone: most files of a package need no outline to learn that they do not. */
import {
  BLANK,
  BRACE_OPEN,
  CLASS,
  COLON,
  COMMA,
  DOT,
  isWord,
  LF,
  NEWLINE,
  PAREN_CLOSE,
  PAREN_OPEN,
  SEMICOLON,
  SLASH,
  STAR,
  WORD,
  wordStart,
} from "./scan.ts";

const KEYWORDS: readonly string[] = ["func", "type", "var", "const"];
const ENDS = KEYWORDS.map((word) => word.at(-1)).join("");

/** False only when no top-level declaration of the file has the name. */
export function mayDeclare(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const end = at + name.length;
    if (!isWord(text.charCodeAt(at - 1)) && !isWord(text.charCodeAt(end)) && mayBeDeclared(text, at, end)) return true;
  }
  return false;
}

/** Whether the word in `[at, end)` may be a declaration's name, by what stands before and behind it. */
function mayBeDeclared(text: string, at: number, end: number): boolean {
  const last = blanksBefore(text, at);
  const c = text.charCodeAt(last - 1);
  if (last === 0 || CLASS[c] === WORD) {
    // Of most words the last letter tells that they are no keyword.
    if (ENDS.includes(text.charAt(last - 1)) && KEYWORDS.includes(lastWord(text, last))) return true;
    return hasNewline(text, last, at) && mayBeginLine(text, end);
  }
  if (hasNewline(text, last, at)) return mayBeginLine(text, end);
  if (c === SLASH) return text.charCodeAt(last - 2) === STAR;
  if (c === SEMICOLON) return true;
  // A method's receiver.
  if (c === PAREN_CLOSE) return [PAREN_OPEN, SLASH, LF].includes(text.charCodeAt(blanksBehind(text, end)));
  if (c === PAREN_OPEN) return opensGroup(text, last - 1);
  return c === COMMA && onlyNames(text, last - 1);
}

/** A spec of a group has its name at the beginning of a line, as many statements do. */
function mayBeginLine(text: string, end: number): boolean {
  const next = text.charCodeAt(blanksBehind(text, end));
  if (next === DOT || next === COLON || next === BRACE_OPEN) return false;
  // `T (int)` is a spec in a group of types alone.
  return next !== PAREN_OPEN || /\btype\b\s*[(/]/.test(text);
}

function opensGroup(text: string, paren: number): boolean {
  const last = blanksBefore(text, paren);
  const before = lastWord(text, last);
  return text.charCodeAt(last - 1) === SLASH || (before !== "func" && KEYWORDS.includes(before));
}

/** Whether the line up to the comma may be `var a, b,` or `a, b,`. */
function onlyNames(text: string, comma: number): boolean {
  for (let i = comma; i > 0; i--) {
    const c = text.charCodeAt(i - 1);
    if (c === LF || c === SEMICOLON || c === SLASH) return true;
    if (c === PAREN_OPEN) return opensGroup(text, i - 1);
    if (CLASS[c] !== WORD && CLASS[c] !== BLANK && c !== COMMA) return false;
  }
  return true;
}

/** Offset behind the last character before `at` that is no white space. */
function blanksBefore(text: string, at: number): number {
  let i = at;
  while (i > 0 && (CLASS[text.charCodeAt(i - 1)] === BLANK || CLASS[text.charCodeAt(i - 1)] === NEWLINE)) i--;
  return i;
}

function blanksBehind(text: string, end: number): number {
  let i = end;
  while (CLASS[text.charCodeAt(i)] === BLANK) i++;
  return i;
}

function hasNewline(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === LF) return true;
  return from === 0;
}

function lastWord(text: string, end: number): string {
  return text.slice(wordStart(text, end), end);
}
