/** What GitHub and GitLab want differently. */
import type { Suggestion } from "./suggest.ts";

export interface Dialect {
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
