/** Rules of a user's own. */
import type { Rule } from "../rule/rule.ts";

/** A rule with as much said about it as its author cares to say. */
export type OwnRule = Pick<Rule, "id" | "check"> & Partial<Omit<Rule, "id" | "check">>;

/**
 * Makes a rule. `id` and `check` are needed; `title` and `why` are what its findings' readers see; `triggers` keep it from looking at
 * declarations in which it can find nothing.
 */
export function defineRule(rule: OwnRule): Rule {
  return {
    family: "custom",
    title: rule.id.replaceAll("-", " "),
    why: "A rule of your own.",
    fixSafety: "As the rule says of each fix.",
    since: "",
    tier: "recommended",
    triggers: [],
    ...rule,
  };
}
