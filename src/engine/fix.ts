/** Fixes in rounds: plan, render, check again, until nothing is left that can be applied. */
import { outline } from "../go/outline.ts";
import type { Applicability, Finding, Fix } from "../rule/rule.ts";
import type { Checked } from "./check.ts";
import { declarationAt } from "./fingerprint.ts";
import { follow, grouped } from "./follow.ts";
import { renderOutcome } from "./outcome.ts";
import { type Candidate, compare, compareFindings, plan } from "./plan.ts";
import type { FileChange, Outcome, Problem } from "./report.ts";
import { UNUSED_SUPPRESSION } from "./selection.ts";

/** Which fixes are wanted. */
export interface Wanted {
  readonly unsafe: boolean;
  /** Whether fixes of the finding's rule are wanted at all: `--fixable`, `--unfixable`. */
  readonly fixable: (finding: Finding) => boolean;
  readonly choose?: Choose;
  /** Rules that ask for something to be added where nothing is wrong: a fix that gives them another place does no harm. */
  readonly hardens?: (rule: string) => boolean;
}

/**
 * What somebody chose for a finding: one of its fixes, unsafe ones included; null for none; undefined for what is chosen by default. It is
 * asked about the findings of the first round, by the same objects, also when a later round comes to them, and about findings that only
 * a fix brought to light. A choice that cannot be applied stays unapplied: no alternative stands in for it. Of one who writes fixes of
 * their own, `now` is the finding as the round has it, in the texts that `textOf` gives; such a fix must be made for it.
 */
export type Choose = (finding: Finding, fingerprint: string, now: Finding, textOf: (path: string) => string) => Fix | null | undefined;

export interface FixRun {
  readonly files: readonly FileChange[];
  readonly outcomes: ReadonlyMap<Fix, Outcome>;
  /** Findings in the new texts, sorted. */
  readonly left: readonly Finding[];
  /** Which finding of the first round each one is that stayed in a text that changed. */
  readonly origins: ReadonlyMap<Finding, Finding>;
  readonly problems: readonly Problem[];
  readonly rounds: number;
}

/** Findings by directory, as reports name it. */
export type State = ReadonlyMap<string, Checked>;

export const MAX_ROUNDS = 10;

/**
 * `recheck` checks the directories of the given files anew, with these texts in place of those on disk, and gives them by the same keys
 * as `first` has; `textOf` gives a file as it was read.
 */
export async function fixInRounds(
  first: State,
  textOf: (path: string) => string,
  recheck: (texts: ReadonlyMap<string, string>, changed: readonly string[]) => Promise<State>,
  wanted: Wanted,
): Promise<FixRun> {
  const outcomes = outlook(first, wanted, textOf);
  const problems: Problem[] = [];
  const texts = new Map<string, string>();
  const originals = new Map<string, string>();
  const refused = new Set<string>();
  /** The fix of the first round that a later round's fix is the same as. */
  const origins = new Map<Finding, Finding>();
  const now = (path: string): string => texts.get(path) ?? textOf(path);
  let state = first;
  let rounds = 0;
  while (rounds < MAX_ROUNDS) {
    const candidates = candidatesOf({ state, first, origins, wanted, refused, textOf: now });
    if (candidates.length === 0) break;
    rounds++;
    const { accepted, conflicts } = plan(candidates);
    const settled = await settle(accepted, state, now, texts, recheck, wanted);
    for (const { candidate, reason } of settled.invalid) {
      refused.add(refusal(candidate, state));
      record(candidate, { status: "invalid", reason }, origins, outcomes);
      problems.push({
        path: candidate.finding.at.path,
        rule: candidate.finding.rule,
        message: `its fix "${candidate.fix.title}" is invalid: ${reason}`,
      });
    }
    for (const { candidate, reason } of settled.unwanted) {
      refused.add(refusal(candidate, state));
      record(candidate, { status: "not-selected", reason }, origins, outcomes);
    }
    for (const candidate of settled.applied) record(candidate, { status: "applied", round: rounds }, origins, outcomes);
    const unread = new Map(settled.unwanted.map(({ candidate, reason }) => [candidate.finding, reason]));
    for (const { candidate, rival } of conflicts) {
      const reason = candidate.finding.at.path === rival.at.path ? unread.get(rival) : undefined;
      // In a file that does not parse, what lost would fare no better in any round.
      if (reason !== undefined) refused.add(refusal(candidate, state));
      const outcome: Outcome =
        reason === undefined ? { status: "conflict", rival: origins.get(rival) ?? rival } : { status: "not-selected", reason };
      record(candidate, outcome, origins, outcomes);
    }
    for (const file of settled.files) {
      if (!originals.has(file.path)) originals.set(file.path, file.before);
      texts.set(file.path, file.after);
    }
    const done = new Set(settled.applied.map((c) => c.finding));
    const changed = new Map(settled.files.map((f) => [f.path, f]));
    follow(state, settled.next, done, changed, origins);
    state = settled.next;
    if (settled.files.length === 0 && settled.invalid.length === 0 && settled.unwanted.length === 0) break;
  }
  for (const { finding, fix } of rounds === MAX_ROUNDS ? candidatesOf({ state, first, origins, wanted, refused, textOf: now }) : []) {
    problems.push({
      path: finding.at.path,
      rule: finding.rule,
      message: `its fix "${fix.title}" could still be applied after ${MAX_ROUNDS} rounds`,
    });
  }
  const files = [...originals]
    .map(([path, before]) => ({ path, before, after: now(path) }))
    .filter((f) => f.before !== f.after)
    .sort((a, b) => compare(a.path, b.path));
  return { files, outcomes, left: findingsOf(state), origins, problems, rounds };
}

