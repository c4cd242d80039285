import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Journals of writes that tests make. */
const state = join(tmpdir(), `gomend-test-state-${process.getuid?.() ?? "user"}`);

/** Those that take longest: begun first, so that no worker is left alone with one of them at the end. */
const LONGEST = ["go/syntax.go", "runtime.go", "tui/review", "fixtures.go", "fixtures", "cli/publish", "cli/verify.go"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return found < 0 ? LONGEST.length : found;
    };
    return sorted.sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    // By default Vitest leaves one core to itself, which is half of two.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    env: { GOMEND_STATE_DIR: state },
  },
});
