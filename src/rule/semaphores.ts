/** Channels as semaphores: giving a slot back never blocks. */
import { type GoNode, unparen } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { channelOf } from "./channels.ts";
import { definitionOf } from "./definitions.ts";
import { underlying } from "./types.ts";

const NAMES = ["sem", "token", "slot", "limit", "ticket", "permit"];

/**
 * Does the operation give back what the same function, or one around it, took from the same channel before: `sem <- struct{}{}` and then `<-sem`, or
 * `t := <-tokens` and then `tokens <- t`? Where the taking stands in another function the channel's name has to tell.
 */
export function givesSlotBack(pkg: PackageModel, op: GoNode): boolean {
  const sends = op.kind === "send_statement";
  const channel = channelIn(op);
  if (!channel || (!sends && op.parent?.kind !== "expression_statement")) return false;
  const binding = channel.kind === "identifier" ? pkg.binding(channel) : null;
  const local = binding?.func ? channelOf(pkg, binding) : null;
  if (local?.capacity === 0) return false; // a rendezvous
  if (sends && !isToken(pkg, op, channel)) return false;
  if (takenBefore(pkg, op, channel)) return true;
  const name = (channel.kind === "selector_expression" ? channel.child("field")?.text : channel.text)?.toLowerCase() ?? "";
  return !sends && NAMES.some((n) => name.includes(n));
}

function channelIn(op: GoNode): GoNode | null {
  const e = op.kind === "send_statement" ? op.child("channel") : op.child("operand");
  return e && unparen(e);
}

/** The opposite operation on the same channel stands earlier, in this function or in one around it. */
function takenBefore(pkg: PackageModel, op: GoNode, channel: GoNode): boolean {
  const opposite = op.kind === "send_statement" ? "unary_expression" : "send_statement";
  for (let f = pkg.functionOf(op); f; f = f.outer) {
    const { node } = f;
    const taken = node.find(opposite).some((other) => {
      if (other.start >= op.start || pkg.functionOf(other)?.node !== node) return false;
      const e = channelIn(other);
      if (!e || e.text !== channel.text) return false;
      return channel.kind !== "identifier" || pkg.binding(e) === pkg.binding(channel);
    });
    if (taken) return true;
  }
  return false;
}

/** `struct{}{}`, or a value that was received from the same channel. */
function isToken(pkg: PackageModel, send: GoNode, channel: GoNode): boolean {
  const type = underlying(pkg, pkg.typeOf(channel));
  if (type.kind === "chan" && type.elem.kind === "struct" && type.elem.fields.length === 0) return true;
  const value = send.child("value");
  const binding = value?.kind === "identifier" ? pkg.binding(value) : null;
  if (!binding) return false;
  const given = [definitionOf(pkg, binding)?.value ?? null, ...binding.uses.filter((u) => u.how === "write").map((u) => givenAt(u.node))];
  return given.some((from) => from?.kind === "unary_expression" && from.child("operand")?.text === channel.text);
}

/** What is assigned where the name stands on the left: `mem, ok = <-ch`, `case mem = <-ch`. */
function givenAt(name: GoNode): GoNode | null {
  const right = name.parent?.parent?.child("right") ?? null;
  return right?.kind === "expression_list" ? (right.items[0] ?? null) : right;
}
