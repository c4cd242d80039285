import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { culprit } from "../../src/engine/bisect.ts";

describe("culprit", () => {
  it("finds each wrong item in turn, whatever is suspected, with few questions", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.uniqueArray(fc.nat(59), { maxLength: 4 }),
        fc.uniqueArray(fc.nat(59), { maxLength: 8 }),
        async (count, wrong, suspected) => {
          let items = Array.from({ length: count }, (_, i) => i);
          const bad = new Set(wrong.filter((i) => i < count));
          const found = new Set<number>();
          for (;;) {
            let questions = 0;
            let smallest: readonly number[] = [];
            const answer = await culprit(
              items,
              () => new Set(suspected),
              async (kept) => {
                questions++;
                expect(kept.length).toBeGreaterThan(0);
                const fails = kept.some((i) => bad.has(i));
                if (fails) smallest = kept;
                return fails;
              },
            );
            expect(questions).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(Math.max(items.length, 1))));
            if (answer === null) break;
            expect(smallest.filter((i) => bad.has(i))).toEqual([answer]);
            expect(bad.has(answer)).toBe(true);
            found.add(answer);
            bad.delete(answer);
            items = items.filter((i) => i !== answer);
          }
          expect([...found].sort()).toEqual(wrong.filter((i) => i < count).sort());
        },
      ),
    );
  });

  it("asks twice where the only suspect is it", async () => {
    const asked: number[] = [];
    const answer = await culprit(
      Array.from({ length: 50 }, (_, i) => i),
      () => new Set([17]),
      async (kept) => {
        asked.push(kept.length);
        return kept.includes(17);
      },
    );
    expect([answer, asked]).toEqual([17, [50, 49]]);
  });
});
