/** The pipeline: options -> files -> findings -> fixes -> report. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { loadFormatter } from "../go/format.ts";
import { parseVersion } from "../go/module.ts";
import type { Finding, Fix, Rule } from "../rule/rule.ts";
import { rules as builtin } from "../transforms/index.ts";
import { affected } from "./affected.ts";
import { type Applied, applyFixes, checkAgain } from "./apply.ts";
import { type Limits, sieveOf, sift } from "./base.ts";
import { type BaselineEntry, entriesOf } from "./baseline.ts";
import { type Begun, begin } from "./begin.ts";
import type { CacheOptions } from "./cache/cache.ts";
import { throughCache } from "./cache/through.ts";
import { byDirectory, type Checked, Checker, type CheckerOptions, type Phases } from "./check.ts";
import { type SettingsOptions, settingsFor } from "./configured.ts";
import { type Discovered, discover, displayPath, type Target } from "./discover.ts";
import { Disk } from "./disk.ts";
import { type Choose, findingsOf, outlook, type State, type Wanted } from "./fix.ts";
import { checkAll, type Progress } from "./parallel.ts";
import { compare } from "./plan.ts";
import { Preview } from "./preview.ts";
import { distinct, type FileChange, type Outcome, type Problem, type Report } from "./report.ts";
import { checkSelector } from "./selection.ts";
import { type Shard, shardOf } from "./shard.ts";
import { Threads } from "./threads.ts";

/** `cwd` is absolute; paths of the report are relative to it. */
export interface RunOptions extends SettingsOptions, Limits {
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
  /** Only this part of the directories. */
  readonly shard?: Shard;
  /** Results of earlier runs; only those of gomend's own rules are kept. */
  readonly cache?: RunCache;
  readonly onProgress?: (progress: Progress) => void;
  /** Called as each directory (as reports name it) is done, in no certain order; what other threads found comes in batches. */
  readonly onChecked?: (directory: string, checked: Checked) => void;
  /** What was done of it already, with these paths. */
  readonly begun?: Begun;
  /** Leave this thread to others: the check is done on further threads where it is large and there are any, else in small steps. */
  readonly background?: boolean;
}

/** A cache for runs of at least so many files. */
export interface RunCache extends Omit<CacheOptions, "cwd"> {
  readonly least: number;
}

export type { Applied, Checked, Choose, Progress };

export interface Run {
  readonly report: Report;
  /** All rules of the run, those that configurations describe among them. */
  readonly rules: readonly Rule[];
  /** What was found, by directory as reports name it. */
  readonly checked: ReadonlyMap<string, Checked>;
  /** What was looked at, in order of path. */
  readonly targets: readonly Target[];
  /** Rounds of fixing. */
  readonly rounds: number;
  readonly phases: Phases;
  readonly ruleTimes: ReadonlyMap<string, number>;
  /** Directories, as reports name them, whose results came from the cache. */
  readonly cached: readonly string[];
  readonly absoluteOf: (path: string) => string;
  /** A file as it was read; "" for one that nothing was found in. */
  readonly textOf: (path: string) => string;
  /** The files as one fix alone would leave them; throws when the outcome does not parse. */
  readonly preview: (finding: Finding, fix: Fix) => readonly FileChange[];
  /** Applies what was chosen of the findings in `report.findings`, without checking everything again; nothing is written. */
  readonly apply: (choose: Choose) => Promise<Applied>;
  /** The run as it would be now: the directories of these files, by their names in the report, are read and checked again. */
  readonly recheck: (paths: readonly string[]) => Promise<Run>;
  /** All findings, known ones too, as entries of a baseline in `dir` (absolute); `old` are those that it has. */
  readonly baseline: (dir: string, old: readonly BaselineEntry[]) => BaselineEntry[];
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
  const begun = options.begun ?? beginningOf(options);
  try {
    return await runWith(options, begun);
  } finally {
    begun.threads.close();
  }
}

function beginningOf({ cwd, paths = [], includeIgnored = false, stdin, rules, cache, shard, base, jobs, background }: RunOptions): Begun {
  const wanted = { possible: rules === builtin && stdin === undefined, early: !cache && !shard && !base, jobs, background };
  if (!stdin) return begin({ cwd, paths, includeIgnored }, wanted);
  return { started: performance.now(), walk: 0, found: onlyStdin(cwd, stdin.path), threads: new Threads(wanted) };
}

