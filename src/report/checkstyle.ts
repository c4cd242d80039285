/** Checkstyle's XML, which most CI servers read. */
import type { Problem, Report } from "../engine/report.ts";
import type { Finding } from "../rule/rule.ts";
import type { ReportContext } from "./reporter.ts";
import { sentence, View } from "./view.ts";
import { attributes } from "./xml.ts";

export function* checkstyle(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="8.0">\n';
  const byPath = new Map<string, string[]>();
  const add = (path: string, line: string): void => {
    byPath.set(path, [...(byPath.get(path) ?? []), line]);
  };
  for (const finding of view.findings) add(finding.at.path, findingError(view, finding));
  for (const problem of report.problems) add(problem.path, problemError(problem));
  for (const [path, lines] of byPath) yield `<file${attributes({ name: path })}>\n${lines.join("")}</file>\n`;
  yield "</checkstyle>\n";
}

function findingError(view: View, finding: Finding): string {
  const { line, column } = view.position(finding.at.path, finding.at.start);
  const severity = view.severity(finding) === "note" ? "info" : "warning";
  const message = sentence(finding, view.offered(finding));
  return `<error${attributes({ line, column, severity, message, source: `gomend.${finding.rule}` })}/>\n`;
}

function problemError({ rule, message, line, column }: Problem): string {
  const source = rule === null ? "gomend" : `gomend.${rule}`;
  return `<error${attributes({ line: line ?? 1, column: column ?? 1, severity: "error", message, source })}/>\n`;
}
