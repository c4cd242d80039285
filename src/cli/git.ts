/** Questions to git. Only commands that read, without a shell, and nothing that a repository's configuration or attributes could have it run. */
import { execFile, spawn } from "node:child_process";
import { isAbsolute, relative, resolve } from "node:path";
import { UsageError } from "../engine/run.ts";
import type { Checkout } from "../report/index.ts";

const SAFE = ["--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotePath=true", "-c", "diff.external="];
const LIMIT = 512 * 1024 * 1024;

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class Git {
  /** Absolute: the top of the work tree. */
  readonly top: string;
  private readonly cwd: string;

  private constructor(cwd: string, top: string) {
    this.cwd = cwd;
    this.top = top;
  }

  /** The work tree that holds `cwd`; throws `UsageError` where there is none. `want` names what it is needed for. */
  static async at(cwd: string, want: string): Promise<Git> {
    const { code, out } = await ask(cwd, ["rev-parse", "--show-cdup"]);
    if (code !== 0) throw new UsageError(`${want} wants a git work tree: run it in one`);
    return new Git(cwd, resolve(cwd, out.trim()));
  }

  /** What is checked out at `cwd`; null where that is no work tree, or one without a commit. */
  static async checkout(cwd: string): Promise<Checkout | null> {
    const { code, out } = await ask(cwd, ["rev-parse", "--show-prefix", "HEAD^{commit}"]).catch(() => ({ code: 1, out: "" }));
    const [prefix = "", commit = ""] = out.split("\n");
    return code === 0 ? { commit, prefix } : null;
  }

  /** The commit that a revision names; throws `UsageError` for one that is not there. */
  async commit(revision: string): Promise<string> {
    const sha = await this.resolve(revision);
    if (sha !== null) return sha;
    throw new UsageError(`git knows no revision "${revision}" here${await this.depth()}`);
  }

  /** The commit at which the present branch left that of `revision`. */
  async mergeBase(revision: string): Promise<string> {
    const sha = await this.commit(revision);
    const { code, out } = await ask(this.cwd, ["merge-base", sha, "HEAD"]);
    if (code !== 0) throw new UsageError(`HEAD and "${revision}" have no common commit here${await this.depth()}`);
    return out.trim();
  }

  /** Files of the work tree that differ from a commit, those that git does not know yet included: absolute paths. */
  async changedSince(sha: string): Promise<string[]> {
    const diff = [
      "diff",
      "--name-only",
      "-z",
      "--no-renames",
      "--no-ext-diff",
      "--no-textconv",
      "--no-color",
      "--ignore-submodules",
      sha,
      "--",
    ];
    const changed = await this.must(diff);
    const untracked = await this.must(["ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", `:(top)`]);
    const names = [changed, untracked].flatMap((out) => out.split("\0")).filter((name) => name !== "");
    return [...new Set(names)].map((name) => resolve(this.top, name));
  }

  /** Texts of files (absolute paths) at a commit; null for one that it does not have. */
  async texts(sha: string, files: readonly string[]): Promise<Map<string, string | null>> {
    const names = files.map((file) => relative(this.top, file).replaceAll("\\", "/"));
    const answers = await contents(
      this.cwd,
      names.map((name) => (name.includes("\n") ? `${sha}:` : `${sha}:${name}`)),
    );
    return new Map(files.map((file, i) => [file, answers[i] ?? null]));
  }

  /** Whether a path (absolute) lies in the work tree. */
  holds(path: string): boolean {
    const rel = relative(this.top, path);
    return !/^\.\.([/\\]|$)/.test(rel) && !isAbsolute(rel);
  }

  private async resolve(revision: string): Promise<string | null> {
    // What starts with - could be taken for an option by an old git.
    if (revision.startsWith("-") || revision.includes("\0")) return null;
    const { code, out } = await ask(this.cwd, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]);
    const sha = out.trim();
    return code === 0 && /^[0-9a-f]{40,64}$/.test(sha) ? sha : null;
  }

  /** The most frequent reason in CI. */
  private async depth(): Promise<string> {
    const { out } = await ask(this.cwd, ["rev-parse", "--is-shallow-repository"]);
    return out.trim() === "true"
      ? ": this clone is shallow; fetch its history (fetch-depth: 0 of actions/checkout, GIT_DEPTH: 0 of GitLab)"
      : "";
  }

  private async must(args: readonly string[]): Promise<string> {
    const { code, out, err } = await ask(this.cwd, args);
    if (code !== 0) throw new UsageError(`git ${args[0]} failed: ${err.trim().split("\n")[0]}`);
    return out;
  }
}

function ask(cwd: string, args: readonly string[]): Promise<Answer> {
  return new Promise((done, fail) => {
    execFile("git", [...SAFE, ...args], { cwd, encoding: "utf8", maxBuffer: LIMIT, env: environment() }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (code === "ENOENT") fail(new UsageError("git was not found: it is needed to compare with another revision"));
      else done({ code: typeof code === "number" ? code : 1, out, err });
    });
  });
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
}

/** What `git cat-file --batch` says of each object; null for one that is not there or no file. */
function contents(cwd: string, objects: readonly string[]): Promise<(string | null)[]> {
  return new Promise((done, fail) => {
    const child = spawn("git", [...SAFE, "cat-file", "--batch"], { cwd, env: environment(), stdio: ["pipe", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on("error", () => {});
    child.on("error", fail);
    child.on("close", () => done(objectsOf(Buffer.concat(chunks), objects.length)));
    child.stdin.end(objects.map((object) => `${object}\n`).join(""));
  });
}

/** `<sha> blob <size>`, its bytes and a newline; or one line for what is missing. */
function objectsOf(bytes: Buffer, count: number): (string | null)[] {
  const found: (string | null)[] = [];
  let at = 0;
  while (found.length < count) {
    const end = bytes.indexOf(10, at);
    if (end < 0) break;
    const header = /^[0-9a-f]+ (\w+) (\d+)$/.exec(bytes.toString("utf8", at, end));
    at = end + 1;
    if (!header) {
      found.push(null);
      continue;
    }
    const size = Number(header[2]);
    found.push(header[1] === "blob" ? bytes.toString("utf8", at, at + size) : null);
    at += size + 1;
  }
  return found;
}
