/** The action, the GitLab component, the hooks and their pages: what they run is run here, as CI does. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { tree } from "../engine/tree.ts";
import { FakeGithub } from "../forge/github-server.ts";
import { FakeGitlab } from "../forge/gitlab-server.ts";
import { commit, git, put, repository } from "../git.ts";
import { bundled, gomend, program, type Ran } from "./gomend.ts";
import { LEAKY, MENDED, STUCK } from "./samples.ts";

bundled();

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const MOD = "module example.com/m\n\ngo 1.22\n";

const stops: (() => Promise<void>)[] = [];
let bin = "";
beforeEach(() => {
  // What npm would have installed; the log of npm's own calls stands in for the registry.
  bin = tree({
    gomend: `#!/bin/sh\nexec "${process.execPath}" "${program()}" "$@"\n`,
    npm: '#!/bin/sh\necho "$@" >> "$(dirname "$0")/npm.log"\n',
  });
  for (const name of ["gomend", "npm"]) chmodSync(join(bin, name), 0o755);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** One step: a script in the shell that CI uses, with an environment of its own. */
function shell(script: string, cwd: string, env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const whole = { PATH: `${bin}:${process.env.PATH}`, HOME: "/nonexistent", GIT_CONFIG_GLOBAL: "/dev/null", ...env };
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd,
      env: whole,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

/** A clone with a branch that brings one finding, as actions/checkout leaves it: the head, detached. */
function checkout(files: Record<string, string>): { dir: string; sha: string; base: string } {
  const origin = tree({ "go.mod": MOD, "old.go": STUCK });
  repository(origin);
  git(origin, "checkout", "-q", "-b", "topic");
  put(origin, files);
  const sha = commit(origin, "topic");
  const dir = join(tree({}), "work");
  git(origin, "clone", "-q", "--no-local", origin, dir);
  git(dir, "checkout", "-q", "--detach", sha);
  return { dir, sha, base: git(dir, "merge-base", "origin/main", "HEAD").trim() };
}

function textsOf(dir: string, revision: string): Map<string, string> {
  const names = git(dir, "ls-tree", "-r", "--name-only", revision).split("\n").filter(Boolean);
  return new Map(names.map((name) => [name, git(dir, "show", `${revision}:${name}`)]));
}

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly run: string;
  readonly shell: string;
  readonly env?: Record<string, string>;
  readonly "working-directory"?: string;
}

interface Action {
  readonly inputs: Record<string, { readonly default: string }>;
  readonly outputs: Record<string, { readonly value: string }>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = parse(read("action.yml")) as Action;

/** Runs the action's steps as the runner does; gives what each said. */
async function runAction(
  dir: string,
  given: Record<string, string>,
  github: Record<string, string>,
  env: Record<string, string>,
): Promise<Record<string, Ran>> {
  const defaults = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
  const inputs: Record<string, string> = { ...defaults, ...given };
  const outputs: Record<string, string> = {};
  const value = (text: string): string =>
    text.replace(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => {
      const [kind, ...rest] = name.split(".");
      if (kind === "inputs") return value(inputs[rest.join(".")] as string);
      if (kind === "github") return github[rest.join(".")] ?? "";
      return outputs[rest.at(-1) ?? ""] ?? "";
    });
  const ran: Record<string, Ran> = {};
  for (const step of action.runs.steps) {
    const condition = /^inputs\.([\w-]+) != '(\w+)'$/.exec(step.if ?? "");
    if (condition && inputs[condition[1] as string] === condition[2]) continue;
    const output = join(dir, "..", "output");
    writeFileSync(output, "");
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, value(text)]));
    const said = await shell(step.run, join(dir, value(step["working-directory"] ?? ".")), { GITHUB_OUTPUT: output, ...env, ...own });
    for (const line of readFileSync(output, "utf8").split("\n").filter(Boolean))
      outputs[line.split("=")[0] as string] = line.split("=")[1] ?? "";
    ran[step.name] = said;
    if (said.code !== 0) break;
  }
  return ran;
}

async function github(dir: string, sha: string, base: string): Promise<FakeGithub & { url: string }> {
  const server = new FakeGithub(sha, { base: textsOf(dir, base), head: textsOf(dir, sha) });
  const url = await server.start();
  stops.push(async () => {
    await server.stop();
    expect(server.faults).toEqual([]);
  });
  return Object.assign(server, { url });
}

