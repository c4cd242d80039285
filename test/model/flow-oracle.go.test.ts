/** A sample of what `npm run oracle:flow` compares over the whole standard library: the flow graphs against go/cfg's. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { goVersion } from "../house/go.ts";
import { compareTree } from "../oracle/flow/compare.ts";

/** Loops, labels and goto; selects; large switches; and the compiler's own test data for labels, goto and statements. */
const SAMPLE = ["text/template", "encoding/json", "net/http", "runtime/pprof", "internal/types/testdata/check"];

test.runIf(goVersion())("a sample of the standard library agrees with go/cfg", { timeout: 180_000 }, async () => {
  const root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  const figures = await compareTree(join(root, "src"), SAMPLE);
  expect(figures.differences).toEqual([]);
  expect(figures.functions).toBeGreaterThan(3000);
  expect(figures.statements).toBeGreaterThan(20_000);
  expect(figures.dead).toBeGreaterThan(20);
  // Where the grammar gives up is another test's matter; here it must stay rare.
  expect(figures.unparsed.length).toBeLessThan(figures.functions / 100);
});