/** What is known about fixes before any is applied: nothing about those that would be. */
export function outlook(state: State, wanted: Wanted, textOf: (path: string) => string): Map<Fix, Outcome> {
  const outcomes = new Map<Fix, Outcome>();
  for (const checked of state.values()) {
    for (const finding of checked.findings) {
      const choice = wanted.choose?.(finding, checked.fingerprints.get(finding) ?? "", finding, textOf);
      setOutcomes(finding, choice, checked, wanted, outcomes);
    }
  }
  return outcomes;
}

export function findingsOf(state: State): Finding[] {
  return [...state.values()].flatMap((c) => c.findings).sort(compareFindings);
}

// ---------------------------------------------------------------- choice

/** Why a fix is not to be applied, or null. */
function objection(fix: Fix, finding: Finding, checked: Checked | undefined, wanted: Wanted, chosen = false): Outcome | null {
  const blocked = checked?.blocked.get(fix);
  if (blocked) return blocked.fault ? { status: "invalid", reason: blocked.reason } : { status: "not-selected", reason: blocked.reason };
  if (fix.applicability === "display") return { status: "not-selected", reason: "a sketch to read, never applied" };
  if (chosen) return null;
  if (!wanted.fixable(finding)) return { status: "not-selected", reason: "fixes of this rule are not wanted" };
  if (fix.applicability === "unsafe" && !wanted.unsafe) return { status: "not-selected", reason: "unsafe fixes want --unsafe-fixes" };
  return null;
}

/** The fix that was chosen, or else the first alternative that may be applied. */
function pick(
  finding: Finding,
  choice: Fix | null | undefined,
  checked: Checked | undefined,
  wanted: Wanted,
  isRefused: (fix: Fix) => boolean,
): Fix | null {
  if (choice === null) return null;
  const open = choice === undefined ? finding.fixes : [choice];
  return open.find((fix) => !isRefused(fix) && objection(fix, finding, checked, wanted, fix === choice) === null) ?? null;
}

/** Where the rounds stand. */
interface Standing {
  readonly state: State;
  readonly first: State;
  readonly origins: ReadonlyMap<Finding, Finding>;
  readonly wanted: Wanted;
  readonly refused: ReadonlySet<string>;
  readonly textOf: (path: string) => string;
}

function candidatesOf(standing: Standing): Candidate[] {
  const { state, first, origins, wanted, refused, textOf } = standing;
  const candidates: Candidate[] = [];
  for (const [dir, checked] of state) {
    for (const finding of checked.findings) {
      const origin = origins.get(finding) ?? finding;
      const print = (origin === finding ? checked : first.get(dir))?.fingerprints.get(origin) ?? "";
      const choice = choiceOf(finding, origin, wanted.choose?.(origin, print, finding, textOf));
      const fix = pick(finding, choice, checked, wanted, (f) => refused.has(refusalKey(finding, f, checked)));
      if (fix) candidates.push({ finding, fix });
    }
  }
  return candidates;
}

/** What was chosen, as one of the finding's own fixes when it is one of those that it had in the first round. */
function choiceOf(finding: Finding, origin: Finding, choice: Fix | null | undefined): Fix | null | undefined {
  const index = choice ? origin.fixes.indexOf(choice) : -1;
  if (finding === origin || !choice || index < 0) return choice;
  const same = finding.fixes.find((f) => f.title === choice.title);
  return same ?? (finding.fixes.length === origin.fixes.length ? finding.fixes[index] : undefined) ?? null;
}

function refusal(candidate: Candidate, state: State): string {
  const checked = [...state.values()].find((c) => c.declarations.has(candidate.finding));
  return refusalKey(candidate.finding, candidate.fix, checked);
}

/** A refused fix stays refused in later rounds, where it is a new object. */
function refusalKey(finding: Finding, fix: Fix, checked: Checked | undefined): string {
  return `${checked?.fingerprints.get(finding) ?? ""}\0${fix.title}`;
}

function setOutcomes(
  finding: Finding,
  choice: Fix | null | undefined,
  checked: Checked,
  wanted: Wanted,
  outcomes: Map<Fix, Outcome>,
): void {
  const picked = pick(finding, choice, checked, wanted, () => false);
  const other: Outcome = choice === null ? { status: "not-selected", reason: "it was not chosen" } : { status: "alternative" };
  for (const fix of finding.fixes) {
    if (fix === picked) continue;
    outcomes.set(fix, objection(fix, finding, checked, wanted, choice !== undefined) ?? other);
  }
}

