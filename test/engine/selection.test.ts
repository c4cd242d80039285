import { describe, expect, it } from "vitest";
import { closest, Selection, type Selectors } from "../../src/engine/selection.ts";
import type { Family, Finding, Rule, Tier } from "../../src/rule/rule.ts";
import { callRule } from "./rules.ts";

const rule = (id: string, family: Family, tier: Tier): Rule => callRule(id, "bad", () => [], { family, tier });
const rules = [rule("tick", "timers", "recommended"), rule("field", "timers", "pedantic"), rule("leak", "harden", "harden")];

/** What is admitted: ids, with `+` for the findings that a rule calls pedantic itself. */
function admitted(selectors: Selectors): string[] {
  const selection = new Selection(selectors, rules);
  const finding = (id: string, tier?: Tier): Finding => {
    const base: Finding = { rule: id, at: { path: "a.go", start: 0, end: 0 }, message: "", confidence: "proven", fixes: [] };
    return tier ? { ...base, tier } : base;
  };
  return rules.flatMap((r) => [
    ...(selection.admits(finding(r.id), r) ? [r.id] : []),
    ...(selection.admits(finding(r.id, "pedantic"), r) && r.tier !== "pedantic" ? [`${r.id}+`] : []),
  ]);
}

describe("Selection", () => {
  it.each<[string, Selectors, string[]]>([
    ["the default: recommended findings", {}, ["tick"]],
    ["an id: all its findings", { select: ["tick"] }, ["tick", "tick+"]],
    ["a pedantic rule by id", { select: ["field"] }, ["field"]],
    ["a family: what it recommends", { select: ["timers"] }, ["tick"]],
    ["the harden family", { select: ["harden"] }, ["leak"]],
    ["pedantic: pedantic findings of all rules", { select: ["pedantic"] }, ["tick+", "field", "leak+"]],
    ["recommended and pedantic", { select: ["recommended", "pedantic"] }, ["tick", "tick+", "field", "leak+"]],
    ["ALL", { select: ["ALL"] }, ["tick", "tick+", "field", "leak", "leak+"]],
    ["ALL but a family", { select: ["ALL"], ignore: ["timers"] }, ["leak", "leak+"]],
    ["ALL but a tier", { select: ["ALL"], ignore: ["pedantic"] }, ["tick", "leak"]],
    ["an id out of an ignored family", { select: ["tick"], ignore: ["timers"] }, ["tick", "tick+"]],
    ["an id both ways", { select: ["tick"], ignore: ["tick"] }, []],
    ["everything ignored", { ignore: ["ALL"] }, []],
    ["everything ignored but a tier", { select: ["recommended"], ignore: ["ALL"] }, ["tick"]],
  ])("%s", (_, selectors, expected) => {
    expect(admitted(selectors)).toEqual(expected);
  });

  it("runs a rule only when it can have findings that are told", () => {
    const ids = (selectors: Selectors): string[] => rules.filter((r) => new Selection(selectors, rules).runs(r)).map((r) => r.id);
    expect(ids({})).toEqual(["tick"]);
    expect(ids({ select: ["pedantic"] })).toEqual(["tick", "field"]);
    expect(ids({ ignore: ["recommended"] })).toEqual([]);
    expect(ids({ select: ["harden", "field"] })).toEqual(["field", "leak"]);
  });

  it.each([
    ["tik", 'unknown rule "tik", did you mean "tick"? "gomend rules" lists all'],
    ["all", 'unknown rule "all", did you mean "ALL"? "gomend rules" lists all'],
    ["timer", 'unknown rule "timer", did you mean "timers"? "gomend rules" lists all'],
    ["quite-another", 'unknown rule "quite-another"; "gomend rules" lists all'],
  ])("refuses %s with the way out", (name, message) => {
    expect(() => new Selection({ select: [name] }, rules)).toThrow(message);
    expect(() => new Selection({ ignore: [name] }, rules)).toThrow(message);
  });
});

describe("closest", () => {
  it.each([
    ["chekc", "check"],
    ["time-after", "time-after-in-select"],
    ["xyz", null],
    ["", null],
  ])("%s", (word, expected) => {
    expect(closest(word, ["check", "fix", "time-after-in-select", "time-tick"])).toBe(expected);
  });
});
