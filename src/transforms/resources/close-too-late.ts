import {
  acquiredBy,
  certainLeaks,
  defineRule,
  type Fix,
  finding,
  fix,
  type GoNode,
  handsOut,
  importsOf,
  isErrorCheck,
  type Leak,
  lateDefer,
  moveBehind,
  type PackageModel,
  RESOURCES,
  statementOf,
  subjectOf,
  witnessOf,
} from "../../rule/index.ts";

/**
 * A deferred release that stands behind an early return.
 *
 *     resp, err := http.Get(url)               resp, err := http.Get(url)
 *     if err != nil {                          if err != nil {
 *         return err                               return err
 *     }                                        }
 *     if resp.StatusCode != 200 {        =>    defer resp.Body.Close()
 *         return errors.New(resp.Status)       if resp.StatusCode != 200 {
 *     }                                            return errors.New(resp.Status)
 *     defer resp.Body.Close()                  }
 *
 * Nothing between the two places releases it, so it is only released on more paths, and at the same time on the others.
 */
export default defineRule({
  id: "close-too-late",
  family: "resources",
  title: "deferred release behind an early return",
  why: "The return in between leaves it open, and it is the path that nobody tests: a bad status, an empty file.",
  fixSafety:
    "Moving the defer up, below the error check, is safe: it runs at the same moment. Unsafe where another defer stands in between, which would then run before it instead of after.",
  silent:
    "What the defer needs is made in between; the returns in between release it; no error check stands below the acquisition, so that there is no place for it. Pedantic where the defer closes what was asserted from it in between.",
  sources: ["https://pkg.go.dev/net/http#Client.Do", "https://go.dev/doc/effective_go#defer"],
  since: "0.1.0",
  tier: "recommended",
  triggers: acquiredBy(RESOURCES).map((call) => ["defer", call]),
  imports: importsOf(RESOURCES),
  handsOut: handsOut(RESOURCES),
  *check(pkg) {
    for (const row of RESOURCES) {
      for (const leak of certainLeaks(pkg, row)) {
        const late = lateDefer(leak);
        if (!late || !leak.holder) continue;
        const what = subjectOf(row, leak.holder.name);
        yield finding(
          this,
          late,
          `${what} is ${row.words.done} too late: the function can end before this defer`,
          [movedUp(pkg, leak, late)],
          { related: witnessOf(leak), tier: isOfOtherName(leak, late) ? "pedantic" : undefined },
        );
      }
    }
  },
});

/** `rwc, ok := resp.Body.(io.ReadWriteCloser)`: the defer closes what was asserted in between, and could not come before that. */
function isOfOtherName({ holder }: Leak, late: GoNode): boolean {
  return !holder?.uses.some((u) => late.contains(u.node));
}

function movedUp(pkg: PackageModel, leak: Leak, late: GoNode): Fix | null {
  const { call, error, acquire } = leak;
  const statement = statementOf(call);
  const siblings = statement?.parent?.items ?? [];
  const from = statement ? siblings.indexOf(statement) : -1;
  if (!statement || from < 0) return null;
  const next = siblings[from + 1];
  const anchor = acquire.error === undefined ? statement : error && next && isErrorCheck(pkg, next, error) ? next : null;
  if (!anchor || anchor.end > late.start) return null;
  const between = siblings.slice(siblings.indexOf(anchor) + 1, siblings.indexOf(late));
  const names = late.find("identifier");
  if (names.some((n) => between.some((s) => s.contains(pkg.binding(n)?.node ?? late)))) return null; // declared in between
  const direct = late.items[0]?.child("function")?.kind !== "func_literal";
  if (
    direct &&
    names.some((n) =>
      pkg.binding(n)?.uses.some((u) => (u.how === "write" || u.how === "member-write") && between.some((s) => s.contains(u.node))),
    )
  )
    return null;
  const passed = between.some((s) => s.find("defer_statement").some((d) => pkg.functionOf(d) === leak.func));
  return fix({
    title: "Move the defer up, below the error check",
    ...(passed
      ? { applicability: "unsafe", because: "another deferred call stands in between: the two change their order" }
      : { applicability: "safe" }),
    edits: [moveBehind(anchor, late)],
    assumes: [statement, anchor, ...between],
  });
}
