/** Comments and directives of a text, by scan. */
import type { Range } from "./parse.ts";
import { BLANK, blockCommentEnd, CLASS, CR, LF, lineCommentEnd, RAW, SLASH, SOLIDUS, STAR, STRING, skipQuoted, skipRaw } from "./scan.ts";

export interface Comment extends Range {
  readonly kind: "line" | "block";
  /** Nothing but white space stands before it on its line. */
  readonly alone: boolean;
}

const ignore = (): void => {};

/**
 * The comments that begin in `range` (the whole text when none is given), in order. The range must not begin inside a string or a comment. A line
 * comment ends before its line end, carriage return included.
 */
export function commentsIn(text: string, range?: Range): Comment[] {
  const found: Comment[] = [];
  const n = range ? Math.min(range.end, text.length) : text.length;
  let i = range?.start ?? 0;
  while (i < n) {
    const kind = CLASS[text.charCodeAt(i)];
    if (kind === STRING) {
      i = skipQuoted(text, i, ignore);
    } else if (kind === RAW) {
      i = skipRaw(text, i, ignore);
    } else if (kind === SOLIDUS && text.charCodeAt(i + 1) === SLASH) {
      const stop = lineCommentEnd(text, i);
      const end = text.charCodeAt(stop - 1) === CR ? stop - 1 : stop;
      found.push({ kind: "line", start: i, end, alone: isAlone(text, i) });
      i = stop;
    } else if (kind === SOLIDUS && text.charCodeAt(i + 1) === STAR) {
      const end = blockCommentEnd(text, i, ignore);
      found.push({ kind: "block", start: i, end, alone: isAlone(text, i) });
      i = end;
    } else {
      i++;
    }
  }
  return found;
}

function isAlone(text: string, at: number): boolean {
  let i = at - 1;
  while (i >= 0 && CLASS[text.charCodeAt(i)] === BLANK) i--;
  return i < 0 || text.charCodeAt(i) === LF || (i === 0 && text.charCodeAt(0) === 0xfeff);
}

/** `//go:generate stringer -type=T`: tool "go", name "generate", args "stringer -type=T". */
export interface Directive extends Range {
  readonly tool: string;
  readonly name: string;
  readonly args: string;
  readonly alone: boolean;
}

/** Directives among comments: `//tool:name args`, no space after the slashes, tool and the name's first letter lower case or digits. */
export function directivesOf(text: string, comments: readonly Comment[]): Directive[] {
  const found: Directive[] = [];
  for (const { kind, start, end, alone } of comments) {
    if (kind !== "line") continue;
    let colon = start + 2;
    while (colon < end && isLower(text.charCodeAt(colon))) colon++;
    if (colon === start + 2 || text.charCodeAt(colon) !== 58 /* : */ || !isLower(text.charCodeAt(colon + 1)) || colon + 1 >= end) continue;
    let stop = colon + 1;
    while (stop < end && CLASS[text.charCodeAt(stop)] !== BLANK) stop++;
    found.push({
      tool: text.slice(start + 2, colon),
      name: text.slice(colon + 1, stop),
      args: text.slice(stop, end).trim(),
      start,
      end,
      alone,
    });
  }
  return found;
}

/** a-z and 0-9. */
function isLower(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
}

const GENERATED_BEFORE = "// Code generated ";
const GENERATED_AFTER = " DO NOT EDIT.";

/**
 * Whether the line `[start, end)` (without its line end) says that the file is generated: `^// Code generated .* DO NOT EDIT\.$`
 * (https://go.dev/s/generatedcode).
 */
export function isGeneratedLine(text: string, start: number, end: number): boolean {
  return (
    end - start >= GENERATED_BEFORE.length + GENERATED_AFTER.length &&
    text.startsWith(GENERATED_BEFORE, start) &&
    text.startsWith(GENERATED_AFTER, end - GENERATED_AFTER.length)
  );
}
