import {
  caseOfNewTicker,
  defineRule,
  durationOf,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  insertBefore,
  type Leak,
  leaks,
  loopsAround,
  member,
  orderDoubt,
  type PackageModel,
  qualifier,
  type Resource,
  reachOf,
  replace,
  sameOnEachTurn,
  statementAtHead,
  statementOf,
  textOf,
} from "../../rule/index.ts";

/** What Tick gives is the channel alone: nothing releases it. */
const TICK: Resource = {
  id: "time-tick",
  acquire: [{ symbol: "time.Tick", result: 0 }],
  release: [],
  harmlessTwice: true,
  inMain: false,
  text: "",
  name: "ticker",
  type: { path: "time", name: "Ticker", pointer: true },
  words: { verb: "Stop", done: "stopped", doing: "stopping", dropped: "" },
};

/**
 * `time.Tick` in a function that returns, or in a loop.
 *
 *     for range time.Tick(time.Second) {       ticker := time.NewTicker(time.Second)
 *         if done() {                          defer ticker.Stop()
 *             return                     =>    for range ticker.C {
 *         }                                        if done() {
 *     }                                                return
 *                                                  }
 *                                              }
 *
 * Safe when the duration is a positive constant; of any other Tick gives nil, and NewTicker panics.
 */
export default defineRule({
  id: "time-tick",
  family: "timers",
  title: "time.Tick in a function that returns",
  why: "Before Go 1.23 nothing can stop or collect the ticker behind time.Tick: it fires for ever, also after the function has returned.",
  fixSafety:
    "Safe when the duration is a positive constant. Unsafe otherwise, because time.Tick gives nil for a duration that is not positive where time.NewTicker panics. Unsafe in a loop, where one ticker instead of one per turn changes when it fires.",
  silent:
    "From Go 1.23 on; in main.main, init, tests, and functions that never return; where the channel is returned, stored or passed on; in a select in a loop, where ticker-in-select-case speaks.",
  sources: ["https://pkg.go.dev/time#Tick", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["Tick"],
  imports: ["time"],
  go: { below: "1.23" },
  *check(pkg) {
    for (const tick of leaks(pkg, TICK)) {
      const { func, call, inLoop } = tick;
      if (func.file.test) continue; // the process ends with the tests
      if (func.name === "init" && !func.receiver) continue; // runs once
      if (tick.handedOver) continue; // meant to outlive the call
      if (caseOfNewTicker(pkg, call)) continue; // ticker-in-select-case tells it better
      const duration = durationOf(pkg, call);
      if (duration !== null && duration <= 0) continue; // it gives nil: there is no ticker
      if (inLoop) {
        const fixes = [beforeTheLoop(pkg, tick), afterInstead(pkg, tick)];
        yield finding(this, call, "time.Tick starts another ticker on every turn of the loop", fixes);
      } else {
        yield finding(this, call, "time.Tick starts a ticker that outlives the function", [stopOnReturn(pkg, tick)], {
          related: exitOf(tick),
        });
      }
    }
  },
});

function exitOf(tick: Leak) {
  const { witness } = tick;
  if (witness?.exit !== "return") return [];
  return [{ at: witness.at, message: "returns here, and the ticker goes on" }];
}

function stopOnReturn(pkg: PackageModel, { call }: Leak): Fix | null {
  const statement = statementAtHead(call);
  const ticker = statement && tickerFor(pkg, call, statement);
  if (!ticker) return null;
  const doubt = durationDoubt(pkg, call) ?? orderDoubt(pkg, call, statement);
  return fix({
    title: "Use a ticker and stop it when the function returns",
    ...(doubt === null ? { applicability: "safe" } : { applicability: "unsafe", because: doubt }),
    edits: [insertBefore(statement, ticker.make), replace(call, `${ticker.name}.C`)],
    assumes: [reachOf(statement)],
  });
}

/** One ticker for all turns, made before the outermost loop. */
function beforeTheLoop(pkg: PackageModel, { call }: Leak): Fix | null {
  const loop = loopsAround(call).at(-1);
  const statement = loop && statementOf(loop);
  const ticker = statement && tickerFor(pkg, call, statement);
  if (!ticker || !sameOnEachTurn(pkg, call, loop, statement)) return null;
  return fix({
    title: "Make one ticker before the loop and stop it when the function returns",
    applicability: "unsafe",
    because:
      durationDoubt(pkg, call) ?? "one ticker fires at even intervals, however long a turn takes; a new one counts from the turn's begin",
    edits: [insertBefore(statement, ticker.make), replace(call, `${ticker.name}.C`)],
    assumes: [reachOf(statement)],
  });
}

/** `<-time.Tick(d)` waits once: so does `<-time.After(d)`, and leaves nothing behind. */
function afterInstead(pkg: PackageModel, { call, holder }: Leak): Fix | null {
  const callee = call.child("function");
  const time = qualifier(pkg, call, "time", "After");
  const value = durationOf(pkg, call);
  if (holder || !callee || !time || call.parent?.kind !== "unary_expression") return null;
  return fix({
    title: "Wait with time.After, which ends by itself",
    applicability: "unsafe",
    because:
      value === null
        ? "time.After fires at once for a duration that is not positive, where the nil channel of time.Tick blocks for ever"
        : "it still starts a timer on every turn",
    edits: [replace(callee, member(time, "After"))],
  });
}

function tickerFor(pkg: PackageModel, call: GoNode, statement: GoNode) {
  const time = qualifier(pkg, statement, "time", "NewTicker");
  const list = call.child("arguments");
  if (!time || !list) return null;
  const name = freshName(pkg, "ticker", statement);
  return { name, make: [`${name} := ${member(time, "NewTicker")}${textOf(list)}`, `defer ${name}.Stop()`] };
}

function durationDoubt(pkg: PackageModel, call: GoNode): string | null {
  return durationOf(pkg, call) !== null ? null : "time.NewTicker panics when the duration is not positive, where time.Tick gives nil";
}
