/** Fixes in rounds: plan, render, check again, until nothing is left that can be applied. */
import type { Applicability, Finding, Fix } from "../rule/rule.ts";
import type { Checked } from "./check.ts";
import { follow } from "./follow.ts";
import { type Candidate, compare, compareFindings, plan } from "./plan.ts";
import type { FileChange, Outcome, Problem } from "./report.ts";
import { settle } from "./settle.ts";

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
  const problems = new Map<string, Problem>();
  const texts = new Map<string, string>();
  const originals = new Map<string, string>();
  const refused = new Set<string>();
  /** Those refused for what became of the whole, which may fare better in another text. */
  const doubtful = new Set<string>();
  /** The fix of the first round that a later round's fix is the same as. */
  const origins = new Map<Finding, Finding>();
  const now = (path: string): string => texts.get(path) ?? textOf(path);
  let state = first;
  let rounds = 0;
  while (rounds < MAX_ROUNDS) {
    let candidates = candidatesOf({ state, first, origins, wanted, refused, textOf: now });
    if (candidates.length === 0) {
      for (const key of doubtful) refused.delete(key);
      doubtful.clear();
      candidates = candidatesOf({ state, first, origins, wanted, refused, textOf: now });
    }
    if (candidates.length === 0) break;
    rounds++;
    const { accepted, conflicts } = plan(candidates);
    const settled = await settle(accepted, state, now, texts, recheck, wanted);
    for (const { candidate, reason } of settled.invalid) {
      const key = refusal(candidate, state);
      refused.add(key);
      record(candidate, { status: "invalid", reason }, origins, outcomes);
      problems.set(key, {
        path: candidate.finding.at.path,
        rule: candidate.finding.rule,
        message: `its fix "${candidate.fix.title}" is invalid: ${reason}`,
      });
    }
    for (const { candidate, reason } of settled.unwanted) {
      refused.add(refusal(candidate, state));
      record(candidate, { status: "not-selected", reason }, origins, outcomes);
    }
    for (const candidate of settled.applied) {
      record(candidate, { status: "applied", round: rounds }, origins, outcomes);
      problems.delete(refusal(candidate, state));
    }
    // The text that they were refused in is no more.
    if (settled.files.length > 0) for (const key of problems.keys()) doubtful.add(key);
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
    problems.set(`left\0${problems.size}`, {
      path: finding.at.path,
      rule: finding.rule,
      message: `its fix "${fix.title}" could still be applied after ${MAX_ROUNDS} rounds`,
    });
  }
  const files = [...originals]
    .map(([path, before]) => ({ path, before, after: now(path) }))
    .filter((f) => f.before !== f.after)
    .sort((a, b) => compare(a.path, b.path));
  return { files, outcomes, left: findingsOf(state), origins, problems: [...problems.values()], rounds };
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

/** Safe, unsafe and display fixes of findings, counted by the default alternative. */
export function tally(findings: readonly Finding[]): Record<Applicability | "none", number> {
  const counts = { safe: 0, unsafe: 0, display: 0, none: 0 };
  for (const finding of findings) counts[finding.fixes[0]?.applicability ?? "none"]++;
  return counts;
}
