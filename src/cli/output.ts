/** Where reports go: formats by name, standard output or files. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import pc from "picocolors";
import { reason } from "../engine/discover.ts";
import type { Report } from "../engine/report.ts";
import { UsageError } from "../engine/run.ts";
import { closest } from "../engine/selection.ts";
import type { Format } from "../report/index.ts";
import type { ReportContext, Reporter } from "../report/reporter.ts";
import { wantsColor } from "./color.ts";

/** Each format is loaded when it is asked for: some bring large libraries. */
const LOADERS: Record<Format, () => Promise<Reporter>> = {
  text: async () => (await import("../report/text.ts")).text,
  concise: async () => (await import("../report/concise.ts")).concise,
  json: async () => (await import("../report/json.ts")).json,
  "json-lines": async () => (await import("../report/json.ts")).jsonLines,
  sarif: async () => (await import("../report/sarif.ts")).sarif,
  diff: async () => (await import("../report/diff.ts")).diff,
  report: async () => (await import("../report/report-file.ts")).reportFile,
};

export interface Sink {
  readonly format: Format;
  /** null for the standard output. */
  readonly file: string | null;
}

/** The sinks of `--output-format` (repeated, `format` or `format=file`) and `--output-file`. Throws `UsageError`. */
export function sinksOf(formats: readonly string[] | undefined, outputFile: string | undefined, fallback: Format): Sink[] {
  const given = formats?.length ? formats : process.env.GOMEND_OUTPUT_FORMAT ? [process.env.GOMEND_OUTPUT_FORMAT] : [fallback];
  const sinks = given.map((spec): Sink => {
    const equals = spec.indexOf("=");
    const name = equals < 0 ? spec : spec.slice(0, equals);
    const file = equals < 0 ? null : spec.slice(equals + 1);
    if (!Object.hasOwn(LOADERS, name)) {
      const near = closest(name, Object.keys(LOADERS));
      throw new UsageError(
        `unknown output format "${name}"${near === null ? "" : `, did you mean "${near}"?`} There are ${Object.keys(LOADERS).join(", ")}`,
      );
    }
    if (file === "") throw new UsageError(`--output-format ${spec}: a file name must follow the =`);
    return { format: name as Format, file };
  });
  const open = sinks.filter((s) => s.file === null);
  if (open.length > 1)
    throw new UsageError(
      `${open.map((s) => s.format).join(" and ")} cannot share one output: give all but one a file, as in ${open[1]?.format}=gomend.out`,
    );
  if (outputFile === undefined) return sinks;
  if (open.length === 0) throw new UsageError("--output-file: every --output-format has a file already");
  return sinks.map((s) => (s.file === null ? { format: s.format, file: outputFile } : s));
}

/** Writes the report to every sink. */
export async function emit(
  report: Report,
  sinks: readonly Sink[],
  context: Omit<ReportContext, "color" | "terminal">,
  stream: NodeJS.WriteStream = process.stdout,
): Promise<void> {
  for (const { format, file } of sinks) {
    const reporter = await LOADERS[format]();
    const colored = file === null && wantsColor(stream);
    const width = Math.min(stream.columns ?? 100, 140);
    const whole: ReportContext = { ...context, width, color: pc.createColors(colored), terminal: file === null && stream.isTTY === true };
    if (file === null) {
      for (const chunk of reporter(report, whole)) stream.write(chunk);
      continue;
    }
    try {
      writeFileSync(resolve(file), [...reporter(report, whole)].join(""));
    } catch (error) {
      throw new UsageError(`cannot write ${file}: ${reason(error)}`);
    }
  }
}
