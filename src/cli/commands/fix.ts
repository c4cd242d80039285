/** `gomend fix`: applies fixes and tells what is left. */
import type { CheckFlags } from "../flags.ts";
import { withPlugins, work } from "./check.ts";

export async function fix(paths: readonly string[], flags: CheckFlags): Promise<number> {
  return work(paths, await withPlugins(flags), true);
}
