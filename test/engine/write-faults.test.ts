/** Writes on which the system fails, at every call that may fail. */
import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { undoLast, writeChanges } from "../../src/engine/write.ts";
import { tree } from "./tree.ts";

const faults = vi.hoisted(() => ({ calls: 0, failAt: -1, code: "ENOSPC", only: /./ }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const failing = <A extends unknown[], R>(name: string, call: (...args: A) => R) =>
    ((...args: A): R => {
      if (faults.only.test(name) && faults.calls++ === faults.failAt)
        throw Object.assign(new Error(`${faults.code}: ${name}`), { code: faults.code, syscall: name });
      return call(...args);
    }) as never;
  const names = ["openSync", "writeSync", "fsyncSync", "renameSync", "chmodSync", "linkSync", "mkdirSync"] as const;
  const wrapped = Object.fromEntries(names.map((n) => [n, failing(n, real[n] as (...args: unknown[]) => unknown)]));
  return { ...real, ...wrapped, default: { ...real, ...wrapped } };
});

const PATHS = ["a.go", "b.go", "c.go", "d.go"];
let cwd = "";

beforeEach(() => {
  faults.failAt = -1;
  process.env.GOMEND_STATE_DIR = join(tree({}), "state");
});
afterEach(() => {
  faults.failAt = -1;
  faults.only = /./;
});

function write(failAt: number, code: string) {
  cwd = tree(Object.fromEntries(PATHS.map((p) => [p, `old ${p}`])));
  Object.assign(faults, { calls: 0, failAt, code });
  const changes = PATHS.map((path) => ({ path, before: `old ${path}`, after: `new ${path}` }));
  try {
    return writeChanges(changes, (p) => join(cwd, p), [["a.go", "b.go"]], cwd);
  } finally {
    faults.failAt = -1;
  }
}

describe.each(["ENOSPC", "EIO", "EROFS"])("%s", (code) => {
  it("at any call leaves each file whole, groups together, the rest told, and undo exact", () => {
    let whole = 0;
    for (let n = 0; ; n++) {
      const result = write(n, code);
      const now = Object.fromEntries(PATHS.map((p) => [p, fs.readFileSync(join(cwd, p), "utf8")]));
      const states = PATHS.map((p) => (now[p] === `new ${p}` ? "new" : now[p] === `old ${p}` ? "old" : "corrupt"));
      expect(states).not.toContain("corrupt");
      expect(states[0]).toBe(states[1]);
      // All or told: what was not written has its problem, and nothing that was written has one.
      expect(result.written.map((f) => f.path)).toEqual(PATHS.filter((_, i) => states[i] === "new"));
      expect(result.problems.map((p) => p.path).sort()).toEqual(PATHS.filter((_, i) => states[i] === "old"));
      for (const { message } of result.problems) expect(message).toMatch(/^not written: /);
      expect(fs.readdirSync(cwd).sort()).toEqual(PATHS);
      undoLast(cwd);
      for (const p of PATHS) expect(fs.readFileSync(join(cwd, p), "utf8")).toBe(`old ${p}`);
      if (faults.calls < n) break;
      whole += states.every((s) => s === "new") ? 1 : 0;
      expect(n).toBeLessThan(200);
    }
    expect(whole).toBeGreaterThan(0);
  });
});

describe("a change of several files", () => {
  it("is put back when a later file cannot be put in place", () => {
    faults.only = /renameSync/;
    // The journal is the first rename, a.go the second.
    const { written, problems } = write(2, "EIO");
    expect(written.map((f) => f.path)).toEqual(["c.go", "d.go"]);
    expect(problems.map((p) => `${p.path}: ${p.message}`)).toEqual([
      "a.go: not written: it belongs together with b.go, which could not be written",
      "b.go: not written: EIO",
    ]);
    expect(fs.readFileSync(join(cwd, "a.go"), "utf8")).toBe("old a.go");
  });
});
