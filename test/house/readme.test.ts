/** What the README shows is what gomend does. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../src/engine/run.ts";
import { unifiedPatch } from "../../src/text/diff.ts";
import { rules } from "../../src/transforms/index.ts";

const readme = readFileSync("README.md", "utf8");

describe("the README", () => {
  it("opens with a diff that fix --diff prints for the samples", async () => {
    const shown = /^```diff\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? "";
    const { report } = await run({ rules, cwd: process.cwd(), paths: [resolve("samples/courier")], fix: true, isolated: true });
    const printed = report.files.map((f) => unifiedPatch(f.path, f.before, f.after)).join("");
    expect(shown).not.toBe("");
    expect(printed).toContain(shown);
  });

  it("names only scripts and files that are there", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map((m) => m[1] as string);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((m) => m[1] as string);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });

  it("shows a transform that the tests run", () => {
    const example = readFileSync("examples/ioutil-to-os.ts", "utf8");
    expect(readme).toContain(example.slice(example.indexOf("import type")).trimEnd());
  });

  it("draws the lines of the program's present output", () => {
    const drawn = readFileSync("docs/check.svg", "utf8").replaceAll("\u00a0", " ");
    for (const rule of ["lost-cancel", "pool-get-without-reset"]) expect(drawn).toContain(`>${rule}</text>`);
  });
});
