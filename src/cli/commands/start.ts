/** `gomend` and nothing else, on a terminal: what a check finds, in short, and the offer to go through it. */
import { createInterface } from "node:readline/promises";
import { run } from "../../engine/run.ts";
import { count } from "../../report/view.ts";
import { complain } from "../fail.ts";
import type { CheckFlags } from "../flags.ts";
import { progressLine } from "../progress.ts";
import { runOptions } from "../run-options.ts";
import { statisticsTable } from "../statistics.ts";

/** The exit code is that of the check, unless it goes on to the review. */
export async function start(flags: CheckFlags): Promise<number> {
  const progress = progressLine(process.stderr);
  const { report } = await run({ ...runOptions(flags), onProgress: progress.update }).finally(() => progress.clear());
  for (const p of report.problems) complain(p.path === "" ? p.message : `${p.path}: ${p.message}`);
  const faults = report.problems.some((p) => !p.harmless);
  const { files } = report.stats;
  if (report.findings.length === 0) {
    process.stdout.write(`${count(files, "file")}: nothing found\n`);
    return faults ? 2 : 0;
  }
  process.stdout.write(
    `${statisticsTable(report.findings, "rule", process.cwd())}\n${count(report.findings.length, "finding")} in ${count(files, "file")}\n`,
  );
  const answer = await ask("Go through them now? [y]es, [l]ist them, [n]o: ");
  if (/^(y|yes|)$/i.test(answer ?? "n")) return (await import("./review.ts")).review([], flags);
  if (/^l/i.test(answer ?? "")) return (await import("./check.ts")).check([], flags);
  return faults ? 2 : 1;
}

/** Null when the input ends. */
async function ask(question: string): Promise<string | null> {
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await new Promise((resolve) => {
      reader.once("close", () => resolve(null));
      reader.once("SIGINT", () => resolve(null));
      reader.question(question).then(
        (answer) => resolve(answer.trim()),
        () => resolve(null),
      );
    });
  } finally {
    reader.close();
  }
}