describe("action.yml", () => {
  it("puts nothing of the event into a script, where it would be code", () => {
    for (const step of action.runs.steps) {
      expect(step.run).not.toContain("${{");
      expect(step.shell).toBe("bash");
    }
  });

  it("gives the token to the step that publishes alone", () => {
    const holders = action.runs.steps.filter((step) => JSON.stringify(step).includes("inputs.token")).map((step) => step.name);
    expect(holders).toEqual(["Publish"]);
  });

  it("checks and publishes on a pull request of the same repository", async () => {
    const { dir, sha, base } = checkout({ "a.go": LEAKY });
    const server = await github(dir, sha, base);
    const event = join(dir, "..", "event.json");
    writeFileSync(event, JSON.stringify({ pull_request: { number: 7, head: { sha } } }));
    const env = { GITHUB_REPOSITORY: "o/r", GITHUB_API_URL: server.url, GITHUB_EVENT_PATH: event };
    const ran = await runAction(dir, {}, { base_ref: "main", token: server.token }, env);
    expect(Object.values(ran).map((r) => [r.code, r.err])).toEqual([
      [0, ""],
      [0, ""],
      [0, ""],
    ]);
    expect(readFileSync(join(bin, "npm.log"), "utf8")).toBe("install --global --ignore-scripts --no-audit --no-fund gomend@0.1\n");
    expect(ran.Check?.out).toMatch(/^a\.go:6:17: lost-cancel/);
    expect(ran.Check?.out).not.toContain("old.go");
    expect(ran.Publish?.out).toBe("o/r#7: published 1 new comment (1 suggestion); with a summary.\n");
    expect(server.ours.map((c) => c.path)).toEqual(["a.go"]);
  });

  it("in two workflows for a fork: the first without a token, the second without the code", async () => {
    const { dir, sha, base } = checkout({ "a.go": LEAKY });
    const server = await github(dir, sha, base);
    const first = await runAction(dir, { mode: "check", annotations: "true" }, { base_ref: "main" }, {});
    expect(Object.keys(first)).toEqual(["Install gomend", "Check"]);
    expect(first.Check).toMatchObject({ code: 0, err: "" });
    expect(first.Check?.out).toMatch(/^::error file=a\.go,line=6,/);

    const artifact = join(tree({}), "work");
    mkdirSync(artifact);
    writeFileSync(join(artifact, "gomend-report.json"), readFileSync(join(dir, "gomend-report.json")));
    const event = join(artifact, "..", "event.json");
    writeFileSync(
      event,
      JSON.stringify({ workflow_run: { head_sha: sha, head_branch: "topic", head_repository: { owner: { login: "someone" } } } }),
    );
    const env = { GITHUB_REPOSITORY: "o/r", GITHUB_API_URL: server.url, GITHUB_EVENT_PATH: event };
    const second = await runAction(artifact, { mode: "publish" }, { token: server.token }, env);
    expect(Object.keys(second)).toEqual(["Install gomend", "Publish"]);
    expect(second.Publish).toMatchObject({ code: 0, err: "", out: "o/r#7: published 1 new comment (1 suggestion); with a summary.\n" });
  });

  it.each<[Record<string, string>, number]>([
    [{ mode: "check" }, 0],
    [{ mode: "check", "fail-on-findings": "true" }, 1],
    [{ mode: "check", "fail-on-findings": "true", arguments: "--ignore lost-cancel" }, 0],
    [{ mode: "check", "fail-on-findings": "true", paths: "go.mod b" }, 2],
    [{ mode: "check", "fail-on-findings": "true", "new-only": "false", paths: "./b" }, 0],
  ])("%j ends with %i", async (inputs, code) => {
    const { dir } = checkout({ "a.go": LEAKY, "b/b.go": MENDED });
    const ran = await runAction(dir, { version: "none", ...inputs }, { base_ref: "main" }, {});
    expect(Object.keys(ran)).toEqual(["Check"]);
    expect(ran.Check?.code).toBe(code);
  });
});

interface Job {
  readonly script: readonly string[];
  readonly variables?: Record<string, string>;
  readonly artifacts?: { readonly paths: readonly string[]; readonly reports: Record<string, string> };
}

