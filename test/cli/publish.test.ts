/** `gomend publish` as CI runs it: one process checks, another that sees neither the code nor git publishes. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { FakeGithub, type Received, suggestionIn } from "../forge/github-server.ts";
import { commitSuggestion } from "../forge/made.ts";
import { commit, git, put, repository } from "../git.ts";
import { bundled, gomend, type Ran } from "./gomend.ts";
import { LEAKY, MENDED, STUCK } from "./samples.ts";

bundled();

const running: FakeGithub[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    await server.stop();
    expect(server.faults).toEqual([]);
  }
});

const TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
const MOD = "module example.com/m\n\ngo 1.22\n";
/** Another leaky function, in the package of `LEAKY`. */
const other = (name: string): string => LEAKY.slice(0, LEAKY.indexOf("func step")).replace("work", name);

const STEP = `package a\n\nimport "context"\n\n${LEAKY.slice(LEAKY.indexOf("func step"))}`;

/** The tracked files at a revision. */
function texts(dir: string, revision: string): Map<string, string> {
  const names = git(dir, "ls-tree", "-r", "--name-only", revision).split("\n").filter(Boolean);
  return new Map(names.map((name) => [name, git(dir, "show", `${revision}:${name}`)]));
}

async function serve(dir: string): Promise<FakeGithub & { url: string }> {
  const base = git(dir, "merge-base", "main", "HEAD").trim();
  const server = new FakeGithub(git(dir, "rev-parse", "HEAD").trim(), { base: texts(dir, base), head: texts(dir, "HEAD") });
  server.token = TOKEN;
  running.push(server);
  return Object.assign(server, { url: await server.start() });
}

function push(dir: string, server: FakeGithub): void {
  const base = git(dir, "merge-base", "main", "HEAD").trim();
  server.push(git(dir, "rev-parse", "HEAD").trim(), { base: texts(dir, base), head: texts(dir, "HEAD") });
}

/** The job that sees the pull request's code, and no token. */
async function report(dir: string, cwd = dir): Promise<string> {
  const file = join(dir, ".git", "report.json");
  const { code, err } = await gomend(["check", "--new-from-merge-base", "main", "--exit-zero", "--output-format", `report=${file}`], {
    cwd,
  });
  expect([code, err]).toEqual([0, ""]);
  return file;
}

/** The job that holds the token, somewhere else. */
function publish(server: FakeGithub & { url: string }, args: readonly string[], more: Record<string, string> = {}): Promise<Ran> {
  const env = { GITHUB_API_URL: server.url, GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: TOKEN, ...more };
  return gomend(["publish", "--pr", "7", ...args], { cwd: tree({}), env });
}

function start(files: Record<string, string>): string {
  const dir = tree({ "go.mod": MOD, "old.go": other("old"), ...files });
  repository(dir);
  git(dir, "checkout", "-q", "-b", "topic");
  return dir;
}

