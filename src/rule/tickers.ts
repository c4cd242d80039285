/** Tickers: what is one's channel, and the case of a select that waits on a new one in every turn of its loop. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { definitionOf, writtenLater } from "./definitions.ts";
import { symbolAmong, symbolSet } from "./foreign.ts";
import { meansTheSame } from "./give-up.ts";
import { inLoop } from "./paths.ts";
import { hasCalls } from "./select-entry.ts";
import { constantOf } from "./types.ts";
import { climb } from "./values.ts";

/** The case whose receive the channel is: `case <-c:`, `case t := <-c:`. */
export function caseThatReceives(channel: GoNode): GoNode | null {
  let n = climb(channel);
  if (n.parent?.kind !== "unary_expression" || n.parent.child("operator")?.kind !== "<-") return null;
  n = climb(n.parent);
  if (n.parent?.kind === "expression_list") n = n.parent;
  const head = n.parent;
  return head?.kind === "receive_statement" && head.parent?.kind === "communication_case" ? head.parent : null;
}

/**
 * The case that waits on a ticker which is made when its select is entered, in a loop: the call of `time.Tick`, or the `.C` of
 * `time.NewTicker(d).C`. What ticker-in-select-case tells, so that time-tick and ticker-not-stopped do not.
 */
export function caseOfNewTicker(pkg: PackageModel, channel: GoNode): GoNode | null {
  const clause = caseThatReceives(channel);
  const func = pkg.functionOf(channel);
  const select = clause?.parent;
  return clause && select && func && inLoop(func, select) ? clause : null;
}

const TICK = symbolSet(["time.Tick"]);

/** Is the expression the channel of a ticker: `t.C` of a *time.Ticker, `time.Tick(d)`, or a local that holds one and nothing else? */
export function isTickerChannel(pkg: PackageModel, channel: GoNode): boolean {
  const e = unparen(channel);
  if (e.kind === "selector_expression") return e.child("field")?.text === "C" && pkg.symbol(e) === "time.Ticker.C";
  if (e.kind === "call_expression") return symbolAmong(pkg, unparen(e.child("function") ?? e), TICK) !== null;
  if (e.kind !== "identifier") return false;
  const binding = pkg.binding(e);
  const made = binding ? definitionOf(pkg, binding) : null;
  return binding !== null && made !== null && !writtenLater(binding) && made.value !== e && isTickerChannel(pkg, made.value);
}

/** The value of a timer's or ticker's constant duration, in nanoseconds; null for any other. */
export function durationOf(pkg: PackageModel, call: GoNode): number | bigint | null {
  const duration = call.child("arguments")?.items[0];
  const value = duration ? constantOf(pkg, duration) : null;
  return typeof value === "number" || typeof value === "bigint" ? value : null;
}

/** The duration of the call is the same on each turn of the loop, as far as the function shows, and at `at` before it. */
export function sameOnEachTurn(pkg: PackageModel, call: GoNode, loop: GoNode, at: GoNode): boolean {
  const list = call.child("arguments");
  if (!list || hasCalls(pkg, list) || !meansTheSame(pkg, list, at)) return false;
  const changes = (id: GoNode) => pkg.binding(id)?.uses.some((u) => WRITES.has(u.how) && loop.contains(u.node)) ?? false;
  return !list.find("identifier").some(changes);
}

const WRITES: ReadonlySet<string> = new Set(["write", "readwrite", "address"]);
