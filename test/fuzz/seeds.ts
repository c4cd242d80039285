/** What is mutated: the fixtures and samples, and small files of Go's own tree where there is one. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { goFiles } from "../go/goroot.ts";

/** Larger files cost more time and show no more. */
const LARGEST = 6_000;
/** Every how many files of Go's own tree. */
const STEP = 16;

/** Of the repository in which the process runs. */
export function seeds(withGo: boolean): string[] {
  const own = ["fixtures/before", "samples"].flatMap((dir) =>
    readdirSync(dir, { recursive: true, encoding: "utf8" })
      .filter((f) => f.endsWith(".go"))
      .sort()
      .map((f) => readFileSync(join(dir, f), "utf8")),
  );
  const others = withGo ? goFiles(STEP, LARGEST).map((f) => f.text) : [];
  return [...own, ...others].filter((t) => t.length <= LARGEST);
}