async function runWith(options: RunOptions, { started, walk, found, threads }: Begun): Promise<Run> {
  const { cwd } = options;
  if (options.go !== undefined && !parseVersion(options.go)) throw new UsageError(`"${options.go}" is no Go version: write it as 1.22`);
  const problems: Problem[] = [...found.problems];
  refuseMistakes(found, problems);
  const all = byDirectory(found.targets);
  const groups = options.shard ? shardOf(options.shard, cwd, all) : all;
  const settings = await settingsFor(options, groups.keys());
  const { rules } = settings;
  if (settings.plugged) threads.refuse();
  problems.push(...settings.problems);
  for (const selector of [...(options.fixable ?? []), ...(options.unfixable ?? [])]) checkSelector(selector, rules);
  const wanted = wantedOf({ ...options, rules });
  const overlay = new Map<string, string>();
  if (options.stdin) overlay.set((found.targets[0] as Target).path, decodeStdin(options.stdin.bytes, problems, found.targets[0] as Target));
  const cache = settings.plugged ? null : cacheOf(options, found.targets);
  const checkerOptions: CheckerOptions = {
    cwd,
    settings,
    ...(options.go === undefined ? {} : { go: options.go }),
    includeGenerated: options.includeGenerated ?? false,
    wholeSyntax: isSmall(found.targets),
    overlay,
    alone: options.stdin !== undefined,
    trace: cache !== null,
  };
  const checker = new Checker(checkerOptions);
  checker.phases.walk = walk;
  const { base, baseline, onChecked, loadPlugin: _, begun: __, ...rest } = options;
  const others: RunOptions = settings.plugged ? { ...rest, rules } : rest;
  const limits: Limits = { ...(base ? { base } : {}), ...(baseline ? { baseline } : {}) };
  const limited = base !== undefined || baseline !== undefined;
  const selected = base ? affected(groups, base.files, cwd, new Disk(cwd, overlay), checker.modules) : groups;
  const targets = [...selected.values()].flat().sort((a, b) => compare(a.path, b.path));
  const whole = await checkGroups(checker, onChecked && !limited ? { ...others, onChecked } : others, selected, cache, threads);
  const sieve = await sieveOf(limits, whole, checkerOptions, targets);
  const state: State = sieve ? sift(whole, sieve) : whole;
  // What is new is known only when all is done.
  if (limited) for (const [dir, checked] of state) onChecked?.(dir, checked);
  const fixed = options.fix ? await applyFixes(state, checkerOptions, groups, textIn(merged(state)), wanted, sieve) : null;
  const absolutes = new Map(found.targets.map((t) => [t.path, t.absolute]));
  const faults = new Map<Fix, string | null>();
  const assemble = async (now: State, applied: Applied | null): Promise<Run> => {
    // What was tried out is not made again to be shown.
    const tried = new Preview(textIn(merged(now)));
    const all = await reportOf(now, applied, { problems, wanted, faults, tried, started });
    const report: Report = sieve ? { ...all, known: findingsIn(whole) - findingsIn(state) } : all;
    const textOf = textIn(report.sources);
    const after = new Map(applied?.files.map((f) => [f.path, f.after]));
    const preview = applied ? new Preview(textOf) : tried;
    const previewLeft = new Preview((path) => after.get(path) ?? textOf(path));
    const isLeft = new Set(applied ? report.left : []);
    return {
      report,
      rules,
      checked: now,
      targets: targets,
      rounds: applied?.rounds ?? 0,
      phases: checker.phases,
      ruleTimes: checker.ruleTimes,
      cached: checker.cached,
      absoluteOf: (path) => absolutes.get(path) ?? resolve(cwd, path),
      textOf: (path) => overlay.get(path) ?? textOf(path),
      preview: (finding, fix) => (isLeft.has(finding) ? previewLeft : preview).files(fix),
      apply: (choose) => applyFixes(now, checkerOptions, groups, textOf, { ...wanted, choose }, sieve),
      recheck: async (paths) => assemble(new Map([...now, ...(await checkAgain(checkerOptions, groups, paths, sieve))]), null),
      baseline: (dir, old) => entriesOf(whole, cwd, dir, targets, old),
    };
  };
  return assemble(state, fixed);
}

