/** A sample of what `npm run oracle` compares over the whole standard library: types and names against go/types'. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { goVersion } from "../house/go.ts";
import { compareTypes } from "../oracle/types/compare.ts";

/** Generics, embedding, untyped constants and shifts, iterators, method values, platform files, code in vendor. */
const SAMPLE = [
  "time",
  "slices",
  "maps",
  "iter",
  "sync/...",
  "context",
  "text/template",
  "net/url",
  "math/big",
  "compress/flate",
  "go/constant",
  "os",
  "log/slog/...",
];

test.runIf(goVersion())("a sample of the standard library agrees with go/types", { timeout: 180_000 }, async () => {
  const root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  const figures = await compareTypes({ cwd: join(root, "src"), patterns: SAMPLE });
  expect(figures.wrong).toEqual([]);
  expect(figures.wrongSymbols).toEqual([]);
  expect(figures.compared).toBeGreaterThan(80_000);
  expect(figures.namedKnown / figures.named).toBeGreaterThan(0.95);
  expect(figures.symbolsKnown).toBeGreaterThan(15_000);
});
