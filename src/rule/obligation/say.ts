/** The words for a leak. */
import type { Span } from "../../text/edit.ts";
import { spanOf } from "../edits.ts";
import type { Leak } from "./leak.ts";
import { subjectOf } from "./row.ts";

/** "timer is not stopped on every path". */
export function messageOf(leak: Leak): string {
  const { words } = leak.row;
  if (!leak.holder) return words.dropped;
  const name = subjectOf(leak.row, leak.holder.name);
  switch (leak.kind) {
    case "turn":
      return `${name} is not ${words.done} before the next turn of the loop`;
    case "overwritten":
      return `${name} is overwritten before it is ${words.done}`;
    default:
      return `${name} is not ${words.done} on every path`;
  }
}

/** The path on which it leaks, to show beside the finding: the conditions on the way, and where it ends. */
export function witnessOf(leak: Leak): { at: Span; message: string }[] {
  const what = leak.holder ? `${leak.row.words.doing} ${subjectOf(leak.row, leak.holder.name)}` : leak.row.words.doing;
  if (leak.over) return [{ at: spanOf(leak.over), message: `gets another value here without ${what}` }];
  if (!leak.witness || !leak.holder) return [];
  const { steps, exit, at } = leak.witness;
  const way = steps.slice(0, -1).flatMap(({ node, taken }) => {
    if (taken !== null) return [{ at: spanOf(node), message: taken ? "when this holds" : "when this does not hold" }];
    return node.is("communication_case", "expression_case", "type_case", "default_case")
      ? [{ at: spanOf(node.child("communication") ?? node.child("value") ?? node.children[0] ?? node), message: "by way of this case" }]
      : [];
  });
  if (exit === "turn") return [...way, { at: spanOf(at), message: `the next turn starts without ${what}` }];
  if (exit === "goexit") return [...way, { at: spanOf(at), message: `ends here without ${what}` }];
  if (exit !== "end") return [...way, { at: spanOf(at), message: `returns here without ${what}` }];
  return [...way, { at: { path: at.source.path, start: at.end - 1, end: at.end }, message: `ends here without ${what}` }];
}
