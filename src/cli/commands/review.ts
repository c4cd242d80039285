/** `gomend review`: a person goes through the fixes, in the terminal or by a plain prompt. */
import type { Rule } from "../../rule/rule.ts";
import { sanitizeLine } from "../../text/sanitize.ts";
import { rules } from "../../transforms/index.ts";
import { complain } from "../fail.ts";
import type { CheckFlags } from "../flags.ts";
import { limitsFor, runOptions } from "../run-options.ts";
import type { Ending, Start } from "../tui/conductor.ts";
import { Desk } from "../tui/desk.ts";
import { Session } from "../tui/session.ts";

export interface ReviewFlags extends CheckFlags {
  readonly resume?: boolean;
}

/** Less has no room for more than a prompt. */
const LEAST = { columns: 40, rows: 10 };

export async function review(paths: readonly string[], flags: ReviewFlags): Promise<number> {
  if (paths.includes("-")) return complain("review goes through files: it cannot read code from the standard input");
  const cwd = process.cwd();
  const session = new Session(cwd);
  const kept = session.load();
  const desk = new Desk({ ...(await limitsFor(paths, flags, null)), ...runOptions(flags), paths }, session);
  const known: ReadonlyMap<string, Rule> = new Map(rules.map((r) => [r.id, r]));
  if (flags.resume && kept.size === 0) return complain("there is no review to resume here: gomend review starts one");
  const start = { kept, resume: flags.resume ?? false };
  const ended = hasScreen() ? await onScreen(desk, known, start) : await byPrompt(desk, known, start);
  for (const line of ended.lines) process.stdout.write(`${sanitizeLine(line)}\n`);
  for (const p of desk.result?.report.problems ?? []) if (!p.harmless) complain(p.path === "" ? p.message : `${p.path}: ${p.message}`);
  return ended.code;
}

async function onScreen(desk: Desk, known: ReadonlyMap<string, Rule>, start: Start): Promise<Ending> {
  // React tells its development build from the one to use by this, when it is loaded.
  process.env.NODE_ENV ??= "production";
  const { screenReview } = await import("../tui/review.ts");
  return screenReview(desk, known, start);
}

async function byPrompt(desk: Desk, known: ReadonlyMap<string, Rule>, start: Start): Promise<Ending> {
  const { plainReview } = await import("../tui/plain.ts");
  return plainReview(desk, known, start);
}

function hasScreen(): boolean {
  const { stdin, stdout, env } = process;
  if (!stdin.isTTY || !stdout.isTTY || env.TERM === "dumb" || env.CI) return false;
  return (stdout.columns || 80) >= LEAST.columns && (stdout.rows || 24) >= LEAST.rows;
}
