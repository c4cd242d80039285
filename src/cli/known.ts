/** The rules that a person can name here: gomend's own, and those that the nearest configuration describes. */
import { rulesIn } from "../engine/configured.ts";
import type { Rule } from "../rule/rule.ts";
import { rules } from "../transforms/index.ts";

/** Throws `ConfigError` when the configuration is wrong. */
export async function knownRules(allowPlugins: boolean): Promise<readonly Rule[]> {
  return rulesIn({ rules, cwd: process.cwd(), ...(allowPlugins ? { loadPlugin } : {}) });
}

/** Rules of a module of the user's. */
export async function loadPlugin(file: string): Promise<readonly Rule[]> {
  return (await import("./user-code.ts")).rulesOfModule(file);
}
