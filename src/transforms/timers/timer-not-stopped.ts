import { defineRule, endsProcess, finding, handsOut, leaks, mend, messageOf, type Resource, since, witnessOf } from "../../rule/index.ts";

/** A receive from its channel ends a timer's obligation as Stop does: it has fired. */
const TIMER: Resource = {
  id: "timer-not-stopped",
  acquire: [{ symbol: "time.NewTimer", result: 0 }],
  release: ["Stop"],
  received: ["C"],
  harmlessTwice: true,
  inMain: false,
  text: "{}.Stop()",
  name: "timer",
  type: { path: "time", name: "Timer", pointer: true },
  words: { verb: "Stop", done: "stopped", doing: "stopping", dropped: "nothing can stop this timer" },
};

/**
 * A timer that is neither stopped nor received from on some path.
 *
 *     timer := time.NewTimer(d)                timer := time.NewTimer(d)
 *     select {                                 defer timer.Stop()
 *     case v := <-in:                    =>    select {
 *         return v                             case v := <-in:
 *     case <-timer.C:                              return v
 *         return 0                             case <-timer.C:
 *     }                                            return 0
 *                                              }
 *
 * Stop on a timer that has fired or was stopped does nothing, and nobody else has this timer: so the defer is safe.
 */
export default defineRule({
  id: "timer-not-stopped",
  family: "timers",
  title: "timer that is not stopped on every path",
  why: "Before Go 1.23 a timer that nobody stops stays in the runtime's heap until it fires, with all that it points to. From 1.23 on it is collected, but a stopped one says that nobody waits any more.",
  fixSafety:
    "A deferred Stop is safe: the timer leaves the function on no path, and a second Stop does nothing. Where it leaves on other paths, Stop goes before the returns that keep it. In a loop the fix is unsafe: it releases on each way out of the turn, or puts the turn into a function literal.",
  silent:
    "The timer is returned, stored, sent, captured by a literal that outlives the call, or passed to a function that is not known to leave it alone; its channel was received from; the path ends in main.main, a panic or an exit, also of all who call an unexported function; the function never returns. Pedantic in tests, and from Go 1.23 on.",
  sources: ["https://pkg.go.dev/time#NewTimer", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["NewTimer"],
  imports: ["time"],
  handsOut: handsOut([TIMER]),
  *check(pkg) {
    const collected = since(pkg, "1.23");
    for (const leak of leaks(pkg, TIMER)) {
      const tier = collected || pkg.fileOf(leak.call).test ? "pedantic" : undefined; // or gone with the test
      if (endsProcess(leak.func)) continue; // as in main.main
      yield finding(this, leak.call, messageOf(leak), () => mend(leak), { related: witnessOf(leak), tier });
    }
  },
});
