/** Things that are made by one call and owe a release only since another was made on them: `cmd.Start()`, `c.Start()`. */
import { type GoNode, unparen } from "../../go/node.ts";
import type { Binding, PackageModel } from "../../model/model.ts";
import { callsOfSymbols } from "../foreign.ts";
import { holdsOf } from "../obligation/shape.ts";
import { type Acquire, type Acquisition, type Leak, leakOf, type Resource } from "../obligation.ts";

/** The leaks of what a local holds from the call of one of the symbols on. */
export function* startedLeaks(pkg: PackageModel, row: Resource): Iterable<Leak> {
  for (const { node, receiver, symbol, func } of callsOfSymbols(
    pkg,
    row.acquire.map((a) => a.symbol),
    row.made,
  )) {
    const operand = receiver && unparen(receiver);
    const holder = operand?.kind === "identifier" ? pkg.binding(operand) : null;
    const acquire = row.acquire.find((a) => a.symbol === symbol && !(a.open && holdsOf(pkg, node) === "result"));
    if (!holder || !func || !acquire || holder.func !== func || holder.kind !== "var" || node.parent?.is("go_statement", "defer_statement"))
      continue;
    const failing = acquire.open && errorOf(pkg, node) ? { ...acquire, error: 0 } : acquire;
    const leak = leakOf(asAcquisition(pkg, row, failing, node, func, holder));
    if (leak) yield leak;
  }
}

function asAcquisition(
  pkg: PackageModel,
  row: Resource,
  acquire: Acquire,
  call: GoNode,
  func: Acquisition["func"],
  holder: Binding,
): Acquisition {
  return { pkg, row, acquire, call, func, slot: null, holder, error: errorOf(pkg, call), ok: null, part: call };
}

/** The local that takes the error of a call with one result. */
export function errorOf(pkg: PackageModel, call: GoNode): Binding | null {
  const list = call.parent?.kind === "expression_list" ? call.parent : null;
  const left =
    list?.parent?.is("short_var_declaration", "assignment_statement") && list.field === "right"
      ? (list.parent.child("left")?.items ?? [])
      : [];
  const [name] = left;
  return left.length === 1 && name?.kind === "identifier" && name.text !== "_" ? pkg.binding(name) : null;
}

export const CMD: Resource = {
  id: "cmd-not-waited",
  acquire: [{ symbol: "os/exec.Cmd.Start", result: 0 }],
  release: ["Wait", "Process.Wait", "Process.Release"],
  harmlessTwice: false,
  inMain: false,
  text: "{}.Wait()",
  name: "cmd",
  type: { path: "os/exec", name: "Cmd", pointer: true },
  words: { verb: "Wait", done: "waited for", doing: "waiting for", dropped: "nobody waits for this command" },
};

const CRON_PATHS = ["github.com/robfig/cron", "github.com/robfig/cron/v2", "github.com/robfig/cron/v3"];

export const CRON: Resource = {
  id: "cron-not-stopped",
  acquire: CRON_PATHS.map((p) => ({ symbol: `${p}.Cron.Start`, result: 0 })),
  release: ["Stop"],
  harmlessTwice: true,
  inMain: false,
  text: "{}.Stop()",
  name: "c",
  type: { path: "github.com/robfig/cron/v3", name: "Cron", pointer: true },
  words: { verb: "Stop", done: "stopped", doing: "stopping", dropped: "nothing can stop this scheduler" },
};
