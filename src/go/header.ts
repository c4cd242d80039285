/** What the comments above the package clause say: generated or not, and build constraints. */
import { isGeneratedLine } from "./comments.ts";
import type { Range } from "./parse.ts";
import { BLANK, BOM, CLASS, CR, SLASH, STAR } from "./scan.ts";

/** A build constraint line before the package clause, as written, without the line's end. */
export interface BuildLine extends Range {
  readonly syntax: "go:build" | "+build";
  /** What stands after `//go:build` or `// +build`, trimmed. */
  readonly expression: string;
}

const NOTHING = { generated: false, build: [] };

/** What the comments in `[0, end)` say; build constraints by go/build's rule. */
export function header(text: string, end: number): { readonly generated: boolean; readonly build: readonly BuildLine[] } {
  const head = text.slice(0, end);
  if (!head.includes("build") && !head.includes("generated")) return NOTHING;
  let generated = false;
  const build: BuildLine[] = [];
  const legacy: BuildLine[] = [];
  let blank = 0;
  let inBlock = false;
  let i = text.charCodeAt(0) === BOM ? 1 : 0;
  while (i < end) {
    let stop = text.indexOf("\n", i);
    if (stop < 0 || stop > end) stop = end;
    let last = stop;
    if (last > i && text.charCodeAt(last - 1) === CR) last--;
    let from = i;
    while (from < last && CLASS[text.charCodeAt(from)] === BLANK) from++;
    if (isGeneratedLine(text, inBlock ? i : from, last)) generated = true;
    if (from === last && !inBlock) {
      blank = i;
    } else if (!inBlock && text.startsWith("//", from)) {
      const line = text.slice(from, last);
      if (line.startsWith("//go:build") && (line.length === 10 || CLASS[line.charCodeAt(10)] === BLANK)) {
        build.push({ syntax: "go:build", expression: line.slice(10).trim(), start: from, end: last });
      } else {
        const rest = line.slice(2).trim();
        if (rest.startsWith("+build") && (rest.length === 6 || CLASS[rest.charCodeAt(6)] === BLANK)) {
          legacy.push({ syntax: "+build", expression: rest.slice(6).trim(), start: from, end: last });
        }
      }
    } else {
      inBlock = blockOpenAfter(text, from, last, inBlock);
    }
    i = stop + 1;
  }
  // "// +build" counts only above a blank line, and not at all where "//go:build" stands.
  if (build.length === 0) build.push(...legacy.filter((line) => line.start < blank));
  return { generated, build };
}

/** Whether a block comment is open at the end of a header line. */
function blockOpenAfter(text: string, from: number, to: number, open: boolean): boolean {
  let i = from;
  let inside = open;
  while (i < to) {
    if (inside) {
      const close = text.indexOf("*/", i);
      if (close < 0 || close >= to) return true;
      inside = false;
      i = close + 2;
    } else if (text.charCodeAt(i) === SLASH && text.charCodeAt(i + 1) === STAR) {
      inside = true;
      i += 2;
    } else if (text.charCodeAt(i) === SLASH && text.charCodeAt(i + 1) === SLASH) {
      return false;
    } else {
      i++;
    }
  }
  return inside;
}
