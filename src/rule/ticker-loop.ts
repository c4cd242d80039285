/** Loops that wait on a ticker and on nothing else, and that nothing leaves: ticker-loop-never-ends tells of them. */
import { type GoNode, unparen } from "../go/node.ts";
import type { FuncModel, PackageModel } from "../model/model.ts";
import { statementsOf, unlabelled } from "./edits.ts";
import { outermost } from "./functions.ts";
import { goroutineOf } from "./goroutines.ts";
import { leavesOf, targetOf } from "./obligation/exits.ts";
import { atomAt } from "./paths.ts";
import { callsOf } from "./pool.ts";
import { isTickerChannel } from "./tickers.ts";
import { climb } from "./values.ts";

export interface TickerLoop {
  readonly loop: GoNode;
  readonly func: FuncModel;
  /** `for range t.C`; `for { select { case <-t.C: ... } }`; `for { <-t.C; ... }`. */
  readonly form: "range" | "select" | "receive";
  /** The range_clause, the select_statement, or the statement that receives. */
  readonly wait: GoNode;
  readonly channel: GoNode;
  /** Breaks without a label that leave the loop, but for another one around that nothing leaves. */
  readonly breaks: readonly GoNode[];
}

/** The loop, when it waits on a ticker alone and no path leads from it out of the function. */
export function tickerLoopOf(pkg: PackageModel, loop: GoNode): TickerLoop | null {
  const found = rangeForm(loop) ?? bareForm(loop);
  if (!found || !isTickerChannel(pkg, found.channel)) return null;
  const func = pkg.functionOf(loop);
  const breaks = func && neverLeft(pkg, func, loop, found.channel);
  return breaks && { loop, func, ...found, breaks };
}

/** Does the select, the range clause or the receive at the node wait where ticker-loop-never-ends speaks? */
export function waitsInTickerLoop(pkg: PackageModel, node: GoNode): boolean {
  const loop = node.closest("for_statement", "func_literal");
  const found = loop?.kind === "for_statement" ? tickerLoopOf(pkg, loop) : null;
  return found?.wait.contains(node) ?? false;
}

type Form = Pick<TickerLoop, "form" | "wait" | "channel">;

function rangeForm(loop: GoNode): Form | null {
  const wait = loop.items.find((n) => n.kind === "range_clause");
  const channel = wait?.child("right");
  if ((wait?.child("left")?.items.length ?? 0) > 1) return null; // a channel gives one value
  return wait && channel ? { form: "range", wait, channel } : null;
}

/** A loop without a condition that waits in one place. */
function bareForm(loop: GoNode): Form | null {
  const body = loop.child("body");
  if (!body || loop.items.some((n) => n !== body && n.kind !== "true")) return null;
  const [wait, ...more] = waitsIn(body);
  if (!wait || more.length > 0) return null;
  if (wait.kind === "select_statement") {
    const [clause, ...others] = wait.items;
    const head = clause?.kind === "communication_case" && others.length === 0 ? clause.child("communication") : null;
    const receive = head?.kind === "receive_statement" ? head.child("right") : null;
    const channel = receive ? unparen(receive).child("operand") : null;
    return channel && isStatementOf(body, wait) ? { form: "select", wait, channel } : null;
  }
  const statement = statementsOf(body).find((s) => s.contains(wait));
  const channel = wait.child("operand");
  return statement && channel && isReceive(statement, wait) ? { form: "receive", wait: statement, channel } : null;
}

/** Selects, receives and sends below the node, those of literals and of a select's own cases left out; no more than two. */
function waitsIn(body: GoNode): GoNode[] {
  const waits: GoNode[] = [];
  body.walk((n) => {
    if (n.kind === "func_literal" || waits.length > 1) return false;
    const receives = n.kind === "unary_expression" && n.child("operator")?.kind === "<-";
    const head = n.is("send_statement", "receive_statement") && n.parent?.kind === "communication_case";
    if (head) return false;
    if (receives || n.is("select_statement", "send_statement")) waits.push(n);
  });
  return waits;
}

function isStatementOf(body: GoNode, node: GoNode): boolean {
  return statementsOf(body).some((s) => unlabelled(s) === node);
}

/** The receive is the whole statement, or all that it assigns. */
function isReceive(statement: GoNode, receive: GoNode): boolean {
  if (statement.kind === "expression_statement") return unparen(statement.items[0] ?? statement) === receive;
  if (!statement.is("short_var_declaration", "assignment_statement")) return false;
  const values = statement.child("right")?.items ?? [];
  return values.length === 1 && values[0] !== undefined && unparen(values[0]) === receive;
}

/** null when a path leads from the loop's body out of the function, by any end; else the loop's own breaks. */
function neverLeft(pkg: PackageModel, func: FuncModel, loop: GoNode, channel: GoNode): GoNode[] | null {
  const body = loop.child("body");
  const ways = body && leavesOf(body, body.children[0] ?? body);
  if (!body || !ways || body.find("call_expression").some((c) => pkg.noReturn(c) !== null)) return null;
  const flow = pkg.flow(func);
  const head = atomAt(flow, channel);
  if (!head) return null; // never runs
  const out = ways.filter((w) => w.kind !== "continue_statement" || targetOf(w) !== loop);
  const exits = ["return", "end", "panic", "exit", "goexit"] as const;
  const leaves = (way: GoNode) => way.kind === "return_statement" || flow.escape(way, { stop: (atom) => atom === head, exits }) !== null;
  return out.some(leaves) ? null : out.filter((w) => w.kind === "break_statement" && w.items.length === 0);
}

/** What starts the goroutine that runs the node: a go statement or a `Go` call around it, or one that runs its function. */
export function startOf(pkg: PackageModel, node: GoNode, func: FuncModel): GoNode | null {
  const around = goroutineOf(pkg, node);
  if (around) return around.start;
  for (const call of callsOf(pkg, outermost(func))) {
    const go = climb(call).parent;
    if (go?.kind === "go_statement") return go;
    const started = goroutineOf(pkg, call);
    if (started) return started.start;
  }
  return null;
}
