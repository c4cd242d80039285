/**
 * A transform of ten lines over the go command's own source. It was migrated from io/ioutil long ago: so it is taken back first, by the reverse transform, which has to build; then
 * the example migrates them, and every byte has to be as it was.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import ioutilToOs, { triggers } from "../../examples/ioutil-to-os.ts";
import type { FileChange } from "../../src/engine/report.ts";
import { run } from "../../src/engine/run.ts";
import { type Transform, type TransformInfo, transformRule } from "../../src/index.ts";
import { goEnvironment, goVersion } from "../house/go.ts";

/** The reverse of the example. */
const back: Transform = (file, api) => {
  for (const symbol of ["os.ReadFile", "os.WriteFile", "io.ReadAll", "io.NopCloser", "io.Discard"]) {
    const name = symbol.slice(symbol.indexOf(".") + 1);
    api.fix(api.go(file).references(symbol), { title: `Use ioutil.${name}`, applicability: "safe" }, (m) =>
      m.replaceWith(`ioutil.${name}`),
    );
  }
};

/** Part of Go's commands that reads and writes many files, as a directory of src/cmd. */
const PART = "go";

describe.skipIf(goVersion() === null)("the migration of io/ioutil", () => {
  let root = "";
  let dir = "";
  /** Where the copy is of. */
  let source = "";

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "gomend-ioutil-"));
    dir = join(root, "cmd");
    source = join(execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "src/cmd");
    cpSync(join(source, PART), join(dir, PART), { recursive: true });
    cpSync(join(source, "go.mod"), join(dir, "go.mod"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  async function transform(code: Transform, info: TransformInfo = {}): Promise<readonly FileChange[]> {
    const rule = transformRule({ id: "migration", transform: code, ...info });
    const { report } = await run({ cwd: dir, rules: [rule], isolated: true, fix: true });
    expect(report.problems.filter((p) => p.rule !== null)).toEqual([]);
    for (const file of report.files) writeFileSync(join(dir, file.path), file.after);
    return report.files;
  }

  /** Builds the commands with the files of the copy in place of their own. */
  function build(changed: readonly FileChange[]): void {
    const overlay = join(root, "overlay.json");
    writeFileSync(overlay, JSON.stringify({ Replace: Object.fromEntries(changed.map((f) => [join(source, f.path), join(dir, f.path)])) }));
    execFileSync("go", ["build", "-overlay", overlay, `cmd/${PART}/...`], {
      cwd: source,
      env: { ...goEnvironment(), GOFLAGS: "" },
      stdio: "pipe",
    });
  }

  it("builds there, and back to every byte", { timeout: 1_200_000 }, async () => {
    const old = await transform(back);
    expect(old.length).toBeGreaterThan(50);
    build(old);
    const again = await transform(ioutilToOs, { triggers });
    expect(again.length).toBeGreaterThan(50);
    build(again);
    const different = again.filter((f) => readFileSync(join(source, f.path), "utf8") !== f.after).map((f) => f.path);
    expect(different).toEqual([]);
  });
});
