/** Repositories that were laid out to do harm: a clear word, bounded time and memory, nothing executed, nothing written outside. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { bundled, program } from "./gomend.ts";
import { LEAKY } from "./samples.ts";

bundled();

/** Far more than anything here takes on a loaded machine, far less than forever. */
const PATIENCE = 120_000;
/** KiB of memory that a run may have at most. */
const MOST_MEMORY = 1_500_000;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let state = "";
beforeAll(() => {
  state = join(process.env.GOMEND_STATE_DIR ?? "", "hostile");
});

/** Runs gomend within bounds of time and memory; nothing that it says may steer a terminal or hide text. */
function gomend(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program(), ...args], {
      cwd,
      env: { PATH: process.env.PATH ?? "", GOMEND_NO_CACHE: "1", GOMEND_STATE_DIR: state, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    let memory = 0;
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      out += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      err += chunk;
    });
    const watch = setInterval(() => {
      memory = Math.max(memory, residentMemory(child.pid ?? 0));
    }, 50);
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(watch);
      clearTimeout(timer);
      try {
        expect(signal).toBeNull();
        expect(memory).toBeLessThan(MOST_MEMORY);
        expect(out + err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
        expect(err).not.toContain("a fault of gomend itself");
        resolve({ code, out, err });
      } catch (error) {
        reject(error);
      }
    });
  });
}

