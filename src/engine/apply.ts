/** Fixes applied to what a check found: nothing is written. */
import { dirname, resolve } from "node:path";
import { loadFormatter } from "../go/format.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import type { Sieve } from "./base.ts";
import { type Checked, Checker, type CheckerOptions } from "./check.ts";
import { displayPath, type Target } from "./discover.ts";
import { fixInRounds, type State, type Wanted } from "./fix.ts";
import type { FileChange, Outcome, Problem } from "./report.ts";

/** What fixes make of files, and of the findings. */
export interface Applied {
  /** Sorted by path. */
  readonly files: readonly FileChange[];
  readonly outcomes: ReadonlyMap<Fix, Outcome>;
  /** Findings in the new texts, sorted. */
  readonly left: readonly Finding[];
  /** Of `left`, and of every finding that was there on the way. */
  readonly fingerprints: ReadonlyMap<Finding, string>;
  /** Which finding that was read each one is that stayed in a text that changed. */
  readonly origins: ReadonlyMap<Finding, Finding>;
  readonly problems: readonly Problem[];
  readonly rounds: number;
  /** What is known of each directory afterwards. */
  readonly state: State;
}

/** `groups` are the targets by directory (absolute); `textOf` gives a file as it was read; `sieve` took out of `first` what is not new. */
export async function applyFixes(
  first: State,
  options: CheckerOptions,
  groups: ReadonlyMap<string, readonly Target[]>,
  textOf: (path: string) => string,
  wanted: Wanted,
  sieve: Sieve | null = null,
): Promise<Applied> {
  await loadFormatter();
  let last: State = first;
  const recheck = async (texts: ReadonlyMap<string, string>, changed: readonly string[]): Promise<State> => {
    const overlay = new Map([...options.overlay, ...texts]);
    const fresh = await checkAgain({ ...options, wholeSyntax: false, overlay }, groups, changed, sieve);
    last = new Map([...last, ...fresh]);
    return fresh;
  };
  const result = await fixInRounds(first, textOf, recheck, wanted);
  const faults = [...last.values()].flatMap((c) => c.problems.filter((p) => p.rule !== null));
  const fingerprints = new Map<Finding, string>();
  for (const state of [first, last])
    for (const checked of state.values()) for (const [f, print] of checked.fingerprints) fingerprints.set(f, print);
  return { ...result, fingerprints, problems: [...result.problems, ...faults], state: last };
}

/** Checks the directories of the given files, as reports name them; gives them by the names that a run's state has. */
export async function checkAgain(
  options: CheckerOptions,
  groups: ReadonlyMap<string, readonly Target[]>,
  paths: readonly string[],
  sieve: Sieve | null = null,
): Promise<Map<string, Checked>> {
  const checker = new Checker({ ...options, trace: false });
  const fresh = new Map<string, Checked>();
  for (const dir of new Set(paths.map((path) => dirname(resolve(options.cwd, path))))) {
    const targets = groups.get(dir);
    if (!targets) continue;
    const shown = displayPath(options.cwd, dir);
    const checked = await checker.checkDirectory(dir, targets);
    fresh.set(shown, sieve ? sieve(shown, checked) : checked);
  }
  return fresh;
}

/** Files that one applied fix changes: they are to be written together or not at all. */
export function* together(outcomes: ReadonlyMap<Fix, Outcome>): Iterable<string[]> {
  for (const [fix, outcome] of outcomes) {
    if (outcome.status !== "applied") continue;
    const paths = new Set([...fix.edits.map((e) => e.at.path), ...(fix.imports ?? []).map((i) => i.file)]);
    if (paths.size > 1) yield [...paths];
  }
}
