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

/** The settings of a directory (absolute, one of those that were asked for). */
export interface Configured {
  (dir: string): Settings;
  /** The rules of the run, and those that a configuration describes; of two with one id the first that was read. */
  readonly rules: readonly Rule[];
}

/** The rules that hold in a directory: those given, and those that its configuration describes. */
export async function rulesIn(options: SettingsOptions): Promise<readonly Rule[]> {
  return (await settingsFor(options, [options.cwd])).rules;
}

/** Reads every configuration that speaks for one of the directories. */
export async function settingsFor(options: SettingsOptions, dirs: Iterable<string>): Promise<Configured> {
  const { cwd, rules } = options;
  const commandLine = { ...(options.select ? { select: options.select } : {}), ...(options.ignore ? { ignore: options.ignore } : {}) };
  const configs = new Map<string | null, Config>();
  const read = async (file: string | null): Promise<void> => {
    if (configs.has(file)) return;
    configs.set(file, file === null ? DEFAULTS : (await import("./config-file.ts")).loadConfig(file, displayPath(cwd, file), rules));
  };
  const settings = new Map<string | null, Settings>();
  // What the command line selects may be described by any of the configurations.
  const configured = (of: (dir: string) => string | null): Configured => {
    const described = [...configs.values()].flatMap((c) => c.resources);
    const known = distinct([...rules, ...described]);
    for (const [file, config] of configs) settings.set(file, new Settings([...rules, ...config.resources], config, commandLine, known));
    const fallback = settings.get(null);
    return Object.assign((dir: string) => (settings.get(of(dir)) ?? fallback) as Settings, { rules: known });
  };
  if (options.isolated || options.config !== undefined) {
    const file = options.isolated || options.config === undefined ? null : resolve(cwd, options.config);
    if (file !== null && !statSync(file, { throwIfNoEntry: false })) throw new ConfigError(`no such configuration file: ${options.config}`);
    await read(file);
    return configured(() => file);
  }
  const nearest = new Map<string, string | null>();
  const find = (dir: string): string | null => {
    const known = nearest.get(dir);
    if (known !== undefined) return known;
    const found = nearestConfig(dir, find);
    nearest.set(dir, found);
    return found;
  };
  for (const dir of dirs) await read(find(dir));
  await read(null);
  return configured(find);
}

function distinct(rules: readonly Rule[]): Rule[] {
  const byId = new Map<string, Rule>();
  for (const rule of rules) if (!byId.has(rule.id)) byId.set(rule.id, rule);
  return [...byId.values()];
}
