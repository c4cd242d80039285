/** Small tables of figures. */
import type { Report } from "../engine/report.ts";
import type { Run } from "../engine/run.ts";
import type { Finding } from "../rule/rule.ts";
import { displayWidth, sanitizeLine } from "../text/sanitize.ts";

/** What was fixed, by file and rule. */
export function fixedTable(report: Report, findings: readonly Finding[]): string {
  const counts = new Map<string, Map<string, number>>();
  let total = 0;
  for (const finding of findings) {
    if (!finding.fixes.some((f) => report.outcomes.get(f)?.status === "applied")) continue;
    if (report.left.includes(finding)) continue;
    total++;
    const rules = counts.get(finding.at.path) ?? new Map<string, number>();
    rules.set(finding.rule, (rules.get(finding.rule) ?? 0) + 1);
    counts.set(finding.at.path, rules);
  }
  if (total === 0) return "Fixed nothing.\n";
  const lines = [`Fixed ${total} ${total === 1 ? "finding" : "findings"}:`];
  for (const [path, rules] of counts) {
    lines.push(`- ${sanitizeLine(path)}:`);
    for (const [rule, n] of rules) lines.push(`    ${n} x ${rule}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Time by phase and rule, sizes, memory. */
export function statsTable(run: Run): string {
  const { stats } = run.report;
  const ms = (n: number): string => `${n.toFixed(0)} ms`;
  const mib = (n: number): string => `${(n / 1024 / 1024).toFixed(1)} MiB`;
  const cpu = process.cpuUsage();
  const rows = [
    ["files", String(stats.files), mib(stats.bytes)],
    ["packages", String(stats.packages), `${mib(stats.parsedBytes)} parsed`],
    ["from the cache", `${run.cached.length} ${run.cached.length === 1 ? "directory" : "directories"}`, ""],
    ["walk", ms(run.phases.walk), ""],
    ["read", ms(run.phases.read), ""],
    ["search", ms(run.phases.search), ""],
    ["outline", ms(run.phases.outline), ""],
    ["model", ms(run.phases.model), ""],
    ["rules", ms(run.phases.rules), ""],
    ...[...run.ruleTimes].sort((a, b) => b[1] - a[1]).map(([rule, t]) => [`  ${rule}`, ms(t), ""]),
    ["rounds", String(run.rounds), ""],
    ["wall", ms(stats.milliseconds), `${ms((cpu.user + cpu.system) / 1000)} of processor time`],
    ["peak memory", mib(process.resourceUsage().maxRSS * 1024), ""],
  ];
  return columns(rows);
}

/** Rows as aligned columns, two blanks between. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
    });
  }
  return rows
    .map((row) => {
      const line = row.map((cell, i) => cell + " ".repeat(Math.max(0, (widths[i] as number) - displayWidth(cell)))).join("  ");
      return `${line.trimEnd()}\n`;
    })
    .join("");
}
