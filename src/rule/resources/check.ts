/** What the resource rules share: which leaks are certain, who speaks of them, and the fixes. */

import { type GoNode, unparen } from "../../go/node.ts";
import type { Binding, PackageModel } from "../../model/model.ts";
import { fix } from "../build.ts";
import { insertAfter, insertFirst, statementOf, statementsOf, trailingComment } from "../edits.ts";
import { freshName } from "../names.ts";
import { terminates } from "../obligation/exits.ts";
import { type Leak, leaks, type MendOptions, mend, type Resource, releaseText, subjectOf } from "../obligation.ts";
import { perPackage } from "../per-package.ts";
import type { Fix } from "../rule.ts";
import { successFails } from "./wanted.ts";

/** The leaks of the resource that its own rule should tell: certain ones that close-too-late does not tell better. */
export function* ownLeaks(pkg: PackageModel, row: Resource): Iterable<Leak> {
  for (const leak of certainLeaks(pkg, row)) if (!lateDefer(leak)) yield leak;
}

export const certainLeaks: (pkg: PackageModel, row: Resource) => readonly Leak[] = perPackage((pkg, row: Resource) =>
  [...leaks(pkg, row)].filter((leak) => {
    if (errorElsewhere(leak)) return false; // nothing tells when it was acquired
    if (maybeFailed(leak)) return false;
    return !(judgedElsewhere(leak) || closedByDescriptor(leak) || expectsFailure(leak) || successFails(leak));
  }),
);

/**
 * `retry, err := shouldRetry(err)` before any check: what comes out of that is not followed, so a path may be one on which the acquisition
 * failed.
 */
function judgedElsewhere({ call, error }: Leak): boolean {
  const first = error?.uses.find((u) => u.node.start > call.end && u.how !== "write");
  if (!first || first.captured) return false;
  for (let n: GoNode | null = first.node; n && n.kind !== "statement_list"; n = n.parent) {
    if (n.kind === "func_literal" || (n.kind === "expression_list" && n.field === "left")) return false;
    if (n.kind === "argument_list")
      return n.closest("short_var_declaration", "assignment_statement", "var_declaration", "block")?.kind !== "block";
  }
  return false;
}

/** `if err == nil { t.Fatal("no error") }`, `if err == nil || ... { t.Error(...) }` in a test: it wants the call to fail. */
function expectsFailure({ pkg, witness, error, call }: Leak): boolean {
  const statement = statementOf(call);
  const siblings = statement?.parent?.items ?? [];
  const next = statement ? siblings[siblings.indexOf(statement) + 1] : undefined;
  const asserted = next?.kind === "expression_statement" ? next.items[0] : undefined;
  if (asserted?.kind === "call_expression" && /^(Error|EqError|NotNil)/.test(asserted.child("function")?.child("field")?.text ?? "")) {
    // `require.Error(t, err)`
    const subject = asserted.child("arguments")?.items[1];
    if (error && subject?.kind === "identifier" && pkg.binding(subject) === error) return true;
  }
  if (next?.kind === "if_statement" && error && pkg.fileOf(call).test && comparesEqual(pkg, next.child("condition"), error)) return true;
  const last = witness?.exit === "goexit" ? witness.steps.at(-2) : undefined;
  if (!last || !error || last.node.kind !== "binary_expression") return false;
  if (last.taken !== (last.node.child("operator")?.kind === "==")) return false; // an error of another call
  return last.node.items.some((n) => n.kind === "nil") && last.node.items.some((n) => n.kind === "identifier" && pkg.binding(n) === error);
}

/** `err == nil`, alone or first in a chain of `||`. */
function comparesEqual(pkg: PackageModel, condition: GoNode | null, error: Binding): boolean {
  let n = condition && unparen(condition);
  while (n?.kind === "binary_expression" && n.child("operator")?.kind === "||") n = n.child("left") && unparen(n.child("left") as GoNode);
  if (n?.kind !== "binary_expression" || n.child("operator")?.kind !== "==") return false;
  return n.items.some((o) => o.kind === "nil") && n.items.some((o) => o.kind === "identifier" && pkg.binding(o) === error);
}

