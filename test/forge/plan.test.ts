import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyCommand } from "../../src/forge/body.ts";
import { gitlabDialect } from "../../src/forge/gitlab.ts";
import { markIn } from "../../src/forge/marker.ts";
import { plan, summaryOf } from "../../src/forge/plan.ts";
import type { Item } from "../../src/forge/subject.ts";
import { hunks } from "../../src/text/diff.ts";
import { lineEdits } from "../../src/text/line-edits.ts";
import { COMMIT, dialect, diffOf, NOTHING, print } from "./made.ts";

/** What GitHub takes. */
const LIMIT = 65_536;

function item(n: number, more: Partial<Item> = {}, path = "a.go", before = "a\n", after = "b\n"): Item {
  const all = hunks(before, after);
  const fix: Item["fix"] = { title: "Mend it", applicability: "safe", because: null, files: [{ path, hunks: all, edits: lineEdits(all) }] };
  return { fingerprint: print(n), rule: "r", message: `number ${n}`, path, line: 1, likely: false, related: [], fix, ...more };
}

const subject = (items: readonly Item[], problems: readonly string[] = []) => ({ commit: COMMIT, items, problems, unsure: [] });
const services = [
  dialect,
  gitlabDialect(
    (path, line) => `https://g.example/${path}#L${line}`,
    () => null,
  ),
];

describe("what is written", () => {
  it("is never longer than the service takes, and tells what had no room", () => {
    const long = fc.integer({ min: 0, max: 8_000 }).map((n) => "x<".repeat(n));
    const scene = fc.record({
      count: fc.integer({ min: 1, max: 150 }),
      message: long,
      path: fc.integer({ min: 1, max: 3_000 }),
      line: fc.integer({ min: 1, max: 90_000 }),
    });
    fc.assert(
      fc.property(scene, fc.constantFrom(...services), ({ count, message, path, line }, service) => {
        const items = Array.from({ length: count }, (_, i) => {
          const name = `${"d/".repeat(path)}${i % 3}.go`;
          const related = Array.from({ length: i % 40 }, () => ({ path: name, line: 3, message }));
          return item(i, { message, related, rule: `rule-${i}` }, name, "a\n", `${"y".repeat(line)}\n`);
        });
        const diff = diffOf([{ path: `${"d/".repeat(path)}0.go`, before: "", after: "a\n" }]);
        const made = plan(
          subject(
            items,
            items.map(() => message),
          ),
          diff,
          NOTHING,
          service,
        );
        for (const { body } of made.comments) {
          expect(body.length).toBeLessThanOrEqual(LIMIT);
          expect(markIn(body)?.kind).toBe("finding");
        }
        const summary = summaryOf(made, new Map(), service) ?? "";
        expect(summary.length).toBeLessThanOrEqual(LIMIT);
        expect(markIn(summary)).toEqual({ kind: "summary" });
        expect(summary).toContain(`${count} finding`);
        expect(made.comments.length + made.told.filter((t) => t.why !== null).length).toBe(count);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it("says of a long list how many are not in it", () => {
    const items = Array.from({ length: 2_000 }, (_, i) => item(i, {}, `dir/${i}.go`));
    const summary = summaryOf(plan(subject(items), diffOf([]), NOTHING, dialect), new Map(), dialect) ?? "";
    const rows = summary.match(/^\| \[`dir\//gm)?.length ?? 0;
    expect(rows).toBeGreaterThan(100);
    expect(summary).toContain(`and ${2_000 - rows} more, for which there is no room here`);
    expect(summary).toContain("`gomend fix --select r ./...`");
  });

  it("depends on nothing but its input", () => {
    const items = [item(1), item(2, {}, "b.go")];
    const diff = diffOf([{ path: "a.go", before: "", after: "a\n" }]);
    const twice = [0, 1].map(() => plan(subject(items), diff, NOTHING, dialect));
    expect(twice[0]).toEqual(twice[1]);
  });

  it("is a command for a shell", () => {
    expect(applyCommand([item(1, { path: "a b/it's.go" }), item(2, { path: "-rf", rule: "q" })])).toBe(
      "gomend fix --select q,r ./-rf 'a b/it'\\''s.go'",
    );
    expect(applyCommand([item(1, { path: "x".repeat(2_000) })])).toBe("gomend fix ./...");
  });
});
