/**
 * Spans and edits over one text. Offsets are UTF-16 code units of the file's original text, as JavaScript counts.
 */

/** Half-open UTF-16 range `[start, end)` in one file's original text. */
export interface Span {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** Replaces the text at a span. `""` deletes; an empty span inserts. */
export interface Edit {
  readonly at: Span;
  readonly text: string;
}
