import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  atLeast,
  builds32,
  type Constraint,
  canBuild,
  compareVersions,
  constraintOf,
  escapePath,
  evaluate,
  type FileReader,
  fileBuildVersion,
  formatVersion,
  Modules,
  parseExpression,
  parseGoMod,
  parseGoWork,
  parseVersion,
  platformOfName,
} from "../../src/go/module.ts";
import { outline } from "../../src/go/outline.ts";

const build = (...lines: string[]) => outline(`${lines.join("\n")}\n\npackage a\n`).build;

describe("versions", () => {
  it.each([
    ["1.21.3", "1.21"],
    ["1.21", "1.21"],
    ["go1.23rc1", "1.23"],
    ["go1.23beta2", "1.23"],
    ["go1.21.3-corp", "1.21"],
    ["go1.22rc1-x", "1.22"],
    ["1", "1.0"],
    ["go2.0", "2.0"],
  ])("%s speaks %s", (text, version) => expect(formatVersion(parseVersion(text) ?? { major: -1, minor: -1 })).toBe(version));

  it.each(["", "go", "default", "local", "1.", "1.x", "1.21.", "1.21.3.4", "01.2", "1.02", "1.21rc", "v1.2", "1.21 ", "1.21x", "-1.2"])(
    "%j is none",
    (text) => expect(parseVersion(text)).toBeNull(),
  );

  it("are ordered by number, not by text", () => {
    expect(compareVersions({ major: 1, minor: 9 }, { major: 1, minor: 10 })).toBeLessThan(0);
    expect(compareVersions({ major: 2, minor: 0 }, { major: 1, minor: 30 })).toBeGreaterThan(0);
    expect(atLeast({ major: 1, minor: 23 }, "1.23")).toBe(true);
    expect(atLeast({ major: 1, minor: 22 }, "1.23")).toBe(false);
    expect(() => atLeast({ major: 1, minor: 22 }, "new")).toThrow("not a Go version");
  });
});

const TAGS = ["linux", "amd64", "cgo", "go1.21", "unix", "custom_tag", "ü"];

function written(c: Constraint): string {
  if (c.op === "tag") return c.tag;
  // Go refuses a double negation
  if (c.op === "not") return c.of.op === "not" ? `!(${written(c.of)})` : c.of.op === "tag" ? `!${written(c.of)}` : `!(${written(c.of)})`;
  return `(${written(c.left)}) ${c.op === "and" ? "&&" : " || "} (${written(c.right)})`;
}

const constraint: fc.Arbitrary<Constraint> = fc.letrec<{ any: Constraint }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...TAGS).map((tag): Constraint => ({ op: "tag", tag })),
    tie("any").map((of): Constraint => ({ op: "not", of })),
    fc
      .tuple(fc.constantFrom("and" as const, "or" as const), tie("any"), tie("any"))
      .map(([op, left, right]): Constraint => ({ op, left, right })),
  ),
})).any;

