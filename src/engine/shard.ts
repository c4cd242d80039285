/**
 * Shards of a run: each directory belongs to one, whatever machine asks. Directories stand in the order of a print of their paths and are cut into
 * stretches of equal bytes, so that shards weigh the same and a change of one file moves few directories to a neighbour.
 */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { displayPath, type Target } from "./discover.ts";

/** `index` counts from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** "2/8"; null for anything else. */
export function parseShard(text: string): Shard | null {
  const [, index, count] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  return shard.index >= 1 && shard.index <= shard.count ? shard : null;
}

/** The directories of the shard, in the order of `groups`. */
export function shardOf(
  shard: Shard,
  cwd: string,
  groups: ReadonlyMap<string, Target[]>,
  sizeOf: (target: Target) => number = bytesOf,
): Map<string, Target[]> {
  const all = [...groups].map(([dir, targets]) => ({
    dir,
    print: createHash("sha1").update(displayPath(cwd, dir)).digest("hex"),
    bytes: targets.reduce((sum, t) => sum + sizeOf(t), 0),
  }));
  all.sort((a, b) => (a.print < b.print ? -1 : 1));
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const own = new Set<string>();
  let before = 0;
  for (const { dir, bytes } of all) {
    // A directory goes where its middle lies.
    const place = total === 0 ? 0 : Math.floor(((before + bytes / 2) * shard.count) / total);
    if (Math.min(place, shard.count - 1) === shard.index - 1) own.add(dir);
    before += bytes;
  }
  return new Map([...groups].filter(([dir]) => own.has(dir)));
}

function bytesOf(target: Target): number {
  return statSync(target.absolute, { throwIfNoEntry: false })?.size ?? 0;
}
