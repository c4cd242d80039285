/** Words of a text, outside comments and strings. */
import {
  blockCommentEnd,
  CLASS,
  DOT,
  lineCommentEnd,
  RAW,
  SLASH,
  SOLIDUS,
  STAR,
  STRING,
  skipQuoted,
  skipRaw,
  WORD,
  wordEnd,
} from "./scan.ts";

const ignore = (): void => {};

/** Those of `names` that stand before a dot and not behind one, as a package's name does: `time` in `time.Now()`. */
export function namesQualified(text: string, names: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  if (names.size === 0) return found;
  const n = text.length;
  let behindDot = false;
  let i = 0;
  while (i < n && found.size < names.size) {
    const c = text.charCodeAt(i);
    const kind = CLASS[c];
    if (kind === WORD) {
      const end = wordEnd(text, i);
      if (text.charCodeAt(end) === DOT && !behindDot) {
        const word = text.slice(i, end);
        if (names.has(word)) found.add(word);
      }
      behindDot = false;
      i = end;
    } else if (kind === STRING) {
      i = skipQuoted(text, i, ignore);
      behindDot = false;
    } else if (kind === RAW) {
      i = skipRaw(text, i, ignore);
      behindDot = false;
    } else if (kind === SOLIDUS && text.charCodeAt(i + 1) === SLASH) {
      i = lineCommentEnd(text, i);
    } else if (kind === SOLIDUS && text.charCodeAt(i + 1) === STAR) {
      i = blockCommentEnd(text, i, ignore);
    } else {
      // "..." is no selector
      if (c === DOT) behindDot = text.charCodeAt(i - 1) !== DOT;
      else if (c > 32) behindDot = false;
      i++;
    }
  }
  return found;
}
