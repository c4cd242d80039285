/** What V8 collects with its young objects: decision 18 tells why nothing of a package may hang on an old one. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const sources = ["go", "model", "rule", "transforms", "engine"].flatMap((layer) =>
  readdirSync(`src/${layer}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `src/${layer}/${name}`),
);

const having = (pattern: RegExp): string[] => sources.filter((path) => pattern.test(readFileSync(path, "utf8")));

describe("what hangs on a package", () => {
  it("is noted in the objects themselves, not in a WeakMap, but where keys and values last as long as the run", () => {
    expect(having(/new Weak(Map|Set)\b/).sort()).toEqual(["src/engine/triggers.ts", "src/rule/obligation/acquire.ts"]);
  });

  it("is worked out by getters that all objects share: no getter stands in an object literal", () => {
    expect(having(/^ {4,}get [\w#]+\(\)/m)).toEqual([]);
  });
});
