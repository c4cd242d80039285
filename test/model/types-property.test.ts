/** Whatever stands in a file, questions about its types end with an answer: unknown at worst. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { typeString, typesOf } from "../../src/model/types.ts";
import { packageOf } from "./types-harness.ts";

const root = new URL("../../fixtures/before", import.meta.url).pathname;
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((f) => f.endsWith(".go"))
  .sort()
  .map((f) => readFileSync(join(root, f), "utf8"));

/** Replaces, drops or doubles tokens. */
function mutate(text: string, changes: readonly { at: number; by: number; how: number }[]): string {
  let changed = text;
  for (const { at, by, how } of changes) {
    const tokens = [...changed.matchAll(/\w+|[^\s\w]/g)];
    const one = tokens[at % tokens.length];
    const other = tokens[by % tokens.length];
    if (!one || !other) continue;
    const rest = changed.slice(one.index + (how === 1 ? 0 : one[0].length));
    changed = changed.slice(0, one.index) + (how === 2 ? "" : `${other[0]} `) + rest;
  }
  return changed;
}

test("mutated sources are answered for", { timeout: 120_000 }, () => {
  let asked = 0;
  const change = fc.record({ at: fc.nat(100_000), by: fc.nat(100_000), how: fc.nat(2) });
  fc.assert(
    fc.property(fc.nat(sources.length - 1), fc.array(change, { maxLength: 6 }), (index, changes) => {
      const pkg = packageOf({ "p.go": mutate(sources[index] ?? "", changes) });
      const types = typesOf(pkg);
      for (const r of pkg.roots)
        r.walk((node) => {
          if (!node.named) return;
          asked++;
          typeString(types.typeOf(node));
          types.constant(node);
          types.isConstant(node);
        });
    }),
    { numRuns: 300 },
  );
  expect(asked).toBeGreaterThan(5_000);
});
