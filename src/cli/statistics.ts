/** `--statistics`: findings by rule, package, module or owner. */
import type { Finding } from "../rule/rule.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { groupOfFile } from "./dimensions.ts";
import type { Dimension } from "./flags.ts";
import { columns } from "./tables.ts";

/** Most first; `[*]` for those with a safe fix. */
export function statisticsTable(findings: readonly Finding[], by: Dimension, cwd: string): string {
  const ofFile = by === "rule" ? null : groupOfFile(by, cwd);
  const counts = new Map<string, { n: number; safe: number }>();
  for (const f of findings) {
    const group = ofFile ? ofFile(f.at.path) : f.rule;
    const entry = counts.get(group) ?? { n: 0, safe: 0 };
    entry.n++;
    if (f.fixes.some((x) => x.applicability === "safe")) entry.safe++;
    counts.set(group, entry);
  }
  const rows = [...counts].sort(([a, x], [b, y]) => y.n - x.n || (a < b ? -1 : 1));
  return columns(rows.map(([group, { n, safe }]) => [String(n), sanitizeLine(group), safe > 0 ? `[*] ${safe} with a safe fix` : ""]));
}
