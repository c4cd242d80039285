/** `v` asks a real Go toolchain. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { bundled } from "../cli/gomend.ts";
import { goEnvironment, goVersion } from "../house/go.ts";
import { review } from "./open.ts";
import { small } from "./trees.ts";

const go = goVersion();

bundled({ worker: "src/engine/worker.ts" });

describe.skipIf(go === null)("v", () => {
  it("tells that what is accepted builds, and writes nothing", { timeout: 300_000 }, async () => {
    const GOCACHE = execFileSync("go", ["env", "GOCACHE"], { encoding: "utf8", env: goEnvironment() }).trim();
    const { pty, keys, read } = await review(small(), { env: { GOCACHE } });
    await keys("y", "y", "y", "v");
    await pty.see("What is accepted builds: 2 packages", 240_000);
    expect(read("api/a.go")).toBe(small()["api/a.go"]);
    await keys("x");
    await pty.see("3/4 decided");
  });
});
