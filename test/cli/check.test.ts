import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { bundled, gomend, program } from "./gomend.ts";
import { CLEAN, LEAKY, STUCK } from "./samples.ts";

bundled();

const ESC = "\u001b";

describe("exit codes of check", () => {
  it.each<[string, Record<string, string>, string[], number]>([
    ["clean", { "a.go": CLEAN }, [], 0],
    ["findings", { "a.go": LEAKY }, [], 1],
    ["findings, said with the command", { "a.go": LEAKY }, ["check", "./..."], 1],
    ["findings that are not asked for", { "a.go": LEAKY }, ["--ignore", "lost-cancel"], 0],
    ["findings with --exit-zero", { "a.go": LEAKY }, ["--exit-zero"], 0],
    ["as many findings as allowed", { "a.go": LEAKY }, ["--max-findings", "1"], 0],
    ["more findings than allowed", { "a.go": LEAKY, "b.go": STUCK }, ["--max-findings", "1"], 1],
    ["a problem", { "a.go": LEAKY, "b.go": "package a\n\nfunc {\n" }, [], 2],
  ])("%s", async (_, files, args, code) => {
    const ran = await gomend(args, { cwd: tree(files) });
    expect(ran.code).toBe(code);
    expect(ran.err).toBe("");
  });
});

describe("mistakes: one clear line, exit code 2, nothing on stdout", () => {
  const files = { "a.go": LEAKY, "docs/readme.md": "", "bad.yml": "selct: [x]\n" };
  it.each<[string, string[], RegExp]>([
    ["a missing path", ["nope.go"], /^gomend: no such file or directory: nope\.go\n$/],
    ["a command misspelt", ["chekc"], /^gomend: no such file or directory: chekc; did you mean the command "gomend check"\?\n$/],
    [
      "an unknown rule",
      ["--select", "lost-cancle"],
      /^gomend: unknown rule "lost-cancle", did you mean "lost-cancel"\? "gomend rules" lists all\n$/,
    ],
    ["an unknown rule to ignore", ["--ignore", "lost-cancel,zzz"], /^gomend: unknown rule "zzz"; "gomend rules" lists all\n$/],
    ["an unknown flag", ["--selct", "x"], /^gomend: unknown option '--selct' \(Did you mean --select\?\)\n$/],
    ["an unknown flag of fix", ["fix", "--vrify"], /^gomend: unknown option '--vrify'/],
    ["a directory without Go", ["docs"], /^gomend: no Go files in docs \(.*--include-ignored\)\n$/],
    ["an unknown format", ["--output-format", "jsn"], /^gomend: unknown output format "jsn", did you mean "json"\? there are text, .*\n$/],
    [
      "two formats for one output",
      ["--output-format", "text", "--output-format", "json"],
      /^gomend: text and json cannot share one output: .*json=gomend\.out\n$/,
    ],
    ["a format without its file", ["--output-format", "json="], /^gomend: --output-format json=: a file name must follow/],
    [
      "an output that cannot be written",
      ["--output-format", "json=no/such/dir/x.json"],
      /^gomend: cannot write no\/such\/dir\/x\.json: no such file\n$/,
    ],
    ["a number that is none", ["--max-findings", "many"], /^gomend: option '--max-findings <n>' argument 'many' is invalid\. .*\n$/],
    ["a colour that is none", ["--color", "pink"], /^gomend: option '--color <when>' argument 'pink' is invalid\..*\n$/],
    ["a version that is none", ["--go", "new"], /^gomend: "new" is no Go version: write it as 1\.22\n$/],
    ["a broken configuration", ["--config", "bad.yml"], /^gomend: bad\.yml:1:1: unknown key "selct", did you mean "select"\?\n$/],
    ["a missing configuration", ["--config", "gone.yml"], /^gomend: no such configuration file: gone\.yml\n$/],
    ["stdin together with a path", ["-", "a.go"], /^gomend: - \(the standard input\) cannot be checked together with other paths\n$/],
    ["a name for no stdin", ["--stdin-filename", "x.go", "a.go"], /^gomend: --stdin-filename wants - as the path\n$/],
    ["a rule's page that is not there", ["rule", "nope"], /^gomend: there is no rule "nope"; "gomend rules" lists all\n$/],
  ])("%s", async (_, args, message) => {
    const { code, out, err } = await gomend(args, { cwd: tree(files) });
    expect(err).toMatch(message);
    expect([code, out]).toEqual([2, ""]);
  });

  it("strips control characters from what it repeats", async () => {
    const { err } = await gomend([`no${ESC}[31mpe\u202e`], { cwd: tree({}) });
    expect(err).toBe("gomend: no such file or directory: no[31mpe\n");
  });
});

