/** Sends a plan to GitHub: serially, a second apart, waiting where GitHub says so. */
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { UsageError } from "../../engine/run.ts";
import {
  type GithubFile,
  type GithubIssueComment,
  type GithubRequest,
  type GithubReviewComment,
  type GithubUser,
  githubDialect,
  githubDiff,
  githubStanding,
  reviewRequest,
  reviewsOf,
  summaryRequest,
  upkeepRequests,
} from "../../forge/github.ts";
import { markIn } from "../../forge/marker.ts";
import { type Plan, plan, summaryOf } from "../../forge/plan.ts";
import type { Item, Subject } from "../../forge/subject.ts";
import { type Console, Moved, once, type Publication, postAll, Refused, seconds, Uncertain } from "./publication.ts";
import type { GithubTarget } from "./target.ts";

const Client = Octokit.plugin(paginateRest, retry, throttling);
type Client = InstanceType<typeof Client>;

/** Longest that GitHub may have us wait at once. */
const PATIENCE = 15 * 60;

/** How fast it goes; tests go faster than GitHub allows. */
export interface Pace {
  /** Seconds that one of a waiting time lasts. */
  readonly second: number;
  /** Further options of the throttling plugin. */
  readonly throttle?: object;
}

const REAL: Pace = { second: 1 };

interface Pull {
  readonly number: number;
  readonly head: { readonly sha: string };
  readonly base: { readonly repo: { readonly html_url: string } };
}

export interface GithubJob {
  readonly target: GithubTarget;
  readonly subject: Subject;
  readonly reasonOf: (rule: string) => string | null;
  readonly dryRun: boolean;
  readonly console: Console;
  readonly pace?: Pace;
}

export async function publishToGithub(job: GithubJob): Promise<Publication> {
  const sender = new Sender(job);
  try {
    return await sender.publish();
  } catch (error) {
    throw sender.explained(error);
  }
}

class Sender {
  private readonly job: GithubJob;
  private readonly pace: Pace;
  private readonly octokit: Client;
  private readonly place: { readonly owner: string; readonly repo: string };
  private number = 0;
  private posted = 0;
  private isOurs: (user: GithubUser | null) => boolean = () => false;

  constructor(job: GithubJob) {
    const { target, console } = job;
    this.job = job;
    this.pace = job.pace ?? REAL;
    this.place = { owner: target.owner, repo: target.repo };
    const wait = (why: string) => (after: number, _options: unknown, _octokit: unknown, count: number) => {
      if (count >= 5 || after > PATIENCE) return false;
      console.say(`GitHub asks to wait ${after} s (${why})`);
      return true;
    };
    const base = this.pace.second * 1_000;
    this.octokit = new Client({
      baseUrl: target.api,
      userAgent: "gomend",
      ...(target.token !== null && { auth: target.token }),
      log: { debug() {}, info() {}, warn() {}, error() {} },
      retry: { retryAfterBaseValue: base },
      throttle: {
        id: `${target.api} ${target.owner}/${target.repo}`,
        retryAfterBaseValue: base,
        onRateLimit: wait("its rate limit"),
        onSecondaryRateLimit: wait("its secondary limit"),
        ...this.pace.throttle,
      },
    });
  }

