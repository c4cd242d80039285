/** `gomend check`: findings, and with `--fix` what is left of them. */
import { together } from "../../engine/apply.ts";
import type { Begun } from "../../engine/begin.ts";
import type { Report } from "../../engine/report.ts";
import { type Run, run, UsageError } from "../../engine/run.ts";
import { closest } from "../../engine/selection.ts";
import { writeChanges } from "../../engine/write.ts";
import type { Format } from "../../report/index.ts";
import { sanitize, sanitizeLine } from "../../text/sanitize.ts";
import { rules } from "../../transforms/index.ts";
import { complain } from "../fail.ts";
import type { CheckFlags, Dimension } from "../flags.ts";
import { sinksOf } from "../output.ts";
import { progressLine } from "../progress.ts";
import { limitsFor, runOptions } from "../run-options.ts";
import { fixedTable, statsTable } from "../tables.ts";
import { complainOf, exitCode, tell } from "../tell.ts";

/** `begun` is what was done of it already. */
export async function check(paths: readonly string[], flags: CheckFlags, begun: Begun | null = null): Promise<number> {
  const fix = flags.fix || flags.fixOnly || flags.diff || flags.u || false;
  return work(paths, await withPlugins(flags), fix, begun);
}

/** The flags with the rules of the modules that `--plugin` names. */
export async function withPlugins(flags: CheckFlags): Promise<CheckFlags> {
  if (!flags.plugin) return flags;
  const { rulesOfModules } = await import("../user-code.ts");
  return { ...flags, own: await rulesOfModules(flags.plugin) };
}

/** What `check`, `fix` and `run` share. */
export async function work(paths: readonly string[], flags: CheckFlags, fix: boolean, begun: Begun | null = null): Promise<number> {
  const stdin = paths.includes("-");
  if (stdin && paths.length > 1) return complain("- (the standard input) cannot be checked together with other paths");
  if (!stdin && flags.stdinFilename !== undefined) return complain("--stdin-filename wants - as the path");
  const fallback: Format = flags.diff ? "diff" : "text";
  const sinks = sinksOf(flags.outputFormat, flags.outputFile, fallback);
  if (flags.showFiles) return showFiles(paths, flags);
  if (flags.writeBaseline && (fix || stdin))
    return complain("--write-baseline writes down what a check finds: without fixes, and not of the standard input");
  if (flags.splitBy !== undefined && !flags.diff) return complain("--split-by wants the patch that it should split: add --diff");
  if (flags.splitBy !== undefined && stdin) return complain("--split-by splits the patch of a tree, not of the standard input");
  if (flags.verify && !fix) return complain("--verify wants fixes to verify: add --fix or --diff, or use gomend fix");
  if (flags.verify && stdin) return complain("--verify looks at packages on disk, not at the standard input");
  const checked = await runWith(paths, flags, fix, stdin, begun);
  if (!checked) return 2;
  if (flags.writeBaseline) return saveBaseline(checked, flags);
  const result = flags.verify ? await verifiedRun(checked, flags.verify) : checked;
  if (flags.splitBy !== undefined) return splitInto(result, flags, flags.splitBy);
  const writes = fix && !flags.diff && !stdin;
  const report = writes ? afterWriting(result) : result.report;
  if (stdin && fix && !flags.diff) process.stdout.write(stdinOutcome(result));
  await tell(flags.fixOnly && !flags.diff ? { ...report, left: [] } : report, flags, {
    sinks,
    stream: stdin && fix && !flags.diff ? process.stderr : process.stdout,
    context: {
      rules: result.rules,
      preview: result.preview,
      show: fix && !flags.diff ? "left" : "findings",
      unsafeFixes: flags.unsafeFixes ?? false,
      ...(flags.shard === undefined ? {} : { shard: flags.shard }),
    },
  });
  if (flags.showFixes) process.stdout.write(fixedTable(report, result.report.findings));
  if (flags.stats) process.stderr.write(statsTable(result));
  return exitCode(report, flags, fix);
}

async function splitInto(result: Run, flags: CheckFlags, by: Dimension): Promise<number> {
  const { splitPatches } = await import("../split.ts");
  process.stdout.write(await splitPatches(result, by, flags.splitDir, process.cwd()));
  complainOf(result.report.problems);
  return exitCode(result.report, flags, true);
}

/** A path that does not exist may be a command misspelt. */
const COMMANDS = ["check", "fix", "review", "run", "merge", "publish", "rule", "rules", "undo", "init", "test", "help"];

async function runWith(
  paths: readonly string[],
  flags: CheckFlags,
  fix: boolean,
  stdin: boolean,
  begun: Begun | null,
): Promise<Run | null> {
  const progress = progressLine(process.stderr);
  const path = flags.stdinFilename ?? "stdin.go";
  const limits = await limitsFor(paths, flags, stdin ? path : null);
  try {
    return await run({
      ...limits,
      ...runOptions(flags),
      fix,
      ...(begun ? { begun } : {}),
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
  complainOf(problems);
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
