/**
 * Verification: do the packages that fixes change still build, and do their tests pass? The Go toolchain sees the new texts through an
 * overlay, so that nothing is written to learn it. A fix that breaks its package is found by bisecting, taken back, and the others are kept.
 */
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Declaration, outline } from "../go/outline.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import { Lines } from "../text/lines.ts";
import { culprit } from "./bisect.ts";
import { displayPath } from "./discover.ts";
import { declarationAt } from "./fingerprint.ts";
import { type ChangedFile, type Jobs, jobsFor, overlayOf } from "./jobs.ts";
import type { Outcome } from "./report.ts";
import type { Applied, Choose, Run } from "./run.ts";
import { surfaceDiffers } from "./surface.ts";
import type { GoFault, GoJob, Toolchain } from "./toolchain.ts";

export interface VerifyOptions {
  /** As the run's. */
  readonly cwd: string;
  /** Run the tests of changed packages, instead of building alone. */
  readonly test: boolean;
  /** What is going on, in a few words. */
  readonly onProgress?: (doing: string) => void;
  readonly signal?: AbortSignal;
}

/** A fix that was taken back, and the toolchain's words against it. */
export interface Culprit {
  readonly finding: Finding;
  readonly fix: Fix;
  readonly words: string;
  /** It is a package that imports the fix's own which does not build. */
  readonly elsewhere: boolean;
}

/** What is known of one package that the kept fixes change. */
export interface PackageVerdict {
  /** As reports name it. */
  readonly dir: string;
  /** "fine": it builds (or its tests pass); "broken": it did not before the fixes either; "unknown": some file is in no build that is known. */
  readonly status: "fine" | "broken" | "unknown";
  /** Why it is not fine; else "". */
  readonly words: string;
}

export interface Verified {
  /** The outcome of the fixes that are kept; those that were taken back count as invalid. */
  readonly applied: Applied;
  readonly culprits: readonly Culprit[];
  /** By directory. */
  readonly packages: readonly PackageVerdict[];
}

/**
 * Applies what is chosen of a run's fixes (`() => undefined` for what is applied by default) as far as the packages build with them. What was
 * wrong before counts against no fix, as long as the toolchain says nothing new. Throws when the toolchain cannot run, or on the signal.
 */
export function verify(run: Run, choose: Choose, toolchain: Toolchain, options: VerifyOptions): Promise<Verified> {
  return new Verification(run, choose, toolchain, options).run();
}

/** A finding of the run itself; one that a fix brought to light by its fingerprint. */
type Key = Finding | string;

interface Item {
  readonly key: Key;
  readonly finding: Finding;
  readonly fix: Fix;
}

interface Attempt {
  readonly applied: Applied;
  readonly items: readonly Item[];
  readonly files: readonly ChangedFile[];
  readonly overlay: ReadonlyMap<string, string>;
}

class Verification {
  private readonly result: Run;
  private readonly choose: Choose;
  private readonly toolchain: Toolchain;
  private readonly options: VerifyOptions;
  private readonly known: ReadonlySet<Finding>;
  private readonly before = new Map<GoJob["dir"], readonly GoFault[]>();
  private readonly taken = new Map<Key, Culprit>();

  constructor(result: Run, choose: Choose, toolchain: Toolchain, options: VerifyOptions) {
    this.result = result;
    this.choose = choose;
    this.toolchain = toolchain;
    this.options = options;
    this.known = new Set(result.report.findings);
  }

  /** Each turn takes back a fix at least, so that it ends. */
  async run(): Promise<Verified> {
    for (;;) {
      const attempt = await this.attempt((key) => !this.taken.has(key));
      const jobs = await this.withImporters(jobsFor(attempt.files, this.toolchain.host, this.options.test), attempt);
      const failing = await this.failing(jobs, attempt);
      if (failing.length === 0) return this.verdict(attempt, jobs);
      const { size } = this.taken;
      for (const dir of failing) await this.isolate(dir, jobs, attempt.items, size);
    }
  }

  /** The jobs, and those that build what imports a package of which others see something else now. */
  private async withImporters(jobs: Jobs, { applied }: Attempt): Promise<Jobs> {
    const changed = new Set(applied.files.filter(surfaceDiffers).map((f) => realpathSync(dirname(this.result.absoluteOf(f.path)))));
    const all = [...jobs.all];
    const byPackage = new Map(jobs.byPackage);
    for (const job of jobs.all) {
      const seen = job.packages.filter((p) => changed.has(p.dir));
      if (seen.length === 0) continue;
      this.say(`looking for what imports ${this.shown(seen[0]?.dir ?? job.dir)}${seen.length > 1 ? ` and ${seen.length - 1} more` : ""}`);
      const packages = (await this.toolchain.importers({ ...job, packages: seen })).filter(
        (p) => !job.packages.some((o) => o.dir === p.dir),
      );
      if (packages.length === 0) continue;
      all.push({ ...job, packages, test: false });
      for (const p of packages) byPackage.set(p.dir, [...(byPackage.get(p.dir) ?? []), { ...job, packages: [p], test: false }]);
    }
    return { all, byPackage, unknown: jobs.unknown };
  }

