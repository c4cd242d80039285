/** Which finding of a new text is which of the old one. */
import type { Finding } from "../rule/rule.ts";
import { keptLines } from "../text/diff.ts";
import type { Checked } from "./check.ts";
import type { State } from "./fix.ts";
import type { FileChange } from "./report.ts";

/**
 * Ties the findings that stayed to those of the first round, in `origins`: by their place, where the lines around it are the same; else by what they say.
 */
export function follow(
  before: State,
  after: State,
  done: ReadonlySet<Finding>,
  changed: ReadonlyMap<string, FileChange>,
  origins: Map<Finding, Finding>,
): void {
  for (const [dir, checked] of after) {
    const old = before.get(dir);
    if (old === checked) continue;
    const earlier = grouped(old);
    for (const [key, findings] of grouped(checked)) {
      const stayed = (earlier.get(key) ?? []).filter((f) => !done.has(f));
      tieAll(stayed, findings, placesAfter(stayed, changed), (now, same) => origins.set(now, origins.get(same) ?? same));
    }
  }
}

function tieAll(
  stayed: readonly Finding[],
  findings: readonly Finding[],
  places: ReadonlyMap<Finding, number>,
  tie: (now: Finding, same: Finding) => void,
): void {
  const open = new Set(stayed);
  const settle = (now: Finding, same: Finding | undefined): boolean => {
    if (!same) return false;
    open.delete(same);
    tie(now, same);
    return true;
  };
  const rest = findings.filter((now) => {
    const here = [...open].filter((f) => places.get(f) === now.at.start);
    return !settle(now, here.find((f) => f.message === now.message) ?? here[0]);
  });
  // One whose place is known and that is not there any more is gone.
  for (const f of places.keys()) open.delete(f);
  const even = open.size === rest.length;
  for (const now of rest) settle(now, [...open].find((f) => f.message === now.message) ?? (even ? [...open][0] : undefined));
}

/** Where findings of one file start after a change, but for those on lines that it changed. */
function placesAfter(findings: readonly Finding[], changed: ReadonlyMap<string, FileChange>): Map<Finding, number> {
  const places = new Map<Finding, number>();
  const change = changed.get(findings[0]?.at.path ?? "");
  if (!change) {
    for (const f of findings) places.set(f, f.at.start);
    return places;
  }
  const kept = keptLines(change.before, change.after);
  for (const f of findings) {
    const place = kept(f.at.start);
    if (place !== null) places.set(f, place);
  }
  return places;
}

/** Findings by rule, file and declaration. */
export function grouped(checked: Checked | undefined): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of checked?.findings ?? []) {
    const key = `${finding.rule}\0${finding.at.path}\0${checked?.declarations.get(finding) ?? ""}`;
    const same = groups.get(key);
    if (same) same.push(finding);
    else groups.set(key, [finding]);
  }
  return groups;
}
