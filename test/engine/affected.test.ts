/** What a change has to do with is checked, and nothing else is. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../src/engine/run.ts";
import { rules } from "../../src/transforms/index.ts";
import { tree } from "./tree.ts";

const EXITS = 'package util\n\nimport "os"\n\nfunc Exit(err error) {\n\tprintln(err.Error())\n\tos.Exit(1)\n}\n';
const RETURNS = EXITS.replace("os.Exit(1)", "_ = os.Args");
const MID = 'package mid\n\nimport "example.com/m/util"\n\nfunc Exit(err error) { util.Exit(err) }\n';
const user = (name: string, path: string): string => `package ${name}

import (
	"context"

	"example.com/m/${path}"
)

func Run(parent context.Context, bad error) {
	ctx, cancel := context.WithCancel(parent)
	if bad != nil {
		${path}.Exit(bad)
		return
	}
	<-ctx.Done()
	cancel()
}
`;
const FILES = {
  "go.mod": "module example.com/m\n\ngo 1.21\n",
  "util/exit.go": RETURNS,
  "mid/mid.go": MID,
  "near/near.go": user("near", "util"),
  "far/far.go": user("far", "mid"),
  "apart/apart.go":
    'package apart\n\nimport "context"\n\nfunc leak(ctx context.Context) { ctx, _ = context.WithCancel(ctx); <-ctx.Done() }\n',
};

it("a change is checked with all that imports it, directly or not", async () => {
  const cwd = tree(FILES);
  const now = await run({ cwd, rules, base: { files: new Map([["util/exit.go", EXITS]]) } });
  expect(now.report.findings.map((f) => f.at.path)).toEqual(["near/near.go"]);
  expect(now.targets.map((t) => t.path)).toEqual(["far/far.go", "mid/mid.go", "near/near.go", "util/exit.go"]);
});

it("says what a check of everything says", async () => {
  const cwd = tree(FILES);
  // A file of the same base in a module file's company has everything checked.
  const all = await run({
    cwd,
    rules,
    base: {
      files: new Map([
        ["util/exit.go", EXITS],
        ["go.mod", FILES["go.mod"]],
      ]),
    },
  });
  const some = await run({ cwd, rules, base: { files: new Map([["util/exit.go", EXITS]]) } });
  expect(all.targets.length).toBe(5);
  expect(some.report.findings).toEqual(all.report.findings);
});

it("a file that is gone counts", async () => {
  const cwd = tree({ ...FILES, "util/exit.go": "package util\n" });
  rmSync(join(cwd, "util/exit.go"));
  writeFileSync(join(cwd, "util/other.go"), RETURNS);
  const now = await run({
    cwd,
    rules,
    base: {
      files: new Map([
        ["util/exit.go", EXITS],
        ["util/other.go", null],
      ]),
    },
  });
  expect(now.report.findings.map((f) => f.at.path)).toEqual(["near/near.go"]);
});

it("a change of nothing looks at nothing", async () => {
  const now = await run({ cwd: tree(FILES), rules, base: { files: new Map() } });
  expect(now.targets).toEqual([]);
  expect(now.report.findings).toEqual([]);
});
