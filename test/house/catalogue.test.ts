/** The rules are those of the catalogue: ids, families, tiers, and what their fixes promise by default. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rules } from "../../src/transforms/index.ts";
import { casesOf } from "./cases.ts";

interface Row {
  readonly family: string;
  readonly id: string;
  readonly tier: string;
  readonly when: string;
  readonly fixes: readonly string[];
}

const TIERS: Readonly<Record<string, string>> = { R: "recommended", P: "pedantic", H: "harden" };
const LETTERS: Readonly<Record<string, string>> = { s: "safe", u: "unsafe", d: "display" };

const rows = readFileSync(new URL("../../docs/catalogue.md", import.meta.url), "utf8")
  .split("\n")
  .flatMap((line): Row[] => {
    const [, family = "", link = "", tier = "", when = "", fixes = ""] = line.split("|").map((cell) => cell.trim());
    const id = /^\[([a-z-]+)\]/.exec(link)?.[1];
    return id ? [{ family, id, tier, when, fixes: fixes.split(" ").map((letter) => LETTERS[letter] ?? letter) }] : [];
  });

it("the catalogue and the rules are the same list", () => {
  expect(rows.length).toBe(67);
  expect(rules.map((r) => r.id).sort()).toEqual(rows.map((r) => r.id).sort());
});

describe.each(rows)("$id", ({ family, id, tier, fixes }) => {
  const rule = rules.find((r) => r.id === id);

  it("is of its family and tier", () => {
    expect(rule?.family).toBe(family);
    expect(rule?.tier).toBe(TIERS[tier]);
  });

  it("offers by default what it owes, and never more", () => {
    const basic = casesOf(id).find((c) => c.name === "basic");
    const defaults = basic?.wants.map((w) => w.applicability[0]) ?? [];
    expect(defaults).toContain(fixes[0]);
    const offered = new Set(casesOf(id).flatMap((c) => c.wants.flatMap((w) => w.applicability)));
    // Unsafe where a safe one cannot be proved, a sketch where nothing can be applied: less than what is owed.
    const promise = (fix: string): number => ["display", "unsafe", "safe"].indexOf(fix);
    const most = Math.max(...fixes.map(promise));
    expect([...offered].filter((fix) => promise(fix) > most)).toEqual([]);
  });
});
