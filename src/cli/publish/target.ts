/** Where a report is published: from the flags, else from what GitHub Actions and GitLab CI say of the run. */
import { readFileSync } from "node:fs";
import { UsageError } from "../../engine/run.ts";

export interface PublishFlags {
  readonly from: string;
  readonly to?: "github" | "gitlab";
  /** owner/name, or a GitLab project's id or path. */
  readonly repo?: string;
  readonly pr?: number;
  readonly commit?: string;
  readonly dryRun?: boolean;
}

export type Target = GithubTarget | GitlabTarget;

export interface GithubTarget {
  readonly to: "github";
  readonly api: string;
  readonly owner: string;
  readonly repo: string;
  /** The pull request; by number, or by the branch that a workflow_run was about. */
  readonly pull: { readonly number: number } | { readonly head: string };
  /** The commit that the event is about, where it says so. */
  readonly commit: string | null;
  /** null for a dry run that reads as anybody can. */
  readonly token: string | null;
}

export interface GitlabTarget {
  readonly to: "gitlab";
  /** Ends in /api/v4. */
  readonly api: string;
  readonly project: string;
  readonly number: number;
  readonly token: string | null;
}

/** Throws `UsageError` where something is missing, with what to set. */
export function targetOf(flags: PublishFlags, env: NodeJS.ProcessEnv): Target {
  const to = flags.to ?? (env.GITHUB_REPOSITORY ? "github" : env.GITLAB_CI || env.CI_API_V4_URL ? "gitlab" : null);
  if (to === null) throw new UsageError("say where to publish: --to github or --to gitlab");
  return to === "github" ? githubTarget(flags, env) : gitlabTarget(flags, env);
}

function githubTarget(flags: PublishFlags, env: NodeJS.ProcessEnv): GithubTarget {
  const name = flags.repo ?? env.GITHUB_REPOSITORY ?? "";
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(name) ?? [];
  if (!owner || !repo) throw new UsageError("say which repository: --repo owner/name");
  const event = eventOf(env);
  const pull = flags.pr === undefined ? event.pull : { number: flags.pr };
  if (!pull) throw new UsageError("say which pull request: --pr number");
  const api = addressOf(env.GITHUB_API_URL || "https://api.github.com", "GITHUB_API_URL");
  return { to: "github", api, owner, repo, pull, commit: event.commit, token: tokenOf("GITHUB_TOKEN", flags, env) };
}

function gitlabTarget(flags: PublishFlags, env: NodeJS.ProcessEnv): GitlabTarget {
  const project = flags.repo ?? env.CI_PROJECT_ID;
  if (!project) throw new UsageError("say which project: --repo group/name or its number");
  const number = flags.pr ?? Number(env.CI_MERGE_REQUEST_IID || Number.NaN);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError("say which merge request: --pr number (CI_MERGE_REQUEST_IID is set in merge request pipelines)");
  const api = addressOf(env.CI_API_V4_URL || "https://gitlab.com/api/v4", "CI_API_V4_URL");
  if (!api.endsWith("/api/v4")) throw new UsageError("CI_API_V4_URL: expected an address that ends in /api/v4");
  return { to: "gitlab", api, project, number, token: tokenOf("GITLAB_TOKEN", flags, env) };
}

function addressOf(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new UsageError(`${name}: expected an address such as https://api.github.com`);
  return url.href.replace(/\/$/, "");
}

function tokenOf(name: "GITHUB_TOKEN" | "GITLAB_TOKEN", { dryRun }: PublishFlags, env: NodeJS.ProcessEnv): string | null {
  const token = env[name]?.trim();
  if (token) return token;
  if (dryRun) return null;
  throw new UsageError(`${name} is not set: publish writes comments with it (--dry-run shows them without)`);
}

interface GithubEvent {
  readonly pull: GithubTarget["pull"] | null;
  readonly commit: string | null;
}

/** What the event of the workflow says: data of GitHub's own, not of the pull request. */
function eventOf(env: NodeJS.ProcessEnv): GithubEvent {
  if (!env.GITHUB_EVENT_PATH) return { pull: null, commit: null };
  interface Event {
    readonly pull_request?: { readonly number: number; readonly head: { readonly sha: string } };
    readonly workflow_run?: {
      readonly head_sha: string;
      readonly head_branch: string;
      readonly head_repository: { readonly owner: { readonly login: string } };
    };
  }
  let event: Event;
  try {
    event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, "utf8"));
  } catch {
    throw new UsageError("GITHUB_EVENT_PATH names no event that can be read");
  }
  const { pull_request: pull, workflow_run: run } = event;
  if (pull) return { pull: { number: pull.number }, commit: pull.head.sha };
  // For a pull request of a fork, GitHub leaves the run's list of pull requests empty.
  if (run) return { pull: { head: `${run.head_repository.owner.login}:${run.head_branch}` }, commit: run.head_sha };
  return { pull: null, commit: null };
}
