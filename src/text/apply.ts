/** Applies edits to a text. The only importer of magic-string. */
import MagicString from "magic-string";
import { type Edit, validateEdits } from "./edit.ts";

/** The edits are invalid for the text; the message says which and why. */
export class InvalidEdits extends Error {
  override name = "InvalidEdits";
}

/**
 * The text with all edits of one file applied at once; offsets are the original text's.
 * Throws `InvalidEdits` before anything is done: magic-string throws on some overlaps and silently swallows others
 * (seen with 1.4.5).
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const fault = validateEdits(edits, text);
  if (fault) throw new InvalidEdits(fault);
  if (edits.length === 0) return text;
  const result = new MagicString(text);
  // Insertions last: magic-string drops what was appended to a chunk that is removed later.
  for (const { at, text: content } of edits) {
    if (at.start === at.end) continue;
    if (content === "") result.remove(at.start, at.end);
    else result.update(at.start, at.end, content);
  }
  for (const { at, text: content } of edits) {
    if (at.start === at.end) result.appendLeft(at.start, content);
  }
  return result.toString();
}

/**
 * Where an offset of the original text stands in the edited one. At an insertion, and inside a replaced range, `bias` says
 * which side of the new text is meant: by default what follows it.
 */
export function mapOffset(edits: readonly Edit[], offset: number, bias: "before" | "after" = "after"): number {
  let delta = 0;
  for (const { at, text } of edits) {
    if (at.start > offset) break;
    const grows = text.length - (at.end - at.start);
    if (at.start === at.end) {
      if (at.start < offset || bias === "after") delta += grows;
    } else if (at.end <= offset) {
      delta += grows;
    } else if (at.start < offset) {
      return bias === "after" ? at.end + delta + grows : at.start + delta;
    }
  }
  return offset + delta;
}
