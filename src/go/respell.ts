/**
 * Go 1.26 lets `new` take a value (`new(2 * n)`), which the grammar, that wants a type there, cannot read. Where a declaration does not
 * parse, the parser is shown an ordinary function name of the same length in such places; nodes keep the file's own text.
 */
import type { Range } from "./parse.ts";
import { isWord, wordEnd } from "./scan.ts";

/** The text with `new` respelt before a value within the range, or null when there is nothing to respell. Same length. */
export function respellNew(text: string, { start, end }: Range): string | null {
  let out = "";
  let from = 0;
  for (let at = text.indexOf("new(", start); at >= 0 && at < end; at = text.indexOf("new(", at + 4)) {
    if (isWord(text.charCodeAt(at - 1)) || text[at - 1] === ".") continue; // the end of a longer name
    if (takesType(text, at + 4)) continue;
    out += `${text.slice(from, at)}neW`;
    from = at + 3;
  }
  return from === 0 ? null : out + text.slice(from);
}

const TYPE_KEYWORDS = ["map", "chan", "func", "struct", "interface"];

/** What stands at `at` is a (possibly qualified) name alone, or begins as only a type does. */
function takesType(text: string, at: number): boolean {
  let i = skipBlanks(text, at);
  if (text[i] === "[" || text[i] === "*") return true;
  let stop = wordEnd(text, i);
  if (TYPE_KEYWORDS.includes(text.slice(i, stop))) return true;
  if (stop > i && text[stop] === ".") {
    i = stop + 1;
    stop = wordEnd(text, i);
  }
  if (stop === i) return false;
  const next = text[skipBlanks(text, stop)];
  return next === ")" || next === "[";
}

function skipBlanks(text: string, at: number): number {
  let i = at;
  while (text.charCodeAt(i) <= 32) i++;
  return i;
}
