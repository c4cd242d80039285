/** The pipeline: options -> files -> findings -> fixes -> report. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { loadFormatter } from "../go/format.ts";
import { parseVersion } from "../go/module.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import { byDirectory, type Checked, Checker, type CheckerOptions, type Phases } from "./check.ts";
import { type SettingsOptions, settingsFor } from "./configured.ts";
import { type Discovered, discover, displayPath, type Target } from "./discover.ts";
import { findingsOf, fixInRounds, outlook, type State, type Wanted } from "./fix.ts";
import { checkAll, type Progress } from "./parallel.ts";
import { Preview } from "./preview.ts";
import type { FileChange, Outcome, Problem, Report } from "./report.ts";
import { checkSelector } from "./selection.ts";

/** `cwd` is absolute; paths of the report are relative to it. */
export interface RunOptions extends SettingsOptions {
  /** Files, directories, `dir/...`; none means the working directory. */
  readonly paths?: readonly string[];
  /** One file's bytes in place of what is on disk; `path` says where it would stand. */
  readonly stdin?: { readonly path: string; readonly bytes: Buffer };
  /** Apply fixes, in rounds; nothing is written. */
  readonly fix?: boolean;
  readonly unsafeFixes?: boolean;
  /** Selectors of rules whose fixes are (not) to be applied. */
  readonly fixable?: readonly string[];
  readonly unfixable?: readonly string[];
  /** Language version for every package. */
  readonly go?: string;
  /** How many threads may work; by default as many as there are processor cores. Small runs use one. */
  readonly jobs?: number;
  readonly includeGenerated?: boolean;
  readonly includeIgnored?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export type { Progress };

export interface Run {
  readonly report: Report;
  /** What was looked at, in order of path. */
  readonly targets: readonly Target[];
  /** Rounds of fixing. */
  readonly rounds: number;
  readonly phases: Phases;
  readonly ruleTimes: ReadonlyMap<string, number>;
  readonly absoluteOf: (path: string) => string;
  /** A file as it was read; "" for one that nothing was found in. */
  readonly textOf: (path: string) => string;
  /** The files as one fix alone would leave them; throws when the outcome does not parse. */
  readonly preview: (finding: Finding, fix: Fix) => readonly FileChange[];
}

/** The person asked for something that cannot be done: one line that says so, and the way out. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Runs of at most this many bytes are parsed as a whole, so that every syntax error is told. */
const SMALL_RUN = 2 * 1024 * 1024;
const SMALL_RUN_FILES = 1_000;

/** Throws `UsageError`, `UnknownSelector` or `ConfigError` for a person's mistake; everything else is told in the report. */
export async function run(options: RunOptions): Promise<Run> {
  const started = performance.now();
  const { cwd, rules } = options;
  if (options.go !== undefined && !parseVersion(options.go)) throw new UsageError(`"${options.go}" is no Go version: write it as 1.22`);
  for (const selector of [...(options.fixable ?? []), ...(options.unfixable ?? [])]) checkSelector(selector, rules);
  const found = options.stdin
    ? onlyStdin(cwd, options.stdin.path)
    : discover({ cwd, paths: options.paths ?? [], includeIgnored: options.includeIgnored ?? false });
  const problems: Problem[] = [...found.problems];
  refuseMistakes(found, problems);
  const walked = performance.now();
  const groups = byDirectory(found.targets);
  const settings = await settingsFor(options, groups.keys());
  const overlay = new Map<string, string>();
  if (options.stdin) overlay.set((found.targets[0] as Target).path, decodeStdin(options.stdin.bytes, problems, found.targets[0] as Target));
  const checkerOptions: CheckerOptions = {
    cwd,
    settings,
    ...(options.go === undefined ? {} : { go: options.go }),
    includeGenerated: options.includeGenerated ?? false,
    wholeSyntax: isSmall(found.targets),
    overlay,
    alone: options.stdin !== undefined,
  };
  const checker = new Checker(checkerOptions);
  checker.phases.walk = walked - started;
  const state = await checkAll(checker, options, groups);
  const sources = merged(state);
  const textOf = (path: string): string => sources.get(path) ?? "";
  const fixed = options.fix ? await applyFixes(options, checkerOptions, state, groups, textOf) : null;
  for (const checked of state.values()) problems.push(...checked.problems);
  problems.push(...(fixed?.problems ?? []));
  if ([...state.values()].some((c) => c.findings.some((f) => f.fixes.length > 0))) await loadFormatter();
  const preview = new Preview(textOf);
  const outcomes = new Map(fixed?.outcomes ?? outlook(state, wantedOf(options)));
  if (!fixed) problems.push(...tryOut(state, preview, outcomes));
  const prints = new Map<Finding, string>();
  for (const checked of [...state.values(), ...(fixed?.state.values() ?? [])])
    for (const [f, print] of checked.fingerprints) prints.set(f, print);
  for (const checked of fixed?.state.values() ?? [])
    for (const [path, text] of checked.sources) if (!sources.has(path)) sources.set(path, text);
  const all = findingsOf(state);
  const after = new Map(fixed?.files.map((f) => [f.path, f.after]));
  const report: Report = {
    findings: all,
    fingerprints: prints,
    sources,
    files: fixed?.files ?? [],
    outcomes,
    left: fixed?.left ?? all,
    problems: distinct(problems),
    stats: {
      files: sum(state, (c) => c.files),
      bytes: sum(state, (c) => c.bytes),
      parsedBytes: sum(state, (c) => c.parsedBytes),
      packages: sum(state, (c) => c.packages),
      milliseconds: Math.round(performance.now() - started),
    },
  };
  const previewLeft = new Preview((path) => after.get(path) ?? textOf(path));
  const isLeft = new Set(fixed ? report.left : []);
  const absolutes = new Map(found.targets.map((t) => [t.path, t.absolute]));
  return {
    report,
    targets: found.targets,
    rounds: fixed?.rounds ?? 0,
    phases: checker.phases,
    ruleTimes: checker.ruleTimes,
    absoluteOf: (path) => absolutes.get(path) ?? resolve(cwd, path),
    textOf: (path) => overlay.get(path) ?? textOf(path),
    preview: (finding, fix) => (isLeft.has(finding) ? previewLeft : preview).files(fix),
  };
}

/** What a run would look at. */
export async function targetsOf(options: RunOptions): Promise<readonly Target[]> {
  const found = discover({ cwd: options.cwd, paths: options.paths ?? [], includeIgnored: options.includeIgnored ?? false });
  refuseMistakes(found, []);
  const settings = await settingsFor(options, byDirectory(found.targets).keys());
  return found.targets.filter((t) => t.named || !settings(dirname(t.absolute)).excludes(t.absolute));
}

function refuseMistakes(found: Discovered, problems: Problem[]): void {
  const [missing] = found.missing;
  if (missing !== undefined) throw new UsageError(`no such file or directory: ${missing}`);
  if (found.targets.length === 0 && found.problems.length === 0) {
    throw new UsageError(
      `no Go files in ${found.empty.join(", ")} (vendor, testdata and what .gitignore names are left out: see --include-ignored)`,
    );
  }
  for (const path of found.empty) problems.push({ path, rule: null, message: "no Go files in this directory" });
}

function onlyStdin(cwd: string, path: string): Discovered {
  const absolute = resolve(cwd, path);
  return { targets: [{ path: displayPath(cwd, absolute), absolute, named: true }], problems: [], missing: [], empty: [] };
}

function decodeStdin(bytes: Buffer, problems: Problem[], target: Target): string {
  const text = bytes.toString("utf8");
  if (Buffer.from(text, "utf8").compare(bytes) !== 0) {
    problems.push({ path: target.path, rule: null, message: "not valid UTF-8, so no Go file: not checked" });
    throw new UsageError(`${target.path}: the standard input is not valid UTF-8`);
  }
  return text;
}

function isSmall(targets: readonly Target[]): boolean {
  if (targets.length > SMALL_RUN_FILES) return false;
  let bytes = 0;
  for (const t of targets) bytes += statSync(t.absolute, { throwIfNoEntry: false })?.size ?? 0;
  return bytes <= SMALL_RUN;
}

// ---------------------------------------------------------------- fixes

interface Applied {
  readonly files: readonly FileChange[];
  readonly outcomes: ReadonlyMap<Fix, Outcome>;
  readonly left: readonly Finding[];
  readonly problems: readonly Problem[];
  readonly rounds: number;
  readonly state: State;
}

async function applyFixes(
  options: RunOptions,
  checkerOptions: CheckerOptions,
  first: State,
  groups: ReadonlyMap<string, readonly Target[]>,
  textOf: (path: string) => string,
): Promise<Applied> {
  await loadFormatter();
  const byShown = new Map([...groups].map(([dir, targets]) => [displayPath(options.cwd, dir), { dir, targets }]));
  let last: State = first;
  const recheck = async (texts: ReadonlyMap<string, string>, changed: readonly string[]): Promise<State> => {
    const overlay = new Map([...checkerOptions.overlay, ...texts]);
    const checker = new Checker({ ...checkerOptions, wholeSyntax: false, overlay });
    const fresh = new Map<string, Checked>();
    for (const shown of new Set(changed.map((path) => displayPath(options.cwd, dirname(resolve(options.cwd, path)))))) {
      const group = byShown.get(shown);
      if (group) fresh.set(shown, await checker.checkDirectory(group.dir, group.targets));
    }
    last = new Map([...last, ...fresh]);
    return fresh;
  };
  const result = await fixInRounds(first, textOf, recheck, wantedOf(options));
  const faults = [...last.values()].flatMap((c) => c.problems.filter((p) => p.rule !== null));
  return { ...result, problems: [...result.problems, ...faults], state: last };
}

/** Fixes whose outcome does not parse are known as faulty before anything of them is shown. */
function tryOut(state: State, preview: Preview, outcomes: Map<Fix, Outcome>): Problem[] {
  const problems: Problem[] = [];
  for (const finding of findingsOf(state)) {
    for (const fix of finding.fixes) {
      if (fix.applicability === "display" || outcomes.get(fix)?.status === "invalid") continue;
      const reason = preview.fault(fix);
      if (reason === null) continue;
      outcomes.set(fix, { status: "invalid", reason });
      problems.push({ path: finding.at.path, rule: finding.rule, message: `its fix "${fix.title}" is invalid: ${reason}` });
    }
  }
  return problems;
}

function wantedOf(options: RunOptions): Wanted {
  return { unsafe: options.unsafeFixes ?? false, fixable: fixableRules(options) };
}

function fixableRules(options: RunOptions): (finding: Finding) => boolean {
  const names = (finding: Finding): string[] => {
    const rule = options.rules.find((r) => r.id === finding.rule);
    return ["ALL", finding.rule, ...(rule ? [rule.family, finding.tier ?? rule.tier] : [])];
  };
  return (finding) => {
    const own = names(finding);
    if (options.fixable?.length && !own.some((n) => options.fixable?.includes(n))) return false;
    return !own.some((n) => options.unfixable?.includes(n));
  };
}

// ---------------------------------------------------------------- small things

function merged(state: State): Map<string, string> {
  const sources = new Map<string, string>();
  for (const checked of state.values()) for (const [path, text] of checked.sources) sources.set(path, text);
  return sources;
}

function sum(state: State, of: (checked: Checked) => number): number {
  let total = 0;
  for (const checked of state.values()) total += of(checked);
  return total;
}

function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const p of problems) {
    const key = `${p.path}\0${p.rule ?? ""}\0${p.line ?? 0}\0${p.message}`;
    if (!seen.has(key)) seen.set(key, p);
  }
  return [...seen.values()];
}
