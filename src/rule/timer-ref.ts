/** Timers of `time.NewTimer` as code names them: what a local or a field holds, and what is done with it where. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../model/model.ts";
import { Notes } from "../model/notes.ts";
import { calleeOf } from "./callees.ts";
import { definitionOf } from "./definitions.ts";
import { assignedTo, fieldPlace, variablePlace } from "./places.ts";
import { climb } from "./values.ts";

export interface TimerRef {
  /** The local, or the declaration of the field or package variable. */
  readonly key: object;
  /** As it is written: `t`, `s.timer`. */
  readonly text: string;
  /** null for a field or a package variable. */
  readonly local: Binding | null;
  /** Every expression in the package that names it, other than where it is declared. */
  readonly mentions: readonly GoNode[];
  /** What it is declared with: a local's value, a field's values in literals of its struct. */
  readonly declared: readonly GoNode[];
}

/** receive: from its channel; stop, reset: the calls; make: another timer of NewTimer is put in its place; drop: nil is. */
export type TimerDoing = "receive" | "stop" | "reset" | "make" | "drop";

export interface TimerEvent {
  readonly doing: TimerDoing;
  /** The receive, the call, or the assigned value. */
  readonly node: GoNode;
  readonly func: FuncModel;
  /** How the timer is named there. */
  readonly text: string;
}

const known = new Notes<object, TimerRef | null>();

/** The timer that an expression names, when all that it ever holds comes from `time.NewTimer`; null else, and for parameters. */
export function timerOf(pkg: PackageModel, expression: GoNode): TimerRef | null {
  const e = unparen(expression);
  const place = placeOf(pkg, e);
  if (!place) return null;
  const before = known.get(place.key);
  if (before !== undefined) return before && { ...before, text: e.text };
  const ref: TimerRef = { ...place, text: e.text };
  const values = [...place.declared, ...ref.mentions.flatMap((m) => assignedTo(m) ?? [])];
  const fits = values.some((v) => isNewTimer(pkg, v)) && values.every((v) => v.kind === "nil" || isNewTimer(pkg, v));
  const own = fits && !ref.mentions.some(isUnclear) ? ref : null;
  known.set(place.key, own);
  return own;
}

type Place = Omit<TimerRef, "text">;

function placeOf(pkg: PackageModel, e: GoNode): Place | null {
  const binding = e.kind === "identifier" ? pkg.binding(e) : null;
  if (binding?.kind === "var" && binding.func) {
    const made = definitionOf(pkg, binding);
    return { key: binding, local: binding, mentions: binding.uses.map((u) => u.node), declared: made ? [made.value] : [] };
  }
  const place = binding?.kind === "var" ? variablePlace(pkg, e) : e.kind === "selector_expression" ? fieldPlace(pkg, e) : null;
  return place && { key: place.declaration, local: null, mentions: place.mentions, declared: place.declared };
}

function isNewTimer(pkg: PackageModel, value: GoNode): boolean {
  if (value.kind === "identifier") {
    const binding = pkg.binding(value);
    const made = binding?.func ? definitionOf(pkg, binding) : null;
    return made?.symbol === "time.NewTimer";
  }
  return value.kind === "call_expression" && pkg.symbol(unparen(value.child("function") ?? value)) === "time.NewTimer";
}

/** Its address is taken: who has it may put anything there. */
function isUnclear(e: GoNode): boolean {
  const p = climb(e).parent;
  return p?.kind === "unary_expression" && p.child("operator")?.kind === "&";
}

/** What is done with the timer; its declaration comes first. */
export function timerEvents(pkg: PackageModel, ref: TimerRef): readonly TimerEvent[] {
  const made = ref.declared.flatMap((value): TimerEvent[] => {
    const func = pkg.functionOf(value);
    return func && value.kind !== "nil" ? [{ doing: "make", node: value, func, text: ref.text }] : [];
  });
  return [...made, ...ref.mentions.flatMap((m) => eventsAt(pkg, m, m.text))];
}

function eventsAt(pkg: PackageModel, mention: GoNode, text: string): TimerEvent[] {
  const func = pkg.functionOf(mention);
  if (!func) return [];
  const e = climb(mention);
  const value = assignedTo(e);
  if (value) return [{ doing: value.kind === "nil" ? "drop" : "make", node: value, func, text }];
  const selector = e.parent?.kind === "selector_expression" && e.field === "operand" ? e.parent : null;
  const field = selector?.child("field")?.text;
  if (!selector || !field) return [];
  if (field === "C") return receivesAt(pkg, selector).map((node) => ({ doing: "receive", node, func: pkg.functionOf(node) ?? func, text }));
  const call = climb(selector).parent;
  if (call?.kind !== "call_expression") return [];
  if (field === "Stop") return [{ doing: "stop", node: call, func, text }];
  return field === "Reset" ? [{ doing: "reset", node: call, func, text }] : [];
}

