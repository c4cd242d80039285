import {
  type Binding,
  callsOfSymbols,
  defineRule,
  definitionOf,
  type Fix,
  type FuncModel,
  finding,
  fix,
  freshName,
  type GoNode,
  giveUp,
  insertAfter,
  isNamed,
  isTesting,
  member,
  type PackageModel,
  qualifier,
  statementOf,
  unparen,
} from "../../rule/index.ts";

/** Types whose loop ends on an error as it ends on the end of what is read. */
const SQLX = "github.com/jmoiron/sqlx.Rows.Next";
const PGX = ["v4", "v5"].map((v) => `github.com/jackc/pgx/${v}.Rows.Next`);
const LOOPS = ["database/sql.Rows.Next", "bufio.Scanner.Scan", SQLX, ...PGX];

/** Readers that cannot fail: what is left is a line that is too long. */
const IN_MEMORY: ReadonlySet<string> = new Set(["strings.NewReader", "bytes.NewReader", "bytes.NewBuffer", "bytes.NewBufferString"]);

/**
 * A loop on Next or Scan whose end may be an error that nobody looks at.
 *
 *     for rows.Next() {                        for rows.Next() {
 *         all = append(all, read(rows))            all = append(all, read(rows))
 *     }                                  =>    }
 *     return all, nil                          if err := rows.Err(); err != nil {
 *                                                  return nil, err
 *                                              }
 *                                              return all, nil
 */
export default defineRule({
  id: "rows-err-unchecked",
  family: "resources",
  title: "loop over rows or lines whose error is not looked at",
  why: "Next and Scan give false at the end, and when the connection broke, the query was cancelled or a line was too long: without a look at Err, half of the data passes for all of it.",
  fixSafety: "Unsafe: callers get an error where they got what had been read so far.",
  silent:
    "Err is called somewhere for these rows or this scanner; they come from elsewhere or go elsewhere (a parameter, a field, a result, an argument), so that somebody else may look; the scanner reads from memory; there is no error result to give it to: then there is no fix. Pedantic where nobody is told (a goroutine, a function without results), where the loop cancels the context itself, and where too little read is an error anyhow: behind the loop the function only fails, or a test compares what the loop has written.",
  sources: ["https://pkg.go.dev/database/sql#Rows.Err", "https://pkg.go.dev/bufio#Scanner.Err"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["for ", ".Next()"],
    ["for ", ".Scan()"],
  ],
  *check(pkg) {
    const seen = new Set<Binding>();
    for (const { node, receiver, symbol, func } of callsOfSymbols(pkg, LOOPS)) {
      const loop = loopOn(node);
      const holder = receiver && unparen(receiver).kind === "identifier" ? pkg.binding(unparen(receiver)) : null;
      if (!loop || !func || !holder || holder.kind !== "var" || holder.func === null || seen.has(holder)) continue;
      if (
        holder.uses.some(
          (u) => leaves(u.node) || (u.node.parent?.kind === "selector_expression" && u.node.parent.child("field")?.text === "Err"),
        )
      )
        continue;
      if (symbol === "bufio.Scanner.Scan" && readsMemory(pkg, holder)) continue;
      if (isEndless(pkg, func, loop)) continue;
      seen.add(holder);
      const what = symbol === "bufio.Scanner.Scan" ? "line" : "row";
      yield finding(
        this,
        loop,
        `nobody looks at ${holder.name}.Err: an error passes for the last ${what}`,
        [checkAfter(pkg, func, loop, holder)],
        {
          tier: isDetached(pkg, func) || endsItself(pkg, loop) || failsAnyhow(pkg, func, loop) ? "pedantic" : undefined,
        },
      );
    }
  },
});

/**
 * Nobody is there to be told: a literal run by `go` that gives nothing back, the usual pump of a process's output; a function without
 * results, which does what it can.
 */
function isDetached(pkg: PackageModel, func: FuncModel): boolean {
  const call = func.node.kind === "func_literal" ? func.node.parent : null;
  if (call?.parent?.kind === "go_statement") return true;
  return (
    func.node.kind !== "func_literal" &&
    func.results.length === 0 &&
    func.name !== "main" &&
    !func.params.some((p) => isTesting(pkg.typeAt(p.type)))
  );
}

/** The loop calls a cancel function: it wants its rows to end early. */
function endsItself(pkg: PackageModel, loop: GoNode): boolean {
  return loop.find("call_expression").some((c) => {
    const callee = c.child("function");
    return callee?.kind === "identifier" && isNamed(pkg.typeOf(callee), "context.CancelFunc");
  });
}

