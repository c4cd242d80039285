import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combine } from "../../src/forge/combine.ts";
import { plan, summaryOf } from "../../src/forge/plan.ts";
import { suggest } from "../../src/forge/suggest.ts";
import { loadFormatter } from "../../src/go/format.ts";
import type { Finding } from "../../src/rule/rule.ts";
import { unifiedPatch } from "../../src/text/diff.ts";
import { type Edit, splitsCrlf, splitsPair } from "../../src/text/edit.ts";
import { casesOf, fixtureRules } from "../house/cases.ts";
import { check } from "../house/engine.ts";
import { COMMIT, commitSuggestion, dialect, diffOf, fixedBy, NOTHING, patched, published, reportOf } from "./made.ts";

const PATH = "d/a.go";
const line = fc.constantFrom("a", "b", "", "\tc", "```", "語😀", "x := 1", "/close", "@team", "</details>", "a\u202eb");
const text = (end: string) =>
  fc.tuple(fc.array(line, { minLength: 1, maxLength: 24 }), fc.boolean()).map(([lines, last]) => lines.join(end) + (last ? end : ""));

/** A text, what it was before, and edits of the text. */
const scene = fc.constantFrom("\n", "\r\n").chain((end) =>
  text(end).chain((head) => {
    const offsets = Array.from({ length: head.length + 1 }, (_, i) => i);
    const good = offsets.filter((o) => !splitsCrlf(head, o) && !splitsPair(head, o));
    const starts = [0, ...[...head.matchAll(/\n/g)].map((m) => m.index + 1)];
    const at = fc.oneof(fc.constantFrom(...good), fc.constantFrom(...starts));
    const part = fc.oneof(fc.constantFrom("", "q", `z${end}`, `\t\`\`\`\`${end}y`, end), text(end));
    const edit = fc.tuple(at, at, part).map(([a, b, added]) => ({ start: Math.min(a, b), end: Math.max(a, b), added }));
    const edits = fc.array(edit, { minLength: 1, maxLength: 4 }).map((list) =>
      list
        .sort((a, b) => a.start - b.start || a.end - b.end)
        .filter((e, i, all) => all.slice(0, i).every((other) => other.end < e.start))
        .map((e): Edit => ({ at: { path: PATH, start: e.start, end: e.end }, text: e.added })),
    );
    return fc.record({ head: fc.constant(head), base: fc.oneof(fc.constant(""), text(end), rebased(head)), edits });
  }),
);

/** A text that shares most lines with another. */
function rebased(head: string): fc.Arbitrary<string> {
  const lines = head.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return fc
    .array(fc.constantFrom("keep", "keep", "keep", "drop", "add"), { minLength: lines.length, maxLength: lines.length })
    .map((how) => lines.flatMap((l, i) => (how[i] === "keep" ? [l] : how[i] === "add" ? ["old\n", l] : [])).join(""));
}

function findingOf(edits: readonly Edit[]): Finding {
  const at = { path: PATH, start: edits[0]?.at.start ?? 0, end: edits[0]?.at.start ?? 0 };
  return { rule: "r", at, message: "m", confidence: "proven", fixes: [{ title: "Mend it", applicability: "safe", edits }] };
}