/** `<-t.C`, `range t.C`, and the same of a local that was declared as `t.C`. */
function receivesAt(pkg: PackageModel, channel: GoNode): GoNode[] {
  const e = climb(channel);
  const p = e.parent;
  if (p?.kind === "unary_expression" && p.child("operator")?.kind === "<-") return [p];
  if (p?.kind === "range_clause" && e.field === "right") return [p];
  const list = p?.kind === "expression_list" && p.field === "right" && p.items.length === 1 ? p.parent : null;
  const name = list?.kind === "short_var_declaration" ? list.child("left")?.items[0] : null;
  const alias = name?.kind === "identifier" ? pkg.binding(name) : null;
  return (alias?.uses ?? []).flatMap((u) => {
    const from = climb(u.node).parent;
    return u.how === "receive" && from ? [from] : [];
  });
}

/** Uses by which somebody else may receive, stop or reset: it is passed on, stored, returned. */
export function timerLeaks(pkg: PackageModel, ref: TimerRef): boolean {
  return ref.mentions.some((m) => {
    const e = climb(m);
    const p = e.parent;
    if (eventsAt(pkg, m, m.text).length > 0 || p?.kind === "binary_expression") return false;
    if (p?.kind === "selector_expression" && p.child("field")?.text === "C")
      return !p.parent?.is("argument_list") || !isLen(pkg, p.parent.parent);
    return true;
  });
}

function isLen(pkg: PackageModel, call: GoNode | null): boolean {
  return call !== null && pkg.symbol(unparen(call.child("function") ?? call)) === "len";
}

/** Calls in the atom that set the timer going again: its Reset, or a function or literal of the package in which one stands. */
export function rearmsIn(pkg: PackageModel, events: readonly TimerEvent[]): (atom: GoNode) => boolean {
  const arms = events.filter((e) => e.doing === "reset" || e.doing === "make");
  const holders = new Set(arms.map((a) => a.func.node));
  const drops = events.filter((e) => e.doing === "drop");
  return (atom) => {
    if ([...arms, ...drops].some((a) => atom.contains(a.node) && pkg.functionOf(atom) === a.func)) return true;
    return atom.find("call_expression").some((call) => {
      const callee = calleeOf(pkg, call)?.node ?? literalOf(pkg, call);
      return callee != null && holders.has(callee) && !callee.contains(atom);
    });
  };
}

/** The literal that a local holds which is called. */
function literalOf(pkg: PackageModel, call: GoNode): GoNode | null {
  const name = unparen(call.child("function") ?? call);
  const binding = name.kind === "identifier" ? pkg.binding(name) : null;
  const made = binding?.func ? definitionOf(pkg, binding)?.value : null;
  return made?.kind === "func_literal" ? made : null;
}

/**
 * True when a flag tells what state the timer is in: a condition around the node asks for a boolean (`!fired`), or one is set beside the
 * node, or in the case that receives.
 */
export function isGuarded(pkg: PackageModel, node: GoNode, receives: readonly GoNode[]): boolean {
  for (let n = node; n.parent && !n.is("func_literal", "function_declaration", "method_declaration"); n = n.parent) {
    const p = n.parent;
    if (p.kind !== "if_statement" || n.field === "initializer") continue;
    const condition = p.child("condition");
    if (condition && asksFlag(pkg, condition)) return true;
  }
  const setsFlag = (around: GoNode | null) =>
    around?.find("assignment_statement").some((a) => a.child("right")?.items.some((v) => v.is("true", "false"))) ?? false;
  const beside = node.closest("statement_list")?.items.filter((s) => s.kind === "assignment_statement") ?? [];
  return beside.some(setsFlag) || receives.some((r) => setsFlag(r.closest("communication_case", "statement_list")));
}

/** A boolean variable or field stands by itself in the condition, negated or joined with others. */
function asksFlag(pkg: PackageModel, condition: GoNode): boolean {
  const e = unparen(condition);
  if (e.is("identifier", "selector_expression")) {
    const type = pkg.typeOf(e);
    return type.kind === "basic" && type.name === "bool";
  }
  if (e.kind === "unary_expression") return asksFlag(pkg, e.child("operand") ?? e.items[0] ?? e);
  if (e.kind === "binary_expression" && e.children.some((c) => c.is("&&", "||"))) return e.items.some((i) => asksFlag(pkg, i));
  return false;
}