/** Notes what became of a fix, and of the one in the first round's findings that it stands for. */
function record({ finding, fix }: Candidate, outcome: Outcome, origins: ReadonlyMap<Finding, Finding>, outcomes: Map<Fix, Outcome>): void {
  outcomes.set(fix, outcome);
  const origin = origins.get(finding);
  const same = origin?.fixes.find((f) => f.title === fix.title) ?? origin?.fixes[finding.fixes.indexOf(fix)];
  if (same) outcomes.set(same, outcome);
}

// ---------------------------------------------------------------- one round

interface Settled {
  readonly files: readonly FileChange[];
  readonly applied: readonly Candidate[];
  readonly invalid: readonly { readonly candidate: Candidate; readonly reason: string }[];
  readonly unwanted: readonly { readonly candidate: Candidate; readonly reason: string }[];
  readonly next: State;
}

/** Renders the fixes and checks the outcome; fixes that do not parse, do not help or do harm are taken back, until the rest is well. */
async function settle(
  accepted: readonly Candidate[],
  state: State,
  now: (path: string) => string,
  texts: ReadonlyMap<string, string>,
  recheck: (texts: ReadonlyMap<string, string>, changed: readonly string[]) => Promise<State>,
  wanted: Wanted,
): Promise<Settled> {
  const invalid: { candidate: Candidate; reason: string }[] = [];
  const unwanted: { candidate: Candidate; reason: string }[] = [];
  let kept = accepted;
  for (;;) {
    const rendered = renderOutcome(
      kept.map((c) => c.fix),
      now,
    );
    for (const candidate of kept) {
      const reason = rendered.invalid.get(candidate.fix);
      if (reason !== undefined) invalid.push({ candidate, reason });
      const broken = rendered.unparsed.get(candidate.fix);
      if (broken !== undefined) unwanted.push({ candidate, reason: broken });
    }
    kept = kept.filter((c) => !rendered.invalid.has(c.fix) && !rendered.unparsed.has(c.fix));
    if (rendered.files.length === 0) {
      for (const candidate of kept) invalid.push({ candidate, reason: "it changes nothing" });
      return { files: [], applied: [], invalid, unwanted, next: state };
    }
    const after = new Map(texts);
    for (const file of rendered.files) after.set(file.path, file.after);
    const fresh = await recheck(
      after,
      rendered.files.map((f) => f.path),
    );
    const next = new Map(state);
    for (const [dir, checked] of fresh) next.set(dir, checked);
    const harm = harmful(kept, state, next, [...fresh.keys()], now, (path) => after.get(path) ?? now(path), wanted);
    if (harm.size === 0) return { files: rendered.files, applied: kept, invalid, unwanted, next };
    for (const [candidate, reason] of harm) invalid.push({ candidate, reason });
    kept = kept.filter((c) => !harm.has(c));
  }
}

/** Accepted fixes that left their finding in place or brought a new one, by counting findings of a rule in a declaration. */
function harmful(
  kept: readonly Candidate[],
  before: State,
  after: State,
  dirs: readonly string[],
  now: (path: string) => string,
  then: (path: string) => string,
  wanted: Wanted,
): Map<Candidate, string> {
  const harm = new Map<Candidate, string>();
  const owner = new Map<Finding, Candidate>(kept.map((c) => [c.finding, c]));
  for (const dir of dirs) {
    const old = grouped(before.get(dir));
    for (const [key, findings] of grouped(after.get(dir))) {
      const [first] = findings;
      if (!first || first.rule === UNUSED_SUPPRESSION) continue;
      const earlier = old.get(key) ?? [];
      const own = earlier.flatMap((f) => owner.get(f) ?? []);
      if (findings.length <= earlier.length - own.length) continue;
      if (own.length > 0) {
        const stayed = earlier.filter((f) => !owner.has(f));
        for (const candidate of useless(own, stayed, findings, now, then)) harm.set(candidate, "its finding is still there afterwards");
        continue;
      }
      if (wanted.hardens?.(first.rule)) continue; // nothing is wrong there
      if (!grew(first.rule, kept, before.get(dir), after.get(dir))) continue; // it came along into another declaration
      const declaration = after.get(dir)?.declarations.get(first) ?? "";
      for (const candidate of suspects(kept, first.at.path, declaration, now))
        harm.set(candidate, `it brings a new finding of ${first.rule}`);
    }
  }
  return harm;
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
function suspects(kept: readonly Candidate[], path: string, declaration: string, now: (path: string) => string): readonly Candidate[] {
  const { declarations } = outline(now(path));
  const inFile = kept.filter((c) => c.fix.edits.some((e) => e.at.path === path));
  const near = inFile.filter((c) => c.fix.edits.some((e) => e.at.path === path && declarationAt(declarations, e.at.start) === declaration));
  return near.length > 0 ? near : inFile.length > 0 ? inFile : kept;
}

/** Safe, unsafe and display fixes of findings, counted by the default alternative. */
export function tally(findings: readonly Finding[]): Record<Applicability | "none", number> {
  const counts = { safe: 0, unsafe: 0, display: 0, none: 0 };
  for (const finding of findings) counts[finding.fixes[0]?.applicability ?? "none"]++;
  return counts;
}