  /** Applies the chosen fixes that `wanted` admits. */
  private async attempt(wanted: (key: Key) => boolean): Promise<Attempt> {
    const asked = new Map<Finding, { readonly key: Key; readonly fixes: Set<Fix> }>();
    const applied = await this.result.apply((finding, print, now, textOf) => {
      const key = this.known.has(finding) ? finding : print;
      const known = asked.get(finding) ?? { key, fixes: new Set(finding.fixes) };
      asked.set(finding, known);
      const choice = wanted(key) ? this.choose(finding, print, now, textOf) : null;
      if (choice) known.fixes.add(choice);
      return choice;
    });
    const items = new Map<Key, Item>();
    for (const [finding, { key, fixes }] of asked) {
      const fix = [...fixes].find((f) => applied.outcomes.get(f)?.status === "applied");
      if (fix) items.set(key, { key, finding, fix });
    }
    const files = applied.files.map((f) => ({ absolute: this.result.absoluteOf(f.path), text: f.after }));
    return { applied, items: [...items.values()], files, overlay: overlayOf(files) };
  }

  /** Directories of packages against which the toolchain has something new to say. */
  private async failing(jobs: Jobs, { overlay }: Attempt): Promise<string[]> {
    const failing = new Set<string>();
    for (const job of jobs.all) {
      const more = job.packages.length === 1 ? "" : ` and ${job.packages.length - 1} more`;
      this.say(`${job.test ? "testing" : "building"} ${this.shown(job.packages[0]?.dir ?? job.dir)}${more}`);
      if ((await this.toolchain.check(job, overlay)).length === 0) continue;
      for (const { dir } of job.packages) if ((await this.news(dir, jobs, overlay)).length > 0) failing.add(dir);
    }
    return [...failing];
  }

  /** What the toolchain says of one package that it did not say before the fixes. */
  private async news(dir: string, jobs: Jobs, overlay: ReadonlyMap<string, string>): Promise<readonly GoFault[]> {
    const now: GoFault[] = [];
    for (const job of jobs.byPackage.get(dir) ?? []) now.push(...(await this.toolchain.check(job, overlay)));
    if (now.length === 0) return now;
    const old = (await this.faultsBefore(dir, jobs)).map((f) => f.message);
    return now.filter(({ message }) => {
      const at = old.indexOf(message);
      if (at >= 0) old.splice(at, 1);
      return at < 0;
    });
  }

  private async faultsBefore(dir: string, jobs: Jobs): Promise<readonly GoFault[]> {
    const known = this.before.get(dir);
    if (known) return known;
    this.say(`looking at ${this.shown(dir)} without the fixes`);
    const faults: GoFault[] = [];
    for (const job of jobs.byPackage.get(dir) ?? []) faults.push(...(await this.toolchain.check(job, new Map())));
    this.before.set(dir, faults);
    return faults;
  }

  /** Takes back the fixes that break a package: some of its own, or else of others. */
  private async isolate(dir: string, jobs: Jobs, items: readonly Item[], takenBefore: number): Promise<void> {
    const rest = (): Item[] => items.filter((i) => !this.taken.has(i.key));
    const own = (): Item[] => rest().filter((i) => realpathSync(dirname(this.result.absoluteOf(i.finding.at.path))) === dir);
    if (await this.isolateAmong(dir, jobs, own)) return;
    if (await this.isolateAmong(dir, jobs, rest)) return;
    if (this.taken.size > takenBefore) return; // what broke another package broke this one too
    // It fails now and then only: none of its fixes can be vouched for.
    const doubtful = own().length > 0 ? own() : rest();
    for (const item of doubtful) this.takeBack(item, dir, `${this.shown(dir)} fails now and then with the fixes, and did not before`);
  }