describe("files that cannot be checked", () => {
  it("tells the place of a syntax error and checks the rest", async () => {
    const { code, out } = await gomend(["--output-format", "concise"], {
      cwd: tree({ "a.go": LEAKY, "b.go": "package a\n\nfunc f() {\n\tx := \n}\n" }),
    });
    expect(code).toBe(2);
    expect(out).toContain("a.go:6:17: lost-cancel");
    expect(out).toContain("b.go:5:1: problem: does not parse: expected operand, found '}'");
  });

  it("tells a file that is not UTF-8", async () => {
    const cwd = tree({ "a.go": Buffer.concat([Buffer.from(CLEAN), Buffer.from([0x2f, 0x2f, 0xff, 0x0a])]) });
    const { code, out } = await gomend([], { cwd });
    expect(code).toBe(2);
    expect(out).toContain("a.go: problem: not valid UTF-8, so no Go file: not checked");
  });

  it("tells problems on stderr when the format has no place for them", async () => {
    const cwd = tree({ "a.go": "package a\n\nfunc {\n" });
    for (const args of [["--statistics"], ["--diff"]]) {
      const { code, out, err } = await gomend(args, { cwd });
      expect(err).toMatch(/^gomend: a\.go:3:6: does not parse: .*\n$/);
      expect([code, out]).toEqual([2, ""]);
    }
  });
});

