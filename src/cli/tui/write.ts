/** Writing what is accepted: the one writer, what could not be applied and why, and what is left afterwards. */
import { together } from "../../engine/apply.ts";
import type { Outcome } from "../../engine/report.ts";
import type { Applied, Run } from "../../engine/run.ts";
import { writeChanges } from "../../engine/write.ts";
import type { Finding } from "../../rule/rule.ts";
import { chosen } from "./choose.ts";
import type { Item } from "./core/item.ts";
import type { Decision } from "./core/state.ts";

export interface Refusal {
  readonly item: Item;
  readonly why: string;
}

export interface Written {
  /** Names of the files that were written. */
  readonly files: readonly string[];
  /** Items that were mended, suppressed or edited. */
  readonly done: readonly Item[];
  readonly refused: readonly Refusal[];
  /** What was wrong with files. */
  readonly problems: readonly string[];
  /** The findings as they are now. */
  readonly run: Run;
  /** Decisions that hold on, by the items' new names. */
  readonly decisions: ReadonlyMap<string, Decision>;
  /** Findings that were not there before. */
  readonly exposed: number;
}

/** Accepted, edited and suppressed ones: what `w` has to do. */
export function pending(items: readonly Item[], decisions: ReadonlyMap<string, Decision>): Item[] {
  return items.filter(({ id }) => {
    const kind = decisions.get(id)?.kind;
    return kind !== undefined && kind !== "reject";
  });
}

/** Files that writing would change. */
export function pathsOf(items: readonly Item[], decisions: ReadonlyMap<string, Decision>): Set<string> {
  const paths = new Set<string>();
  for (const item of pending(items, decisions)) {
    paths.add(item.finding.at.path);
    const decision = decisions.get(item.id);
    const edits =
      decision?.kind === "edit" ? decision.edits : decision?.kind === "accept" ? item.alternatives[decision.fix]?.fix.edits : [];
    for (const { at } of edits ?? []) paths.add(at.path);
  }
  return paths;
}

/** `cwd` is where `gomend undo` would be called; `itemsAfter` makes the items of the run that holds afterwards. */
export async function writeAccepted(
  run: Run,
  cwd: string,
  items: readonly Item[],
  decisions: ReadonlyMap<string, Decision>,
  itemsAfter: (run: Run) => readonly Item[],
): Promise<Written> {
  const { choose, outcomeOf } = chosen(items, decisions);
  const applied = await run.apply(choose);
  const { written, problems } = writeChanges(applied.files, run.absoluteOf, together(applied.outcomes), cwd);
  const failed = new Map(problems.map((p) => [p.path, p.message]));
  const refused: Refusal[] = [];
  const done: Item[] = [];
  for (const item of pending(items, decisions)) {
    const why = whyNot(outcomeOf(item, applied.outcomes)) ?? failed.get(item.finding.at.path) ?? null;
    if (why === null) done.push(item);
    else refused.push({ item, why });
  }
  const next = await run.recheck([...applied.files.map((f) => f.path)]);
  const after = itemsAfter(next);
  const { held, exposed } = carriedOver(items, decisions, after, applied);
  return {
    files: written.map((f) => f.path),
    done,
    refused,
    problems: problems.map((p) => `${p.path}: ${p.message}`),
    run: next,
    decisions: held,
    exposed,
  };
}

function whyNot(outcome: Outcome | null): string | null {
  switch (outcome?.status) {
    case "applied":
      return null;
    case "conflict":
      return `in the way of the fix of ${outcome.rival.rule}, which was applied`;
    case "invalid":
    case "not-selected":
      return outcome.reason;
    default:
      return "its finding was gone once the other fixes were applied";
  }
}

/** Rejections stay with their findings, also where a fix moved these; all else that is left is asked anew. */
function carriedOver(
  before: readonly Item[],
  decisions: ReadonlyMap<string, Decision>,
  after: readonly Item[],
  applied: Applied,
): { held: Map<string, Decision>; exposed: number } {
  const known = new Map(before.map((item) => [item.finding, item]));
  const left = new Map(applied.left.map((f) => [placeOf(f), f]));
  const held = new Map<string, Decision>();
  let exposed = 0;
  for (const item of after) {
    const same = left.get(placeOf(item.finding)) ?? item.finding;
    const was = known.get(item.finding) ?? known.get(applied.origins.get(same) ?? same);
    if (!was) {
      exposed++;
      continue;
    }
    const decision = decisions.get(was.id);
    if (decision?.kind === "reject") held.set(item.id, decision);
  }
  return { held, exposed };
}

function placeOf({ rule, at, message }: Finding): string {
  return `${rule}\0${at.path}\0${at.start}\0${at.end}\0${message}`;
}
