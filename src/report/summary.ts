/** The lines that end an output for people: problems, counts, what `fix` would do. */
import type { Problem, Report } from "../engine/report.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import type { ReportContext } from "./reporter.ts";
import { count, type View } from "./view.ts";

export function problemLines(report: Report, { color }: ReportContext): string[] {
  return report.problems.map((problem) => {
    const what = problem.rule === null ? "problem" : `fault in rule ${problem.rule}`;
    return `${color.bold(placeOf(problem))}: ${color.bold(color.yellow(`${what}:`))} ${sanitizeLine(problem.message)}`;
  });
}

function placeOf({ path, line, column }: Problem): string {
  const name = sanitizeLine(path) || "gomend";
  return line === undefined ? name : `${name}:${line}:${column ?? 1}`;
}

export function summaryLines(report: Report, view: View, context: ReportContext): string[] {
  const { color } = context;
  const lines: string[] = [];
  const applied = [...report.outcomes.values()].filter((outcome) => outcome.status === "applied").length;
  if (context.show === "left" && report.files.length > 0) {
    lines.push(color.green(`Applied ${count(applied, "fix", "fixes")} in ${count(report.files.length, "file")}.`));
  }
  const checked = `${count(report.stats.files, "file")} in ${(report.stats.milliseconds / 1000).toFixed(2)} s`;
  const left = context.show === "left" && report.files.length > 0 ? " left" : "";
  if (view.findings.length === 0) lines.push(color.green(`No findings${left}; checked ${checked}.`));
  else {
    const files = new Set(view.findings.map((finding) => finding.at.path)).size;
    lines.push(`${color.bold(count(view.findings.length, "finding"))}${left} in ${count(files, "file")}; checked ${checked}.`);
    lines.push(...fixLines(view, context));
  }
  if (report.known) lines.push(color.dim(`${count(report.known, "finding")} known before left out.`));
  if (report.problems.length > 0) lines.push(color.yellow(`${count(report.problems.length, "problem")}; see above.`));
  return lines;
}

function fixLines(view: View, { color, unsafeFixes }: ReportContext): string[] {
  const fixable = view.findings.map((finding) => view.fixable(finding));
  const safe = fixable.filter((how) => how === "safe").length;
  const unsafe = fixable.filter((how) => how === "unsafe").length;
  const star = `[${color.cyan("*")}]`;
  if (unsafeFixes && safe + unsafe > 0) {
    return [`${star} ${safe + unsafe} fixable with \`gomend fix --unsafe-fixes\` (${safe} safe, ${unsafe} unsafe).`];
  }
  if (safe > 0) {
    const more = unsafe > 0 ? `; ${unsafe} more with \`--unsafe-fixes\`` : "";
    return [`${star} ${safe} fixable with \`gomend fix\`${more}.`];
  }
  return unsafe > 0 ? [`No safe fixes; ${unsafe} fixable with \`gomend fix --unsafe-fixes\`.`] : [];
}
