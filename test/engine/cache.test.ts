/** The cache: the same findings as without it, and a new check when, and only when, something that a check saw has changed. */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { CacheStore } from "../../src/engine/cache/cache.ts";
import { type Run, type RunOptions, run } from "../../src/engine/run.ts";
import { rules } from "../../src/transforms/index.ts";
import { tree } from "./tree.ts";

class Memory implements CacheStore {
  readonly buckets = new Map<string, string>();
  read(bucket: string): string | null {
    return this.buckets.get(bucket) ?? null;
  }
  write(bucket: string, text: string): void {
    this.buckets.set(bucket, text);
  }
}

const MAIN = `package cmd

import (
	"context"

	"example.com/m/util"
)

func Run(parent context.Context, bad error) {
	ctx, cancel := context.WithCancel(parent)
	if bad != nil {
		util.Exit(bad)
		return
	}
	<-ctx.Done()
	cancel()
}
`;
const EXITS =
  'package util\n\nimport "os"\n\nfunc Exit(err error) {\n\tprintln(err.Error())\n\tos.Exit(1)\n}\n\nfunc Other() int { return 1 }\n';
const RETURNS = EXITS.replace("os.Exit(1)", "_ = os.Args");
const LEAK = `package leak

import "context"

func leak(ctx context.Context) context.Context {
	ctx, _ = context.WithCancel(ctx)
	return ctx
}
`;

let cwd: string;
let store: Memory;

