import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { topOf } from "../../src/engine/discover.ts";
import { distrust, rootKey, stateDirectories } from "../../src/engine/journal.ts";
import { forgetLast, undoLast, writeChanges } from "../../src/engine/write.ts";
import { ownedByNobody, tree } from "./tree.ts";

let state = "";
beforeEach(() => {
  state = join(tree({}), "state");
  process.env.GOMEND_STATE_DIR = state;
});

type Texts = Readonly<Record<string, readonly [before: string, after: string]>>;

const at = (cwd: string) => (path: string) => join(cwd, path);
const read = (cwd: string, path: string): string => readFileSync(join(cwd, path), "utf8");
const journals = (): string[] => readdirSync(state).flatMap((d) => readdirSync(join(state, d)));

function write(cwd: string, texts: Texts, together: readonly (readonly string[])[] = []) {
  const changes = Object.entries(texts).map(([path, [before, after]]) => ({ path, before, after }));
  return writeChanges(changes, at(cwd), together, cwd);
}

function written(texts: Texts, together: readonly (readonly string[])[] = []): string {
  const cwd = tree(Object.fromEntries(Object.entries(texts).map(([path, [before]]) => [path, before])));
  expect(write(cwd, texts, together).problems).toEqual([]);
  return cwd;
}

const TEXTS: Texts = {
  "a.go": ["\ufeffpackage a\r\n", "\ufeffpackage b\r\n"],
  "dir/b.go": ["package a // é 世界 😀\n\n\n", "package b\n"],
  "c.go": ["", "package c"],
};

describe("undo", () => {
  it("gives the exact bytes back, and the mode, and has nothing more to take back then", () => {
    const cwd = written(TEXTS);
    chmodSync(join(cwd, "a.go"), 0o600);
    const { at: when, restored, problems } = undoLast(join(cwd, "dir", ".."));
    expect(Date.parse(when ?? "")).toBeGreaterThan(0);
    expect([restored, problems]).toEqual([Object.keys(TEXTS), []]);
    for (const [path, [before]] of Object.entries(TEXTS)) expect(readFileSync(join(cwd, path))).toEqual(Buffer.from(before));
    expect(statSync(join(cwd, "a.go")).mode & 0o777).toBe(0o600);
    expect(readdirSync(cwd).sort()).toEqual(["a.go", "c.go", "dir"]);
    expect(journals()).toEqual([]);
    expect(undoLast(cwd)).toEqual({ at: null, restored: [], problems: [] });
  });

  it("takes back one write after the other, the last first, from anywhere in the work tree", () => {
    const cwd = tree({ ".git/": "", "a.go": "1", "sub/b.go": "1" });
    write(cwd, { "a.go": ["1", "2"] });
    writeChanges([{ path: "b.go", before: "1", after: "2" }], (p) => join(cwd, "sub", p), [], join(cwd, "sub"));
    write(cwd, { "a.go": ["2", "3"] });
    expect(undoLast(join(cwd, "sub")).restored).toEqual(["a.go"]);
    expect([read(cwd, "a.go"), read(cwd, "sub/b.go")]).toEqual(["2", "2"]);
    expect(undoLast(cwd).restored).toEqual(["b.go"]);
    expect(undoLast(cwd).restored).toEqual(["a.go"]);
    expect([read(cwd, "a.go"), read(cwd, "sub/b.go")]).toEqual(["1", "1"]);
  });

  it("writes through a link, which stays", () => {
    const cwd = tree({ "real/a.go": "old" });
    symlinkSync("real/a.go", join(cwd, "link.go"));
    write(cwd, { "link.go": ["old", "new"] });
    expect(undoLast(cwd).restored).toEqual(["link.go"]);
    expect(read(cwd, "real/a.go")).toBe("old");
    expect(readdirSync(join(cwd, "real"))).toEqual(["a.go"]);
  });

  it("refuses what was edited since, and what belongs together with it; the rest is taken back", () => {
    const texts: Texts = { "a.go": ["1", "2"], "b.go": ["1", "2"], "c.go": ["1", "2"], "d.go": ["1", "2"], "e.go": ["1", "2"] };
    const cwd = written(texts, [["a.go", "b.go"]]);
    writeFileSync(join(cwd, "a.go"), "mine");
    rmSync(join(cwd, "c.go"));
    chmodSync(join(cwd, "d.go"), 0o444);
    const { restored, problems } = undoLast(cwd);
    expect(restored).toEqual(["e.go"]);
    expect(problems.map((p) => `${p.path}: ${p.message}`)).toEqual([
      "a.go: not taken back: the file was edited since",
      "b.go: not taken back: it belongs together with a.go, which cannot be",
      "c.go: not taken back: the file is gone",
      "d.go: not taken back: the file is read-only",
    ]);
    expect([read(cwd, "a.go"), read(cwd, "b.go"), read(cwd, "d.go")]).toEqual(["mine", "2", "2"]);
    // What is mended can be taken back then.
    writeFileSync(join(cwd, "a.go"), "2");
    chmodSync(join(cwd, "d.go"), 0o644);
    expect(undoLast(cwd).restored).toEqual(["a.go", "b.go", "d.go"]);
    expect(forgetLast(cwd)).not.toBeNull();
    expect(undoLast(cwd).at).toBeNull();
    expect(existsSync(join(cwd, "c.go"))).toBe(false);
  });

  it("takes no notice of a write of which nothing was written", () => {
    const cwd = tree({ "a.go": "changed" });
    expect(write(cwd, { "a.go": ["old", "new"] }).written).toEqual([]);
    expect(undoLast(cwd).at).toBeNull();
  });

  it("remembers twenty writes", () => {
    const cwd = tree({ "a.go": "0" });
    for (let i = 0; i < 25; i++) write(cwd, { "a.go": [String(i), String(i + 1)] });
    let undone = 0;
    while (undoLast(cwd).at !== null) undone++;
    expect([undone, read(cwd, "a.go")]).toEqual([20, "5"]);
  });
});

