/** Markdown to be posted or kept: counts by rule and safety, then each finding with its fix as a diff. For `$GITHUB_STEP_SUMMARY`, a wiki, a chat. */
import type { Report } from "../engine/report.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import { unifiedPatch } from "../text/diff.ts";
import { cell, code, fence, folded, prose } from "../text/markdown.ts";
import type { ReportContext } from "./reporter.ts";
import { count, View } from "./view.ts";

export function* markdown(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  const files = new Set(view.findings.map((finding) => finding.at.path)).size;
  yield view.findings.length === 0
    ? `**gomend**: no findings in ${count(report.stats.files, "file")}.\n`
    : `**gomend**: ${count(view.findings.length, "finding")} in ${count(files, "file")}.\n\n${rulesTable(view.findings.map((f) => tallied(f, view.offered(f))))}\n`;
  for (const finding of view.findings) yield `\n${section(view, finding)}\n`;
  if (report.problems.length === 0) return;
  yield `\n${count(report.problems.length, "problem")}:\n\n`;
  for (const { path, line, rule, message } of report.problems) {
    const place = code(`${path || "gomend"}${line === undefined ? "" : `:${line}`}`);
    yield `- ${place}${rule === null ? "" : ` (fault in rule ${code(rule)})`}: ${prose(message)}\n`;
  }
}

/** What the table of rules counts. */
export interface Tallied {
  readonly rule: string;
  readonly how: "safe" | "unsafe" | null;
}

function tallied(finding: Finding, fix: Fix | undefined): Tallied {
  return { rule: finding.rule, how: fix && fix.applicability !== "display" ? fix.applicability : null };
}

/** Findings by rule, most first, and what their fixes are; of more rules than `most` only a number. */
export function rulesTable(findings: readonly Tallied[], most = Number.POSITIVE_INFINITY): string {
  const rows = new Map<string, { all: number; safe: number; unsafe: number }>();
  for (const { rule, how } of findings) {
    const row = rows.get(rule) ?? { all: 0, safe: 0, unsafe: 0 };
    row.all++;
    if (how) row[how]++;
    rows.set(rule, row);
  }
  const lines = [...rows]
    .sort(([a, x], [b, y]) => y.all - x.all || (a < b ? -1 : 1))
    .map(([rule, n]) => `| ${cell(code(rule))} | ${n.all} | ${n.safe || ""} | ${n.unsafe || ""} | ${n.all - n.safe - n.unsafe || ""} |`);
  const rest = lines.length - most;
  if (rest > 0) lines.splice(most, rest, `| and ${count(rest, "more rule")} | | | | |`);
  return ["| rule | findings | safe fix | unsafe fix | by hand |", "|---|--:|--:|--:|--:|", ...lines].join("\n");
}

function section(view: View, finding: Finding): string {
  const { line, column } = view.position(finding.at.path, finding.at.start);
  const parts = [`### ${code(`${finding.at.path}:${line}:${column}`)} ${code(finding.rule)}`, `${prose(finding.message)}.`];
  const related = finding.related ?? [];
  if (related.length > 0)
    parts.push(
      related.map(({ at, message }) => `- ${code(`${at.path}:${view.position(at.path, at.start).line}`)}: ${prose(message)}`).join("\n"),
    );
  const fix = view.offered(finding);
  if (fix) {
    const patch = view
      .changes(finding, fix)
      .map(({ path, before, after }) => unifiedPatch(path, before, after))
      .join("");
    const because = fix.because ? `: ${prose(fix.because)}` : "";
    parts.push(`${fix.applicability === "safe" ? "Safe" : "Unsafe"} fix: ${prose(fix.title)}${because}.`);
    if (patch !== "") parts.push(folded("The fix", fence(patch, "diff")));
  }
  return parts.join("\n\n");
}
