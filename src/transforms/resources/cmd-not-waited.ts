import {
  CMD,
  defineRule,
  definitionOf,
  endsProcess,
  errorOf,
  type Fix,
  finding,
  fix,
  type GoNode,
  insertAfter,
  isErrorCheck,
  type Leak,
  type PackageModel,
  replace,
  startedLeaks,
  statementOf,
  statementsOf,
  unparen,
  witnessOf,
} from "../../rule/index.ts";

/**
 * A command that is started and not waited for on some path.
 *
 *     if err := cmd.Start(); err != nil {      if err := cmd.Start(); err != nil {
 *         return err                               return err
 *     }                                  =>    }
 *     log.Println(cmd.Process.Pid)             defer cmd.Wait()
 *     return nil                               log.Println(cmd.Process.Pid)
 *                                              return nil
 */
export default defineRule({
  id: "cmd-not-waited",
  family: "resources",
  title: "started command that nobody waits for",
  why: "Until Wait the process stays a zombie when it has ended, and its pipes and the goroutines that copy them stay open.",
  fixSafety:
    "Unsafe: the function waits for the process. Run in place of Start waits at once; a goroutine that waits lets the function return before the process ends; a deferred Wait holds its return back.",
  silent:
    "The command is returned, stored, captured by a literal that outlives the call, or passed to a function that is not known to leave it alone; its process is waited for or released; it was made elsewhere (by a helper, in a slice), where somebody may wait for it; Start failed; main.main. A second Start, which fails. Pedantic where Start is the end of the function, so that the process is left to itself, and where the function is the end of its own process.",
  sources: ["https://pkg.go.dev/os/exec#Cmd.Start", "https://pkg.go.dev/os/exec#Cmd.Wait"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [".Start()"],
  imports: ["os/exec"],
  *check(pkg) {
    for (const leak of startedLeaks(pkg, CMD)) {
      if (!leak.holder || leak.kind === "overwritten" || keepsProcess(pkg, leak)) continue;
      if (leak.call.parent?.kind === "binary_expression") continue; // what its error meant is not followed
      if (!madeHere(pkg, leak)) continue; // who made it may wait for it
      if (startedBefore(pkg, leak)) continue; // fails
      const name = leak.holder.name;
      yield finding(
        this,
        leak.call,
        leak.kind === "turn" ? `${name} is not waited for before the next turn of the loop` : `${name} is not waited for on every path`,
        fixes(pkg, leak),
        { related: witnessOf(leak), tier: isLeftToItself(leak) || endsProcess(leak.func) ? "pedantic" : undefined },
      );
    }
  },
});

/** `cmd.Process` goes somewhere: whoever has it can wait for it. */
function keepsProcess(pkg: PackageModel, { holder }: Leak): boolean {
  return (
    holder?.uses.some((u) => {
      const selector = u.node.parent;
      if (selector?.kind !== "selector_expression" || selector.child("field")?.text !== "Process") return false;
      return selector.parent?.kind !== "selector_expression" && selector.parent?.kind !== "binary_expression";
    }) ?? pkg.name === ""
  );
}

/** `exec.Command(...)` or `&exec.Cmd{...}`. */
function madeHere(pkg: PackageModel, { holder }: Leak): boolean {
  const made = holder && definitionOf(pkg, holder);
  if (!made) return false;
  if (made.symbol !== null) return made.symbol === "os/exec.Command" || made.symbol === "os/exec.CommandContext";
  const literal = made.value.kind === "unary_expression" ? made.value.child("operand") : made.value;
  return literal?.kind === "composite_literal";
}

/** A command starts only once. */
function startedBefore(pkg: PackageModel, { call, holder, func, events }: Leak): boolean {
  const flow = pkg.flow(func);
  return (
    holder?.uses.some(({ node }) => {
      const other = node.parent?.kind === "selector_expression" && node.parent.child("field")?.text === "Start" ? node.parent.parent : null;
      if (other?.kind !== "call_expression" || other === call || other.start > call.start) return false;
      return flow.reaches(other, call, (atom) => events.written.some((w) => atom.contains(w)));
    }) ?? false
  );
}

/** The function ends where it has started the command, and does nothing with it: it is meant to outlive it. */
function isLeftToItself({ call, holder, func }: Leak): boolean {
  const last = statementsOf(func.body ?? call).at(-1);
  return last?.contains(call) === true && !holder?.uses.some((u) => u.node.start > call.end);
}

function fixes(pkg: PackageModel, leak: Leak): (Fix | null)[] {
  const { call, holder, inLoop } = leak;
  const statement = statementOf(call);
  if (!statement || !holder || inLoop || leak.handedOver) return [];
  const anchor = below(pkg, leak, statement);
  const wait = `${holder.name}.Wait()`;
  const released = leak.events.released.length > 0;
  if (released) return [];
  const piped = holder.uses.some(
    (u) => u.node.parent?.kind === "selector_expression" && /Pipe$/.test(u.node.parent.child("field")?.text ?? ""),
  );
  if (piped) return [anchor && deferred(anchor, wait)]; // Wait closes the pipes: not before they are read
  return [
    run(
      call,
      statement,
      holder.uses.map((u) => u.node),
    ),
    anchor && deferred(anchor, wait),
    anchor && inGoroutine(anchor, wait),
  ];
}

/** Start or the check of its error, behind which the process runs. */
function below(pkg: PackageModel, { call }: Leak, statement: GoNode): GoNode | null {
  if (statement.kind === "if_statement")
    return statement.child("initializer")?.contains(call) && !statement.child("alternative") && checksError(statement) ? statement : null;
  const error = errorOf(pkg, call);
  if (!error) return statement.kind === "expression_statement" && unparen(statement.items[0] ?? statement) === call ? statement : null;
  const siblings = statement.parent?.items ?? [];
  const next = siblings[siblings.indexOf(statement) + 1];
  return next && isErrorCheck(pkg, next, error) ? next : null;
}

function checksError(statement: GoNode): boolean {
  const name = statement.child("initializer")?.child("left")?.text;
  return name !== undefined && statement.child("condition")?.text === `${name} != nil`;
}

/** Nothing is done between Start and the end of the function that a running process needs. */
function run(call: GoNode, statement: GoNode, uses: readonly GoNode[]): Fix | null {
  const name = call.child("function")?.child("field");
  if (!name || uses.some((u) => u.start > statement.end || (u.start > call.end && statement.contains(u)))) return null;
  return fix({
    title: "Call Run, which waits",
    applicability: "unsafe",
    because: "the function waits there for the process, and gives the error of its end too",
    edits: [replace(name, "Run")],
    assumes: [statement],
  });
}

function deferred(anchor: GoNode, wait: string): Fix | null {
  return fix({
    title: `Defer ${wait}`,
    applicability: "unsafe",
    because: "the function returns only when the process has ended",
    edits: [insertAfter(anchor, `defer ${wait}`)],
    assumes: [anchor],
  });
}

function inGoroutine(anchor: GoNode, wait: string): Fix | null {
  return fix({
    title: `Call ${wait} in a goroutine`,
    applicability: "unsafe",
    because: "the process may outlive the function, and nobody sees the error of its end",
    edits: [insertAfter(anchor, `go ${wait}`)],
    assumes: [anchor],
  });
}
