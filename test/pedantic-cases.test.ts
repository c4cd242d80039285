import { beforeAll, expect, it } from "vitest";
import { loadFormatter } from "../src/go/format.ts";
import { loadGrammar } from "../src/go/parse.ts";
import type { Tier } from "../src/rule/rule.ts";
import { rules } from "../src/transforms/index.ts";
import { casesOf } from "./house/cases.ts";
import { check } from "./house/engine.ts";

beforeAll(async () => {
  await Promise.all([loadGrammar(), loadFormatter()]);
});

/** Cases of recommended rules whose findings are all pedantic, which their wants do not say. */
const PEDANTIC: readonly (readonly [rule: string, name: string])[] = [
  ["afterfunc-not-stopped", "late"],
  ["body-not-closed", "over"],
  ["call-without-context", "in-test"],
  ["call-without-context", "terminal"],
  ["chan-op-ignores-context", "awaited"],
  ["close-too-late", "asserted-between"],
  ["cmd-not-waited", "left-to-itself"],
  ["defer-in-loop", "held"],
  ["defer-in-loop", "read-in-turn"],
  ["file-not-closed", "in-test"],
  ["lock-not-released", "misused"],
  ["lost-cancel", "in-test"],
  ["request-context-outlives-handler", "in-test"],
  ["rows-err-unchecked", "found-missing"],
  ["select-without-done", "handshake"],
  ["sleep-ignores-context", "in-test"],
  ["sleep-ignores-context", "short"],
  ["time-after-in-select", "in-test"],
  ["time-after-in-select", "lists"],
  ["timer-not-stopped", "in-test"],
  ["timer-reset-undrained", "at-once"],
  ["tx-not-finished", "ended-by-context"],
  ["writer-not-closed", "in-test"],
  ["span-not-ended", "in-context"],
  ["exit-skips-defer", "pedantic"],
  ["exit-skips-defer", "pedantic-failure"],
  ["double-close", "pedantic-once"],
  ["cstring-not-freed", "uncalled"],
  ["pool-put-by-value", "said"],
  ["pool-use-after-put", "in-test"],
  ["send-to-departed-receiver", "by-test"],
  ["atomic-mixed-access", "pedantic-unsure"],
];

/** Cases next to those, all of whose findings everybody sees. */
const RECOMMENDED: readonly (readonly [rule: string, name: string])[] = [
  ["body-not-closed", "answered"],
  ["body-not-closed", "dot-import"],
  ["chan-op-ignores-context", "left-alone"],
  ["exit-skips-defer", "left-behind"],
  ["double-close", "twice"],
  ["atomic-mixed-access", "concurrent"],
  ["file-not-closed", "created"],
  ["lock-not-released", "test-fatal"],
];

it.each(PEDANTIC)("%s: %s is for those who want to see every place", async (rule, name) => {
  expect(await tiersIn(rule, name)).toEqual(["pedantic"]);
});

it.each(RECOMMENDED)("%s: %s is for everybody", async (rule, name) => {
  expect(await tiersIn(rule, name)).toEqual(["recommended"]);
});

it.each(rules.filter((r) => r.tier === "recommended").map((r) => r.id))("%s: its example is for everybody", async (rule) => {
  expect(await tiersIn(rule, "basic")).toContain("recommended");
});

async function tiersIn(rule: string, name: string): Promise<Tier[]> {
  const [found] = casesOf(rule).filter((c) => c.name === name);
  if (!found) throw new Error(`no case ${name}`);
  const own = rules.find((r) => r.id === rule)?.tier;
  const said = await check(found);
  return [...new Set(said.own.map((f) => f.tier ?? own ?? "harden"))];
}
