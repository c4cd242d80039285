/** What a file looks like once edits and changes of its imports are made: line ends, import block and formatting as the file has them. */
import { applyEdits } from "../text/apply.ts";
import { compareEdits, type Edit, validateEdits } from "../text/edit.ts";
import { asBefore, type Formatted, formatLike } from "./format.ts";
import { type ImportChange, importEdits } from "./import-edits.ts";
import { outline } from "./outline.ts";

/** A text that does not parse is not rewritten. `loadFormatter()` must have been awaited. */
export function rewrite(path: string, before: string, edits: readonly Edit[], imports: readonly ImportChange[]): Formatted {
  const edited = applyEdits(before, editsIn(edits, before));
  const changes = importChanges(path, edited, imports);
  // Imports of a text that is no Go may be anywhere.
  const fault = validateEdits(changes, edited);
  if (fault !== null) return { ok: false, message: fault, line: 1, column: 1 };
  const outcome = formatLike(before, applyEdits(edited, changes));
  const was = asBefore(before);
  return outcome.ok && !was.ok ? was : outcome;
}

/** Imports are rendered once, on the new text: what is there is not added, what is still named is not dropped. */
function importChanges(path: string, text: string, imports: readonly ImportChange[]): Edit[] {
  return imports.length === 0 ? [] : editsIn(importEdits({ path, text }, outline(text), imports), text);
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
