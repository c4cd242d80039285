import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { commit, git, put, repository } from "../git.ts";
import { bundled, gomend } from "./gomend.ts";
import { CLEAN, LEAKY, MENDED } from "./samples.ts";

bundled();

const MOD = "module example.com/m\n\ngo 1.22\n";

/** A leaky function of its own name; helpers come from `step` of another file. */
const leaky = (name: string): string => LEAKY.slice(LEAKY.indexOf("func work"), LEAKY.indexOf("func step")).replace("work", name);
const mended = (name: string): string => leaky(name).replace("WithCancel(parent)\n", "WithCancel(parent)\n\tdefer cancel()\n");
const file = (...functions: string[]): string => `package a\n\nimport "context"\n\n${functions.join("")}`;
const STEP = 'package a\n\nimport "context"\n\nfunc step(ctx context.Context) error { return ctx.Err() }\n';

/** `path:line` of what a run tells. */
async function told(cwd: string, ...args: string[]): Promise<string[]> {
  const { out, err, code } = await gomend(["check", "--output-format", "json", ...args], { cwd });
  expect(err).toBe("");
  const found = (JSON.parse(out) as { findings: { path: string; line: number }[] }).findings;
  expect(code).toBe(found.length > 0 ? 1 : 0);
  return found.map((f) => `${f.path}:${f.line}`);
}

function start(files: Record<string, string>): string {
  const cwd = tree({ "go.mod": MOD, "step.go": STEP, ...files });
  repository(cwd);
  return cwd;
}

interface Case {
  readonly before: Record<string, string>;
  readonly change: Record<string, string | null>;
  readonly news: string[];
}

const CASES: Record<string, Case> = {
  "nothing, where nothing changed": { before: { "a.go": file(leaky("a")) }, change: {}, news: [] },
  "nothing of what stood there, where something else changed": {
    before: { "a.go": file(leaky("a")) },
    change: { "b.go": CLEAN, "a.go": `${file(leaky("a"))}\nvar x int\n` },
    news: [],
  },
  "a finding in new code": {
    before: { "a.go": file(leaky("a")) },
    change: { "a.go": file(leaky("b"), leaky("a")) },
    news: ["a.go:6"],
  },
  "a finding in a file that git does not know": { before: { "a.go": CLEAN }, change: { "b.go": file(leaky("b")) }, news: ["b.go:6"] },
  "a finding on a line that was left alone, whose cause is new": {
    before: { "a.go": file(leaky("x"), mended("a")) },
    change: { "a.go": file(leaky("x"), leaky("a")) },
    news: ["a.go:15"],
  },
  "a finding whose line changed": {
    before: { "a.go": file(leaky("a")) },
    change: { "a.go": file(leaky("a").replace("WithCancel(parent)", "WithCancel(context.Background())")) },
    news: ["a.go:6"],
  },
  "a finding that a suppression kept away": {
    before: { "a.go": file(leaky("a").replace("\tctx, cancel", "\t//gomend:ignore lost-cancel // soon\n\tctx, cancel")) },
    change: { "a.go": file(leaky("a")) },
    news: ["a.go:6"],
  },
  "the one that came, of two with one text": {
    before: { "a.go": file(leaky("a")) },
    change: { "a.go": file(leaky("a").replace("\tif err", "\tother, cancel := context.WithCancel(parent)\n\t_ = other\n\tif err")) },
    news: ["a.go:7"],
  },
  "not code that moved within its file": {
    before: { "a.go": file(leaky("a"), mended("b"), mended("c")) },
    change: { "a.go": file(mended("b"), mended("c"), leaky("a")) },
    news: [],
  },
  "not code that moved to another file": {
    before: { "a.go": file(leaky("a"), mended("b")) },
    change: {
      "a.go": file(mended("b")),
      "sub/z.go": file(leaky("a")).replace("package a", "package sub") + STEP.slice(STEP.indexOf("func")),
    },
    news: [],
  },
  "not a file that was renamed": { before: { "a.go": file(leaky("a")) }, change: { "a.go": null, "z.go": file(leaky("a")) }, news: [] },
  "a copy, but not what was copied": {
    before: { "a.go": file(leaky("a")) },
    change: { "sub/a.go": file(leaky("a")).replace("package a", "package sub") + STEP.slice(STEP.indexOf("func")) },
    news: ["sub/a.go:6"],
  },
  "not code that was only indented or got CRLF": {
    before: { "a.go": file(leaky("a")) },
    change: { "a.go": file(leaky("a")).replaceAll("\t", "    ").replaceAll("\n", "\r\n") },
    news: [],
  },
  "not a function that got another name": { before: { "a.go": file(leaky("a")) }, change: { "a.go": file(leaky("z")) }, news: [] },
  "what a change of the language version brings": {
    before: {
      "a.go": "package a\n\nfunc f(xs []int) {\n\tfor _, x := range xs {\n\t\tgo func() {\n\t\t\tprintln(x)\n\t\t}()\n\t}\n}\n",
    },
    change: { "go.mod": MOD.replace("1.22", "1.21") },
    news: ["a.go:6"],
  },
};

