/** The nth mutated file, and its way through everything, the writer included. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileChange } from "../../src/engine/report.ts";
import { undoLast, writeChanges } from "../../src/engine/write.ts";
import { type Examined, examine } from "./examine.ts";
import { mutated, someSteps } from "./mutate.ts";
import { Random } from "./random.ts";
import { shrink } from "./shrink.ts";

/** The nth text; the same for the same seeds. */
export function nth(n: number, seeds: readonly string[]): string {
  const random = new Random(n);
  const text = random.pick(seeds);
  const other = random.pick(seeds);
  return mutated(text, other, someSteps(random));
}

/** Every fourth text, however many processes share them, is one of which the model is asked everything. */
export function isDeep(n: number): boolean {
  return new Random(n ^ 0x5bd1e995).int(4) === 0;
}

/** Every third text has a name for which other things hold. */
export function examineNth(n: number, text: string): Promise<Examined> {
  return examine(text, n % 3 === 0 ? "p_test.go" : "p.go", { deep: isDeep(n) });
}

/** The kind of a violation: the same for texts that differ. */
export function kindOf(violation: string): string {
  return violation
    .replaceAll(/\d+/g, "N")
    .replaceAll(/"[^"]*"|'[^']*'/g, "Q")
    .slice(0, 160);
}

/** The smallest text with a violation of that kind. */
export function smallest(n: number, text: string, kind: string): Promise<string> {
  return shrink(text, async (smaller) => (await examineNth(n, smaller)).violations.some((v) => kindOf(v) === kind));
}

/**
 * Writes changes with the writer, and takes them back; what does not hold. `scratch` is an empty directory, and is empty again afterwards
 * but for the files.
 */
export function writtenAndUndone(changes: readonly FileChange[], scratch: string): string[] {
  const violations: string[] = [];
  mkdirSync(scratch, { recursive: true });
  const files = changes.map(({ before, after }, i) => ({ path: `${i}.go`, before, after }));
  for (const { path, before } of files) writeFileSync(join(scratch, path), before);
  const holds = (side: "before" | "after"): void => {
    for (const f of files)
      if (!readFileSync(join(scratch, f.path)).equals(Buffer.from(f[side], "utf8"))) violations.push(`a file is not as ${side}`);
  };
  const { problems } = writeChanges(files, (path) => join(scratch, path), [], scratch);
  for (const { message } of problems) violations.push(`writer: ${message}`);
  holds("after");
  for (const { message } of undoLast(scratch).problems) violations.push(`undo: ${message}`);
  holds("before");
  if (readdirSync(scratch).some((name) => !name.endsWith(".go"))) violations.push("the writer leaves something behind");
  return violations;
}
