/** What of the findings is shown. */
import type { PageData, PageFinding } from "./data.ts";

export interface Filter {
  /** A rule's id, or "". */
  readonly rule: string;
  readonly safety: string;
  readonly owner: string;
  /** A directory or file, with all below it; "" for all. */
  readonly path: string;
  /** Words that must all be there, anywhere in place, rule and message. */
  readonly search: string;
}

export const EVERYTHING: Filter = { rule: "", safety: "", owner: "", path: "", search: "" };

export const NOBODY = "(nobody)";

/** Indices of the findings that a filter lets through, in order. */
export function select(data: PageData, filter: Filter): number[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  const path = filter.path.replace(/\/+$/, "");
  return data.findings.flatMap((f, i) => {
    const rule = data.rules[f.rule]?.id ?? "";
    if (filter.rule !== "" && rule !== filter.rule) return [];
    if (filter.safety !== "" && f.safety !== filter.safety) return [];
    if (filter.owner !== "" && !isOwnedBy(f, filter.owner)) return [];
    if (path !== "" && f.path !== path && !f.path.startsWith(`${path}/`) && packageOf(f.path) !== path) return [];
    const text = `${f.path}:${f.line} ${rule} ${f.message}`.toLowerCase();
    return words.every((word) => text.includes(word)) ? [i] : [];
  });
}

function isOwnedBy(finding: PageFinding, owner: string): boolean {
  return owner === NOBODY ? finding.owners.length === 0 : finding.owners.includes(owner);
}

/** The directory of a file. */
export function packageOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash);
}

/** Findings by package, for the map: the largest, and the rest as one. */
export function byPackage(data: PageData, shown: readonly number[], most: number): { name: string; weight: number }[] {
  const counts = new Map<string, number>();
  for (const i of shown) {
    const name = packageOf(data.findings[i]?.path ?? "");
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name, weight]) => ({ name, weight }));
  const rest = sorted.slice(most).reduce((sum, { weight }) => sum + weight, 0);
  return rest > 0 ? [...sorted.slice(0, most), { name: "", weight: rest }] : sorted;
}
