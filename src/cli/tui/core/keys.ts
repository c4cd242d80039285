/** The key table: what a key does, and what help and the bottom line say of it. */
import type { Action } from "./state.ts";

export interface Binding {
  /** As the terminal's input names them. */
  readonly keys: readonly string[];
  /** As a person reads them. */
  readonly label: string;
  readonly does: string;
  readonly action: Action;
  /** A word for the bottom line, which shows what has room in the order of `rank`. */
  readonly short?: string;
  readonly rank?: number;
}

export interface Section {
  readonly title: string;
  readonly bindings: readonly Binding[];
}

const on = (keys: string, label: string, does: string, action: Action, short?: string, rank?: number): Binding => ({
  keys: keys.split(" "),
  label,
  does,
  action,
  ...(short === undefined ? {} : { short }),
  ...(rank === undefined ? {} : { rank }),
});

export const SECTIONS: readonly Section[] = [
  {
    title: "Decide",
    bindings: [
      on("y enter", "y, enter", "accept the fix, on to the next undecided", { type: "accept" }, "accept", 1),
      on("n", "n", "reject it, on to the next undecided", { type: "reject" }, "reject", 2),
      on("space", "space", "accept it or take that back, and stay", { type: "toggle" }, "toggle", 11),
      on("a", "a", "accept the rest of this file", { type: "rest", of: "file", accept: true }, "file", 8),
      on("d", "d", "reject the rest of this file", { type: "rest", of: "file", accept: false }),
      on("A", "A", "accept the rest of this rule, after a question", { type: "rest", of: "rule", accept: true }, "rule", 9),
      on("D", "D", "reject the rest of this rule, after a question", { type: "rest", of: "rule", accept: false }),
      on("i", "i", "suppress it with a reason, as a comment", { type: "input", purpose: "suppress" }, "suppress", 12),
      on("u ctrl-z", "u, ctrl-z", "undo the last decision", { type: "undo" }, "undo", 3),
      on("ctrl-r", "ctrl-r", "redo it", { type: "redo" }),
    ],
  },
  {
    title: "Move",
    bindings: [
      on("j down", "j, down", "next undecided", { type: "move", by: 1, undecided: true }, "next", 10),
      on("k up", "k, up", "previous undecided", { type: "move", by: -1, undecided: true }),
      on("J shift-down", "J", "next, decided or not", { type: "move", by: 1, undecided: false }),
      on("K shift-up", "K", "previous, decided or not", { type: "move", by: -1, undecided: false }),
      on("home", "home", "the first", { type: "edge", end: "first" }),
      on("end", "end", "the last", { type: "edge", end: "last" }),
      on("g", "g", "go to a number, a file:line or a name", { type: "input", purpose: "goto" }),
      on("/", "/", "search; with nothing typed, the next match", { type: "input", purpose: "search" }),
      on("f", "f", "filter: rule:x path:y safe unsafe undecided words", { type: "input", purpose: "filter" }, "filter", 13),
      on("o", "o", "order by rule or by file", { type: "order" }),
    ],
  },
  {
    title: "Look",
    bindings: [
      on("tab", "tab, 1-9", "the alternative fixes, each with its reason", { type: "alternative", index: "next" }, "other fix", 6),
      on("backtab", "shift-tab", "the alternative before", { type: "alternative", index: "previous" }),
      on("p", "p", "the path on which it happens, or the change", { type: "pane" }, "path", 7),
      on("r", "r", "the rule's page", { type: "overlay", overlay: { kind: "rule", scroll: 0 } }),
      on("s", "s", "side by side or not (from 160 columns)", { type: "split" }),
      on("}", "}", "more lines around the change", { type: "context", by: 1 }),
      on("{", "{", "fewer lines", { type: "context", by: -1 }),
      on("pagedown ctrl-d", "page down", "on in a long change (also ctrl-d, the wheel)", { type: "scroll", by: 10 }),
      on("pageup ctrl-u", "page up", "back (also ctrl-u, the wheel)", { type: "scroll", by: -10 }),
      on("right l", "right, l", "on in long lines", { type: "pan", by: 8 }),
      on("left h", "left, h", "back in them", { type: "pan", by: -8 }),
    ],
  },
  {
    title: "Do",
    bindings: [
      on("e", "e", "open the file at the line in $EDITOR", { type: "effect", effect: "edit-file" }),
      on("E", "E", "rewrite the fix in $EDITOR", { type: "effect", effect: "edit-fix" }),
      on("v", "v", "verify what is accepted so far: does it build?", { type: "effect", effect: "verify" }),
      on("w", "w", "write what is accepted", { type: "effect", effect: "write" }, "write", 4),
      on("q", "q, ctrl-c", "leave; asks what becomes of the decisions", { type: "effect", effect: "quit" }, "quit", 5),
      on("ctrl-c", "", "", { type: "effect", effect: "interrupt" }),
      on("ctrl-l", "ctrl-l", "draw the screen anew", { type: "notice", text: null }),
      on("?", "?", "this help", { type: "overlay", overlay: { kind: "help", scroll: 0 } }, "help", 0),
    ],
  },
];

const BY_KEY = new Map(SECTIONS.flatMap((s) => s.bindings).flatMap((b) => b.keys.map((key) => [key, b.action] as const)));

/** What a key does where nothing lies on top; null for a key without a meaning. */
export function actionOf(key: string): Action | null {
  if (/^[1-9]$/.test(key)) return { type: "alternative", index: Number(key) - 1 };
  return BY_KEY.get(key) ?? null;
}

/** Bindings for the bottom line, the most needed first. */
export const SHORT: readonly Binding[] = SECTIONS.flatMap((s) => s.bindings)
  .filter((b) => b.short !== undefined)
  .sort((a, b) => (a.rank ?? 99) - (b.rank ?? 99));
