/** Each fault is there before the fix and gone after it, as the program runs. */
import { expect, it } from "vitest";
import { goVersion } from "./house/go.ts";
import { isProven, prove, provenRules } from "./runtime/proofs.ts";

it.runIf(goVersion() !== null)(
  "every rule with a driver: the fault is seen before the fix, and not after",
  async () => {
    const proofs = await prove(provenRules());
    expect(proofs.filter((p) => !isProven(p))).toEqual([]);
    expect(proofs.length).toBe(provenRules().length);
  },
  900_000,
);