function residentMemory(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

const mended = (text: string): boolean => text.includes("defer cancel()");

describe("links", () => {
  it("that leave the tree are not followed, neither for reading nor for writing", async () => {
    const outside = tree({ "secret.go": LEAKY, "dir/also.go": LEAKY });
    const cwd = tree({ "a.go": LEAKY.replace("Leaky", "Own") });
    symlinkSync(join(outside, "secret.go"), join(cwd, "b.go"));
    symlinkSync(join(outside, "dir"), join(cwd, "dir"));
    symlinkSync("nowhere.go", join(cwd, "c.go"));
    symlinkSync("d.go", join(cwd, "d.go"));
    const { code, out } = await gomend(["fix", "--output-format", "concise"], cwd);
    expect(code).toBe(2);
    expect(out).toContain("b.go: problem: a link that leads out of the tree: not checked (name it to check it)");
    expect(out).toContain("c.go: problem: cannot follow the link: no such file");
    expect(out).toContain("d.go: problem: cannot follow the link: too many levels of symbolic links");
    expect(mended(readFileSync(join(cwd, "a.go"), "utf8"))).toBe(true);
    expect(readFileSync(join(outside, "secret.go"), "utf8")).toBe(LEAKY);
    expect(readFileSync(join(outside, "dir/also.go"), "utf8")).toBe(LEAKY);
  });

  it("within the tree are followed, and one that is named is too", async () => {
    const outside = tree({ "named.go": LEAKY });
    const cwd = tree({ ".git/": "", "real/a.go": LEAKY, "sub/": "" });
    symlinkSync("../real/a.go", join(cwd, "sub/a.go"));
    symlinkSync(join(outside, "named.go"), join(cwd, "named.go"));
    expect((await gomend(["fix", "sub"], cwd)).code).toBe(0);
    expect(mended(readFileSync(join(cwd, "real/a.go"), "utf8"))).toBe(true);
    expect((await gomend(["fix", "named.go"], cwd)).code).toBe(0);
    expect(mended(readFileSync(join(outside, "named.go"), "utf8"))).toBe(true);
  });

  it("for settings are not followed out of the tree", async () => {
    const outside = tree({ "secret.yml": "password: hunter2\n" });
    const cwd = tree({ "a.go": LEAKY });
    symlinkSync(join(outside, "secret.yml"), join(cwd, ".gomend.yml"));
    const { code, err } = await gomend(["check"], cwd);
    expect([code, err]).toEqual([
      2,
      "gomend: the configuration .gomend.yml is a link that leads out of the tree: name it with --config, or copy it\n",
    ]);
  });
});

describe("what is no regular file", () => {
  it("is not waited for, nor read without end", async () => {
    const cwd = tree({ "p/a.go": LEAKY, "q/": "", "r/a.go": LEAKY });
    execFileSync("mkfifo", [join(cwd, "p/pipe.go"), join(cwd, ".gitignore"), join(cwd, "r/go.mod"), join(cwd, "q/named.go")]);
    symlinkSync("/dev/zero", join(cwd, "p/zero.go"));
    symlinkSync("/dev/zero", join(cwd, "go.mod"));
    mkdirSync(join(cwd, "p/directory.go"));
    const { code, out } = await gomend(["check", "--output-format", "concise"], cwd);
    expect(code).toBe(2);
    expect(out).toContain("p/pipe.go: problem: no regular file: not checked");
    expect(out).toContain("p/zero.go: problem: a link that leads out of the tree: not checked");
    expect(out).toContain(".gitignore: problem: cannot read: it is no regular file");
    expect(out.match(/lost-cancel/g)).toHaveLength(2);
    const named = await gomend(["check", "q/named.go", "--output-format", "concise"], cwd);
    expect([named.code, named.out]).toEqual([2, expect.stringContaining("q/named.go: problem: cannot read: it is no regular file")]);
    const device = await gomend(["check", "/dev/zero", "--output-format", "concise"], cwd);
    expect([device.code, device.out]).toEqual([2, expect.stringContaining("cannot read: it is no regular file")]);
  });

  it("is no configuration either", async () => {
    const cwd = tree({ "a.go": LEAKY });
    execFileSync("mkfifo", [join(cwd, ".gomend.yml")]);
    const { code, err } = await gomend(["check"], cwd);
    expect([code, err]).toEqual([2, "gomend: cannot read the configuration .gomend.yml: it is no regular file\n"]);
  });
});

describe("names and sizes", () => {
  it("a path of more than 4,000 characters is told or checked", async () => {
    const part = "d".repeat(250);
    const cwd = tree({ "ok/a.go": LEAKY, "deep/a.go": LEAKY });
    // Longer than a system call takes: put under one another, the deepest first.
    for (let n = 0; n < 17; n++) {
      mkdirSync(join(cwd, "outer"));
      renameSync(join(cwd, "deep"), join(cwd, "outer", part));
      renameSync(join(cwd, "outer"), join(cwd, "deep"));
    }
    const { code, out } = await gomend(["check", "--output-format", "concise"], cwd);
    expect(code).toBe(2);
    expect(out).toContain("ok/a.go");
    expect(out).toMatch(/problem: cannot read( the directory)?: its path is too long/);
    const argument = await gomend(["check", "x".repeat(5_000)], cwd);
    expect([argument.code, argument.err]).toEqual([2, expect.stringContaining("no such file or directory: xxx")]);
    // Node cannot take it away again.
    execFileSync("rm", ["-rf", join(cwd, "deep")]);
  });

  it("50 MB on one line are told; 5 MB are checked", async () => {
    const line = (bytes: number): string => `package a\n\nvar x = "${"x".repeat(bytes)}"\n`;
    const less = LEAKY.replace("func Leaky", `var x = "${"x".repeat(5_000_000)}"\n\nfunc Leaky`);
    const cwd = tree({ "big/big.go": line(50_000_000), "less/less.go": less, "a.go": LEAKY });
    const { code, out } = await gomend(["check", "--output-format", "concise"], cwd);
    expect(code).toBe(2);
    expect(out).toContain("big/big.go: problem: cannot read: it is too large");
    expect(out.match(/lost-cancel/g)).toHaveLength(2);
  });

  it("10,000 nested braces, parentheses and brackets are told, and the rest is checked", async () => {
    const deep = (open: string, close: string): string => `package a\n\nfunc f() {\n${open.repeat(10_000)}${close.repeat(10_000)}\n}\n`;
    const cwd = tree({
      "braces/a.go": `${deep("{", "}")}\n${LEAKY.slice(LEAKY.indexOf("func"))}`,
      "parens/a.go": deep("(", ")").replace("{\n", "{\n_ = "),
      "brackets/a.go": deep("[", "]"),
      "open/a.go": deep("{", ""),
      "a.go": LEAKY,
    });
    const { code, out } = await gomend(["fix", "--output-format", "concise"], cwd);
    expect(code).toBe(2);
    for (const name of ["braces", "parens", "brackets", "open"]) expect(out).toMatch(new RegExp(`${name}/a\\.go:\\d+:\\d+: problem: `));
    expect(mended(readFileSync(join(cwd, "a.go"), "utf8"))).toBe(true);
    expect(readFileSync(join(cwd, "open/a.go"), "utf8")).toBe(deep("{", ""));
  });

  it("types that hold themselves, or the next one twice, end", async () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `type T${i} struct{ a, b T${i + 1} }`).join("\n");
    const cwd = tree({
      "self/a.go": 'package a\n\nimport "sync/atomic"\n\ntype s struct {\n\ts\n\tn int64\n}\n\nfunc f(x *s) { atomic.AddInt64(&x.n, 1) }\n',
      "twice/a.go": `package a\n\nimport "sync/atomic"\n\n${doubling}\ntype T60 struct{ n int32 }\ntype s struct {\n\tt T0\n\tn int64\n}\n\nfunc f(x *s) { atomic.AddInt64(&x.n, 1) }\n`,
    });
    const { code, out } = await gomend(["check", "--select", "ALL", "--output-format", "concise"], cwd);
    expect(out).not.toContain("the rule failed");
    expect(code).not.toBe(2);
  });
});