  async publish(): Promise<Publication> {
    const { subject, console, dryRun } = this.job;
    const pull = await this.pull();
    this.number = pull.number;
    const where = `${this.place.owner}/${this.place.repo}#${pull.number}`;
    if (pull.head.sha !== subject.commit) return this.movedTo(pull.head.sha, where, null);
    await this.learnWho();
    const dialect = githubDialect((path, line) => lineAddress(pull, subject.commit, path, line), this.job.reasonOf);
    const files = await this.octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", {
      ...this.all(),
      pull_number: pull.number,
    });
    const standing = githubStanding(await this.reviewComments(), await this.issueComments(), this.isOurs);
    const made = plan(subject, githubDiff(files as GithubFile[]), standing, dialect);
    if (dryRun) {
      this.show(made, summaryOf(made, new Map(), dialect));
      return { where, plan: made, posted: made.comments.length, refused: new Map(), summary: true, moved: null };
    }
    try {
      const refused = await this.post(made);
      for (const request of upkeepRequests(made)) await this.keepUp(request);
      const body = summaryOf(made, refused, dialect);
      if (body !== null) await this.summarise(made, body);
      for (const [item, why] of refused) console.say(`${item.path}:${item.line}: GitHub did not take the comment: ${why}`);
      return { where, plan: made, posted: made.comments.length - refused.size, refused, summary: body !== null, moved: null };
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      return this.movedTo(error.head, where, made);
    }
  }

  /** The error in one line for a person, with the way out. */
  explained(error: unknown): unknown {
    const status = (error as { status?: unknown }).status;
    if (error instanceof Uncertain) return new UsageError(`GitHub does not answer: ${error.message}`);
    if (error instanceof Refused) return new UsageError(`GitHub does not take it: ${error.message}`);
    if (typeof status !== "number") return error;
    const message = (error as Error).message.split("\n")[0] ?? "";
    const hint =
      status === 401
        ? "GITHUB_TOKEN is not valid"
        : status === 403
          ? "GITHUB_TOKEN may not do this: it needs permissions: pull-requests: write"
          : status === 404
            ? "no such repository or pull request, or GITHUB_TOKEN may not see it"
            : "try again later";
    return new UsageError(`GitHub answers ${status}: ${message}; ${hint}`);
  }

  private all(): { owner: string; repo: string; per_page: number } {
    return { ...this.place, per_page: 100 };
  }

  private async pull(): Promise<Pull> {
    const { pull, commit } = this.job.target;
    if ("number" in pull) return this.pullAt(pull.number);
    const open = (await this.octokit.paginate("GET /repos/{owner}/{repo}/pulls", {
      ...this.all(),
      state: "open",
      head: pull.head,
    })) as Pull[];
    const found = open.find((p) => p.head.sha === commit) ?? open[0];
    if (!found) throw new UsageError(`no open pull request of ${pull.head}`);
    return found;
  }

  private async pullAt(number: number): Promise<Pull> {
    const { data } = await this.octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...this.place, pull_number: number });
    return data as Pull;
  }

  /** Who we are. The token of a workflow may not ask; it writes as a bot. */
  private async learnWho(): Promise<void> {
    if (this.job.target.token === null) return;
    try {
      const { data } = await this.octokit.request("GET /user");
      this.isOurs = (user) => user?.login === data.login;
    } catch (error) {
      const { status } = error as { status?: number };
      if (status !== 403 && status !== 404) throw error;
      this.isOurs = (user) => user?.type === "Bot";
    }
  }

  private reviewComments(): Promise<GithubReviewComment[]> {
    const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments";
    return this.octokit.paginate(route, { ...this.all(), pull_number: this.number }) as Promise<GithubReviewComment[]>;
  }

  private issueComments(): Promise<GithubIssueComment[]> {
    const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
    return this.octokit.paginate(route, { ...this.all(), issue_number: this.number }) as Promise<GithubIssueComment[]>;
  }

  private post(made: Plan): Promise<Map<Item, string>> {
    const post = async (comments: Plan["comments"]): Promise<void> => {
      await this.stillAt(made.commit);
      try {
        await this.send(reviewRequest(comments, made.commit));
        this.posted += comments.length;
      } catch (error) {
        // The head may have moved between the two requests.
        if (error instanceof Refused) await this.stillAt(made.commit);
        throw error;
      }
    };
    const present = async (): Promise<Set<string>> => {
      const { threads } = githubStanding(await this.reviewComments(), [], this.isOurs);
      return new Set(threads.map((thread) => thread.fingerprint));
    };
    return postAll(reviewsOf(made), post, present, this.pause);
  }

  private async stillAt(commit: string): Promise<void> {
    const { head } = await this.pullAt(this.number);
    if (head.sha !== commit) throw new Moved(head.sha);
  }

  /** Changes, answers and deletions. A comment that is gone needs none. */
  private async keepUp(request: GithubRequest): Promise<void> {
    const { comment_id: id, body } = request.parameters;
    const isThere = async (): Promise<boolean> => {
      const comments = await this.reviewComments();
      if (request.route.startsWith("DELETE")) return comments.every((c) => c.id !== id);
      return comments.some((c) => (c.in_reply_to_id ?? c.id) === id && markIn(c.body) !== null && c.body === body);
    };
    try {
      await once(() => this.send(request), isThere, this.pause);
    } catch (error) {
      if ((error as { status?: number }).status !== 404) throw error;
    }
  }

  private async summarise(made: Plan, body: string): Promise<void> {
    const isThere = async (): Promise<boolean> => githubStanding([], await this.issueComments(), this.isOurs).summary?.body === body;
    await once(() => this.send(summaryRequest(made, body)), isThere, this.pause);
  }

  private readonly pause = (attempt: number): Promise<void> => seconds(this.pace.second * attempt * attempt);

  /** Nothing that makes something is sent twice by the library: see `postAll` and `once`. */
  private async send({ route, parameters }: GithubRequest): Promise<void> {
    try {
      await this.octokit.request(route, { ...this.addressed(route, parameters), request: { retries: 0 } });
    } catch (error) {
      const { status, message } = error as { status?: number; message: string };
      if (status === 422) throw new Refused(message.split("\n")[0]);
      if (status !== undefined && status >= 500) throw new Uncertain(message.split("\n")[0]);
      throw error;
    }
  }

  /** Only what the route names goes into the address; the rest would become part of the body. */
  private addressed(route: string, parameters: GithubRequest["parameters"]): Record<string, unknown> {
    const names = new Set(route.match(/\w+(?=\})/g));
    const places = Object.entries({ ...this.place, pull_number: this.number, issue_number: this.number });
    return { ...Object.fromEntries(places.filter(([key]) => names.has(key))), ...parameters };
  }

  private show(made: Plan, summary: string | null): void {
    const reviews = reviewsOf(made).map((comments) => reviewRequest(comments, made.commit));
    const last = summary === null ? [] : [summaryRequest(made, summary)];
    for (const { route, parameters } of [...reviews, ...upkeepRequests(made), ...last]) {
      const { method, url, body } = this.octokit.request.endpoint(route, this.addressed(route, parameters));
      this.job.console.show(method, url, body ?? null);
    }
  }

  private async movedTo(head: string, where: string, made: Plan | null): Promise<Publication> {
    if (await this.isMergeOf(head)) {
      throw new UsageError(
        `${this.job.subject.commit} is GitHub's merge of the pull request, not its head: check out github.event.pull_request.head.sha before gomend check`,
      );
    }
    return { where, plan: made, posted: this.posted, refused: new Map(), summary: false, moved: head };
  }

  /** Whether the checked commit is the merge that GitHub makes of a pull request: what actions/checkout takes unless told otherwise. */
  private async isMergeOf(head: string): Promise<boolean> {
    try {
      const { data } = await this.octokit.request("GET /repos/{owner}/{repo}/commits/{ref}", {
        ...this.place,
        ref: this.job.subject.commit,
      });
      return (data as { parents: { sha: string }[] }).parents.some((parent) => parent.sha === head);
    } catch {
      return false;
    }
  }
}

function lineAddress(pull: Pull, commit: string, path: string, line: number): string {
  return `${pull.base.repo.html_url}/blob/${commit}/${path.split("/").map(encodeURIComponent).join("/")}#L${line}`;
}
