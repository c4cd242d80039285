/** What every reporter takes and gives. Reporters are pure: a Report becomes text. */
import type { Colors } from "picocolors/types.js";
import type { FileChange, Report } from "../engine/report.ts";
import type { Shard } from "../engine/shard.ts";
import type { Finding, Fix, Rule } from "../rule/rule.ts";

export type { Colors };

export interface ReportContext {
  /** Metadata of every rule that ran. */
  readonly rules: readonly Rule[];
  /** gomend's own version. */
  readonly version: string;
  readonly color: Colors;
  /**
   * The files as one fix alone would leave them, imports and formatting included; `before` is the text in which the
   * finding's spans lie. Where it is missing, throws or gives nothing, the fix's bare edits are shown.
   */
  readonly preview?: (finding: Finding, fix: Fix) => readonly FileChange[];
  /** Which findings: those of the text as it was read (the default), or those that are left after all rounds. */
  readonly show?: "findings" | "left";
  /** Show the default fix's diff beside each finding; the default is yes. */
  readonly showFixes?: boolean;
  /** Who owns a file, by CODEOWNERS; for formats that show it. */
  readonly ownersOf?: (path: string) => readonly string[];
  /** The part of the tree that the report speaks for; missing when for all of it. */
  readonly shard?: Shard;
  /** Unsafe fixes are applied too. */
  readonly unsafeFixes?: boolean;
  /** Columns that frames and prose may take; 100 when unknown. */
  readonly width?: number;
  /** The output goes to a terminal: also a patch is sanitized then. The default is yes when colour is on. */
  readonly terminal?: boolean;
  /** The checkout that was looked at, where it is one: for formats that name files from the repository's top. */
  readonly checkout?: Checkout;
}

export interface Checkout {
  /** The full id of the commit that is checked out. */
  readonly commit: string;
  /** The working directory from the top, with `/` at its end; "" at the top. */
  readonly prefix: string;
}

/** Chunks of the output, to be written one after the other. */
export type Reporter = (report: Report, context: ReportContext) => Iterable<string>;

/** The whole output as one string. */
export function render(reporter: Reporter, report: Report, context: ReportContext): string {
  return [...reporter(report, context)].join("");
}
