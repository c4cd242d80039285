import { CRON, defineRule, finding, fix, insertAfter, startedLeaks, statementOf, witnessOf } from "../../rule/index.ts";

/**
 * A robfig/cron scheduler that is started and not stopped on some path.
 *
 *     c := cron.New()                          c := cron.New()
 *     c.AddFunc("@hourly", work)               c.AddFunc("@hourly", work)
 *     c.Start()                          =>    c.Start()
 *     <-ctx.Done()                             defer c.Stop()
 *     return ctx.Err()                         <-ctx.Done()
 *                                              return ctx.Err()
 */
export default defineRule({
  id: "cron-not-stopped",
  family: "resources",
  title: "started cron scheduler that is not stopped",
  why: "Start runs the scheduler in a goroutine of its own: without Stop it goes on when the function has returned, and starts its jobs for ever.",
  fixSafety: "Unsafe: the jobs are not started any more when the function has returned, and that may be what they are for.",
  silent:
    "The scheduler is no local whose type is certain (declared as cron.Cron, or the result of cron.New); it is returned, stored, captured by a literal that outlives the call, or passed to a function that is not known to leave it alone; the function never returns; main.main.",
  sources: ["https://pkg.go.dev/github.com/robfig/cron/v3#Cron.Start"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Start()"],
  imports: ["github.com/robfig/cron/..."],
  *check(pkg) {
    for (const leak of startedLeaks(pkg, CRON)) {
      const statement = statementOf(leak.call);
      if (!leak.holder || leak.kind === "overwritten" || !statement) continue;
      const { name } = leak.holder;
      const deferred =
        leak.inLoop || leak.handedOver || statement.kind !== "expression_statement"
          ? null
          : fix({
              title: `Stop ${name} when the function returns`,
              applicability: "unsafe",
              because: "no job is started any more when the function has returned",
              edits: [insertAfter(statement, `defer ${name}.Stop()`)],
              assumes: [statement],
            });
      yield finding(this, leak.call, `${name} is not stopped on every path`, [deferred], { related: witnessOf(leak) });
    }
  },
});
