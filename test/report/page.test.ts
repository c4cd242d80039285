/** The HTML page: what it embeds, and the parts of its script that need no browser. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html } from "../../src/report/html.ts";
import { render } from "../../src/report/index.ts";
import type { PageData } from "../../src/report/page/data.ts";
import { pieces } from "../../src/report/page/highlight.ts";
import { byPackage, EVERYTHING, NOBODY, packageOf, select } from "../../src/report/page/select.ts";
import { treemap } from "../../src/report/page/treemap.ts";
import { context, sample as report } from "./sample.ts";

const page = render(html, report, { ...context(), ownersOf: (path) => (path.startsWith("poll/") ? ["@org/poll", "@x"] : []) });
const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? "") as PageData;

describe("the page", () => {
  it("holds every finding with all its fixes, and every problem", () => {
    expect(data.findings.length).toBe(report.findings.length);
    expect(data.findings.map((f) => f.fixes.length)).toEqual(report.findings.map((f) => f.fixes.length));
    for (const { message } of report.problems)
      expect(page).toContain(message.slice(0, 12).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`));
  });

  it("asks nothing of a network, and its policy lets nothing else run", () => {
    expect(page).not.toMatch(/(?:src|href)\s*=\s*["']/);
    expect(page).toMatch(/default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/);
    expect(page).not.toMatch(/ style="| on\w+="/);
  });

  it("cannot be left by what a repository says, and shows no control or bidi characters", () => {
    const inside = page.slice(page.indexOf('id="data">'), page.indexOf("</script>", page.indexOf('id="data">')));
    expect(inside).not.toContain("<");
    expect(page).not.toMatch(/[\u001b\u202a-\u202e\u2066-\u2069]|\\u001b|\\u202e/);
    const evil = { ...report, problems: [{ path: "</script><script>alert(1)", rule: null, message: "<img src=x onerror=alert(1)>" }] };
    expect(render(html, evil, context())).not.toMatch(/<img|<script>alert/);
  });

  it("tells lines, marks and owners", () => {
    const cancel = data.findings.find((f) => f.message === "cancel is not called on every path");
    expect(cancel).toMatchObject({ path: "poll/poller.go", line: 10, owners: ["@org/poll", "@x"], safety: "safe" });
    expect(cancel?.code.lines[10 - (cancel?.code.first ?? 0)]).toContain("context.WithTimeout");
    expect(cancel?.related[0]?.place).toBe("poll/poller.go:15");
    expect(cancel?.fixes[0]?.patch).toMatch(/^@@ .*\n(?:.*\n)*\+\tdefer cancel\(\)\n/);
  });
});

describe("filters", () => {
  const shown = (filter: Partial<typeof EVERYTHING>): number => select(data, { ...EVERYTHING, ...filter }).length;

  it("combine rule, safety, owner, path and words", () => {
    expect(shown({})).toBe(data.findings.length);
    expect(shown({ rule: "select-without-done" })).toBe(2);
    expect(shown({ rule: "select-without-done", safety: "unsafe" })).toBe(1);
    expect(shown({ owner: "@x" }) + shown({ owner: NOBODY })).toBe(data.findings.length);
    expect(shown({ path: "poll" })).toBe(shown({ path: "poll/poller.go" }));
    expect(shown({ path: "pol" })).toBe(0);
    expect(shown({ search: "POLLER timer" })).toBe(1);
    expect(shown({ search: "nothing like it" })).toBe(0);
  });

  it("count by package, the small ones as one", () => {
    const all = data.findings.map((_, i) => i);
    const counted = byPackage(data, all, 1);
    expect(counted.reduce((sum, p) => sum + p.weight, 0)).toBe(all.length);
    expect(counted.at(-1)?.name).toBe("");
    expect(packageOf("main.go")).toBe(".");
  });
});

describe("the map", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 60 });

  it("gives each weight its share, inside and without overlap", () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0.3, max: 12, noNaN: true }), (list, ratio) => {
        const tiles = treemap(
          list.map((weight, i) => ({ name: String(i), weight })),
          ratio,
        );
        const total = list.reduce((a, b) => a + b, 0);
        expect(tiles.length).toBe(list.length);
        for (const t of tiles) {
          expect(t.width * t.height).toBeCloseTo((t.weight / total) * 10_000, 3);
          expect(t.x + t.width).toBeLessThanOrEqual(100.001);
          expect(t.y + t.height).toBeLessThanOrEqual(100.001);
        }
        for (const [i, a] of tiles.entries())
          for (const b of tiles.slice(i + 1)) {
            const apart =
              a.x + a.width <= b.x + 1e-6 || b.x + b.width <= a.x + 1e-6 || a.y + a.height <= b.y + 1e-6 || b.y + b.height <= a.y + 1e-6;
            expect(apart).toBe(true);
          }
      }),
    );
  });

  it("leaves out what weighs nothing", () => expect(treemap([{ name: "a", weight: 0 }], 2)).toEqual([]));
});

describe("highlighting", () => {
  it("loses no character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (any) => {
        const line = any.replaceAll("\n", "");
        const parts = pieces(line).map((p) => p.text);
        expect(parts.join("")).toBe(line);
      }),
    );
  });

  it("knows words, texts, numbers and comments", () => {
    expect(pieces('\tfor i := 0x1F; s != "a\\"b"; { // go').filter((p) => p.tone !== "plain")).toEqual([
      { tone: "keyword", text: "for" },
      { tone: "number", text: "0x1F" },
      { tone: "string", text: '"a\\"b"' },
      { tone: "comment", text: "// go" },
    ]);
  });
});
