import {
  addCase,
  type ContextInScope,
  contextInScope,
  defineRule,
  doneChannelsInScope,
  type Edits,
  type Fix,
  type FuncModel,
  finding,
  firstOnLine,
  fix,
  freshName,
  type GoNode,
  giveUp,
  hasStatements,
  indentOf,
  isNamed,
  member,
  outermost,
  ownerOf,
  type PackageModel,
  qualifier,
  reachOf,
  remove,
  replace,
  startOf,
  statementOf,
  statementsOf,
  stoppedTicker,
  type TickerLoop,
  textOf,
  tickerLoopOf,
  wrapBody,
} from "../../rule/index.ts";

/**
 * A loop that waits on a ticker alone, and that nothing ends.
 *
 *     go func() {                              go func() {
 *         for range ticker.C {                     for {
 *             work()                     =>            select {
 *         }                                            case <-ticker.C:
 *     }()                                                  work()
 *                                                      case <-ctx.Done():
 *                                                          return
 *                                                      }
 *                                                  }
 *                                              }()
 */
export default defineRule({
  id: "ticker-loop-never-ends",
  family: "timers",
  title: "A loop on a ticker has no way out",
  why: "Stop does not close a ticker's channel: a goroutine that waits for the next tick alone waits for ever, in every Go version, and keeps all that it refers to.",
  fixSafety:
    "Always unsafe: the loop ends where it used to go on. Only a person can tell whether what it does is over when the context is.",
  silent:
    "A return, a break, a panic or an exit leads out of the loop; the loop waits on something else, too. Pedantic where no context is in scope, where the loop looks at one (a receive from Done, a call of Err), and in main and init; without a context only what is seen to run in a goroutine is told.",
  sources: ["https://pkg.go.dev/time#Ticker.Stop", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["for ", ".C\b"],
    ["for ", "Tick("],
  ],
  imports: ["time"],
  mayHold: hasStatements,
  *check(pkg) {
    for (const node of pkg.nodes("for_statement")) {
      const ticking = tickerLoopOf(pkg, node);
      if (!ticking) continue; // it ends, or waits on something else
      const end = endInScope(pkg, node);
      const heeded = end?.context != null && looksAtContext(pkg, node);
      const needless = heeded || isProgram(ticking.func); // nobody waits for it, and it ends with the program
      const start = startOf(pkg, node, ticking.func);
      if (!start && (!end?.context || heeded)) continue; // the program's own loop, as far as one sees
      const name = textOf(ticking.channel);
      yield finding(
        this,
        node.children[0] ?? node,
        end?.context && !heeded ? `this loop goes on with ${name} when ${end.context.text} is done` : `this loop on ${name} never ends`,
        () => [end ? endedBy(pkg, ticking, end) : null],
        {
          related: [
            ...(end?.node ? [{ at: end.node, message: `${end.name} comes from here` }] : []),
            ...(start ? [{ at: start.children[0] ?? start, message: "the goroutine is started here" }] : []),
          ],
          tier: end?.context && !needless ? undefined : "pedantic", // nothing tells it to end
        },
      );
    }
  },
});

/** The loop, or what starts it, stands in main.main or in an init. */
function isProgram(func: FuncModel): boolean {
  const root = outermost(func);
  return !root.receiver && (root.name === "init" || (root.name === "main" && root.pkg.name === "main"));
}

/** What could tell the loop to end: a context, else a done channel. */
interface End {
  readonly wait: string;
  readonly name: string;
  readonly node: GoNode | null;
  readonly context: ContextInScope | null;
}

function endInScope(pkg: PackageModel, loop: GoNode): End | null {
  const context = contextInScope(pkg, loop);
  if (context) return { wait: `${context.text}.Done()`, name: context.text, node: context.binding.node, context };
  const done = doneChannelsInScope(pkg, loop)[0];
  return done ? { wait: done.text, name: done.text, node: done.binding.node, context: null } : null;
}

/** A receive from Done, or a question for Err: passing the context on is no use of it. */
function looksAtContext(pkg: PackageModel, loop: GoNode): boolean {
  return loop.find("call_expression").some((call) => {
    const callee = call.child("function");
    const operand = callee?.kind === "selector_expression" ? callee.child("operand") : null;
    const asks = callee?.child("field")?.text === "Err" || callee?.child("field")?.text === "Done";
    return asks && operand != null && isNamed(pkg.typeOf(operand), "context.Context");
  });
}

