/** Sends a plan to GitLab, one discussion after the other. */
import { MergeRequestDiscussions, MergeRequests, Users } from "@gitbeaker/rest";
import { UsageError } from "../../engine/run.ts";
import type { Diff } from "../../forge/diff.ts";
import {
  discussionRequest,
  type GitlabDiscussion,
  type GitlabFile,
  type GitlabRequest,
  type GitlabVersion,
  gitlabDialect,
  gitlabDiff,
  gitlabStanding,
  gitlabSummary,
  gitlabUpkeep,
} from "../../forge/gitlab.ts";
import { type Plan, plan, type Standing, summaryOf } from "../../forge/plan.ts";
import type { Item, Subject } from "../../forge/subject.ts";
import { type Console, Moved, once, type Publication, postAll, Refused, seconds, Uncertain } from "./publication.ts";
import type { GitlabTarget } from "./target.ts";

export interface GitlabJob {
  readonly target: GitlabTarget;
  readonly subject: Subject;
  readonly reasonOf: (rule: string) => string | null;
  readonly dryRun: boolean;
  readonly console: Console;
  /** Seconds that one of a waiting time lasts; tests wait less. */
  readonly second?: number;
}

/** Longest that GitLab may have us wait at once, in seconds. */
const PATIENCE = 15 * 60;

export async function publishToGitlab(job: GitlabJob): Promise<Publication> {
  const sender = new Sender(job);
  try {
    return await sender.publish();
  } catch (error) {
    throw explained(error);
  }
}

class Sender {
  private readonly job: GitlabJob;
  private readonly requests: InstanceType<typeof MergeRequests>;
  private readonly discussions: InstanceType<typeof MergeRequestDiscussions>;
  private readonly users: InstanceType<typeof Users>;
  private me = "";
  private posted = 0;

  constructor(job: GitlabJob) {
    this.job = job;
    const { api, token } = job.target;
    // As a bearer token, which is not sent on when an answer leads to another host.
    const options = { host: api.replace(/\/api\/v4$/, ""), oauthToken: token ?? "" };
    this.requests = new MergeRequests(options);
    this.discussions = new MergeRequestDiscussions(options);
    this.users = new Users(options);
  }

  async publish(): Promise<Publication> {
    const { target, subject, dryRun, console } = this.job;
    const { project, number } = target;
    const where = `${project}!${number}`;
    const version = await this.version();
    if (version.head_commit_sha !== subject.commit) {
      return { where, plan: null, posted: 0, refused: new Map(), summary: false, moved: version.head_commit_sha };
    }
    if (target.token !== null) this.me = (await this.users.showCurrentUser()).username;
    const request = await this.requests.show(project, number);
    const top = String(request.web_url).replace(/\/-\/merge_requests\/\d+$/, "");
    const dialect = gitlabDialect((path, line) => lineAddress(top, subject.commit, path, line), this.job.reasonOf);
    const files = (await this.requests.allDiffs(project, number, { perPage: 100 })) as unknown as GitlabFile[];
    const diff = gitlabDiff(files);
    const made = plan(subject, diff, await this.standing(version), dialect);
    if (dryRun) {
      const body = summaryOf(made, new Map(), dialect);
      const all = [
        ...made.comments.map((c) => discussionRequest(c, diff, version)),
        ...gitlabUpkeep(made),
        ...(body === null ? [] : [gitlabSummary(made, body)]),
      ];
      for (const r of all) console.show(r.method, this.addressOf(r), r.body);
      return { where, plan: made, posted: made.comments.length, refused: new Map(), summary: body !== null, moved: null };
    }
    try {
      const refused = await this.post(made, diff, version);
      for (const r of gitlabUpkeep(made)) await this.keepUp(r);
      const body = summaryOf(made, refused, dialect);
      if (body !== null)
        await once(
          () => this.send(gitlabSummary(made, body)),
          async () => (await this.standing(version)).summary?.body === body,
          this.pause,
        );
      for (const [item, why] of refused) console.say(`${item.path}:${item.line}: GitLab did not take the comment: ${why}`);
      return { where, plan: made, posted: this.posted, refused, summary: body !== null, moved: null };
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      return { where, plan: made, posted: this.posted, refused: new Map(), summary: false, moved: error.head };
    }
  }

  private async version(): Promise<GitlabVersion> {
    const { project, number } = this.job.target;
    const [version] = (await this.requests.allDiffVersions(project, number)) as unknown as GitlabVersion[];
    if (!version) throw new UsageError("the merge request has no commits yet");
    return version;
  }

