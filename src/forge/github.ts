/** GitHub's REST API, as far as it is data: what it says becomes a diff and threads, a plan becomes requests. */
import { parseHunks } from "../text/patch.ts";
import type { Dialect } from "./dialect.ts";
import { type ChangedFile, Diff } from "./diff.ts";
import { marker, markIn } from "./marker.ts";
import type { Plan, PlannedComment, Standing, Thread } from "./plan.ts";

export interface GithubFile {
  readonly filename: string;
  readonly previous_filename?: string;
  readonly status: string;
  readonly patch?: string;
}

export interface GithubUser {
  readonly login: string;
  readonly type?: string;
}

export interface GithubReviewComment {
  readonly id: number;
  readonly body: string;
  readonly path: string;
  readonly line?: number | null;
  readonly start_line?: number | null;
  readonly in_reply_to_id?: number;
  readonly user: GithubUser | null;
}

export interface GithubIssueComment {
  readonly id: number;
  readonly body?: string;
  readonly user: GithubUser | null;
}

export interface GithubRequest {
  /** As octokit takes it: `POST /repos/{owner}/{repo}/issues/{issue_number}/comments`. */
  readonly route: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** GitHub rejects larger reviews, or takes too long over them. */
export const MOST_COMMENTS = 30;
const PULL = "/repos/{owner}/{repo}/pulls/{pull_number}";

/** `address` gives the address of a line in the browser. */
export function githubDialect(address: Dialect["address"], reasonOf: Dialect["reasonOf"]): Dialect {
  return {
    longest: 65_000,
    suggestionInfo: () => "suggestion",
    refuses: () => null,
    address,
    reasonOf,
  };
}

export function githubDiff(files: readonly GithubFile[]): Diff {
  return new Diff(
    files.map(
      ({ filename, previous_filename, patch }): ChangedFile => ({
        path: filename,
        oldPath: previous_filename ?? filename,
        hunks: patch === undefined ? [] : parseHunks(patch),
      }),
    ),
  );
}

/** What earlier runs left. `isOurs` tells by the author, for anybody can write a mark. */
export function githubStanding(
  reviewComments: readonly GithubReviewComment[],
  issueComments: readonly GithubIssueComment[],
  isOurs: (user: GithubUser | null) => boolean,
): Standing {
  const answers = new Map<number, GithubReviewComment[]>();
  for (const comment of reviewComments) {
    const top = comment.in_reply_to_id;
    if (top !== undefined) answers.set(top, [...(answers.get(top) ?? []), comment]);
  }
  const threads = new Map<string, Thread>();
  for (const comment of reviewComments) {
    const mark = comment.in_reply_to_id === undefined && isOurs(comment.user) ? markIn(comment.body) : null;
    if (mark?.kind !== "finding" || threads.has(mark.fingerprint)) continue;
    threads.set(mark.fingerprint, threadOf(comment, mark.fingerprint, answers.get(comment.id) ?? [], isOurs));
  }
  const summary = issueComments.find((c) => isOurs(c.user) && markIn(c.body ?? "")?.kind === "summary");
  return { threads: [...threads.values()], summary: summary ? { id: String(summary.id), body: summary.body ?? "" } : null };
}

function threadOf(
  { id, body, path, line, start_line }: GithubReviewComment,
  fingerprint: string,
  answers: readonly GithubReviewComment[],
  isOurs: (user: GithubUser | null) => boolean,
): Thread {
  const said = answers.flatMap((a) => (isOurs(a.user) ? (markIn(a.body)?.kind ?? []) : [])).at(-1);
  const answered = answers.some((a) => !isOurs(a.user));
  const state = said === "fixed" ? "fixed" : "there";
  const place = { path, first: start_line ?? line ?? null, last: line ?? null };
  return { id: String(id), discussion: String(id), fingerprint, body, ...place, answered, state };
}

/** The reviews that post the comments. */
export function reviewsOf(plan: Plan): readonly (readonly PlannedComment[])[] {
  const reviews: PlannedComment[][] = [];
  for (let i = 0; i < plan.comments.length; i += MOST_COMMENTS) reviews.push(plan.comments.slice(i, i + MOST_COMMENTS));
  return reviews;
}

export function reviewRequest(comments: readonly PlannedComment[], commit: string): GithubRequest {
  const suggestions = comments.filter((c) => c.suggestion).length;
  const body = `gomend on ${commit.slice(0, 10)}: ${comments.length === 1 ? "1 comment" : `${comments.length} comments`}, ${
    suggestions === 1 ? "1 suggestion" : `${suggestions} suggestions`
  }.`;
  return { route: `POST ${PULL}/reviews`, parameters: { commit_id: commit, event: "COMMENT", body, comments: comments.map(placed) } };
}

/** `line` is the last line; `start_line` is left out when there is only one. */
function placed({ path, body, lines }: PlannedComment): object {
  const [first, last] = [lines[0]?.line, lines.at(-1)?.line];
  return { path, body, line: last, side: "RIGHT", ...(first !== last && { start_line: first, start_side: "RIGHT" }) };
}

/** All but the new comments and the summary: comments that changed, findings that are mended or came back. */
export function upkeepRequests(plan: Plan): GithubRequest[] {
  const comment = "/repos/{owner}/{repo}/pulls/comments/{comment_id}";
  const answer = (thread: Thread, kind: "fixed" | "back", text: string): GithubRequest => ({
    route: `POST ${PULL}/comments/{comment_id}/replies`,
    parameters: { comment_id: Number(thread.id), body: `${text}\n\n${marker({ kind, fingerprint: thread.fingerprint })}` },
  });
  return [
    ...plan.updates.map(({ thread, body }) => ({ route: `PATCH ${comment}`, parameters: { comment_id: Number(thread.id), body } })),
    ...plan.mended.map((thread) =>
      thread.answered
        ? answer(thread, "fixed", `Fixed in ${plan.commit}.`)
        : { route: `DELETE ${comment}`, parameters: { comment_id: Number(thread.id) } },
    ),
    ...plan.returned.map((thread) => answer(thread, "back", `There again in ${plan.commit}.`)),
  ];
}

export function summaryRequest(plan: Plan, body: string): GithubRequest {
  return plan.summary
    ? { route: "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", parameters: { comment_id: Number(plan.summary.id), body } }
    : { route: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments", parameters: { body } };
}
