/** What the flags that every checking command has mean to a run. */
import type { Limits } from "../engine/base.ts";
import type { RunOptions } from "../engine/run.ts";
import { rules } from "../transforms/index.ts";
import { cacheFor } from "./cache-store.ts";
import type { CheckFlags } from "./flags.ts";
import { loadPlugin } from "./known.ts";

/** All but the paths, and what limits the findings. */
export function runOptions(flags: CheckFlags): RunOptions {
  return {
    rules: flags.own ? [...rules, ...flags.own] : rules,
    cwd: process.cwd(),
    ...given("select", flags.select),
    ...given("ignore", flags.ignore),
    ...given("fixable", flags.fixable),
    ...given("unfixable", flags.unfixable),
    ...given("go", flags.go),
    ...given("shard", flags.shard),
    ...given("config", flags.config),
    ...given("jobs", flags.jobs),
    unsafeFixes: flags.unsafeFixes ?? false,
    isolated: flags.isolated ?? false,
    includeGenerated: flags.includeGenerated ?? false,
    includeIgnored: flags.includeIgnored ?? false,
    ...(flags.allowPlugins ? { loadPlugin } : {}),
    ...given("cache", cacheFor(flags) ?? undefined),
  };
}

/** Which findings count, by `--new-from-...` and `--baseline`. `stdin` is the path that the standard input stands for. Throws `UsageError`. */
export async function limitsFor(paths: readonly string[], flags: CheckFlags, stdin: string | null): Promise<Limits> {
  const { newFromMergeBase, newFromRev, newFromPatch, baseline, writeBaseline } = flags;
  const limited = writeBaseline === true || [newFromMergeBase, newFromRev, newFromPatch, baseline].some((flag) => flag !== undefined);
  return limited ? (await import("./limits.ts")).limitsOf(paths, flags, process.cwd(), stdin) : {};
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
