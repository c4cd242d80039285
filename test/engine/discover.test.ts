import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { discover } from "../../src/engine/discover.ts";
import { asNobody, tree } from "./tree.ts";

const GO = "package a\n";

function paths(cwd: string, ...given: string[]): string[] {
  return discover({ cwd, paths: given }).targets.map((t) => t.path);
}

describe("discover", () => {
  const usual = {
    "a.go": GO,
    "sub/b.go": GO,
    "sub/deep/c.go": GO,
    "sub/notes.txt": "",
    "vendor/v/v.go": GO,
    "sub/testdata/t.go": GO,
    "node_modules/n/n.go": GO,
    "_old/o.go": GO,
    ".hidden/h.go": GO,
    "sub/_skip.go": GO,
    "sub/.#lock.go": GO,
  };

  it("takes the Go files of a tree and leaves out what the go command leaves out", () => {
    expect(paths(tree(usual))).toEqual(["a.go", "sub/b.go", "sub/deep/c.go"]);
  });

  it.each([["./..."], ["..."], ["."], ["./"]])("%s is the whole tree", (argument) => {
    expect(paths(tree(usual), argument)).toEqual(["a.go", "sub/b.go", "sub/deep/c.go"]);
  });

  it("takes dir/..., a directory and single files, each file once", () => {
    const cwd = tree(usual);
    expect(paths(cwd, "sub/...", "sub", "a.go", "./a.go")).toEqual(["a.go", "sub/b.go", "sub/deep/c.go"]);
    expect(paths(cwd, "sub/deep")).toEqual(["sub/deep/c.go"]);
  });

  it("takes what is named itself, wherever it stands", () => {
    const cwd = tree({ ...usual, ".gitignore": "a.go\n" });
    const { targets } = discover({ cwd, paths: ["a.go", "vendor/v/v.go", "sub/testdata"] });
    expect(targets.map((t) => [t.path, t.named])).toEqual([
      ["a.go", true],
      ["sub/testdata/t.go", false],
      ["vendor/v/v.go", true],
    ]);
  });

  it("takes everything with includeIgnored", () => {
    const cwd = tree({ ...usual, ".gitignore": "/sub/b.go\n" });
    const all = discover({ cwd, paths: [], includeIgnored: true }).targets.map((t) => t.path);
    expect(all).toContain("vendor/v/v.go");
    expect(all).toContain("sub/b.go");
    expect(all).not.toContain("node_modules/n/n.go");
  });

  it("heeds .gitignore: nested ones, negations, directories, and those above the argument", () => {
    const cwd = tree({
      ".git/": "",
      ".git/info/exclude": "private.go\n",
      ".gitignore": "gen/\n*.pb.go\n!keep.pb.go\n",
      "a.go": GO,
      "private.go": GO,
      "x.pb.go": GO,
      "keep.pb.go": GO,
      "gen/g.go": GO,
      "sub/.gitignore": "/only.go\n!x.pb.go\n",
      "sub/only.go": GO,
      "sub/x.pb.go": GO,
      "sub/deep/only.go": GO,
    });
    expect(paths(cwd)).toEqual(["a.go", "keep.pb.go", "sub/deep/only.go", "sub/x.pb.go"]);
    expect(paths(cwd, "sub/deep")).toEqual(["sub/deep/only.go"]);
    expect(paths(join(cwd, "sub"))).toEqual(["deep/only.go", "x.pb.go"]);
  });

  it("walks a directory that was named although it is ignored", () => {
    const cwd = tree({ ".git/": "", ".gitignore": "gen/\n", "gen/g.go": GO, "a.go": GO });
    expect(paths(cwd, "gen")).toEqual(["gen/g.go"]);
  });

  it("tells missing arguments and directories without Go", () => {
    const cwd = tree({ "docs/readme.md": "", "a.go": GO });
    const found = discover({ cwd, paths: ["nope", "docs", "a.go"] });
    expect(found.missing).toEqual(["nope"]);
    expect(found.empty).toEqual(["docs"]);
    expect(found.targets).toHaveLength(1);
  });

  it("does not call a directory empty whose files another argument brought", () => {
    const cwd = tree({ "a.go": GO });
    expect(discover({ cwd, paths: [".", "./..."] }).empty).toEqual([]);
  });

  it("follows links to files, not to directories, and tells broken ones", () => {
    const cwd = tree({ "real/a.go": GO, "mod/": "" });
    symlinkSync(join(cwd, "real/a.go"), join(cwd, "mod/link.go"));
    symlinkSync(join(cwd, "real"), join(cwd, "mod/dir"));
    symlinkSync(cwd, join(cwd, "mod/loop"));
    symlinkSync(join(cwd, "gone.go"), join(cwd, "mod/broken.go"));
    const found = discover({ cwd, paths: ["mod"] });
    expect(found.targets.map((t) => t.path)).toEqual(["mod/link.go"]);
    expect(found.problems).toEqual([{ path: "mod/broken.go", rule: null, message: "cannot follow the link: no such file" }]);
  });

  it("tells a directory that cannot be read", () => {
    const cwd = tree({ "a.go": GO });
    mkdirSync(join(cwd, "shut"));
    chmodSync(cwd, 0o755);
    chmodSync(join(cwd, "shut"), 0);
    const found = asNobody(() => discover({ cwd, paths: ["."] }));
    chmodSync(join(cwd, "shut"), 0o755);
    expect(found.targets.map((t) => t.path)).toEqual(["a.go"]);
    expect(found.problems[0]?.message).toBe("cannot read the directory: permission denied");
  });

  it("shows paths outside the working directory relative to it", () => {
    const cwd = tree({ "w/": "", "other/a.go": GO });
    const found = discover({ cwd: join(cwd, "w"), paths: ["../other"] });
    expect(found.targets.map((t) => t.path)).toEqual(["../other/a.go"]);
  });

  it("walks a deep tree without recursion", () => {
    const deep = Array.from({ length: 400 }, () => "d").join("/");
    expect(paths(tree({ [`${deep}/a.go`]: GO }))).toEqual([`${deep}/a.go`]);
  });
});
