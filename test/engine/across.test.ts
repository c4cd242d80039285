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

// What stands in another package is asked through that package, or not at all.
const everything = async (): Promise<string[]> => {
  const report = await check({ cwd: dir, paths: ["."], select: ["ALL"] });
  expect(report.problems).toEqual([]);
  return report.findings.filter((f) => f.at.path.startsWith("cmd/")).map((f) => `${f.rule} ${f.at.path}:${f.at.start}`);
};

test("a field of another package's struct has the type that is written there", async () => {
  write(
    "util/util.go",
    `package util

import "example.com/else/proxy"

type Options struct {
	Logger proxy.Logger
	Inner  struct{ Logger *proxy.Logger }
}

var Global struct{ Logger proxy.Logger }
`,
  );
  const main = (call: string): string => `package cmd

import (
	"context"

	"example.com/m/util"
)

func Run(ctx context.Context, o *util.Options) {
	for {
		ctx = ${call}
		limited, cancel := context.WithTimeout(ctx, 1)
		work(limited)
		cancel()
	}
}

func work(context.Context) {}
`;
  write("cmd/run.go", main("o.Logger.With(ctx)"));
  expect(await everything()).toEqual([]);
  write("cmd/run.go", main("o.Inner.Logger.With(ctx)"));
  expect(await everything()).toEqual([]);
  write("cmd/run.go", main("util.Global.Logger.With(ctx)"));
  expect(await everything()).toEqual([]);
});

test("what a dot import brings is no local", async () => {
  write(
    "util/util.go",
    `package util

import (
	"context"
	"net/http"
	"os"

	"example.com/else/tracing"
)

func base() context.Context { return context.Background() }

var (
	Root             = base()
	Kept             = context.WithValue(base(), "key", 1)
	Signals          = make(chan os.Signal)
	Ended            = Kept.Done()
	Tracer           = tracing.New()
	Typed  tracing.T = tracing.New()
	Server           = http.NewServeMux()
)
`,
  );
  write(
    "cmd/run.go",
    `package cmd

import (
	"context"
	"database/sql"
	"net/http"
	"os"
	"os/signal"

	. "example.com/m/util"
)

func Handle(w http.ResponseWriter, r *http.Request, db *sql.DB) {
	db.ExecContext(Kept, "a")
	db.ExecContext(Root, "a")
	go db.ExecContext(Kept, r.URL.Path)
}

func Run(ctx context.Context) {
	signal.Notify(Signals, os.Interrupt)
	for {
		ctx = Tracer.Start(ctx)
		ctx = Typed.Start(ctx)
		limited, cancel := context.WithTimeout(Root, 1)
		limited.Err()
		cancel()
		select {
		case <-Ended:
		case <-Signals:
		}
	}
}
`,
  );
  expect(await everything()).toEqual([]);
});