describe("three pushes", () => {
  it("new findings are posted once, a mended one is taken back, an untouched one is not repeated", async () => {
    const dir = start({ "step.go": STEP });
    put(dir, { "a.go": other("first"), "b.go": STUCK });
    commit(dir, "one");
    const server = await serve(dir);

    const one = await publish(server, ["--from", await report(dir)]);
    expect([one.code, one.err]).toEqual([0, ""]);
    expect(one.out).toBe("o/r#7: published 2 new comments (2 suggestions); with a summary.\n");
    const posted = [...server.ours];
    expect(posted.map((c) => [c.path, /^`([\w-]+)`/.exec(c.body)?.[1]])).toEqual([
      ["a.go", "lost-cancel"],
      ["b.go", "select-without-done"],
    ]);
    expect(server.notes[0]?.body).toContain("has 2 findings");
    expect(JSON.stringify([server.comments, server.notes])).not.toContain("old.go");

    // The reviewer commits the first suggestion, and the author writes something below the second.
    const [first, second] = posted as [(typeof posted)[number], (typeof posted)[number]];
    const lines = suggestionIn(first.body) ?? [];
    const a = readFileSync(join(dir, "a.go"), "utf8");
    put(dir, {
      "a.go": commitSuggestion(a, { first: first.start_line ?? first.line ?? 0, last: first.line ?? 0, lines }),
      "b.go": STUCK.replace("package a\n", "// Package a waits.\npackage a\n"),
      "c.go": other("third"),
    });
    expect(readFileSync(join(dir, "a.go"), "utf8")).toBe(a.replace("WithCancel(parent)\n", "WithCancel(parent)\n\tdefer cancel()\n"));
    commit(dir, "two");
    push(dir, server);
    const two = await publish(server, ["--from", await report(dir)]);
    expect([two.code, two.err]).toEqual([0, ""]);
    expect(two.out).toBe("o/r#7: published 1 new comment (1 suggestion), 1 known, 1 changed, 1 mended; with a summary.\n");
    expect(server.ours.map((c) => c.path).sort()).toEqual(["b.go", "c.go"]);
    expect(server.ours).toContain(second);
    expect(server.ours).not.toContain(first);

    put(dir, { "README.md": "words\n" });
    commit(dir, "three");
    push(dir, server);
    const before = server.comments.map((c) => ({ ...c }));
    const three = await publish(server, ["--from", await report(dir)]);
    expect([three.code, three.err]).toEqual([0, ""]);
    expect(three.out).toMatch(/^o\/r#7: published 0 new comments \(0 suggestions\), 2 known; with a summary\.\n$/);
    expect(server.comments).toEqual(before);
    expect(server.notes).toHaveLength(1);
    expect(server.notes[0]?.body).toContain(git(dir, "rev-parse", "--short=10", "HEAD").trim());
  });

  it("copes with a suggestion that the browser committed with CRLF", async () => {
    const dir = start({ "step.go": STEP });
    put(dir, { "a.go": other("first") });
    commit(dir, "one");
    const server = await serve(dir);
    await publish(server, ["--from", await report(dir)]);
    const [comment] = server.ours as [(typeof server.ours)[number]];
    const lines = other("first").split("\n");
    lines.splice((comment.line ?? 0) - 1, 1, ...(suggestionIn(comment.body) ?? []).map((line) => `${line}\r`));
    put(dir, { "a.go": lines.join("\n"), "b.go": lines.join("\n").replace("first", "again").replace("\tdefer cancel()\r\n", "") });
    commit(dir, "two");
    push(dir, server);
    const { code, out, err } = await publish(server, ["--from", await report(dir)]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe("o/r#7: published 1 new comment (0 suggestions), 1 mended; with a summary.\n");
    expect(server.ours.map((c) => c.path)).toEqual(["b.go"]);
    expect(server.ours[0]?.body).toContain("its lines do not end alike");
    const fixed = await gomend(["fix", "b.go"], { cwd: dir });
    expect(fixed.code).toBe(0);
  });

  it("in a directory of the repository, names files from its top", async () => {
    const dir = start({});
    put(dir, { "sub/go.mod": MOD, "sub/a.go": LEAKY });
    commit(dir, "one");
    const server = await serve(dir);
    const { out } = await publish(server, ["--from", await report(dir, join(dir, "sub"))]);
    expect(out).toContain("1 new comment (1 suggestion)");
    expect(server.ours[0]?.path).toBe("sub/a.go");
  });
});

describe("the token", () => {
  const everything = (ran: Ran, received: readonly Received[]): string =>
    `${ran.out}${ran.err}${JSON.stringify(received.map(({ url, body }) => [url, body]))}`;

  it.each<[string, (id: string) => { status: number; body?: object; hangUp?: boolean } | null, Record<string, string>]>([
    ["all is well", () => null, {}],
    ["everything fails", () => ({ status: 500, body: { message: `no ${TOKEN}` } }), {}],
    [
      "GitHub repeats it",
      (id) => (id === "pulls/create-review" ? { status: 422, body: { message: `bad ${TOKEN} ${encodeURIComponent(TOKEN)}` } } : null),
      {},
    ],
    ["it is refused", () => ({ status: 401, body: { message: TOKEN } }), {}],
    ["it may not write", (id) => (id === "pulls/create-review" ? { status: 403, body: { message: `x-access-token:${TOKEN}` } } : null), {}],
    ["debug logs are on", () => null, { DEBUG: "*", ACTIONS_STEP_DEBUG: "true", RUNNER_DEBUG: "1", NODE_DEBUG: "" }],
  ])("is nowhere, when %s", async (_, fault, env) => {
    const dir = start({});
    put(dir, { "a.go": LEAKY });
    commit(dir, "one");
    const server = await serve(dir);
    // The pace of retries is GitHub's; four tries of one request are enough here.
    server.intervene = (id) =>
      id.startsWith("pulls/get") && fault(id)?.status === 500 ? { status: 404, body: fault(id)?.body ?? {} } : fault(id);
    const ran = await publish(server, ["--from", await report(dir)], env);
    expect(everything(ran, server.received)).not.toContain(TOKEN);
    expect(everything(ran, server.received)).not.toContain(TOKEN.slice(4, 30));
    expect(everything(ran, server.received)).not.toContain(Buffer.from(`x-access-token:${TOKEN}`).toString("base64").slice(24, 48));
  });

  it("is not in a report, whatever the environment of the check", async () => {
    const dir = start({});
    put(dir, { "a.go": LEAKY });
    commit(dir, "one");
    const env = { GITHUB_TOKEN: TOKEN, GITLAB_TOKEN: TOKEN, GITHUB_ACTIONS: "true" };
    const file = join(dir, "r.json");
    const { out, err } = await gomend(["check", "--output-format", `report=${file}`, "--output-format", "json"], { cwd: dir, env });
    expect(out + err + readFileSync(file, "utf8")).not.toContain(TOKEN);
  });

  it("goes to the server that is named, and to no other that this one points to", async () => {
    const dir = start({});
    put(dir, { "a.go": LEAKY });
    commit(dir, "one");
    const [server, thief] = [await serve(dir), await serve(dir)];
    server.intervene = (id, r) =>
      id === "pulls/get" ? { status: 302, headers: { location: thief.url.replace("127.0.0.1", "localhost") + r.url } } : null;
    await publish(server, ["--from", await report(dir)]);
    for (const { headers } of thief.received) expect(JSON.stringify(headers)).not.toContain(TOKEN);
  });
});

describe("a dry run", () => {
  it("prints the requests as lines of JSON, and needs no token", async () => {
    const dir = start({});
    put(dir, { "a.go": MENDED, "b.go": other("b") });
    commit(dir, "one");
    const server = await serve(dir);
    const file = await report(dir);
    const { code, out, err } = await publish(server, ["--from", file, "--dry-run"], { GITHUB_TOKEN: "" });
    expect(code).toBe(0);
    expect(err).toMatch(/^gomend: without a token, .*\no\/r#7: would publish 1 new comment \(1 suggestion\); with a summary\.\n$/);
    const shown = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(shown.map((r) => [r.method, r.url.replace(server.url, "")])).toEqual([
      ["POST", "/repos/o/r/pulls/7/reviews"],
      ["POST", "/repos/o/r/issues/7/comments"],
    ]);
    expect(server.writes()).toEqual([]);
  });
});

describe("the event of the workflow", () => {
  it("names the pull request and the commit; a report of another commit is refused", async () => {
    const dir = start({});
    put(dir, { "a.go": LEAKY });
    const sha = commit(dir, "one");
    const server = await serve(dir);
    const file = await report(dir);
    const env = (event: object): Record<string, string> => {
      const path = join(dir, ".git/event.json");
      writeFileSync(path, JSON.stringify(event));
      return { GITHUB_EVENT_PATH: path, GITHUB_API_URL: server.url, GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: TOKEN };
    };
    const run = { head_sha: sha, head_branch: "topic", head_repository: { owner: { login: "someone" } } };
    const args = ["publish", "--from", file, "--dry-run"];
    const cwd = tree({});
    expect((await gomend(args, { cwd, env: env({ workflow_run: run }) })).err).toMatch(/^o\/r#7: would publish 1 new comment/);
    expect((await gomend(args, { cwd, env: env({ pull_request: { number: 7, head: { sha } } }) })).err).toMatch(/^o\/r#7: would publish 1/);
    const other = await gomend(args, { cwd, env: env({ workflow_run: { ...run, head_sha: "9".repeat(40) } }) });
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/^gomend: the report is of \w{40}, this run is about 9{40}: .*\n$/)]);
  });
});

describe("mistakes: one clear line, exit code 2, nothing sent", () => {
  const good = async (): Promise<{ dir: string; data: Record<string, never> & { findings: Record<string, unknown>[] } }> => {
    const dir = start({});
    put(dir, { "a.go": LEAKY });
    commit(dir, "one");
    return { dir, data: JSON.parse(readFileSync(await report(dir), "utf8")) };
  };

  it.each<[string, (data: { findings: Record<string, unknown>[]; checkout: unknown; problems: unknown[] }) => unknown, RegExp]>([
    ["no report", () => "[]", /: not a gomend report: /],
    ["no JSON", () => "{", /: not JSON: /],
    [
      "a path out of the repository",
      (d) => (d.findings[0]!.path = "../../etc/passwd"),
      /findings\.0\.path: "\.\.\/\.\.\/etc\/passwd" is no path in the repository/,
    ],
    ["an absolute path", (d) => (d.findings[0]!.path = "/etc/passwd"), /"\/etc\/passwd" is no path/],
    ["a path into .git", (d) => (d.findings[0]!.path = ".GIT/config"), /is no path in the repository/],
    [
      "a fingerprint that is none",
      (d) => (d.findings[0]!.fingerprint = "--> <b>x"),
      /findings\.0\.fingerprint: expected 16 hexadecimal digits/,
    ],
    ["a finding twice", (d) => d.findings.push(d.findings[0]!), /the fingerprint [0-9a-f]{16} stands twice/],
    [
      "a patch out of the repository",
      (d) => Object.assign((d.findings[0]!.fixes as { patch: string }[])[0]!, { patch: "--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n" }),
      /is no path in the repository/,
    ],
    [
      "a patch that moves files",
      (d) =>
        Object.assign((d.findings[0]!.fixes as { patch: string }[])[0]!, { patch: "diff --git a/x b/y\nrename from x\nrename to y\n" }),
      /a fix changes files/,
    ],
    [
      "a broken patch",
      (d) => Object.assign((d.findings[0]!.fixes as { patch: string }[])[0]!, { patch: "--- a/x\n+++ b/x\n@@ -1,9 +1 @@\n-a\n" }),
      /the hunk ends before/,
    ],
    ["a rule that is a flag", (d) => (d.findings[0]!.rule = "--config=x"), /findings\.0\.rule: not the name of a rule/],
    ["no checkout", (d) => (d.checkout = null), /does not say which commit was checked/],
    ["a commit that is none", (d) => (d.checkout = { commit: "HEAD", prefix: "" }), /checkout\.commit: not the full id/],
    ["a prefix that leads out", (d) => (d.checkout = { commit: "a".repeat(40), prefix: "../" }), /checkout\.prefix: not a directory/],
  ])("%s", async (_, spoil, message) => {
    const { dir, data } = await good();
    const spoilt = spoil(data as never);
    const file = join(dir, "bad.json");
    writeFileSync(file, typeof spoilt === "string" && /^[[{]/.test(spoilt) ? spoilt : JSON.stringify(data));
    const server = await serve(dir);
    const { code, out, err } = await publish(server, ["--from", file]);
    expect(err).toMatch(/^gomend: [^\n]*\n$/);
    expect(err).toMatch(message);
    expect([code, out]).toEqual([2, ""]);
    expect(server.received).toEqual([]);
  });

  it("a report of an unreasonable size", async () => {
    const cwd = tree({ "big.json": "{" });
    truncateSync(join(cwd, "big.json"), 257 * 1024 * 1024);
    const env = { GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: TOKEN };
    const { code, err } = await gomend(["publish", "--pr", "7", "--from", "big.json"], { cwd, env });
    expect([code, err]).toEqual([2, "gomend: big.json: larger than 256 MiB\n"]);
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ["no --from", [], {}, /^gomend: required option '--from <report>' not specified\n$/],
    [
      "a missing report",
      ["--from", "gone.json"],
      { GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: "t", GITHUB_EVENT_PATH: "" },
      /^gomend: say which pull request: --pr number\n$/,
    ],
    [
      "a file that is not there",
      ["--from", "gone.json", "--pr", "7"],
      { GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: "t" },
      /^gomend: cannot read gone\.json: no such file\n$/,
    ],
    ["no service", ["--from", "x"], {}, /^gomend: say where to publish: --to github or --to gitlab\n$/],
    ["no repository", ["--from", "x", "--to", "github"], {}, /^gomend: say which repository: --repo owner\/name\n$/],
    ["no token", ["--from", "x", "--pr", "7"], { GITHUB_REPOSITORY: "o/r" }, /^gomend: GITHUB_TOKEN is not set: .*--dry-run.*\n$/],
    ["no GitLab token", ["--from", "x", "--to", "gitlab", "--repo", "g/p", "--pr", "7"], {}, /^gomend: GITLAB_TOKEN is not set: /],
    [
      "no merge request",
      ["--from", "x"],
      { GITLAB_CI: "true", CI_PROJECT_ID: "3", GITLAB_TOKEN: "t" },
      /^gomend: say which merge request: --pr number \(CI_MERGE_REQUEST_IID/,
    ],
    [
      "an odd address",
      ["--from", "x", "--pr", "7"],
      { GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: "t", GITHUB_API_URL: "file:///x" },
      /^gomend: GITHUB_API_URL: expected an address/,
    ],
    ["an odd number", ["--from", "x", "--pr", "seven"], {}, /^gomend: option '--pr <number>' argument 'seven' is invalid/],
  ])("%s", async (_, args, env, message) => {
    const { code, out, err } = await gomend(["publish", ...args], { cwd: tree({}), env });
    expect(err).toMatch(message);
    expect([code, out]).toEqual([2, ""]);
  });
});
