/** What the review knows at one moment. Plain data: every change makes a new one. */
import type { Edit } from "../../../text/edit.ts";
import type { Filter } from "./filter.ts";
import type { Item } from "./item.ts";
import type { TextLine } from "./text-line.ts";

export type Decision =
  | { readonly kind: "accept"; readonly fix: number }
  | { readonly kind: "reject" }
  | { readonly kind: "suppress"; readonly reason: string }
  /** An alternative as somebody rewrote it; the edits are whole, imports included. */
  | { readonly kind: "edit"; readonly fix: number; readonly edits: readonly Edit[] };

export interface Change {
  readonly id: string;
  readonly before: Decision | null;
  readonly after: Decision | null;
}

/** What one key decided, and where the review stood before and after it. */
export interface Step {
  readonly changes: readonly Change[];
  readonly from: string | null;
  readonly to: string | null;
}

export type Pane = "diff" | "path";
export type Order = "rule" | "file";
export type Purpose = "search" | "filter" | "goto" | "suppress";

export interface Option {
  readonly key: string;
  readonly label: string;
  readonly action: Action;
}

export type Overlay =
  /** Pages that may be longer than the screen. */
  | { readonly kind: "help" | "rule"; readonly scroll: number }
  | { readonly kind: "ask"; readonly title: string; readonly lines: readonly string[]; readonly options: readonly Option[] }
  | { readonly kind: "input"; readonly purpose: Purpose; readonly line: TextLine }
  /** Something goes on that has to be waited for. */
  | { readonly kind: "busy"; readonly title: string }
  | { readonly kind: "message"; readonly title: string; readonly lines: readonly string[] };

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly findings: number;
}

export interface State {
  /** In order of place. */
  readonly items: readonly Item[];
  readonly byId: ReadonlyMap<string, Item>;
  /** What the filter lets through, in the order in which it is gone through. */
  readonly shown: readonly Item[];
  readonly decisions: ReadonlyMap<string, Decision>;
  /** The item that is looked at. */
  readonly at: string | null;
  /** The alternative that is looked at, where it is not the default. */
  readonly alternatives: ReadonlyMap<string, number>;
  readonly order: Order;
  readonly filter: Filter;
  readonly search: string;
  readonly pane: Pane;
  readonly split: boolean;
  /** Unchanged lines around a change. */
  readonly context: number;
  /** First line, and first column, of the pane that is shown. */
  readonly scroll: number;
  readonly pan: number;
  readonly overlay: Overlay | null;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
  /** One line about what just happened. */
  readonly notice: string | null;
  /** Null when all is checked. */
  readonly progress: Progress | null;
}

export type Action =
  | { readonly type: "accept" }
  | { readonly type: "reject" }
  | { readonly type: "toggle" }
  | { readonly type: "rest"; readonly of: "file" | "rule"; readonly accept: boolean }
  /** What a question had been asked for; `move` goes on to the next undecided. */
  | { readonly type: "decide"; readonly decisions: readonly (readonly [id: string, decision: Decision | null])[]; readonly move: boolean }
  | { readonly type: "move"; readonly by: 1 | -1; readonly undecided: boolean }
  | { readonly type: "edge"; readonly end: "first" | "last" }
  | { readonly type: "visit"; readonly id: string }
  | { readonly type: "undo" }
  | { readonly type: "redo" }
  | { readonly type: "alternative"; readonly index: number | "next" | "previous" }
  | { readonly type: "input"; readonly purpose: Purpose }
  | { readonly type: "context"; readonly by: 1 | -1 }
  | { readonly type: "scroll"; readonly by: number }
  | { readonly type: "pan"; readonly by: number }
  | { readonly type: "split" }
  | { readonly type: "order" }
  | { readonly type: "pane" }
  | { readonly type: "overlay"; readonly overlay: Overlay | null }
  | { readonly type: "notice"; readonly text: string | null }
  | { readonly type: "key"; readonly key: string; readonly text: string }
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "progress"; readonly progress: Progress | null }
  /** All items that there are now; `decisions` are those that hold for them. `anew`: what was decided before cannot be taken back any more. */
  | {
      readonly type: "items";
      readonly items: readonly Item[];
      readonly decisions?: ReadonlyMap<string, Decision>;
      readonly anew?: boolean;
      readonly notice?: string;
    }
  | { readonly type: "effect"; readonly effect: Effect };

/** What a state machine cannot do itself. */
export type Effect =
  /** Go on with what an earlier review decided, or forget it. */
  | "resume"
  | "forget"
  | "quit"
  | "interrupt"
  /** Leave now: what is accepted is written first, or the session is kept, or dropped. */
  | "leave-write"
  | "leave-keep"
  | "leave-drop"
  | "write"
  | "verify"
  | "edit-file"
  | "edit-fix";

export const CONTEXT = { least: 0, usual: 3, most: 60 };
