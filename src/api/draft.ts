/** Changes that belong together: those of one fix, or all that a transform makes of a file. */
import type { Edits } from "../rule/edits.ts";
import type { ImportIntent } from "../rule/rule.ts";
import { compareEdits, type Edit, overlaps } from "../text/edit.ts";

export class Draft {
  private readonly changes: Edit[] = [];
  private readonly intents: ImportIntent[] = [];
  /** Why some change could not be made; the first reason. */
  refused: string | null = null;

  /** Takes the edits all together, or none of them: null edits cannot be made, others may be in the way. */
  add(edits: Edits, imports: readonly ImportIntent[] = []): void {
    if (edits === null) this.refuse("a comment or a label is in the way");
    else if (edits.some((e) => this.changes.some((c) => clash(c, e)))) this.refuse("it changes what was changed already");
    else {
      this.changes.push(...edits);
      this.intents.push(...imports);
    }
  }

  /** The same for what takes the place of code: changes inside of it are part of the new text (see `textOf`) or gone with the code. */
  replace(edits: Edits, imports: readonly ImportIntent[] = []): void {
    const over = (edits ?? []).filter((e) => e.at.start < e.at.end);
    const kept = this.changes.filter((c) => !over.some((e) => e.at.path === c.at.path && e.at.start <= c.at.start && c.at.end <= e.at.end));
    this.changes.splice(0, this.changes.length, ...kept);
    this.add(edits, imports);
  }

  /** A stretch of a text with the changes that were made inside of it. */
  textOf(path: string, text: string, start: number, end: number): string {
    const inside = this.edits.filter((e) => e.at.path === path && start <= e.at.start && e.at.end <= end);
    let out = "";
    let from = start;
    for (const { at, text: now } of inside) {
      out += text.slice(from, at.start) + now;
      from = at.end;
    }
    return out + text.slice(from, end);
  }

  refuse(reason: string): void {
    this.refused ??= reason;
  }

  get isEmpty(): boolean {
    return this.changes.length === 0 && this.intents.length === 0;
  }

  /** Sorted. */
  get edits(): readonly Edit[] {
    return [...this.changes].sort(compareEdits);
  }

  get imports(): readonly ImportIntent[] {
    const seen = new Map(this.intents.map((i) => [`${i.path}\0${i.action}\0${i.alias ?? ""}`, i]));
    return [...seen.values()];
  }
}

/** Insertions at one place stand one after the other; beside what is replaced they may stand too. */
function clash(a: Edit, b: Edit): boolean {
  const inserts = (e: Edit): boolean => e.at.start === e.at.end;
  if (inserts(a) && inserts(b)) return false;
  if (inserts(a) || inserts(b)) {
    const [point, other] = inserts(a) ? [a.at, b.at] : [b.at, a.at];
    return point.path === other.path && other.start < point.start && point.start < other.end;
  }
  return overlaps(a, b);
}
