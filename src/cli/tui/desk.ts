/** What lies on the table: the items that were found so far, their texts, the run once it is done, and the decisions that were kept. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { reason } from "../../engine/discover.ts";
import { type Checked, type Progress, type Run, type RunOptions, run } from "../../engine/run.ts";
import { loadFormatter } from "../../go/format.ts";
import { loadGrammar } from "../../go/parse.ts";
import type { Rule } from "../../rule/rule.ts";
import { type Item, itemsOf } from "./core/item.ts";
import type { Decision, State } from "./core/state.ts";
import { type Kept, type Session, sumOf } from "./session.ts";
import { Sources } from "./sources.ts";

export class Desk {
  readonly sources = new Sources();
  readonly options: RunOptions;
  readonly session: Session;
  /** Null while it goes on. */
  result: Run | null = null;
  /** Those that ran, the configuration's own included; null while it goes on. */
  rules: ReadonlyMap<string, Rule> | null = null;
  /** Kept decisions that do not hold any more because their file changed. */
  lapsed = 0;
  private readonly checked = new Map<string, Checked>();
  private readonly byDirectory = new Map<string, readonly Item[]>();
  private kept: Map<string, Kept> = new Map();
  private restored = new Map<string, Decision>();
  private readonly sums = new Map<string, { readonly text: string; readonly sum: string }>();

  constructor(options: RunOptions, session: Session) {
    this.options = options;
    this.session = session;
  }

  /** Takes up what an earlier review decided. */
  resume(kept: Map<string, Kept>): void {
    this.kept = new Map(kept);
    this.session.begin(kept.values());
    for (const item of this.items()) this.restore(item);
  }

  /** Checks; `onFound` is called whenever there are new items, often. */
  async check(onFound: () => void, onProgress: (progress: Progress) => void): Promise<Run> {
    await Promise.all([loadGrammar(), loadFormatter()]);
    const result = await run({
      ...this.options,
      background: true,
      onProgress,
      onChecked: (directory, checked) => {
        if (this.put(directory, checked)) onFound();
      },
    });
    this.adopt(result);
    return result;
  }

  /** The run is what holds now. Gives the directories whose items are not what they were. */
  adopt(result: Run): string[] {
    this.result = result;
    this.rules = new Map(result.rules.map((rule) => [rule.id, rule]));
    const changed = [...result.checked].filter(([directory, checked]) => this.put(directory, checked)).map(([directory]) => directory);
    for (const directory of this.byDirectory.keys()) if (!result.checked.has(directory)) this.byDirectory.delete(directory);
    return changed;
  }

  /** True when the items are others than before. */
  private put(directory: string, checked: Checked): boolean {
    const before = this.checked.get(directory);
    if (before === checked) return false;
    this.checked.set(directory, checked);
    if (checked.findings.length === 0 && !this.byDirectory.has(directory)) return false;
    this.sources.add(checked.sources);
    const items = itemsOf(directory, checked);
    this.byDirectory.set(directory, items);
    for (const item of items) this.restore(item);
    return true;
  }

  private restore(item: Item): void {
    const kept = this.kept.get(item.id);
    if (!kept?.decision) return;
    this.kept.delete(item.id);
    if (kept.sum === this.sum(item.finding.at.path)) this.restored.set(item.id, kept.decision);
    else this.lapse(kept);
  }

  private lapse(kept: Kept): void {
    this.lapsed++;
    this.session.add([{ ...kept, decision: null }]);
  }

  /** Kept decisions of items that have come since this was asked last. */
  takeRestored(): ReadonlyMap<string, Decision> {
    const { restored } = this;
    this.restored = new Map();
    return restored;
  }

  /**
   * Lets go of what is kept of files that were checked and are others now. What this review does not look at, by its paths and rules, stays kept.
   * Asked when all is checked.
   */
  lapseRest(): void {
    const targets = new Set(this.result?.targets.map((t) => t.path));
    for (const kept of this.kept.values()) {
      const gone = targets.has(kept.path) && sumOf(textOn(this.absolute(kept.path)) ?? "") !== kept.sum;
      if (!gone) continue;
      this.kept.delete(kept.id);
      this.lapse(kept);
    }
  }

  /** Ends the session: only what this review did not look at stays kept. */
  endSession(): void {
    if (this.kept.size > 0) this.session.begin(this.kept.values());
    else this.session.drop();
  }

  items(): Item[] {
    return [...this.byDirectory.values()].flat();
  }

  /** Writes down what changed from one state to the next; gives why that failed, or null. */
  keep(before: State, after: State): string | null {
    if (before.decisions === after.decisions) return null;
    const entries: Kept[] = [];
    for (const id of new Set([...before.decisions.keys(), ...after.decisions.keys()])) {
      const decision = after.decisions.get(id) ?? null;
      if (decision === (before.decisions.get(id) ?? null)) continue;
      const path = (after.byId.get(id) ?? before.byId.get(id))?.finding.at.path ?? "";
      entries.push({ id, path, sum: this.sum(path), decision });
    }
    try {
      this.session.add(entries);
      return null;
    } catch (error) {
      return reason(error);
    }
  }

  /** The print of a file as it was read. */
  sum(path: string): string {
    const text = this.sources.text(path);
    const known = this.sums.get(path);
    if (known?.text === text) return known.sum;
    const sum = sumOf(text);
    this.sums.set(path, { text, sum });
    return sum;
  }

  absolute(path: string): string {
    return this.result?.absoluteOf(path) ?? resolve(this.options.cwd, path);
  }

  /** Those of the files that are not what was read any more. */
  stale(paths: Iterable<string>): string[] {
    return [...new Set(paths)].filter((path) => textOn(this.absolute(path)) !== this.sources.text(path));
  }
}

function textOn(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