  private async standing(version: GitlabVersion): Promise<Standing> {
    return gitlabStanding(await this.allDiscussions(), this.me, version.head_commit_sha);
  }

  private async allDiscussions(): Promise<GitlabDiscussion[]> {
    const { project, number } = this.job.target;
    return (await this.discussions.all(project, number, { perPage: 100 })) as unknown as GitlabDiscussion[];
  }

  private post(made: Plan, diff: Diff, version: GitlabVersion): Promise<Map<Item, string>> {
    const post = async ([comment]: Plan["comments"]): Promise<void> => {
      if (!comment) return;
      const { head_commit_sha: head } = await this.version();
      if (head !== made.commit) throw new Moved(head);
      await this.send(discussionRequest(comment, diff, version));
      this.posted++;
    };
    const present = async (): Promise<Set<string>> => new Set((await this.standing(version)).threads.map((thread) => thread.fingerprint));
    return postAll(
      made.comments.map((comment) => [comment]),
      post,
      present,
      this.pause,
    );
  }

  private async keepUp(request: GitlabRequest): Promise<void> {
    const { body } = request.body as { body?: string };
    // To resolve or to edit twice does no harm.
    const isThere = async (): Promise<boolean> =>
      request.method === "POST" &&
      (await this.allDiscussions()).some(({ id, notes }) => request.path.includes(`/${id}/`) && notes.some((n) => n.body === body));
    try {
      await once(() => this.send(request), isThere, this.pause);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }

  private readonly pause = (attempt: number): Promise<void> => seconds((this.job.second ?? 1) * attempt * attempt);

  private addressOf({ path }: GitlabRequest): string {
    const { api, project, number } = this.job.target;
    return `${api}/projects/${encodeURIComponent(project)}/merge_requests/${number}/${path}`;
  }

  /** By hand: gitbeaker sends a POST again after a 502, and takes a path with & or = apart. */
  private async send(request: GitlabRequest): Promise<void> {
    const headers = { "content-type": "application/json", authorization: `Bearer ${this.job.target.token ?? ""}`, "user-agent": "gomend" };
    for (let attempt = 1; ; attempt++) {
      let answer: Response;
      try {
        answer = await fetch(this.addressOf(request), { method: request.method, headers, body: JSON.stringify(request.body) });
      } catch (error) {
        throw new Uncertain(((error as Error).cause as Error | undefined)?.message ?? (error as Error).message);
      }
      const text = await answer.text().catch(() => "");
      if (answer.ok) return;
      const after = Number(answer.headers.get("retry-after") ?? 60);
      if (answer.status === 429 && attempt <= 5 && after <= PATIENCE) {
        this.job.console.say(`GitLab asks to wait ${after} s`);
        await seconds((this.job.second ?? 1) * after);
        continue;
      }
      if (answer.status >= 500) throw new Uncertain(`${answer.status}`);
      if (answer.status === 400 || answer.status === 422) throw new Refused(messageOf(text));
      throw Object.assign(new Error(messageOf(text)), { status: answer.status });
    }
  }
}

function messageOf(text: string): string {
  try {
    const { message, error } = JSON.parse(text) as { message?: unknown; error?: unknown };
    const said = message ?? error ?? "";
    return typeof said === "string" ? said : JSON.stringify(said);
  } catch {
    return "";
  }
}

function statusOf(error: unknown): number | undefined {
  const { status, cause } = error as { status?: number; cause?: { response?: { status?: number } } };
  return status ?? cause?.response?.status;
}

/** The error in one line for a person, with the way out. */
function explained(error: unknown): unknown {
  if (error instanceof Uncertain) return new UsageError(`GitLab does not answer: ${error.message}`);
  if (error instanceof Refused) return new UsageError(`GitLab does not take it: ${error.message}`);
  const status = statusOf(error);
  const { name, message } = error as Error;
  if (status === undefined)
    return name.startsWith("Gitbeaker") || name === "TypeError" ? new UsageError(`GitLab does not answer: ${message}`) : error;
  const hint =
    status === 401
      ? "GITLAB_TOKEN is not valid"
      : status === 403
        ? "GITLAB_TOKEN may not do this: it needs the scope api and the role Reporter or more (CI_JOB_TOKEN may not write notes)"
        : status === 404
          ? "no such project or merge request, or GITLAB_TOKEN may not see it"
          : "try again later";
  return new UsageError(`GitLab answers ${status}: ${message}; ${hint}`);
}

function lineAddress(top: string, commit: string, path: string, line: number): string {
  return `${top}/-/blob/${commit}/${path.split("/").map(encodeURIComponent).join("/")}#L${line}`;
}
