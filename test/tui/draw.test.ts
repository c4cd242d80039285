import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Item, itemsOf } from "../../src/cli/tui/core/item.ts";
import { initial } from "../../src/cli/tui/core/list.ts";
import { reduce } from "../../src/cli/tui/core/reduce.ts";
import type { State } from "../../src/cli/tui/core/state.ts";
import { bodyDrawing } from "../../src/cli/tui/draw/body.ts";
import { footerDrawing, headerDrawing } from "../../src/cli/tui/draw/chrome.ts";
import { codeRow, sharedIndent } from "../../src/cli/tui/draw/code.ts";
import { Highlighter } from "../../src/cli/tui/draw/highlight.ts";
import { overlayRows } from "../../src/cli/tui/draw/overlay.ts";
import { type Row, widthOf } from "../../src/cli/tui/draw/row.ts";
import { backgroundOf, backgroundOfReply, depthOf, themeOf } from "../../src/cli/tui/draw/theme.ts";
import { treeDrawing } from "../../src/cli/tui/draw/tree.ts";
import type { View } from "../../src/cli/tui/draw/view.ts";
import { Sources } from "../../src/cli/tui/sources.ts";
import { run } from "../../src/engine/run.ts";
import { loadFormatter } from "../../src/go/format.ts";
import { loadGrammar } from "../../src/go/parse.ts";
import { wordParts } from "../../src/text/diff.ts";
import { rules } from "../../src/transforms/index.ts";
import { tree } from "../engine/tree.ts";
import { named, small } from "./trees.ts";

const theme = themeOf({ depth: "true", background: "dark", ascii: false });
let items: Item[] = [];
const sources = new Sources();

beforeAll(async () => {
  await Promise.all([loadGrammar(), loadFormatter()]);
  const wide = named(small()["store/c.go"] ?? "", "wide", 9).replace("\tif err", '\t_ = "日本語🚀\t\x1b[31m\u202e" // 漢字\n\tif err');
  const { checked } = await run({ cwd: tree({ ...small(), "wide/w.go": wide }), rules, isolated: true });
  for (const found of checked.values()) sources.add(found.sources);
  items = [...checked].flatMap(([directory, found]) => itemsOf(directory, found));
});

function viewAfter(keys: readonly string[]): View {
  let state: State = reduce(initial(), { type: "items", items }).state;
  for (const key of keys) state = reduce(state, { type: "key", key, text: key.length === 1 ? key : "" }).state;
  return { state, theme, sources, highlighter: new Highlighter(), rules: new Map(rules.map((r) => [r.id, r])) };
}

const text = (rows: readonly Row[]): string => rows.map((r) => r.map((s) => s.text).join("")).join("\n");
const anyKeys = fc.array(
  fc.constantFrom("y", "n", "J", "j", "p", "}", "{", "l", "pagedown", "o", "tab", "f", "?", "r", "q", "A", "escape", "s"),
  { maxLength: 12 },
);

describe("drawing", () => {
  it("never goes over the edge, at any size and in any state", () => {
    fc.assert(
      fc.property(
        anyKeys,
        fc.integer({ min: 40, max: 220 }),
        fc.integer({ min: 6, max: 60 }),
        fc.boolean(),
        (keys, width, height, split) => {
          const view = viewAfter(keys);
          const parts = [
            bodyDrawing(view, width, height, split).rows,
            treeDrawing(view, 40, height).rows.map((r) => (widthOf(r) > 40 ? r : [])),
            headerDrawing(view, width).rows,
            footerDrawing(view, width).rows,
            overlayRows(view, width, height) ?? [],
          ];
          for (const rows of parts) for (const row of rows) expect([widthOf(row) <= width, text([row])]).toEqual([true, text([row])]);
          expect(parts[0]?.length).toBeLessThanOrEqual(height);
          expect(parts[1]?.every((r) => r.length === 0)).toBe(true);
          expect(text(parts.flat())).not.toMatch(/[\p{Bidi_Control}\x1b]/u);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("has why a fix is not safe in view, at every size", () => {
    const at = items.findIndex((i) => i.finding.rule === "select-without-done");
    expect(at).toBeGreaterThanOrEqual(0);
    for (const [width, height] of [
      [40, 6],
      [80, 20],
      [200, 56],
    ] as const)
      expect(text(bodyDrawing(viewAfter(["end"]), width, height, false).rows)).toContain("because");
  });

  it("marks the words of a line that changed, and shows them in a line that is too long", () => {
    const [before, after] = [`${"x := f(".repeat(20)}old, 1)`, `${"x := f(".repeat(20)}new, 1)`];
    const parts = wordParts(before, after)?.after;
    const row = codeRow({ text: after, offset: 0, pieces: [], parts, change: theme.added }, { from: 0, width: 40, fixed: false }, theme);
    expect(widthOf(row)).toBe(40);
    expect(row.find((s) => s.style.startsWith(theme.added.word))?.text).toBe("new");
    expect(row[0]?.text.startsWith("…")).toBe(true);
  });

  it("colours code by its syntax, comments outside of declarations too", () => {
    const code = '// Package p.\npackage p\n\n// f does.\nfunc f(a int) string { return g(a, "s") } // end\n';
    const pieces = (line: string): string[] => {
      const start = code.indexOf(line);
      return new Highlighter().pieces(code, start, start + line.length).map((p) => `${p.syntax} ${code.slice(p.start, p.end)}`);
    };
    expect(pieces("// f does.")).toEqual(["comment // f does."]);
    expect(pieces('func f(a int) string { return g(a, "s") }')).toEqual([
      "keyword func",
      "function f",
      "type int",
      "type string",
      "keyword return",
      "function g",
      'string "s"',
    ]);
  });

  it("takes shared indentation off, tabs counted as columns", () => {
    expect(sharedIndent(["\t\ta", "\t    b", "", "\t\t\tc"])).toBe(8);
    expect(sharedIndent(["", " "])).toBe(0);
  });
});

describe("themes", () => {
  it("go by what the terminal has and says", () => {
    expect([depthOf(false, {}), depthOf(true, { TERM: "xterm" }), depthOf(true, { TERM: "xterm-256color" })]).toEqual([
      "none",
      "16",
      "256",
    ]);
    expect([depthOf(true, { COLORTERM: "truecolor" }), depthOf(true, { FORCE_COLOR: "3" })]).toEqual(["true", "true"]);
    expect([backgroundOf("15;0"), backgroundOf("0;15"), backgroundOf(undefined)]).toEqual(["dark", "light", "unknown"]);
    expect([backgroundOfReply("rgb:1e1e/1e1e/1e1e"), backgroundOfReply("rgb:ff/ff/ff"), backgroundOfReply("?")]).toEqual([
      "dark",
      "light",
      "unknown",
    ]);
  });

  it("use no colour where there is none, and the palette's own where the background is not known", () => {
    const styles = (options: Parameters<typeof themeOf>[0]): string => JSON.stringify(themeOf(options));
    expect(styles({ depth: "none", background: "dark", ascii: false })).not.toMatch(/"[^"]*\b(3\d|4\d|9\d)\b[^"]*"/);
    expect(styles({ depth: "true", background: "unknown", ascii: false })).not.toMatch(/[34]8;/);
    expect(styles({ depth: "16", background: "light", ascii: true })).not.toMatch(/[^\x20-\x7e]/);
  });
});
