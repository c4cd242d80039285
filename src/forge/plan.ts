/**
 * What to post, change and take back, from the report, the diff and the comments that are there. Pure: the same input gives the same plan. A finding
 * has one comment, for as long as it is there; what can have none is in the summary.
 */
import { commentBody } from "./body.ts";
import type { Dialect } from "./dialect.ts";
import type { Diff, ShownLine } from "./diff.ts";
import type { Item, Subject } from "./subject.ts";
import { type Suggestion, suggest } from "./suggest.ts";
import { summaryBody, type Told } from "./summary.ts";

/** A comment of an earlier run on a finding, with what followed it. */
export interface Thread {
  /** Of the comment itself, and of the discussion that it opens. */
  readonly id: string;
  readonly discussion: string;
  readonly fingerprint: string;
  readonly body: string;
  readonly path: string;
  /** Where it stands in the diff of now; null when its lines changed. */
  readonly first: number | null;
  readonly last: number | null;
  /** Somebody else wrote there. */
  readonly answered: boolean;
  /** What we said last of whether the finding is there. */
  readonly state: "there" | "fixed";
}

/** What stands there already. */
export interface Standing {
  readonly threads: readonly Thread[];
  readonly summary: { readonly id: string; readonly body: string } | null;
}

export interface PlannedComment {
  readonly item: Item;
  readonly body: string;
  readonly path: string;
  /** Of one hunk; never none. */
  readonly lines: readonly ShownLine[];
  readonly suggestion: Suggestion | null;
}

export interface Plan {
  readonly commit: string;
  /** By path and line, the lower lines first. */
  readonly comments: readonly PlannedComment[];
  readonly updates: readonly { readonly thread: Thread; readonly body: string }[];
  /** Threads whose findings are mended, and those whose findings came back. */
  readonly mended: readonly Thread[];
  readonly returned: readonly Thread[];
  readonly told: readonly Told[];
  readonly problems: readonly string[];
  readonly summary: Standing["summary"];
}

const OUTSIDE = "outside the lines that the diff shows";
const TOO_LONG = "too long for a comment";
const REFUSED = "the comment was not taken";

export function plan(subject: Subject, diff: Diff, standing: Standing, dialect: Dialect): Plan {
  const threads = new Map(standing.threads.map((thread) => [thread.fingerprint, thread]));
  const comments: PlannedComment[] = [];
  const updates: { thread: Thread; body: string }[] = [];
  const told: Told[] = [];
  const taken: Suggestion[] = [];
  for (const item of subject.items) {
    const { suggestion, body } = choose(item, diff, dialect, taken);
    const lines = linesOf(item, suggestion, diff);
    const thread = threads.get(item.fingerprint);
    const stays = !thread || (lines !== null && standsOn(thread, lines));
    const suggested = suggestion !== null && stays;
    if (suggested) taken.push(suggestion);
    if (thread) {
      if (stays && body !== null && !sameText(thread.body, body)) updates.push({ thread, body });
      told.push({ item, comment: "standing", why: null, suggested });
    } else if (lines && body !== null) {
      comments.push({ item, body, path: suggestion?.path ?? item.path, lines, suggestion });
      told.push({ item, comment: "new", why: null, suggested });
    } else told.push({ item, comment: null, why: lines ? TOO_LONG : OUTSIDE, suggested: false });
  }
  const present = new Set(subject.items.map((item) => item.fingerprint));
  const gone = standing.threads.filter((thread) => !present.has(thread.fingerprint) && !isUnsure(thread.path, subject));
  return {
    commit: subject.commit,
    comments: comments.sort(byPlace),
    updates,
    mended: gone.filter((thread) => thread.state === "there"),
    returned: standing.threads.filter((thread) => present.has(thread.fingerprint) && thread.state === "fixed"),
    told,
    problems: subject.problems,
    summary: standing.summary,
  };
}

/** The summary to write, when `refused` are the comments that the service did not take; null when none is needed. */
export function summaryOf(plan: Plan, refused: { has(item: Item): boolean }, dialect: Dialect): string | null {
  const told = plan.told.map((t): Told => {
    // What the service says of it is told to whoever runs this, not to the world.
    return refused.has(t.item) ? { item: t.item, comment: null, why: REFUSED, suggested: false } : t;
  });
  if (told.length === 0 && plan.problems.length === 0 && !plan.summary && plan.mended.length === 0) return null;
  const body = summaryBody({ commit: plan.commit, told, problems: plan.problems, mended: plan.mended.length }, dialect);
  return plan.summary && sameText(plan.summary.body, body) ? null : body;
}

/** Services keep neither line ends nor blanks at the end; and that a link leads to a newer commit is worth no change. */
function sameText(a: string, b: string): boolean {
  const essence = (text: string): string =>
    text
      .replaceAll("\r\n", "\n")
      .trim()
      .replace(/\/blob\/[0-9a-f]{40,64}\//g, "/blob/");
  return essence(a) === essence(b);
}

interface Choice {
  readonly suggestion: Suggestion | null;
  /** null when nobody would take it: it is too long, whatever is left out. */
  readonly body: string | null;
}

function choose(item: Item, diff: Diff, dialect: Dialect, taken: readonly Suggestion[]): Choice {
  const made = suggest(item, diff);
  const why = typeof made === "string" ? made : objection(made, dialect, taken);
  if (typeof made !== "string" && why === null) {
    const body = commentBody(item, made, null, dialect);
    if (body.length <= dialect.longest) return { suggestion: made, body };
  }
  const body = commentBody(item, null, why ?? "it is too long for a comment", dialect);
  return { suggestion: null, body: body.length <= dialect.longest ? body : null };
}

function objection(made: Suggestion, dialect: Dialect, taken: readonly Suggestion[]): string | null {
  const rival = taken.some((other) => other.path === made.path && other.first <= made.last && made.first <= other.last);
  return rival ? "its lines are those of another suggestion" : dialect.refuses(made);
}

/** Where the comment stands: the suggestion's lines, else the finding's line. */
function linesOf(item: Item, suggestion: Suggestion | null, diff: Diff): ShownLine[] | null {
  return suggestion ? diff.range(suggestion.path, suggestion.first, suggestion.last) : diff.range(item.path, item.line, item.line);
}

function standsOn(thread: Thread, lines: readonly ShownLine[]): boolean {
  return thread.first === lines[0]?.line && thread.last === lines.at(-1)?.line;
}

function isUnsure(path: string, { unsure }: Subject): boolean {
  return unsure.some((p) => p === "" || p === path || path.startsWith(`${p}/`));
}

function byPlace(a: PlannedComment, b: PlannedComment): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return (a.lines.at(-1)?.line ?? 0) - (b.lines.at(-1)?.line ?? 0);
}
