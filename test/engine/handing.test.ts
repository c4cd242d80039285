/** Acquisitions through functions of other packages of the module, and build-tagged twins of such functions. */
import { describe, expect, it } from "vitest";
import { type RunOptions, run } from "../../src/engine/run.ts";
import { rules } from "../../src/transforms/index.ts";
import { tree } from "./tree.ts";

const LOGS = `package logs

import "os"

func OpenLog() *os.File {
	f, err := os.Open("log")
	if err != nil {
		panic(err)
	}
	return f
}

func Try(name string) (*os.File, error) {
	return open(name)
}

func open(name string) (*os.File, error) {
	return os.Open(name)
}

var shared, _ = os.Open("shared")

func Shared() *os.File { return shared }

type Store struct{ dir string }

func (s *Store) Open(name string) (*os.File, error) {
	return os.Open(s.dir + name)
}
`;

/** A caller with nothing of package os in it. */
const use = (body: string): string => `package a

import "example.com/m/logs"

func use() int {
${body}
}
`;

const LEAKY = use('\tf := logs.OpenLog()\n\tif f.Name() == "" {\n\t\treturn 1\n\t}\n\tf.Close()\n\treturn 2');

async function check(files: Record<string, string>, options: Partial<RunOptions> = {}) {
  const cwd = tree({ "go.mod": "module example.com/m\n\ngo 1.26\n", "logs/logs.go": LOGS, ...files });
  const { report } = await run({ cwd, rules, ...options });
  expect(report.problems).toEqual([]);
  return report;
}

async function told(files: Record<string, string>, options: Partial<RunOptions> = {}): Promise<string[]> {
  return (await check(files, options)).findings.map((f) => `${f.at.path}: ${f.rule}: ${f.message}`);
}

describe("what another package of the module hands out", () => {
  it("is acquired where it is called", async () => {
    const report = await check({ "a/a.go": LEAKY }, { fix: true });
    expect(report.findings.map((f) => f.message)).toEqual(["f is not closed on every path"]);
    expect(report.files[0]?.after).toContain("\tf := logs.OpenLog()\n\tdefer f.Close()\n");
  });

  it("is known too when the other package is not among what is checked, and whichever rules run", async () => {
    const expected = ["a/a.go: file-not-closed: f is not closed on every path"];
    expect(await told({ "a/a.go": LEAKY }, { paths: ["a"] })).toEqual(expected);
    expect(await told({ "a/a.go": LEAKY }, { paths: ["a/a.go"] })).toEqual(expected);
    expect(await told({ "a/a.go": LEAKY }, { select: ["file-not-closed"] })).toEqual(expected);
    expect(await told({ "a/a.go": LEAKY }, { select: ["lost-cancel"] })).toEqual([]);
  });

  it("comes with its error, through functions of that package, and by methods", async () => {
    const try_ = use('\tf, err := logs.Try("x")\n\tif err != nil {\n\t\treturn 0\n\t}\n\treturn len(f.Name())');
    expect(await told({ "a/a.go": try_ })).toEqual(["a/a.go: file-not-closed: f is not closed on every path"]);
    const method = try_.replace('logs.Try("x")', '(&logs.Store{}).Open("x")');
    expect(await told({ "a/a.go": method })).toEqual(["a/a.go: file-not-closed: f is not closed on every path"]);
  });

  it("is silent where it is released, handed on, shared, or another function of that name", async () => {
    for (const body of [
      "\tf := logs.OpenLog()\n\tdefer f.Close()\n\treturn 1",
      "\tkeep(logs.OpenLog())\n\treturn 1",
      "\tf := logs.Shared()\n\treturn len(f.Name())",
      "\tvar x other\n\tn := x.OpenLog()\n\treturn n",
    ])
      expect(
        await told({ "a/a.go": use(body), "a/b.go": "package a\n\ntype other struct{}\n\nfunc (other) OpenLog() int { return 1 }\n" }),
      ).toEqual([]);
  });

  it("can be a resource of one's own", async () => {
    const row = "resources:\n  - {id: conn-kept, acquire: example.com/m/db.Dial, release: Release}\n";
    const db =
      "package db\n\ntype Conn struct{}\n\nfunc Dial() *Conn { return &Conn{} }\n\nfunc (c *Conn) Release() {}\n\nfunc (c *Conn) Ping() {}\n";
    const wrap = 'package wrap\n\nimport "example.com/m/db"\n\nfunc Line() *db.Conn { return db.Dial() }\n';
    const go = 'package a\n\nimport "example.com/m/wrap"\n\nfunc f() {\n\tc := wrap.Line()\n\tc.Ping()\n}\n';
    expect(await told({ ".gomend.yml": row, "db/db.go": db, "wrap/wrap.go": wrap, "a/a.go": go })).toEqual([
      "a/a.go: conn-kept: c is not released on every path",
    ]);
  });
});

describe("build-tagged twins", () => {
  const twin = (tag: string, body: string): string =>
    `//go:build ${tag}\n\npackage sys\n\nimport "os"\n\nfunc Open() (*os.File, error) {\n\treturn ${body}\n}\n\nfunc Shut(f *os.File) {\n\tf.Close()\n}\n`;
  const go = `package a

import "example.com/m/sys"

func use() string {
	f, err := sys.Open()
	if err != nil {
		return ""
	}
	return f.Name()
}
`;
  const one = twin("linux", 'os.Open("a")');

  it("that agree are known: what they hand out", async () => {
    const files = { "sys/a.go": one, "sys/b.go": twin("!linux", 'os.Create("b")'), "a/a.go": go };
    expect(await told(files)).toEqual(["a/a.go: file-not-closed: f is not closed on every path"]);
  });

  it("that disagree are unknown", async () => {
    const kept = twin("!linux", "kept, nil").replace("func Shut", 'var kept, _ = os.Open("b")\n\nfunc Shut');
    expect(await told({ "sys/a.go": one, "sys/b.go": kept, "a/a.go": go })).toEqual([]);
  });

  it("that agree are known: what they do with an argument", async () => {
    const shut = go.replace("return f.Name()", "defer sys.Shut(f)\n\treturn f.Name()");
    const other = twin("!linux", 'os.Open("b")');
    expect(await told({ "sys/a.go": one, "sys/b.go": other, "a/a.go": shut })).toEqual([]);
    const reads = (t: string) => t.replace("f.Close()", "println(f.Name())");
    expect(await told({ "sys/a.go": reads(one), "sys/b.go": reads(other), "a/a.go": shut })).toHaveLength(1);
    // One of them may close it: nothing is known, and nothing said.
    expect(await told({ "sys/a.go": one, "sys/b.go": reads(other), "a/a.go": shut })).toEqual([]);
  });

  it("that agree are known: that they never return", async () => {
    const die = (tag: string, how: string): string => `//go:build ${tag}\n\npackage a\n\nimport "os"\n\nfunc die() {\n\t${how}\n}\n`;
    const use = `package a\n\nimport "os"\n\nfunc use(b bool) {\n\tf, err := os.Open("x")\n\tif err != nil {\n\t\treturn\n\t}\n\tif b {\n\t\tdie()\n\t\treturn\n\t}\n\tf.Close()\n}\n`;
    expect(await told({ "a/a.go": use, "a/x.go": die("linux", "os.Exit(1)"), "a/y.go": die("!linux", "os.Exit(2)") })).toEqual([]);
    expect(await told({ "a/a.go": use, "a/x.go": die("linux", "os.Exit(1)"), "a/y.go": die("!linux", "_ = os.Args") })).toHaveLength(1);
  });
});
