/** The rules that a person can name here: gomend's own, and the resources that the nearest configuration describes. */
import { rulesIn } from "../engine/configured.ts";
import type { Rule } from "../rule/rule.ts";
import { rules } from "../transforms/index.ts";

/** Throws `ConfigError` when the configuration is wrong. */
export async function knownRules(): Promise<readonly Rule[]> {
  return rulesIn({ rules, cwd: process.cwd() });
}