describe("--new-from-rev tells", () => {
  it.each(Object.entries(CASES))("%s", async (_, { before, change, news }) => {
    const cwd = start(before);
    put(cwd, change);
    expect(await told(cwd, "--new-from-rev", "HEAD")).toEqual(news);
    commit(cwd, "change");
    expect(await told(cwd, "--new-from-rev", "HEAD~1", "./...")).toEqual(news);
  });
});

describe("--new-from-patch tells", () => {
  const tracked = Object.entries(CASES).filter(([name]) => !name.includes("nothing changed"));
  const ways = [[], ["-U0", "--no-prefix"], ["-M", "--src-prefix=i/", "--dst-prefix=w/"]];
  it.each(tracked.map(([name, c], i) => [name, c, ways[i % ways.length] as string[]] as const))("%s", async (_, c, args) => {
    const cwd = start(c.before);
    put(cwd, c.change);
    commit(cwd, "change");
    writeFileSync(join(cwd, "c.patch"), git(cwd, "diff", ...args, "HEAD~1", "HEAD"));
    expect(await told(cwd, "--new-from-patch", "c.patch")).toEqual(c.news);
  });

  it("takes a patch of the whole work tree in a directory of it", async () => {
    const cwd = start({ "sub/a.go": CLEAN });
    put(cwd, { "sub/b.go": file(leaky("b")), "c.go": file(leaky("c")) });
    commit(cwd, "change");
    writeFileSync(join(cwd, "c.patch"), git(cwd, "diff", "HEAD~1", "HEAD"));
    expect(await told(join(cwd, "sub"), "--new-from-patch", "../c.patch")).toEqual(["b.go:6"]);
  });
});

describe("--new-from-merge-base", () => {
  it("tells what the branch brought, not what the other branch got meanwhile", async () => {
    const cwd = start({ "a.go": file(leaky("a")) });
    git(cwd, "checkout", "-q", "-b", "topic");
    put(cwd, { "b.go": file(leaky("b")) });
    commit(cwd, "topic");
    git(cwd, "checkout", "-q", "main");
    put(cwd, { "a.go": file(mended("a")) });
    commit(cwd, "mended on main");
    git(cwd, "checkout", "-q", "topic");
    expect(await told(cwd, "--new-from-merge-base", "main")).toEqual(["b.go:6"]);
    expect(await told(cwd, "--new-from-rev", "main")).toEqual(["a.go:6", "b.go:6"]);
  });

  it("works in a directory below the top, and writes nothing into the repository", async () => {
    const cwd = start({ "sub/a.go": file(leaky("a")), "sub/step.go": STEP });
    put(cwd, { "sub/b.go": file(leaky("b")) });
    const before = git(cwd, "status", "--porcelain=v2", "--branch") + readFileSync(join(cwd, ".git/index")).toString("hex");
    expect(await told(join(cwd, "sub"), "--new-from-merge-base", "main")).toEqual(["b.go:6"]);
    expect(git(cwd, "status", "--porcelain=v2", "--branch") + readFileSync(join(cwd, ".git/index")).toString("hex")).toBe(before);
  });
});

