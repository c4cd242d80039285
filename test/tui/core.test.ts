import { beforeAll, describe, expect, it } from "vitest";
import { parseFilter } from "../../src/cli/tui/core/filter.ts";
import { type Item, itemsOf } from "../../src/cli/tui/core/item.ts";
import { actionOf, SECTIONS } from "../../src/cli/tui/core/keys.ts";
import { current, initial } from "../../src/cli/tui/core/list.ts";
import { reduce } from "../../src/cli/tui/core/reduce.ts";
import type { State } from "../../src/cli/tui/core/state.ts";
import { typed } from "../../src/cli/tui/core/text-line.ts";
import { treeOf, windowStart } from "../../src/cli/tui/core/tree.ts";
import { run } from "../../src/engine/run.ts";
import { callRule, replace } from "../engine/rules.ts";
import { tree } from "../engine/tree.ts";

const lines = (...calls: string[]): string => `package a\n\nfunc f() {\n${calls.map((c) => `\t${c}\n`).join("")}}\n`;
const RULES = [
  callRule("bad-call", "bad", (at) => [
    { title: "Write ok", applicability: "safe", edits: [{ at, text: "ok()" }] },
    { title: "Write risky", applicability: "unsafe", because: "it may differ", edits: [{ at, text: "risky()" }] },
  ]),
  callRule("worse-call", "worse", replace("ok()", { applicability: "unsafe", because: "nobody knows" })),
  callRule("vague-call", "vague", () => []),
];

let items: Item[] = [];

beforeAll(async () => {
  const cwd = tree({ "a/a.go": lines("bad()", "bad()", "worse()"), "b/b.go": lines("bad()", "vague()"), "c/c.go": lines("worse()") });
  const { checked } = await run({ cwd, rules: RULES, isolated: true });
  items = [...checked].flatMap(([directory, found]) => itemsOf(directory, found));
});

function pressed(...keys: string[]): State {
  let state = reduce(initial(), { type: "items", items }).state;
  for (const key of keys) state = reduce(state, { type: "key", key, text: key.length === 1 ? key : key === "space" ? " " : "" }).state;
  return state;
}

const at = (state: State): string => {
  const item = current(state);
  return item ? `${item.finding.at.path}:${item.line}` : "";
};

const said = (state: State): string[] =>
  state.shown.map(({ id }) => {
    const decision = state.decisions.get(id);
    return decision?.kind === "accept" ? `accept ${decision.fix}` : (decision?.kind ?? "");
  });

