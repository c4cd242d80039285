import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Journals of writes that tests make. */
const state = join(tmpdir(), `gomend-test-state-${process.getuid?.() ?? "user"}`);

export default defineConfig({
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 120_000, pool: "forks", env: { GOMEND_STATE_DIR: state } },
});
