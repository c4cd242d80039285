/** What a file looks like once edits and changes of its imports are made: line ends, import block and formatting as the file has them. */
import { applyEdits } from "../text/apply.ts";
import { compareEdits, type Edit } from "../text/edit.ts";
import { type Formatted, formatLike } from "./format.ts";
import { type ImportChange, importEdits } from "./import-edits.ts";
import { outline } from "./outline.ts";

/** `loadFormatter()` must have been awaited. */
export function rewrite(path: string, before: string, edits: readonly Edit[], imports: readonly ImportChange[]): Formatted {
  return formatLike(before, withImports(path, applyEdits(before, editsIn(edits, before)), imports));
}

/** Imports are rendered once, on the new text: what is there is not added, what is still named is not dropped. */
function withImports(path: string, text: string, imports: readonly ImportChange[]): string {
  if (imports.length === 0) return text;
  return applyEdits(text, editsIn(importEdits({ path, text }, outline(text), imports), text));
}

/** Edits of one file, sorted, with the line ends of its text. */
export function editsIn(edits: readonly Edit[], text: string): Edit[] {
  const end = lineEnd(text);
  return edits.map((e) => (e.text.includes("\n") ? { at: e.at, text: e.text.replaceAll(/\r?\n/g, end) } : e)).sort(compareEdits);
}

/** The line end that a text uses: that of its first line. */
export function lineEnd(text: string): "\n" | "\r\n" {
  const feed = text.indexOf("\n");
  return feed > 0 && text.charCodeAt(feed - 1) === 13 ? "\r\n" : "\n";
}
