/** Rewrites a bare send or receive, or a pause, into a select that waits on a context, too. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { fix } from "./build.ts";
import type { ContextInScope } from "./cancellation.ts";
import { type LocalChannel, mostSends } from "./channels.ts";
import {
  type Edits,
  indentOf,
  insertAfter,
  insertBefore,
  replace,
  spanOf,
  statementAtHead,
  statementOf,
  textOf,
  unlabelled,
  wrapStatements,
} from "./edits.ts";
import { type Leaving, leaving } from "./give-up.ts";
import { freshName, member, qualifier, reachOf } from "./names.ts";
import { targetOf } from "./obligation/exits.ts";
import type { Fix, ImportIntent } from "./rule.ts";
import { hasCalls } from "./select-entry.ts";
import { writtenType } from "./type-text.ts";
import { isNamed, underlying } from "./types.ts";

/** What is rewritten: the statement it stands in, the context, and how the function leaves. */
interface Place {
  readonly pkg: PackageModel;
  readonly op: GoNode;
  readonly statement: GoNode;
  readonly context: ContextInScope;
  readonly leave: Leaving;
}

interface Change {
  readonly edits: readonly Edits[];
  readonly imports?: readonly ImportIntent[];
}

/** `time.Sleep(d)` or `<-time.After(d)`, alone in its statement, as a select on a timer that is stopped when the context is done first. */
export function pauseToo(pkg: PackageModel, call: GoNode, context: ContextInScope): Fix | null {
  const statement = statementOf(call);
  const whole = call.parent?.kind === "unary_expression" ? call.parent : call;
  const callee = call.child("function");
  const time = qualifier(pkg, call, "time", "NewTimer");
  if (!statement || !callee || !time || whole.parent?.kind !== "expression_statement" || unlabelled(statement) !== whole.parent)
    return null;
  const timer = freshName(pkg, "timer", statement);
  const leave = leaving(pkg, statement, context);
  const head = { path: call.source.path, start: whole.start, end: callee.end };
  return fix({
    title: `Wait on a timer, and give up when ${context.text} is done`,
    ...leave,
    edits: [
      [{ at: head, text: `${timer} := ${member(time, "NewTimer")}` }],
      insertAfter(statement, [
        "select {",
        `case <-${timer}.C:`,
        `case <-${context.text}.Done():`,
        ...tabbed([`${timer}.Stop()`, ...leave.lines]),
        "}",
      ]),
    ],
    imports: time.imports,
    assumes: [...leave.assumes, reachOf(statement)],
  });
}

/**
 * The send_statement, or the unary_expression that receives, as a case beside `<-ctx.Done()`. `sender`: the channel from which is received, when a
 * goroutine that sends on it would be left waiting: it gets room for its one value, and with more of them the fix is a sketch.
 */
export function waitToo(pkg: PackageModel, op: GoNode, context: ContextInScope, sender: LocalChannel | null = null): Fix | null {
  const statement = statementOf(op);
  if (!statement) return null;
  const p: Place = { pkg, op, statement, context, leave: leaving(pkg, statement, context) };
  const change = changeOf(p);
  if (!change) return null;
  const left = sender !== null && mostSends(sender) > 1;
  const type = sender && !left ? sender.make.child("arguments")?.items[0] : null;
  const room: Edits = type ? [{ at: { ...spanOf(type), start: type.end }, text: ", 1" }] : [];
  return fix({
    title: `Give up when ${context.text} is done`,
    ...p.leave,
    ...(left ? { applicability: "display", because: "the goroutines that send to it would wait for ever: they need an end, too" } : {}),
    ...change,
    edits: [...change.edits, room],
    assumes: [...p.leave.assumes, reachOf(statement), sender?.func.body ?? null],
  });
}

function changeOf(p: Place): Change | null {
  const whole = unlabelled(p.statement);
  if (!whole) return null;
  if (whole === p.op || (whole.kind === "expression_statement" && whole.items[0] === p.op)) return { edits: asCase(p, "") };
  if (whole.is("assignment_statement", "short_var_declaration") && isOnlyValue(whole, p.op)) return assigned(p, whole);
  return inHead(p, whole) ?? inValue(p, whole) ?? before(p);
}

/** The rest of the select, from the colon of its first case on. */
function rest({ context, leave }: Place): string[] {
  return [`case <-${context.text}.Done():`, ...tabbed(leave.lines), "}"];
}

function tabbed(lines: readonly string[]): string[] {
  return lines.map((l) => `\t${l}`);
}

/** The statement becomes the head of a case as it stands; `declared` goes before the select. */
function asCase(p: Place, declared: string): Edits[] {
  const whole = unlabelled(p.statement) as GoNode;
  const { path } = whole.source;
  const indent = indentOf(p.statement);
  const opening = `${declared === "" ? "" : `${declared}\n${indent}`}select {\n${indent}case `;
  return [
    [{ at: { path, start: whole.start, end: whole.start }, text: opening }],
    [{ at: { path, start: whole.end, end: whole.end }, text: ":" }],
    insertAfter(p.statement, rest(p)),
  ];
}

