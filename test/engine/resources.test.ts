/** Resources that a user describes in `.gomend.yml`: the same findings, fixes and suppressions as gomend's own. */
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type RunOptions, run } from "../../src/engine/run.ts";
import { render } from "../../src/report/index.ts";
import { sarif } from "../../src/report/sarif.ts";
import { parseSymbol } from "../../src/rule/resources/own.ts";
import { rules } from "../../src/transforms/index.ts";
import { tree } from "./tree.ts";

const CONN = `resources:
  - id: conn-not-released
    acquire: example.com/pool.(*Pool).Acquire
    release: Release
`;
const CRON = `resources:
  - id: sched-not-stopped
    acquire: github.com/robfig/cron/v3.(*Cron).Start
    release: Stop
    applicability: safe
`;

/** The pool's own module: its types are known. */
const POOL = `package pool

type Pool struct{}

type Conn struct{}

func (p *Pool) Acquire(n int) (*Conn, error) { return &Conn{}, nil }

func (c *Conn) Release() {}

func (c *Conn) Ping() error { return nil }
`;

const USE = `package a

import "example.com/pool"

func use(p *pool.Pool) error {
	c, err := p.Acquire(1)
	if err != nil {
		return err
	}
	return c.Ping()
}
`;

function inModule(files: Record<string, string>): string {
  return tree({ "go.mod": "module example.com\n\ngo 1.26\n", "pool/pool.go": POOL, ...files });
}

async function check(files: Record<string, string>, options: Partial<RunOptions> = {}) {
  return run({ cwd: inModule(files), rules, ...options });
}

