import { beforeAll, expect, it } from "vitest";
import { loadFormatter } from "../src/go/format.ts";
import { loadGrammar } from "../src/go/parse.ts";
import { casesOf } from "./house/cases.ts";
import { check } from "./house/engine.ts";

beforeAll(async () => {
  await Promise.all([loadGrammar(), loadFormatter()]);
});

/** Cases of recommended rules whose findings are all pedantic, which their wants do not say. */
const PEDANTIC: readonly (readonly [rule: string, name: string])[] = [["request-context-outlives-handler", "in-test"]];

it.each(PEDANTIC)("%s: %s is for those who want to see every place", async (rule, name) => {
  const [found] = casesOf(rule).filter((c) => c.name === name);
  if (!found) throw new Error(`no case ${name}`);
  const { own } = await check(found);
  expect(own.length).toBeGreaterThan(0);
  expect(own.map((f) => f.tier)).toEqual(own.map(() => "pedantic"));
});
