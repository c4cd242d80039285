/** The bundled samples: each rule speaks, and every fix leaves code that builds. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../src/engine/run.ts";
import { rules } from "../src/transforms/index.ts";
import { goEnvironment, goVersion } from "./house/go.ts";

const go = goVersion();
const dir = mkdtempSync(join(tmpdir(), "gomend-samples-"));
cpSync("samples/courier", dir, { recursive: true });
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(go === null)("the samples", () => {
  const vetted = () => {
    const { status, stderr } = spawnSync("go", ["vet", "-lostcancel=false", "./..."], { cwd: dir, encoding: "utf8", env: goEnvironment() });
    return { status, stderr };
  };

  it("build as they are", () => {
    expect(vetted()).toEqual({ status: 0, stderr: "" });
  });

  it.each([false, true])("build with every fix, unsafe ones too: %s", async (unsafeFixes) => {
    const { report } = await run({ rules, cwd: resolve(dir), fix: true, unsafeFixes, isolated: true });
    expect(report.problems).toEqual([]);
    expect(report.files.length).toBeGreaterThan(0);
    expect(report.left.filter((f) => f.fixes.some((x) => x.applicability === "safe"))).toEqual([]);
    for (const file of report.files) writeFileSync(join(dir, file.path), file.after);
    expect(vetted()).toEqual({ status: 0, stderr: "" });
  });
});

describe("the samples' findings", () => {
  it("are of every rule of the first release", async () => {
    const { report } = await run({ rules, cwd: process.cwd(), paths: [resolve("samples/courier")], isolated: true });
    const first = [
      "afterfunc-not-stopped",
      "atomic-misaligned",
      "lost-cancel",
      "pool-get-without-reset",
      "select-without-done",
      "ticker-not-stopped",
      "time-after-in-select",
      "time-tick",
      "timer-not-stopped",
    ];
    expect(report.findings.map((f) => f.rule)).toEqual(expect.arrayContaining(first));
  });
});
