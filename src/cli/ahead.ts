/** What a check can begin with while its rules are still being loaded. */
import { type Begun, begin } from "../engine/begin.ts";
import type { CheckFlags } from "./flags.ts";

/** null where it takes more to know what there is to do: what the cache has, what is new, rules of one's own. */
export function beginAhead(paths: readonly string[], flags: CheckFlags, env: NodeJS.ProcessEnv = process.env): Begun | null {
  const { cache, shard, plugin, showFiles, newFromMergeBase, newFromRev, newFromPatch, includeIgnored = false, jobs } = flags;
  const cached = cache && (env.GOMEND_NO_CACHE ?? "") === "";
  const partly = [shard, plugin, newFromMergeBase, newFromRev, newFromPatch].some((flag) => flag !== undefined);
  if (cached || partly || showFiles || paths.includes("-")) return null;
  return begin({ cwd: process.cwd(), paths, includeIgnored }, { possible: true, early: true, jobs });
}
