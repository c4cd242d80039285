/** The public API: transforms and rules of one's own, and the check. */

import type { Report } from "./engine/report.ts";
import { type RunOptions, run } from "./engine/run.ts";
import { rules } from "./transforms/index.ts";

export * from "./api/index.ts";
export type { FileChange, Outcome, Problem, Report, Stats } from "./engine/report.ts";
export type { Progress } from "./engine/run.ts";
export type { Field, GoNode, Kind } from "./go/node.ts";
export type { Binding, Call, FileModel, Flow, FuncModel, PackageModel, Type, Witness } from "./model/model.ts";
export { typeString } from "./model/types.ts";
export { finding, fix } from "./rule/build.ts";
export type { Applicability, Family, Finding, Fix, HandsOut, ImportIntent, Rule, Tier } from "./rule/rule.ts";
export type { Edit, Span } from "./text/edit.ts";

/** What is checked, and how; everything may be left out. */
export type CheckOptions = Partial<RunOptions>;

/**
 * Checks files and directories; with `fix` the report says what they would be, and nothing is written. The rules are gomend's own unless
 * others are given. Throws an Error with one clear line for a mistake in the options; what goes wrong with files is in `problems`.
 */
export async function check(options: CheckOptions = {}): Promise<Report> {
  return (await run({ rules, cwd: process.cwd(), ...options })).report;
}
