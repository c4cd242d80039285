/** The state before a change, checked with the rules of today, so that only what the change brought is told. */
import { dirname, resolve } from "node:path";
import { type Baseline, baselineSieve } from "./baseline.ts";
import { byDirectory, type Checked, Checker, type CheckerOptions } from "./check.ts";
import { displayPath, type Target } from "./discover.ts";
import { Disk, type Overlay } from "./disk.ts";
import type { State } from "./fix.ts";
import { keepOnly, known, type LineMap, lineMap, type Trait, traitsOf } from "./novelty.ts";

/** What a change made of files. */
export interface Base {
  /** Go files, go.mod and go.work that differ from what is there now, as they were; null for one that was not there. */
  readonly files: Overlay;
}

/** Takes out of a directory, as reports name it, what is not new. Works on the first state, and on what fixes made of it. */
export type Sieve = (dir: string, checked: Checked) => Checked;

export interface Limits {
  readonly base?: Base;
  readonly baseline?: Baseline;
}

/** The sieves that were asked for as one; null when there is none. `state` is what the first check found. */
export async function sieveOf(limits: Limits, state: State, options: CheckerOptions, targets: readonly Target[]): Promise<Sieve | null> {
  const { base, baseline } = limits;
  const sieves: Sieve[] = [];
  if (base) sieves.push(await baseSieve(base, state, options, targets));
  if (baseline) sieves.push(baselineSieve(baseline, state, options.cwd, targets));
  if (sieves.length === 0) return null;
  return (dir, checked) => sieves.reduce((left, sieve) => sieve(dir, left), checked);
}

/** Every directory without what is not new. */
export function sift(state: State, sieve: Sieve): Map<string, Checked> {
  return new Map([...state].map(([dir, checked]) => [dir, sieve(dir, checked)]));
}

async function baseSieve(base: Base, state: State, options: CheckerOptions, targets: readonly Target[]): Promise<Sieve> {
  // Nothing changed that Go code depends on.
  if (base.files.size === 0) return (_, checked) => keepOnly(checked, () => false);
  const before = await baseFindings(base, state, options, targets);
  const disk = new Disk(options.cwd, options.overlay);
  const read = (path: string): string | null => disk.read(resolve(options.cwd, path));
  const linesFrom = (now: (path: string) => string | null): LineMap =>
    lineMap((path) => {
      const was = base.files.get(path);
      return was === undefined ? read(path) : was;
    }, now);
  const now = [...state.values()].flatMap((checked) => [...traitsOf(checked).values()]);
  // What a fix left in a directory is compared with that which the directory's known findings were known by.
  const byDir = new Map<string, Trait[]>();
  for (const [trait, was] of known(now, before, linesFrom(read))) {
    const dir = displayPath(options.cwd, dirname(resolve(options.cwd, trait.path)));
    byDir.set(dir, [...(byDir.get(dir) ?? []), was]);
  }
  return (dir, checked) => {
    const traits = traitsOf(checked);
    const lines = linesFrom((path) => checked.sources.get(path) ?? read(path));
    const old = known([...traits.values()], byDir.get(dir) ?? [], lines);
    return keepOnly(checked, (finding) => !old.has(traits.get(finding) as Trait));
  };
}

/** What the base has in the directories that have something now, and in those from which code may have moved. */
async function baseFindings(base: Base, state: State, options: CheckerOptions, targets: readonly Target[]): Promise<Trait[]> {
  const overlay = new Map([...options.overlay, ...base.files]);
  const wanted = new Set<string>();
  for (const [dir, checked] of state) if (checked.findings.length > 0) wanted.add(resolve(options.cwd, dir));
  const then: Target[] = targets.filter((t) => base.files.get(t.path) !== null);
  const there = new Set(then.map((t) => t.path));
  for (const [path, text] of base.files) {
    if (!path.endsWith(".go") || text === null) continue;
    const absolute = resolve(options.cwd, path);
    wanted.add(dirname(absolute));
    if (!there.has(path)) then.push({ path, absolute, named: false });
  }
  const checker = new Checker({ ...options, wholeSyntax: false, overlay });
  const found: Trait[] = [];
  for (const [dir, group] of byDirectory(then)) {
    if (!wanted.has(dir)) continue;
    const checked = await checker.checkDirectory(dir, group);
    found.push(...traitsOf(checked).values());
  }
  return found;
}
