import {
  climb,
  defineRule,
  type Edits,
  type Fix,
  finding,
  firstOnLine,
  fix,
  type GoNode,
  indentOf,
  isGuarded,
  ownerOf,
  type PackageModel,
  pathFromEntry,
  rearmsIn,
  remove,
  replace,
  since,
  startWithComments,
  statementOf,
  statementsOf,
  type TimerEvent,
  textOf,
  timerEvents,
  timerOf,
  unlabelled,
  unparen,
} from "../../rule/index.ts";

/**
 * A timer that is drained by a plain receive although its value may have been received before.
 *
 *     if !timer.Stop() {                       timer.Stop()
 *         <-timer.C                      =>
 *     }
 *
 * Below Go 1.23 the receive stays, and gives up where there is nothing:
 *
 *     if !timer.Stop() {                       if !timer.Stop() {
 *         <-timer.C                      =>        select {
 *     }                                            case <-timer.C:
 *                                                  default:
 *                                                  }
 *                                              }
 *
 * Safe: where there is a value it is taken as before, and where there is none the code waited for ever. From 1.23 on there never is one after Stop.
 */
export default defineRule({
  id: "timer-drain-blocks",
  family: "timers",
  title: "A timer is drained of a value that may have been received already",
  why: "Stop gives false for a timer that has expired, also when somebody has received its value since: the receive that is to drain it then waits for ever. From Go 1.23 on there is nothing to drain after Stop.",
  fixSafety:
    "Safe: a value that is there is taken as before, and where none is there the code hung. From Go 1.23 on a timer that was stopped holds no value, so Stop alone does; that is unsafe where a comment stands above or in the drain, which may speak of it.",
  silent:
    "No receive from the timer, and no Stop, comes to the drain without a Reset in between; a flag tells whether it was received; the drain does not block; the timer does not come from time.NewTimer, or is handed to somebody else.",
  sources: ["https://pkg.go.dev/time#Timer.Stop", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [["Stop()", ".C\b", "<-"]],
  imports: ["time"],
  *check(pkg) {
    for (const stop of pkg.calls("time.Timer.Stop")) {
      const drain = drainOf(stop.node, stop.receiver);
      const timer = drain && stop.receiver && timerOf(pkg, stop.receiver);
      if (!drain || !timer) continue; // it does not wait, or is not known to come from NewTimer
      const events = timerEvents(pkg, timer).filter((e) => e.node !== drain.receive);
      const before = emptiedBefore(pkg, stop.node, events, textOf(stop.receiver ?? stop.node));
      if (!before) continue; // what Stop leaves is there
      if (
        isGuarded(
          pkg,
          stop.node,
          events.flatMap((e) => (e.doing === "receive" ? [e.node] : [])),
        )
      )
        continue; // a flag tells
      const how = before.doing === "receive" ? "received" : "stopped or drained";
      yield finding(this, stop.node, `this drain waits for ever when ${timer.text} was ${how} before`, [mended(pkg, stop.node, drain)], {
        related: [
          { at: drain.receive, message: "waits here" },
          ...(before.node === stop.node ? [] : [{ at: before.node, message: `${how} here` }]),
        ],
      });
    }
  },
});

interface Drain {
  readonly if: GoNode;
  /** The block that runs when Stop gave false. */
  readonly branch: GoNode;
  /** `<-t.C`, a statement of its own in that block. */
  readonly receive: GoNode;
  /** Stop is called in the if itself, and nothing else is done there. */
  readonly whole: boolean;
}

/** `if !t.Stop() { <-t.C }`, also with the result in a variable, or with an else. */
function drainOf(call: GoNode, timer: GoNode | null): Drain | null {
  const asked = askedAt(call);
  const receive = asked && timer ? receiveIn(asked.branch, textOf(timer)) : null;
  if (!asked || !receive) return null;
  const conditional =
    asked.if
      .child("condition")
      ?.find("binary_expression")
      .some((b) => b.child("operator")?.kind === "&&") ?? false;
  const alone = statementsOf(asked.branch).length === 1 && !asked.if.child("alternative") && !conditional;
  return { if: asked.if, branch: asked.branch, receive, whole: alone && asked.if.contains(call) };
}

/** The if that asks what Stop gave, and its branch for false. */
function askedAt(call: GoNode): { readonly if: GoNode; readonly branch: GoNode } | null {
  const direct = branchFor(call);
  if (direct) return direct;
  const list = climb(call).parent;
  const statement = list?.kind === "expression_list" && list.items.length === 1 ? list.parent : null;
  const name = statement?.kind === "short_var_declaration" ? statement.child("left")?.items[0] : null;
  const next = statement?.parent?.kind === "if_statement" ? statement.parent : statement && follows(statement);
  const condition = next?.kind === "if_statement" ? next.child("condition") : null;
  const use = name && condition?.find("identifier").find((i) => i.text === name.text);
  return use ? branchFor(use) : null;
}

function follows(statement: GoNode): GoNode | null {
  const siblings = statement.parent?.items ?? [];
  return siblings[siblings.indexOf(statement) + 1] ?? null;
}

/** Of an expression that is a whole condition, but for `!`, `== false` and nil checks beside it: the branch that runs when it is false. */
function branchFor(expression: GoNode): { readonly if: GoNode; readonly branch: GoNode } | null {
  let negated = false;
  let n = climb(expression);
  for (; n.parent && n.parent.kind !== "if_statement"; n = climb(n.parent)) {
    const p: GoNode = n.parent;
    const other = p.items.find((i) => i !== n);
    const operator = p.child("operator")?.kind;
    if (p.kind === "unary_expression" && operator === "!") negated = !negated;
    else if (p.kind === "binary_expression" && operator === "==" && other?.kind === "false") negated = !negated;
    else if (!(p.kind === "binary_expression" && operator === "&&" && negated && other && isNilCheck(other))) return null;
  }
  const statement = n.parent;
  if (!statement || n.field !== "condition") return null;
  const branch = statement.child(negated ? "consequence" : "alternative");
  return branch?.kind === "block" ? { if: statement, branch } : null;
}

function isNilCheck(e: GoNode): boolean {
  return unparen(e).items.some((i) => i.kind === "nil");
}

function receiveIn(branch: GoNode, timer: string): GoNode | null {
  for (const s of statementsOf(branch)) {
    const plain = unlabelled(s);
    const e = plain?.kind === "expression_statement" && plain.items[0] ? unparen(plain.items[0]) : null;
    const value = plain?.kind === "assignment_statement" && plain.child("left")?.text === "_" ? plain.child("right")?.items[0] : e;
    const receive = value && unparen(value);
    if (receive?.kind === "unary_expression" && receive.text.replaceAll(/[\s()]/g, "") === `<-${timer}.C`) return receive;
  }
  return null;
}

/** A receive or a Stop after which the timer may come to this Stop without being set going again. */
function emptiedBefore(pkg: PackageModel, stop: GoNode, events: readonly TimerEvent[], text: string): TimerEvent | null {
  const func = pkg.functionOf(stop);
  if (!func) return null;
  const rearms = rearmsIn(pkg, events);
  const flow = pkg.flow(func);
  const inDefer = (n: GoNode) => n.parent?.kind === "defer_statement";
  const found = events.find((e) => {
    if ((e.doing !== "receive" && e.doing !== "stop") || inDefer(e.node)) return false;
    if (e.func === func) return e.text === text && flow.reaches(e.node, stop, rearms);
    if (e.doing === "stop") return false;
    if (!pathFromEntry(pkg, func, stop, rearms)) return false; // it has just been made, or set going again
    const other = pkg.flow(e.func);
    const unarmed = other.escape(e.node, { stop: rearms, turn: true }) !== null;
    // a literal that the function makes: only when it was made before
    return unarmed && (!func.node.contains(e.func.node) || flow.reaches(e.func.node, stop));
  });
  return found ?? null;
}

function mended(pkg: PackageModel, stop: GoNode, drain: Drain): Fix | null {
  const collected = since(pkg, "1.23");
  const alone = collected && drain.whole ? stopAlone(pkg, stop, drain) : null;
  return fix({
    title: alone ? `Call ${textOf(stop)} alone` : "Drain the timer without waiting",
    ...(alone && hasWords(drain)
      ? { applicability: "unsafe", because: "the comment beside it may speak of the drain that goes" }
      : { applicability: "safe" }),
    edits: alone ?? [nonBlocking(drain.receive)],
    assumes: [drain.if],
  });
}

/** A comment stands above it or in its block; one behind its brace goes with Stop. */
function hasWords({ if: statement, branch }: Drain): boolean {
  const opener = branch.children[0];
  const behind = opener && branch.source.text.indexOf("\n", opener.end);
  return startWithComments(statement) < statement.start || branch.find("comment").some((c) => behind === undefined || c.start > behind);
}

/** The call in the place of the if, whose comments stay behind it, or of the deferred literal that holds nothing else. */
function stopAlone(pkg: PackageModel, stop: GoNode, drain: Drain): Edits[] | null {
  const [opener] = drain.branch.children;
  const closer = drain.branch.children.at(-1);
  const statement = statementOf(drain.receive);
  if (!opener || !closer || !statement || drain.if.find("comment").some((c) => c.start < opener.start)) return null;
  const literal = deferredLiteral(pkg, stop, drain);
  if (literal) return [replace(literal, textOf(stop))];
  if (drain.branch.find("comment").length === 0) return [replace(drain.if, textOf(stop))];
  const { path, text } = drain.if.source;
  const rest = /^[ \t]*\r?\n/.exec(text.slice(closer.end));
  const ownLine = rest !== null && firstOnLine(closer);
  const start = ownLine ? text.lastIndexOf("\n", closer.start) + 1 : closer.start;
  return [
    [{ at: { path, start: drain.if.start, end: opener.end }, text: textOf(stop) }],
    remove(statement),
    [{ at: { path, start, end: ownLine ? closer.end + rest[0].length : closer.end }, text: "" }],
  ];
}

/** The call of `defer func() { if !t.Stop() { <-t.C } }()`, where t is the same now and when the function returns. */
function deferredLiteral(pkg: PackageModel, stop: GoNode, drain: Drain): GoNode | null {
  const body = ownerOf(drain.if);
  const literal = body?.kind === "block" && body.parent?.kind === "func_literal" ? body.parent : null;
  const call = literal?.field === "function" && literal.find("comment").length === 0 ? literal.parent : null;
  const timer = stop.child("function")?.child("operand");
  const binding = timer?.kind === "identifier" ? pkg.binding(timer) : null;
  if (!body || !call || call.parent?.kind !== "defer_statement" || statementsOf(body).length !== 1) return null;
  if (call.child("arguments")?.items.length !== 0 || !binding || body.contains(binding.node ?? body)) return null;
  return binding.uses.some((u) => u.how === "write" || u.how === "address") ? null : call;
}

function nonBlocking(receive: GoNode): Edits {
  const statement = statementOf(receive);
  if (!statement) return null;
  const plain = unlabelled(statement) ?? statement;
  return replace(plain, ["select {", `case ${textOf(receive)}:`, "default:", "}"].join(`\n${indentOf(statement)}`));
}
