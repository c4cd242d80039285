/** Reads `.gomend.yml`. Loaded only when there is one: it brings large libraries. */
import { basename, dirname, resolve } from "node:path";
import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import type { Rule } from "../rule/rule.ts";
import { CONFIG_NAME, type Config, ConfigError, DEFAULTS } from "./config.ts";
import { configSchema } from "./config-schema.ts";
import { leadsOutside, reason, topOf } from "./discover.ts";
import { faultOfPattern } from "./patterns.ts";
import { LARGEST_SETTINGS, readRegular } from "./regular.ts";
import { ruleOfRow } from "./resources.ts";
import { checkSelector, didYouMean, selectorNames, UnknownSelector } from "./selection.ts";

/** Gives the rules of a module (absolute). Throws `ConfigError` or `UsageError` when it cannot be loaded or holds none. */
export type LoadPlugin = (file: string) => Promise<readonly Rule[]>;

/** Reads and checks one configuration file. `shown` is its path as messages name it. Without `load` no plugin is loaded. */
export async function loadConfig(file: string, shown: string, given: readonly Rule[], load: LoadPlugin | null): Promise<Config> {
  let text: string;
  try {
    text = readRegular(file, LARGEST_SETTINGS).toString("utf8");
  } catch (error) {
    throw new ConfigError(`cannot read the configuration ${shown}: ${reason(error)}`);
  }
  if (basename(file) === CONFIG_NAME && leadsOutside(file, topOf(dirname(file))))
    throw new ConfigError(`the configuration ${shown} is a link that leads out of the tree: name it with --config, or copy it`);
  const lines = new LineCounter();
  const document = within(shown, () => parseDocument(text, { lineCounter: lines, prettyErrors: false }));
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${shown}:${line}:${col}`;
  };
  const fault = document.errors[0];
  if (fault) throw new ConfigError(`${at(fault.pos[0])}: ${fault.message.split("\n")[0]}`);
  if (document.contents === null) return { ...DEFAULTS, file, text };
  if (!isMap(document.contents)) throw new ConfigError(`${shown}:1:1: expected keys such as "select:" and "ignore:"`);
  const place = (path: readonly PropertyKey[]): string => {
    for (let n = path.length; n > 0; n--) {
      const node = document.getIn(path.slice(0, n), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return `${shown}:1:1`;
  };
  const keyPlace = (path: readonly PropertyKey[], key: string): string => {
    const map = path.length ? document.getIn(path, true) : document.contents;
    const pair = isMap(map) ? map.items.find((i) => String(i.key) === key) : undefined;
    return pair && isNode(pair.key) && pair.key.range ? at(pair.key.range[0]) : place(path);
  };
  const go = document.get("go", true);
  // YAML reads 1.20 as the number 1.2: take what is written.
  if (isScalar(go) && typeof go.value === "number" && go.source !== undefined) go.value = go.source;
  const parsed = configSchema.safeParse(within(shown, () => document.toJS() as unknown));
  if (!parsed.success) {
    const { issues } = parsed.error;
    const issue = issues.find((i) => i.code === "unrecognized_keys") ?? issues[0];
    if (issue?.code === "unrecognized_keys") {
      const key = issue.keys[0] ?? "";
      const known = keysAt(issue.path);
      throw new ConfigError(`${keyPlace(issue.path, key)}: unknown key "${key}"${didYouMean(key, known)}`);
    }
    const { path, message } = issue ? deepest(issue) : { path: [], message: "invalid" };
    throw new ConfigError(`${place(path)}: ${path.join(".")}: ${message}`);
  }
  const data = parsed.data;
  const resources = (data.resources ?? []).map((row) => ruleOfRow(row, shown));
  resources.forEach((rule, i) => {
    const taken = [...selectorNames(given), ...resources.slice(0, i).map((r) => r.id)];
    if (taken.includes(rule.id))
      throw new ConfigError(`${place(["resources", i, "id"])}: there is a rule "${rule.id}" already: take another id`);
  });
  const plugins = data.plugins ?? [];
  const loaded: Rule[] = [];
  for (const [i, plugin] of plugins.entries()) {
    if (!load) break;
    for (const rule of await load(resolve(dirname(file), plugin))) {
      const taken = [...selectorNames([...given, ...resources, ...loaded])];
      if (taken.includes(rule.id))
        throw new ConfigError(`${place(["plugins", i])}: there is a rule "${rule.id}" already: give the one of ${plugin} another id`);
      loaded.push(rule);
    }
  }
  const described = [...resources, ...loaded];
  const rules = [...given, ...described];
  const missing = plugins.length > 0 && !load ? " (plugins are not loaded: they run code; --allow-plugins allows it)" : "";
  const check = (key: string, selectors: readonly string[] | undefined, path: readonly PropertyKey[] = [key]): void => {
    selectors?.forEach((selector, i) => {
      try {
        checkSelector(selector, rules);
      } catch (error) {
        if (!(error instanceof UnknownSelector)) throw error;
        throw new ConfigError(`${place([...path, i])}: ${error.message}${missing}`);
      }
    });
  };
  const heed = (patterns: readonly string[] | undefined, path: readonly PropertyKey[]): void => {
    patterns?.forEach((pattern, i) => {
      const why = faultOfPattern(pattern);
      if (why !== null) throw new ConfigError(`${place([...path, i])}: ${why}, which could take forever`);
    });
  };
  heed(data.exclude, ["exclude"]);
  check("select", data.select);
  check("ignore", data.ignore);
  for (const [id, options] of Object.entries(data.options ?? {})) {
    const known = rules.find((r) => r.id === id)?.options;
    if (!known) throw new ConfigError(`${place(["options", id])}: there is no rule "${id}" with options`);
    const strange = Object.keys(options).find((name) => !Object.hasOwn(known, name));
    if (strange !== undefined)
      throw new ConfigError(`${place(["options", id, strange])}: unknown option "${strange}"${didYouMean(strange, Object.keys(known))}`);
  }
  check("extend-safe", data["extend-safe"]);
  check("extend-unsafe", data["extend-unsafe"]);
  data["per-file"]?.forEach((p, i) => {
    heed(p.files, ["per-file", i, "files"]);
    check("select", p.select, ["per-file", i, "select"]);
    check("ignore", p.ignore, ["per-file", i, "ignore"]);
  });
  return {
    file,
    text,
    ...(data.select ? { select: data.select } : {}),
    ...(data.ignore ? { ignore: data.ignore } : {}),
    ...(data.go === undefined ? {} : { go: data.go }),
    exclude: data.exclude ?? [],
    extendSafe: data["extend-safe"] ?? [],
    extendUnsafe: data["extend-unsafe"] ?? [],
    perFile: (data["per-file"] ?? []).map(({ files, select, ignore }) => ({
      files,
      ...(select ? { select } : {}),
      ...(ignore ? { ignore } : {}),
    })),
    options: data.options ?? {},
    described,
    unloaded: load ? [] : plugins,
    plugged: loaded.length > 0,
  };
}

/** YAML that nests too deeply, or whose aliases multiply, ends in an exception. */
function within<T>(shown: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ConfigError(
      `cannot read the configuration ${shown}: ${error instanceof RangeError ? "it is nested too deeply" : (error as Error).message}`,
    );
  }
}

/** The keys that are known at a place. */
function keysAt(path: readonly PropertyKey[]): string[] {
  const { shape } = configSchema;
  if (path.length === 0) return Object.keys(shape);
  if (path[0] === "per-file") return Object.keys(shape["per-file"].unwrap().element.shape);
  return path.length > 2 ? ["call", "result", "error", "ok"] : Object.keys(shape.resources.unwrap().element.shape);
}

/** Of the ways in which a value could have been meant, what is wrong with the one that came furthest. */
function deepest(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  if (issue.code !== "invalid_union") return { path: issue.path, message: issue.message };
  const inner = issue.errors.flatMap((e) => e.map(deepest)).sort((a, b) => b.path.length - a.path.length);
  const [best] = inner.filter((i) => !i.message.startsWith("Invalid input"));
  return best ? { path: [...issue.path, ...best.path], message: best.message } : { path: issue.path, message: issue.message };
}
