import { defineRule, finding, handsOut, importsOf, mendResource, messageOf, ownLeaks, TX, tierOf, witnessOf } from "../../rule/index.ts";

/**
 * A transaction that is neither committed nor rolled back on some path.
 *
 *     tx, err := db.Begin()                    tx, err := db.Begin()
 *     if err != nil {                          if err != nil {
 *         return err                               return err
 *     }                                        }
 *     if _, err := tx.Exec(q); err != nil { => defer tx.Rollback()
 *         return err                           if _, err := tx.Exec(q); err != nil {
 *     }                                            return err
 *     return tx.Commit()                       }
 *                                              return tx.Commit()
 *
 * After Commit, Rollback does nothing but return sql.ErrTxDone (pgx: ErrTxClosed): so the defer is safe.
 */
export default defineRule({
  id: "tx-not-finished",
  family: "resources",
  title: "transaction that is neither committed nor rolled back on every path",
  why: "A transaction keeps its connection, and the locks it took in the database, until it is committed or rolled back.",
  fixSafety:
    "A deferred Rollback is safe: after Commit it does nothing but return an error that says so. Where the transaction leaves on other paths, Rollback goes before the returns that keep it. In a loop the fix is unsafe: it rolls back on each way out of the turn, or puts the turn into a function literal.",
  silent:
    "The transaction is returned, stored, or passed to a function that is not known to leave it open; a deferred literal ends it, under whatever condition; the path ends in main.main, a panic or an exit. Pedantic where only a failing test leaks it, where the process ends with the function, and where a context that the function cancels ends it.",
  sources: ["https://pkg.go.dev/database/sql#Tx", "https://go.dev/doc/database/execute-transactions"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Begin"],
  imports: importsOf([TX]),
  handsOut: handsOut([TX]),
  *check(pkg) {
    for (const leak of ownLeaks(pkg, TX)) {
      yield finding(this, leak.call, messageOf(leak), mendResource(leak), { related: witnessOf(leak), tier: tierOf(leak) });
    }
  },
});
