import {
  type Acquisition,
  acquiredBy,
  acquisitions,
  defineRule,
  type Fix,
  finding,
  fix,
  type GoNode,
  handsOut,
  importsOf,
  isErrorCheck,
  moveBehind,
  type PackageModel,
  RESOURCES,
  statementOf,
  subjectOf,
} from "../../rule/index.ts";

/**
 * A resource that is used, or its release deferred, before the error is looked at that says whether there is one.
 *
 *     resp, err := http.Get(url)               resp, err := http.Get(url)
 *     defer resp.Body.Close()                  if err != nil {
 *     if err != nil {                    =>        return err
 *         return err                           }
 *     }                                        defer resp.Body.Close()
 *
 * When the call failed there is nothing to release; when it did not, the same statements run in the same order.
 */
export default defineRule({
  id: "close-before-check",
  family: "resources",
  title: "resource used before its error is checked",
  why: "When the call fails, the resource is nil: the release panics, and hides the error that came next.",
  fixSafety:
    "Moving the statement below the check is safe: on the path without an error nothing changes but that the check, which does nothing there, comes first.",
  silent:
    "No check of the error stands in the same block; the error was looked at before; the statement is none that could be moved: then there is no fix.",
  sources: ["https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/httpresponse", "https://pkg.go.dev/net/http#Get"],
  since: "0.1.0",
  tier: "recommended",
  triggers: acquiredBy(RESOURCES).map((call) => ["!= nil", call]),
  imports: importsOf(RESOURCES),
  handsOut: handsOut(RESOURCES),
  *check(pkg) {
    for (const row of RESOURCES) {
      for (const acquisition of acquisitions(pkg, row)) {
        const early = usedBeforeCheck(pkg, acquisition);
        if (!early || !acquisition.holder) continue;
        const { use, check } = early;
        const what = acquisition.holder.name;
        const message =
          use.kind === "defer_statement" && use.items[0]?.child("function")?.kind === "selector_expression"
            ? `${subjectOf(row, what)} is ${row.words.done} by a defer that stands before the error check`
            : `${what} is used before the error check`;
        yield finding(this, use, message, [below(use, check, early.adjacent)], {
          related: [{ at: check, message: "the error is looked at here" }],
        });
      }
    }
  },
});

interface Early {
  readonly use: GoNode;
  readonly check: GoNode;
  /** Nothing stands between the two. */
  readonly adjacent: boolean;
}

/** The first statement behind the acquisition that reads a member of the holder, where the check of the error comes only later. */
function usedBeforeCheck(pkg: PackageModel, { call, holder, error, slot }: Acquisition): Early | null {
  const statement = statementOf(call);
  if (!statement?.is("short_var_declaration", "assignment_statement", "var_declaration") || !holder || !error || !slot) return null;
  const siblings = statement.parent?.items ?? [];
  const rest = siblings.slice(siblings.indexOf(statement) + 1);
  const at = rest.findIndex((s) => error.uses.some((u) => s.contains(u.node)));
  const check = rest[at];
  if (!check || !isErrorCheck(pkg, check, error)) return null;
  const before = rest.slice(0, at);
  const index = before.findIndex((s) =>
    holder.uses.some(
      (u) => s.contains(u.node) && !u.captured && (s.kind === "defer_statement" || u.node.parent?.kind === "selector_expression"),
    ),
  );
  const use = before[index];
  if (
    !use ||
    before
      .slice(0, index + 1)
      .some((s) => s.is("return_statement", "labeled_statement", "go_statement") || s.find("return_statement", "goto_statement").length > 0)
  )
    return null;
  if (before.some((s) => holder.uses.some((u) => u.how === "write" && s.contains(u.node)))) return null;
  if (comparesWithNil(use, holder.name) || copes(use)) return null;
  return { use, check, adjacent: index === before.length - 1 };
}

/** `defer closeIfOpen(resp)`: a function that gets it, and may look for itself. */
function copes(use: GoNode): boolean {
  if (use.kind !== "defer_statement") return false;
  const callee = use.items[0]?.child("function");
  return callee?.kind === "func_literal" ? callee.find("nil").length > 0 : (use.items[0]?.child("arguments")?.items.length ?? 0) > 0;
}

/** `if resp != nil { defer resp.Body.Close() }`: it is looked at, in another way. */
function comparesWithNil(statement: GoNode, name: string): boolean {
  return statement
    .find("binary_expression")
    .some(
      (b) =>
        [b.child("left")?.text, b.child("right")?.text].includes(name) && [b.child("left")?.kind, b.child("right")?.kind].includes("nil"),
    );
}

function below(use: GoNode, check: GoNode, adjacent: boolean): Fix | null {
  if (!use.is("defer_statement", "expression_statement") || (!adjacent && use.kind !== "defer_statement")) return null;
  return fix({
    title: use.kind === "defer_statement" ? "Move the defer below the error check" : "Move the statement below the error check",
    applicability: "safe",
    edits: [moveBehind(check, use)],
    assumes: [check],
  });
}
