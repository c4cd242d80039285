/** The format for people: frame, reason, witness and fixes of each finding. */
import type { Report } from "../engine/report.ts";
import type { Applicability, Finding, Fix } from "../rule/rule.ts";
import { sanitizeLine, wrap } from "../text/sanitize.ts";
import { diffLines } from "./diff-lines.ts";
import { type FrameStyle, frame, type Mark } from "./frame.ts";
import type { Colors, ReportContext } from "./reporter.ts";
import { problemLines, summaryLines } from "./summary.ts";
import { View } from "./view.ts";

export function* text(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  const explained = new Set<string>();
  for (const finding of view.findings) {
    const isFirst = !explained.has(finding.rule);
    explained.add(finding.rule);
    yield `${findingLines(view, finding, context, isFirst).join("\n")}\n\n`;
  }
  const problems = problemLines(report, context);
  if (problems.length > 0) yield `${problems.join("\n")}\n\n`;
  for (const line of summaryLines(report, view, context)) yield `${line}\n`;
}

/** One finding as `text` shows it, in lines without line ends; `withWhy` adds the rule's reason. */
export function findingLines(view: View, finding: Finding, context: ReportContext, withWhy: boolean): string[] {
  const { color } = context;
  const style = styleOf(view, finding, context);
  const { line, column } = view.position(finding.at.path, finding.at.start);
  const mark = view.wouldFix(finding) ? ` [${color.cyan("*")}]` : "";
  const doubt = finding.confidence === "likely" ? color.dim(" (likely)") : "";
  const result = [
    `${color.bold(`${sanitizeLine(finding.at.path)}:${line}:${column}`)} ${color.bold(color.red(finding.rule))}${mark} ${sanitizeLine(finding.message)}${doubt}`,
    ...frames(view, finding, style),
  ];
  const why = withWhy ? view.rule(finding.rule)?.why : undefined;
  if (why) result.push(...note("why", context.color.bold, why, style));
  finding.fixes.forEach((fix, i) => {
    result.push(...fixLines(view, finding, fix, i === 0, style, context));
  });
  return result;
}

function styleOf(view: View, finding: Finding, { color, width = 100 }: ReportContext): FrameStyle {
  const spans = [finding.at, ...(finding.related ?? []).map(({ at }) => at)];
  // As many again as the frame's context may reach.
  const last = Math.max(...spans.map((span) => view.range(span).end.line + 2));
  return { color, width, gutter: Math.max(3, String(last).length) };
}

/** The finding's own file with all marks in it, then every other file of the witness. */
function frames(view: View, finding: Finding, style: FrameStyle): string[] {
  const related = finding.related ?? [];
  const files = new Map<string, Mark[]>([[finding.at.path, [{ span: finding.at, primary: true }]]]);
  related.forEach(({ at, message }, i) => {
    const label = related.length > 1 ? `${i + 1}. ${message}` : message;
    const marks = files.get(at.path) ?? [];
    marks.push({ span: at, label, primary: false });
    files.set(at.path, marks);
  });
  const result: string[] = [];
  for (const [path, marks] of files) {
    if (path !== finding.at.path) {
      const { line, column } = view.position(path, marks[0]?.span.start ?? 0);
      // Stands in for the row that closes the frame above.
      result[result.length - 1] = style.color.dim(`${" ".repeat(style.gutter)} ╰─ ${sanitizeLine(path)}:${line}:${column}`);
    }
    result.push(...frame(view.lines(path), marks, style));
  }
  return result;
}

/** `= label: text`, wrapped, below the gutter. */
function note(label: string, paint: (label: string) => string, message: string, style: FrameStyle, sign = "="): string[] {
  const margin = " ".repeat(style.gutter + 1);
  const [first = "", ...rest] = wrap(message, Math.max(30, style.width - style.gutter - 5 - label.length));
  const indent = `${margin}${" ".repeat(label.length + 4)}`;
  return [`${margin}${style.color.dim(sign)} ${paint(label)}: ${first}`, ...rest.map((line) => indent + line)];
}

function fixLines(view: View, finding: Finding, fix: Fix, isDefault: boolean, style: FrameStyle, context: ReportContext): string[] {
  const { color } = style;
  const level = fix.applicability === "display" ? "sketch" : `${fix.applicability} fix`;
  const label = isDefault ? level : `or ${level}`;
  const result = note(label, (text) => color.bold(levelColor(fix.applicability, color)(text)), fix.title, style);
  if (fix.because) result.push(...note("because", color.bold, fix.because, style, " "));
  const fate = fateOf(view, fix);
  if (fate) result.push(...note("not applied", (text) => color.bold(color.yellow(text)), fate, style));
  if (isDefault && context.showFixes !== false) result.push(...diffLines(view, finding, fix, style));
  return result;
}

function levelColor(applicability: Applicability, color: Colors): (text: string) => string {
  if (applicability === "safe") return color.green;
  return applicability === "unsafe" ? color.yellow : color.blue;
}

/** Why the planner left a fix out, where that is more than a matter of what was asked for. */
function fateOf(view: View, fix: Fix): string | null {
  const outcome = view.outcome(fix);
  if (outcome?.status === "invalid") return `a fault of gomend: ${outcome.reason}`;
  if (outcome?.status !== "conflict") return null;
  return `in conflict with the fix of ${outcome.rival.rule} at ${view.originalPlace(outcome.rival)}`;
}