describe("build constraints", () => {
  it("are read as they are written", () => {
    fc.assert(
      fc.property(constraint, (c) => {
        expect(parseExpression(written(c))).toEqual(c);
      }),
    );
  });

  it("bind ! tighter than &&, && tighter than ||", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (set) => {
        const [a, b, c, d] = set as [boolean, boolean, boolean, boolean];
        const has = (tag: string) => ({ a, b, c, d })[tag] ?? false;
        expect(evaluate(parseExpression("a || !b && c || d") as Constraint, has)).toBe(a || (!b && c) || d);
        expect(evaluate(parseExpression("(a||!b)&&!(c||d)") as Constraint, has)).toBe((a || !b) && !(c || d));
      }),
    );
  });

  it.each(["", "(", "a &&", "a b", "!!a", "a & b", "a || || b", "(a", "a)", "!", "a,b", "a // b", '"a"'])("%j is none", (text) =>
    expect(parseExpression(text)).toBeNull(),
  );

  it("are bounded as Go bounds them", () => {
    expect(parseExpression(`${"(".repeat(20_000)}a${")".repeat(20_000)}`)).toBeNull();
  });

  it("of several +build lines hold together", () => {
    const c = constraintOf(build("// +build linux,!cgo darwin", "// +build go1.18")) as Constraint;
    const holds = (...tags: string[]) => evaluate(c, (tag) => tags.includes(tag));
    expect(holds("linux", "go1.18")).toBe(true);
    expect(holds("linux", "cgo", "go1.18")).toBe(false);
    expect(holds("darwin", "cgo", "go1.18")).toBe(true);
    expect(holds("linux")).toBe(false);
    expect(constraintOf(build("//go:build a", "// +build b"))).toEqual({ op: "tag", tag: "a" });
  });

  it.each([
    ["x.go", null, null],
    ["linux.go", null, null],
    ["x_linux.go", "linux", null],
    ["x_arm.go", null, "arm"],
    ["dir_linux/x_linux_arm.go", "linux", "arm"],
    ["x_linux_arm_test.go", "linux", "arm"],
    ["x_arm_linux.go", "linux", null],
    ["x_linux_foo.go", null, null],
    ["linux_arm.go", null, "arm"],
    ["x_test.go", null, null],
    ["x_unix.go", null, null],
    ["x_linux.pb.go", "linux", null],
  ])("%s demands %s %s", (path, goos, goarch) => expect(platformOfName(path)).toEqual({ goos, goarch }));

  it("tell whether a platform can build a file", () => {
    const linux = { goos: "linux", goarch: "amd64" };
    expect(canBuild("x_linux.go", [], linux)).toBe(true);
    expect(canBuild("x_windows.go", [], linux)).toBe(false);
    expect(canBuild("x_linux.go", [], { goos: "android", goarch: "arm64" })).toBe(true);
    expect(canBuild("x.go", build("//go:build unix && !cgo"), linux)).toBe(true);
    expect(canBuild("x.go", build("//go:build unix"), { goos: "windows", goarch: "amd64" })).toBe(false);
    expect(canBuild("x.go", build("//go:build darwin"), { goos: "ios", goarch: "arm64" })).toBe(true);
    expect(canBuild("x.go", build("//go:build custom || windows"), linux)).toBe(true);
  });

  it("tell whether words can have 4 bytes", () => {
    expect(builds32("x.go", [])).toBe(true);
    for (const path of ["x_amd64.go", "x_js_wasm.go", "x_wasm.go", "x_linux_arm64.go", "x_darwin.go", "x_solaris.go"])
      expect(builds32(path, []), path).toBe(false);
    for (const path of ["x_386.go", "x_arm.go", "x_mipsle.go", "x_windows.go", "x_linux_test.go", "x_android.go"])
      expect(builds32(path, []), path).toBe(true);
    for (const line of [
      "amd64 || arm64",
      "!386 && !arm && !mips && !mipsle",
      "linux && amd64",
      "darwin",
      "js && wasm",
      "windows && mips",
      "custom && arm64",
    ]) {
      expect(builds32("x.go", build(`//go:build ${line}`)), line).toBe(false);
    }
    for (const line of ["linux", "!amd64", "amd64 || custom", "386 || arm", "unix", "go1.20", "ignore", "((("]) {
      expect(builds32("x.go", build(`//go:build ${line}`)), line).toBe(true);
    }
    expect(builds32("x_windows.go", build("//go:build mips"))).toBe(false);
    expect(builds32("x.go", build("// +build amd64 arm64"))).toBe(false);
  });

  it.each([
    ["go1.21", 21],
    ["linux && go1.22", 22],
    ["go1.20 && go1.22", 22],
    ["go1.20 || go1.22", 20],
    ["go1.20 || linux", null],
    ["!go1.22", null],
    ["!(!go1.22)", 22],
    ["!(!go1.22 || !go1.20)", 22],
    ["go1", 0],
    ["go1.x", null],
    ["linux", null],
  ])("%s implies 1.%s", (expression, minor) => {
    expect(fileBuildVersion(build(`//go:build ${expression}`))).toEqual(minor === null ? null : { major: 1, minor });
  });

  it("imply no version by +build", () => expect(fileBuildVersion(build("// +build go1.21"))).toBeNull());

  it("agree with the platforms that Go lists", () => {
    let list: string;
    try {
      list = execFileSync("go", ["tool", "dist", "list"], { encoding: "utf8" });
    } catch {
      return;
    }
    const narrow = new Set(["386", "arm", "mips", "mipsle"]);
    for (const line of list.trim().split("\n")) {
      const [goos, goarch] = line.split("/") as [string, string];
      expect(builds32(`x_${goos}_${goarch}.go`, []), line).toBe(narrow.has(goarch));
    }
  });
});