/** What the parts of a run have in common. */
interface Assembly {
  /** Those that came before the check. */
  readonly problems: readonly Problem[];
  readonly wanted: Wanted;
  /** What is known of fixes that were tried out. */
  readonly faults: Map<Fix, string | null>;
  readonly tried: Preview;
  readonly started: number;
}

async function reportOf(state: State, fixed: Applied | null, { problems, wanted, faults, tried, started }: Assembly): Promise<Report> {
  const sources = merged(state);
  const all = findingsOf(state);
  const told: Problem[] = [...problems, ...[...state.values()].flatMap((c) => c.problems), ...(fixed?.problems ?? [])];
  if (all.some((f) => f.fixes.length > 0)) await loadFormatter();
  const outcomes = new Map(fixed?.outcomes ?? outlook(state, wanted, textIn(sources)));
  if (!fixed) told.push(...tryOut(all, tried, faults, outcomes));
  const prints = new Map<Finding, string>(fixed?.fingerprints);
  for (const checked of state.values()) for (const [f, print] of checked.fingerprints) prints.set(f, print);
  for (const checked of fixed?.state.values() ?? [])
    for (const [path, text] of checked.sources) if (!sources.has(path)) sources.set(path, text);
  return {
    findings: all,
    fingerprints: prints,
    sources,
    files: fixed?.files ?? [],
    outcomes,
    left: fixed?.left ?? all,
    problems: distinct(told),
    stats: {
      files: sum(state, (c) => c.files),
      bytes: sum(state, (c) => c.bytes),
      parsedBytes: sum(state, (c) => c.parsedBytes),
      packages: sum(state, (c) => c.packages),
      milliseconds: Math.round(performance.now() - started),
    },
  };
}

/** The cache, where it can be used: rules of one's own may say anything tomorrow. */
function cacheOf(options: RunOptions, targets: readonly Target[]): RunCache | null {
  const { cache, rules, stdin } = options;
  return cache && stdin === undefined && rules === builtin && targets.length >= cache.least ? cache : null;
}

async function checkGroups(
  checker: Checker,
  options: RunOptions,
  groups: Map<string, Target[]>,
  cache: RunCache | null,
  threads: Threads,
): Promise<Map<string, Checked>> {
  const { cache: _, ...rest } = options;
  if (!cache) return checkAll(checker, rest, groups, threads);
  return throughCache(
    cache,
    checker,
    groups,
    (dir, checked) => options.onChecked?.(dir, checked),
    (missing) => checkAll(checker, { ...rest, trace: true }, missing, threads),
  );
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

/** Fixes whose outcome does not parse are known as faulty before anything of them is shown. */
function tryOut(findings: readonly Finding[], preview: Preview, faults: Map<Fix, string | null>, outcomes: Map<Fix, Outcome>): Problem[] {
  const problems: Problem[] = [];
  for (const finding of findings) {
    for (const fix of finding.fixes) {
      if (fix.applicability === "display" || outcomes.get(fix)?.status === "invalid") continue;
      const known = faults.get(fix);
      const reason = known === undefined ? preview.fault(fix) : known;
      faults.set(fix, reason);
      if (reason === null) continue;
      outcomes.set(fix, { status: "invalid", reason });
      problems.push({ path: finding.at.path, rule: finding.rule, message: `its fix "${fix.title}" is invalid: ${reason}` });
    }
  }
  return problems;
}

function wantedOf(options: RunOptions): Wanted {
  const harden = new Set(options.rules.filter((r) => r.tier === "harden").map((r) => r.id));
  return { unsafe: options.unsafeFixes ?? false, fixable: fixableRules(options), hardens: (rule) => harden.has(rule) };
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

function findingsIn(state: State): number {
  return sum(state, (c) => c.findings.length);
}

function textIn(sources: ReadonlyMap<string, string>): (path: string) => string {
  return (path) => sources.get(path) ?? "";
}

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