  /** True when some fix was taken back. */
  private async isolateAmong(dir: string, jobs: Jobs, candidates: () => readonly Item[]): Promise<boolean> {
    for (let found = false; ; found = true) {
      const items = candidates();
      let faults: readonly GoFault[] = [];
      let suspects: ReadonlySet<Item> = new Set();
      this.say(`looking for the fix that breaks ${this.shown(dir)}, among ${items.length}`);
      const blamed = await culprit(
        items,
        () => suspects,
        async (kept) => {
          const keys = new Set(kept.map((i) => i.key));
          const attempt = await this.attempt((key) => keys.has(key));
          const news = await this.news(dir, jobs, attempt.overlay);
          if (news.length === 0) return false;
          faults = news;
          suspects = this.suspects(items, attempt, news);
          return true;
        },
      );
      if (!blamed) return found;
      this.takeBack(blamed, dir, wordsOf(faults));
    }
  }

  private takeBack({ key, finding, fix }: Item, dir: string, words: string): void {
    const elsewhere = !fix.edits.some((e) => realpathSync(dirname(this.result.absoluteOf(e.at.path))) === dir);
    this.taken.set(key, { finding, fix, words, elsewhere });
  }

  /** Fixes that edit a declaration of which the toolchain speaks. */
  private suspects(items: readonly Item[], { overlay }: Attempt, faults: readonly GoFault[]): ReadonlySet<Item> {
    const spoken = new Set<string>();
    const placeIn = places();
    for (const { file, line } of faults) {
      const text = file === null ? undefined : overlay.get(file);
      if (file === null || text === undefined) continue;
      const lines = new Lines(text);
      if (line >= 1 && line <= lines.count) spoken.add(placeIn(file, text, lines.offset(line, 1)));
    }
    return new Set(
      items.filter(({ fix }) =>
        fix.edits.some(({ at }) => {
          const absolute = this.result.absoluteOf(at.path);
          const file = join(realpathSync(dirname(absolute)), basename(absolute));
          return spoken.has(placeIn(file, this.result.textOf(at.path), at.start));
        }),
      ),
    );
  }

  private verdict({ applied, overlay }: Attempt, jobs: Jobs): Verified {
    const culprits = [...this.taken.values()];
    const outcomes = new Map(applied.outcomes);
    const own = this.options.test ? "the tests fail" : "its package does not build";
    const reasonOf = (c: Culprit): string => `with it ${c.elsewhere ? "a package that imports its own does not build" : own}: ${c.words}`;
    for (const [key, taken] of this.taken) {
      const invalid: Outcome = { status: "invalid", reason: reasonOf(taken) };
      outcomes.set(taken.fix, invalid);
      for (const finding of applied.left) {
        const fix = applied.fingerprints.get(finding) === key ? finding.fixes.find((f) => f.title === taken.fix.title) : undefined;
        if (fix) outcomes.set(fix, invalid);
      }
    }
    const problems = culprits.map((c) => ({
      path: c.finding.at.path,
      rule: c.finding.rule,
      message: `its fix "${c.fix.title}" was taken back: ${reasonOf(c)}`,
    }));
    return {
      applied: { ...applied, outcomes, problems: [...applied.problems, ...problems] },
      culprits,
      packages: this.packages(jobs, overlay),
    };
  }

  private packages(jobs: Jobs, overlay: ReadonlyMap<string, string>): PackageVerdict[] {
    const verdicts = new Map<string, PackageVerdict>();
    for (const path of overlay.keys()) verdicts.set(dirname(path), { dir: this.shown(dirname(path)), status: "fine", words: "" });
    for (const file of jobs.unknown) {
      const dir = realpathSync(dirname(file));
      const words = `no platform and tags are known that build ${basename(file)}`;
      verdicts.set(dir, { dir: this.shown(dir), status: "unknown", words });
    }
    for (const [dir, faults] of this.before) {
      if (verdicts.has(dir) && faults.length > 0) verdicts.set(dir, { dir: this.shown(dir), status: "broken", words: wordsOf(faults) });
    }
    return [...verdicts.values()].sort((a, b) => (a.dir < b.dir ? -1 : 1));
  }

  private shown(dir: string): string {
    return displayPath(realpathSync(this.options.cwd), dir);
  }

  private say(doing: string): void {
    this.options.signal?.throwIfAborted();
    this.options.onProgress?.(doing);
  }
}

/** Names places as file and declaration; outlines are made once. */
function places(): (file: string, text: string, offset: number) => string {
  const known = new Map<string, readonly Declaration[]>();
  return (file, text, offset) => {
    const declarations = known.get(text) ?? outline(text).declarations;
    known.set(text, declarations);
    return `${file}\0${declarationAt(declarations, offset)}`;
  };
}

/** Few words are enough to see what is wrong. */
const MOST_WORDS = 3;

function wordsOf(faults: readonly GoFault[]): string {
  const shown = faults.slice(0, MOST_WORDS).map((f) => f.words);
  const more = faults.length - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
