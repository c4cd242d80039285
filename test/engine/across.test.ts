import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { check } from "../../src/index.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gomend-across-"));
  write("go.mod", "module example.com/m\n\ngo 1.21\n");
  write(
    "cmd/run.go",
    `package cmd

import (
	"context"

	"example.com/m/util"
)

func Run(parent context.Context, bad error) {
	ctx, cancel := context.WithCancel(parent)
	if bad != nil {
		util.ExitWithError(bad)
		return
	}
	<-ctx.Done()
	cancel()
}
`,
  );
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

const rules = async (): Promise<string[]> => (await check({ cwd: dir, paths: ["."] })).findings.map((f) => `${f.rule} ${f.at.path}`);

test("a helper of another package that always exits ends the path", async () => {
  write("util/exit.go", 'package util\n\nimport "os"\n\nfunc ExitWithError(err error) {\n\tprintln(err.Error())\n\tos.Exit(1)\n}\n');
  expect(await rules()).toEqual([]);
});

test("one that may come back does not", async () => {
  write("util/exit.go", "package util\n\nfunc ExitWithError(err error) {\n\tprintln(err.Error())\n}\n");
  expect(await rules()).toEqual(["lost-cancel cmd/run.go"]);
});
