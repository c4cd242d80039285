/** `--diff --split-by`: one patch for each rule, package, module or group of code owners, for the people who will review them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { together } from "../engine/apply.ts";
import { reason } from "../engine/discover.ts";
import type { FileChange, Outcome } from "../engine/report.ts";
import { type Run, UsageError } from "../engine/run.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import { unifiedPatch } from "../text/diff.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { groupOfFile } from "./dimensions.ts";
import type { Dimension } from "./flags.ts";
import { columns } from "./tables.ts";

/** Lists the patches; by it a later run knows which files are its own to replace. */
const INDEX = "index.json";

interface Part {
  readonly group: string;
  readonly files: readonly FileChange[];
  /** Findings that it mends. */
  readonly mended: number;
}

/** Writes the patches into `dir`, and gives the table that lists them. Each part stands alone on the tree as it is. Throws `UsageError`. */
export async function splitPatches(run: Run, by: Dimension, dir: string, cwd: string): Promise<string> {
  const parts = by === "rule" ? await byRule(run) : byFile(run, groupOfFile(by, cwd));
  const target = resolve(cwd, dir);
  try {
    clear(target, dir);
    mkdirSync(target, { recursive: true });
    const names = new Set<string>([INDEX]);
    const listed = parts.map((part) => {
      const file = freeName(part.group, names);
      writeFileSync(join(target, file), part.files.map((f) => unifiedPatch(f.path, f.before, f.after)).join(""));
      return { file, [by]: part.group, files: part.files.map((f) => f.path), findings: part.mended };
    });
    writeFileSync(join(target, INDEX), `${JSON.stringify({ tool: "gomend", by, patches: listed }, null, 2)}\n`);
    const rows = listed.map(({ file, files, findings }, i) => [
      sanitizeLine(join(dir, file)),
      sanitizeLine(parts[i]?.group ?? ""),
      `${findings} ${findings === 1 ? "finding" : "findings"}`,
      `${files.length} ${files.length === 1 ? "file" : "files"}`,
    ]);
    return rows.length > 0 ? columns(rows) : "Nothing to fix: no patch was written.\n";
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot write the patches to ${dir}: ${reason(error)}`);
  }
}

/** Takes away what an earlier run wrote; refuses a directory that holds anything else. */
function clear(target: string, dir: string): void {
  if (!existsSync(target)) return;
  const names = readdirSync(target);
  const own = names.includes(INDEX) ? ownFiles(join(target, INDEX)) : null;
  const foreign = names.find((name) => name !== INDEX && !own?.has(name));
  if (foreign !== undefined || (names.length > 0 && !own))
    throw new UsageError(`${dir} holds ${foreign ?? INDEX}, which is no patch of gomend's: choose an empty directory with --split-dir`);
  for (const name of names) rmSync(join(target, name));
}

function ownFiles(index: string): Set<string> | null {
  try {
    const data = JSON.parse(readFileSync(index, "utf8")) as { tool?: unknown; patches?: { file?: unknown }[] };
    return data.tool === "gomend" ? new Set(data.patches?.map((p) => String(p.file))) : null;
  } catch {
    return null;
  }
}

async function byRule(run: Run): Promise<Part[]> {
  const applied = run.report.findings.filter((f) => isMended(f, run.report.outcomes));
  const rules = [...new Set(applied.map((f) => f.rule))].sort();
  const parts: Part[] = [];
  for (const rule of rules) {
    const { files, outcomes } = await run.apply((finding) => (finding.rule === rule ? undefined : null));
    const mended = run.report.findings.filter((f) => f.rule === rule && isMended(f, outcomes)).length;
    if (files.length > 0) parts.push({ group: rule, files, mended });
  }
  return parts;
}

/** Files that one fix changes stay together, with the group of the first. */
function byFile(run: Run, groupOf: (path: string) => string): Part[] {
  const { files, outcomes, findings } = run.report;
  const group = new Map(files.map((f) => [f.path, groupOf(f.path)]));
  for (const [first = "", ...others] of together(outcomes)) for (const path of others) group.set(path, group.get(first) ?? "");
  const parts = new Map<string, FileChange[]>();
  for (const file of files) {
    const name = group.get(file.path) ?? "";
    const same = parts.get(name);
    if (same) same.push(file);
    else parts.set(name, [file]);
  }
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, own]) => {
    const paths = new Set(own.map((f) => f.path));
    return { group: name, files: own, mended: findings.filter((f) => paths.has(f.at.path) && isMended(f, outcomes)).length };
  });
}

function isMended(finding: Finding, outcomes: ReadonlyMap<Fix, Outcome>): boolean {
  return finding.fixes.some((fix) => outcomes.get(fix)?.status === "applied");
}

/** `@org/team` becomes `org-team.patch`; of two alike the second gets a number. */
function freeName(group: string, taken: Set<string>): string {
  const plain =
    group
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[-.]+|-+$/g, "")
      .slice(0, 100) || "root";
  let name = `${plain}.patch`;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain}-${n}.patch`;
  taken.add(name.toLowerCase());
  return name;
}
