import {
  defineRule,
  finding,
  handsOut,
  importsOf,
  type Leak,
  mendResource,
  messageOf,
  ownLeaks,
  preparedInTx,
  ROWS,
  tierOf,
  wantsPanic,
  withExec,
  witnessOf,
} from "../../rule/index.ts";

/**
 * Rows that are not closed on some path.
 *
 *     rows, err := db.Query(q)                 rows, err := db.Query(q)
 *     if err != nil {                          if err != nil {
 *         return err                               return err
 *     }                                        }
 *     for rows.Next() {                  =>    defer rows.Close()
 *         if err := rows.Scan(&x); err != nil {    for rows.Next() {
 *             return err                       ...
 *
 * Close may be called twice, Next calls it at the end, and nobody else has these rows: so the defer is safe.
 */
export default defineRule({
  id: "rows-not-closed",
  family: "resources",
  title: "database rows that are not closed on every path",
  why: "Rows hold a connection of the pool until they are closed or read to their end: a few calls that leave early, and everybody waits for a connection.",
  fixSafety:
    "A deferred Close is safe: it stands after the error check, and a second Close does nothing. Where the rows leave on other paths, Close goes before the returns that keep them. In a loop the fix is unsafe: it closes on each way out of the turn, or puts the turn into a function literal. Exec in place of Query is unsafe: it is right when the statement gives no rows.",
  silent:
    "The rows are read to their end on that path (a loop on Next, left by its condition, closes them), returned, stored, or passed to a function that is not known to leave them open; they belong to a transaction, which ends them; the path ends in main.main, a panic or an exit; a test wants the call to panic. Pedantic where only a failing test leaks it, where the process ends with the function, and where a test drops it and does not ask that the call succeeds; where a context that the function cancels closes them.",
  sources: ["https://pkg.go.dev/database/sql#Rows", "https://pkg.go.dev/github.com/jackc/pgx/v5#Rows"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Query", ".NamedQuery"],
  imports: importsOf([ROWS]),
  handsOut: handsOut([ROWS]),
  *check(pkg) {
    for (const leak of ownLeaks(pkg, ROWS)) {
      if (preparedInTx(pkg, leak.call)) continue; // ends with its transaction
      if (wantsPanic(leak)) continue;
      yield finding(this, leak.call, messageOf(leak), fixesOf(leak), { related: witnessOf(leak), tier: tierOf(leak) });
    }
  },
});

/** Dropped rows were not wanted: Exec says so. */
function fixesOf(leak: Leak): ReturnType<typeof mendResource> {
  const fixes = mendResource(leak);
  return leak.kind === "dropped" ? [...fixes, withExec(leak)] : fixes;
}
