/**
 * The baseline: findings that a project has accepted for now. One line each, so that a merge of two branches reads well. An entry holds the rule,
 * the path from the baseline's directory, the declaration and a print of the text: it stays known when its code moves within the file, and in
 * another file once its own has it no more. Each entry makes one finding known.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { Finding } from "../rule/rule.ts";
import type { Checked } from "./check.ts";
import type { Target } from "./discover.ts";
import type { State } from "./fix.ts";
import { keepOnly, type Trait, traitsOf } from "./novelty.ts";
import { compare } from "./plan.ts";

export interface BaselineEntry {
  readonly rule: string;
  /** From the baseline's directory, with `/`. */
  readonly path: string;
  readonly declaration: string;
  /** Of the rule, the declaration and the finding's text. */
  readonly print: string;
}

export interface Baseline {
  /** Absolute: the directory of the file. */
  readonly dir: string;
  readonly entries: readonly BaselineEntry[];
}

/** A baseline file that cannot be used; the message says why in one line. */
export class BadBaseline extends Error {
  override name = "BadBaseline";
}

/** Throws `BadBaseline`. */
export function parseBaseline(content: string, dir: string): Baseline {
  let data: { version?: unknown; findings?: unknown };
  try {
    data = JSON.parse(content);
  } catch (error) {
    throw new BadBaseline(`not JSON: ${(error as Error).message}`);
  }
  if (typeof data !== "object" || data === null || data.version !== 1 || !Array.isArray(data.findings)) {
    throw new BadBaseline("not a gomend baseline: expected version 1 and findings");
  }
  data.findings.forEach((entry: Record<string, unknown> | null, i) => {
    for (const key of ["rule", "path", "declaration", "print"] as const) {
      if (typeof entry?.[key] !== "string") throw new BadBaseline(`not a gomend baseline: findings.${i}.${key}: expected a text`);
    }
  });
  return { dir, entries: data.findings as BaselineEntry[] };
}

export function formatBaseline(entries: readonly BaselineEntry[]): string {
  const sorted = [...entries].sort(
    (a, b) => compare(a.path, b.path) || compare(a.rule, b.rule) || compare(a.declaration, b.declaration) || compare(a.print, b.print),
  );
  const lines = sorted.map(({ rule, path, declaration, print }) => JSON.stringify({ rule, path, declaration, print }));
  return `{"version":1,"findings":[${lines.map((line) => `\n${line}`).join(",")}\n]}\n`;
}

/**
 * The entries of what a run found, and those of `old` whose files it did not look at and that are still there: a run over part of a tree does not
 * forget the rest.
 */
export function entriesOf(
  state: State,
  cwd: string,
  dir: string,
  targets: readonly Target[],
  old: readonly BaselineEntry[],
): BaselineEntry[] {
  const place = placeIn(cwd, dir);
  const seen = new Set(targets.map((t) => place(t.path)));
  const kept = old.filter((entry) => !seen.has(entry.path) && existsSync(resolve(dir, entry.path)));
  return [...kept, ...[...state.values()].flatMap((checked) => [...traitsOf(checked).values()].map((t) => entryOf(t, place)))];
}

/** A path as reports show it as the baseline in `dir` names it. */
function placeIn(cwd: string, dir: string): (path: string) => string {
  return (path) => relative(dir, resolve(cwd, path)).split(sep).join("/");
}

function entryOf(trait: Trait, place: (path: string) => string): BaselineEntry {
  const { rule, path, declaration, text } = trait;
  const print = createHash("sha256").update([rule, declaration, text].join("\0")).digest("hex").slice(0, 16);
  return { rule, path: place(path), declaration, print };
}

/** Takes out what the baseline holds. */
export function baselineSieve(
  baseline: Baseline,
  state: State,
  cwd: string,
  targets: readonly Target[],
): (dir: string, checked: Checked) => Checked {
  const place = placeIn(cwd, baseline.dir);
  const all = [...state.values()].flatMap((checked) => [...traitsOf(checked).values()].map((t) => entryOf(t, place)));
  const free = new Pool(baseline.entries, keyOf);
  const strange = all.filter((entry) => !free.take(keyOf(entry)));
  // What its own file has no more may have moved; of a file that was not looked at, nobody knows.
  const seen = new Set(targets.map((t) => place(t.path)));
  const gone = free.rest().filter((e) => seen.has(e.path) || !existsSync(resolve(baseline.dir, e.path)));
  const elsewhere = new Pool(gone, (e) => e.print);
  const moved = strange.filter((entry) => elsewhere.take(entry.print));
  const byPath = new Map<string, BaselineEntry[]>();
  for (const entry of [...baseline.entries, ...moved]) byPath.set(entry.path, [...(byPath.get(entry.path) ?? []), entry]);
  return (_, checked) => {
    if (checked.findings.length === 0) return checked;
    const entries = new Map([...traitsOf(checked)].map(([finding, trait]) => [finding, entryOf(trait, place)]));
    const paths = new Set([...entries.values()].map((entry) => entry.path));
    const pool = new Pool(
      [...paths].flatMap((path) => byPath.get(path) ?? []),
      keyOf,
    );
    return keepOnly(checked, (finding: Finding) => !pool.take(keyOf(entries.get(finding) as BaselineEntry)));
  };
}

function keyOf({ path, print }: BaselineEntry): string {
  return `${path}\0${print}`;
}

/** Entries by key, each to be taken once. */
class Pool {
  private readonly byKey = new Map<string, BaselineEntry[]>();

  constructor(entries: readonly BaselineEntry[], key: (entry: BaselineEntry) => string) {
    for (const entry of entries) {
      const same = this.byKey.get(key(entry));
      if (same) same.push(entry);
      else this.byKey.set(key(entry), [entry]);
    }
  }

  take(key: string): boolean {
    return this.byKey.get(key)?.pop() !== undefined;
  }

  rest(): BaselineEntry[] {
    return [...this.byKey.values()].flat();
  }
}
