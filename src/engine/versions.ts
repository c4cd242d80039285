/** For which language versions a rule speaks. */
import { atLeast, type Version } from "../go/module.ts";
import type { Rule } from "../rule/rule.ts";

export function fits(rule: Rule, version: Version): boolean {
  const { below, from } = rule.go ?? {};
  return !(below !== undefined && atLeast(version, below)) && !(from !== undefined && !atLeast(version, from));
}
