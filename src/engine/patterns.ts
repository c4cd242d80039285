/**
 * Patterns as in .gitignore. They come with the repository and become regular expressions, so that those on which matching could take forever
 * are not heeded.
 */
import ignore, { type Ignore } from "ignore";

const LONGEST = 1_000;
/** Wildcards in one part of a path: names have up to 255 characters, and each wildcard may try them all. */
const MOST_STARS = 3;
/** `**` in one pattern. */
const MOST_DEEP = 3;
const MOST_PATTERNS = 20_000;

/** Why a pattern is not heeded, or null. */
export function faultOfPattern(pattern: string): string | null {
  if (pattern.length > LONGEST) return `a pattern of ${pattern.length} characters, where ${LONGEST} are heeded`;
  const parts = pattern.split("/");
  if (parts.filter((part) => part.includes("**")).length > MOST_DEEP) return `a pattern with more than ${MOST_DEEP} "**"`;
  const stars = parts.map((part) => part.replaceAll(/\*+/g, "*").split("*").length - 1);
  return stars.some((n) => n > MOST_STARS) ? `a pattern with more than ${MOST_STARS} "*" in one part` : null;
}

export interface Patterns {
  readonly rules: Ignore;
  /** The first thing that is not heeded, with its line from 1; null when all is. */
  readonly fault: { readonly line: number; readonly message: string } | null;
}

/** The patterns of a .gitignore, as far as they are heeded. */
export function patternsIn(text: string): Patterns {
  const lines = text.split("\n");
  let fault: Patterns["fault"] = null;
  const kept = lines.slice(0, MOST_PATTERNS).filter((line, i) => {
    const message = faultOfPattern(line.trimEnd());
    if (message !== null) fault ??= { line: i + 1, message: `${message}: not heeded` };
    return message === null;
  });
  if (lines.length > MOST_PATTERNS)
    fault ??= { line: MOST_PATTERNS + 1, message: `more than ${MOST_PATTERNS} patterns: these are not heeded` };
  return { rules: ignore().add(kept), fault };
}