describe("a suggestion", () => {
  it("committed, gives exactly the file that fix writes; what is none is in the summary", () => {
    let suggested = 0;
    let summed = 0;
    fc.assert(
      fc.property(scene, ({ head, base, edits }) => {
        const finding = findingOf(edits);
        const want = fixedBy(finding, head);
        const subject = published(reportOf([finding], new Map([[PATH, head]])));
        const made = plan(subject, diffOf([{ path: PATH, before: base, after: head }]), NOTHING, dialect);
        const [comment] = made.comments;
        if (comment?.suggestion) {
          suggested++;
          const { suggestion } = comment;
          expect(commitSuggestion(head, suggestion)).toBe(want);
          expect(suggestion.lines.length).toBeGreaterThan(0);
          expect(comment.lines.map((l) => l.line)).toEqual(
            Array.from({ length: suggestion.last - suggestion.first + 1 }, (_, i) => suggestion.first + i),
          );
          // What the comment says is what was checked above.
          const fenced = /^(`{3,})suggestion\n([\s\S]*?)\n\1$/m.exec(comment.body);
          expect(fenced?.[2]).toBe(suggestion.lines.join("\n"));
          return;
        }
        const summary = summaryOf(made, new Map(), dialect) ?? "";
        if (want === head) return;
        summed++;
        const [item] = made.told.map((t) => t.item);
        expect(summary).toContain("Patch of 1 fix that could not be a suggestion");
        const { patch } = combine(item ? [item] : []);
        expect(patched(head, PATH, patch)).toBe(want);
        if (comment) expect(comment.body).toContain("The patch");
        else expect(summary).toContain("d/a.go:");
      }),
      { numRuns: 800 },
    );
    expect(suggested).toBeGreaterThan(150);
    expect(summed).toBeGreaterThan(150);
  });

  it("of every fix of the fixtures gives what fix writes, in a new file", async () => {
    await loadFormatter();
    let seen = 0;
    for (const c of fixtureRules().flatMap((rule) => casesOf(rule))) {
      if (c.files.length !== 1) continue;
      const said = await check(c);
      const files = said.files.map((f) => ({ path: f.path, before: "", after: f.text }));
      const subject = published({ ...said.report, findings: said.own }, said.preview);
      for (const item of subject.items) {
        const made = suggest(item, diffOf(files));
        const finding = said.own.find((f) => said.report.fingerprints.get(f) === item.fingerprint) as Finding;
        const fix = finding.fixes.find((f) => f.applicability !== "display");
        if (!fix) continue;
        const [change, ...more] = said.preview(finding, fix);
        if (typeof made === "string") {
          expect(made).toMatch(/several files|more than 100|does not end|line/);
          continue;
        }
        expect(more).toEqual([]);
        expect(commitSuggestion(change!.before, made)).toBe(change!.after);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(100);
  }, 600_000);

  const head = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const whole = diffOf([{ path: PATH, before: "", after: head }]);
  const suggestFor = (edits: readonly [number, number, string][], diff = whole, text = head) => {
    const finding = findingOf(edits.map(([start, end, added]) => ({ at: { path: PATH, start, end }, text: added })));
    const [item] = published(reportOf([finding], new Map([[PATH, text]]))).items;
    return suggest(item!, diff);
  };

  it.each<[string, [number, number, string][], object]>([
    ["is as small as its lines", [[4, 5, "x"]], { first: 3, last: 3, lines: ["x"] }],
    [
      "covers all places of a fix in one hunk",
      [
        [2, 2, "a\n"],
        [8, 9, "x"],
      ],
      { first: 2, last: 5, lines: ["a", "2", "3", "4", "x"] },
    ],
    ["keeps a line beside an insertion", [[4, 4, "x\n"]], { first: 3, last: 3, lines: ["x", "3"] }],
    ["keeps a line beside a deletion", [[4, 6, ""]], { first: 3, last: 4, lines: ["4"] }],
    ["keeps the line above where there is none below", [[16, 18, ""]], { first: 8, last: 9, lines: ["8"] }],
  ])("%s", (_, edits, want) => expect(suggestFor(edits)).toEqual({ path: PATH, ...want }));

  it.each<[string, [number, number, string][], ReturnType<typeof diffOf>, RegExp]>([
    ["in a file that did not change", [[4, 5, "x"]], diffOf([]), /not in one part of the diff/],
    [
      "in two hunks that touch by numbers",
      [
        [0, 1, "x"],
        [16, 17, "y"],
      ],
      diffOf([{ path: PATH, before: head.replace("1", "0").replace("9", "0"), after: head }]),
      /not in one part of the diff/,
    ],
    [
      "over removed lines",
      [
        [0, 1, "x"],
        [4, 5, "y"],
      ],
      diffOf([{ path: PATH, before: head.replace("2\n", "2\nold\n"), after: head }]),
      /removed lines/,
    ],
    ["of another text than is shown", [[4, 5, "x"]], diffOf([{ path: PATH, before: "", after: head.replace("3", "three") }]), /other text/],
    ["of hidden characters", [[4, 5, "\u202ex"]], whole, /not shown/],
    ["without a change", [], whole, /no fix/],
  ])("is not made %s", (_, edits, diff, why) => expect(suggestFor(edits, diff)).toMatch(why));

  it("is not made of more than 100 lines", () => {
    const long = Array.from({ length: 150 }, (_, i) => `${i + 1}\n`).join("");
    const diff = diffOf([{ path: PATH, before: "", after: long }]);
    const to = (n: number): [number, number, string][] => [
      [0, 1, "y"],
      [long.indexOf(`\n${n}\n`) + 1, long.indexOf(`\n${n}\n`) + 2, "z"],
    ];
    expect(suggestFor(to(100), diff, long)).toMatchObject({ first: 1, last: 100 });
    expect(suggestFor(to(101), diff, long)).toMatch(/more than 100/);
  });
});

describe("the joint patch", () => {
  it("makes all fixes that are not in each other's way, each whole", () => {
    fc.assert(
      fc.property(fc.array(scene, { minLength: 1, maxLength: 1 }), fc.array(fc.nat(30), { maxLength: 5 }), ([first], places) => {
        const { head } = first!;
        const starts = [0, ...[...head.matchAll(/\n/g)].map((m) => m.index + 1)];
        const findings = places.map((n, i) => {
          const start = starts[n % starts.length] ?? 0;
          return findingOf([{ at: { path: PATH, start, end: start }, text: `new ${i}\n` }]);
        });
        const subject = published(reportOf(findings, new Map([[PATH, head]])));
        const { patch, inside, outside } = combine(subject.items);
        expect(inside.length + outside.length).toBe(subject.items.length);
        const edits = inside.flatMap((item) => findings[Number.parseInt(item.fingerprint, 16)]?.fixes[0]?.edits ?? []);
        const want = fixedBy(findingOf([...edits].sort((a, b) => a.at.start - b.at.start)), head);
        if (patch === "") expect(inside).toEqual([]);
        else expect(patched(head, PATH, patch)).toBe(want);
      }),
    );
  });

  it("does once what two fixes both do, and leaves out what meets another", () => {
    const head = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    const at = (start: number, end: number, added: string): Edit => ({ at: { path: PATH, start, end }, text: added });
    const findings = [
      findingOf([at(2, 2, "import\n"), at(8, 9, "x")]),
      findingOf([at(2, 2, "import\n"), at(14, 15, "y")]),
      findingOf([at(8, 9, "other")]),
    ];
    const { patch, inside, outside } = combine(published(reportOf(findings, new Map([[PATH, head]]))).items);
    expect(inside.map((i) => i.fingerprint)).toHaveLength(2);
    expect(outside).toHaveLength(1);
    expect(patch).toBe(unifiedPatch(PATH, head, "1\nimport\n2\n3\n4\nx\n6\n7\ny\n9\n"));
    expect(COMMIT).toHaveLength(40);
  });
});
