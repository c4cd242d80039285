/** What a report's end looks like, whichever command made it: the output, the problems, the exit code. */
import type { Report } from "../engine/report.ts";
import type { ReportContext } from "../report/index.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import type { OutputFlags } from "./flags.ts";
import { emit, type Sink } from "./output.ts";
import { version } from "./version.ts";

export interface Telling {
  readonly sinks: readonly Sink[];
  readonly stream: NodeJS.WriteStream;
  readonly context: Pick<ReportContext, "rules"> & Partial<Omit<ReportContext, "color" | "terminal" | "version">>;
}

/** Writes the report to its sinks, and problems to stderr where no sink on the terminal tells them. */
export async function tell(report: Report, flags: OutputFlags, { sinks, stream, context }: Telling): Promise<void> {
  const counted = flags.statistics || flags.statisticsBy !== undefined;
  if (counted) {
    const { statisticsTable } = await import("./statistics.ts");
    stream.write(statisticsTable(context.show === "left" ? report.left : report.findings, flags.statisticsBy ?? "rule", process.cwd()));
  }
  const open = counted ? sinks.filter((s) => s.file !== null) : sinks;
  await emit(report, open, { version: version(), showFixes: true, ...context }, stream);
  if (!open.some((s) => s.file === null && s.format !== "diff")) complainOf(report.problems);
}

export function complainOf(problems: Report["problems"]): void {
  for (const p of problems) process.stderr.write(`gomend: ${sanitizeLine(problemLine(p))}\n`);
}

function problemLine({ path, line, column, rule, message }: Report["problems"][number]): string {
  const at = line === undefined ? path : `${path}:${line}:${column ?? 1}`;
  return [at, rule ?? "", message].filter((part) => part !== "").join(": ");
}

/** `left`: what is counted is what fixes left. */
export function exitCode(
  report: Report,
  flags: OutputFlags & { readonly diff?: boolean; readonly fixOnly?: boolean },
  left: boolean,
): number {
  if (report.problems.some((p) => !p.harmless)) return 2;
  if (flags.diff) return report.files.length > 0 && !flags.exitZero ? 1 : 0;
  if (flags.exitNonZeroOnFix && report.files.length > 0) return 1;
  if (flags.exitZero || flags.fixOnly) return 0;
  return (left ? report.left : report.findings).length > (flags.maxFindings ?? 0) ? 1 : 0;
}
