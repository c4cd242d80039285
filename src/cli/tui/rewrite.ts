/** A fix as somebody rewrites it: the declaration around the finding, as the fix would leave it, is edited as a text of its own. */
import { outline } from "../../go/outline.ts";
import { applyEdits } from "../../text/apply.ts";
import { editsBetween } from "../../text/diff.ts";
import { compareEdits, type Edit } from "../../text/edit.ts";
import type { Item } from "./core/item.ts";
import type { Outlook, Sources } from "./sources.ts";

export interface Draft {
  /** What is edited. */
  readonly text: string;
  /** The line of it, from 1, where the fix begins. */
  readonly line: number;
  /** The whole change once the text is another one. */
  readonly edits: (text: string) => readonly Edit[];
}

/** Null where the finding stands in no declaration, or what the fix makes of it is not known. */
export function draft(sources: Sources, item: Item, outlook: Outlook): Draft | null {
  if ("fault" in outlook) return null;
  const { path, start } = item.finding.at;
  const before = sources.text(path);
  const declaration = outline(before).declarations.find((d) => start >= d.start && start < d.end);
  if (!declaration) return null;
  const own = outlook.find((f) => f.path === path);
  const all = own ? editsBetween(path, before, own.after) : [];
  const inside = all.filter((e) => e.at.start >= declaration.start && e.at.end <= declaration.end);
  const outside = all.filter((e) => !inside.includes(e));
  const elsewhere = outlook.filter((f) => f.path !== path).flatMap((f) => editsBetween(f.path, f.before, f.after));
  // Where a change reaches over the edge of the declaration it cannot be told what belongs to it.
  if (outside.some((e) => e.at.start < declaration.end && e.at.end > declaration.start)) return null;
  const shifted = inside.map((e) => ({
    at: { ...e.at, start: e.at.start - declaration.start, end: e.at.end - declaration.start },
    text: e.text,
  }));
  const text = applyEdits(before.slice(declaration.start, declaration.end), shifted);
  const first = shifted[0]?.at.start ?? start - declaration.start;
  return {
    text,
    line: text.slice(0, first).split("\n").length,
    edits: (now) => {
      const whole = { at: { path, start: declaration.start, end: declaration.end }, text: now.replace(/\s+$/, "") };
      const after = applyEdits(before, [...outside, whole].sort(compareEdits));
      return [...editsBetween(path, before, after), ...elsewhere];
    },
  };
}