describe("the GitLab component", () => {
  const [spec, jobs] = parseAllDocuments(read("templates/gomend.yml")).map((document) => document.toJS());
  const inputs = Object.fromEntries(
    Object.entries(spec.spec.inputs as Record<string, { default: string }>).map(([name, input]) => [name, input.default]),
  );
  const script = (name: string): string[] =>
    (jobs[name] as Job).script.map((line) =>
      line.replace(/\$\[\[ inputs\.(\w+) \]\]/g, (_, input: string) => inputs[input] ?? `no input ${input}`),
    );

  it.each([
    ["a branch", false],
    ["merged results", true],
  ])("checks in one job and publishes in another, in a pipeline of %s", async (_, merged) => {
    const { dir, sha, base } = checkout({ "a.go": LEAKY });
    if (merged) {
      git(dir, "checkout", "-q", "origin/main");
      git(dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "merge", "-q", "--no-ff", "-m", "merged", sha);
    }
    const server = new FakeGitlab(sha, { base: textsOf(dir, base), head: textsOf(dir, sha) });
    const url = await server.start();
    stops.push(async () => {
      await server.stop();
      expect(server.faults).toEqual([]);
    });
    const env = { GITLAB_CI: "true", CI_MERGE_REQUEST_DIFF_BASE_SHA: base, ...(merged ? { CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: sha } : {}) };
    const check = await shell(script("gomend").join("\n"), dir, env);
    expect([check.code, check.err]).toEqual([1, ""]);
    expect(jobs.gomend.allow_failure).toEqual({ exit_codes: 1 });
    expect(check.out).toMatch(/^a\.go:6:17: lost-cancel/);
    const { artifacts } = jobs.gomend as Job;
    const quality = JSON.parse(readFileSync(join(dir, artifacts?.reports.codequality ?? ""), "utf8"));
    expect(quality.map((issue: { location: { path: string } }) => issue.location.path)).toEqual(["a.go"]);

    const cwd = tree(Object.fromEntries((artifacts?.paths ?? []).map((path) => [path, readFileSync(join(dir, path))])));
    const token = { GITLAB_TOKEN: server.token, CI_API_V4_URL: url, CI_PROJECT_ID: "g/p", CI_MERGE_REQUEST_IID: "5" };
    const publish = await shell(script("gomend-publish").join("\n"), cwd, { GITLAB_CI: "true", ...token });
    expect([publish.code, publish.err]).toEqual([0, ""]);
    expect(publish.out).toBe("g/p!5: published 1 new comment (1 suggestion); with a summary.\n");
    expect(server.ours).toHaveLength(1);
  });

  it("keeps code and token apart", () => {
    expect(jobs["gomend-publish"].variables.GIT_STRATEGY).toBe("none");
    expect(JSON.stringify(jobs.gomend)).not.toContain("GITLAB_TOKEN");
  });
});

describe("the hooks of pre-commit", () => {
  interface Hook {
    readonly id: string;
    readonly entry: string;
    readonly language: string;
    readonly types: readonly string[];
  }
  const hooks = parse(read(".pre-commit-hooks.yaml")) as Hook[];
  const run = (id: string, dir: string, files: readonly string[]): Promise<Ran> =>
    shell(`${hooks.find((h) => h.id === id)?.entry} ${files.join(" ")}`, dir, {});

  it("tell what a commit brings in the files that are given", async () => {
    const { dir } = checkout({ "a.go": CLEANED });
    put(dir, { "a.go": LEAKY, "old.go": `${STUCK}\nvar x int\n` });
    git(dir, "add", "-A");
    const told = await run("gomend", dir, ["a.go", "old.go"]);
    expect([told.code, told.err]).toEqual([1, ""]);
    expect(told.out).toMatch(/^a\.go:6:17: lost-cancel/);
    expect(told.out).not.toContain("old.go:");
    expect((await run("gomend", dir, ["old.go"])).code).toBe(0);
  });

  it("mend it, and stop the commit once", async () => {
    const { dir } = checkout({ "a.go": CLEANED });
    put(dir, { "a.go": LEAKY });
    expect((await run("gomend-fix", dir, ["a.go"])).code).toBe(1);
    expect(readFileSync(join(dir, "a.go"), "utf8")).toBe(MENDED);
    expect((await run("gomend-fix", dir, ["a.go"])).code).toBe(0);
  });

  it("run what the package installs, from a package that is built where pre-commit installs it", () => {
    const { bin: programs, scripts } = JSON.parse(read("package.json"));
    for (const { entry, language, types } of hooks) {
      expect(programs).toHaveProperty(entry.split(" ")[0] as string);
      expect([language, types]).toEqual(["node", ["go"]]);
    }
    expect(scripts.prepare).toBe("node scripts/prepare.mjs");
  });

  it("by hand, as the page says", async () => {
    const script = /^```sh\n#!\/bin\/sh\n([\s\S]*?)^```$/m.exec(read("docs/pre-commit.md"))?.[1] ?? "";
    const { dir } = checkout({ "a.go": CLEANED });
    expect((await shell(script, dir, {})).code).toBe(0);
    put(dir, { "a.go": LEAKY });
    git(dir, "add", "-A");
    expect((await shell(script, dir, {})).out).toMatch(/^a\.go:6:17: lost-cancel/);
  });
});

