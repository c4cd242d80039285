/** One round of fixes: rendered, checked again, and without those that do not parse, do not help or do harm. */
import { outline } from "../go/outline.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import type { Checked } from "./check.ts";
import { declarationAt } from "./fingerprint.ts";
import type { State, Wanted } from "./fix.ts";
import { grouped } from "./follow.ts";
import { renderOutcome } from "./outcome.ts";
import type { Candidate } from "./plan.ts";
import type { FileChange } from "./report.ts";
import { UNUSED_SUPPRESSION } from "./selection.ts";

export interface Settled {
  readonly files: readonly FileChange[];
  readonly applied: readonly Candidate[];
  readonly invalid: readonly { readonly candidate: Candidate; readonly reason: string }[];
  readonly unwanted: readonly { readonly candidate: Candidate; readonly reason: string }[];
  readonly next: State;
}

/** Something that is wrong with an outcome. */
interface Charge {
  /** The same for the same wrong in another outcome. */
  readonly key: string;
  readonly reason: string;
  /** Fixes one of which did it at least; that does not say that all did. */
  readonly suspects: readonly Candidate[];
}

interface Tried {
  readonly files: readonly FileChange[];
  readonly invalid: ReadonlyMap<Fix, string>;
  readonly unparsed: ReadonlyMap<Fix, string>;
  /** Those that the outcome has. */
  readonly kept: readonly Candidate[];
  readonly next: State;
  readonly charges: readonly Charge[];
}

/** More suspects than this are not tried one by one. */
const MOST_SUSPECTS = 8;

/** Renders the fixes and checks the outcome; fixes that do not parse, do not help or do harm are taken back, until the rest is well. */
export async function settle(
  accepted: readonly Candidate[],
  state: State,
  now: (path: string) => string,
  texts: ReadonlyMap<string, string>,
  recheck: (texts: ReadonlyMap<string, string>, changed: readonly string[]) => Promise<State>,
  wanted: Wanted,
): Promise<Settled> {
  const attempt = async (candidates: readonly Candidate[]): Promise<Tried> => {
    const { files, invalid, unparsed } = renderOutcome(
      candidates.map((c) => c.fix),
      now,
    );
    const kept = candidates.filter((c) => !invalid.has(c.fix) && !unparsed.has(c.fix));
    if (files.length === 0) return { files, invalid, unparsed, kept, next: state, charges: [] };
    const after = new Map(texts);
    for (const file of files) after.set(file.path, file.after);
    const fresh = await recheck(
      after,
      files.map((f) => f.path),
    );
    const next = new Map(state);
    for (const [dir, checked] of fresh) next.set(dir, checked);
    const charges = chargesAgainst(kept, state, next, [...fresh.keys()], now, (path) => after.get(path) ?? now(path), wanted);
    return { files, invalid, unparsed, kept, next, charges };
  };
  const invalid: { candidate: Candidate; reason: string }[] = [];
  const unwanted: { candidate: Candidate; reason: string }[] = [];
  let kept = accepted;
  for (;;) {
    const tried = await attempt(kept);
    for (const candidate of kept) {
      const reason = tried.invalid.get(candidate.fix);
      if (reason !== undefined) invalid.push({ candidate, reason });
      const broken = tried.unparsed.get(candidate.fix);
      if (broken !== undefined) unwanted.push({ candidate, reason: broken });
    }
    kept = tried.kept;
    if (tried.files.length === 0) {
      for (const candidate of kept) invalid.push({ candidate, reason: "it changes nothing" });
      return { files: [], applied: [], invalid, unwanted, next: state };
    }
    if (tried.charges.length === 0) return { files: tried.files, applied: kept, invalid, unwanted, next: tried.next };
    const guilty = new Map<Candidate, string>();
    for (const charge of tried.charges) {
      if (charge.suspects.some((c) => guilty.has(c))) continue; // perhaps it goes with that one
      for (const candidate of await guiltyOf(charge, kept, attempt)) guilty.set(candidate, charge.reason);
    }
    for (const [candidate, reason] of guilty) invalid.push({ candidate, reason });
    kept = kept.filter((c) => !guilty.has(c));
  }
}

