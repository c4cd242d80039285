/** Modules of the user's own: TypeScript or JavaScript, loaded as they are. Loading one runs its code, so only what the person named is loaded. */
import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { createJiti } from "jiti";
import { type RuleModule, rulesOf } from "../api/module.ts";
import { TransformError } from "../api/snippet.ts";
import type { TransformOptions } from "../api/transform.ts";
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
  try {
    return rulesOf(module, { id: idOf(file), shown, options, file: { absolute: file, shown } });
  } catch (error) {
    if (error instanceof TransformError) throw new UsageError(error.message);
    throw error;
  }
}

async function load(file: string, shown: string): Promise<RuleModule> {
  // The very modules that run here, so that a class is the same class on both sides.
  const jiti = createJiti(file, { fsCache: false, moduleCache: false, virtualModules: { gomend }, interopDefault: false });
  try {
    return await jiti.import<RuleModule>(file);
  } catch (error) {
    const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
    const at = text.indexOf(`${file}:`);
    // What runs is not what is written to the column.
    const line = at < 0 ? undefined : /^:(\d+)/.exec(text.slice(at + file.length))?.[1];
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UsageError(`cannot load ${shown}${line ? `:${line}` : ""}: ${message.trim()}`);
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
