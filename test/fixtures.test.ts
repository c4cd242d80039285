import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadFormatter } from "../src/go/format.ts";
import { loadGrammar } from "../src/go/parse.ts";
import type { Finding, Fix } from "../src/rule/rule.ts";
import { rules } from "../src/transforms/index.ts";
import { AFTER, type Case, type CaseFile, casesOf, fixtureRules, orphans, SNAPSHOTS, twinOf, twinPath, type Want } from "./house/cases.ts";
import { alternatives, applyNth, changed, check, isApplicable, lineOf, placeOf, type Said, snapshot } from "./house/engine.ts";
import { brokenPromises, illWorded, strayChanges } from "./house/promises.ts";

beforeAll(async () => {
  await Promise.all([loadGrammar(), loadFormatter()]);
});

const all = fixtureRules().map((rule) => ({ rule, cases: casesOf(rule) }));

describe("the set of fixtures", () => {
  it("has every rule and nothing else", () => {
    expect(fixtureRules()).toEqual(rules.map((r) => r.id).sort());
  });

  it.each(all)("$rule: ten cases or more, half of ten of them silent, with an example, CRLF and wide text", ({ cases }) => {
    const names = cases.map((c) => c.name);
    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(names.filter((n) => n.startsWith("ok-")).length).toBeGreaterThanOrEqual(5);
    expect(names).toEqual(expect.arrayContaining(["basic", "crlf", "wide-text"]));
  });

  it.each([AFTER, SNAPSHOTS])("%s holds nothing of a case that is no more", (root) => {
    expect(orphans(root)).toEqual([]);
  });
});

describe.each(all)("$rule", ({ cases }) => {
  describe.each(cases.map((c) => ({ name: c.name, c })))("$name", ({ c }) => {
    let said: Said;
    beforeAll(async () => {
      said = await check(c);
    });

    it("is what its wants say", () => {
      expect(said.report.problems).toEqual([]);
      const wanted = c.wants.map((w) => line(w));
      // A message counts as what is wanted of it, so that a failure shows only what differs.
      const found = said.own.map((f, i) => line(seen(c, f), c.wants[i]?.message));
      expect(found).toEqual(wanted);
      if (c.name.startsWith("ok-")) expect(c.wants).toEqual([]);
      else expect(c.wants).not.toEqual([]);
    });

    it("is the same when no other rule runs: its own triggers and imports are enough", async () => {
      const own = rules.filter((r) => r.id === c.rule);
      const alone = await check(c, c.files, own);
      expect(alone.own.map((f) => line(seen(c, f)))).toEqual(said.own.map((f) => line(seen(c, f))));
    });

    it("is worded as the house words things", () => {
      expect(said.own.flatMap((f) => illWorded(f, textOf(c.files, f.at.path)))).toEqual([]);
    });

    it("reads as its snapshot", () => {
      const path = join(SNAPSHOTS, c.rule, `${c.name}.txt`);
      if (said.own.length === 0) expect(existsSync(path), `${path} is of no use: npm run accept`).toBe(false);
      else expect(snapshot(c, said)).toBe(existsSync(path) ? readFileSync(path, "utf8") : `nothing at ${path}: npm run accept`);
    });

    it("becomes its twins, and a second run changes nothing", async () => {
      const most = alternatives(said.own);
      expect(twinOf(c, most + 1), `${twinPath(c, most + 1)} is of no use: npm run accept`).toBeNull();
      for (let nth = 1; nth <= most; nth++) {
        const fixed = await applyNth(c, nth);
        expect(fixed.report.problems).toEqual([]);
        expect(fixed.files).toEqual(twinOf(c, nth) ?? `nothing at ${twinPath(c, nth)}: npm run accept`);
        for (const [i, file] of c.files.entries()) expect(brokenPromises(file, fixed.files[i] as CaseFile)).toEqual([]);
        const again = await applyNth(c, nth, fixed.files);
        expect(again.report.files).toEqual([]);
        const wanted = said.own.filter((f) => f.fixes.slice(nth - 1, nth).some(isApplicable)).length;
        expect(again.own.length).toBeLessThanOrEqual(said.own.length - wanted);
      }
    });

    it("keeps every promise with each alternative alone", async () => {
      for (const finding of said.own) {
        for (const fix of finding.fixes.filter(isApplicable)) {
          expect(await brokenAlone(c, said, finding, fix), `${placeOf(c, finding)}: ${fix.title}`).toEqual([]);
        }
      }
    });
  });
});

/** What breaks when one fix of one finding is applied and nothing else. */
async function brokenAlone(c: Case, said: Said, finding: Finding, fix: Fix): Promise<string[]> {
  const changes = said.preview(finding, fix);
  if (changes.length === 0) return ["it changes nothing"];
  const after = changed(c.files, changes);
  const broken = c.files.flatMap((file, i) => {
    const now = after[i] as CaseFile;
    return [...brokenPromises(file, now), ...strayChanges(file, now, fix.edits)];
  });
  const then = await check(c, after);
  broken.push(...then.report.problems.map((p) => `a problem: ${p.message}`));
  // What hardens asks for something where nothing is wrong: a new place for it is no new fault.
  const harden = new Set(rules.filter((r) => r.tier === "harden").map((r) => r.id));
  for (const rule of new Set(then.report.findings.map((f) => f.rule))) {
    if (rule !== c.rule && harden.has(rule)) continue;
    const found = then.report.findings.filter((f) => f.rule === rule);
    const allowed = said.report.findings.filter((f) => f.rule === rule).length - (rule === c.rule ? 1 : 0);
    if (found.length > allowed)
      broken.push(
        `${found.length} findings of ${rule} afterwards, at most ${allowed} are right: ${found.map((f) => f.message).join("; ")}`,
      );
  }
  return broken;
}

function seen(c: Case, finding: Finding): Want {
  const { path } = finding.at;
  return { path, line: lineOf(c.files, finding), message: finding.message, applicability: finding.fixes.map((f) => f.applicability) };
}

function line(w: Want, part = w.message): string {
  return `${w.path}:${w.line} ${w.message.includes(part) ? part : w.message} ${w.applicability.join(" ")}`;
}

function textOf(files: readonly CaseFile[], path: string): string {
  return files.find((f) => f.path === path)?.text ?? "";
}
