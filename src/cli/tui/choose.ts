/** Decisions as the engine asks for them: which fix, for each finding. */

import type { Outcome } from "../../engine/report.ts";
import type { Choose } from "../../engine/run.ts";
import { lineEnd } from "../../go/rewrite.ts";
import type { Finding, Fix } from "../../rule/rule.ts";
import { lineStart } from "../../text/lines.ts";
import { sanitizeLine } from "../../text/sanitize.ts";
import type { Item } from "./core/item.ts";
import type { Decision } from "./core/state.ts";

export interface Chosen {
  readonly choose: Choose;
  /** What became of what was chosen for an item; the last word counts, where several rounds came to it. */
  readonly outcomeOf: (item: Item, outcomes: ReadonlyMap<Fix, Outcome>) => Outcome | null;
}

/** Only what was decided for is chosen: neither what is undecided nor what fixes bring to light. */
export function chosen(items: readonly Item[], decisions: ReadonlyMap<string, Decision>): Chosen {
  const byFinding = new Map(items.map((item) => [item.finding, item]));
  /** Fixes of ours, by the finding as a round has it; and all that were asked for, by item. */
  const made = new Map<Finding, Fix>();
  const asked = new Map<Item, Fix[]>();
  return {
    choose(finding, _print, now, textOf) {
      const item = byFinding.get(finding);
      const decision = item && decisions.get(item.id);
      if (!item || !decision) return null;
      const fix = made.get(now) ?? fixOf(item, decision, now, textOf);
      if (!fix) return null;
      made.set(now, fix);
      const before = asked.get(item);
      if (!before) asked.set(item, [fix]);
      else if (!before.includes(fix)) before.push(fix);
      return fix;
    },
    outcomeOf(item, outcomes) {
      const told = (asked.get(item) ?? []).flatMap((fix) => outcomes.get(fix) ?? []);
      return told.at(-1) ?? null;
    },
  };
}

function fixOf(item: Item, decision: Decision, now: Finding, textOf: (path: string) => string): Fix | null {
  switch (decision.kind) {
    case "reject":
      return null;
    case "accept":
      return item.alternatives[decision.fix]?.fix ?? null;
    case "suppress":
      return suppression(now, decision.reason, textOf(now.at.path));
    case "edit":
      // Made for the text that was read: in a later round it would land elsewhere.
      return now === item.finding
        ? { title: "What was written by hand", applicability: "unsafe", because: "a person wrote it", edits: decision.edits }
        : null;
  }
}

/** A comment on the line above, with the indentation of the finding's line. */
export function suppression({ rule, at }: Finding, reason: string, text: string): Fix {
  const start = lineStart(text, at.start);
  const indent = /^[\t ]*/.exec(text.slice(start))?.[0] ?? "";
  const comment = `${indent}//gomend:ignore ${rule} // ${sanitizeLine(reason)}${lineEnd(text)}`;
  return {
    title: "Suppress it with a comment",
    applicability: "unsafe",
    because: "the fault stays",
    edits: [{ at: { path: at.path, start, end: start }, text: comment }],
  };
}