/** `syscall.Close(int(f.Fd()))` */
function closedByDescriptor({ holder }: Leak): boolean {
  return (
    holder?.uses.some((u) => {
      if (u.node.parent?.kind !== "selector_expression" || u.node.parent.child("field")?.text !== "Fd") return false;
      for (let n: GoNode | null = u.node.parent; n?.kind !== "statement_list" && n; n = n.parent)
        if (n.kind === "call_expression" && /close/i.test(n.child("function")?.text ?? "")) return true;
      return false;
    }) ?? false
  );
}

/** The error goes into something that is no local: what a check of it means cannot be told. */
function errorElsewhere({ acquire, slot, error }: Leak): boolean {
  if (acquire.error === undefined || slot === null || error !== null) return false;
  const left = slot.parent?.kind === "var_spec" ? slot.parent.childrenOf("name").filter((c) => c.named) : (slot.parent?.items ?? []);
  return left.length > 1 && left[acquire.error]?.text !== "_";
}

/** On the way a function was asked about the error, and said yes: `if isNotFound(err)`. Then there may be nothing to release. */
function maybeFailed({ pkg, witness, error }: Leak): boolean {
  if (!witness || !error) return false;
  const told = (n: GoNode): boolean => n.kind === "identifier" && pkg.binding(n) === error;
  return witness.steps.some(
    ({ node, taken }) =>
      (taken === true && node.kind === "call_expression" && node.find("identifier").some(told)) ||
      (taken === null && node.is("expression_case", "type_case") && switchedOn(node, told)),
  );
}

function switchedOn(clause: GoNode, told: (n: GoNode) => boolean): boolean {
  const value = clause.parent?.child("value");
  return value ? value.find("identifier").some(told) : false;
}

// ---------------------------------------------------------------- a defer that comes too late

/** The deferred release behind an early return, where moving it up would mend the leak; null when there is none. */
export function lateDefer(leak: Leak): GoNode | null {
  if (leak.kind !== "path" || !leak.holder || leak.inLoop) return null;
  const statement = statementOf(leak.call);
  if (!statement) return null;
  const siblings = statement.parent?.items ?? [];
  for (const released of leak.events.released) {
    const at = released.kind === "defer_statement" ? released : released.closest("defer_statement");
    if (at && at.start > statement.end && siblings.includes(at)) return at;
  }
  return null;
}

// ---------------------------------------------------------------- fixes

/** The fixes of the engine, and those for an acquisition in the header of an `if`. */
export function mendResource(leak: Leak, options?: MendOptions): (Fix | null)[] {
  return [...mend(leak, options), inHeader(leak), discarded(leak)].filter((f) => f !== null).map((f) => reworded(leak, f));
}