describe("fix", () => {
  it("mends only what is new, in all rounds", async () => {
    const cwd = start({ "a.go": file(leaky("a"), leaky("b")) });
    put(cwd, { "a.go": file(leaky("n"), leaky("a"), leaky("b")), "b.go": file(leaky("c")) });
    const { code, out } = await gomend(["fix", "--new-from-rev", "HEAD"], { cwd });
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^Applied 2 fixes in 2 files\.\nNo findings left; .*\n2 findings known before left out\.\n$/),
    ]);
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(file(mended("n"), leaky("a"), leaky("b")));
    expect(readFileSync(join(cwd, "b.go"), "utf8")).toBe(file(mended("c")));
  });

  it("looks at the standard input in place of the file", async () => {
    const cwd = start({ "a.go": file(leaky("a")) });
    const args = ["fix", "--new-from-rev", "HEAD", "--stdin-filename", "a.go", "-"];
    expect((await gomend(args, { cwd, input: file(leaky("a")) })).out).toBe(file(leaky("a")));
    expect((await gomend(args, { cwd, input: file(leaky("b"), leaky("a")) })).out).toBe(file(mended("b"), leaky("a")));
  });
});

describe("a baseline", () => {
  it("holds what was there, also when it moves; tells what comes", async () => {
    const cwd = tree({ "go.mod": MOD, "step.go": STEP, "a.go": file(leaky("a")), "b.go": file(leaky("b")) });
    const { code, out, err } = await gomend(["--write-baseline"], { cwd });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe("2 findings in gomend-baseline.json; `gomend check --baseline gomend-baseline.json` tells only others.\n");
    const known = ["--baseline", "gomend-baseline.json"];
    expect(await told(cwd, ...known)).toEqual([]);
    put(cwd, { "a.go": null, "z.go": file(leaky("a")), "b.go": file(leaky("c"), mended("b"), leaky("b").replace("b(", "d(")) });
    expect(await told(cwd, ...known)).toEqual(["b.go:6", "b.go:25"]);
    put(cwd, { "z.go": file(leaky("a"), leaky("a2")) });
    expect(await told(cwd, ...known, "z.go")).toEqual(["z.go:15"]);
    expect(await told(join(cwd, "."), "--baseline", join(cwd, "gomend-baseline.json"), "z.go")).toEqual(["z.go:15"]);
    const { code: left } = await gomend(["fix", ...known, "z.go"], { cwd });
    expect([left, readFileSync(join(cwd, "z.go"), "utf8")]).toEqual([0, file(leaky("a"), mended("a2"))]);
  });

  it("means the same from another directory", async () => {
    const cwd = tree({ "go.mod": MOD, "sub/step.go": STEP, "sub/a.go": file(leaky("a")) });
    await gomend(["--write-baseline"], { cwd });
    expect(await told(join(cwd, "sub"), "--baseline", "../gomend-baseline.json")).toEqual([]);
  });

  it("written anew for a part, keeps the rest; forgets what is mended or gone", async () => {
    const cwd = tree({ "go.mod": MOD, "step.go": STEP, "a.go": file(leaky("a")), "b.go": file(leaky("b")), "c.go": file(leaky("c")) });
    await gomend(["--write-baseline", "--baseline", "known.json"], { cwd });
    put(cwd, { "b.go": file(mended("b")), "c.go": null });
    const { out } = await gomend(["--write-baseline", "--baseline", "known.json", "b.go"], { cwd });
    expect(out).toMatch(/^1 finding in known\.json;/);
    const { findings } = JSON.parse(readFileSync(join(cwd, "known.json"), "utf8"));
    expect(findings).toEqual([{ rule: "lost-cancel", path: "a.go", declaration: "a", print: expect.stringMatching(/^[0-9a-f]{16}$/) }]);
  });

  it("and a revision are both heeded", async () => {
    const cwd = start({ "a.go": file(leaky("a")) });
    put(cwd, { "b.go": file(leaky("b")) });
    await gomend(["--write-baseline"], { cwd });
    put(cwd, { "b.go": file(leaky("b"), leaky("c")) });
    expect(await told(cwd, "--new-from-rev", "HEAD", "--baseline", "gomend-baseline.json")).toEqual(["b.go:15"]);
  });
});

