/** The same findings however the work is cut: threads, shards, cold or warm, paths in any order; and patches for those who will review them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { bundled, gomend } from "./gomend.ts";
import { CLEAN, LEAKY, STUCK } from "./samples.ts";

bundled({ worker: "src/engine/worker.ts" });

const cache = mkdtempSync(join(tmpdir(), "gomend-cache-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));
const kept = { GOMEND_NO_CACHE: "", GOMEND_CACHE_DIR: cache };

function large(): string {
  const files: Record<string, string> = { ".gomend.yml": "exclude: [d7/]\n", "d9/.gomend.yml": "ignore: [lost-cancel]\n" };
  const texts = [CLEAN, LEAKY, STUCK, CLEAN];
  for (let i = 0; i < 1_250; i++)
    files[`d${i % 40}/f${i}.go`] = (texts[i % texts.length] ?? "").replaceAll(/\b(work|wait|ok|step)\b(?=[( ])/g, `$1${i}`);
  files["d3/broken.go"] = "package a\n\nfunc {\n";
  return tree(files);
}

const plain = (out: string): string =>
  out.replace(/"milliseconds":\d+/, '"milliseconds":0').replace(/"parsedBytes":\d+/, '"parsedBytes":0');

describe("findings", () => {
  it("are the same, byte for byte, however the work is cut", async () => {
    const cwd = large();
    const json = ["--output-format", "json"];
    const one = await gomend(["--jobs", "1", ...json], { cwd });
    expect(JSON.parse(one.out).findings.length).toBeGreaterThan(500);
    const others = [
      await gomend(["--jobs", "2", ...json], { cwd }),
      await gomend(json, { cwd, env: kept }),
      await gomend(["--jobs", "1", ...json], { cwd, env: kept }),
      await gomend([...json, "./d2/...", ".", "d1"], { cwd }),
    ];
    for (const count of [3]) {
      const parts = Array.from({ length: count }, (_, i) => `part${i + 1}.json`);
      for (const [i, part] of parts.entries())
        await gomend(["--shard", `${i + 1}/${count}`, "--output-format", `report=${part}`], { cwd, env: i % 2 ? kept : {} });
      others.push(await gomend(["merge", ...parts.reverse(), ...json], { cwd }));
    }
    for (const { out, code } of others) {
      expect(plain(out)).toBe(plain(one.out));
      expect(code).toBe(one.code);
    }
    expect(JSON.parse((await gomend(json, { cwd, env: kept })).out).stats.parsedBytes).toBe(0);
  });
});

describe("merge", () => {
  it("prints what a check prints, and its exit code", async () => {
    const cwd = tree({ "a/a.go": LEAKY, "b/b.go": STUCK, "c/c.go": CLEAN });
    for (const i of [1, 2]) await gomend(["--shard", `${i}/2`, "--output-format", `report=${i}.json`], { cwd });
    const merged = await gomend(["merge", "1.json", "2.json"], { cwd });
    const whole = await gomend([], { cwd });
    const timeless = (out: string): string => out.replace(/ in [\d.]+ s\./, "");
    expect(timeless(merged.out)).toBe(timeless(whole.out));
    expect(merged.code).toBe(whole.code);
    expect((await gomend(["merge", "1.json", "2.json", "--exit-zero", "--statistics"], { cwd })).code).toBe(0);
  });

  it("refuses parts that do not belong together, and tells those that are missing", async () => {
    const cwd = tree({ "a/a.go": LEAKY, "b/b.go": STUCK });
    for (const shard of ["1/2", "2/2", "1/3"])
      await gomend(["--shard", shard, "--output-format", `report=${shard.replace("/", "-")}.json`], { cwd });
    const missing = await gomend(["merge", "1-2.json"], { cwd });
    expect(missing.code).toBe(2);
    expect(missing.out).toContain("part 2/2 of the tree is missing: its findings are not told");
    expect((await gomend(["merge", "1-2.json", "1-2.json"], { cwd })).err).toBe(
      "gomend: 1-2.json and 1-2.json are both part 1/2: give each part once\n",
    );
    expect((await gomend(["merge", "1-2.json", "1-3.json"], { cwd })).err).toBe(
      "gomend: the reports do not belong together: 1-2.json is part 1/2, 1-3.json is part 1/3\n",
    );
    writeFileSync(join(cwd, "bad.json"), "{}");
    const bad = await gomend(["merge", "bad.json"], { cwd });
    expect(bad.code).toBe(2);
    expect(bad.err).toContain("bad.json: not a gomend report");
    expect((await gomend(["merge", "none.json"], { cwd })).err).toBe("gomend: cannot read none.json: no such file\n");
  });

  it("tells a source that changed since", async () => {
    const cwd = tree({ "a/a.go": LEAKY });
    await gomend(["--shard", "1/1", "--output-format", "report=1.json"], { cwd });
    writeFileSync(join(cwd, "a/a.go"), CLEAN);
    const { code, out } = await gomend(["merge", "1.json"], { cwd });
    expect(code).toBe(2);
    expect(out).toContain("changed since the report was made");
  });

  it.each(["3/2", "x", "0/2"])("refuses the shard %s", async (shard) => {
    const { code, err } = await gomend(["--shard", shard], { cwd: tree({ "a.go": CLEAN }) });
    expect(code).toBe(2);
    expect(err).toContain("expected a part and a number of parts, as in 1/8");
  });
});

describe("--split-by", () => {
  const FILES = {
    "go.mod": "module example.com/one\n\ngo 1.21\n",
    "a/a.go": LEAKY,
    "two/go.mod": "module example.com/two\n\ngo 1.21\n",
    "two/b/b.go": LEAKY,
    "two/b/c.go": CLEAN,
    ".github/CODEOWNERS": "* @org/all\n/two/ @org/two @x\n",
  };
  const split = (cwd: string, by: string, ...more: string[]) => gomend(["fix", "--diff", "--split-by", by, ...more], { cwd });

  it.each([
    ["package", ["a.patch", "two-b.patch"]],
    ["module", ["example.com-one.patch", "example.com-two.patch"]],
    ["codeowners", ["org-all.patch", "org-two-x.patch"]],
    ["rule", ["lost-cancel.patch"]],
  ])("%s writes patches that git applies to what fix writes", async (by, names) => {
    const cwd = tree(FILES);
    const { code, out } = await split(cwd, by);
    expect(code).toBe(1);
    expect(readdirSync(join(cwd, "gomend-patches")).sort()).toEqual([...names, "index.json"].sort());
    for (const name of names) expect(out).toContain(join("gomend-patches", name));
    const fixed = tree(FILES);
    await gomend(["fix"], { cwd: fixed });
    execFileSync("git", ["init", "-q"], { cwd });
    for (const name of names) execFileSync("git", ["apply", join("gomend-patches", name)], { cwd });
    for (const path of ["a/a.go", "two/b/b.go"])
      expect(readFileSync(join(cwd, path), "utf8")).toBe(readFileSync(join(fixed, path), "utf8"));
  });

  it("replaces its own patches, and nobody else's files", async () => {
    const cwd = tree({ ...FILES, "mine/notes.txt": "" });
    await split(cwd, "package");
    await split(cwd, "rule");
    expect(readdirSync(join(cwd, "gomend-patches")).sort()).toEqual(["index.json", "lost-cancel.patch"]);
    const refused = await split(cwd, "rule", "--split-dir", "mine");
    expect(refused.code).toBe(2);
    expect(refused.err).toBe("gomend: mine holds notes.txt, which is no patch of gomend's: choose an empty directory with --split-dir\n");
    expect((await gomend(["check", "--split-by", "rule"], { cwd })).err).toContain("add --diff");
  });

  it("wants a CODEOWNERS file for owners", async () => {
    const { code, err } = await split(tree({ "a/a.go": LEAKY, ".git/": "" }), "codeowners");
    expect(code).toBe(2);
    expect(err).toContain("there is no CODEOWNERS file");
  });
});

describe("--statistics-by", () => {
  it("counts by package, module and owner", async () => {
    const cwd = tree({ "go.mod": "module example.com/one\n\ngo 1.21\n", "a/a.go": LEAKY, "b/b.go": LEAKY, CODEOWNERS: "/a/ @a\n" });
    const by = async (what: string): Promise<string> => (await gomend(["--select", "lost-cancel", "--statistics-by", what], { cwd })).out;
    expect(await by("package")).toMatch(/^\d+ {2}a .*\n\d+ {2}b .*\n$/);
    expect(await by("module")).toMatch(/^\d+ {2}example\.com\/one .*\n$/);
    expect(await by("codeowners")).toMatch(/^\d+ {2}\(nobody\) .*\n\d+ {2}@a .*\n$/);
    expect(await by("rule")).toMatch(/^\d+ {2}lost-cancel .*\n$/);
  });
});
