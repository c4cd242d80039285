import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candidate, compareFindings, faultOfFix, plan } from "../../src/engine/plan.ts";
import type { Finding, Fix } from "../../src/rule/rule.ts";
import { applyEdits } from "../../src/text/apply.ts";
import { compareEdits, type Edit, overlaps, type Span } from "../../src/text/edit.ts";

const LENGTH = 60;
const TEXT = Array.from({ length: LENGTH }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");
const PATHS = ["a.go", "b.go"];

const span = (path: string): fc.Arbitrary<Span> =>
  fc.tuple(fc.nat(LENGTH), fc.nat(6)).map(([start, length]) => ({ path, start, end: Math.min(LENGTH, start + length) }));

/** Sorted, disjoint edits of one file. */
const edits = (path: string): fc.Arbitrary<Edit[]> =>
  fc
    .array(fc.tuple(span(path), fc.string({ unit: fc.constantFrom("X", "Y", ""), maxLength: 3 })), { minLength: 1, maxLength: 3 })
    .map((list) => {
      const kept: Edit[] = [];
      for (const [at, text] of list) {
        const edit = { at, text };
        if (!kept.some((k) => overlaps(k, edit))) kept.push(edit);
      }
      return kept.sort(compareEdits);
    });

const candidate: fc.Arbitrary<Candidate> = fc
  .record({
    path: fc.constantFrom(...PATHS),
    start: fc.nat(LENGTH),
    rule: fc.constantFrom("alpha", "beta"),
    message: fc.constantFrom("one", "two"),
    own: fc.tuple(edits("a.go"), edits("b.go"), fc.constantFrom("a", "b", "both")),
    assumes: fc.array(fc.constantFrom(...PATHS).chain(span), { maxLength: 2 }),
  })
  .map(({ path, start, rule, message, own: [a, b, which], assumes }) => {
    const fix: Fix = { title: "Mend", applicability: "safe", edits: which === "a" ? a : which === "b" ? b : [...a, ...b], assumes };
    const finding: Finding = { rule, at: { path, start, end: start }, message, confidence: "proven", fixes: [fix] };
    return { finding, fix };
  });

const candidates = fc.array(candidate, { maxLength: 12 });

function inTheWay(a: Fix, b: Fix): boolean {
  const all = (f: Fix): (Edit | Span)[] => [...f.edits, ...(f.assumes ?? [])];
  return all(a).some((x) => all(b).some((y) => overlaps(x, y)));
}

describe("plan", () => {
  it("accepts only fixes that are not in each other's way, and loses none without a rival that was accepted", () => {
    fc.assert(
      fc.property(candidates, (given) => {
        const { accepted, conflicts } = plan(given);
        expect(accepted.length + conflicts.length).toBe(given.length);
        for (const [i, a] of accepted.entries()) for (const b of accepted.slice(i + 1)) expect(inTheWay(a.fix, b.fix)).toBe(false);
        for (const { candidate: loser, rival } of conflicts) {
          const winner = accepted.find((c) => c.finding === rival);
          expect(winner && inTheWay(winner.fix, loser.fix)).toBe(true);
        }
      }),
    );
  });

  it("takes the first in the planner's order, and every other one that is free", () => {
    fc.assert(
      fc.property(candidates, (given) => {
        const { accepted, conflicts } = plan(given);
        const [first] = [...given].map((c) => c.finding).sort(compareFindings);
        if (first && accepted[0]) expect(compareFindings(accepted[0].finding, first)).toBe(0);
        for (const { candidate: loser, rival } of conflicts) expect(compareFindings(rival, loser.finding)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it("gives the same plan whatever the order of its input", () => {
    fc.assert(
      fc.property(
        candidates.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }))),
        ([given, shuffled]) => {
          const shape = (list: readonly Candidate[]) => list.map((c) => JSON.stringify([c.finding, c.fix]));
          expect(shape(plan(shuffled).accepted)).toEqual(shape(plan(given).accepted));
        },
      ),
    );
  });

  it("gives edits that apply as a whole and leave every other byte alone", () => {
    fc.assert(
      fc.property(candidates, (given) => {
        const { accepted } = plan(given);
        for (const path of PATHS) {
          const all = accepted.flatMap((c) => c.fix.edits.filter((e) => e.at.path === path)).sort(compareEdits);
          const after = applyEdits(TEXT, all);
          let at = 0;
          let from = 0;
          for (const edit of all) {
            const kept = TEXT.slice(from, edit.at.start);
            expect(after.slice(at, at + kept.length)).toBe(kept);
            at += kept.length;
            expect(after.slice(at, at + edit.text.length)).toBe(edit.text);
            at += edit.text.length;
            from = edit.at.end;
          }
          expect(after.slice(at)).toBe(TEXT.slice(from));
        }
      }),
    );
  });
});

describe("faultOfFix", () => {
  const textOf = (path: string) => (path === "a.go" ? TEXT : null);
  const at = (start: number, end: number, path = "a.go") => ({ path, start, end });
  const fix = (own: Edit[], more: Partial<Fix> = {}): Fix => ({ title: "Mend", applicability: "safe", edits: own, ...more });

  it.each<[string, Fix, RegExp | null]>([
    ["a good fix", fix([{ at: at(0, 1), text: "Z" }]), null],
    ["no edits", fix([]), /without edits/],
    ["a change of nothing", fix([{ at: at(0, 1), text: "a" }]), /changes nothing/],
    [
      "edits that overlap",
      fix([
        { at: at(0, 3), text: "Z" },
        { at: at(2, 4), text: "Z" },
      ]),
      /overlaps/,
    ],
    ["an edit outside the text", fix([{ at: at(0, LENGTH + 1), text: "" }]), /outside the text/],
    ["an unknown file", fix([{ at: at(0, 1, "c.go"), text: "" }]), /c\.go, which is no file/],
    ["an unsafe fix without a reason", fix([{ at: at(0, 1), text: "Z" }], { applicability: "unsafe" }), /must say why/],
    ["a sketch", fix([], { applicability: "display", because: "only you know" }), null],
  ])("%s", (_, given, expected) => {
    const fault = faultOfFix(given, textOf);
    if (expected === null) expect(fault).toBeNull();
    else expect(fault).toMatch(expected);
  });
});
