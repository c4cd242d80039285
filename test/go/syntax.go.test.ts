/** Every declaration of Go's own source, vendored and test data too, is read as tree-sitter reads it. */
import { beforeAll, expect, it } from "vitest";
import { loadGrammar } from "../../src/go/parse.ts";
import { goFiles } from "./goroot.ts";
import { type Comparison, compareTrees } from "./trees.ts";

beforeAll(loadGrammar);

const files = goFiles(1, Number.POSITIVE_INFINITY);

it.skipIf(files.length === 0)(
  "all of Go's own source",
  () => {
    const result: Comparison = { read: 0, refused: 0, differences: [] };
    for (const { path, text } of files) compareTrees(path, text, result);
    expect(result.differences).toEqual([]);
    expect(result.read).toBeGreaterThan(100_000);
    expect(result.refused).toBeLessThan(result.read / 200);
  },
  1_800_000,
);