describe("go.mod", () => {
  it("is read by its lexical rules", () => {
    expect(
      parseGoMod(
        [
          "// c",
          'module "example.com/m" // x',
          "go 1.21.3",
          "toolchain go1.22.1\r",
          "require example.com/a v1.0.0",
          "require (",
          "\texample.com/b v1.2.3 // indirect",
          "\t`example.com/c` v0.0.0-20200101000000-abcdefabcdef // indirect; why",
          ") // end",
          "require ()",
          "replace example.com/a => ../a",
          "replace (",
          '\texample.com/b v1.2.3 => "../b c"',
          "\texample.com/c => example.com/d v1.0.0",
          "\tbroken =>",
          ")",
          "exclude example.com/a v0.9.0",
          "retract [v1.0.0, v1.1.0]",
          "tool example.com/t",
        ].join("\n"),
      ),
    ).toEqual({
      module: "example.com/m",
      go: { major: 1, minor: 21 },
      toolchain: "go1.22.1",
      require: [
        { path: "example.com/a", version: "v1.0.0", indirect: false },
        { path: "example.com/b", version: "v1.2.3", indirect: true },
        { path: "example.com/c", version: "v0.0.0-20200101000000-abcdefabcdef", indirect: true },
      ],
      replace: [
        { from: { path: "example.com/a", version: null }, to: { path: "../a", version: null } },
        { from: { path: "example.com/b", version: "v1.2.3" }, to: { path: "../b c", version: null } },
        { from: { path: "example.com/c", version: null }, to: { path: "example.com/d", version: "v1.0.0" } },
      ],
      exclude: [{ path: "example.com/a", version: "v0.9.0" }],
    });
    expect(parseGoMod("module(\n\tm\n)")).toMatchObject({ module: "m", go: null });
    expect(parseGoMod("")).toMatchObject({ module: "", go: null });
  });

  it("has go.work beside it", () => {
    expect(parseGoWork("go 1.22\nuse ./a\nuse (\n\t./b // x\n\t../c\n)\nreplace x => ./x\n")).toEqual({
      go: { major: 1, minor: 22 },
      toolchain: null,
      use: ["./a", "./b", "../c"],
      replace: [{ from: { path: "x", version: null }, to: { path: "./x", version: null } }],
    });
  });
});

function tree(files: Record<string, string>): FileReader {
  const dirs = new Set<string>();
  for (const path of Object.keys(files)) {
    for (let dir = path; dir.includes("/"); ) {
      dir = dir.slice(0, dir.lastIndexOf("/"));
      dirs.add(dir);
    }
  }
  return { read: (path) => files[path] ?? null, isDirectory: (path) => dirs.has(path) };
}

