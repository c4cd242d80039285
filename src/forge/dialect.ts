/** What GitHub and GitLab want differently. */
import type { ShownLine } from "./diff.ts";
import type { Suggestion } from "./suggest.ts";

export interface Dialect {
  /** "pull request", "merge request". */
  readonly noun: string;
  /** Longest body of a comment. */
  readonly longest: number;
  /** The info string of a suggestion's fence. */
  suggestionInfo(suggestion: Suggestion): string;
  /** Why the service would not take the suggestion, or null. */
  refuses(suggestion: Suggestion): string | null;
  /** The address of a line at the commit that was checked. */
  address(path: string, line: number): string;
  /** Why a rule's findings are a fault, from gomend's own pages; null for a rule that is not ours. */
  reasonOf(rule: string): string | null;
}

/** Where a comment stands: one line, or several of one hunk. */
export interface Anchor {
  readonly path: string;
  readonly lines: readonly ShownLine[];
}
