/** What the review writes is what `fix` writes for the same selection, byte for byte. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Item, itemsOf } from "../../src/cli/tui/core/item.ts";
import { initial } from "../../src/cli/tui/core/list.ts";
import { reduce } from "../../src/cli/tui/core/reduce.ts";
import type { Action, Decision, State } from "../../src/cli/tui/core/state.ts";
import { draft } from "../../src/cli/tui/rewrite.ts";
import { Sources } from "../../src/cli/tui/sources.ts";
import { writeAccepted } from "../../src/cli/tui/write.ts";
import { type Run, run } from "../../src/engine/run.ts";
import { loadFormatter } from "../../src/go/format.ts";
import type { Fix } from "../../src/rule/rule.ts";
import { rules } from "../../src/transforms/index.ts";
import { LEAKY, STUCK } from "../cli/samples.ts";
import { callRule } from "../engine/rules.ts";
import { tree } from "../engine/tree.ts";
import { body, named } from "./trees.ts";

const TIMERS = `package p

import "time"

func poll(done chan struct{}, out chan int) {
	for {
		select {
		case <-done:
			return
		case <-time.After(time.Second):
			out <- 1
		}
	}
}

func later(f func()) {
	t := time.NewTimer(time.Second)
	go f()
	<-done
	_ = t
}

var done = make(chan struct{})
`;

const FILES: Record<string, string> = {
  "go.mod": "module example.com/p\n\ngo 1.21\n",
  "p/a.go": [named(LEAKY, "p", 1), body(named(LEAKY, "p", 2)), body(named(STUCK, "p", 3)), body(named(LEAKY, "p", 4))].join(""),
  "p/t.go": TIMERS,
  "q/b.go": named(LEAKY, "q", 1).replaceAll("\n", "\r\n"),
  "q/c.go": named(STUCK, "q", 2),
};

const itemsIn = (r: Run): Item[] => [...r.checked].flatMap(([directory, checked]) => itemsOf(directory, checked));
const textsOf = (cwd: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.keys(files).map((path) => [path, readFileSync(join(cwd, path), "utf8")]));

function restore(cwd: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(cwd, path), text);
}

const key = (k: string): Action => ({ type: "key", key: k, text: "" });
const randomKeys = fc.array(fc.constantFrom("y", "n", "tab", "u", "ctrl-r", "J", "K", "space", "a", "A", "d", "o", "end", "home"), {
  maxLength: 25,
});

function played(items: readonly Item[], keys: readonly string[]): State {
  let state = reduce(initial(), { type: "items", items }).state;
  for (const k of keys) state = reduce(state, key(state.overlay ? "y" : k)).state;
  return state.overlay ? reduce(state, key("y")).state : state;
}

beforeEach(() => {
  process.env.GOMEND_STATE_DIR = join(tree({}), "state");
});

afterEach(() => {
  delete process.env.GOMEND_STATE_DIR;
});

describe("a write", () => {
  it("is what fix writes for the same selection, for any way of deciding", async () => {
    const cwd = tree(FILES);
    const options = { cwd, rules, isolated: true };
    await fc.assert(
      fc.asyncProperty(randomKeys, async (keys) => {
        restore(cwd, FILES);
        const first = await run(options);
        const items = itemsIn(first);
        expect(items.length).toBeGreaterThan(5);
        const { decisions } = played(items, keys);
        await writeAccepted(first, cwd, items, decisions, itemsIn);
        const reviewed = textsOf(cwd, FILES);
        restore(cwd, FILES);
        // The same selection by name and number, in a run of its own.
        const wanted = new Map(
          items.flatMap((i) =>
            decisions.get(i.id)?.kind === "accept" ? [[i.id, decisions.get(i.id) as Decision & { kind: "accept" }]] : [],
          ),
        );
        const again = await run(options);
        const known = new Set(again.report.findings);
        const fixed = await again.apply((finding, print) =>
          known.has(finding) ? (finding.fixes[wanted.get(print)?.fix ?? -1] ?? null) : null,
        );
        const expected = { ...FILES, ...Object.fromEntries(fixed.files.map((f) => [f.path, f.after])) };
        expect(reviewed).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("of all that is safe is what `fix` writes", async () => {
    const cwd = tree(FILES);
    const options = { cwd, rules, isolated: true };
    const fixed = await run({ ...options, fix: true });
    const first = await run(options);
    const items = itemsIn(first);
    const safe = items.flatMap((item): [string, Decision][] => {
      const fix = item.alternatives.findIndex((a) => a.barred === null && a.fix.applicability === "safe");
      return fix >= 0 ? [[item.id, { kind: "accept", fix }]] : [];
    });
    await writeAccepted(first, cwd, items, new Map(safe), itemsIn);
    expect(textsOf(cwd, FILES)).toEqual({ ...FILES, ...Object.fromEntries(fixed.report.files.map((f) => [f.path, f.after])) });
  });

  const badCall = callRule("bad-call", "bad", (at) => [{ title: "Write ok", applicability: "safe", edits: [{ at, text: "ok()" }] }]);
  const calls = (...all: string[]): string => `package a\n\nfunc f() {\n${all.map((c) => `\t${c}\n`).join("")}}\n`;

  async function small(files: Record<string, string>) {
    const cwd = tree(files);
    const first = await run({ cwd, rules: [badCall], isolated: true });
    return { cwd, first, items: itemsIn(first), read: (path: string) => readFileSync(join(cwd, path), "utf8") };
  }

  it("keeps rejections with their findings where equal ones were mended before them", async () => {
    const { cwd, first, items, read } = await small({ "a.go": calls("bad()", "bad()", "bad()") });
    const [a, b] = items as [Item, Item];
    const written = await writeAccepted(
      first,
      cwd,
      items,
      new Map<string, Decision>([
        [a.id, { kind: "accept", fix: 0 }],
        [b.id, { kind: "reject" }],
      ]),
      itemsIn,
    );
    expect(read("a.go")).toBe(calls("ok()", "bad()", "bad()"));
    const after = itemsIn(written.run);
    expect(after.map((i) => [i.line, written.decisions.get(i.id)?.kind])).toEqual([
      [5, "reject"],
      [6, undefined],
    ]);
    expect([written.exposed, written.done.length, written.refused]).toEqual([0, 1, []]);
  });

  it("suppresses several on one line, and beside fixes that need another round", async () => {
    const { cwd, first, items, read } = await small({ "a.go": calls("bad(); bad()", "bad()") });
    const all = items.map((i, n): [string, Decision] => [
      i.id,
      n < 2 ? { kind: "suppress", reason: `reason ${n}` } : { kind: "accept", fix: 0 },
    ]);
    const written = await writeAccepted(first, cwd, items, new Map(all), itemsIn);
    expect(read("a.go")).toContain("\tok()\n");
    expect(read("a.go")).toMatch(/\t\/\/gomend:ignore bad-call \/\/ reason \d\n\tbad\(\); bad\(\)/);
    expect(written.run.report.findings).toEqual([]);
  });

  it("leaves alone a file that changed, and says so", async () => {
    const { cwd, first, items, read } = await small({ "a.go": calls("bad()"), "b/b.go": calls("bad()") });
    writeFileSync(join(cwd, "a.go"), calls("other()"));
    const written = await writeAccepted(
      first,
      cwd,
      items,
      new Map(items.map((i): [string, Decision] => [i.id, { kind: "accept", fix: 0 }])),
      itemsIn,
    );
    expect([read("a.go"), read("b/b.go")]).toEqual([calls("other()"), calls("ok()")]);
    expect(written.refused.map((r) => [r.item.finding.at.path, r.why])).toEqual([
      ["a.go", expect.stringContaining("changed since it was read")],
    ]);
  });

  it("takes what somebody wrote in place of a fix", async () => {
    await loadFormatter();
    const { cwd, first, items, read } = await small({ "a.go": `// head\n${calls("bad()", "bad()")}` });
    const sources = new Sources();
    sources.add(first.report.sources);
    const item = items[1] as Item;
    const text = draft(sources, item, sources.outlook(item, 0));
    expect(text?.text).toBe("func f() {\n\tbad()\n\tok()\n}");
    expect(text?.line).toBe(3);
    const edits = text?.edits("func f() {\n\tbad()\n\tok( 1 ) // mine\n}\n") ?? [];
    await writeAccepted(first, cwd, items, new Map<string, Decision>([[item.id, { kind: "edit", fix: 0, edits }]]), itemsIn);
    expect(read("a.go")).toBe(`// head\n${calls("bad()", "ok(1) // mine")}`);
    expect("fault" in sources.outlook(item, 0, { kind: "edit", fix: 0, edits: text?.edits("func f() {") ?? [] })).toBe(true);
  });
});

describe("a finding's identity", () => {
  it("is told apart where fingerprints are equal", async () => {
    const cwd = tree({ "a.go": FILES["p/a.go"]?.replace("package p", "package a") ?? "" });
    const { checked } = await run({ cwd, rules, isolated: true });
    const [[directory, found]] = [...checked] as [[string, NonNullable<ReturnType<typeof checked.get>>]];
    const print = [...found.fingerprints.values()][0] ?? "";
    const twins = itemsOf(directory, { ...found, fingerprints: new Map(found.findings.map((f) => [f, print])) });
    expect(new Set(twins.map((i) => i.id)).size).toBe(twins.length);
    const fix: Fix | undefined = twins[0]?.alternatives[0]?.fix;
    expect(fix?.applicability).toBe("safe");
    rmSync(cwd, { recursive: true, force: true });
  });
});