describe("output", () => {
  it("is JSON by the contract", async () => {
    const { out } = await gomend(["--output-format", "json"], { cwd: tree({ "sub/a.go": LEAKY }) });
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      version: 1,
      tool: { name: "gomend", version: "0.0.0-test" },
      problems: [],
      stats: { files: 1, packages: 1 },
    });
    const [finding] = report.findings;
    expect(finding).toMatchObject({
      rule: "lost-cancel",
      path: "sub/a.go",
      line: 6,
      column: 17,
      endLine: 6,
      endColumn: 43,
      confidence: "proven",
    });
    expect(finding.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(finding.related.at(-1)).toMatchObject({ path: "sub/a.go", line: 8 });
    const [fix] = finding.fixes;
    expect(fix).toMatchObject({ applicability: "safe", because: null });
    const [edit] = fix.edits;
    expect(LEAKY.slice(0, edit.start) + edit.text + LEAKY.slice(edit.end)).toContain("\tdefer cancel()\n");
  });

  it("goes to several sinks in one run", async () => {
    const cwd = tree({ "a.go": LEAKY });
    const args = ["--output-format", "sarif=out.sarif", "--output-format", "json=out.json", "--output-format", "concise"];
    const { code, out } = await gomend(args, { cwd });
    expect(code).toBe(1);
    expect(out).toMatch(/^a\.go:6:17: lost-cancel/);
    expect(JSON.parse(readFileSync(join(cwd, "out.sarif"), "utf8")).version).toBe("2.1.0");
    expect(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8")).findings).toHaveLength(1);
  });

  it("goes to --output-file, and is chosen by the environment", async () => {
    const cwd = tree({ "a.go": LEAKY });
    const env = { GOMEND_OUTPUT_FORMAT: "json" };
    const { out } = await gomend(["--output-file", "r.json"], { cwd, env });
    expect(out).toBe("");
    expect(JSON.parse(readFileSync(join(cwd, "r.json"), "utf8")).findings).toHaveLength(1);
    expect((await gomend(["--output-format", "concise"], { cwd, env })).out).toMatch(/^a\.go:6:17:/);
  });

  it("counts by rule with --statistics, lists files with --show-files, tells figures with --stats", async () => {
    const cwd = tree({ "a.go": LEAKY, "b.go": STUCK, "vendor/v.go": LEAKY, ".gomend.yml": "exclude: [c.go]\n", "c.go": LEAKY });
    expect((await gomend(["--statistics"], { cwd })).out).toBe("1  lost-cancel          [*] 1 with a safe fix\n1  select-without-done\n");
    expect(await gomend(["--show-files"], { cwd })).toEqual({ code: 0, out: "a.go\nb.go\n", err: "" });
    const { err } = await gomend(["--stats"], { cwd });
    for (const line of [
      /^files +2 /m,
      /^wall +\d+ ms +\d+ ms of processor time$/m,
      /^peak memory +[\d.]+ MiB$/m,
      /^ {2}lost-cancel +\d+ ms$/m,
    ])
      expect(err).toMatch(line);
  });

  it.each<[string, string[], Record<string, string>, boolean]>([
    ["no terminal", [], {}, false],
    ["FORCE_COLOR", [], { FORCE_COLOR: "1" }, true],
    ["FORCE_COLOR=0", [], { FORCE_COLOR: "0" }, false],
    ["NO_COLOR before FORCE_COLOR", [], { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
    ["an empty NO_COLOR", [], { FORCE_COLOR: "1", NO_COLOR: "" }, true],
    ["--color always before NO_COLOR", ["--color", "always"], { NO_COLOR: "1" }, true],
    ["--color=never before FORCE_COLOR", ["--color=never"], { FORCE_COLOR: "1" }, false],
  ])("is coloured as asked: %s", async (_, args, env, colored) => {
    const cwd = tree({ "a.go": LEAKY });
    expect((await gomend(args, { cwd, env })).out.includes(ESC)).toBe(colored);
    expect((await gomend(["rule", "lost-cancel", ...args], { cwd, env })).out.includes(ESC)).toBe(colored);
  });

  it("is not coloured in files", async () => {
    const cwd = tree({ "a.go": LEAKY });
    await gomend(["--color", "always", "--output-format", "text=out.txt"], { cwd });
    expect(readFileSync(join(cwd, "out.txt"), "utf8")).not.toContain(ESC);
  });

  it("ends quietly when the reader goes away", async () => {
    const many = Array.from({ length: 400 }, (_, i) =>
      LEAKY.replace("work", `work${i}`).replace("step", `step${i}`).replace("func step", `func step${i}`),
    );
    const cwd = tree(Object.fromEntries(many.map((text, i) => [`f${i}/a.go`, text])));
    const { code, err } = await new Promise<{ code: number | null; err: string }>((resolve) => {
      const child = spawn(process.execPath, [program(), "--select", "lost-cancel"], { cwd });
      let said = "";
      child.stderr.on("data", (chunk) => {
        said += String(chunk);
      });
      child.stdout.once("data", () => child.stdout.destroy());
      child.on("close", (c) => resolve({ code: c, err: said }));
    });
    expect(err).toBe("");
    expect([0, 1]).toContain(code);
  });
});

describe("the standard input", () => {
  it("is checked under its name, with the rest of its package", async () => {
    const cwd = tree({ "go.mod": "module m\n", "x/types.go": "package a\n" });
    const { code, out } = await gomend(["check", "-", "--stdin-filename", "x/a.go", "--output-format", "concise"], { cwd, input: LEAKY });
    expect(code).toBe(1);
    expect(out).toContain("x/a.go:6:17: lost-cancel");
    expect((await gomend(["-"], { cwd, input: CLEAN })).code).toBe(0);
  });

  it("says so when it is not UTF-8 or does not parse", async () => {
    const cwd = tree({});
    const bad = await gomend(["-"], { cwd, input: Buffer.from([0xff, 0xfe]) });
    expect([bad.code, bad.out]).toEqual([2, ""]);
    expect(bad.err).toBe("gomend: stdin.go: the standard input is not valid UTF-8\n");
    const broken = await gomend(["-"], { cwd, input: "package a\n\nfunc {\n" });
    expect(broken.code).toBe(2);
    expect(broken.out).toContain("stdin.go:3:6: problem: does not parse");
  });
});

describe("check --fix", () => {
  it("writes safe fixes and tells what is left", async () => {
    const cwd = tree({ "a.go": LEAKY, "b.go": STUCK });
    const { code, out } = await gomend(["--fix", "--output-format", "concise", "--show-fixes"], { cwd });
    expect(code).toBe(1);
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toContain("defer cancel()");
    expect(readFileSync(join(cwd, "b.go"), "utf8")).toBe(STUCK);
    expect(out).not.toContain("a.go:6");
    expect(out).toContain("b.go:6:2: select-without-done");
    expect(out).toContain("Fixed 1 finding:\n- a.go:\n    1 x lost-cancel\n");
  });

  it("has exit codes as ruff has", async () => {
    const run = async (...args: string[]) => (await gomend(args, { cwd: tree({ "a.go": LEAKY, "b.go": STUCK }) })).code;
    expect(await run("-U")).toBe(1);
    expect(await run("--fix", "--unsafe-fixes")).toBe(0);
    expect(await run("--fix", "--unsafe-fixes", "--exit-non-zero-on-fix")).toBe(1);
    expect(await run("--fix-only")).toBe(0);
    expect(await run("--fix", "--exit-zero")).toBe(0);
    expect(await run("--diff")).toBe(1);
    expect(await run("--diff", "--fixable", "select-without-done")).toBe(0);
  });

  it("writes nothing without --fix, and no file that is read-only", async () => {
    const cwd = tree({ "a.go": LEAKY });
    await gomend([], { cwd });
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(LEAKY);
    chmodSync(join(cwd, "a.go"), 0o444);
    const { code, out } = await gomend(["--fix", "--output-format", "concise"], { cwd });
    expect(code).toBe(2);
    expect(out).toContain("a.go:6:17: lost-cancel");
    expect(out).toContain("a.go: problem: not written: the file is read-only; make it writable and run gomend again");
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(LEAKY);
  });
});

describe("the configuration and the cache", () => {
  it("reads .gomend.yml, and --isolated does not", async () => {
    const cwd = tree({ "a.go": LEAKY, ".gomend.yml": "ignore: [lost-cancel]\n" });
    expect((await gomend([], { cwd })).code).toBe(0);
    expect((await gomend(["--isolated"], { cwd })).code).toBe(1);
  });

  it("takes --no-cache, --cache-dir and their environment", async () => {
    const cwd = tree({ "a.go": CLEAN });
    const { code } = await gomend(["--no-cache", "--cache-dir", "c"], { cwd, env: { GOMEND_NO_CACHE: "1", GOMEND_CACHE_DIR: "d" } });
    expect(code).toBe(0);
    expect(existsSync(join(cwd, "c"))).toBe(false);
    writeFileSync(join(cwd, "b.go"), LEAKY);
    expect((await gomend([], { cwd })).code).toBe(1);
  });
});