describe("modules", () => {
  const files = tree({
    "/r/go.work": "go 1.24\nuse (\n\t./m\n\t./n\n)\nreplace example.com/w => ./w\n",
    "/r/m/go.mod":
      "module example.com/m\ngo 1.22\nrequire (\n\texample.com/Up v1.0.0\n\texample.com/Up/sub v1.1.0\n\texample.com/local v1.0.0\n\texample.com/w v1.0.0\n\texample.com/moved v1.0.0\n)\nreplace example.com/local => ../local\nreplace example.com/moved v1.0.0 => example.com/new v2.0.0\n",
    "/r/m/a/b/x.go": "",
    "/r/m/inner/go.mod": "module example.com/inner\n",
    "/r/m/inner/x.go": "",
    "/r/m/nested/go.mod": "module example.com/m/nested\n",
    "/r/m/nested/x/x.go": "",
    "/r/n/go.mod": "module example.com/n\n",
    "/r/n/p/x.go": "",
    "/r/local/q/x.go": "",
    "/r/w/x.go": "",
    "/r/lone/go.mod": "module example.com/lone\ngo 1.18\nrequire example.com/v v1.0.0\n",
    "/r/lone/vendor/example.com/v/x.go": "",
    "/c/example.com/!up@v1.0.0/k/x.go": "",
    "/c/example.com/!up/sub@v1.1.0/k/x.go": "",
    "/c/example.com/new@v2.0.0/x.go": "",
    "/goroot/src/go.mod": "module std\ngo 1.26\n",
    "/goroot/src/net/http/x.go": "",
    "/goroot/src/vendor/golang.org/x/net/x.go": "",
    "/goroot/src/cmd/go.mod": "module cmd\ngo 1.26\n",
    "/goroot/src/cmd/go/x.go": "",
  });
  const modules = new Modules(files, { cache: "/c" });

  it("are found upward", () => {
    expect(modules.moduleOf("/r/m/a/b")?.mod.module).toBe("example.com/m");
    expect(modules.moduleOf("/r/m/inner")?.mod.module).toBe("example.com/inner");
    expect(modules.moduleOf("/elsewhere/x")).toBeNull();
    expect(modules.version("/r/m/a/b")).toEqual({ major: 1, minor: 22 });
    expect(modules.version("/r/n/p")).toEqual({ major: 1, minor: 16 });
    expect(modules.version("/elsewhere")).toBeNull();
  });

  it.each([
    ["/r/m", "example.com/m"],
    ["/r/m/a/b", "example.com/m/a/b"],
    ["/r/m/inner", "example.com/inner"],
    ["/goroot/src/net/http", "net/http"],
    ["/goroot/src/cmd/go", "cmd/go"],
    ["/elsewhere", ""],
  ])("%s is %j", (dir, path) => expect(modules.importPath(dir)).toBe(path));

  it.each([
    ["example.com/m/a/b", "/r/m", "/r/m/a/b"],
    ["example.com/m", "/r/m/a/b", "/r/m"],
    ["example.com/m/none", "/r/m", null],
    ["example.com/m/nested/x", "/r/m", null],
    ["example.com/n/p", "/r/m", "/r/n/p"],
    ["example.com/Up/k", "/r/m", "/c/example.com/!up@v1.0.0/k"],
    ["example.com/Up/sub/k", "/r/m", "/c/example.com/!up/sub@v1.1.0/k"],
    ["example.com/Up/none", "/r/m", null],
    ["example.com/local/q", "/r/m/a", "/r/local/q"],
    ["example.com/w", "/r/m", "/r/w"],
    ["example.com/moved", "/r/m", "/c/example.com/new@v2.0.0"],
    ["example.com/v", "/r/lone", "/r/lone/vendor/example.com/v"],
    ["example.com/n/p", "/r/lone", null],
    ["golang.org/x/net", "/goroot/src/net/http", "/goroot/src/vendor/golang.org/x/net"],
    ["net/http", "/goroot/src", "/goroot/src/net/http"],
    ["cmd/go", "/goroot/src/cmd", "/goroot/src/cmd/go"],
    ["fmt", "/r/m", null],
    ["example.com/mother", "/r/m", null],
  ])("%s from %s is %s", (path, from, dir) => expect(modules.directory(path, from)).toBe(dir));

  it("do without workspace and cache", () => {
    const alone = new Modules(files, { workspace: false });
    expect(alone.directory("example.com/n/p", "/r/m")).toBeNull();
    expect(alone.directory("example.com/Up/k", "/r/m")).toBeNull();
  });

  it("escape capitals", () => expect(escapePath("github.com/BurntSushi/toml")).toBe("github.com/!burnt!sushi/toml"));
});
