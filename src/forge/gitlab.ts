/** GitLab's REST API, as far as it is data: what it says becomes a diff and threads, a plan becomes requests. */
import { createHash } from "node:crypto";
import { parseHunks } from "../text/patch.ts";
import type { Dialect } from "./dialect.ts";
import { Diff, type ShownLine } from "./diff.ts";
import { marker, markIn } from "./marker.ts";
import type { Plan, PlannedComment, Standing, Thread } from "./plan.ts";

export interface GitlabFile {
  readonly old_path: string;
  readonly new_path: string;
  /** Empty when it is too large. */
  readonly diff: string;
}

/** The commits of a version of a merge request; the first of `/versions` is that of now. */
export interface GitlabVersion {
  readonly base_commit_sha: string;
  readonly start_commit_sha: string;
  readonly head_commit_sha: string;
}

export interface GitlabNote {
  readonly id: number;
  readonly body: string;
  readonly system: boolean;
  readonly author: { readonly username: string };
  readonly position?: {
    readonly head_sha: string;
    readonly new_path: string;
    readonly new_line?: number | null;
    readonly line_range?: { readonly start?: { readonly new_line?: number | null } } | null;
  } | null;
}

export interface GitlabDiscussion {
  readonly id: string;
  readonly notes: readonly GitlabNote[];
}

/** `path` comes after `projects/<id>/merge_requests/<iid>/`. */
export interface GitlabRequest {
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly body: object;
}

/** `address` gives the address of a line in the browser. */
export function gitlabDialect(address: Dialect["address"], reasonOf: Dialect["reasonOf"]): Dialect {
  return {
    // GitLab takes a million characters, nobody reads them.
    longest: 65_000,
    suggestionInfo: ({ first, last }) => `suggestion:-${last - first}+0`,
    refuses: ({ lines }) => (lines.some(isQuickAction) ? "one of its lines would be a quick action" : null),
    address,
    reasonOf,
  };
}

/** GitLab looks for them in the text of a note, and has overlooked a fence before. */
function isQuickAction(line: string): boolean {
  return /^\s*\/[a-z_]/i.test(line);
}

export function gitlabDiff(files: readonly GitlabFile[]): Diff {
  return new Diff(files.map(({ new_path, old_path, diff }) => ({ path: new_path, oldPath: old_path, hunks: parseHunks(diff) })));
}

/** What earlier runs left; `me` is the user whose token it is, for anybody can write a mark. */
export function gitlabStanding(discussions: readonly GitlabDiscussion[], me: string, head: string): Standing {
  const threads = new Map<string, Thread>();
  let summary: Standing["summary"] = null;
  for (const { id, notes } of discussions) {
    const [first, ...answers] = notes.filter((note) => !note.system);
    if (!first || first.author.username !== me) continue;
    const mark = markIn(first.body);
    if (mark?.kind === "summary") summary ??= { id: String(first.id), body: first.body };
    if (mark?.kind === "finding" && !threads.has(mark.fingerprint))
      threads.set(mark.fingerprint, threadOf(id, mark.fingerprint, first, answers, me, head));
  }
  return { threads: [...threads.values()], summary };
}

function threadOf(id: string, fingerprint: string, note: GitlabNote, answers: readonly GitlabNote[], me: string, head: string): Thread {
  const said = answers.flatMap((a) => (a.author.username === me ? (markIn(a.body)?.kind ?? []) : [])).at(-1);
  const { position } = note;
  const last = position?.head_sha === head ? (position.new_line ?? null) : null;
  return {
    id: String(note.id),
    discussion: id,
    fingerprint,
    body: note.body,
    path: position?.new_path ?? "",
    first: last === null ? null : (position?.line_range?.start?.new_line ?? last),
    last,
    answered: answers.some((a) => a.author.username !== me),
    state: said === "fixed" ? "fixed" : "there",
  };
}

export function discussionRequest({ path, body, lines }: PlannedComment, diff: Diff, version: GitlabVersion): GitlabRequest {
  const [first, last] = [lines[0] as ShownLine, lines.at(-1) as ShownLine];
  const position = {
    position_type: "text",
    base_sha: version.base_commit_sha,
    start_sha: version.start_commit_sha,
    head_sha: version.head_commit_sha,
    new_path: path,
    old_path: diff.oldPath(path),
    ...numbers(last),
    ...(first !== last && { line_range: { start: rangeEnd(path, first), end: rangeEnd(path, last) } }),
  };
  return { method: "POST", path: "discussions", body: { body, position } };
}

/** Of an added line the new number only, of an unchanged one both. */
function numbers({ line, old }: ShownLine): object {
  return { new_line: line, ...(old !== null && { old_line: old }) };
}

function rangeEnd(path: string, line: ShownLine): object {
  const hash = createHash("sha1").update(path).digest("hex");
  return { line_code: `${hash}_${line.oldPlace}_${line.line}`, type: line.old === null ? "new" : "old", ...numbers(line) };
}

/** All but the new discussions and the summary: notes that changed, findings that are mended or came back. */
export function gitlabUpkeep(plan: Plan): GitlabRequest[] {
  const say = (thread: Thread, kind: "fixed" | "back", text: string): GitlabRequest[] => [
    {
      method: "POST",
      path: `discussions/${thread.discussion}/notes`,
      body: { body: `${text}\n\n${marker({ kind, fingerprint: thread.fingerprint })}` },
    },
    { method: "PUT", path: `discussions/${thread.discussion}`, body: { resolved: kind === "fixed" } },
  ];
  return [
    ...plan.updates.map(
      ({ thread, body }): GitlabRequest => ({
        method: "PUT",
        path: `discussions/${thread.discussion}/notes/${thread.id}`,
        body: { body },
      }),
    ),
    ...plan.mended.flatMap((thread) => say(thread, "fixed", `Fixed in ${plan.commit}.`)),
    ...plan.returned.flatMap((thread) => say(thread, "back", `There again in ${plan.commit}.`)),
  ];
}

export function gitlabSummary(plan: Plan, body: string): GitlabRequest {
  return plan.summary
    ? { method: "PUT", path: `notes/${plan.summary.id}`, body: { body } }
    : { method: "POST", path: "notes", body: { body } };
}
