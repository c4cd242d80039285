/** Rules and transforms of one's own under vitest: `import { defineTest } from "gomend/vitest"`. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type RuleModule, rulesOf } from "./api/module.ts";
import type { TransformOptions } from "./api/transform.ts";
import { trialCases, tryCase } from "./engine/trial.ts";

/** Where the fixtures are, and what the transform is told. */
export interface TestOptions {
  /** The directory that holds `before/<id>/` and `after/<id>/`: `new URL("fixtures", import.meta.url)`. */
  readonly fixtures: string | URL;
  /** Options for a transform. */
  readonly options?: TransformOptions;
}

/**
 * Defines one test for each fixture of the rules of a module: `import * as module from "./my-rule.ts"; defineTest("my-rule", module, { fixtures })`. All fixes are
 * applied to each case under `before/<id>/`, and the outcome has to be its twin under `after/<id>/`, or the same where there is none. `gomend test --update` writes
 * the twins.
 */
export function defineTest(id: string, module: RuleModule, { fixtures, options }: TestOptions): void {
  const dir = typeof fixtures === "string" ? fixtures : fileURLToPath(fixtures);
  for (const rule of rulesOf(module, { id, shown: id, ...(options ? { options } : {}) })) {
    const cases = trialCases(dir, rule);
    describe(rule.id, () => {
      it("has fixtures", () => {
        expect(cases.map((c) => c.name)).not.toEqual([]);
      });
      for (const c of cases)
        it(c.name, async () => {
          const { failures } = await tryCase(c);
          expect(failures.join("\n")).toBe("");
        });
    });
  }
}
