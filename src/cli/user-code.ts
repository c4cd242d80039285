/** Modules of the user's own: TypeScript or JavaScript, loaded as they are. Loading one runs its code, so only what the person named is loaded. */
import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { createJiti } from "jiti";
import { defineRule, type OwnRule } from "../api/own-rule.ts";
import { type Transform, type TransformInfo, type TransformOptions, transformRule } from "../api/transform.ts";
import { displayPath } from "../engine/discover.ts";
import { UsageError } from "../engine/run.ts";
import { selectorNames } from "../engine/selection.ts";
import * as gomend from "../index.ts";
import type { Rule } from "../rule/rule.ts";
import { rules as builtin } from "../transforms/index.ts";

/** The rules of several modules. No two may have one id. */
export async function rulesOfModules(files: readonly string[], options: TransformOptions = {}): Promise<readonly Rule[]> {
  const all: Rule[] = [];
  for (const file of files) {
    for (const rule of await rulesOfModule(resolve(file), options)) {
      if (selectorNames([...builtin, ...all]).includes(rule.id))
        throw new UsageError(`${file}: there is a rule "${rule.id}" already: give it another id`);
      all.push(rule);
    }
  }
  return all;
}

/**
 * The rules of a module (absolute): its default export is a transform, a rule or a list of rules. Throws `UsageError` with the place when it cannot be loaded or
 * exports nothing of the kind.
 */
export async function rulesOfModule(file: string, options: TransformOptions = {}): Promise<readonly Rule[]> {
  const shown = displayPath(process.cwd(), file);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`no such module: ${shown}`);
  const module = await load(file, shown);
  const exported = module.default;
  if (typeof exported === "function") {
    const { title, why, fixSafety, triggers, imports } = module as TransformInfo;
    const info = JSON.parse(JSON.stringify({ title, why, fixSafety, triggers, imports })) as TransformInfo;
    return [transformRule({ ...info, id: idOf(file), transform: exported as Transform, options, file: { absolute: file, shown } })];
  }
  const list = Array.isArray(exported) ? exported : exported === undefined ? [] : [exported];
  if (list.length === 0) throw new UsageError(`${shown} has no default export: a transform, a rule made by defineRule, or a list of rules`);
  return list.map((rule: unknown) => checked(rule, shown));
}

async function load(file: string, shown: string): Promise<Record<string, unknown>> {
  // The very modules that run here, so that a class is the same class on both sides.
  const jiti = createJiti(file, { fsCache: false, moduleCache: false, virtualModules: { gomend }, interopDefault: false });
  try {
    return await jiti.import<Record<string, unknown>>(file);
  } catch (error) {
    const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
    const at = text.indexOf(`${file}:`);
    const place = at < 0 ? null : /^:(\d+):(\d+)/.exec(text.slice(at + file.length));
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UsageError(`cannot load ${shown}${place ? `:${place[1]}:${place[2]}` : ""}: ${message.trim()}`);
  }
}

/** "to-errors-is" of "/x/toErrorsIs.ts". */
export function idOf(file: string): string {
  const id = basename(file)
    .replace(/\.[cm]?[jt]s$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return id === "" || selectorNames(builtin).includes(id) ? `${id}-transform`.replace(/^-/, "") : id;
}

function checked(value: unknown, shown: string): Rule {
  const rule = value as Partial<OwnRule> | null;
  if (typeof rule !== "object" || rule === null || typeof rule.check !== "function")
    throw new UsageError(`${shown}: its default export is no transform and no rule: a rule has an id and a function check`);
  if (typeof rule.id !== "string" || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(rule.id))
    throw new UsageError(`${shown}: a rule's id is small words with dashes, such as no-direct-env, not ${JSON.stringify(rule.id)}`);
  const whole = defineRule(rule as OwnRule);
  const strings: readonly (keyof Rule)[] = ["family", "title", "why", "fixSafety", "since", "tier"];
  for (const key of strings) if (typeof whole[key] !== "string") throw new UsageError(`${shown}: ${rule.id}: ${key} is a text`);
  if (!Array.isArray(whole.triggers)) throw new UsageError(`${shown}: ${rule.id}: triggers is a list of literals`);
  return whole;
}