describe("deciding", () => {
  it("goes by rule, package and place, and on to the next undecided", () => {
    expect(pressed().shown.map((i) => `${i.finding.rule} ${i.finding.at.path}:${i.line}`)).toEqual([
      "bad-call a/a.go:4",
      "bad-call a/a.go:5",
      "bad-call b/b.go:4",
      "vague-call b/b.go:5",
      "worse-call a/a.go:6",
      "worse-call c/c.go:4",
    ]);
    const state = pressed("y", "n", "enter");
    expect(said(state)).toEqual(["accept 0", "reject", "accept 0", "", "", ""]);
    expect(at(state)).toBe("b/b.go:5");
    expect(at(pressed("J", "y", "n", "n", "n", "n"))).toBe("a/a.go:4");
  });

  it("toggles in place", () => {
    expect([said(pressed("space"))[0], at(pressed("space"))]).toEqual(["accept 0", "a/a.go:4"]);
    expect(said(pressed("space", "space"))[0]).toBe("");
    expect(said(pressed("n", "K", "space"))[0]).toBe("");
  });

  it("takes the alternative that is looked at, and says why one cannot be taken", () => {
    expect(said(pressed("tab", "y"))[0]).toBe("accept 1");
    expect(said(pressed("2", "y"))[0]).toBe("accept 1");
    expect(said(pressed("tab", "tab", "y"))[0]).toBe("accept 0");
    expect(pressed("5").notice).toBe("there are 2 fixes");
    const vague = pressed("J", "J", "J", "y");
    expect([vague.decisions.size, vague.notice]).toEqual([0, expect.stringContaining("there is no fix to accept")]);
    expect(said(pressed("J", "J", "J", "n"))[3]).toBe("reject");
  });

  it("undoes and redoes, also many at once, and comes back to where it was", () => {
    const state = pressed("y", "n", "u");
    expect([said(state).slice(0, 2), at(state)]).toEqual([["accept 0", ""], "a/a.go:5"]);
    expect(said(pressed("y", "n", "u", "u", "u"))).toEqual(["", "", "", "", "", ""]);
    expect(said(pressed("y", "n", "ctrl-z", "ctrl-r")).slice(0, 2)).toEqual(["accept 0", "reject"]);
    expect(pressed("y", "u", "n", "ctrl-r").notice).toBe("nothing to redo");
    expect(said(pressed("d", "u"))).toEqual(["", "", "", "", "", ""]);
  });

  it("takes the rest of a file at once when all of it is safe, else after a question", () => {
    const unsafe = pressed("a");
    expect(unsafe.overlay).toMatchObject({ kind: "ask", title: "Accept 3 fixes of a/a.go?", lines: ["2 safe, 1 unsafe"] });
    expect(said(pressed("a", "y"))).toEqual(["accept 0", "accept 0", "", "", "accept 0", ""]);
    expect(said(pressed("a", "s"))).toEqual(["accept 0", "accept 0", "", "", "", ""]);
    expect(said(pressed("a", "n"))).toEqual(["", "", "", "", "", ""]);
    expect(said(pressed("a", "escape"))).toEqual(["", "", "", "", "", ""]);
    expect(said(pressed("J", "J", "a"))).toEqual(["", "", "accept 0", "", "", ""]);
    expect(said(pressed("d"))).toEqual(["reject", "reject", "", "", "reject", ""]);
  });

  it("takes the rest of a rule after a question with the count, and leaves what is decided", () => {
    expect(pressed("n", "A").overlay).toMatchObject({ title: "Accept 2 fixes of bad-call?" });
    expect(said(pressed("n", "A", "y")).slice(0, 3)).toEqual(["reject", "accept 0", "accept 0"]);
    expect(pressed("D").overlay).toMatchObject({ title: "Reject 3 findings of bad-call?" });
    expect(said(pressed("D", "y")).slice(0, 3)).toEqual(["reject", "reject", "reject"]);
  });

  it("wants a reason for a suppression", () => {
    const empty = pressed("i", "enter");
    expect([empty.overlay?.kind, empty.notice]).toEqual(["input", "a suppression wants a reason"]);
    const state = pressed("i", "o", "k", "enter");
    expect(state.decisions.get(state.shown[0]?.id ?? "")).toEqual({ kind: "suppress", reason: "ok" });
  });

  it("takes no pasted text for keys", () => {
    const state = reduce(pressed(), { type: "paste", text: "yyyy" }).state;
    expect([state.decisions.size, state.notice]).toEqual([0, "pasted text is not taken for keys"]);
    expect(reduce(pressed("f"), { type: "paste", text: "path:b\n" }).state.overlay).toMatchObject({ line: { text: "path:b " } });
  });

  it("says when all is decided", () => {
    expect(pressed("n", "n", "n", "n", "n", "n").notice).toBe("all decided: w writes what is accepted");
  });
});

describe("moving", () => {
  it("over undecided ones round the end, over all to the end", () => {
    expect(at(pressed("n", "k"))).toBe("c/c.go:4");
    expect(at(pressed("n", "K"))).toBe("a/a.go:4");
    expect(pressed("K").notice).toBe("that was the last one");
    expect(at(pressed("end"))).toBe("c/c.go:4");
    expect(at(pressed("end", "home"))).toBe("a/a.go:4");
  });

  it("by search, round the end, and on with nothing typed", () => {
    expect(at(pressed("/", "w", "o", "r", "s", "e", "enter"))).toBe("a/a.go:6");
    expect(at(pressed("/", "w", "o", "r", "s", "e", "enter", "/", "enter"))).toBe("c/c.go:4");
    expect(pressed("/", "z", "z", "enter").notice).toBe("nothing mentions zz");
  });

  it("to a number, a place or a name", () => {
    expect(at(pressed("g", "4", "enter"))).toBe("b/b.go:5");
    expect(at(pressed("g", "9", "9", "enter"))).toBe("c/c.go:4");
    expect(at(pressed("g", "b", ".", "g", "o", ":", "5", "enter"))).toBe("b/b.go:5");
    expect(at(pressed("g", "v", "a", "g", "u", "e", "enter"))).toBe("b/b.go:5");
  });

  it("keeps its place when items come and go", () => {
    const state = pressed("J", "J");
    const fewer = reduce(state, { type: "items", items: items.filter((i) => i.directory !== "a") }).state;
    expect(at(fewer)).toBe("b/b.go:4");
    const gone = reduce(state, { type: "items", items: items.filter((i) => i.directory === "c") }).state;
    expect(at(gone)).toBe("c/c.go:4");
    expect(current(reduce(state, { type: "items", items: [] }).state)).toBeNull();
  });
});

