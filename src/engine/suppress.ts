/**
 * Suppression comments: `//gomend:ignore rule-id, other-id // reason` on the line of the finding or alone on the line above it, and
 * golangci-lint's `//nolint`, `//nolint:gomend`, `//nolint:all`.
 */
import type { Source } from "../go/node.ts";
import { type Suppression, suppressionsIn } from "../go/suppressions.ts";
import type { Finding } from "../rule/rule.ts";
import { Lines } from "../text/lines.ts";
import { UNUSED_SUPPRESSION } from "./selection.ts";

/** A file without this holds no suppression that could be unused. */
export const SUPPRESSION_MARK = "gomend:ignore";

export class Suppressions {
  private readonly source: Source;
  private readonly lines: Lines;
  private readonly all: readonly Suppression[];
  /** Ids of a comment that took a finding away. */
  private readonly used = new Map<Suppression, Set<string>>();

  constructor(source: Source) {
    this.source = source;
    this.lines = new Lines(source.text);
    this.all = suppressionsIn(source.text);
  }

  /** Whether a comment takes the finding away; notes that it was needed. */
  covers(finding: Finding): boolean {
    const line = this.lines.position(finding.at.start).line;
    let covered = false;
    for (const s of this.all) {
      const at = this.lines.position(s.at.start).line;
      if (at !== line && !(s.alone && this.nextCode(at) === line)) continue;
      if (s.ids !== null && !s.ids.includes(finding.rule)) continue;
      covered = true;
      const used = this.used.get(s) ?? new Set();
      used.add(finding.rule);
      this.used.set(s, used);
    }
    return covered;
  }

  /** The first line below `line` that is not a comment of this kind: several may stand above one statement. */
  private nextCode(line: number): number {
    let next = line + 1;
    while (this.all.some((s) => s.alone && this.lines.position(s.at.start).line === next)) next++;
    return next;
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
