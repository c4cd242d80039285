/** The one Report that every sink consumes. */
import type { Finding, Fix } from "../rule/rule.ts";

/** What became of a fix. */
export type Outcome =
  | { readonly status: "applied"; readonly round: number }
  /** Its edits touch those, or what they rely on, of a fix that was accepted before; tried again in the next round. */
  | { readonly status: "conflict"; readonly rival: Finding }
  /** An alternative of the same finding was chosen. */
  | { readonly status: "alternative" }
  /** Not asked for: unsafe without --unsafe-fixes, display, --unfixable, or not selected. */
  | { readonly status: "not-selected"; readonly reason: string }
  /** A fault of ours: the edits are invalid or the outcome does not parse. */
  | { readonly status: "invalid"; readonly reason: string };

/** Something that went wrong with a file, or in a rule. `rule` is set for a fault of ours. */
export interface Problem {
  readonly path: string;
  readonly rule: string | null;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  /** Worth telling, but nothing is wrong with the file or the run: it does not count for the exit code. */
  readonly harmless?: boolean;
}

/** A file before and after. */
export interface FileChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What a run looked at, and for how long. */
export interface Stats {
  files: number;
  bytes: number;
  parsedBytes: number;
  packages: number;
  milliseconds: number;
}

/** What a run found, what became of the fixes, and what went wrong. */
export interface Report {
  /** Findings in the text as it was read, sorted by path, start, rule. */
  readonly findings: readonly Finding[];
  /** Fingerprint by finding. */
  readonly fingerprints: ReadonlyMap<Finding, string>;
  /** Text of every file that a finding, fix or witness speaks about, by path. */
  readonly sources: ReadonlyMap<string, string>;
  /** Files that the accepted fixes change, after all rounds. */
  readonly files: readonly FileChange[];
  readonly outcomes: ReadonlyMap<Fix, Outcome>;
  /** Findings in the text after all rounds; equals `findings` when nothing was applied. */
  readonly left: readonly Finding[];
  /** How many findings were left out because the base or the baseline has them; only where one was asked for. */
  readonly known?: number;
  readonly problems: readonly Problem[];
  readonly stats: Stats;
}

/** Each problem once, in order. */
export function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const p of problems) {
    const key = `${p.path}\0${p.rule ?? ""}\0${p.line ?? 0}\0${p.message}`;
    if (!seen.has(key)) seen.set(key, p);
  }
  return [...seen.values()];
}