describe("the filter", () => {
  const shown = (text: string): number => pressed("f", ...text, "enter").shown.length;

  it("goes by rule, path, safety, status and words together", () => {
    expect([shown("rule:bad"), shown("path:b.go"), shown("unsafe"), shown("none"), shown("rule:bad path:a/")]).toEqual([3, 2, 2, 1, 2]);
    expect([shown("rule:bad rule:vague"), shown("call worse"), shown("undecided")]).toEqual([4, 2, 6]);
    expect(pressed("f", ..."zzz", "enter").notice).toBe("nothing matches zzz: the filter stays");
    expect(pressed("f", ..."unsafe", "enter", "escape", "escape").shown).toHaveLength(6);
  });

  it("lets decided ones go as they are decided, when it asks for that", () => {
    const state = pressed("f", ..."undecided", "enter", "n");
    expect([state.shown.length, at(state)]).toEqual([5, "a/a.go:5"]);
    expect(parseFilter("RULE:X is:safe words").rules).toEqual(["x"]);
  });

  it("limits what is taken at once", () => {
    expect(said(pressed("f", ..."path:a/", "enter", "A", "y"))).toEqual(["accept 0", "accept 0", ""]);
  });
});

describe("the tree", () => {
  it("opens where one is, and counts what is decided", () => {
    const rows = treeOf(pressed("y")).map((r) =>
      r.kind === "item" ? `${r.depth} ${r.item.line}` : `${r.depth} ${r.name} ${r.decided}/${r.total}`,
    );
    expect(rows).toEqual(["0 bad-call 1/3", "1 a 1/2", "2 4", "2 5", "1 b 0/1", "0 vague-call 0/1", "0 worse-call 0/2"]);
    const byFile = treeOf(pressed("o")).map((r) => (r.kind === "item" ? r.item.line : r.name));
    expect(byFile).toEqual(["a/a.go", 4, 5, 6, "b/b.go", "c/c.go"]);
  });

  it("is windowed round where one is", () => {
    expect([windowStart(10, 0, 20), windowStart(100, 0, 20), windowStart(100, 50, 20), windowStart(100, 99, 20)]).toEqual([0, 0, 44, 80]);
  });
});

describe("keys", () => {
  it("are each bound once, and all told in the help", () => {
    const keys = SECTIONS.flatMap((s) => s.bindings).flatMap((b) => b.keys);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of [
      "y",
      "enter",
      "n",
      "space",
      "a",
      "d",
      "A",
      "D",
      "j",
      "k",
      "J",
      "K",
      "u",
      "ctrl-z",
      "ctrl-r",
      "tab",
      "1",
      "9",
      "e",
      "E",
      "i",
      "/",
      "f",
      "g",
      "{",
      "}",
      "s",
      "r",
      "v",
      "w",
      "q",
      "ctrl-c",
      "?",
    ])
      expect([key, actionOf(key)]).not.toContain(null);
  });

  it("edit a line as shells do", () => {
    let line = { text: "", at: 0 };
    for (const [key, text] of [
      ["a", "a"],
      ["b", "b"],
      ["space", " "],
      ["c", "c"],
      ["ctrl-a", ""],
      ["x", "x"],
      ["ctrl-e", ""],
      ["ctrl-w", ""],
      ["backspace", ""],
    ] as const)
      line = typed(line, key, text);
    expect(line).toEqual({ text: "xab", at: 3 });
    expect(typed({ text: "日👩‍👩‍👧", at: 9 }, "backspace", "")).toEqual({ text: "日", at: 1 });
  });
});