beforeEach(() => {
  cwd = tree({ "go.mod": "module example.com/m\n\ngo 1.21\n", "cmd/run.go": MAIN, "util/exit.go": EXITS, "leak/leak.go": LEAK });
  store = new Memory();
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

const go = (more: Partial<RunOptions> = {}, build = "b1"): Promise<Run> => run({ cwd, rules, cache: { store, build, least: 0 }, ...more });

const said = ({ report }: Run): unknown[] => report.findings.map((f) => [f, report.fingerprints.get(f)]);

/** Runs again; the directories that were checked anew. */
async function checked(more: Partial<RunOptions> = {}, build = "b1"): Promise<string[]> {
  const again = await go(more, build);
  const plain = await run({ cwd, rules, ...more });
  expect(said(again)).toEqual(said(plain));
  expect(again.report.problems).toEqual(plain.report.problems);
  const { parsedBytes: _, milliseconds: __, ...stats } = again.report.stats;
  expect(plain.report.stats).toMatchObject(stats);
  return ["cmd", "leak", "util"].filter((dir) => !again.cached.includes(dir));
}

/** Nothing of package os: what it takes is handed out by util. */
const TAKES = `package cmd

import "example.com/m/util"

func Take() string {
	f, err := util.Open()
	if err != nil {
		return ""
	}
	return f.Name()
}
`;
const HANDS = `package util

import "os"

func Open() (*os.File, error) { return open() }

func open() (*os.File, error) { return os.Open("x") }
`;

describe("what a package hands out", () => {
  it("asks for a new check of those who take it when it changes", async () => {
    write("cmd/take.go", TAKES);
    write("util/hands.go", HANDS);
    const rules = async () => (await go()).report.findings.map((f) => f.rule);
    expect(await rules()).toContain("file-not-closed");
    write("util/hands.go", HANDS.replace('os.Open("x")', "os.Stdin, nil"));
    expect(await checked()).toEqual(["cmd", "util"]);
    expect(await rules()).not.toContain("file-not-closed");
    write("util/hands.go", HANDS.replace("return open()", "f, err := open()\n\tkept = f\n\treturn f, err").concat("\nvar kept *os.File\n"));
    expect(await checked()).toEqual(["cmd", "util"]);
    write("util/hands.go", HANDS);
    expect(await checked()).toEqual([]);
    expect(await rules()).toContain("file-not-closed");
  });
});

describe("a second run", () => {
  it("parses nothing and says the same", async () => {
    expect((await go()).cached).toEqual([]);
    const second = await go();
    expect(second.cached).toEqual(["cmd", "leak", "util"]);
    expect(second.report.stats.parsedBytes).toBe(0);
    expect(await checked()).toEqual([]);
  });

  it("can fix what it did not check", async () => {
    await go({ unsafeFixes: true });
    const fixed = await go({ fix: true, unsafeFixes: true });
    expect(fixed.cached).toContain("leak");
    expect(fixed.report.files).toEqual((await run({ cwd, rules, fix: true, unsafeFixes: true })).report.files);
    expect(fixed.report.files.map((f) => f.path)).toEqual(["leak/leak.go"]);
  });
});

describe("a change", () => {
  beforeEach(async () => {
    await go();
  });

  it("of a file's times alone asks for nothing", async () => {
    utimesSync(join(cwd, "leak/leak.go"), 1, 1);
    expect(await checked()).toEqual([]);
  });

  it("of a declaration that was seen asks for the package and those who looked", async () => {
    write("util/exit.go", RETURNS);
    expect(await checked()).toEqual(["cmd", "util"]);
    expect((await go()).report.findings.map((f) => `${f.rule} ${f.at.path}`)).toContain("lost-cancel cmd/run.go");
  });

  it("of a declaration that nobody saw asks for its package alone", async () => {
    write("util/exit.go", EXITS.replace("return 1", "return 2"));
    expect(await checked()).toEqual(["util"]);
  });

  it("of a package's imports asks for those who looked at it", async () => {
    write("util/exit.go", EXITS.replace('import "os"', 'import (\n\t_ "fmt"\n\t"os"\n)'));
    expect(await checked()).toEqual(["cmd", "util"]);
  });

  it("that adds a file asks for its directory", async () => {
    write("leak/more.go", "package leak\n");
    expect(await checked()).toEqual(["leak"]);
  });

  it("that keeps size and times within the clock's grain is seen", async () => {
    const path = join(cwd, "leak/leak.go");
    const { atime, mtime } = statSync(path);
    write("leak/leak.go", LEAK.replace("return ctx", "return nil"));
    utimesSync(path, atime, mtime);
    expect(await checked()).toEqual(["leak"]);
  });

  it("of where an import leads asks for those who import it", async () => {
    rmSync(join(cwd, "util"), { recursive: true });
    expect((await go()).cached).toEqual(["leak"]);
  });

  it("of the language version asks for all of the module", async () => {
    write("go.mod", "module example.com/m\n\ngo 1.23\n");
    expect(await checked()).toEqual(["cmd", "leak", "util"]);
  });

  it("of the configuration, the selection or gomend itself asks for all", async () => {
    expect(await checked({ select: ["ALL"] })).toEqual(["cmd", "leak", "util"]);
    expect(await checked({}, "b2")).toEqual(["cmd", "leak", "util"]);
    write(".gomend.yml", "ignore: [lost-cancel]\n");
    expect(await checked()).toEqual(["cmd", "leak", "util"]);
    expect(await checked()).toEqual([]);
  });

  it("that is taken back finds the earlier result", async () => {
    write("util/exit.go", RETURNS);
    await go();
    write("util/exit.go", EXITS);
    expect(await checked()).toEqual([]);
  });
});

describe("a store", () => {
  it("that is broken, of another shape or lies about texts only costs time", async () => {
    await go();
    const spoil: ((text: string) => string)[] = [
      () => "no JSON",
      () => "[]",
      () => '{"entries":{"x":[1]},"marks":{"leak":{"leak.go":[1]}}}',
      (text) => text.replaceAll('"start":', '"start":1e9,"x":'),
      (text) => text.replaceAll('"title":', '"name":'),
      (text) => text.replaceAll('"sources":{"leak/leak.go"', '"sources":{"../leak.go"'),
    ];
    const whole = new Map(store.buckets);
    for (const change of spoil) {
      for (const [name, text] of whole) store.buckets.set(name, change(text));
      expect(await checked()).toContain("leak");
    }
  });

  it("that throws nothing away grows no further than its bound", async () => {
    for (let i = 0; i < 6; i++) {
      write("leak/leak.go", LEAK + "\n".repeat(i));
      await go();
    }
    const entries = [...store.buckets.values()].flatMap((text) => Object.values(JSON.parse(text).entries as object));
    expect(Math.max(...entries.map((e) => (e as unknown[]).length))).toBe(4);
  });

  it("keeps nothing of the standard input or of rules of one's own", async () => {
    store = new Memory();
    await go({ stdin: { path: "leak/leak.go", bytes: readFileSync(join(cwd, "leak/leak.go")) } });
    await go({ rules: [...rules] });
    expect(store.buckets.size).toBe(0);
  });
});
