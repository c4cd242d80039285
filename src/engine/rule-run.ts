/** One rule on one package: what it finds, and what goes wrong in it. */
import { GrammarNotLoaded } from "../go/parse.ts";
import type { FileModel, PackageModel } from "../model/model.ts";
import { type Finding, type Rule, RuleFailure } from "../rule/rule.ts";
import type { Problem } from "./report.ts";

export interface RuleRun {
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
}

/**
 * A rule that throws is told, and what it found before stays. `files` are those in which it may find something. The fixes of findings that are not `wanted` may
 * never be made; those of the others are, while the rule's declarations are looked at.
 */
export function runRule(
  rule: Rule,
  pkg: PackageModel,
  files: readonly FileModel[],
  wanted: (finding: Finding) => boolean,
): RuleRun | Promise<RuleRun> {
  if (rule.later) return byFile(rule, rule.later, pkg, files);
  const findings: Finding[] = [];
  try {
    for (const finding of rule.check(pkg)) findings.push(wanted(finding) ? { ...finding } : finding);
  } catch (error) {
    if (error instanceof GrammarNotLoaded) throw error;
    return { findings, problems: [failure(rule, pkg.dir, `in package ${pkg.name}`, error)] };
  }
  return { findings, problems: [] };
}

/** What goes wrong in one file leaves the others as they are. */
async function byFile(rule: Rule, later: NonNullable<Rule["later"]>, pkg: PackageModel, files: readonly FileModel[]): Promise<RuleRun> {
  const findings: Finding[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    try {
      for (const finding of await later(pkg, file)) findings.push(finding);
    } catch (error) {
      if (error instanceof GrammarNotLoaded) throw error;
      problems.push(failure(rule, file.source.path, "on this file", error));
    }
  }
  return { findings, problems };
}

function failure(rule: Rule, path: string, where: string, error: unknown): Problem {
  if (error instanceof RuleFailure) return { path, rule: rule.id, message: error.message };
  const message = error instanceof Error ? `${error.message}${thrownAt(error)}` : String(error);
  return { path, rule: rule.id, message: `the rule failed ${where}: ${message}` };
}

/** Where in the code an error was thrown, for a report of the fault. */
function thrownAt(error: Error): string {
  const frame = error.stack?.split("\n").find((l) => /^\s+at /.test(l));
  const where = frame && /([\w.-]+\.[cm]?[jt]s:\d+:\d+)/.exec(frame)?.[1];
  return where ? ` (${where})` : "";
}
