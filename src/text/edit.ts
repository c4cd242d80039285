/**
 * Spans and edits over one text. Offsets are UTF-16 code units of the file's original text, as JavaScript counts.
 *
 * Order of edits in one list: by start, then by end, so an insertion at the start of a replacement stands before it and
 * one at its end after it. Several insertions at one point keep the list's order, and their texts land in that order.
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

/** Sorts by start, then end; edits of equal span keep their order. */
export function compareEdits(a: Edit, b: Edit): number {
  return a.at.start - b.at.start || a.at.end - b.at.end;
}

/**
 * What is wrong with the first bad edit, or null. Edits of one text must have one path, lie within the text, be sorted as
 * said above and disjoint (touching is allowed), and split neither a surrogate pair nor a CRLF; their text must be
 * well-formed UTF-16.
 */
export function validateEdits(edits: readonly Edit[], text: string): string | null {
  let previous: Edit | undefined;
  for (const edit of edits) {
    const fault = faultOf(edit, text) ?? (previous && faultBetween(previous, edit));
    if (fault) return `edit ${edit.at.path}:${edit.at.start}-${edit.at.end} ${fault}`;
    previous = edit;
  }
  return null;
}

function faultOf({ at, text: inserted }: Edit, text: string): string | null {
  if (!Number.isInteger(at.start) || !Number.isInteger(at.end)) return "has an offset that is no integer";
  if (at.start > at.end) return "ends before it starts";
  if (at.start < 0 || at.end > text.length) return `is outside the text of ${text.length} units`;
  for (const offset of [at.start, at.end]) {
    if (splitsPair(text, offset)) return `splits a surrogate pair at ${offset}`;
    if (splitsCrlf(text, offset)) return `splits a CRLF at ${offset}`;
  }
  if (/\p{Surrogate}/u.test(inserted)) return "inserts a lone surrogate";
  return null;
}

function faultBetween(previous: Edit, edit: Edit): string | null {
  if (edit.at.path !== previous.at.path) return `is of another file than the edit before it (${previous.at.path})`;
  if (compareEdits(previous, edit) > 0) return "is not sorted";
  if (edit.at.start < previous.at.end) return `overlaps ${previous.at.start}-${previous.at.end}`;
  return null;
}

/** Whether the offset lies between the halves of a surrogate pair. */
export function splitsPair(text: string, offset: number): boolean {
  return (text.charCodeAt(offset - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(offset) & 0xfc00) === 0xdc00;
}

/** Whether the offset lies between `\r` and `\n`. */
export function splitsCrlf(text: string, offset: number): boolean {
  return text.charCodeAt(offset - 1) === 13 && text.charCodeAt(offset) === 10;
}

/**
 * The same change in less text: what an edit's text shares with the text it replaces is cut off at both ends (the start
 * first), by whole words, and edits that change nothing are dropped. The edits must be valid for the text. For output only: a
 * planner looks for conflicts in the edits as they were written, whose extent carries meaning.
 */
export function normalise(edits: readonly Edit[], text: string): Edit[] {
  return edits.filter((edit) => text.slice(edit.at.start, edit.at.end) !== edit.text).map((edit) => shrink(edit, text));
}

function shrink(edit: Edit, text: string): Edit {
  let { start, end } = edit.at;
  let from = 0;
  let to = edit.text.length;
  while (start < end && from < to && text[start] === edit.text[from]) {
    start++;
    from++;
  }
  while (start > edit.at.start && (splits(text, start) || splits(edit.text, from))) {
    start--;
    from--;
  }
  const least = to - from;
  let shared = 0;
  while (shared < Math.min(end - start, least) && text[end - 1 - shared] === edit.text[to - 1 - shared]) shared++;
  while (shared > 0 && (splits(text, end - shared) || splits(edit.text, to - shared))) shared--;
  end -= shared;
  to -= shared;
  if (start === edit.at.start && end === edit.at.end) return edit;
  return { at: { path: edit.at.path, start, end }, text: edit.text.slice(from, to) };
}

function splits(text: string, offset: number): boolean {
  return splitsCrlf(text, offset) || (isWord(text.charCodeAt(offset - 1)) && isWord(text.charCodeAt(offset)));
}

/** ASCII letters, digits, `_`, and all beyond ASCII, so halves of surrogate pairs too. */
function isWord(unit: number): boolean {
  return unit >= 0x80 || unit === 95 || (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
}

/**
 * Whether two things of different fixes stand in each other's way. A span is code that a fix relies on (`assumes`), an
 * edit is code that it changes.
 *
 * - Replacements conflict when they share a unit; touching ones do not.
 * - An insertion conflicts with a replacement that holds it or touches it at either edge, and with an insertion at the
 *   same point: which comes first is not for us to say.
 * - An edit conflicts with a span that it changes: a replacement that shares a unit with it, an insertion strictly
 *   inside it. An empty span is a place: only an insertion there or a replacement around it concerns it.
 * - Spans, being only read, never conflict.
 */
export function overlaps(a: Edit | Span, b: Edit | Span): boolean {
  if ("at" in a) return "at" in b ? editsConflict(a.at, b.at) : disturbs(a.at, b);
  return "at" in b ? disturbs(b.at, a) : false;
}

function editsConflict(a: Span, b: Span): boolean {
  if (a.path !== b.path) return false;
  const insertion = a.start === a.end || b.start === b.end;
  return insertion ? a.start <= b.end && b.start <= a.end : a.start < b.end && b.start < a.end;
}

function disturbs(edit: Span, relied: Span): boolean {
  if (edit.path !== relied.path) return false;
  if (edit.start === edit.end && relied.start === relied.end) return edit.start === relied.start;
  return edit.start < relied.end && relied.start < edit.end;
}
