/** Which items are gone through: words like `rule:cancel path:api safe undecided`, all of which must hold. */
import type { Applicability } from "../../../rule/rule.ts";
import { firstUsable, type Item } from "./item.ts";
import type { Decision } from "./state.ts";

export const STATUSES = ["undecided", "accepted", "rejected", "suppressed", "edited"] as const;
export type Status = (typeof STATUSES)[number];

export interface Filter {
  /** As it was typed; "" lets everything through. */
  readonly text: string;
  readonly rules: readonly string[];
  readonly paths: readonly string[];
  /** By the fix that would be accepted by default. */
  readonly safety: readonly (Applicability | "none")[];
  readonly statuses: readonly Status[];
  /** Words that rule, path, declaration or message must hold. */
  readonly words: readonly string[];
}

export const NO_FILTER: Filter = { text: "", rules: [], paths: [], safety: [], statuses: [], words: [] };

const SAFETY = ["safe", "unsafe", "display", "none"] as const;

export function parseFilter(text: string): Filter {
  const filter = { text: text.trim(), rules: [], paths: [], safety: [], statuses: [], words: [] } as {
    text: string;
  } & { [K in Exclude<keyof Filter, "text">]: string[] };
  for (const word of filter.text.toLowerCase().split(/\s+/)) {
    const [, name, value = ""] = /^(rule|path|safety|is):(.*)$/.exec(word) ?? [null, "", word];
    if (value === "") continue;
    if (name === "rule") filter.rules.push(value);
    else if (name === "path") filter.paths.push(value);
    else if ((SAFETY as readonly string[]).includes(value)) filter.safety.push(value);
    else if ((STATUSES as readonly string[]).includes(value)) filter.statuses.push(value);
    else filter.words.push(value);
  }
  return filter as unknown as Filter;
}

/** Values of one sort are alternatives, sorts go together, and words must all be there. */
export function admits(filter: Filter, item: Item, decision: Decision | undefined): boolean {
  const { finding } = item;
  const path = finding.at.path.toLowerCase();
  if (filter.rules.length > 0 && !filter.rules.some((r) => finding.rule.includes(r))) return false;
  if (filter.paths.length > 0 && !filter.paths.some((p) => path.includes(p))) return false;
  if (filter.safety.length > 0 && !filter.safety.includes(safetyOf(item))) return false;
  if (filter.statuses.length > 0 && !filter.statuses.includes(statusOf(decision))) return false;
  return filter.words.every((word) => mentions(item, word));
}

/** Whether rule, path, declaration or message hold the words (in lower case). */
export function mentions({ finding, declaration }: Item, words: string): boolean {
  return `${finding.rule} ${finding.at.path} ${declaration} ${finding.message}`.toLowerCase().includes(words);
}

export function safetyOf(item: Item): Applicability | "none" {
  const usable = item.alternatives[firstUsable(item)] ?? item.alternatives[0];
  return usable?.fix.applicability ?? "none";
}

export function statusOf(decision: Decision | undefined): Status {
  switch (decision?.kind) {
    case "accept":
      return "accepted";
    case "reject":
      return "rejected";
    case "suppress":
      return "suppressed";
    case "edit":
      return "edited";
    default:
      return "undecided";
  }
}
