/** The settings that hold for each directory of a run. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Rule } from "../rule/rule.ts";
import { type Config, ConfigError, DEFAULTS, nearestConfig } from "./config.ts";
import type { LoadPlugin } from "./config-file.ts";
import { displayPath } from "./discover.ts";
import type { Problem } from "./report.ts";
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
  /** Loads the plugins that configurations name, which run code. Without it they are left out, and that is told. */
  readonly loadPlugin?: LoadPlugin;
}

/** The settings of a directory (absolute, one of those that were asked for). */
export interface Configured {
  (dir: string): Settings;
  /** The rules of the run, and those that a configuration describes; of two with one id the first that was read. */
  readonly rules: readonly Rule[];
  /** Plugins that are named and were not loaded. */
  readonly problems: readonly Problem[];
  /** Rules of plugins are among them: this thread alone has them, and nothing tells when they change. */
  readonly plugged: boolean;
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
    if (file === null) configs.set(file, DEFAULTS);
    else {
      const { loadConfig } = await import("./config-file.ts");
      configs.set(file, await loadConfig(file, displayPath(cwd, file), rules, options.loadPlugin ?? null));
    }
  };
  const settings = new Map<string | null, Settings>();
  // What the command line selects may be described by any of the configurations.
  const configured = (of: (dir: string) => string | null): Configured => {
    const described = [...configs.values()].flatMap((c) => c.described);
    const known = distinct([...rules, ...described]);
    for (const [file, config] of configs) settings.set(file, new Settings([...rules, ...config.described], config, commandLine, known));
    const fallback = settings.get(null);
    return Object.assign((dir: string) => (settings.get(of(dir)) ?? fallback) as Settings, {
      rules: known,
      problems: [...configs.values()].flatMap((c) => notLoaded(c, cwd)),
      plugged: [...configs.values()].some((c) => c.plugged),
    });
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

function notLoaded({ file, unloaded }: Config, cwd: string): Problem[] {
  if (file === null || unloaded.length === 0) return [];
  const message = `its plugins are not loaded (${unloaded.join(", ")}): they run code; --allow-plugins allows it`;
  return [{ path: displayPath(cwd, file), rule: null, message, harmless: true }];
}

function distinct(rules: readonly Rule[]): Rule[] {
  const byId = new Map<string, Rule>();
  for (const rule of rules) if (!byId.has(rule.id)) byId.set(rule.id, rule);
  return [...byId.values()];
}
