/** `gomend run -t transform.ts`: transforms of the user's own, through the engine that runs gomend's rules. */
import { UsageError } from "../../engine/run.ts";
import type { CheckFlags } from "../flags.ts";
import { work } from "./check.ts";

export interface RunFlags extends CheckFlags {
  readonly transform?: readonly string[];
  readonly option?: readonly string[];
}

export async function run(paths: readonly string[], flags: RunFlags): Promise<number> {
  if (!flags.transform) throw new UsageError("gomend run wants a transform: gomend run -t transform.ts [paths]");
  const { rulesOfModules } = await import("../user-code.ts");
  const own = await rulesOfModules([...flags.transform, ...(flags.plugin ?? [])], optionsOf(flags.option ?? []));
  // In place of what a configuration selects: nothing else runs.
  return work(paths, { ...flags, own, select: flags.select ?? own.map((r) => r.id) }, true);
}

/** `name=value` gives the value, `name` alone true. */
function optionsOf(given: readonly string[]): Record<string, string | true> {
  const options: Record<string, string | true> = Object.create(null);
  for (const text of given) {
    const at = text.indexOf("=");
    const name = at < 0 ? text : text.slice(0, at);
    if (name === "") throw new UsageError(`--option ${text}: a name must stand before the =`);
    options[name] = at < 0 ? true : text.slice(at + 1);
  }
  return options;
}