describe("bytes", () => {
  it("invalid UTF-8, NUL and lone carriage returns are told, and nothing of such files is written", async () => {
    const files: Record<string, Buffer> = {
      "invalid.go": Buffer.concat([Buffer.from(LEAKY), Buffer.from([0x2f, 0x2f, 0xff, 0xfe, 0x0a])]),
      "nul.go": Buffer.from(LEAKY.replace("ctx.Err()", "ctx.Err\u0000()")),
      "cr.go": Buffer.from(LEAKY.replaceAll("\n", "\r")),
      "utf16.go": Buffer.from(LEAKY, "utf16le"),
      "empty.go": Buffer.alloc(0),
    };
    const cwd = tree({ ...Object.fromEntries(Object.entries(files).map(([n, b]) => [`${n}.d/${n}`, b])), "a.go": LEAKY });
    const { code, out } = await gomend(["fix", "--output-format", "concise"], cwd);
    expect(code).toBe(2);
    expect(out).toContain("invalid.go.d/invalid.go: problem: not valid UTF-8, so no Go file: not checked");
    for (const name of ["nul.go", "cr.go", "utf16.go", "empty.go"])
      expect(out).toMatch(new RegExp(`${name}.d/${name}:\\d+:\\d+: problem: does not parse: `));
    for (const [name, bytes] of Object.entries(files)) expect(readFileSync(join(cwd, `${name}.d`, name)).equals(bytes)).toBe(true);
    expect(mended(readFileSync(join(cwd, "a.go"), "utf8"))).toBe(true);
  });

  it("bidi controls and escapes in names and code reach no terminal, in any format", async () => {
    const name = "evil\u001b[2J\u202e\n\u0007.go";
    const code = LEAKY.replace("ctx, cancel :=", "/* \u001b]0;x\u0007 \u202e\u2066 */ ctx, cancel :=").replace(
      "func Leaky",
      "// \u001b[31mred\u009b1m\nfunc Leaky",
    );
    const cwd = tree({ [name]: code, "\u001b[1m/b.go": code, "broken.go": "package \u001b[1m\u202e\n" });
    for (const format of ["text", "concise", "github", "gitlab", "json", "sarif", "markdown", "junit", "checkstyle", "rdjson"]) {
      const { code: exit, out } = await gomend(["check", "--output-format", format], cwd, { FORCE_COLOR: "" });
      expect([format, exit, out.length > 0]).toEqual([format, 2, true]);
    }
    expect((await gomend(["check", "--show-files"], cwd)).out).toContain("evil");
    const fixed = await gomend(["fix", "--show-fixes"], cwd);
    expect(fixed.code).toBe(2);
    expect(mended(readFileSync(join(cwd, name), "utf8"))).toBe(true);
    expect((await gomend(["undo"], cwd)).out).toContain("evil");
    expect(readFileSync(join(cwd, name), "utf8")).toBe(code);
  });
});

