/** Which rules run and which of their findings are told: `--select`, `--ignore`, and what the configuration says. */
import type { Finding, Rule, Tier } from "../rule/rule.ts";

/** The pseudo rule under which unused and unknown suppressions are told. */
export const UNUSED_SUPPRESSION = "unused-suppression";

export const TIERS: readonly Tier[] = ["recommended", "pedantic", "harden"];

/** A selector that names nothing: the person's mistake. */
export class UnknownSelector extends Error {
  override name = "UnknownSelector";
}

/** From broad to narrow: the narrower selector wins, and of two equals `ignore`. What is selected by default is the broadest. */
const DEFAULT = 1;
const ALL = 2;
const TIER = 3;
const FAMILY = 4;
const ID = 5;

export interface Selectors {
  /** Ids, families, tiers, `ALL`; nothing given means `recommended`. */
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
}

export class Selection {
  private readonly select: ReadonlySet<string>;
  private readonly ignore: ReadonlySet<string>;
  private readonly byDefault: boolean;

  /** Throws `UnknownSelector` with the way out in its message. */
  constructor(selectors: Selectors, rules: readonly Rule[]) {
    this.byDefault = !selectors.select?.length;
    this.select = new Set(selectors.select?.length ? selectors.select : ["recommended"]);
    this.ignore = new Set(selectors.ignore ?? []);
    for (const s of [...this.select, ...this.ignore]) checkSelector(s, rules);
  }

  /** Whether the rule can have findings that `admits` lets through. */
  runs(rule: Rule): boolean {
    // A rule of the recommended tier may call single findings pedantic.
    const tiers: readonly Tier[] = rule.tier === "recommended" ? ["recommended", "pedantic"] : [rule.tier];
    return tiers.some((tier) => this.admitted(rule.id, rule.family, tier));
  }

  admits(finding: Finding, rule: Rule): boolean {
    return this.admitted(rule.id, rule.family, finding.tier ?? rule.tier);
  }

  /** Whether unused suppressions are told. */
  get unusedSuppressions(): boolean {
    return (
      !this.ignore.has(UNUSED_SUPPRESSION) &&
      (this.select.has(UNUSED_SUPPRESSION) || this.select.has("recommended") || this.select.has("ALL"))
    );
  }

  private admitted(id: string, family: string, tier: Tier): boolean {
    const wanted = this.select.has(id)
      ? ID
      : // A family stands for what it has of the recommended tier; pedantic findings want to be asked for.
        this.select.has(family) && (tier === "recommended" || family === tier)
        ? FAMILY
        : this.select.has(tier)
          ? this.byDefault
            ? DEFAULT
            : TIER
          : this.select.has("ALL")
            ? ALL
            : 0;
    const refused = this.ignore.has(id)
      ? ID
      : this.ignore.has(family)
        ? FAMILY
        : this.ignore.has(tier)
          ? this.byDefault
            ? DEFAULT
            : TIER
          : this.ignore.has("ALL")
            ? ALL
            : 0;
    return wanted > refused;
  }
}

/** Every name that `--select` and `--ignore` take. */
export function selectorNames(rules: readonly Rule[]): string[] {
  return [...new Set([...rules.map((r) => r.id), UNUSED_SUPPRESSION, ...rules.map((r) => r.family), ...TIERS, "ALL"])];
}

export function checkSelector(selector: string, rules: readonly Rule[]): void {
  const names = selectorNames(rules);
  if (names.includes(selector)) return;
  throw new UnknownSelector(`unknown rule "${selector}"${didYouMean(selector, names) || ";"} "gomend rules" lists all`);
}

/** `, did you mean "x"?` for the nearest of the names, else "". */
export function didYouMean(word: string, names: readonly string[]): string {
  const nearest = closest(word, names);
  return nearest === null ? "" : `, did you mean "${nearest}"?`;
}

export function closest(word: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const d = name.startsWith(word) && word.length > 3 ? 1 : distance(word.toLowerCase(), name.toLowerCase());
    if (d < least) {
      least = d;
      best = name;
    }
  }
  return best;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
