import {
  type ContextInScope,
  constantOf,
  contextInScope,
  defineRule,
  doneChannelsInScope,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  indentOf,
  insertAfter,
  type Leak,
  leaks,
  member,
  mend,
  messageOf,
  type PackageModel,
  qualifier,
  type Resource,
  reachOf,
  reindent,
  replace,
  since,
  statementOf,
  textOf,
  unlabelled,
  unparen,
  witnessOf,
} from "../../rule/index.ts";

const AFTER_FUNC: Resource = {
  id: "afterfunc-not-stopped",
  acquire: [{ symbol: "time.AfterFunc", result: 0 }],
  release: ["Stop"],
  harmlessTwice: true,
  inMain: false,
  text: "{}.Stop()",
  name: "timer",
  type: { path: "time", name: "Timer", pointer: true },
  words: { verb: "Stop", done: "stopped", doing: "stopping", dropped: "what time.AfterFunc returns is dropped, so nothing can stop it" },
};

/**
 * A timer of `time.AfterFunc` that is not stopped on some path, most of all one that is dropped.
 *
 *     time.AfterFunc(d, func() {               timer := time.NewTimer(d)
 *         log.Print("still busy")              go func() {
 *     })                                           defer timer.Stop()
 *                                                  select {
 *                                        =>        case <-timer.C:
 *                                                      log.Print("still busy")
 *                                                  case <-ctx.Done():
 *                                                  }
 *                                              }()
 *
 * Never safe: a timer that is meant to outlive the call looks the same.
 */
