import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeChanges } from "../../src/engine/write.ts";
import { asNobody, ownedByNobody, tree } from "./tree.ts";

function write(cwd: string, path: string, before: string, after: string) {
  return writeChanges([{ path, before, after }], (p) => join(cwd, p));
}

describe("writeChanges", () => {
  it("writes the whole file, keeps its mode and leaves nothing else behind", () => {
    const cwd = tree({ "a.go": "old é\r\n" });
    chmodSync(join(cwd, "a.go"), 0o640);
    expect(write(cwd, "a.go", "old é\r\n", "new 世界\r\n").problems).toEqual([]);
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe("new 世界\r\n");
    expect(statSync(join(cwd, "a.go")).mode & 0o777).toBe(0o640);
    expect(readdirSync(cwd)).toEqual(["a.go"]);
  });

  it("writes the file behind a link, and the link stays", () => {
    const cwd = tree({ "real/a.go": "old" });
    symlinkSync("real/a.go", join(cwd, "link.go"));
    expect(write(cwd, "link.go", "old", "new").written).toHaveLength(1);
    expect(lstatSync(join(cwd, "link.go")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, "real/a.go"), "utf8")).toBe("new");
  });

  it("never writes over a file that changed since it was read", () => {
    const cwd = tree({ "a.go": "old" });
    writeFileSync(join(cwd, "a.go"), "somebody's work");
    const { written, problems } = write(cwd, "a.go", "old", "new");
    expect(written).toEqual([]);
    expect(problems).toEqual([{ path: "a.go", rule: null, message: "not written: the file changed since it was read; run gomend again" }]);
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe("somebody's work");
    expect(readdirSync(cwd)).toEqual(["a.go"]);
  });

  it("never writes a read-only file, as root neither", () => {
    const cwd = tree({ "a.go": "old" });
    chmodSync(join(cwd, "a.go"), 0o444);
    const { problems } = write(cwd, "a.go", "old", "new");
    expect(problems[0]?.message).toBe("not written: the file is read-only; make it writable and run gomend again");
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe("old");
    expect(readdirSync(cwd)).toEqual(["a.go"]);
  });

  it("tells a directory in which nothing can be made, and a file that is gone", () => {
    const cwd = tree({ "dir/a.go": "old" });
    chmodSync(cwd, 0o755);
    ownedByNobody(join(cwd, "dir/a.go"));
    chmodSync(join(cwd, "dir"), 0o555);
    const { problems } = asNobody(() => write(cwd, "dir/a.go", "old", "new"));
    chmodSync(join(cwd, "dir"), 0o755);
    expect(problems.map((p) => p.message)).toEqual(["not written: its directory is read-only; make it writable and run gomend again"]);
    expect(readFileSync(join(cwd, "dir/a.go"), "utf8")).toBe("old");
    expect(write(cwd, "gone.go", "old", "new").problems[0]?.message).toBe("not written: no such file");
  });

  it("goes on with the other files", () => {
    const cwd = tree({ "a.go": "changed", "b.go": "old" });
    const changes = ["a.go", "b.go"].map((path) => ({ path, before: "old", after: "new" }));
    const { written, problems } = writeChanges(changes, (p) => join(cwd, p));
    expect(written.map((f) => f.path)).toEqual(["b.go"]);
    expect(problems.map((p) => p.path)).toEqual(["a.go"]);
  });

  it("writes files that belong together all or none", () => {
    const files = { "a.go": "old", "b.go": "old", "c.go": "changed", "d.go": "old" };
    const cwd = tree(files);
    const changes = Object.keys(files).map((path) => ({ path, before: "old", after: "new" }));
    const { written, problems } = writeChanges(changes, (p) => join(cwd, p), [
      ["a.go", "b.go"],
      ["b.go", "c.go"],
      ["d.go", "elsewhere.go"],
    ]);
    expect(written.map((f) => f.path)).toEqual(["d.go"]);
    expect(problems.map((p) => [p.path, p.message])).toEqual([
      ["a.go", "not written: it belongs together with c.go, which could not be written"],
      ["b.go", "not written: it belongs together with c.go, which could not be written"],
      ["c.go", "not written: the file changed since it was read; run gomend again"],
    ]);
    for (const [path, text] of Object.entries(files)) expect(readFileSync(join(cwd, path), "utf8")).toBe(path === "d.go" ? "new" : text);
  });

  it("writes none of the files of a change when a later one cannot be written", () => {
    const cwd = tree({ "one/a.go": "old", "two/b.go": "old" });
    for (const path of ["", "one", "two"]) chmodSync(join(cwd, path), 0o777);
    for (const path of ["one/a.go", "two/b.go"]) ownedByNobody(join(cwd, path));
    chmodSync(join(cwd, "two"), 0o555);
    const changes = ["one/a.go", "two/b.go"].map((path) => ({ path, before: "old", after: "new" }));
    const { written, problems } = asNobody(() => writeChanges(changes, (p) => join(cwd, p), [["one/a.go", "two/b.go"]]));
    chmodSync(join(cwd, "two"), 0o755);
    expect(written).toEqual([]);
    expect(problems.map((p) => p.path)).toEqual(["one/a.go", "two/b.go"]);
    expect(readFileSync(join(cwd, "one/a.go"), "utf8")).toBe("old");
    expect(readdirSync(join(cwd, "one"))).toEqual(["a.go"]);
  });

  it("writes a file once that has two names", () => {
    const cwd = tree({ "a.go": "old" });
    symlinkSync("a.go", join(cwd, "b.go"));
    const changes = ["a.go", "b.go"].map((path) => ({ path, before: "old", after: "new" }));
    expect(writeChanges(changes, (p) => join(cwd, p))).toEqual({ written: changes, problems: [], interrupted: null });
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe("new");
  });
});
