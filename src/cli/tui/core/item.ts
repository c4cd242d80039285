/** Findings as the review goes through them. */
import type { Checked } from "../../../engine/check.ts";
import { outlook } from "../../../engine/fix.ts";
import { compareFindings } from "../../../engine/plan.ts";
import type { Finding, Fix } from "../../../rule/rule.ts";

export interface Alternative {
  readonly fix: Fix;
  /** Why it cannot be accepted; null when it can. */
  readonly barred: string | null;
}

export interface Item {
  /** Its fingerprint, made unlike that of every other item. */
  readonly id: string;
  readonly finding: Finding;
  /** The directory, as reports name it. */
  readonly directory: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The declaration around it, "" when there is none. */
  readonly declaration: string;
  readonly alternatives: readonly Alternative[];
}

/** Items of one directory, in the order of its findings. */
export function itemsOf(directory: string, checked: Checked): Item[] {
  const textOf = (path: string): string => checked.sources.get(path) ?? "";
  const outcomes = outlook(new Map([[directory, checked]]), { unsafe: true, fixable: () => true }, textOf);
  const seen = new Map<string, number>();
  return checked.findings.map((finding) => {
    const print = checked.fingerprints.get(finding) ?? "";
    const ordinal = seen.get(print) ?? 0;
    seen.set(print, ordinal + 1);
    const alternatives = finding.fixes.map((fix) => {
      const outcome = outcomes.get(fix);
      return { fix, barred: outcome?.status === "invalid" || outcome?.status === "not-selected" ? outcome.reason : null };
    });
    const { line, column } = place(textOf(finding.at.path), finding.at.start);
    const id = ordinal === 0 ? print : `${print}#${ordinal}`;
    return { id, finding, directory, line, column, declaration: checked.declarations.get(finding) ?? "", alternatives };
  });
}

function place(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

export function comparePlaces(a: Item, b: Item): number {
  return compareFindings(a.finding, b.finding);
}

/** The first alternative that can be accepted, or -1. */
export function firstUsable(item: Item): number {
  return item.alternatives.findIndex((a) => a.barred === null);
}