/** `if f, err := os.Open(p); err == nil {`, and the same with `!=` and an else: the release is deferred first in the branch that has it. */
function inHeader(leak: Leak): Fix | null {
  const { holder, slot, error, call, row, acquire, inLoop, handedOver } = leak;
  const statement = statementOf(call);
  if (
    !slot ||
    !error ||
    (inLoop && holder) ||
    handedOver ||
    statement?.kind !== "if_statement" ||
    !statement.child("initializer")?.contains(call)
  )
    return null;
  const condition = statement.child("condition")?.text;
  const then = statement.child("consequence");
  const otherwise = statement.child("alternative");
  if (!then) return null;
  if (slot.closest("short_var_declaration") === null) {
    // `if conn, err = dial(); err != nil { return err }`: the name lives on below
    if (!holder || otherwise || condition !== `${error.name} != nil` || !isErrorBlock(leak.pkg, then)) return null;
    return fix({
      title: `${row.words.verb} ${subjectOf(row, holder.name)} when the function returns`,
      applicability: "safe",
      edits: [insertAfter(statement, `defer ${releaseText(row, acquire, holder.name)}`)],
      assumes: [statement],
    });
  }
  const name = holder?.name ?? freshName(leak.pkg, acquire.name ?? row.name, statement, statement);
  const renamed = holder ? [] : [{ at: { path: slot.source.path, start: slot.start, end: slot.end }, text: name }];
  const text = releaseText(row, acquire, name);
  const parts = {
    title: `${row.words.verb} ${subjectOf(row, name)} ${holder ? "when the function returns" : "at once"}`,
    applicability: "safe",
    assumes: [statement],
  } as const;
  const line = holder ? `defer ${text}` : text; // nobody uses what had no name
  if (condition === `${error.name} == nil`) return fix({ ...parts, edits: [renamed, insertFirst(then, line)] });
  if (condition !== `${error.name} != nil`) return null;
  if (otherwise?.kind === "block") return fix({ ...parts, edits: [renamed, insertFirst(otherwise, line)] });
  if (otherwise || holder) return null;
  const end = statement.end;
  const close = [
    {
      at: { path: statement.source.path, start: end, end },
      text: ` else {\n${indentOfLine(statement)}\t${text}\n${indentOfLine(statement)}}`,
    },
  ];
  return fix({ ...parts, edits: [renamed, close] });
}

/** `http.Get(url)` as a statement: its results get names, and what it gave is released at once. */
function discarded(leak: Leak): Fix | null {
  const { pkg, call, row, acquire, slot, inLoop } = leak;
  const statement = statementOf(call);
  if (
    slot ||
    acquire.error !== 1 ||
    acquire.result !== 0 ||
    statement?.kind !== "expression_statement" ||
    unparen(statement.items[0] ?? statement) !== call
  )
    return null;
  const { path } = call.source;
  const name = freshName(pkg, acquire.name ?? row.name, statement, statement);
  const error = freshName(pkg, "err", statement, statement, [name]);
  const indent = indentOfLine(statement);
  const text = releaseText(row, acquire, name);
  const comment = trailingComment(statement); // behind the closing brace it would speak of nothing
  const above = comment ? `${comment.text.trimEnd()}\n${indent}` : "";
  const end = comment ? comment.start + comment.text.trimEnd().length : statement.end;
  return fix({
    title: `${row.words.verb} ${subjectOf(row, name)} at once${inLoop ? " in each turn" : ""}`,
    applicability: "safe",
    edits: [
      [
        { at: { path, start: statement.start, end: statement.start }, text: `${above}if ${name}, ${error} := ` },
        { at: { path, start: statement.end, end }, text: `; ${error} == nil {\n${indent}\t${text}\n${indent}}` },
      ],
    ],
    assumes: [statement],
  });
}

function indentOfLine(node: GoNode): string {
  const { text } = node.source;
  const start = text.lastIndexOf("\n", node.start - 1) + 1;
  return /^[\t ]*/.exec(text.slice(start, node.start))?.[0] ?? "";
}

/** A transaction is rolled back, whatever the words of the row say elsewhere. */
function reworded({ row }: Leak, f: Fix): Fix {
  return row.words.verb === "Roll" ? { ...f, title: f.title.replace(/^Roll (\S+)/, "Roll $1 back") } : f;
}

/** Is the statement the check that an acquisition failed: `if err != nil { ...; return }`? */
export function isErrorCheck(pkg: PackageModel, statement: GoNode | undefined, error: Binding): boolean {
  if (statement?.kind !== "if_statement" || statement.child("condition")?.text !== `${error.name} != nil` || statement.child("initializer"))
    return false;
  const block = statement.child("consequence");
  return block !== null && isErrorBlock(pkg, block);
}

/** The block is left at its end: by a return, a jump, a panic, or a call that does not come back. */
function isErrorBlock(pkg: PackageModel, block: GoNode): boolean {
  const last = statementsOf(block).at(-1);
  const call = last?.kind === "expression_statement" ? last.items[0] : null;
  return terminates(block) || (call?.kind === "call_expression" && pkg.noReturn(call) !== null);
}