const CLEANED = MENDED;

describe("the pages", () => {
  const pages = ["github", "gitlab", "pre-commit", "formats"].map((name) => [name, read(`docs/${name}.md`)] as const);
  const blocks = (page: string, kind: string): string[] =>
    [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((m) => m[1] as string);

  it("show workflows that use the action's own inputs", () => {
    let used = 0;
    for (const text of blocks(read("docs/github.md"), "yaml")) {
      const workflow = parse(text) as { jobs: Record<string, { steps: { uses: string; with?: object }[] }> };
      for (const step of Object.values(workflow.jobs).flatMap((job) => job.steps)) {
        if (!step.uses.includes("/gomend@")) continue;
        used++;
        for (const name of Object.keys(step.with ?? {})) expect(Object.keys(action.inputs)).toContain(name);
      }
    }
    expect(used).toBe(3);
    for (const text of [...blocks(read("docs/gitlab.md"), "yaml"), ...blocks(read("docs/pre-commit.md"), "yaml")])
      expect(() => parse(text)).not.toThrow();
  });

  it("list all inputs of the action with their defaults", () => {
    const rows = [...read("docs/github.md").matchAll(/^\| `([\w-]+)` \|(?: `([^`]*)`)?[^|]*\|/gm)].map((m) => [m[1], m[2] ?? ""]);
    const inputs = Object.entries(action.inputs).map(([name, input]) => [name, input.default.replace(/^\$\{\{ (.*) \}\}$/, "$1")]);
    expect(rows).toEqual(inputs);
  });

  it("name only flags, formats, files and variables that there are", async () => {
    const cwd = tree({});
    const help = (await Promise.all(["check", "fix", "merge", "publish"].map((command) => gomend([command, "--help"], { cwd }))))
      .map((r) => r.out)
      .join("");
    const known = new Set(help.match(/--[a-z][\w-]+/g));
    for (const [name, page] of pages) {
      const commands = page.split("\n").filter((line) => /\bgomend (check|fix|publish|merge)\b/.test(line));
      for (const flag of commands.join("\n").match(/(?<=\s)--[a-z][\w-]*/g) ?? [])
        expect([name, flag, known.has(flag)]).toEqual([name, flag, true]);
      for (const [, format] of page.matchAll(/--output-format (\w+)/g)) expect(help).toMatch(new RegExp(`\\b${format}\\b`));
      for (const [, target] of page.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g))
        expect(existsSync(join(ROOT, "docs", target as string))).toBe(true);
    }
  });

  it("give commands that run", async () => {
    const { dir } = checkout({ "a.go": LEAKY });
    writeFileSync(join(dir, "change.patch"), git(dir, "diff", "origin/main", "HEAD"));
    const lines = pages.flatMap(([, page]) => blocks(page, "sh")).flatMap((text) => text.split("\n"));
    const runnable = lines.filter((line) => /^gomend check\b/.test(line) && !line.includes("reviewdog"));
    expect(runnable.length).toBeGreaterThan(10);
    for (const line of runnable) {
      const { code, err } = await shell(line, dir, { GITHUB_STEP_SUMMARY: join(dir, "..", "summary.md") });
      expect([line, code === 2, err]).toEqual([line, false, ""]);
    }
  });
});
