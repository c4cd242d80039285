/**
 * What a report file says, as `publish` needs it: paths from the repository's top, fixes as changes of lines. The file comes from a job that ran a
 * stranger's code, so it is data to be doubted: whatever does not fit is refused, and no text of it is trusted.
 */
import { posix } from "node:path";
import { BadReportFile, type ReportFile } from "../report/report-file.ts";
import type { Hunk } from "../text/diff.ts";
import { type LineEdit, lineEdits } from "../text/line-edits.ts";
import { BadPatch, parsePatch } from "../text/patch.ts";

export interface Subject {
  /** The commit that was checked, in full. */
  readonly commit: string;
  /** Sorted by path and line. */
  readonly items: readonly Item[];
  /** What went wrong in the run, a line each. */
  readonly problems: readonly string[];
  /** Files and directories of which the run does not know all: a finding that is missing there may still be one. "" is everything. */
  readonly unsure: readonly string[];
}

/** A finding. */
export interface Item {
  readonly fingerprint: string;
  readonly rule: string;
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly likely: boolean;
  readonly related: readonly { readonly path: string; readonly line: number; readonly message: string }[];
  /** The one that is offered: the first that can be applied. */
  readonly fix: ItemFix | null;
}

export interface ItemFix {
  readonly title: string;
  readonly applicability: "safe" | "unsafe";
  readonly because: string | null;
  readonly files: readonly FixedFile[];
}

/** What a fix changes of one file. */
export interface FixedFile {
  readonly path: string;
  /** With the lines around each change. */
  readonly hunks: readonly Hunk[];
  readonly edits: readonly LineEdit[];
}

/** Larger report files are not read: 100,000 findings need less. */
export const LARGEST = 256 * 1024 * 1024;

/** Throws `BadReportFile`. `commit` stands in for a report that does not say what was checked. */
export function subjectOf(file: ReportFile, commit: string | null): Subject {
  const checkout = file.checkout ?? (commit === null ? null : { commit, prefix: "" });
  if (!checkout) throw new BadReportFile("it does not say which commit was checked: make it in a git checkout, or give --commit");
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(checkout.commit)) throw new BadReportFile("checkout.commit: not the full id of a commit");
  const { prefix } = checkout;
  if (prefix !== "" && (!prefix.endsWith("/") || !isInside(prefix.slice(0, -1))))
    throw new BadReportFile("checkout.prefix: not a directory of the repository");
  const place = (path: string, where: string): string => {
    const whole = posix.join(prefix, path);
    if (path === "" || path.startsWith("/") || !isInside(whole))
      throw new BadReportFile(`${where}: ${JSON.stringify(path)} is no path in the repository`);
    return whole;
  };
  const items = file.findings.map((found, i) => itemOf(found, `findings.${i}`, place));
  const prints = new Set<string>();
  for (const { fingerprint } of items) {
    if (prints.has(fingerprint)) throw new BadReportFile(`the fingerprint ${fingerprint} stands twice`);
    prints.add(fingerprint);
  }
  items.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
  const problems = file.problems.map(({ path, line, message }) => `${[path, line].filter(Boolean).join(":")}: ${message}`);
  const unsure = file.problems.map(({ path }) => (path === "" || path === "." ? prefix.slice(0, -1) : place(path, "problems")));
  return { commit: checkout.commit, items, problems, unsure };
}

/** A path as git has it: no empty, `.` or `..` part, no control character, nothing of Windows' own. */
function isInside(path: string): boolean {
  return path.split("/").every((part) => !["", ".", "..", ".git"].includes(part.toLowerCase())) && !/[\0-\x1f\x7f\\]|^[a-z]:/i.test(path);
}

function itemOf(found: ReportFile["findings"][number], where: string, place: (path: string, where: string) => string): Item {
  if (!/^[0-9a-f]{16}$/.test(found.fingerprint)) throw new BadReportFile(`${where}.fingerprint: expected 16 hexadecimal digits`);
  // Names of rules stand in commands.
  if (!/^[\w./:@-]{1,100}$/.test(found.rule) || found.rule.startsWith("-"))
    throw new BadReportFile(`${where}.rule: not the name of a rule`);
  const offered = found.fixes.findIndex((fix) => fix.applicability !== "display" && fix.outcome?.status !== "invalid");
  const fix = found.fixes[offered];
  return {
    fingerprint: found.fingerprint,
    rule: found.rule,
    message: found.message,
    path: place(found.path, `${where}.path`),
    line: found.line,
    likely: found.confidence === "likely",
    related: found.related.map((step, k) => ({
      path: place(step.path, `${where}.related.${k}.path`),
      line: step.line,
      message: step.message,
    })),
    fix: fix ? fixOf(fix, `${where}.fixes.${offered}`, place) : null,
  };
}

function fixOf(
  { title, applicability, because, patch }: ReportFile["findings"][number]["fixes"][number],
  where: string,
  place: (path: string, where: string) => string,
): ItemFix | null {
  let files: FixedFile[];
  try {
    files = parsePatch(patch).map(({ newPath, oldPath, hunks }) => {
      if (newPath === null || newPath !== oldPath)
        throw new BadReportFile(`${where}.patch: a fix changes files, and makes, moves and removes none`);
      return { path: place(newPath, `${where}.patch`), hunks, edits: lineEdits(hunks) };
    });
  } catch (error) {
    if (error instanceof BadPatch) throw new BadReportFile(`${where}.patch: ${error.message}`);
    throw error;
  }
  if (files.every((file) => file.edits.length === 0) || applicability === "display") return null;
  return { title, applicability, because, files };
}
