/**
 * Which findings a change brought. A finding is known when the base has it too: at the line that the diff makes it the same as; else with the
 * same rule, declaration and text in the same file, so that moved code is no news; else, where its line is new here and gone there, in another
 * file. Each finding of the base makes one known. So a line that was left alone and became wrong is told, and a whole file that was renamed is
 * not.
 */
import type { Finding } from "../rule/rule.ts";
import { hunks } from "../text/diff.ts";
import { Lines } from "../text/lines.ts";
import type { Checked } from "./check.ts";

/** A finding as it can be compared with one of another text. */
export interface Trait {
  readonly rule: string;
  readonly path: string;
  /** As `declarationAt` says it. */
  readonly declaration: string;
  /** Its own text without regard to white space. */
  readonly text: string;
  readonly line: number;
}

/** What identifies each finding of a directory. */
export function traitsOf(checked: Checked): Map<Finding, Trait> {
  const lines = new Map<string, Lines>();
  const traits = new Map<Finding, Trait>();
  for (const finding of checked.findings) {
    const { path, start, end } = finding.at;
    const file = lines.get(path) ?? new Lines(checked.sources.get(path) ?? "");
    lines.set(path, file);
    traits.set(finding, {
      rule: finding.rule,
      path,
      declaration: checked.declarations.get(finding) ?? "",
      text: file.text.slice(start, end).replace(/\s+/g, " ").trim(),
      line: file.position(Math.min(start, file.text.length)).line,
    });
  }
  return traits;
}

/** Whether lines are the same on both sides of a change. Numbers count from 1. */
export interface LineMap {
  /** The line of the base that a line of `path` is the same as; null for one that is new. */
  toBase(path: string, line: number): number | null;
  /** Whether a line of the base stands in `path` no more. */
  isGone(path: string, line: number): boolean;
}

/** Compares `now` with `before`, file by file and when asked; null is a file that is not there. CRLF and LF are one. */
export function lineMap(before: (path: string) => string | null, now: (path: string) => string | null): LineMap {
  const known = new Map<string, { toBase: (line: number) => number | null; isGone: (line: number) => boolean }>();
  const of = (path: string) => {
    let map = known.get(path);
    if (!map) {
      map = mapOf(before(path), now(path));
      known.set(path, map);
    }
    return map;
  };
  return { toBase: (path, line) => of(path).toBase(line), isGone: (path, line) => of(path).isGone(line) };
}

function mapOf(before: string | null, now: string | null) {
  if (before === null || now === null) return { toBase: () => null, isGone: () => true };
  const changes = hunks(before.replaceAll("\r\n", "\n"), now.replaceAll("\r\n", "\n"), 0);
  return {
    toBase(line: number): number | null {
      let shift = 0;
      for (const h of changes) {
        if (line < h.newStart) break;
        if (line < h.newStart + h.newLines) return null;
        shift = h.oldStart + h.oldLines - h.newStart - h.newLines;
      }
      return line + shift;
    },
    isGone: (line: number) => changes.some((h) => line >= h.oldStart && line < h.oldStart + h.oldLines),
  };
}

/** For each finding that the base knows, the one of the base that it is. */
export function known(now: readonly Trait[], base: readonly Trait[], lines: LineMap): Map<Trait, Trait> {
  const found = new Map<Trait, Trait>();
  const free = new Set(base);
  const pass = (keyOf: (t: Trait) => string | null, candidates: (t: Trait) => string | null): void => {
    const pool = new Map<string, Trait[]>();
    for (const t of free) {
      const key = candidates(t);
      if (key !== null) pool.set(key, [...(pool.get(key) ?? []), t]);
    }
    for (const t of now) {
      const key = found.has(t) ? null : keyOf(t);
      const same = key === null ? undefined : pool.get(key)?.shift();
      if (!same) continue;
      found.set(t, same);
      free.delete(same);
    }
  };
  const join = (...parts: (string | number)[]): string => parts.join("\0");
  const here = (t: Trait): string | null => {
    const line = lines.toBase(t.path, t.line);
    return line === null ? null : join(t.rule, t.path, line);
  };
  pass(
    (t) => andText(here(t), t),
    (t) => andText(join(t.rule, t.path, t.line), t),
  );
  // Its first line stayed; something behind it changed.
  pass(here, (t) => join(t.rule, t.path, t.line));
  const inFile = (t: Trait): string => join(t.rule, t.path, t.declaration, t.text);
  pass(inFile, inFile);
  const anywhere = (t: Trait): string => join(t.rule, t.declaration, t.text);
  pass(
    (t) => (lines.toBase(t.path, t.line) === null ? anywhere(t) : null),
    (t) => (lines.isGone(t.path, t.line) ? anywhere(t) : null),
  );
  return found;
}

function andText(key: string | null, trait: Trait): string | null {
  return key === null ? null : `${key}\0${trait.text}`;
}

/** The directory's findings without those that are not wanted. */
export function keepOnly(checked: Checked, wanted: (finding: Finding) => boolean): Checked {
  const findings = checked.findings.filter(wanted);
  return findings.length === checked.findings.length ? checked : { ...checked, findings };
}
