/** `gomend merge`: the reports of the parts of a tree as one. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { rulesIn } from "../../engine/configured.ts";
import { reason } from "../../engine/discover.ts";
import type { Problem } from "../../engine/report.ts";
import { UsageError } from "../../engine/run.ts";
import { BadReportFile, mergeReports, parseReportFile, type ReportFile, toReport } from "../../report/report-file.ts";
import { rules } from "../../transforms/index.ts";
import type { OutputFlags } from "../flags.ts";
import { sinksOf } from "../output.ts";
import { exitCode, tell } from "../tell.ts";

export async function merge(files: readonly string[], flags: OutputFlags): Promise<number> {
  const sinks = sinksOf(flags.outputFormat, flags.outputFile, "text");
  const cwd = process.cwd();
  const parts = files.map((file) => ({ file, part: readReport(file) }));
  const versions = new Set(parts.map(({ part }) => part.tool.version));
  if (versions.size > 1) throw new UsageError(`the reports are of gomend ${[...versions].join(" and ")}: make them all with one version`);
  const commits = new Set(parts.map(({ part }) => part.checkout?.commit));
  if (commits.size > 1) throw new UsageError("the reports are of different commits: check out the same one for all parts");
  const missing = missingShards(parts);
  const merged = mergeReports(parts.map(({ part }) => toReport(part, textAt(cwd))));
  const report = { ...merged, problems: [...merged.problems, ...missing] };
  const left = parts.some(({ part }) => part.left !== null);
  await tell(report, flags, {
    sinks,
    stream: process.stdout,
    context: { rules: await rulesIn({ rules, cwd }), show: left ? "left" : "findings" },
  });
  return exitCode(report, flags, left);
}

function readReport(file: string): ReportFile {
  try {
    return parseReportFile(readFileSync(resolve(file), "utf8"));
  } catch (error) {
    if (error instanceof BadReportFile)
      throw new UsageError(`${file}: ${error.message}; make it with gomend check --output-format report=${file}`);
    throw new UsageError(`cannot read ${file}: ${reason(error)}`);
  }
}

/** A part that is not there is told: what it would have said is missing. Throws `UsageError` for parts that do not belong together. */
function missingShards(parts: readonly { file: string; part: ReportFile }[]): Problem[] {
  const counts = new Set(parts.map(({ part }) => part.shard?.count ?? 0));
  if (counts.size > 1)
    throw new UsageError(
      `the reports do not belong together: ${parts.map(({ file, part }) => `${file} is ${part.shard ? `part ${part.shard.index}/${part.shard.count}` : "of a whole tree"}`).join(", ")}`,
    );
  const byIndex = new Map<number, string>();
  for (const { file, part } of parts) {
    const index = part.shard?.index;
    if (index === undefined) continue;
    const other = byIndex.get(index);
    if (other !== undefined) throw new UsageError(`${other} and ${file} are both part ${index}/${part.shard?.count}: give each part once`);
    byIndex.set(index, file);
  }
  const [count = 0] = counts;
  const absent = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !byIndex.has(index));
  return absent.map((index) => ({
    path: "",
    rule: null,
    message: `part ${index}/${count} of the tree is missing: its findings are not told`,
  }));
}

function textAt(cwd: string): (path: string) => string | null {
  return (path) => {
    try {
      return readFileSync(resolve(cwd, path), "utf8");
    } catch {
      return null;
    }
  };
}
