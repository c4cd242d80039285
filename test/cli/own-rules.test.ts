/** `gomend init` and `gomend test`: from nothing to a rule of one's own that is tried on its fixtures. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { bundled, gomend } from "./gomend.ts";
import { LEAKY } from "./samples.ts";

bundled();

describe("init", () => {
  it("writes a configuration that says what can be said, and offers a baseline", async () => {
    const cwd = tree({ "leaky.go": LEAKY });
    const { code, out, err } = await gomend(["init"], { cwd });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("wrote .gomend.yml\n");
    expect(out).toContain("gomend check --write-baseline ./...");
    expect((await gomend(["check"], { cwd })).code).toBe(1);
    // Every key that it shows is one that gomend knows.
    const file = join(cwd, ".gomend.yml");
    const shown = readFileSync(file, "utf8").replaceAll(/^# ((?: {2,}.*|[a-z-]+:.*))$/gm, "$1");
    writeFileSync(file, shown.replace(/^plugins:.*$/m, ""));
    const all = await gomend(["check", "--output-format", "concise"], { cwd });
    expect([all.code, all.err]).toEqual([1, ""]);
    expect(shown).toContain("\nresources:\n  - id: conn-not-released\n");
    const again = await gomend(["init"], { cwd });
    expect([again.code, again.err]).toEqual([2, "gomend: .gomend.yml is there already: gomend init overwrites nothing\n"]);
  });

  it("writes the baseline too when asked to", async () => {
    const cwd = tree({ "leaky.go": LEAKY });
    expect((await gomend(["init", "--baseline"], { cwd })).code).toBe(0);
    expect((await gomend(["check", "--baseline", "gomend-baseline.json"], { cwd })).code).toBe(0);
  });

  it("starts a rule that runs, with fixtures that hold", async () => {
    const cwd = tree({ "a.go": 'package a\n\nimport "fmt"\n\nfunc f() { fmt.Println(1) }\n' });
    const started = await gomend(["init", "--rule", "no-println"], { cwd });
    expect(started.out).toContain("wrote gomend/no-println.ts\nwrote gomend/fixtures/before/no-println/basic.go\n");
    const tried = await gomend(["test"], { cwd });
    expect([tried.code, tried.err]).toEqual([0, ""]);
    expect(tried.out).toBe("ok   no-println/basic\nok   no-println/ok-other\n2 passed\n");
    const { out } = await gomend(["check", "--plugin", "gomend/no-println.ts", "--output-format", "concise", "a.go"], { cwd });
    expect(out).toContain("a.go:5:12: no-println fmt.Println prints past the log");
    expect((await gomend(["init", "--rule", "no-println"], { cwd })).err).toContain("gomend/no-println.ts is there already");
    expect((await gomend(["init", "--rule", "lost-cancel"], { cwd })).err).toContain('there is a rule "lost-cancel" already');
    expect((await gomend(["init", "--rule", "NoPrintln"], { cwd })).err).toContain('"NoPrintln" is no rule id');
  });
});

describe("test", () => {
  const RULE = `export default (file, api) =>
  api.fix(api.go(file).pattern("old($x)"), { title: "Call now" }, (m) => m.replaceWith("now($x)"));
`;
  const BEFORE = "package a\n\nfunc f() {\n\told(1)\n}\n";

  it("shows what differs, and writes it with --update", async () => {
    const cwd = tree({
      "rules/renamed.mjs": RULE,
      "rules/fixtures/before/renamed/one.go": BEFORE,
      "rules/fixtures/after/renamed/one.go": BEFORE.replace("old", "new"),
      "rules/fixtures/before/renamed/several/a.go": BEFORE,
      "rules/fixtures/before/renamed/several/b.go": "package a\n\nfunc g() { old(2) }\n",
    });
    const failed = await gomend(["test", "rules"], { cwd });
    expect([failed.code, failed.err]).toEqual([1, ""]);
    expect(failed.out).toContain("FAIL renamed/one\n     the outcome is another (- expected, + is):\n");
    expect(failed.out).toContain("     -    new(1)\n     +    now(1)\n");
    expect(failed.out).toContain("FAIL renamed/several\n");
    expect(failed.out.endsWith("0 passed, 2 failed\n")).toBe(true);
    const updated = await gomend(["test", "rules/renamed.mjs", "--update"], { cwd });
    expect([updated.code, updated.out]).toEqual([
      0,
      "new  renamed/one\nok   renamed/one\nnew  renamed/several\nok   renamed/several\n2 passed, 2 written\n",
    ]);
    expect(readFileSync(join(cwd, "rules/fixtures/after/renamed/several/b.go"), "utf8")).toBe("package a\n\nfunc g() { now(2) }\n");
    expect((await gomend(["test", "rules"], { cwd })).out).toBe("ok   renamed/one\nok   renamed/several\n2 passed\n");
  });

  it("wants findings where comments say so, and no errors", async () => {
    const cwd = tree({
      "rules/renamed.mjs": RULE.replace('"old($x)")', '"old($x)").filter((m) => m.get("x").text !== "3")'),
      "rules/fixtures/before/renamed/a.go": 'package a\n\nfunc f() {\n\told(1) // want "gone"\n\told(2)\n}\n',
      "rules/fixtures/before/renamed/b.go": "package a\n\nfunc f() {\n",
    });
    const { code, out } = await gomend(["test", "rules", "--update"], { cwd });
    expect(code).toBe(1);
    expect(out).toContain('a.go:4: wants "gone", and nothing says so');
    expect(out).toContain('a.go:4: "call now" is not wanted');
    expect(out).toContain("b.go: 3: does not parse");
  });

  it.each<[string, Record<string, string>, string[], string]>([
    ["nothing there", {}, [], "no such file or directory: gomend (gomend init --rule my-rule starts one)"],
    ["no modules", { "rules/a.go": BEFORE }, ["rules"], "no modules in rules"],
    ["no fixtures", { "rules/renamed.mjs": RULE }, ["rules"], "no fixtures of these rules"],
    ["a module that fails", { "rules/renamed.mjs": "throw new Error('no');\n" }, ["rules"], "cannot load rules/renamed.mjs:1: no"],
  ])("refuses %s in one line", async (_, files, places, message) => {
    const { code, err } = await gomend(["test", ...places], { cwd: tree(files) });
    expect(code).toBe(2);
    expect(err).toContain(`gomend: ${message}`);
  });
});
