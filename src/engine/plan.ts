/**
 * The planner: which fixes can be applied together. Fixes of different findings are like commits with one parent.
 *
 * Order is path, start, rule. A fix is taken whole, unless its edits touch an accepted fix's edits or what that one relies
 * on, or the reverse. It knows no rule by name, and the order in which candidates are given does not matter.
 */
import type { Finding, Fix } from "../rule/rule.ts";
import { type Edit, overlaps, type Span, validateEdits } from "../text/edit.ts";

/** A finding and the one of its fixes that is wanted. */
export interface Candidate {
  readonly finding: Finding;
  readonly fix: Fix;
}

export interface Plan {
  /** In the planner's order; no two are in each other's way. */
  readonly accepted: readonly Candidate[];
  readonly conflicts: readonly { readonly candidate: Candidate; readonly rival: Finding }[];
}

/** Path, start, rule; then everything else that tells two findings apart. Paths compare by UTF-16 units. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compare(a.at.path, b.at.path) ||
    a.at.start - b.at.start ||
    compare(a.rule, b.rule) ||
    a.at.end - b.at.end ||
    compare(a.message, b.message)
  );
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function plan(candidates: readonly Candidate[]): Plan {
  const order = [...candidates].sort((a, b) => compareFindings(a.finding, b.finding) || compareFixes(a.fix, b.fix));
  const accepted: Candidate[] = [];
  const conflicts: { candidate: Candidate; rival: Finding }[] = [];
  const taken = new Taken();
  for (const candidate of order) {
    const rival = taken.rivalOf(candidate.fix);
    if (rival) conflicts.push({ candidate, rival });
    else {
      taken.add(candidate);
      accepted.push(candidate);
    }
  }
  return { accepted, conflicts };
}

function compareFixes(a: Fix, b: Fix): number {
  return a === b ? 0 : compare(a.title, b.title) || compare(JSON.stringify(a.edits), JSON.stringify(b.edits));
}

interface Entry {
  readonly what: Edit | Span;
  readonly owner: Finding;
}

/** What accepted fixes change and rely on, by file. */
class Taken {
  private readonly byPath = new Map<string, Entry[]>();

  rivalOf(fix: Fix): Finding | null {
    for (const what of [...fix.edits, ...(fix.assumes ?? [])]) {
      for (const entry of this.byPath.get(pathOf(what)) ?? []) if (overlaps(entry.what, what)) return entry.owner;
    }
    return null;
  }

  add({ finding, fix }: Candidate): void {
    for (const what of [...fix.edits, ...(fix.assumes ?? [])]) {
      const path = pathOf(what);
      const entries = this.byPath.get(path);
      if (entries) entries.push({ what, owner: finding });
      else this.byPath.set(path, [{ what, owner: finding }]);
    }
  }
}

function pathOf(what: Edit | Span): string {
  return "at" in what ? what.at.path : what.path;
}

/** A fix's edits by file, in the order given. */
export function editsByPath(fixes: Iterable<Fix>): Map<string, Edit[]> {
  const byPath = new Map<string, Edit[]>();
  for (const fix of fixes) {
    for (const edit of fix.edits) {
      const edits = byPath.get(edit.at.path);
      if (edits) edits.push(edit);
      else byPath.set(edit.at.path, [edit]);
    }
  }
  return byPath;
}

/** What is wrong with a fix as it stands, or null: a fault of the rule that made it. `textOf` gives null for an unknown file. */
export function faultOfFix(fix: Fix, textOf: (path: string) => string | null): string | null {
  if (fix.applicability !== "safe" && !fix.because) return `a fix that is ${fix.applicability} must say why`;
  if (fix.applicability === "display") return null;
  if (fix.edits.length === 0) return "a fix without edits";
  let changes = false;
  for (const [path, edits] of editsByPath([fix])) {
    const text = textOf(path);
    if (text === null) return `an edit of ${path}, which is no file of the package`;
    const fault = validateEdits(edits, text);
    if (fault) return fault;
    changes ||= edits.some((e) => text.slice(e.at.start, e.at.end) !== e.text);
  }
  for (const span of fix.assumes ?? []) {
    const text = textOf(span.path);
    if (text !== null && !(span.start >= 0 && span.start <= span.end && span.end <= text.length)) {
      return `relies on ${span.path}:${span.start}-${span.end}, which is outside the text`;
    }
  }
  return changes ? null : "a fix that changes nothing";
}
