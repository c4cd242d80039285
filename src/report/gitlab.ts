/** GitLab's code quality report (the JSON of Code Climate that it reads): shown in the merge request, new against its target. */
import { createHash } from "node:crypto";
import type { Report } from "../engine/report.ts";
import type { Finding } from "../rule/rule.ts";
import type { ReportContext } from "./reporter.ts";
import { sentence, View } from "./view.ts";

export function* gitlab(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  const prefix = context.checkout?.prefix ?? "";
  let separator = "\n";
  yield "[";
  for (const issue of issues(report, view, prefix)) {
    yield separator + JSON.stringify(issue);
    separator = ",\n";
  }
  yield "]\n";
}

function* issues(report: Report, view: View, prefix: string): Generator<object> {
  for (const finding of view.findings) {
    const { start, end } = view.range(finding.at);
    yield {
      description: sentence(finding, view.offered(finding)),
      check_name: finding.rule,
      fingerprint: view.fingerprint(finding),
      severity: severityOf(view, finding),
      location: { path: prefix + finding.at.path, lines: { begin: start.line, end: end.line } },
    };
  }
  for (const { path, rule, message, line } of report.problems) {
    yield {
      description: rule === null ? message : `fault in rule ${rule}: ${message}`,
      check_name: rule ?? "problem",
      fingerprint: createHash("sha256").update([path, rule, message].join("\0")).digest("hex").slice(0, 16),
      severity: "blocker",
      location: { path: prefix + path, lines: { begin: line ?? 1 } },
    };
  }
}

function severityOf(view: View, finding: Finding): "major" | "minor" | "info" {
  if (view.severity(finding) === "note") return "info";
  return finding.confidence === "proven" ? "major" : "minor";
}
