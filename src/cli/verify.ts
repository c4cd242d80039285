/** `--verify`: the fixes of a run as far as the Go toolchain agrees to them. */

import type { Report } from "../engine/report.ts";
import type { Choose, Run } from "../engine/run.ts";
import { type Verified, verify } from "../engine/verify.ts";
import { goToolchain } from "./go.ts";
import type { ProgressLine } from "./progress.ts";

export type VerifyMode = "build" | "test";

/**
 * Verifies what is chosen of a run's fixes with the Go toolchain in PATH. Nothing is written to the tree. Throws `UsageError` where there
 * is no Go.
 */
export async function verifyChoice(
  run: Run,
  choose: Choose,
  mode: VerifyMode,
  tell: { readonly onProgress?: (doing: string) => void; readonly signal?: AbortSignal } = {},
): Promise<Verified> {
  const toolchain = await goToolchain(tell.signal);
  return verify(run, choose, toolchain, { cwd: process.cwd(), test: mode === "test", ...tell });
}

/** The run with the fixes that its packages build with; what was taken back, and what could not be verified, is told under problems. */
export async function verified(run: Run, mode: VerifyMode, progress: ProgressLine): Promise<Run> {
  if (run.report.files.length === 0) {
    await goToolchain();
    return run;
  }
  const { applied, packages } = await verifyChoice(run, () => undefined, mode, { onProgress: progress.say });
  progress.clear();
  const doubts = packages
    .filter((p) => p.status !== "fine")
    .map((p) => ({ path: p.dir, rule: null, message: doubt(p.status === "broken", mode, p.words), harmless: true }));
  const { report } = run;
  const known = new Set(report.problems.map((p) => `${p.path}\0${p.rule}\0${p.message}`));
  const fresh = applied.problems.filter((p) => !known.has(`${p.path}\0${p.rule}\0${p.message}`));
  const next: Report = {
    ...report,
    files: applied.files,
    outcomes: applied.outcomes,
    left: applied.left,
    fingerprints: new Map([...report.fingerprints, ...applied.fingerprints]),
    problems: [...report.problems, ...fresh, ...doubts],
  };
  return { ...run, report: next, rounds: applied.rounds };
}

function doubt(broken: boolean, mode: VerifyMode, words: string): string {
  if (!broken) return `not verified: ${words}`;
  const before = mode === "test" ? "its tests failed before the fixes too" : "it did not build before the fixes either";
  return `${before}, and Go says nothing new of them: ${words}`;
}
