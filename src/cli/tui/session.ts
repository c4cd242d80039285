/**
 * The session: every decision, in a file, before the screen shows it, so that neither a crash nor a closed terminal loses one. A decision holds
 * for the file as it was: its print is kept beside it.
 */
import { createHash } from "node:crypto";
import { accessSync, appendFileSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { distrust, stateDirectories } from "../../engine/journal.ts";
import type { Decision } from "./core/state.ts";

const edit = z.object({
  at: z.object({ path: z.string(), start: z.number(), end: z.number() }),
  text: z.string(),
});

const decision = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("accept"), fix: z.number() }),
  z.object({ kind: z.literal("reject") }),
  z.object({ kind: z.literal("suppress"), reason: z.string() }),
  z.object({ kind: z.literal("edit"), fix: z.number(), edits: z.array(edit) }),
]);

const head = z.object({ gomend: z.literal("review"), version: z.literal(1), cwd: z.string() });
const line = z.object({ id: z.string(), path: z.string(), sum: z.string(), decision: decision.nullable() });

/** A decision as it is kept; `sum` is the print of the file's text, `path` its name. */
export interface Kept {
  readonly id: string;
  readonly path: string;
  readonly sum: string;
  readonly decision: Decision | null;
}

export function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Where the session of a directory's review lies: in the user's own state, not in the repository. Null where nothing can be kept safely. */
export function sessionFile(cwd: string, env: NodeJS.ProcessEnv = process.env): string | null {
  for (const dir of stateDirectories(env)) {
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      accessSync(dir, constants.W_OK);
    } catch {
      continue;
    }
    if (distrust(dir) === null) return join(dir, `review-${sumOf(cwd)}.jsonl`);
  }
  return null;
}

export class Session {
  /** Null where decisions cannot be kept. */
  readonly file: string | null;
  private readonly cwd: string;
  private begun = false;

  constructor(cwd: string, file = sessionFile(cwd)) {
    this.cwd = cwd;
    this.file = file;
  }

  /** What is kept from before, the last word on each; a line that a crash cut short is left out. */
  load(): Map<string, Kept> {
    const kept = new Map<string, Kept>();
    if (this.file === null) return kept;
    const [first = "", ...rest] = read(this.file).split("\n");
    const start = head.safeParse(json(first));
    if (!start.success || start.data.cwd !== this.cwd) return kept;
    for (const text of rest) {
      const entry = line.safeParse(json(text));
      if (!entry.success) continue;
      if (entry.data.decision) kept.set(entry.data.id, entry.data as Kept);
      else kept.delete(entry.data.id);
    }
    return kept;
  }

  /** Starts the file anew with these decisions. */
  begin(kept: Iterable<Kept>): void {
    if (this.file === null) return;
    const fresh = `${this.file}.${process.pid}`;
    const lines = [{ gomend: "review", version: 1, cwd: this.cwd }, ...kept].map((entry) => `${JSON.stringify(entry)}\n`);
    writeFileSync(fresh, lines.join(""), { mode: 0o600 });
    renameSync(fresh, this.file);
    this.begun = true;
  }

  /** Adds decisions; the file is there when this returns. */
  add(entries: readonly Kept[]): void {
    if (entries.length === 0 || this.file === null) return;
    if (!this.begun) this.begin([]);
    appendFileSync(this.file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  }

  drop(): void {
    if (this.file !== null) rmSync(this.file, { force: true });
    this.begun = false;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
