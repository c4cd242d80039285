/**
 * The JSON core that other tools build on; its schema is `schema/report-1.json`. Lines and columns count from 1, columns
 * and offsets in UTF-16 units. Data is exact: JSON escapes control characters, so nothing is stripped.
 */
import type { Problem, Report, Stats } from "../engine/report.ts";
import type { Applicability, Finding, Fix } from "../rule/rule.ts";
import type { Edit, Span } from "../text/edit.ts";
import type { ReportContext } from "./reporter.ts";
import { View } from "./view.ts";

export interface JsonEdit {
  path: string;
  start: number;
  end: number;
  text: string;
}

export interface JsonFix {
  title: string;
  applicability: Applicability;
  because: string | null;
  /** All that the fix changes, imports and formatting included. */
  edits: JsonEdit[];
}

export interface JsonPlace {
  path: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  start: number;
  end: number;
}

export interface JsonFinding extends JsonPlace {
  rule: string;
  message: string;
  confidence: Finding["confidence"];
  fingerprint: string;
  related: (JsonPlace & { message: string })[];
  fixes: JsonFix[];
}

export interface JsonProblem {
  path: string;
  rule: string | null;
  message: string;
  line?: number;
  column?: number;
}

export interface JsonReport {
  version: 1;
  tool: { name: "gomend"; version: string };
  findings: JsonFinding[];
  problems: JsonProblem[];
  stats: Stats;
}

export function* json(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  yield `{"version":1,"tool":${JSON.stringify(tool(context))},\n"findings":[`;
  let separator = "\n";
  for (const finding of view.findings) {
    yield separator + JSON.stringify(jsonFinding(view, finding));
    separator = ",\n";
  }
  yield `],\n"problems":${JSON.stringify(report.problems.map(jsonProblem))},\n"stats":${JSON.stringify(jsonStats(report))}}\n`;
}

/** One object a line, told apart by `kind`: every finding, every problem, at last the summary. */
export function* jsonLines(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  const line = (kind: string, value: object): string => `${JSON.stringify({ kind, ...value })}\n`;
  for (const finding of view.findings) yield line("finding", jsonFinding(view, finding));
  for (const problem of report.problems) yield line("problem", jsonProblem(problem));
  yield line("summary", { version: 1, tool: tool(context), findings: view.findings.length, stats: jsonStats(report) });
}

export function tool(context: ReportContext): JsonReport["tool"] {
  return { name: "gomend", version: context.version };
}

export function jsonFinding(view: View, finding: Finding): JsonFinding {
  return {
    rule: finding.rule,
    ...jsonPlace(view, finding.at),
    message: finding.message,
    confidence: finding.confidence,
    fingerprint: view.fingerprint(finding),
    related: (finding.related ?? []).map(({ at, message }) => ({ ...jsonPlace(view, at), message })),
    fixes: finding.fixes.map((fix) => jsonFix(view, finding, fix)),
  };
}

function jsonPlace(view: View, at: Span): JsonPlace {
  const { start, end } = view.range(at);
  return {
    path: at.path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    start: at.start,
    end: at.end,
  };
}

function jsonFix(view: View, finding: Finding, fix: Fix): JsonFix {
  return {
    title: fix.title,
    applicability: fix.applicability,
    because: fix.because ?? null,
    edits: view.wholeEdits(finding, fix).map(jsonEdit),
  };
}

export function jsonEdit({ at, text }: Edit): JsonEdit {
  return { path: at.path, start: at.start, end: at.end, text };
}

export function jsonProblem({ path, rule, message, line, column }: Problem): JsonProblem {
  return { path, rule, message, ...(line !== undefined && { line }), ...(column !== undefined && { column }) };
}

export function jsonStats({ stats }: Report): Stats {
  const { files, bytes, parsedBytes, packages, milliseconds } = stats;
  return { files, bytes, parsedBytes, packages, milliseconds };
}