function isOnlyValue(statement: GoNode, op: GoNode): boolean {
  const right = statement.child("right")?.items ?? [];
  const plain = statement.kind === "short_var_declaration" || statement.child("operator")?.kind === "=";
  return plain && right.length === 1 && right[0] === op;
}

/** `v, ok := <-ch`: what it declares is declared before the select, since what follows uses it. */
function assigned(p: Place, whole: GoNode): Change | null {
  if (whole.kind === "assignment_statement") return { edits: asCase(p, "") };
  const names = whole.child("left")?.items ?? [];
  const fresh = names.filter((n) => n.text !== "_" && p.pkg.binding(n)?.node === n);
  const type = elementType(p);
  const walrus = whole.children.find((c) => c.kind === ":=");
  if (!type || !walrus || fresh.some((n) => n.kind !== "identifier")) return null;
  const bool = p.pkg.resolve("bool", whole)?.scope.kind === "universe";
  if (names[1] && fresh.includes(names[1]) && !bool) return null;
  const declared = fresh.map((n) => `var ${n.text} ${n === names[0] ? type.text : "bool"}`).join(`\n${indentOf(p.statement)}`);
  return { edits: [replace(walrus, "="), ...asCase(p, declared)], imports: type.imports };
}

/** `if v := <-ch; v > 0 {...}`: the whole statement into the case that declares v. */
function inHead(p: Place, whole: GoNode): Change | null {
  const initial = whole.is("if_statement", "expression_switch_statement") ? whole.child("initializer") : null;
  const next = whole.child("condition") ?? whole.child("value");
  if (initial?.kind !== "short_var_declaration" || !isOnlyValue(initial, p.op) || !next || whole !== p.statement) return null;
  if (breaksOut(whole)) return null;
  const head = { path: whole.source.path, start: initial.start, end: next.start };
  if (whole.source.text.slice(initial.end, next.start).trim() !== ";") return null; // a comment in between
  return { edits: [[{ at: head, text: "" }], wrapped(p, textOf(initial))] };
}

/** `return f(<-ch)`, `f(<-ch)`: into the case, with a name for what was received. */
function inValue(p: Place, whole: GoNode): Change | null {
  if (!whole.is("return_statement", "expression_statement") || whole !== p.statement || !isFirst(p, whole)) return null;
  const name = freshName(p.pkg, nameFor(p), p.statement);
  return { edits: [replace(p.op, name), wrapped(p, `${name} := ${textOf(p.op)}`)] };
}

function wrapped(p: Place, head: string): Edits {
  const indent = indentOf(p.statement);
  return wrapStatements(p.statement, p.statement, `select {\n${indent}case ${head}:`, rest(p).join(`\n${indent}`));
}

/** Anywhere else at the head of a statement: received before it, into a variable of its own. */
function before(p: Place): Change | null {
  const type = elementType(p);
  if (!type || statementAtHead(p.op) !== p.statement || !isFirst(p, p.statement)) return null;
  const name = freshName(p.pkg, nameFor(p), p.statement);
  const lines = [`var ${name} ${type.text}`, "select {", `case ${name} = ${textOf(p.op)}:`, ...rest(p)];
  return { edits: [insertBefore(p.statement, lines), replace(p.op, name)], imports: type.imports };
}

/** Nothing with effects is worked out before it in its statement, and it is always worked out. */
function isFirst({ pkg, op, statement }: Place, whole: GoNode): boolean {
  if (op.kind !== "unary_expression" || statementAtHead(op) !== statement) return false;
  let earlier = false;
  whole.walk((n) => {
    if (n.kind === "func_literal" || n === op || n.start >= op.start) return false;
    if (n.end <= op.start && n.named && n.is("call_expression", "unary_expression") && hasCalls(pkg, n)) earlier = true;
    return undefined;
  });
  return !earlier;
}

function nameFor({ pkg, op }: Place): string {
  const type = underlying(pkg, pkg.typeOf(unparen(op.child("operand") ?? op)));
  return type.kind === "chan" && isNamed(type.elem, "error") ? "err" : "value";
}

function elementType({ pkg, op, statement }: Place) {
  const type = underlying(pkg, pkg.typeOf(unparen(op.child("operand") ?? op)));
  return type.kind === "chan" ? writtenType(pkg, type.elem, statement) : null;
}

/** An unlabelled break in it leaves a statement around it: in a select it would leave that. */
function breaksOut(statement: GoNode): boolean {
  return statement.find("break_statement").some((b) => {
    const target = targetOf(b);
    return b.items.length === 0 && (!target || !statement.contains(target));
  });
}
