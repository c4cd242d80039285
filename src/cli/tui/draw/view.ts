/** What drawing needs to know. */
import type { Rule } from "../../../rule/rule.ts";
import type { State } from "../core/state.ts";
import type { Sources } from "../sources.ts";
import type { Highlighter } from "./highlight.ts";
import type { Row } from "./row.ts";
import type { Theme } from "./theme.ts";

export interface View {
  readonly state: State;
  readonly theme: Theme;
  readonly sources: Sources;
  readonly highlighter: Highlighter;
  readonly rules: ReadonlyMap<string, Rule>;
}

/** Rows of a part of the screen, and where in it text is typed. */
export interface Drawing {
  readonly rows: readonly Row[];
  readonly cursor?: { readonly row: number; readonly column: number };
}
