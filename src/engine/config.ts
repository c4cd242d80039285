/** `.gomend.yml`: data, never code. The nearest one above a file speaks for it; what it says about paths is relative to its directory. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Rule } from "../rule/rule.ts";

export const CONFIG_NAME = ".gomend.yml";

/** By rule, then by name: what a configuration says of it. */
export type RuleOptions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface PerFile {
  /** Patterns as in .gitignore. */
  readonly files: readonly string[];
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
}

export interface Config {
  /** Absolute path of the file; null for the built-in defaults. */
  readonly file: string | null;
  /** As it is written. */
  readonly text: string;
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
  /** Patterns as in .gitignore. */
  readonly exclude: readonly string[];
  /** Rules whose unsafe fixes count as safe, and the reverse. */
  readonly extendSafe: readonly string[];
  readonly extendUnsafe: readonly string[];
  /** Language version, in place of go.mod's. */
  readonly go?: string;
  readonly perFile: readonly PerFile[];
  /** Options by rule and name. */
  readonly options: RuleOptions;
  /** The rows of `resources:`, as rules, and the rules of plugins that were loaded. */
  readonly described: readonly Rule[];
  /** Plugins that are named and were not loaded. */
  readonly unloaded: readonly string[];
  /** Code of the user's own runs. */
  readonly plugged: boolean;
}

export const DEFAULTS: Config = {
  file: null,
  text: "",
  exclude: [],
  extendSafe: [],
  extendUnsafe: [],
  perFile: [],
  options: {},
  described: [],
  unloaded: [],
  plugged: false,
};

/** The configuration is wrong: the person's mistake, in one line with the place. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** The nearest configuration file in `dir` or above, up to the work tree's top; null when there is none. `above` answers for the parent. */
export function nearestConfig(dir: string, above: (parent: string) => string | null): string | null {
  const file = join(dir, CONFIG_NAME);
  if (existsSync(file)) return file;
  const parent = dirname(dir);
  return parent === dir || existsSync(join(dir, ".git")) ? null : above(parent);
}
