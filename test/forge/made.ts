/** Reports, diffs and what services do with them, for tests of the planner. */
import pc from "picocolors";
import type { FileChange, Report } from "../../src/engine/report.ts";
import { type ChangedFile, Diff } from "../../src/forge/diff.ts";
import { githubDialect } from "../../src/forge/github.ts";
import type { Standing } from "../../src/forge/plan.ts";
import { type Subject, subjectOf } from "../../src/forge/subject.ts";
import type { Suggestion } from "../../src/forge/suggest.ts";
import { type ReportContext, render } from "../../src/report/index.ts";
import { parseReportFile, reportFile } from "../../src/report/report-file.ts";
import type { Finding } from "../../src/rule/rule.ts";
import { applyEdits } from "../../src/text/apply.ts";
import { hunks, unifiedPatch } from "../../src/text/diff.ts";
import { oldSide, parsePatch } from "../../src/text/patch.ts";

export const COMMIT = "c0ffee".padEnd(40, "0");
export const NOTHING: Standing = { threads: [], summary: null };
export const dialect = githubDialect(
  (path, line) => `https://github.example/o/r/blob/${COMMIT}/${path}#L${line}`,
  () => null,
);

export const print = (n: number): string => n.toString(16).padStart(16, "0");

/** The report of findings in texts, with fingerprints by place in the list. */
export function reportOf(
  findings: readonly Finding[],
  sources: ReadonlyMap<string, string>,
  prints = findings.map((_, i) => print(i)),
): Report {
  return {
    findings,
    fingerprints: new Map(findings.map((finding, i) => [finding, prints[i] ?? ""])),
    sources,
    files: [],
    outcomes: new Map(),
    left: findings,
    problems: [],
    stats: { files: 1, bytes: 1, parsedBytes: 1, packages: 1, milliseconds: 1 },
  };
}

/** The report as `publish` reads it: written to a file and read back. */
export function published(report: Report, preview?: ReportContext["preview"], prefix = ""): Subject {
  const context: ReportContext = {
    rules: [],
    version: "0.0.0",
    color: pc.createColors(false),
    checkout: { commit: COMMIT, prefix },
    ...(preview ? { preview } : {}),
  };
  return subjectOf(parseReportFile(render(reportFile, report, context)), null);
}

/** The diff of a pull request as the service shows it; "" is a file that is not there. */
export function diffOf(changes: readonly FileChange[]): Diff {
  return new Diff(changes.map(({ path, before, after }): ChangedFile => ({ path, oldPath: path, hunks: hunks(before, after, 3) })));
}

/** As GitHub commits a suggestion: the anchored lines replaced, with the line ends of the file. */
export function commitSuggestion(text: string, { first, last, lines }: Pick<Suggestion, "first" | "last" | "lines">): string {
  const all = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const end = all[first - 1]?.endsWith("\r\n") ? "\r\n" : "\n";
  return [...all.slice(0, first - 1), ...lines.map((line) => line + end), ...all.slice(last)].join("");
}

/** The text that a patch of one file leads to; null when it does not fit. */
export function patched(text: string, path: string, patch: string): string | null {
  const file = parsePatch(patch).find((p) => p.newPath === path);
  const back = file?.hunks.map((hunk) => ({
    oldStart: hunk.newStart,
    oldLines: hunk.newLines,
    newStart: hunk.oldStart,
    newLines: hunk.oldLines,
    lines: hunk.lines.map(
      (line) => ({ ...line, kind: line.kind === "added" ? "removed" : line.kind === "removed" ? "added" : "same" }) as const,
    ),
  }));
  return oldSide(text, back ?? []);
}

/** What the finding's own fix makes of its file. */
export function fixedBy(finding: Finding, text: string): string {
  return applyEdits(
    text,
    (finding.fixes[0]?.edits ?? []).filter(({ at }) => at.path === finding.at.path),
  );
}

export { unifiedPatch };
