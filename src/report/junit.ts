/** JUnit's XML: a suite for each file, a case for each finding. Servers complain of a file without any case, so a clean run has one that passed. */
import type { Problem, Report } from "../engine/report.ts";
import type { Finding } from "../rule/rule.ts";
import type { ReportContext } from "./reporter.ts";
import { sentence, View } from "./view.ts";
import { attributes, escaped } from "./xml.ts";

export function* junit(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  const suites = new Map<string, { cases: string[]; failures: number; errors: number }>();
  const suite = (path: string) => {
    const known = suites.get(path) ?? { cases: [], failures: 0, errors: 0 };
    suites.set(path, known);
    return known;
  };
  for (const finding of view.findings) {
    const own = suite(finding.at.path);
    own.failures++;
    own.cases.push(findingCase(view, finding));
  }
  for (const problem of report.problems) {
    const own = suite(problem.path || "gomend");
    own.errors++;
    own.cases.push(problemCase(problem));
  }
  if (suites.size === 0) suite("gomend").cases.push('<testcase name="no findings" classname="gomend"/>\n');
  const all = [...suites.values()];
  const total = (of: (s: (typeof all)[number]) => number): number => all.reduce((sum, s) => sum + of(s), 0);
  const sums = { tests: total((s) => s.cases.length), failures: total((s) => s.failures), errors: total((s) => s.errors) };
  const time = (report.stats.milliseconds / 1000).toFixed(3);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: "gomend", ...sums, time })}>\n`;
  for (const [name, { cases, failures, errors }] of suites)
    yield `<testsuite${attributes({ name, tests: cases.length, failures, errors })}>\n${cases.join("")}</testsuite>\n`;
  yield "</testsuites>\n";
}

function findingCase(view: View, finding: Finding): string {
  const { path, start } = finding.at;
  const { line, column } = view.position(path, start);
  const related = (finding.related ?? []).map(({ at, message }) => `${at.path}:${view.position(at.path, at.start).line}: ${message}`);
  const text = [`${path}:${line}:${column}`, ...related].join("\n");
  const failure = attributes({ type: finding.rule, message: sentence(finding, view.offered(finding)) });
  const place = attributes({ name: `${finding.rule} at ${line}:${column}`, classname: path, file: path, line });
  return `<testcase${place}><failure${failure}>${escaped(text)}</failure></testcase>\n`;
}

function problemCase({ path, rule, message, line, column }: Problem): string {
  const name = line === undefined ? "problem" : `problem at ${line}:${column ?? 1}`;
  const error = attributes({ type: rule ?? "problem", message });
  return `<testcase${attributes({ name, classname: path || "gomend" })}><error${error}/></testcase>\n`;
}
