/** Where reports go: formats by name, standard output or files. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import pc from "picocolors";
import { reason } from "../engine/discover.ts";
import type { Report } from "../engine/report.ts";
import { UsageError } from "../engine/run.ts";
import { didYouMean } from "../engine/selection.ts";
import { type Format, isFormat, formats as known, type ReportContext, reporters } from "../report/index.ts";
import { escapeJson } from "../text/sanitize.ts";
import { wantsColor } from "./color.ts";

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
    if (!isFormat(name)) {
      throw new UsageError(`unknown output format "${name}"${didYouMean(name, known) || ";"} there are ${known.join(", ")}`);
    }
    if (file === "") throw new UsageError(`--output-format ${spec}: a file name must follow the =`);
    return { format: name, file };
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

/** Formats that name files from the top of the checkout, or say what it is. */
const OF_CHECKOUT = new Set<Format>(["report", "github", "gitlab"]);

/** Writes the report to every sink. */
export async function emit(
  report: Report,
  sinks: readonly Sink[],
  context: Omit<ReportContext, "color" | "terminal" | "checkout" | "ownersOf">,
  stream: NodeJS.WriteStream = process.stdout,
): Promise<void> {
  const wanted = sinks.some(({ format }) => OF_CHECKOUT.has(format));
  const checkout = wanted ? await (await import("./git.ts")).Git.checkout(process.cwd()) : null;
  const ownersOf = sinks.some(({ format }) => format === "html") ? await ownersIn(process.cwd()) : null;
  for (const { format, file } of sinks) {
    const reporter = await reporters[format]();
    const colored = file === null && wantsColor(stream);
    const width = Math.min(stream.columns ?? 100, 140);
    const whole: ReportContext = {
      ...context,
      ...(checkout && { checkout }),
      ...(ownersOf && { ownersOf }),
      width,
      color: pc.createColors(colored),
      terminal: file === null && stream.isTTY === true,
    };
    if (file === null) {
      for (const chunk of reporter(report, whole)) stream.write(JSON_FORMATS.has(format) ? escapeJson(chunk) : chunk);
      continue;
    }
    try {
      writeFileSync(resolve(file), [...reporter(report, whole)].join(""));
    } catch (error) {
      throw new UsageError(`cannot write ${file}: ${reason(error)}`);
    }
  }
}

/** Exact data, for programs; a terminal may show it all the same. */
const JSON_FORMATS: ReadonlySet<Format> = new Set(["json", "json-lines", "sarif", "gitlab", "rdjson", "rdjsonl", "report"]);

async function ownersIn(cwd: string): Promise<((path: string) => readonly string[]) | null> {
  const { Owners } = await import("../engine/owners.ts");
  const owners = Owners.near(cwd);
  return owners && ((path) => owners.of(resolve(cwd, path)));
}
