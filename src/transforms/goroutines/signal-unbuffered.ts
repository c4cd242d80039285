import {
  type Call,
  defineRule,
  definitionOf,
  finding,
  fix,
  type GoNode,
  isConstant,
  isOthers,
  isWrite,
  type PackageModel,
  spanOf,
  unparen,
  writtenLater,
} from "../../rule/index.ts";

/**
 * A channel without room, given to signal.Notify.
 *
 *     c := make(chan os.Signal)        =>    c := make(chan os.Signal, 1)
 *     signal.Notify(c, os.Interrupt)         signal.Notify(c, os.Interrupt)
 *
 * Notify does not wait: a signal that finds nobody at the channel is dropped. Room for one is what its documentation asks for where one signal is
 * waited for; nothing but the signal package sends, so nobody relied on meeting the receiver.
 */
export default defineRule({
  id: "signal-unbuffered",
  family: "goroutines",
  title: "signal.Notify on an unbuffered channel",
  why: "The signal package does not block when it sends: a signal that comes while nobody stands at the channel is lost, and the program does not stop when it is told to.",
  fixSafety: "Safe: the channel gets room for one signal, and only the signal package sends on it.",
  silent:
    "The channel comes from elsewhere, is made in the call, so that nobody receives from it, is assigned more than once, or its capacity is not a constant.",
  sources: ["https://pkg.go.dev/os/signal#Notify", "https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/sigchanyzer"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["Notify", "signal"],
    ["Notify(", "ignal"],
  ],
  imports: ["os/signal"],
  *check(pkg) {
    for (const notify of pkg.calls("os/signal.Notify")) {
      const make = makeOf(pkg, notify);
      if (!make) continue; // made elsewhere
      const args = make.child("arguments")?.items ?? [];
      const [type, capacity] = args;
      if (!type || (capacity && !isConstant(pkg, capacity, 0))) continue; // it has room, or that cannot be told
      const edit = capacity ? { at: spanOf(capacity), text: "1" } : { at: { ...spanOf(type), start: type.end }, text: ", 1" };
      yield finding(
        this,
        notify.node,
        "signals are dropped when nobody waits at this unbuffered channel",
        [fix({ title: "Give the channel room for one signal", applicability: "safe", edits: [[edit]] })],
        { related: [{ at: make, message: "the channel is made here" }] },
      );
    }
  },
});

/** The `make` that gives the channel: the only value of a variable or field that the same function sets before. */
function makeOf(pkg: PackageModel, notify: Call): GoNode | null {
  const channel = notify.args[0] && unparen(notify.args[0]);
  if (!channel) return null;
  if (isMake(pkg, channel)) return null; // nobody can receive: the signal is only to be caught
  if (channel.kind === "selector_expression") return assignedBefore(pkg, notify, channel);
  const binding = channel.kind === "identifier" ? pkg.binding(channel) : null;
  if (binding?.kind !== "var" || isOthers(pkg, binding)) return null;
  if (binding.entity) {
    const written = [...pkg.mentions(binding.name)].some((m) => pkg.binding(m)?.entity === binding.entity && isWritten(m));
    const value = binding.entity.node?.child("value")?.items;
    return !written && value?.length === 1 && value[0] && isMake(pkg, value[0]) ? value[0] : null;
  }
  if (writtenLater(binding)) return onlyWrite(pkg, notify, channel);
  const made = definitionOf(pkg, binding);
  return made && isMake(pkg, made.value) ? made.value : null;
}

function isMake(pkg: PackageModel, e: GoNode): boolean {
  return e.kind === "call_expression" && pkg.symbol(unparen(e.child("function") ?? e)) === "make";
}

function isWritten(name: GoNode): boolean {
  const list = name.parent?.kind === "expression_list" ? name.parent : name;
  return list.field === "left" || name.parent?.children.some((c) => c.kind === "&") === true;
}

/** `var c chan os.Signal; c = make(chan os.Signal)`: written once, in the function of the call and before it. */
function onlyWrite(pkg: PackageModel, notify: Call, name: GoNode): GoNode | null {
  const binding = pkg.binding(name);
  const writes = binding?.uses.filter(isWrite) ?? [];
  const [write] = writes;
  if (!binding || writes.length !== 1 || !write || definitionOf(pkg, binding) || write.func !== notify.func) return null;
  return assignedBefore(pkg, notify, name);
}

/** The last assignment to what is spelt like the channel, before the call in its function: a single value that is a `make`. */
function assignedBefore(pkg: PackageModel, notify: Call, channel: GoNode): GoNode | null {
  const assignments = (notify.func?.body?.find("assignment_statement") ?? []).filter((a) => a.child("left")?.text === channel.text);
  const [only] = assignments;
  const value = only?.child("right")?.items[0];
  if (assignments.length !== 1 || !only || !value || only.end > notify.node.start) return null;
  if (pkg.functionOf(only) !== notify.func || !isMake(pkg, unparen(value))) return null;
  return unparen(value);
}
