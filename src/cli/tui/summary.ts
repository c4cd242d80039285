/** What is said after a write, and on leaving. */
import { count } from "../../report/view.ts";
import { sanitizeLine } from "../../text/sanitize.ts";
import type { Item } from "./core/item.ts";
import type { Written } from "./write.ts";

/** As many refusals are told one by one. */
const MOST = 8;

export function titleOf({ done, files }: Written): string {
  if (done.length === 0) return "Nothing was written";
  return `Wrote ${count(done.length, "decision")} to ${count(files.length, "file")}`;
}

/** Counts by rule, what was not applied and why, what is left, and the way back. */
export function summaryLines(written: Written, undecided: number): string[] {
  const lines = byRule(written.done).map(([rule, n]) => `  ${String(n).padStart(4)}  ${rule}`);
  if (written.refused.length > 0) {
    lines.push("", `Not applied: ${written.refused.length}`);
    for (const { item, why } of written.refused.slice(0, MOST)) lines.push(`  ${placeOf(item)} ${item.finding.rule}: ${sanitizeLine(why)}`);
    if (written.refused.length > MOST) lines.push(`  and ${written.refused.length - MOST} more`);
  }
  if (written.problems.length > 0) lines.push("", ...written.problems.map(sanitizeLine));
  lines.push("");
  if (written.files.length > 0) lines.push("gomend undo takes it back.");
  if (written.exposed > 0) lines.push(`${count(written.exposed, "finding")} came to light by it.`);
  lines.push(
    undecided === 0 ? "Nothing is left undecided." : `${count(undecided, "finding")} ${undecided === 1 ? "is" : "are"} left undecided.`,
  );
  return lines;
}

/** Counts by rule, the most first. */
export function byRule(items: readonly Item[]): [rule: string, n: number][] {
  const counts = new Map<string, number>();
  for (const { finding } of items) counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

export function placeOf({ finding, line }: Item): string {
  return `${sanitizeLine(finding.at.path)}:${line}`;
}
