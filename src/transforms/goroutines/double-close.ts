import {
  type Binding,
  type Call,
  climb,
  defineRule,
  deref,
  type Fix,
  type FuncModel,
  fieldAtEnd,
  finding,
  fix,
  type GoNode,
  keyLiterals,
  member,
  memberOf,
  type PackageModel,
  plainStatement,
  qualifier,
  rootOf,
  runnerOf,
  underlying,
  unparen,
  wrapStatements,
} from "../../rule/index.ts";

/** Methods that a type's users call to end it, often more than once. */
const ENDING = new Set(["Stop", "Close", "Shutdown", "Cancel", "Unsubscribe"]);

/**
 * A Close method that panics when it is called twice.
 *
 *     func (w *Worker) Close() {        func (w *Worker) Close() {
 *         close(w.done)           =>        w.closeOnce.Do(func() {
 *     }                                         close(w.done)
 *                                           })
 *                                       }
 */
export default defineRule({
  id: "double-close",
  family: "goroutines",
  title: "A second call of Close or Stop closes a channel again",
  why: "Closing a closed channel panics, and who ends things cannot always tell that somebody else has done so: a defer and an error path are enough.",
  fixSafety: "Always unsafe: the type gets a field, which makes it larger and its values not to be copied.",
  silent:
    "A sync.Once, an atomic, a flag, a nil check, a select or any other condition on the receiver decides whether the channel is closed; the channel is made in the same method; the file is a test. Pedantic unless a function of the package calls the method twice on one value, one call in the wake of the other: whether others do cannot be told.",
  sources: ["https://go.dev/ref/spec#Close"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [...ENDING].map((name) => [`) ${name}(`, "close("]),
  *check(pkg) {
    for (const close of pkg.calls("close")) {
      if (close.file.test) continue; // a test's own double is ended by that test
      const method = close.func;
      const receiver = method?.receiver;
      const channel = close.args[0] && unparen(close.args[0]);
      if (!method?.body || !receiver || !channel || !ENDING.has(method.name)) continue; // in a literal, or in another function
      if (channel.kind !== "selector_expression" || channel.child("operand")?.text !== receiver.name) continue; // not a field of its own
      if (pkg.binding(channel.child("operand") as GoNode) !== receiver || pkg.selection(channel)?.kind !== "field") continue;
      const runner = runnerOf(pkg, close.node, method);
      if (!runner || runner.start || pkg.flow(method).inLoop(runner.at)) continue;
      if (guarded(pkg, close, receiver, channel)) continue; // something decides whether it is closed
      yield finding(
        this,
        close.node,
        `a second call of ${method.name} closes ${channel.text} again, which panics`,
        [once(pkg, close, receiver, channel)],
        { confidence: "likely", tier: isCalledTwice(pkg, method) ? undefined : "pedantic" },
      );
    }
  },
});

/** A condition around it or before it, or a call that could stop a second one. */
function guarded(pkg: PackageModel, close: Call, receiver: Binding, channel: GoNode): boolean {
  const body = close.func?.body;
  if (!body) return true;
  for (let n = close.node.parent; n && n !== body; n = n.parent) {
    if (n.is("if_statement", "expression_switch_statement", "type_switch_statement", "select_statement", "for_statement", "func_literal"))
      return true;
  }
  let found = false;
  body.walk((n) => {
    if (n.start >= close.node.start) return false;
    if (n.kind === "if_statement" && leaves(n)) found = true; // a way out before it
    if (n.is("select_statement", "expression_switch_statement") && leaves(n)) found = true;
    if (n.kind === "call_expression" && mayStop(pkg, n, receiver)) found = true;
  });
  const made = body
    .find("assignment_statement")
    .some((a) => a.child("left")?.items.some((l) => l.text === channel.text) && a.end < close.node.start);
  return found || made;
}

function leaves(node: GoNode): boolean {
  return node.find("return_statement", "goto_statement").length > 0;
}

/** A call before the close on the receiver's own things that is no Lock and no logging: it may panic, or end, a second time. */
function mayStop(pkg: PackageModel, call: GoNode, receiver: Binding): boolean {
  const symbol = pkg.symbol(unparen(call.child("function") ?? call)) ?? "";
  if (symbol === "recover" || symbol.startsWith("sync.Once")) return true;
  return symbol.startsWith("sync/atomic.") && symbol.includes("CompareAndSwap") && receiver.name !== "";
}

/** Two calls on one value, the second in the wake of the first: a defer and an error path, or one after the other. */
function isCalledTwice(pkg: PackageModel, method: FuncModel): boolean {
  const calls = callsOf(pkg, method);
  return calls.some((first) => {
    const func = pkg.functionOf(first.call);
    const stop = (atom: GoNode): boolean => makesAnew(pkg, atom, first.value);
    return (
      func !== null &&
      calls.some(
        (second) =>
          second.call !== first.call &&
          isSame(pkg, first.value, second.value) &&
          pkg.functionOf(second.call) === func &&
          pkg.flow(func).reaches(first.call, second.call, stop),
      )
    );
  });
}

/** The calls of the method in the package, and what they are called on; a test's own would have panicked. */
function callsOf(pkg: PackageModel, method: FuncModel): { readonly call: GoNode; readonly value: GoNode }[] {
  const found: { call: GoNode; value: GoNode }[] = [];
  for (const name of pkg.mentions(method.name, (m) => m.text[m.at - 1] === "." && m.text[m.at + method.name.length] === "(")) {
    const selector = name.parent;
    const value = selector?.kind === "selector_expression" ? selector.child("operand") : null;
    const call = selector && climb(selector).parent;
    if (!selector || !value || call?.kind !== "call_expression" || pkg.fileOf(call).test) continue;
    if (pkg.selection(selector)?.entity?.node === method.node) found.push({ call, value: unparen(value) });
  }
  return found;
}

/** The same local, or the same field of it. */
function isSame(pkg: PackageModel, a: GoNode, b: GoNode): boolean {
  const root = rootOf(pkg, a);
  return root !== null && root === rootOf(pkg, b) && a.text === b.text;
}

/** It declares the local, or gives it or the field another value. */
function makesAnew(pkg: PackageModel, atom: GoNode, value: GoNode): boolean {
  const root = rootOf(pkg, value);
  if (root?.node && atom.contains(root.node)) return true;
  return atom.kind === "assignment_statement" && (atom.child("left")?.items.some((l) => value.text.startsWith(l.text)) ?? false);
}

// ---------------------------------------------------------------- the fix

/** A sync.Once in the struct, and the close in it. */
function once(pkg: PackageModel, close: Call, receiver: Binding, channel: GoNode): Fix | null {
  const statement = plainStatement(close);
  const type = receiver.node && pkg.typeOf(receiver.node);
  if (statement?.kind !== "expression_statement" || type?.kind !== "pointer" || type.elem.kind !== "named" || type.elem.pkg !== pkg)
    return null;
  if (pkg.selection(channel)?.path.length) return null; // a field of something embedded
  const entities = pkg.lookup(type.elem.name);
  const spec = entities.length === 1 ? entities[0]?.node : null;
  const struct = spec?.kind === "type_spec" ? spec.child("type") : null;
  if (struct?.kind !== "struct_type" || underlying(pkg, deref(type)).kind !== "struct") return null;
  if (pkg.methods(type.elem.name).some((m) => !m.node || !byPointer(m.node))) return null; // copied with every call
  const sync = qualifier(pkg, close.node, "sync", "Once");
  const inType = qualifier(pkg, struct, "sync", "Once");
  if (!sync || !inType) return null;
  const wanted = `${lower(close.func?.name ?? "close")}Once`;
  const name = [wanted, `${wanted}2`].find((n) => memberOf(pkg, type, n) === null);
  if (!name || climb(close.node) !== close.node) return null;
  return fix({
    title: `Close the channel through a ${member(sync, "Once")}`,
    applicability: "unsafe",
    because: "the type gets a field: values of it must not be copied after the first use",
    edits: [
      keyLiterals(pkg, struct),
      fieldAtEnd(struct, `${name} ${member(inType, "Once")}`, `guards the close of ${channel.child("field")?.text ?? "the channel"}`),
      wrapStatements(statement, statement, `${receiver.name}.${name}.Do(func() {`, "})"),
    ],
    imports: inType.imports,
    assumes: [struct, close.func?.body ?? null],
  });
}

function byPointer(method: GoNode): boolean {
  const type = method.child("receiver")?.items[0]?.child("type");
  return type?.kind === "pointer_type";
}

function lower(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}
