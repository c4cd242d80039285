/** Questions that several reporters ask of a Report. */
import { editsByPath } from "../engine/plan.ts";
import type { FileChange, Outcome, Report } from "../engine/report.ts";
import type { Finding, Fix, Rule, Tier } from "../rule/rule.ts";
import { applyEdits } from "../text/apply.ts";
import { editsBetween } from "../text/diff.ts";
import { compareEdits, type Edit, type Span } from "../text/edit.ts";
import { Lines, type Position } from "../text/lines.ts";
import type { ReportContext } from "./reporter.ts";

/** What of the planner's work would take a finding away. */
export type Fixable = "safe" | "unsafe" | null;

export type Severity = "warning" | "note";

export function severityOf(tier: Tier | undefined): Severity {
  return tier === undefined || tier === "recommended" ? "warning" : "note";
}

export class View {
  readonly findings: readonly Finding[];
  readonly #report: Report;
  readonly #context: ReportContext;
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #lines = new Map<string, Lines>();
  readonly #after = new Map<string, string>();
  #last: { fix: Fix; files: readonly FileChange[] | null } | undefined;

  constructor(report: Report, context: ReportContext) {
    this.#report = report;
    this.#context = context;
    this.#rules = new Map(context.rules.map((rule) => [rule.id, rule]));
    this.findings = context.show === "left" ? report.left : report.findings;
    if (context.show === "left") for (const file of report.files) this.#after.set(file.path, file.after);
  }

  rule(id: string): Rule | undefined {
    return this.#rules.get(id);
  }

  /** What stands on by default is a warning; the rest is for those who asked. */
  severity(finding: Finding): Severity {
    return severityOf(finding.tier ?? this.rule(finding.rule)?.tier);
  }

  /** The fix that a person is offered first: the first that is no sketch and can be applied. */
  offered(finding: Finding): Fix | undefined {
    return finding.fixes.find((fix) => fix.applicability !== "display" && this.outcome(fix)?.status !== "invalid");
  }

  fingerprint(finding: Finding): string {
    return this.#report.fingerprints.get(finding) ?? "";
  }

  outcome(fix: Fix): Outcome | undefined {
    return this.#report.outcomes.get(fix);
  }

  /** The text in which the shown findings' spans lie; "" for a file that the report does not hold. */
  text(path: string): string {
    return this.#after.get(path) ?? this.#report.sources.get(path) ?? "";
  }

  lines(path: string): Lines {
    let lines = this.#lines.get(path);
    if (!lines) {
      lines = new Lines(this.text(path));
      this.#lines.set(path, lines);
    }
    return lines;
  }

  /** Place of an offset; 1:1 in a file whose text the report does not hold. */
  position(path: string, offset: number): Position {
    const lines = this.lines(path);
    return lines.position(Math.min(Math.max(offset, 0), lines.text.length));
  }

  range(span: Span): { start: Position; end: Position } {
    return { start: this.position(span.path, span.start), end: this.position(span.path, span.end) };
  }

  /** `path:line` of a finding in the text as it was read; the path alone for one of a later text. */
  originalPlace(finding: Finding): string {
    const { at } = finding;
    const source = this.#report.findings.includes(finding) ? this.#report.sources.get(at.path) : undefined;
    return source === undefined ? at.path : `${at.path}:${new Lines(source).position(at.start).line}`;
  }

  /** The files as one fix would leave them, only those that it changes; as the engine renders it, else its bare edits. */
  changes(finding: Finding, fix: Fix): readonly FileChange[] {
    const rendered = this.#preview(finding, fix);
    if (rendered) return rendered;
    const changes: FileChange[] = [];
    for (const [path, edits] of editsByPath([fix])) {
      const before = this.text(path);
      try {
        const after = applyEdits(before, edits.sort(compareEdits));
        if (after !== before) changes.push({ path, before, after });
      } catch {
        return []; // the planner tells that the fix is invalid
      }
    }
    return changes;
  }

  /**
   * Everything that one fix changes, as edits: imports and formatting included where the engine renders it. Whoever
   * applies them gets what gomend writes.
   */
  wholeEdits(finding: Finding, fix: Fix): readonly Edit[] {
    return this.#preview(finding, fix)?.flatMap((file) => editsBetween(file.path, file.before, file.after)) ?? fix.edits;
  }

  /** The engine's rendering, or null. Asked several times of one fix in a row; rendering parses and formats. */
  #preview(finding: Finding, fix: Fix): readonly FileChange[] | null {
    if (this.#last?.fix === fix) return this.#last.files;
    let files: readonly FileChange[] | null = null;
    try {
      const changed = this.#context.preview?.(finding, fix).filter((file) => file.before !== file.after) ?? [];
      if (changed.length > 0) files = changed;
    } catch {
      // That a fix is invalid, the planner tells; here its bare edits stand in.
    }
    this.#last = { fix, files };
    return files;
  }

  /** What it takes to have the finding mended; null when none of its fixes can be applied. */
  fixable(finding: Finding): Fixable {
    const usable = new Set(finding.fixes.filter((fix) => this.#isUsable(fix)).map((fix) => fix.applicability));
    return usable.has("safe") ? "safe" : usable.has("unsafe") ? "unsafe" : null;
  }

  #isUsable(fix: Fix): boolean {
    const status = this.outcome(fix)?.status;
    // An unsafe fix that was not selected may only want `--unsafe-fixes`; any other had a better reason.
    return status !== "invalid" && (status !== "not-selected" || (fix.applicability === "unsafe" && !this.#context.unsafeFixes));
  }

  /** Whether a run with the flags of this one takes the finding away. */
  wouldFix(finding: Finding): boolean {
    const fixable = this.fixable(finding);
    return fixable === "safe" || (fixable === "unsafe" && this.#context.unsafeFixes === true);
  }
}

/** What is said of a finding where there is one line for it: its message, and what can be done. */
export function sentence(finding: Finding, fix: Fix | undefined): string {
  if (!fix) return finding.message;
  const kind = fix.applicability === "safe" ? "safe fix" : `${fix.applicability} fix`;
  return `${finding.message}; ${kind}: ${fix.title}${fix.because ? ` (${fix.because})` : ""}`;
}

/** "1 finding", "2,000 findings". */
export function count(n: number, one: string, many = `${one}s`): string {
  // Without Intl, whose tables take longer to load than a small file to check.
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, ",")} ${n === 1 ? one : many}`;
}
