/** Mutated files through everything: a short run of what `npm run fuzz` does at length, and what it found once. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { FileChange } from "../../src/engine/report.ts";
import { type Examined, examine, ready } from "./examine.ts";
import { mutated, type Step } from "./mutate.ts";
import { kindOf, nth, writtenAndUndone } from "./run.ts";
import { seeds } from "./seeds.ts";
import { shrink } from "./shrink.ts";

beforeAll(ready);

const RUNS = 250;

const step: fc.Arbitrary<Step> = fc.record({ gentle: fc.boolean(), which: fc.nat(1_000), seed: fc.nat() });

describe("mutated files", () => {
  it("leave everything standing, and what is written is sound", { timeout: 600_000 }, async () => {
    const all = seeds(false);
    const changes: FileChange[] = [];
    const seen = { parses: 0, findings: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.constantFrom(...all),
        fc.array(step, { minLength: 1, maxLength: 3 }),
        async (text, other, steps) => {
          const result = await examine(mutated(text, other, steps), "p.go", { deep: true });
          expect(result.violations).toEqual([]);
          seen.parses += result.parses ? 1 : 0;
          seen.findings += result.findings;
          if (result.change) changes.push(result.change);
        },
      ),
      // Steps shrink to no smaller text: what fails is shrunk by hand, with `shrink`.
      { numRuns: RUNS, endOnFailure: true },
    );
    // Were all of them broken, nothing would have been tried.
    expect(seen.parses).toBeGreaterThan(RUNS / 5);
    expect(seen.findings).toBeGreaterThan(RUNS / 10);
    expect(changes.length).toBeGreaterThan(10);
    const scratch = mkdtempSync(join(tmpdir(), "gomend-fuzz-"));
    try {
      expect(writtenAndUndone(changes, scratch)).toEqual([]);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });

  const CASES = "test/fuzz/cases";
  it.each(readdirSync(CASES))("that failed once do no more: %s", async (name) => {
    const text = readFileSync(join(CASES, name), "utf8");
    for (const path of ["p.go", "p_test.go"]) expect((await examine(text, path, { deep: true })).violations).toEqual([]);
  });
});

describe("the examination", () => {
  const sound = 'package p\n\nimport "time"\n\nfunc f() {\n\tt := time.NewTicker(time.Second)\n\t<-t.C\n}\n';

  it("passes what is well, with its finding and its change", async () => {
    const { violations, parses, findings, change } = (await examine(sound, "p.go", { deep: true })) as Examined;
    expect([violations, parses, findings > 0]).toEqual([[], true, true]);
    expect(change?.after).toContain("defer t.Stop()");
  });

  it("gives the same text for the same number", () => {
    const all = seeds(false);
    expect(nth(12_345, all)).toBe(nth(12_345, all));
    expect(new Set(Array.from({ length: 50 }, (_, n) => nth(n, all))).size).toBeGreaterThan(45);
  });

  it("shrinks to what fails", async () => {
    const long = `${"a line\n".repeat(50)}here ( is it )\n${"a line\n".repeat(50)}`;
    expect(await shrink(long, (t) => Promise.resolve(/\(.*\)/.test(t)))).toBe("()");
    expect(kindOf('x: 12: "abc"')).toBe(kindOf('x: 7: "d"'));
  });
});
