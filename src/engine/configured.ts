/** The settings that hold for each directory of a run. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Rule } from "../rule/rule.ts";
import { type Config, ConfigError, DEFAULTS, nearestConfig } from "./config.ts";
import { displayPath } from "./discover.ts";
import { Settings } from "./settings.ts";

export interface SettingsOptions {
  readonly rules: readonly Rule[];
  /** Absolute. */
  readonly cwd: string;
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
  /** A configuration file, instead of the nearest `.gomend.yml`. */
  readonly config?: string;
  /** No configuration file at all. */
  readonly isolated?: boolean;
}

/** Reads every configuration that speaks for one of the directories, and gives the settings of a directory (absolute, one of `dirs`). */
export async function settingsFor(options: SettingsOptions, dirs: Iterable<string>): Promise<(dir: string) => Settings> {
  const { cwd, rules } = options;
  const commandLine = { ...(options.select ? { select: options.select } : {}), ...(options.ignore ? { ignore: options.ignore } : {}) };
  const settings = new Map<string | null, Settings>();
  const make = async (file: string | null): Promise<Settings> => {
    let made = settings.get(file);
    if (!made) {
      const config: Config = file === null ? DEFAULTS : (await import("./config-file.ts")).loadConfig(file, displayPath(cwd, file), rules);
      made = new Settings(rules, config, commandLine);
      settings.set(file, made);
    }
    return made;
  };
  if (options.isolated || options.config !== undefined) {
    const file = options.isolated || options.config === undefined ? null : resolve(cwd, options.config);
    if (file !== null && !statSync(file, { throwIfNoEntry: false })) throw new ConfigError(`no such configuration file: ${options.config}`);
    const only = await make(file);
    return () => only;
  }
  const nearest = new Map<string, string | null>();
  const find = (dir: string): string | null => {
    const known = nearest.get(dir);
    if (known !== undefined) return known;
    const found = nearestConfig(dir, find);
    nearest.set(dir, found);
    return found;
  };
  for (const dir of dirs) await make(find(dir));
  const fallback = await make(null);
  return (dir) => settings.get(find(dir)) ?? fallback;
}
