/**
 * Workflow commands of GitHub Actions: annotations on the lines. GitHub shows ten of each kind for a step and drops the others, so those are plain
 * lines of the log here, and their number is told.
 */
import type { Problem, Report } from "../engine/report.ts";
import type { Finding } from "../rule/rule.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import type { ReportContext } from "./reporter.ts";
import { count, sentence, View } from "./view.ts";

type Kind = "error" | "warning" | "notice";

/** What GitHub shows of each kind in one step. */
const SHOWN = 10;

export function* github(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  const used: Record<Kind, number> = { error: 0, warning: 0, notice: 0 };
  const prefix = context.checkout?.prefix ?? "";
  const rest: string[] = [];
  const annotate = (kind: Kind, properties: Readonly<Record<string, string | number>>, message: string, plain: string): string => {
    if (used[kind]++ < SHOWN) return command(kind, properties, message);
    rest.push(logLine(plain));
    return "";
  };
  for (const problem of report.problems) yield annotate("error", problemPlace(problem, prefix), problemText(problem), problemLine(problem));
  for (const finding of view.findings) {
    const { start, end } = view.range(finding.at);
    const oneLine = start.line === end.line;
    const properties = {
      file: prefix + finding.at.path,
      line: start.line,
      ...(oneLine ? { col: start.column, endColumn: end.column } : { endLine: end.line }),
      title: finding.rule,
    };
    const message = sentence(finding, view.offered(finding));
    const plain = `${finding.at.path}:${start.line}:${start.column}: ${finding.rule}: ${message}`;
    yield annotate(kindOf(view, finding), properties, message, plain);
  }
  if (rest.length === 0) return;
  yield `${count(rest.length, "more", "more")} that GitHub has no annotation for (it shows ${SHOWN} of a kind in a step):\n`;
  yield* rest;
}

function kindOf(view: View, finding: Finding): Kind {
  if (view.severity(finding) === "note") return "notice";
  return finding.confidence === "proven" ? "error" : "warning";
}

function command(kind: Kind, properties: Readonly<Record<string, string | number>>, message: string): string {
  const said = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${kind}${said.length > 0 ? ` ${said.join(",")}` : ""}::${data(message)}\n`;
}

/** As @actions/core escapes them; nothing that moves the cursor of whoever reads the log is left. */
function data(text: string): string {
  return sanitizeLine(text).replaceAll("%", "%25");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** A line that is no command, whatever a path or a message holds. */
function logLine(text: string): string {
  return `- ${sanitizeLine(text).replaceAll("##[", "## [")}\n`;
}

function problemPlace({ path, line, column }: Problem, prefix: string): Record<string, string | number> {
  if (path === "") return {};
  return { file: prefix + path, ...(line !== undefined && { line, col: column ?? 1 }) };
}

function problemText({ rule, message }: Problem): string {
  return rule === null ? message : `fault in rule ${rule}: ${message}`;
}

function problemLine(problem: Problem): string {
  const { path, line, column } = problem;
  const place = line === undefined ? path || "gomend" : `${path}:${line}:${column ?? 1}`;
  return `${place}: ${problemText(problem)}`;
}
