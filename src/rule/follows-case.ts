/** Cases of a select that can only be taken after another one of it was. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, PackageModel } from "../model/model.ts";
import { calleeOf } from "./callees.ts";
import { type ChannelOp, channelOf } from "./channels.ts";
import { caseChannel } from "./select-wait.ts";

/**
 * Is what the case receives told only because `cause` was taken: all that sends on its channel stands in that case, or in a loop over a channel
 * on which only that case sends; or the channel itself is put there, `var ch <-chan T` before?
 */
export function onlyAfter(pkg: PackageModel, clause: GoNode, cause: GoNode): boolean {
  const channel = caseChannel(clause);
  const e = channel && unparen(channel);
  const binding = e?.kind === "identifier" ? pkg.binding(e) : null;
  if (!binding?.func) return false;
  const local = channelOf(pkg, binding);
  if (!local) return isPutIn(binding, cause);
  const told = local.ops.filter((op) => op.doing === "send" || op.doing === "close");
  return !local.open && told.length > 0 && told.every((op) => cause.contains(op.node) || isDriven(pkg, op, cause));
}

/** Declared with nothing, and given a channel in the case only. */
function isPutIn(binding: Binding, cause: GoNode): boolean {
  const spec = binding.node?.parent;
  if (binding.kind !== "var" || spec?.kind !== "var_spec" || spec.child("value")) return false;
  const writes = binding.uses.filter((u) => u.how === "write" && !isNilled(u.node));
  return writes.length > 0 && writes.every((u) => cause.contains(u.node)) && binding.uses.every((u) => u.how !== "address");
}

function isNilled(name: GoNode): boolean {
  return name.parent?.parent?.child("right")?.items[0]?.kind === "nil";
}

/** The operation stands in a loop over a channel that gets its values in the case. */
function isDriven(pkg: PackageModel, op: ChannelOp, cause: GoNode): boolean {
  const { pkg: own } = op.runner.body;
  // What it closes it closes behind the loop, when that channel is closed in turn.
  const loop = op.doing === "close" ? op.runner.body.node.find("for_statement")[0] : op.node.closest("for_statement");
  const over = loop?.items.find((n) => n.kind === "range_clause")?.child("right");
  let name = over?.kind === "identifier" ? own.binding(over) : null;
  if (name?.kind === "param" && op.through) {
    const index = calleeOf(pkg, op.through)?.params.findIndex((p) => p.binding === name) ?? -1;
    const given = op.through.child("arguments")?.items[index];
    name = given?.kind === "identifier" ? pkg.binding(given) : null;
  }
  const driver = name?.func ? channelOf(pkg, name) : null;
  const sends = driver?.ops.filter((o) => o.doing === "send") ?? [];
  return driver !== null && !driver.open && sends.length > 0 && sends.every((o) => cause.contains(o.node));
}
