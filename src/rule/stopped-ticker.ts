/** A ticker whose loop is given an end: it is stopped then. */
import { type GoNode, unparen } from "../go/node.ts";
import type { FuncModel, PackageModel } from "../model/model.ts";
import { definitionOf, loopsAround } from "./definitions.ts";
import { type Edits, insertAfter, insertBefore, replace, statementOf, textOf } from "./edits.ts";
import { freshName, member, qualifier } from "./names.ts";
import { since } from "./versions.ts";

export interface StoppedTicker {
  /** The channel as the loop names it then. */
  readonly channel: string;
  readonly edits: readonly Edits[];
}

/**
 * The edits with which a ticker that `func` makes for the channel is stopped when the function returns; none when somebody else has it, or
 * stops it. null where that cannot be written. `head`: the channel stands in the head of a loop and is worked out once, however it is
 * written.
 */
export function stoppedTicker(pkg: PackageModel, channel: GoNode, func: FuncModel, head: boolean): StoppedTicker | null {
  const e = unparen(channel);
  const same = { channel: textOf(channel), edits: [] };
  if (e.kind === "identifier") {
    const binding = pkg.binding(e);
    const made = binding?.func === func ? definitionOf(pkg, binding) : null;
    const source = made && newTicker(made.value);
    if (!source || (isTick(pkg, source) && since(pkg, "1.23"))) return same; // collected when the function has returned
    const ticker = named(pkg, source);
    return ticker && { channel: same.channel, edits: [ticker.make, replace(made.value, `${ticker.name}.C`)] };
  }
  const source = newTicker(e);
  if (source) {
    if (!head) return same; // each turn's own
    const ticker = named(pkg, source);
    return ticker && { channel: `${ticker.name}.C`, edits: [ticker.make] };
  }
  const holder = pkg.binding(unparen(e.child("operand") ?? e));
  const made = holder?.func === func ? definitionOf(pkg, holder) : null;
  if (!holder || made?.symbol !== "time.NewTicker") return same;
  if (holder.uses.some((u) => u.node.parent?.child("field")?.text !== "C")) return same; // stopped, or somebody else's, too
  const statement = statementOf(made.node);
  return statement && loopsAround(statement).length === 0
    ? { channel: same.channel, edits: [insertAfter(statement, `defer ${holder.name}.Stop()`)] }
    : null;
}

/** The call in `time.Tick(d)` and `time.NewTicker(d).C`. */
function newTicker(channel: GoNode): GoNode | null {
  const e = unparen(channel);
  const call = e.kind === "selector_expression" ? unparen(e.child("operand") ?? e) : e;
  return call.kind === "call_expression" ? call : null;
}

function isTick(pkg: PackageModel, call: GoNode): boolean {
  return pkg.symbol(unparen(call.child("function") ?? call)) === "time.Tick";
}

/** A ticker with a name, made and deferred to be stopped before the statement of the call. null in loops. */
function named(pkg: PackageModel, call: GoNode): { readonly name: string; readonly make: Edits } | null {
  const statement = statementOf(call);
  const time = statement && qualifier(pkg, statement, "time", "NewTicker");
  const list = call.child("arguments");
  if (!time || !list || loopsAround(statement).length > 0) return null;
  const name = freshName(pkg, "ticker", statement);
  return { name, make: insertBefore(statement, [`${name} := ${member(time, "NewTicker")}${textOf(list)}`, `defer ${name}.Stop()`]) };
}
