/** `gomend check`: findings, and with `--fix` what is left of them. */
import { together } from "../../engine/apply.ts";
import type { Report } from "../../engine/report.ts";
import { type Run, run, UsageError } from "../../engine/run.ts";
import { closest } from "../../engine/selection.ts";
import { writeChanges } from "../../engine/write.ts";
import type { Format } from "../../report/index.ts";
import { sanitize, sanitizeLine } from "../../text/sanitize.ts";
import { rules } from "../../transforms/index.ts";
import { complain } from "../fail.ts";
import type { CheckFlags } from "../flags.ts";
import { emit, type Sink, sinksOf } from "../output.ts";
import { progressLine } from "../progress.ts";
import { limitsFor, runOptions } from "../run-options.ts";
import { fixedTable, statisticsTable, statsTable } from "../tables.ts";
import { version } from "../version.ts";

export async function check(paths: readonly string[], flags: CheckFlags): Promise<number> {
  const fix = flags.fix || flags.fixOnly || flags.diff || flags.u || false;
  return work(paths, flags, fix);
}

/** What `check` and `fix` share. */
export async function work(paths: readonly string[], flags: CheckFlags, fix: boolean): Promise<number> {
  const stdin = paths.includes("-");
  if (stdin && paths.length > 1) return complain("- (the standard input) cannot be checked together with other paths");
  if (!stdin && flags.stdinFilename !== undefined) return complain("--stdin-filename wants - as the path");
  const fallback: Format = flags.diff ? "diff" : "text";
  const sinks = sinksOf(flags.outputFormat, flags.outputFile, fallback);
  if (flags.showFiles) return showFiles(paths, flags);
  if (flags.writeBaseline && (fix || stdin))
    return complain("--write-baseline writes down what a check finds: without fixes, and not of the standard input");
  if (flags.verify && !fix) return complain("--verify wants fixes to verify: add --fix or --diff, or use gomend fix");
  if (flags.verify && stdin) return complain("--verify looks at packages on disk, not at the standard input");
  const checked = await runWith(paths, flags, fix, stdin);
  if (!checked) return 2;
  if (flags.writeBaseline) return saveBaseline(checked, flags);
  const result = flags.verify ? await verifiedRun(checked, flags.verify) : checked;
  const writes = fix && !flags.diff && !stdin;
  const report = writes ? afterWriting(result) : result.report;
  if (stdin && fix && !flags.diff) process.stdout.write(stdinOutcome(result));
  await tell(report, result, flags, sinks, fix, stdin && fix && !flags.diff ? process.stderr : process.stdout);
  return exitCode(report, flags, fix);
}

/** A path that does not exist may be a command misspelt. */
const COMMANDS = ["check", "fix", "rule", "rules", "undo", "help"];

async function runWith(paths: readonly string[], flags: CheckFlags, fix: boolean, stdin: boolean): Promise<Run | null> {
  const progress = progressLine(process.stderr);
  const path = flags.stdinFilename ?? "stdin.go";
  const limits = await limitsFor(paths, flags, stdin ? path : null);
  try {
    return await run({
      ...limits,
      ...runOptions(flags),
      fix,
      ...(stdin ? { stdin: { path, bytes: await standardInput() } } : { paths }),
      onProgress: progress.update,
    });
  } catch (error) {
    const [only] = paths;
    const meant =
      error instanceof UsageError && paths.length === 1 && only !== undefined && error.message.startsWith("no such file")
        ? closest(only, COMMANDS)
        : null;
    progress.clear();
    if (meant === null) throw error;
    complain(`${(error as Error).message}; did you mean the command "gomend ${meant}"?`);
    return null;
  } finally {
    progress.clear();
  }
}

async function saveBaseline(result: Run, flags: CheckFlags): Promise<number> {
  const { writeBaseline } = await import("../limits.ts");
  const { problems } = result.report;
  for (const p of problems) process.stderr.write(`gomend: ${sanitizeLine(problemLine(p))}\n`);
  process.stdout.write(sanitize(writeBaseline(result, flags, process.cwd())));
  return problems.some((p) => !p.harmless) ? 2 : 0;
}

async function verifiedRun(result: Run, how: "build" | "test"): Promise<Run> {
  const { verified } = await import("../verify.ts");
  const progress = progressLine(process.stderr);
  try {
    return await verified(result, how, progress);
  } finally {
    progress.clear();
  }
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function showFiles(paths: readonly string[], flags: CheckFlags): Promise<number> {
  const { targetsOf } = await import("../../engine/run.ts");
  const targets = await targetsOf({
    rules,
    cwd: process.cwd(),
    paths,
    isolated: flags.isolated ?? false,
    includeIgnored: flags.includeIgnored ?? false,
    ...(flags.config === undefined ? {} : { config: flags.config }),
  });
  process.stdout.write(targets.map((t) => `${sanitizeLine(t.path)}\n`).join(""));
  return 0;
}

/** Writes the fixed files; those that could not be written are as they were, with all their findings. */
function afterWriting(result: Run): Report {
  const { report } = result;
  const { written, problems, interrupted } = writeChanges(report.files, result.absoluteOf, together(report.outcomes));
  if (interrupted !== null)
    process.stderr.write(`gomend: an earlier write here was cut short (${interrupted}): gomend undo, twice now, takes it back\n`);
  if (problems.length === 0) return report;
  const failed = new Set(problems.map((p) => p.path));
  return {
    ...report,
    files: written,
    left: [...report.left.filter((f) => !failed.has(f.at.path)), ...report.findings.filter((f) => failed.has(f.at.path))],
    problems: [...report.problems, ...problems],
  };
}

function stdinOutcome(result: Run): string {
  const [file] = result.report.files;
  const path = result.targets[0]?.path ?? "";
  return file ? file.after : result.textOf(path);
}

async function tell(
  report: Report,
  result: Run,
  flags: CheckFlags,
  sinks: readonly Sink[],
  fix: boolean,
  stream: NodeJS.WriteStream,
): Promise<void> {
  const quiet = flags.fixOnly && !flags.diff;
  if (flags.statistics) stream.write(statisticsTable(fix && !flags.diff ? report.left : report.findings));
  else {
    await emit(
      quiet ? { ...report, left: [] } : report,
      sinks,
      {
        rules: result.rules,
        version: version(),
        preview: result.preview,
        show: fix && !flags.diff ? "left" : "findings",
        showFixes: true,
        unsafeFixes: flags.unsafeFixes ?? false,
      },
      stream,
    );
  }
  const told = !flags.statistics && sinks.some((s) => s.file === null && s.format !== "diff");
  if (!told) for (const p of report.problems) process.stderr.write(`gomend: ${sanitizeLine(problemLine(p))}\n`);
  if (flags.showFixes) stream.write(fixedTable(report, result.report.findings));
  if (flags.stats) process.stderr.write(statsTable(result));
}

function problemLine({ path, line, column, rule, message }: Report["problems"][number]): string {
  const at = line === undefined ? path : `${path}:${line}:${column ?? 1}`;
  return [at, rule ?? "", message].filter((part) => part !== "").join(": ");
}

function exitCode(report: Report, flags: CheckFlags, fix: boolean): number {
  if (report.problems.some((p) => !p.harmless)) return 2;
  if (flags.diff) return report.files.length > 0 && !flags.exitZero ? 1 : 0;
  if (flags.exitNonZeroOnFix && report.files.length > 0) return 1;
  if (flags.exitZero || flags.fixOnly) return 0;
  return (fix ? report.left : report.findings).length > (flags.maxFindings ?? 0) ? 1 : 0;
}
