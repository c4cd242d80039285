/** What a module of the user's own exports, as rules. */
import type { Rule } from "../rule/rule.ts";
import { defineRule, type OwnRule } from "./own-rule.ts";
import { TransformError } from "./snippet.ts";
import { type Transform, type TransformInfo, type TransformOptions, type TransformSource, transformRule } from "./transform.ts";

/** What a module exports: by default a transform, a rule, or a list of rules; beside a transform what is to be said about it. */
export interface RuleModule extends TransformInfo {
  readonly default?: Transform | OwnRule | readonly OwnRule[];
}

/** Where a module comes from. */
export interface ModuleSource {
  /** The id of a transform, which has none of its own. */
  readonly id: string;
  /** The module's name in messages. */
  readonly shown: string;
  readonly file?: TransformSource["file"];
  readonly options?: TransformOptions;
}

/** The rules of a module. Throws `TransformError` when it exports nothing of the kind. */
export function rulesOf(module: RuleModule, { id, shown, file, options }: ModuleSource): readonly Rule[] {
  const exported: unknown = module.default;
  if (typeof exported === "function") {
    const { title, why, fixSafety, triggers, imports } = module;
    const said = { title, why, fixSafety, triggers, imports };
    const info = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as TransformInfo;
    return [
      checked(
        transformRule({ ...info, id, transform: exported as Transform, ...(file ? { file } : {}), ...(options ? { options } : {}) }),
        shown,
      ),
    ];
  }
  const list = Array.isArray(exported) ? exported : exported === undefined ? [] : [exported];
  if (list.length === 0)
    throw new TransformError(`${shown} has no default export: a transform, a rule made by defineRule, or a list of rules`);
  return list.map((rule: unknown) => checked(rule, shown));
}

function checked(value: unknown, shown: string): Rule {
  const rule = value as Partial<OwnRule> | null;
  if (typeof rule !== "object" || rule === null || typeof rule.check !== "function")
    throw new TransformError(`${shown}: its default export is no transform and no rule: a rule has an id and a function check`);
  if (typeof rule.id !== "string" || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(rule.id))
    throw new TransformError(`${shown}: a rule's id is small words with dashes, such as no-direct-env, not ${JSON.stringify(rule.id)}`);
  const whole = defineRule(rule as OwnRule);
  const texts: readonly (keyof Rule)[] = ["family", "title", "why", "fixSafety", "since", "tier"];
  for (const key of texts) if (typeof whole[key] !== "string") throw new TransformError(`${shown}: ${rule.id}: ${key} is a text`);
  for (const key of ["triggers", "imports"] as const)
    if (whole[key] !== undefined && !Array.isArray(whole[key])) throw new TransformError(`${shown}: ${rule.id}: ${key} is a list`);
  return whole;
}