describe("a configuration from a pull request", () => {
  it("that names a plugin runs nothing", async () => {
    const plugin = `import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("./ran", import.meta.url), "");\nexport default [];\n`;
    const cwd = tree({ "a.go": LEAKY, "evil.mjs": plugin, ".gomend.yml": "plugins: [./evil.mjs]\n" });
    for (const args of [["check"], ["fix", "--diff"], ["rules"], ["rule", "lost-cancel"]]) await gomend(args, cwd);
    const { out } = await gomend(["check", "--output-format", "concise"], cwd);
    expect(out).toContain("its plugins are not loaded (./evil.mjs): they run code; --allow-plugins allows it");
    expect(existsSync(join(cwd, "ran"))).toBe(false);
  });

  it.each([
    ["output-file: /tmp/gomend-hostile-out", 'unknown key "output-file"'],
    ["output-format: [sarif=/tmp/gomend-hostile-out]", 'unknown key "output-format"'],
    ["verify: test", 'unknown key "verify"'],
    ["cache-dir: /tmp/gomend-hostile-out", 'unknown key "cache-dir"'],
    [`exclude: ["${"*a".repeat(30)}b"]`, 'a pattern with more than 3 "*" in one part, which could take forever'],
    [`exclude: ["${"a/**/".repeat(30)}b"]`, 'a pattern with more than 3 "**", which could take forever'],
    [`per-file: [{files: ["${"x".repeat(100_000)}"], ignore: [ALL]}]`, "a pattern of 100000 characters, where 1000 are heeded"],
    [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi".replaceAll(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
      "cannot read the configuration .gomend.yml: ",
    ],
    [`select: ${"[".repeat(50_000)}`, ".gomend.yml"],
    [`# ${"x".repeat(2_000_000)}`, "cannot read the configuration .gomend.yml: it is too large"],
    ["!!js/function 'process.exit(0)'", ".gomend.yml:1:1"],
  ])("cannot say %s", async (text, said) => {
    const cwd = tree({ "a.go": LEAKY, ".gomend.yml": `${text}\n` });
    const { code, err } = await gomend(["fix"], cwd);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
    expect(err.split("\n")).toHaveLength(2);
    expect(existsSync("/tmp/gomend-hostile-out")).toBe(false);
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(LEAKY);
  });

  it("cannot make .gitignore take forever", async () => {
    const name = "a".repeat(240);
    const cwd = tree({
      [`${name}.go`]: LEAKY,
      ".gitignore": `${"*a".repeat(30)}b\n`,
      "sub/.gitignore": "x\n".repeat(300_000),
      "sub/a.go": LEAKY,
    });
    const { code, out } = await gomend(["check", "--output-format", "concise"], cwd);
    expect(code).toBe(1);
    expect(out).toContain('.gitignore:1:1: problem: a pattern with more than 3 "*" in one part: not heeded');
    expect(out).toContain("sub/.gitignore:20001:1: problem: more than 20000 patterns: these are not heeded");
    expect(out.match(/lost-cancel/g)).toHaveLength(2);
  });
});

describe("files that gomend itself reads again", () => {
  it("a report crafted for publish is refused before anything is sent", async () => {
    const cwd = tree({ "a.go": LEAKY });
    const report = (await gomend(["check", "--output-format", "report"], cwd)).out;
    const data = JSON.parse(report) as { findings: { path: string }[] };
    const crafted: readonly (readonly [string, unknown])[] = [
      ["list.json", []],
      ["version.json", { ...data, version: 99 }],
      ["outside.json", JSON.parse(report.replaceAll('"a.go"', '"../../etc/passwd"'))],
      ["absolute.json", JSON.parse(report.replaceAll('"a.go"', '"/etc/passwd"'))],
      ["types.json", { ...data, findings: "all" }],
    ];
    const env = { GITHUB_TOKEN: "ghs_secret", GITHUB_REPOSITORY: "o/r", GITHUB_API_URL: "http://127.0.0.1:9" };
    for (const [name, content] of crafted) {
      writeFileSync(join(cwd, name), JSON.stringify(content));
      const { code, out, err } = await gomend(["publish", "--from", name, "--dry-run"], cwd, env);
      expect([name, code]).toEqual([name, 2]);
      expect(err).toMatch(/^gomend: /);
      expect(out + err).not.toContain("ghs_secret");
    }
    execFileSync("mkfifo", [join(cwd, "pipe.json")]);
    expect(readdirSync(cwd)).toContain("pipe.json");
  });

  it("a cache that somebody else may write to, and an entry that somebody else wrote, are not believed", async () => {
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${i}/a.go`, LEAKY]));
    const cwd = tree(files);
    const cache = tree({ "cache/": "" });
    const dir = join(cache, "cache");
    const run = () => gomend(["check", "--cache-dir", dir, "--output-format", "concise"], cwd, { GOMEND_NO_CACHE: "" });
    const first = await run();
    expect(first.out.match(/lost-cancel/g)).toHaveLength(60);
    const buckets = readdirSync(dir).filter((n) => n.startsWith("results-"));
    expect(buckets.length).toBeGreaterThan(0);
    // Well-formed but for the print at its head: no finding in any of them.
    for (const name of buckets) {
      const text = readFileSync(join(dir, name), "utf8");
      writeFileSync(join(dir, name), text.replaceAll("lost-cancel", "lost-nothing"));
    }
    expect((await run()).out.match(/lost-cancel/g)).toHaveLength(60);
    execFileSync("chmod", ["go+w", dir]);
    const open = await run();
    expect([open.code, open.err]).toEqual([2, expect.stringContaining("others may write to it (chmod go-w)")]);
    expect(statSync(dir).mode & 0o022).not.toBe(0);
  });
});
