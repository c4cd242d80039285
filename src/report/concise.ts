import type { Report } from "../engine/report.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import type { ReportContext } from "./reporter.ts";
import { problemLines, summaryLines } from "./summary.ts";
import { View } from "./view.ts";

/** One line a finding: `path:line:column: rule message [*]`; the mark says that `fix` mends it. */
export function* concise(report: Report, context: ReportContext): Generator<string> {
  const { color } = context;
  const view = new View(report, context);
  for (const finding of view.findings) {
    const { line, column } = view.position(finding.at.path, finding.at.start);
    const place = `${color.bold(sanitizeLine(finding.at.path))}${color.cyan(":")}${line}${color.cyan(":")}${column}${color.cyan(":")}`;
    const mark = view.wouldFix(finding) ? ` [${color.cyan("*")}]` : "";
    yield `${place} ${color.bold(color.red(finding.rule))} ${sanitizeLine(finding.message)}${mark}\n`;
  }
  for (const line of [...problemLines(report, context), ...summaryLines(report, view, context)]) yield `${line}\n`;
}
