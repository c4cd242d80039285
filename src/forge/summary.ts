/** The one comment that sums up: counts, what has no comment of its own, the patch of what could not be a suggestion. */
import { rulesTable } from "../report/markdown.ts";
import { count } from "../report/view.ts";
import { cell, code, fence, folded, link, prose } from "../text/markdown.ts";
import { applyCommand } from "./body.ts";
import { combine } from "./combine.ts";
import type { Dialect } from "./dialect.ts";
import { marker } from "./marker.ts";
import type { Item } from "./subject.ts";

/** Rules that the table shows. */
const MOST_RULES = 60;

/** What became of each finding. */
export interface Told {
  readonly item: Item;
  /** It has a comment: a new one, or one of an earlier run. */
  readonly comment: "new" | "standing" | null;
  /** Why it has no comment; null when it has one. */
  readonly why: string | null;
  /** Its fix is a suggestion that can be committed with a click. */
  readonly suggested: boolean;
}

export interface SummaryInput {
  readonly commit: string;
  readonly told: readonly Told[];
  readonly problems: readonly string[];
  /** Findings of earlier runs that are mended. */
  readonly mended: number;
}

/** The body, at most `dialect.longest` characters; what has no room is counted. */
export function summaryBody({ commit, told, problems, mended }: SummaryInput, dialect: Dialect): string {
  const end = marker({ kind: "summary" });
  const heads: string[] = [headline(told, commit, mended)];
  if (told.length > 0)
    heads.push(
      rulesTable(
        told.map(({ item }) => ({ rule: item.rule, how: item.fix?.applicability ?? null })),
        MOST_RULES,
      ),
    );
  const fixable = told.filter(({ item }) => item.fix).map(({ item }) => item);
  if (fixable.length > 0) heads.push(`All fixes at once: ${code(applyCommand(fixable))}`);
  let room = dialect.longest - end.length - heads.join("\n\n").length - 200;
  const parts = [...heads];
  const add = (part: string, instead: string): void => {
    const chosen = part.length <= room ? part : instead;
    if (chosen === "") return;
    parts.push(chosen);
    room -= chosen.length + 2;
  };
  const apart = told.filter(({ why }) => why !== null);
  if (apart.length > 0) add(...table(apart, dialect, Math.floor(room * 0.6)));
  if (problems.length > 0)
    add(problemList(problems, Math.floor(room * 0.3)), `${count(problems.length, "problem")} in the log of the run.`);
  const patched = told.filter(({ item, suggested }) => item.fix && !suggested).map(({ item }) => item);
  if (patched.length > 0) for (const [part, instead] of patchParts(patched)) add(part, instead);
  return [...parts, end].join("\n\n");
}

function headline(told: readonly Told[], commit: string, mended: number): string {
  const at = code(commit.slice(0, 10));
  const done = mended > 0 ? ` ${count(mended, "finding")} of before mended.` : "";
  if (told.length === 0) return `**gomend** has no findings in ${at}.${done}`;
  const unsafe = told.filter(({ item }) => item.fix?.applicability === "unsafe").length;
  const safe = told.filter(({ item }) => item.fix?.applicability === "safe").length;
  const suggested = told.filter((t) => t.suggested).length;
  const numbers = [
    `${safe} with a safe fix`,
    `${unsafe} with an unsafe one`,
    `${suggested} as ${suggested === 1 ? "a suggestion" : "suggestions"}`,
  ];
  return `**gomend** has ${count(told.length, "finding")} in ${at}: ${numbers.join(", ")}.${done}`;
}

/** The table of what has no comment, in at most `limit` characters, and what to say when not even its head fits. */
function table(apart: readonly Told[], dialect: Dialect, limit: number): [string, string] {
  const lines = ["| place | rule | finding | fix |", "|---|---|---|---|"];
  let length = 200;
  let shown = 0;
  for (const { item } of apart) {
    const place = link(code(`${item.path}:${item.line}`), dialect.address(item.path, item.line));
    const fix = item.fix ? `${item.fix.applicability}: ${prose(item.fix.title, 120)}` : "";
    const row = `| ${[place, code(item.rule), prose(item.message, 200), fix].map(cell).join(" | ")} |`;
    length += row.length + 1;
    if (length > limit) break;
    lines.push(row);
    shown++;
  }
  const rest = apart.length - shown;
  const more = rest > 0 ? `\n\nand ${rest} more, for which there is no room here: ${code("gomend check")} shows all.` : "";
  const head = `Without a comment of their own (${reasonsOf(apart)}):`;
  return [`${head}\n\n${lines.join("\n")}${more}`, `${head} ${apart.length}; ${code("gomend check")} shows them.`];
}

function reasonsOf(apart: readonly Told[]): string {
  const counts = new Map<string, number>();
  for (const { why } of apart) if (why) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].map(([why, n]) => `${n}: ${why}`).join("; ");
}

function problemList(problems: readonly string[], limit: number): string {
  const lines: string[] = [];
  let length = 0;
  for (const problem of problems) {
    const line = `- ${prose(problem, 300)}`;
    length += line.length + 1;
    if (length > limit) break;
    lines.push(line);
  }
  const rest = problems.length - lines.length;
  return [`${count(problems.length, "problem")}:`, "", ...lines, ...(rest > 0 ? [`- and ${rest} more in the log of the run`] : [])].join(
    "\n",
  );
}

/** The fixes that no suggestion makes, as one patch; those that it cannot hold are named. */
function patchParts(items: readonly Item[]): [string, string][] {
  const { patch, inside, outside } = combine(items);
  const parts: [string, string][] = [];
  if (inside.length > 0) {
    const title = `Patch of ${count(inside.length, "fix", "fixes")} that could not be ${inside.length === 1 ? "a suggestion" : "suggestions"}`;
    const command = `${title} has no room here: ${code(applyCommand(inside))} makes ${inside.length === 1 ? "it" : "them"}.`;
    parts.push([folded(title, fence(patch, "diff")), command]);
  }
  if (outside.length > 0) {
    const text = `${count(outside.length, "fix", "fixes")} in the way of others: ${code(applyCommand(outside))} after these.`;
    parts.push([text, text.slice(0, 300)]);
  }
  return parts;
}
