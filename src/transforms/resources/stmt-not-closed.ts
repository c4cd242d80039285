import { defineRule, finding, handsOut, importsOf, mendResource, messageOf, ownLeaks, STMT, tierOf, witnessOf } from "../../rule/index.ts";

/**
 * A prepared statement that is not closed on some path.
 *
 *     stmt, err := db.Prepare(q)               stmt, err := db.Prepare(q)
 *     if err != nil {                          if err != nil {
 *         return err                               return err
 *     }                                  =>    }
 *     _, err = stmt.Exec(id)                   defer stmt.Close()
 *     return err                               _, err = stmt.Exec(id)
 *                                              return err
 *
 * Close may be called twice, and nobody else has this statement: so the defer is safe.
 */
export default defineRule({
  id: "stmt-not-closed",
  family: "resources",
  title: "prepared statement that is not closed on every path",
  why: "A statement stays prepared in the database, on each connection that ran it, until it is closed: servers limit their number.",
  fixSafety:
    "A deferred Close is safe: it stands after the error check, the statement leaves the function on no path, and a second Close does nothing. Where it leaves on other paths, Close goes before the returns that keep it. In a loop the fix is unsafe: it closes on each way out of the turn, or puts the turn into a function literal.",
  silent:
    "The statement is returned, stored, or passed to a function that is not known to leave it open; it belongs to a transaction, which ends it; the path ends in main.main, a panic or an exit. Pedantic where only a failing test leaks it, where the process ends with the function, and where a context that the function cancels ends it.",
  sources: ["https://pkg.go.dev/database/sql#DB.Prepare"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Prepare"],
  imports: importsOf([STMT]),
  handsOut: handsOut([STMT]),
  *check(pkg) {
    for (const leak of ownLeaks(pkg, STMT)) {
      yield finding(this, leak.call, messageOf(leak), mendResource(leak), { related: witnessOf(leak), tier: tierOf(leak) });
    }
  },
});