describe("resources of one's own", () => {
  it("are found, with the path on which they leak, and mended", async () => {
    const { report } = await check({ ".gomend.yml": CONN, "a/a.go": USE }, { fix: true, unsafeFixes: true });
    expect(report.problems).toEqual([]);
    const [finding] = report.findings;
    expect(finding).toMatchObject({ rule: "conn-not-released", message: "c is not released on every path" });
    expect(finding?.related?.map((r) => r.message)).toEqual(["when this does not hold", "returns here without releasing c"]);
    expect(finding?.fixes[0]).toMatchObject({ title: "Release c when the function returns", applicability: "unsafe" });
    expect(report.files[0]?.after).toContain("\t\treturn err\n\t}\n\tdefer c.Release()\n\treturn c.Ping()\n");
    expect(report.left).toEqual([]);
  });

  it("have safe fixes where the row says so, and the row's own text, words and tier", async () => {
    const row = `resources:
  - id: conn-not-released
    acquire: {call: example.com/pool.Pool.Acquire, result: 0, error: 1}
    release: [Release, Close]
    applicability: safe
    fix: release({})
    tier: pedantic
    title: connection that stays taken
`;
    const files = { ".gomend.yml": row, "a/a.go": USE.replace("func use", "func release(c *pool.Conn) { c.Release() }\n\nfunc use") };
    expect((await check(files)).report.findings).toEqual([]);
    const { report, rules: known } = await check(files, { fix: true, select: ["pedantic"] });
    expect(report.files[0]?.after).toContain("\tdefer release(c)\n");
    expect(known.find((r) => r.id === "conn-not-released")).toMatchObject({ title: "connection that stays taken", family: "resources" });
  });

  it("are what a method was called on, where the call gives nothing to hold", async () => {
    const go = `package a

import (
	"context"

	"github.com/robfig/cron/v3"
)

func serve(ctx context.Context) error {
	c := cron.New()
	c.Start()
	<-ctx.Done()
	return ctx.Err()
}

func well(ctx context.Context) error {
	c := cron.New()
	c.Start()
	defer c.Stop()
	<-ctx.Done()
	return ctx.Err()
}
`;
    const { report } = await check({ ".gomend.yml": CRON, "a/a.go": go }, { fix: true, select: ["sched-not-stopped"] });
    expect(report.findings.map((f) => f.message)).toEqual(["c is not stopped on every path"]);
    expect(report.files[0]?.after).toContain("\tc.Start()\n\tdefer c.Stop()\n\t<-ctx.Done()\n");
  });

  it("are told apart by the error of what starts them", async () => {
    const row = "resources:\n  - {id: srv-not-stopped, acquire: example.com/srv.(*Server).Start, release: Stop, applicability: safe}\n";
    const srv = "package srv\n\ntype Server struct{}\n\nfunc (s *Server) Start() error { return nil }\n\nfunc (s *Server) Stop() {}\n";
    const go = `package a

import "example.com/srv"

func one() error {
	s := &srv.Server{}
	if err := s.Start(); err != nil {
		return err
	}
	println("one")
	return nil
}

func two() error {
	s := &srv.Server{}
	err := s.Start()
	if err != nil {
		return err
	}
	println("two")
	return nil
}
`;
    const { report } = await check({ ".gomend.yml": row, "srv/srv.go": srv, "a/a.go": go }, { fix: true });
    expect(report.findings).toHaveLength(2);
    expect(report.files[0]?.after.match(/\t\treturn err\n\t}\n\tdefer s\.Stop\(\)\n\tprintln/g)).toHaveLength(2);
  });

  it("may come from a module that is not at hand, when the row says what makes the type", async () => {
    const row = (more: string) =>
      `resources:\n  - id: lease-not-ended\n    acquire: other.org/lease.(*Client).Grant\n    release: End\n${more}`;
    const go = `package a

import "other.org/lease"

func f() {
	c := lease.New("x")
	l, err := c.Grant(5)
	if err != nil {
		return
	}
	println(l.ID)
}
`;
    expect((await check({ ".gomend.yml": row(""), "a/a.go": go })).report.findings).toEqual([]);
    const { report } = await check({ ".gomend.yml": row("    made-by: other.org/lease.New\n"), "a/a.go": go });
    expect(report.findings.map((f) => f.message)).toEqual(["l is not ended on every path"]);
  });

  it("are suppressed by comments, an unused one is told, and select and ignore know them", async () => {
    const calm = USE.replace("p.Acquire(1)", "p.Acquire(1) //gomend:ignore conn-not-released // the pool takes it back");
    expect((await check({ ".gomend.yml": CONN, "a/a.go": calm })).report.findings).toEqual([]);
    const idle = USE.replace("return c.Ping()", "defer c.Release()\n\treturn c.Ping() //gomend:ignore conn-not-released // no");
    const { report } = await check({ ".gomend.yml": CONN, "a/a.go": idle });
    expect(report.findings.map((f) => f.rule)).toEqual(["unused-suppression"]);
    expect((await check({ ".gomend.yml": `${CONN}ignore: [conn-not-released]\n`, "a/a.go": USE })).report.findings).toEqual([]);
    expect((await check({ ".gomend.yml": CONN, "a/a.go": USE }, { select: ["lost-cancel"] })).report.findings).toEqual([]);
  });

  it("hold where their configuration holds, and can be selected from outside of it", async () => {
    const files = { "sub/.gomend.yml": CONN, "sub/a.go": USE, "a/a.go": USE };
    const { report } = await check(files, { select: ["conn-not-released", "lost-cancel"] });
    expect(report.findings.map((f) => f.at.path)).toEqual(["sub/a.go"]);
    await expect(check({ "a/a.go": USE }, { select: ["conn-not-released"] })).rejects.toThrow('unknown rule "conn-not-released"');
  });

  it("stand in SARIF with their metadata", async () => {
    const { report, rules: known } = await check({ ".gomend.yml": CONN, "a/a.go": USE });
    const context = { rules: known, version: "0.0.0", color: picocolors.createColors(false) };
    const { runs } = JSON.parse(render(sarif, report, context)) as {
      runs: { tool: { driver: { rules: { id: string; fullDescription: object }[] } }; results: { ruleIndex: number }[] }[];
    };
    const driver = runs[0]?.tool.driver.rules ?? [];
    expect(driver[runs[0]?.results[0]?.ruleIndex ?? -1]).toMatchObject({
      id: "conn-not-released",
      fullDescription: { text: ".gomend.yml says that what Acquire acquires has to be released." },
    });
  });

  it.each<[string, string, string]>([
    ["no id", "  - {acquire: a.F, release: Close}", ".gomend.yml:2:5: resources.0.id: expected an id such as"],
    ["an id that is taken", "  - {id: lost-cancel, acquire: a/b.F, release: Close}", 'there is a rule "lost-cancel" already'],
    [
      "an id twice",
      "  - {id: a-b, acquire: a.F, release: C}\n  - {id: a-b, acquire: a.F, release: C}",
      '3:10: there is a rule "a-b" already',
    ],
    ["no symbol", "  - {id: a-b, acquire: open, release: Close}", "2:24: resources.0.acquire: write it as import/path.Func"],
    ["no release", '  - {id: a-b, acquire: a.F, release: "a b"}', 'resources.0.release: expected a method such as "Close"'],
    ["an unknown key", "  - {id: a-b, acquire: a.F, relase: Close}", 'unknown key "relase", did you mean "release"?'],
    ["an unknown key of an acquisition", "  - {id: a-b, acquire: [{call: a.F, eror: 1}], release: Close}", "eror"],
    ["a fix without a holder", "  - {id: a-b, acquire: a.F, release: Close, fix: close()}", "expected {} for the holder"],
  ])("are refused with the place: %s", async (_, row, message) => {
    await expect(check({ ".gomend.yml": `resources:\n${row}\n`, "a/a.go": USE })).rejects.toThrow(message);
  });

  it.each<[string, object | null]>([
    ["os.Open", { path: "os", type: null, name: "Open" }],
    ["net/http.Client.Get", { path: "net/http", type: "Client", name: "Get" }],
    ["github.com/robfig/cron/v3.(*Cron).Start", { path: "github.com/robfig/cron/v3", type: "Cron", name: "Start" }],
    ["gopkg.in/yaml.v3.NewDecoder", { path: "gopkg.in/yaml.v3", type: null, name: "NewDecoder" }],
    ["gopkg.in/yaml.v3.(*Decoder).Decode", { path: "gopkg.in/yaml.v3", type: "Decoder", name: "Decode" }],
    ["Open", null],
    ["os.", null],
  ])("reads the symbol %s", (text, expected) => {
    expect(parseSymbol(text)).toEqual(expected);
  });

  it("has a JSON Schema for editors that takes and refuses the same", () => {
    const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync("schema/config-1.json", "utf8")) as object);
    for (const text of [CONN, CRON, "select: [ALL]\ngo: 1.22\nper-file:\n  - files: [a]\n"]) expect(validate(parse(text))).toBe(true);
    for (const text of ["selct: [ALL]", "resources:\n  - {id: x, acquire: a.F, release: C}", "resources:\n  - {id: a-b}"])
      expect(validate(parse(text))).toBe(false);
  });
});
