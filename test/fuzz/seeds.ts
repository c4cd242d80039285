/** What is mutated: the fixtures and samples, and small files of Go's own tree where there is one. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { goFiles } from "../go/goroot.ts";

/** Larger files cost more time and show no more. */
const LARGEST = 6_000;
/** Every how many files of Go's own tree. */
const STEP = 8;

export function seeds(withGo: boolean): string[] {
  const root = new URL("../../", import.meta.url).pathname;
  const own = ["fixtures/before", "fixtures/after", "samples"].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: "utf8" })
      .filter((f) => f.endsWith(".go"))
      .sort()
      .map((f) => readFileSync(join(root, dir, f), "utf8")),
  );
  const others = withGo ? goFiles(STEP, LARGEST).map((f) => f.text) : [];
  return [...own, ...others].filter((t) => t.length <= LARGEST);
}