function endedBy(pkg: PackageModel, ticking: TickerLoop, end: End): Fix | null {
  const { func, loop } = ticking;
  const leave = giveUp(pkg, func, loop, end.context ? `${end.context.text}.Err()` : null);
  const source = stoppedTicker(pkg, ticking.channel, func, ticking.form === "range");
  if (!source || (!leave && !end.context)) return null;
  const because = !leave
    ? "what this function returns when it gives up cannot be told from here"
    : end.context?.via === "field"
      ? `whether ${end.name} covers this loop is known to the type's author only`
      : end.context
        ? `the loop ends when ${end.name} is done, where it used to go on`
        : `the loop ends when ${end.name} is closed, where it used to go on`;
  return fix({
    title: `End the loop when ${end.name} is ${end.context ? "done" : "closed"}`,
    applicability: leave && end.context?.via !== "field" ? "unsafe" : "display",
    because,
    edits: [
      ...source.edits,
      ...waitAlso(pkg, ticking, source.channel, end, leave ?? ["return // with what says that the work was given up"]),
    ],
    assumes: [func.node.child("result"), reachOf(loop)],
  });
}

/** The loop's wait turned into a select that has a case for the end. */
function waitAlso(pkg: PackageModel, ticking: TickerLoop, channel: string, end: End, leave: readonly string[]): Edits[] {
  const { form, wait } = ticking;
  if (form === "select") return [addCase(wait, `<-${end.wait}`, leave)];
  if (form === "range") return rangeToSelect(pkg, ticking, channel, `case <-${end.wait}:`, leave);
  return [receiveToSelect(pkg, wait, channel, [`case <-${end.wait}:`, ...leave.map((l) => `\t${l}`), "}"])];
}

/**
 * `for now := range t.C {` to `for { select { case now := <-t.C:`. What follows the loop was reached when the channel was closed, as far as
 * the compiler knew: a return there goes, other code is left the loop for.
 */
function rangeToSelect(pkg: PackageModel, ticking: TickerLoop, channel: string, done: string, leave: readonly string[]): Edits[] {
  const { loop, wait } = ticking;
  const statement = statementOf(loop);
  const owner = statement && ownerOf(statement);
  const body = loop.child("body");
  const keyword = loop.children[0];
  if (!statement || !owner || !body || !keyword || loop.find("comment").some((c) => c.start < body.start)) return [null];
  const rest = statementsOf(owner).filter((s) => s.start > statement.start);
  const lastReturn = rest.length === 1 && rest[0]?.kind === "return_statement" ? rest[0] : null;
  const goesOn = rest.length > 0 && !lastReturn;
  const label = labelFor(pkg, ticking, statement, goesOn);
  if (!label) return [null];
  const left = wait.child("left");
  const operator = wait.children.find((c) => c.is(":=", "="))?.kind ?? "";
  const target = !left || left.text === "_" ? "" : `${textOf(left)} ${operator} `;
  const end = goesOn ? [`break ${label.name}`] : leave;
  return [
    [{ at: { path: loop.source.path, start: keyword.end, end: body.start }, text: " " }],
    wrapBody(statement, body, ["select {", `case ${target}<-${channel}:`], [done, ...end.map((l) => `\t${l}`), "}"]),
    ...label.edits,
    ...(lastReturn ? [remove(lastReturn)] : []),
  ];
}

/** A break would leave the select alone: it names the loop from now on. null where no label can stand. */
function labelFor(pkg: PackageModel, { loop, func, breaks }: TickerLoop, statement: GoNode, needed: boolean) {
  const own = loop.parent?.kind === "labeled_statement" ? loop.parent.child("label")?.text : undefined;
  if (breaks.length === 0 && !needed) return { name: "", edits: [] };
  const taken = func.node.find("labeled_statement").map((l) => l.child("label")?.text ?? "");
  const name = own ?? freshName(pkg, "loop", statement, null, taken);
  if (!own && !firstOnLine(statement)) return null;
  const { path, start } = { path: loop.source.path, start: loop.start };
  const naming: Edits = own ? [] : [{ at: { path, start, end: start }, text: `${name}:\n${indentOf(statement)}` }];
  return { name, edits: [naming, ...breaks.map((b) => replace(b, `break ${name}`))] };
}

/** `now := <-t.C` to a select that assigns. */
function receiveToSelect(pkg: PackageModel, wait: GoNode, channel: string, done: readonly string[]): Edits {
  const left = wait.child("left");
  const names = left?.items ?? [];
  const declares = wait.kind === "short_var_declaration" && names.some((n) => n.text !== "_");
  if (names.length > 1) return null;
  const time = declares ? qualifier(pkg, wait, "time", "Time") : null;
  if (declares && !time) return null;
  const target = !left || left.text === "_" ? "" : `${textOf(left)} = `;
  const declared = time ? [`var ${names[0]?.text} ${member(time, "Time")}`] : [];
  return replace(wait, [...declared, "select {", `case ${target}<-${channel}:`, ...done].join(`\n${indentOf(wait)}`));
}