/** The suspect without which it is not so, the last one first; all of them where that does not tell. */
async function guiltyOf(
  { key, suspects }: Charge,
  kept: readonly Candidate[],
  attempt: (candidates: readonly Candidate[]) => Promise<Tried>,
): Promise<readonly Candidate[]> {
  if (suspects.length === 1 || suspects.length > MOST_SUSPECTS) return suspects;
  for (const suspect of [...suspects].reverse()) {
    const without = await attempt(kept.filter((c) => c !== suspect));
    if (!without.charges.some((c) => c.key === key)) return [suspect];
  }
  return suspects;
}

/** Findings that accepted fixes left in place, or brought, by counting those of a rule in a declaration. */
function chargesAgainst(
  kept: readonly Candidate[],
  before: State,
  after: State,
  dirs: readonly string[],
  now: (path: string) => string,
  then: (path: string) => string,
  wanted: Wanted,
): Charge[] {
  const charges: Charge[] = [];
  const owner = new Map<Finding, Candidate>(kept.map((c) => [c.finding, c]));
  for (const dir of dirs) {
    const old = grouped(before.get(dir));
    for (const [group, findings] of grouped(after.get(dir))) {
      const [first] = findings;
      if (!first || first.rule === UNUSED_SUPPRESSION) continue;
      const key = `${dir}\0${group}`;
      const earlier = old.get(group) ?? [];
      const own = earlier.flatMap((f) => owner.get(f) ?? []);
      if (findings.length <= earlier.length - own.length) continue;
      if (own.length > 0) {
        const stayed = earlier.filter((f) => !owner.has(f));
        const suspects = useless(own, stayed, findings, now, then);
        // Each by itself: one without which it would be gone is no guiltier than the others.
        for (const c of suspects) charges.push({ key, reason: "its finding is still there afterwards", suspects: [c] });
        continue;
      }
      if (wanted.hardens?.(first.rule)) continue; // nothing is wrong there
      if (!grew(first.rule, kept, before.get(dir), after.get(dir))) continue; // it came along into another declaration
      const declaration = after.get(dir)?.declarations.get(first) ?? "";
      charges.push({
        key,
        reason: `it brings a new finding of ${first.rule}`,
        suspects: suspectsOf(kept, first.at.path, declaration, now),
      });
    }
  }
  return charges;
}

/** Of the fixes of one rule in one declaration those whose findings are still there, by message and text; all when that does not tell. */
function useless(
  own: readonly Candidate[],
  stayed: readonly Finding[],
  left: readonly Finding[],
  now: (path: string) => string,
  then: (path: string) => string,
): readonly Candidate[] {
  const key = (f: Finding, textOf: (path: string) => string): string => `${f.message}\0${textOf(f.at.path).slice(f.at.start, f.at.end)}`;
  const rest = left.map((f) => key(f, then));
  const take = (k: string): boolean => {
    const at = rest.indexOf(k);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  };
  const changed = stayed.filter((f) => !take(key(f, now))).length;
  const blamed = own.filter((c) => take(key(c.finding, now)));
  return blamed.length > 0 && rest.length <= changed ? blamed : own;
}

/** True when a directory has more findings of a rule than the fixes leave it with. */
function grew(rule: string, kept: readonly Candidate[], before: Checked | undefined, after: Checked | undefined): boolean {
  const count = (checked: Checked | undefined): number => checked?.findings.filter((f) => f.rule === rule).length ?? 0;
  const mended = kept.filter((c) => c.finding.rule === rule && before?.findings.includes(c.finding)).length;
  return count(after) > count(before) - mended;
}

/** The fixes that edit the declaration; else those that edit the file; else all. */
function suspectsOf(kept: readonly Candidate[], path: string, declaration: string, now: (path: string) => string): readonly Candidate[] {
  const { declarations } = outline(now(path));
  const inFile = kept.filter((c) => c.fix.edits.some((e) => e.at.path === path));
  const near = inFile.filter((c) => c.fix.edits.some((e) => e.at.path === path && declarationAt(declarations, e.at.start) === declaration));
  return near.length > 0 ? near : inFile.length > 0 ? inFile : kept;
}