describe("a write that was cut short", () => {
  it("is cleaned up and told by the next one, and can be taken back", () => {
    const cwd = written({ "a.go": ["1", "2"], "b.go": ["1", "2"] });
    // As a kill between the two files leaves it.
    const [name = ""] = journals();
    const dir = join(state, rootKey(topOf(cwd)));
    const journal = readFileSync(join(dir, name), "utf8");
    const { id } = JSON.parse(journal) as { id: string };
    rmSync(join(dir, name));
    writeFileSync(join(dir, name.replace(".json", ".open.json")), journal);
    writeFileSync(join(cwd, "b.go"), "1");
    writeFileSync(join(cwd, `.gomend-${id}-1`), "2 but not wh");
    writeFileSync(join(dir, "lock"), "999999999");
    const { interrupted, problems } = write(cwd, { "b.go": ["1", "3"] });
    expect(problems).toEqual([]);
    expect(interrupted).toBe((JSON.parse(journal) as { at: string }).at);
    expect(readdirSync(cwd).sort()).toEqual(["a.go", "b.go"]);
    expect(undoLast(cwd).restored).toEqual(["b.go"]);
    expect(undoLast(cwd).restored).toEqual(["a.go"]);
    expect([read(cwd, "a.go"), read(cwd, "b.go")]).toEqual(["1", "1"]);
  });
});

describe("where journals are kept", () => {
  it("is a directory of one's own: nobody else may read or write there", () => {
    const cwd = written(TEXTS);
    const dir = join(state, rootKey(topOf(cwd)));
    expect([statSync(state).mode & 0o777, statSync(dir).mode & 0o777]).toEqual([0o700, 0o700]);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
  });

  it("is not one that others may write to: nothing is written, and an undo reads nothing there", () => {
    const cwd = written({ "a.go": ["1", "2"] });
    chmodSync(state, 0o777);
    expect(distrust(state)).toBe(`others may write to ${state}`);
    expect(write(cwd, { "a.go": ["2", "3"] }).problems[0]?.message).toBe(
      `not written: the journal for gomend undo cannot be kept: ${state}: others may write to ${state}; set GOMEND_STATE_DIR to a directory of your own`,
    );
    expect(undoLast(cwd).at).toBeNull();
    expect(read(cwd, "a.go")).toBe("2");
    chmodSync(state, 0o700);
    ownedByNobody(state);
    if (process.geteuid?.() === 0) expect(distrust(state)).toBe(`${state} belongs to somebody else`);
  });

  it("falls back to the system's scratch directory only where the usual one cannot be made", () => {
    expect(stateDirectories({ GOMEND_STATE_DIR: "/x" })).toEqual(["/x"]);
    expect(stateDirectories({ XDG_STATE_HOME: "/y" })[0]).toBe("/y/gomend");
    expect(stateDirectories({ XDG_STATE_HOME: "relative" })[0]).toMatch(/\.local\/state\/gomend$/);
    expect(stateDirectories({})).toHaveLength(2);
  });

  it("skips a journal that is none", () => {
    const cwd = written({ "a.go": ["1", "2"] });
    const dir = join(state, rootKey(topOf(cwd)));
    for (const [i, text] of ["{", "[]", '{"version":1}', '{"version":2,"files":[],"groups":[]}'].entries())
      writeFileSync(join(dir, `zzzzzzzzz-${i}.json`), text);
    mkdirSync(join(dir, "zzzzzzzzzz.json"));
    expect(undoLast(cwd).restored).toEqual(["a.go"]);
  });
});
