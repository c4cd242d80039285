/**
 * Suppression comments: `//gomend:ignore rule-id, other-id // reason` on the line of the finding or alone on the line above it, and
 * golangci-lint's `//nolint`, `//nolint:gomend`, `//nolint:all`.
 */
import type { Source } from "../go/node.ts";
import { type Suppression, suppressionsIn } from "../go/suppressions.ts";
import type { Finding } from "../rule/rule.ts";
import { UNUSED_SUPPRESSION } from "./selection.ts";

export class Suppressions {
  private readonly source: Source;
  private readonly all: readonly Suppression[];
  /** Ids of a comment that took a finding away. */
  private readonly used = new Map<Suppression, Set<string>>();

  constructor(source: Source) {
    this.source = source;
    this.all = suppressionsIn(source.text);
  }

  /** Whether a comment takes the finding away; notes that it was needed. */
  covers(finding: Finding): boolean {
    const { start } = finding.at;
    let covered = false;
    for (const s of this.all) {
      if (start < s.line.start || start > s.line.end) continue;
      if (s.ids !== null && !s.ids.includes(finding.rule)) continue;
      covered = true;
      const used = this.used.get(s) ?? new Set();
      used.add(finding.rule);
      this.used.set(s, used);
    }
    return covered;
  }

  /** Findings about `gomend:ignore` comments that name no rule, an unknown one, or one that found nothing here. */
  *unused(worth: (id: string) => "unknown" | "idle" | "active"): Iterable<Finding> {
    for (const s of this.all) {
      if (s.tool !== "gomend") continue;
      const ids = s.ids ?? [];
      if (ids.length === 0) {
        yield this.finding(s, "this suppression names no rule: write //gomend:ignore rule-id // reason", false);
        continue;
      }
      const idle = ids.some((id) => worth(id) === "idle");
      const bad = ids.filter((id) => worth(id) === "unknown" || (worth(id) === "active" && !this.used.get(s)?.has(id)));
      for (const id of bad) {
        const message =
          worth(id) === "unknown" ? `there is no rule ${id} to suppress` : `${id} finds nothing here, so nothing needs to be suppressed`;
        yield this.finding(s, message, bad.length === ids.length && !idle);
      }
    }
  }

  private finding(s: Suppression, message: string, removable: boolean): Finding {
    const { path, text } = this.source;
    let { start, end } = s.at;
    if (s.alone) {
      while (start > 0 && (text[start - 1] === " " || text[start - 1] === "\t")) start--;
      if (text.startsWith("\r\n", end)) end += 2;
      else if (text[end] === "\n") end++;
    } else while (start > 0 && (text[start - 1] === " " || text[start - 1] === "\t")) start--;
    return {
      rule: UNUSED_SUPPRESSION,
      at: { path, start: s.at.start, end: s.at.end },
      message,
      confidence: "proven",
      fixes: removable ? [{ title: "Remove the comment", applicability: "safe", edits: [{ at: { path, start, end }, text: "" }] }] : [],
    };
  }
}