export default defineRule({
  id: "afterfunc-not-stopped",
  family: "timers",
  title: "time.AfterFunc that nothing stops",
  why: "In every Go version a pending AfterFunc keeps its closure alive and fires, however long ago the work that asked for it was given up.",
  fixSafety:
    "Always unsafe: whether the function should still run when the caller has left, or its context is done, only a person can tell.",
  silent:
    "The timer is stopped on every path, or returned, stored, or passed on; the path ends in main.main, a panic or an exit; the function never returns; it fires at once, does nothing, or its end is waited for with a WaitGroup; its function first asks a context whether it is done, and returns then. Pedantic where no context or done channel is in scope and no loop is around, in tests, and and where it is dropped and its function is a named one, or only closes, cancels or stops something.",
  sources: ["https://pkg.go.dev/time#AfterFunc", "https://pkg.go.dev/context#AfterFunc"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["AfterFunc"],
  imports: ["time"],
  *check(pkg) {
    for (const leak of leaks(pkg, AFTER_FUNC)) {
      if (runsOut(pkg, leak) || asksFirst(pkg, leak)) continue;
      const end = endInScope(pkg, leak.call);
      const tier = (end || leak.inLoop) && isTooLate(pkg, leak) ? undefined : "pedantic"; // nothing tells when it should end, or a late run does no harm
      const fixes = () => [
        end ? inGoroutine(pkg, leak, end) : null,
        end?.context ? stopWithContext(pkg, leak, end.context) : null,
        ...(leak.inLoop ? [] : mend(leak, { doubt: "what was to run after this function has returned will not run any more" })),
      ];
      yield finding(this, leak.call, messageOf(leak), fixes, { related: witnessOf(leak), tier });
    }
  },
});

const ENDS = ["close", "cancel", "stop", "kill", "release", "remove"];

/**
 * Does it matter that the function still runs: the timer is stopped elsewhere, or the literal does more than to end what may have ended already? A
 * function of another name may be meant to run a little later; a test's runs with the test.
 */
function isTooLate(pkg: PackageModel, leak: Leak): boolean {
  if (pkg.fileOf(leak.call).test) return false;
  if (leak.kind !== "dropped") return true;
  const given = leak.call.child("arguments")?.items[1];
  const run = given && unparen(given);
  if (run?.kind !== "func_literal") return false;
  const calls = run.find("call_expression").map((c) => unparen(c.child("function") ?? c));
  const names = calls.map((c) => (c.child("field")?.text ?? c.text).toLowerCase());
  return names.length === 0 || !names.every((name) => ENDS.some((end) => name.includes(end)));
}

/** Nothing is left to stop: the timer fires at once, its function is empty, or a WaitGroup's Wait behind the call comes back only when it has run. */
function runsOut(pkg: PackageModel, leak: Leak): boolean {
  const [duration, given] = leak.call.child("arguments")?.items ?? [];
  if (!duration || !given) return false;
  const constant = constantOf(pkg, duration);
  if ((typeof constant === "number" || typeof constant === "bigint") && constant <= 0) return true;
  const run = unparen(given);
  const body = run.kind === "func_literal" ? run.child("body") : null;
  if (body && body.items.length === 0) return true;
  const groups = body ? body.find("call_expression").flatMap((c) => groupOf(c.child("function"), "Done")) : groupOf(run, "Done");
  if (groups.length === 0) return false;
  const waits = leak.func.node.find("call_expression").filter((c) => groupOf(c.child("function"), "Wait").some((g) => groups.includes(g)));
  return waits.some((w) => !run.contains(w) && pkg.flow(leak.func).reaches(leak.call, w));
}

/** The function returns at once when a context is done: `if ctx.Err() != nil { return }` or a select with `case <-ctx.Done(): return` comes first. */
function asksFirst(pkg: PackageModel, leak: Leak): boolean {
  const given = leak.call.child("arguments")?.items[1];
  const run = given && unparen(given);
  const statements = run?.kind === "func_literal" ? run.child("body")?.items[0] : null;
  const first = statements?.kind === "statement_list" ? statements.items[0] : statements;
  if (first?.kind === "select_statement") return first.items.some((c) => asks(pkg, c.child("communication"), "Done") && endsInReturn(c));
  if (first?.kind !== "if_statement" || first.child("initializer") || !asks(pkg, first.child("condition"), "Err")) return false;
  const block = first.child("consequence");
  return first.child("condition")?.child("operator")?.kind === "!=" && block !== null && endsInReturn(block);
}

function asks(pkg: PackageModel, node: GoNode | null, method: "Done" | "Err"): boolean {
  const calls = node?.find("call_expression") ?? [];
  return calls.length === 1 && calls.every((c) => pkg.symbol(unparen(c.child("function") ?? c)) === `context.Context.${method}`);
}

function endsInReturn(node: GoNode): boolean {
  const last = node.items.at(-1);
  return last?.kind === "statement_list" ? endsInReturn(last) : last?.kind === "return_statement";
}

/** The text before `.Done` or `.Wait`, when that is what the expression names. */
function groupOf(expression: GoNode | null, method: string): string[] {
  if (expression?.kind !== "selector_expression" || expression.child("field")?.text !== method) return [];
  const group = expression.child("operand");
  return group ? [group.text] : [];
}

/** What tells that the work is over: a context, or a done channel. `display`: whether it covers this call only the author knows. */
interface End {
  readonly wait: string;
  readonly name: string;
  /** "ctx is done", "stop is closed". */
  readonly over: string;
  readonly context: ContextInScope | null;
  readonly display: boolean;
}

function endInScope(pkg: PackageModel, call: GoNode): End | null {
  const context = contextInScope(pkg, call);
  // A channel that the function itself closes does not tell it to stop.
  const done = doneChannelsInScope(pkg, call).find((d) => !d.binding.uses.some((u) => u.how === "close" && call.contains(u.node)));
  if (context && (context.via !== "field" || !done)) {
    return {
      wait: `${context.text}.Done()`,
      name: context.text,
      over: `${context.text} is done`,
      context,
      display: context.via === "field",
    };
  }
  return done ? { wait: done.text, name: done.text, over: `${done.text} is closed`, context: null, display: false } : null;
}

/** A goroutine that waits for the timer and for the end. Only where nobody uses the handle. */
function inGoroutine(pkg: PackageModel, leak: Leak, end: End): Fix | null {
  const statement = statementOf(leak.call);
  const [duration, run] = leak.call.child("arguments")?.items ?? [];
  const time = qualifier(pkg, leak.call, "time", "NewTimer");
  if (!statement || leak.holder || !duration || !run || !time || !standsAlone(leak, statement)) return null;
  if (changesLater(pkg, leak, end)) return null; // the goroutine would read it meanwhile
  const indent = indentOf(statement);
  const body = bodyOf(run, `${indent}\t\t`);
  if (body === null) return null;
  const timer = freshName(pkg, AFTER_FUNC.name, statement);
  const text = [
    `${timer} := ${member(time, "NewTimer")}(${textOf(duration)})`,
    `${indent}go func() {`,
    `${indent}\tdefer ${timer}.Stop()`,
    `${indent}\tselect {`,
    `${indent}\tcase <-${timer}.C:`,
    ...body,
    `${indent}\tcase <-${end.wait}:`,
    `${indent}\t}`,
    `${indent}}()`,
  ].join("\n");
  return fix({
    title: `Wait in a goroutine that ends with ${end.name}`,
    applicability: end.display ? "display" : "unsafe",
    because: `it will not run any more once ${end.over}, and a goroutine waits until then`,
    edits: [replace(unlabelled(statement) ?? statement, text)],
    assumes: [reachOf(statement)],
  });
}

/** True when the context's variable is given another value after the call. */
function changesLater(pkg: PackageModel, leak: Leak, { context }: End): boolean {
  const writes = context?.binding.uses.filter((u) => u.how === "write" && u.func === leak.func) ?? [];
  return writes.some((w) => pkg.flow(leak.func).reaches(leak.call, w.node));
}

/** The call is the whole statement: `time.AfterFunc(...)` or `_ = time.AfterFunc(...)`. */
function standsAlone(leak: Leak, statement: GoNode): boolean {
  const plain = unlabelled(statement);
  if (leak.slot) return plain?.kind === "assignment_statement" && plain.child("left")?.items.length === 1;
  return plain?.kind === "expression_statement" && unparen(plain.items[0] ?? plain) === leak.call;
}

/** The lines, indented, that do what the function does: a literal's own statements, else a call. */
function bodyOf(run: GoNode, indent: string): string[] | null {
  const f = unparen(run);
  if (f.is("identifier", "selector_expression") && f.find("call_expression").length === 0) return [`${indent}${f.text}()`];
  const block = f.kind === "func_literal" ? f.child("body") : null;
  if (!block) return null;
  const [first = "", ...rest] = reindent(block, indent.slice(1)).slice(1, -1).split("\n");
  const last = rest.pop() ?? "";
  return [...bare(first, indent), ...rest, ...bare(last, indent)];
}

/** What stands beside a brace, on a line of its own. */
function bare(line: string, indent: string): string[] {
  return line.trim() === "" ? [] : [indent + line.trim()];
}

/** `context.AfterFunc(ctx, func() { timer.Stop() })` behind it. */
function stopWithContext(pkg: PackageModel, leak: Leak, context: ContextInScope): Fix | null {
  const statement = statementOf(leak.call);
  const q = since(pkg, "1.21") ? qualifier(pkg, leak.call, "context", "AfterFunc") : null;
  if (!statement || !q || leak.handedOver) return null;
  const simple = leak.holder
    ? leak.holder.node === leak.slot && leak.events.written.length === 0
    : standsAlone(leak, statement) && !leak.slot;
  if (!simple) return null; // another value may be in the handle by then
  const name = leak.holder?.name ?? freshName(pkg, AFTER_FUNC.name, statement);
  const { path, start } = { path: leak.call.source.path, start: leak.call.start };
  return fix({
    title: `Stop ${name} when ${context.text} is done`,
    applicability: context.via === "field" ? "display" : "unsafe",
    because: `it will not run any more once ${context.text} is done`,
    edits: [
      leak.holder ? [] : [{ at: { path, start, end: start }, text: `${name} := ` }],
      insertAfter(statement, `${member(q, "AfterFunc")}(${context.text}, func() { ${name}.Stop() })`),
    ],
    imports: q.imports,
    assumes: [reachOf(statement)],
  });
}
