/** Runs gomend on a fixture case: as a user's module of its own, on disk, through the engine's one entry. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import picocolors from "picocolors";
import type { FileChange, Report } from "../../src/engine/report.ts";
import { type Run, run } from "../../src/engine/run.ts";
import { render } from "../../src/report/index.ts";
import { text } from "../../src/report/text.ts";
import type { Finding, Fix, Rule } from "../../src/rule/rule.ts";
import { unifiedPatch } from "../../src/text/diff.ts";
import { rules } from "../../src/transforms/index.ts";
import { type Case, type CaseFile, writeCase } from "./cases.ts";

/** What a run said of a case. */
export interface Said {
  readonly report: Report;
  /** Findings of the case's own rule. */
  readonly own: readonly Finding[];
  readonly preview: Run["preview"];
  /** All files of the case, as they are after the run. */
  readonly files: readonly CaseFile[];
}

/** The findings, nothing applied. `files` stand in place of the case's own. */
export function check(c: Case, files: readonly CaseFile[] = c.files, withRules: readonly Rule[] = rules): Promise<Said> {
  return inModule(c, files, withRules, false);
}

/** The nth alternatives (from 1) of all findings of the case's rule applied, in as many rounds as that takes. */
export function applyNth(c: Case, nth: number, files: readonly CaseFile[] = c.files): Promise<Said> {
  return inModule(c, files, onlyNth(c.rule, nth), true);
}

async function inModule(c: Case, files: readonly CaseFile[], withRules: readonly Rule[], fix: boolean): Promise<Said> {
  const dir = mkdtempSync(join(tmpdir(), "gomend-case-"));
  try {
    writeCase(dir, files);
    writeFileSync(join(dir, "go.mod"), `module fixture\n\ngo ${c.go}\n`);
    const result = await run({ rules: withRules, cwd: dir, select: ["ALL"], isolated: true, fix, unsafeFixes: true, fixable: [c.rule] });
    const { report, preview } = result;
    return { report, own: report.findings.filter((f) => f.rule === c.rule), preview, files: changed(files, report.files) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The rules, of which one offers its nth alternatives alone. */
function onlyNth(id: string, nth: number): Rule[] {
  return rules.map((rule) => {
    if (rule.id !== id) return rule;
    return {
      ...rule,
      *check(pkg) {
        for (const finding of rule.check(pkg)) yield { ...finding, fixes: finding.fixes.slice(nth - 1, nth).filter(isApplicable) };
      },
    };
  });
}

export function isApplicable(fix: Fix): boolean {
  return fix.applicability !== "display";
}

/** The highest number of a finding's alternative that can be applied; 0 when there is none. */
export function alternatives(own: readonly Finding[]): number {
  return Math.max(0, ...own.map((f) => f.fixes.findLastIndex(isApplicable) + 1));
}

export function changed(files: readonly CaseFile[], changes: readonly FileChange[]): CaseFile[] {
  return files.map((f) => ({ path: f.path, text: changes.find((c) => c.path === f.path)?.after ?? f.text }));
}

/** The findings and the diff of every alternative, as a user sees them in a terminal of 100 columns. */
export function snapshot(c: Case, said: Said): string {
  const report: Report = { ...said.report, findings: said.own, left: said.own, stats: { ...said.report.stats, milliseconds: 0 } };
  const context = { rules, version: "0.0.0", color: picocolors.createColors(false), preview: said.preview, unsafeFixes: true, width: 100 };
  const parts = [render(text, report, context)];
  for (const finding of said.own) {
    for (const [i, fix] of finding.fixes.entries()) {
      // The first one's diff stands in the text already.
      if (i === 0 || !isApplicable(fix)) continue;
      const patches = said.preview(finding, fix).map((f) => unifiedPatch(f.path, f.before, f.after));
      parts.push(`alternative ${i + 1} of ${placeOf(c, finding)}: ${fix.title}\n\n${patches.join("")}`);
    }
  }
  return parts.join("\n");
}

/** "basic.go:12" */
export function placeOf(c: Case, finding: Finding): string {
  return `${finding.at.path}:${lineOf(c.files, finding)}`;
}

/** The line, from 1, on which a finding stands. */
export function lineOf(files: readonly CaseFile[], finding: Finding): number {
  const code = files.find((f) => f.path === finding.at.path)?.text ?? "";
  return code.slice(0, finding.at.start).split("\n").length;
}