/** Too little read is an error by itself: behind the loop the function only fails, or a test compares what the loop has written. */
function failsAnyhow(pkg: PackageModel, func: FuncModel, loop: GoNode): boolean {
  const statement = statementOf(loop);
  const siblings = statement?.parent?.items ?? [];
  const behind = statement ? siblings.slice(siblings.indexOf(statement) + 1) : [];
  const [next] = behind;
  if (next?.kind === "return_statement" && isFailure(pkg, func, next)) return true;
  if (!pkg.fileOf(loop).test) return false;
  return behind.some((s) => {
    const condition = s.kind === "if_statement" ? s.child("condition") : null;
    const fails = s.child("consequence")?.items.some((n) => /\.(Fatal|Error)f?\(/.test(n.text));
    return condition && fails && condition.find("identifier").some((n) => isWrittenIn(pkg.binding(n), loop));
  });
}

/** The last result is made there: `return errNone`, `return fmt.Errorf(...)`. */
function isFailure(pkg: PackageModel, func: FuncModel, exit: GoNode): boolean {
  const last = func.results.at(-1);
  if (!last || !isNamed(pkg.typeAt(last.type), "error")) return false;
  const operands = exit.items[0]?.kind === "expression_list" ? exit.items[0].items : exit.items;
  const error = operands.at(-1);
  if (error?.kind === "identifier") return pkg.binding(error)?.entity !== null && pkg.binding(error)?.func === null;
  return error?.kind === "call_expression" && MAKES_ERRORS.has(pkg.symbol(error.child("function") as GoNode) ?? "");
}

const MAKES_ERRORS: ReadonlySet<string> = new Set(["fmt.Errorf", "errors.New"]);

function isWrittenIn(binding: Binding | null, loop: GoNode): boolean {
  return binding?.kind === "var" && binding.uses.some((u) => u.how !== "read" && loop.contains(u.node));
}

/** The `for` of which the call is the whole condition. */
function loopOn(call: GoNode): GoNode | null {
  const p = call.parent;
  if (p?.kind === "for_statement" && call.field !== "body") return p;
  return p?.kind === "for_clause" && call.field === "condition" && p.parent?.kind === "for_statement" ? p.parent : null;
}

/** The holder itself goes somewhere: an argument, a result, another name, a field. */
function leaves(use: GoNode): boolean {
  const p = use.parent;
  if (p?.kind === "selector_expression") return false;
  if (p?.kind === "expression_list") return p.field !== "left";
  return p?.kind !== "binary_expression";
}

function readsMemory(pkg: PackageModel, holder: Binding): boolean {
  const made = definitionOf(pkg, holder);
  if (made?.symbol !== "bufio.NewScanner") return true; // made in a way that is not known
  const source = made.args[0] && unparen(made.args[0]);
  if (!source) return true;
  const type = pkg.typeOf(source);
  const elem = type.kind === "pointer" ? type.elem : type;
  if (["strings.Reader", "bytes.Reader", "bytes.Buffer"].some((t) => isNamed(elem, t))) return true;
  return source.kind === "call_expression" && IN_MEMORY.has(pkg.symbol(source.child("function") as GoNode) ?? "");
}

/** Nothing comes after the loop that could tell: the process ends with its input. */
function isEndless(pkg: PackageModel, func: FuncModel, loop: GoNode): boolean {
  return !pkg.flow(func).exits.some((e) => e.kind === "return" || e.kind === "end") || !statementOf(loop);
}

function checkAfter(pkg: PackageModel, func: FuncModel, loop: GoNode, holder: Binding): Fix | null {
  const statement = statementOf(loop);
  if (!statement || pkg.resolve(holder.name, loop) !== holder || holder.func !== func) return null;
  const err = pkg.resolve("err", loop)?.kind === undefined || pkg.resolve("err", loop)?.func ? "err" : freshName(pkg, "err", statement);
  const lines = giveUpLines(pkg, func, statement, err);
  if (!lines) return null;
  return fix({
    title: `Look at ${holder.name}.Err after the loop`,
    applicability: "unsafe",
    because: "callers get an error where they got what had been read until then",
    edits: [insertAfter(statement, [`if ${err} := ${holder.name}.Err(); ${err} != nil {`, ...lines.lines.map((l) => `\t${l}`), "}"])],
    imports: lines.imports,
    assumes: [statement],
  });
}

function giveUpLines(
  pkg: PackageModel,
  func: FuncModel,
  at: GoNode,
  err: string,
): { lines: readonly string[]; imports: Parameters<typeof fix>[0]["imports"] & object } | null {
  const failing = func.results.at(-1);
  if (failing && isNamed(pkg.typeAt(failing.type), "error")) {
    if (failing.binding?.name === err && func.results.length >= 1) {
      // the inner name would hide the result in a return without values
      const lines = func.results.every((r) => r.binding) ? null : giveUp(pkg, func, at, err);
      if (lines) return { lines, imports: [] };
      const values = giveUp(pkg, { ...func, results: func.results.map((r) => ({ ...r, binding: null })) }, at, err);
      return values ? { lines: values, imports: [] } : null;
    }
    const lines = giveUp(pkg, func, at, err);
    return lines ? { lines, imports: [] } : null;
  }
  const test = func.params.find((p) => p.binding && isTesting(pkg.typeAt(p.type)));
  if (test?.binding && func.results.length === 0 && pkg.resolve(test.binding.name, at) === test.binding)
    return { lines: [`${test.binding.name}.Fatal(${err})`], imports: [] };
  if (func.name !== "main" || pkg.name !== "main" || !pkg.fileOf(at).imports.some((i) => i.path === "log")) return null;
  const log = qualifier(pkg, at, "log", "Fatal");
  return log ? { lines: [`${member(log, "Fatal")}(${err})`], imports: log.imports } : null;
}
