import { beforeAll, describe, expect, it } from "vitest";
import { loadFormatter } from "../../src/go/format.ts";
import { loadGrammar } from "../../src/go/parse.ts";
import { check } from "./engine.ts";

beforeAll(async () => {
  await Promise.all([loadGrammar(), loadFormatter()]);
});

/** Whether each finding of the rule is pedantic, in order: `tiers` of one file named `path`. */
async function tiers(rule: string, path: string, go: string, text: string): Promise<string[]> {
  const files = [{ path, text: `package fixture\n${text}` }];
  const said = await check({ rule, name: "minor", directory: true, files, go, wants: [] });
  expect(said.report.problems).toEqual([]);
  return said.own.map((f) => f.tier ?? "of its rule");
}

describe("findings that are pedantic for where they stand", () => {
  const put = `
import ("sync"; "testing")
var pool sync.Pool
func BenchmarkPut(b *testing.B) { for b.Loop() { pool.Put(make([]byte, 8)) } }
func TestPut(t *testing.T) { pool.Put(make([]byte, 8)) }
`;
  it("pool-put-by-value in benchmarks, which tests and other code are not", async () => {
    expect(await tiers("pool-put-by-value", "a_test.go", "1.26", put)).toEqual(["pedantic", "of its rule"]);
    expect(await tiers("pool-put-by-value", "a.go", "1.26", put)).toEqual(["of its rule", "of its rule"]);
  });

  it("afterfunc-not-stopped is not silent when its function asks the context too late, or leaves when it is not done", async () => {
    const late = (body: string) => `time.AfterFunc(time.Second, func() { ${body}; println() })`;
    const text = `
import ("context"; "time")
func acks(ctx context.Context) {
	${late("println(); if ctx.Err() != nil { return }")}
	${late("if ctx.Err() == nil { return }")}
	${late("if ctx.Err() != nil { println() }")}
	${late("if ctx.Err() != nil { return }")}
}
`;
    expect(await tiers("afterfunc-not-stopped", "a.go", "1.26", text)).toHaveLength(3);
  });
});