describe("mistakes", () => {
  it.each<[string, string[], RegExp]>([
    ["no repository", ["--new-from-rev", "HEAD"], /^gomend: --new-from-rev wants a git work tree: run it in one\n$/],
    [
      "two bases",
      ["--new-from-rev", "HEAD", "--new-from-patch", "x"],
      /^gomend: --new-from-merge-base, .* exclude each other: give one\n$/,
    ],
    ["no patch", ["--new-from-patch", "a.go"], /^gomend: --new-from-patch a\.go: no patch: /],
    ["a missing patch", ["--new-from-patch", "gone"], /^gomend: --new-from-patch: cannot read gone: no such file\n$/],
    ["another's patch", ["--new-from-patch", "other.patch"], /^gomend: --new-from-patch other\.patch does not lead to a\.go as it is: /],
    ["a missing baseline", ["--baseline", "gone"], /^gomend: --baseline: cannot read gone: no such file; --write-baseline makes one\n$/],
    ["no baseline", ["--baseline", "a.go"], /^gomend: --baseline a\.go: not JSON/],
    ["a baseline of another shape", ["--baseline", "bad.json"], /^gomend: --baseline bad\.json: .* findings\.0\.path: expected a text\n$/],
    ["a baseline of fixes", ["fix", "--write-baseline"], /^gomend: --write-baseline writes down what a check finds: /],
  ])("%s", async (_, args, message) => {
    const cwd = tree({
      "a.go": MENDED,
      "bad.json": '{"version":1,"findings":[{"rule":"x"}]}',
      "other.patch": "--- a/a.go\n+++ b/a.go\n@@ -1 +1 @@\n-package b\n+package c\n",
    });
    const { code, out, err } = await gomend(args, { cwd });
    expect(err).toMatch(message);
    expect([code, out]).toEqual([2, ""]);
  });

  it.each<[string, string[], RegExp]>([
    ["no such revision", ["--new-from-rev", "gone"], /^gomend: git knows no revision "gone" here\n$/],
    ["an option in place of a revision", ["--new-from-rev=--output=x"], /^gomend: git knows no revision "--output=x" here\n$/],
    ["a path of another work tree", ["--new-from-rev", "HEAD", "/"], /^gomend: \/ is not in the git work tree .*\n$/],
    ["no common commit", ["--new-from-merge-base", "other"], /^gomend: HEAD and "other" have no common commit here\n$/],
  ])("%s", async (_, args, message) => {
    const cwd = start({ "a.go": MENDED });
    git(cwd, "checkout", "-q", "--orphan", "other");
    commit(cwd, "other");
    git(cwd, "checkout", "-q", "main");
    const { code, out, err } = await gomend(["check", ...args], { cwd });
    expect(err).toMatch(message);
    expect([code, out]).toEqual([2, ""]);
  });

  it("tells of a shallow clone, and how to mend that", async () => {
    const origin = start({ "a.go": MENDED });
    commit(origin, "more");
    const cwd = tree({});
    git(cwd, "clone", "-q", "--depth", "1", `file://${origin}`, "clone");
    const { err } = await gomend(["check", "--new-from-rev", "HEAD~1"], { cwd: join(cwd, "clone") });
    expect(err).toMatch(/^gomend: git knows no revision "HEAD~1" here: this clone is shallow; fetch its history \(fetch-depth: 0 .*\n$/);
  });
});
