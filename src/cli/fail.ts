/** Errors on stderr: one line for a person's mistake, a plea for a report when it is a fault of ours. */
import { sanitizeLine } from "../text/sanitize.ts";

const MISTAKES = new Set(["UsageError", "UnknownSelector", "ConfigError"]);

/** Tells the error; gives the exit code. */
export function fail(error: unknown): number {
  const e = error instanceof Error ? error : new Error(String(error));
  if (MISTAKES.has(e.name)) return complain(e.message);
  process.stderr.write(`gomend: a fault of gomend itself, please report it: ${sanitizeLine(e.message)}\n`);
  if (e.stack) process.stderr.write(`${e.stack.split("\n").slice(1, 6).join("\n")}\n`);
  return 2;
}

/** One line about a mistake; gives exit code 2. */
export function complain(message: string): number {
  process.stderr.write(`gomend: ${sanitizeLine(message)}\n`);
  return 2;
}
