import {
  caseOfNewTicker,
  defineRule,
  durationOf,
  endsProcess,
  finding,
  handsOut,
  type Leak,
  leaks,
  mend,
  messageOf,
  type PackageModel,
  type Resource,
  since,
  witnessOf,
} from "../../rule/index.ts";

/** Unlike a timer it never ends by itself: only Stop releases it. */
const TICKER: Resource = {
  id: "ticker-not-stopped",
  acquire: [{ symbol: "time.NewTicker", result: 0 }],
  release: ["Stop"],
  parts: ["C"],
  harmlessTwice: true,
  inMain: false,
  text: "{}.Stop()",
  name: "ticker",
  type: { path: "time", name: "Ticker", pointer: true },
  words: { verb: "Stop", done: "stopped", doing: "stopping", dropped: "nothing can stop this ticker" },
};

/**
 * A ticker that is not stopped on some path.
 *
 *     ticker := time.NewTicker(d)              ticker := time.NewTicker(d)
 *     for range ticker.C {               =>    defer ticker.Stop()
 *         if done() {                          for range ticker.C {
 *             return                               if done() {
 *         }                                            return
 *     }                                            }
 *                                              }
 *
 * Stop does not close the channel and may be called twice, and nobody else has this ticker: so the defer is safe.
 */
export default defineRule({
  id: "ticker-not-stopped",
  family: "timers",
  title: "ticker that is not stopped on every path",
  why: "Before Go 1.23 a ticker that nobody stops fires for ever: the runtime keeps it, and wakes up for it, as long as the process lives. From 1.23 on it is collected once nothing refers to it.",
  fixSafety:
    "A deferred Stop is safe: the ticker leaves the function on no path, and a second Stop does nothing. Where it leaves on other paths, Stop goes before the returns that keep it. In a loop the fix is unsafe: it releases on each way out of the turn, or puts the turn into a function literal.",
  silent:
    "The ticker is returned, stored, sent, captured by a literal that outlives the call, or passed to a function that is not known to leave it alone; the path ends in main.main, a panic or an exit, also of all who call an unexported function; the function never returns.",
  sources: ["https://pkg.go.dev/time#NewTicker", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["NewTicker"],
  imports: ["time"],
  handsOut: handsOut([TICKER]),
  *check(pkg) {
    const tier = since(pkg, "1.23") ? "pedantic" : undefined; // collected from then on
    for (const leak of leaks(pkg, TICKER)) {
      if (panics(pkg, leak)) continue; // there is no ticker
      if (caseOfNewTicker(pkg, leak.part)) continue; // ticker-in-select-case tells it better
      if (endsProcess(leak.func)) continue; // as in main.main
      yield finding(this, leak.call, messageOf(leak), () => mend(leak), { related: witnessOf(leak), tier });
    }
  },
});

/** NewTicker panics when its duration is not positive. */
function panics(pkg: PackageModel, { call, acquire }: Leak): boolean {
  const duration = acquire === TICKER.acquire[0] ? durationOf(pkg, call) : null;
  return duration !== null && duration <= 0;
}
