import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Target } from "../../src/engine/discover.ts";
import { parseShard, shardOf } from "../../src/engine/shard.ts";

const cwd = "/r";
type Sizes = Record<string, number>;

function groupsOf(sizes: Sizes): Map<string, Target[]> {
  return new Map(
    Object.keys(sizes).map((dir) => [join(cwd, dir), [{ path: `${dir}/a.go`, absolute: join(cwd, dir, "a.go"), named: false }]]),
  );
}

function shards(sizes: Sizes, count: number): string[][] {
  const groups = groupsOf(sizes);
  const sizeOf = (t: Target): number => sizes[t.path.slice(0, -5)] ?? 0;
  return Array.from({ length: count }, (_, i) => [...shardOf({ index: i + 1, count }, cwd, groups, sizeOf).keys()]);
}

const trees = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}(\/[a-z]{1,4})?$/), fc.integer({ min: 0, max: 50_000 }), { maxKeys: 60 });

describe("shards", () => {
  it("hold every directory once, whatever their number", () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 1, max: 12 }), (sizes, count) => {
        const dirs = shards(sizes, count).flat();
        expect(dirs.sort()).toEqual([...groupsOf(sizes).keys()].sort());
      }),
    );
  });

  it("weigh the same but for one directory", () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 1, max: 12 }), (sizes, count) => {
        const total = Object.values(sizes).reduce((a, b) => a + b, 0);
        const largest = Math.max(0, ...Object.values(sizes));
        for (const dirs of shards(sizes, count)) {
          const bytes = dirs.reduce((sum, dir) => sum + (sizes[dir.slice(cwd.length + 1)] ?? 0), 0);
          expect(bytes).toBeLessThanOrEqual(total / count + largest);
        }
      }),
    );
  });

  it("stay what they are when one file grows", () => {
    const sizes: Sizes = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`d${i}`, 1_000 + i]));
    const before = shards(sizes, 8);
    const after = shards({ ...sizes, d7: 3_000 }, 8);
    const moved = before.flatMap((dirs, i) => dirs.filter((dir) => !after[i]?.includes(dir)));
    expect(moved.length).toBeLessThanOrEqual(16);
  });

  it.each(["0/3", "4/3", "1", "1/0", "a/b", "1/3/5", "-1/3", "1.5/3"])("refuse %s", (text) => expect(parseShard(text)).toBeNull());

  it("are written as 2/8", () => expect(parseShard("2/8")).toEqual({ index: 2, count: 8 }));
});
