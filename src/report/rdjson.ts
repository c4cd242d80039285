/**
 * The Reviewdog Diagnostic Format, for reviewdog's other services (Gerrit, Bitbucket, Gitea) and whatever else reads it. Lines and columns count from
 * 1, columns in UTF-8 bytes; a range ends behind its last byte. A fix is a suggestion when all that it changes lies close together in the finding's
 * file, for suggestions are applied one by one.
 */
import type { Problem, Report } from "../engine/report.ts";
import type { Finding } from "../rule/rule.ts";
import { hunks } from "../text/diff.ts";
import type { Span } from "../text/edit.ts";
import { lineEdits } from "../text/line-edits.ts";
import { Lines } from "../text/lines.ts";
import type { ReportContext } from "./reporter.ts";
import { sentence, View } from "./view.ts";

const SOURCE = { name: "gomend" };
const SEVERITY = { warning: "WARNING", note: "INFO" } as const;

/** One result with all diagnostics. */
export function* rdjson(report: Report, context: ReportContext): Generator<string> {
  yield `{"source":${JSON.stringify(SOURCE)},"diagnostics":[`;
  let separator = "\n";
  for (const diagnostic of diagnostics(report, context)) {
    yield separator + JSON.stringify(diagnostic);
    separator = ",\n";
  }
  yield "]}\n";
}

/** One diagnostic a line. */
export function* rdjsonl(report: Report, context: ReportContext): Generator<string> {
  for (const diagnostic of diagnostics(report, context)) yield `${JSON.stringify({ ...diagnostic, source: SOURCE })}\n`;
}

function* diagnostics(report: Report, context: ReportContext): Generator<object> {
  const view = new View(report, context);
  for (const finding of view.findings) yield diagnostic(view, finding);
  for (const problem of report.problems) yield problemDiagnostic(problem);
}

function diagnostic(view: View, finding: Finding): object {
  const suggestion = suggestionOf(view, finding);
  const related = finding.related ?? [];
  return {
    message: sentence(finding, view.offered(finding)),
    location: location(view, finding.at),
    severity: SEVERITY[view.severity(finding)],
    code: { value: finding.rule },
    ...(suggestion && { suggestions: [suggestion] }),
    ...(related.length > 0 && { related_locations: related.map(({ at, message }) => ({ message, location: location(view, at) })) }),
  };
}

function location(view: View, { path, start, end }: Span): object {
  const lines = view.lines(path);
  const place = (offset: number): object => {
    const at = Math.min(Math.max(offset, 0), lines.text.length);
    return { line: lines.position(at).line, column: lines.byteColumn(at) };
  };
  return { path, range: { start: place(start), end: place(end) } };
}

/** Whole lines without the last one's end, so that a tool that knows lines alone takes them too. */
function suggestionOf(view: View, finding: Finding): object | null {
  const fix = view.offered(finding);
  const [file, ...others] = fix ? view.changes(finding, fix) : [];
  if (!file || others.length > 0 || file.path !== finding.at.path) return null;
  if (hunks(file.before, file.after).length !== 1) return null;
  const edits = lineEdits(hunks(file.before, file.after, 0));
  const before = new Lines(file.before);
  const after = new Lines(file.after);
  const last = edits.at(-1);
  if (!edits[0] || !last) return null;
  let first = edits[0].first;
  let end = last.last;
  const grown = after.count - before.count;
  // Nothing is left of the lines, or there are none: a kept one goes along.
  if (end < first || end + grown < first) {
    if (first > 1) first--;
    else end++;
  }
  if (end > before.count || end + grown > after.count || end + grown < first) return null;
  const range = { start: { line: first, column: 1 }, end: { line: end, column: before.byteColumn(before.lineEnd(end)) } };
  return { range, text: after.text.slice(after.lineStart(first), after.lineEnd(end + grown)) };
}

function problemDiagnostic({ path, rule, message, line, column }: Problem): object {
  return {
    message: rule === null ? message : `fault in rule ${rule}: ${message}`,
    location: { path, ...(line !== undefined && { range: { start: { line, column: column ?? 1 } } }) },
    severity: "ERROR",
  };
}
