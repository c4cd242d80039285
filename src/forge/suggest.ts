/** A fix as a suggestion: whole lines of one hunk of the diff, and what is to stand in their place. */
import type { LineEdit } from "../text/line-edits.ts";
import { sanitize } from "../text/sanitize.ts";
import type { Diff, ShownLine } from "./diff.ts";
import type { Item } from "./subject.ts";

export interface Suggestion {
  readonly path: string;
  /** The lines that are replaced, from 1, both inclusive; never none. */
  readonly first: number;
  readonly last: number;
  /** What replaces them, without line ends; never none. */
  readonly lines: readonly string[];
}

/** GitLab takes no more, and nobody reads more. */
const MOST = 100;

/** The suggestion that does what the fix does, or why there is none. */
export function suggest(item: Item, diff: Diff): Suggestion | string {
  const { fix } = item;
  if (!fix) return "there is no fix that can be applied";
  const [file, ...others] = fix.files;
  if (!file || others.length > 0) return "it changes several files";
  if (!fits(item, diff)) return "the diff shows other text than was checked";
  const first = Math.min(...file.edits.map((edit) => edit.first));
  const last = Math.max(...file.edits.map((edit) => edit.last));
  const reasons: string[] = [];
  for (const [from, to] of anchors(first, last, item.line)) {
    const range = diff.range(file.path, from, to);
    const made = range ? replace(file.path, range, file.edits) : "its lines are not in one part of the diff";
    if (typeof made !== "string") return made;
    reasons.push(made);
  }
  return reasons[0] ?? "it changes nothing";
}

/** The lines that change; with a kept one beside them where that is needed, the finding's own first. */
function* anchors(first: number, last: number, line: number): Generator<readonly [number, number]> {
  if (last >= first) yield [first, last];
  const above: readonly [number, number] = [first - 1, last];
  const below: readonly [number, number] = [first, last + 1];
  yield* line === first - 1 ? [above, below] : [below, above];
}

/** Whether what the fix was made for is what the diff shows, as far as both show it. */
function fits({ fix }: Item, diff: Diff): boolean {
  return (fix?.files ?? []).every(({ path, hunks }) =>
    hunks.every((hunk) => {
      let line = hunk.oldStart;
      return hunk.lines.every(({ kind, text }) => {
        if (kind === "added") return true;
        const shown = diff.line(path, line++);
        return !shown || text === (shown.crlf ? `${shown.text}\r` : shown.text);
      });
    }),
  );
}

function replace(path: string, range: readonly ShownLine[], edits: readonly LineEdit[]): Suggestion | string {
  if (range.length > MOST) return `its lines are more than ${MOST}`;
  if (range.some((line, i) => i > 0 && line.afterRemoved)) return "removed lines stand between its lines";
  const first = (range[0] as ShownLine).line;
  const last = first + range.length - 1;
  const old = range.map((line) => ({ text: line.crlf ? `${line.text}\r` : line.text, newline: line.newline }));
  const made: { text: string; newline: boolean }[] = [];
  let next = first;
  for (const edit of edits) {
    while (next < edit.first) made.push(old[next++ - first] as (typeof old)[number]);
    made.push(...edit.added);
    next = edit.last + 1;
  }
  while (next <= last) made.push(old[next++ - first] as (typeof old)[number]);
  const fault = faultOf(old, made);
  return fault ?? { path, first, last, lines: made.map(({ text }) => text.replace(/\r$/, "")) };
}

interface Line {
  readonly text: string;
  readonly newline: boolean;
}

/** Why the lines cannot be given as a suggestion without loss. */
function faultOf(old: readonly Line[], made: readonly Line[]): string | null {
  const all = [...old, ...made];
  if (made.length === 0 || made.every(({ text }) => text.trim() === "")) return "nothing is left of its lines";
  if (old.map((l) => l.text).join("\n") === made.map((l) => l.text).join("\n")) return "it changes nothing";
  if (all.some(({ newline }) => !newline)) return "it changes a last line that does not end";
  const crlf = all.filter(({ text }) => text.endsWith("\r")).length;
  if (crlf > 0 && crlf < all.length) return "its lines do not end alike";
  if (all.some(({ text }) => hasHidden(text.replace(/\r$/, "")))) return "it has characters that are not shown";
  return null;
}

function hasHidden(text: string): boolean {
  return sanitize(text) !== text;
}
