/** `gomend run`, and rules of the user's own beside gomend's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { bundled, gomend } from "./gomend.ts";
import { LEAKY } from "./samples.ts";

bundled();

/** The ten lines that migrate io/ioutil. */
const IOUTIL = `import type { Transform } from "gomend";

const moved = { ReadFile: "os", WriteFile: "os", ReadAll: "io", NopCloser: "io", Discard: "io" };

const transform: Transform = (file, api) => {
  for (const [name, pkg] of Object.entries(moved))
    api.fix(api.go(file).references(\`io/ioutil.\${name}\`), { title: \`Use \${pkg}.\${name}\`, applicability: "safe" }, (m) =>
      m.replaceWith(\`\${pkg}.\${name}\`));
};
export default transform;
`;

const OLD = `package a

import "io/ioutil"

func read() ([]byte, error) {
	return ioutil.ReadFile("a")
}
`;
const NEW = OLD.replace("io/ioutil", "os").replace("ioutil.", "os.");

const RULE = `import { defineRule, finding, fix } from "gomend";

export default defineRule({
  id: "no-direct-env",
  title: "environment read outside of package config",
  why: "Settings come from one place.",
  triggers: ["os.Getenv("],
  *check(pkg) {
    for (const call of pkg.calls("os.Getenv")) yield finding(this, call.node, "the environment is read here");
  },
});
`;
const ENV = 'package a\n\nimport "os"\n\nfunc home() string { return os.Getenv("HOME") }\n';

describe("run", () => {
  it("applies what a transform in TypeScript calls safe", async () => {
    const cwd = tree({ "t/ioutil.ts": IOUTIL, "a.go": OLD, "leaky.go": LEAKY });
    const { code, out, err } = await gomend(["run", "-t", "t/ioutil.ts"], { cwd });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("Applied 1 fix in 1 file.");
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(NEW);
    expect(readFileSync(join(cwd, "leaky.go"), "utf8")).toBe(LEAKY);
  });

  it("writes nothing with --diff, knows all formats, and leaves the unsafe to be asked for", async () => {
    const cwd = tree({
      "ioutil.ts": IOUTIL,
      "a.go": OLD,
      "text.mjs": "export default (file) => file.source.replace('read()', 'load()');\n",
    });
    const diff = await gomend(["run", "-t", "ioutil.ts", "--diff"], { cwd });
    expect([diff.code, diff.err]).toEqual([1, ""]);
    expect(diff.out).toContain('-	return ioutil.ReadFile("a")\n+	return os.ReadFile("a")\n');
    const json = await gomend(["run", "-t", "text.mjs", "--output-format", "json"], { cwd });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out).findings[0]).toMatchObject({ rule: "text", fixes: [{ applicability: "unsafe" }] });
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(OLD);
    expect((await gomend(["run", "-t", "text.mjs", "--unsafe-fixes"], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(OLD.replace("read()", "load()"));
  });

  it("hands over options, reads the standard input, and runs several transforms", async () => {
    const transform = `export const title = "renames";
export default async function (file: { source: string }, api: unknown, options: Record<string, string | true>) {
  if (options.dry === true) return;
  return file.source.replaceAll(String(options.from), String(options.to));
}
`;
    const cwd = tree({ "rename.ts": transform, "ioutil.ts": IOUTIL });
    const args = ["run", "-t", "rename.ts", "-t", "ioutil.ts", "--unsafe-fixes", "--option", "from=read()", "--option", "to=load()", "-"];
    const { code, out } = await gomend(args, { cwd, input: OLD });
    expect(code).toBe(0);
    expect(out).toBe(NEW.replace("read()", "load()"));
    const dry = await gomend([...args.slice(0, -1), "--option", "dry", "-"], { cwd, input: "package a\n\nfunc read() {}\n" });
    expect(dry.out).toBe("package a\n\nfunc read() {}\n");
  });

  it("tells an error in a transform with its line and the Go file, goes on, and ends with 2", async () => {
    const fails = `export default function (file: { path: string; source: string }) {
  if (file.path === "b.go") {
    const missing = undefined as unknown as { x: number };
    return String(missing.x);
  }
  return file.source.replace("ioutil", "x");
}
`;
    const cwd = tree({ "t/fails.ts": fails, "a.go": OLD, "b.go": "package a\n", "c.go": "package a\n" });
    const { code, out, err } = await gomend(["run", "-t", "t/fails.ts", "--output-format", "concise"], { cwd });
    expect(code).toBe(2);
    expect(`${out}${err}`).toContain("b.go");
    expect(`${out}${err}`).toMatch(/t\/fails\.ts:4: TypeError: Cannot read properties of undefined \(reading 'x'\)/);
    expect(out).toContain("a.go:3:");
  });

  it.each<[string, string | null, string]>([
    ["no transform", null, "gomend run wants a transform: gomend run -t transform.ts [paths]"],
    ["a missing one", "", "no such module: gone.ts"],
    ["one that does not parse", "export default (\n", "cannot load x.ts:"],
    ["one that throws", "\nthrow new Error('at once');\n", "cannot load x.ts:2: at once"],
    ["one without a default export", "export const x = 1;\n", "x.ts has no default export"],
    ["something else", "export default 5;\n", "x.ts: its default export is no transform and no rule"],
    ["a rule without an id", "export default { check() {} };\n", "x.ts: a rule's id is small words with dashes"],
    ["a rule whose id is taken", "export default { id: 'lost-cancel', check: () => [] };\n", 'x.ts: there is a rule "lost-cancel" already'],
  ])("refuses %s in one line", async (_, text, message) => {
    const cwd = tree({ "a.go": OLD, ...(text ? { "x.ts": text } : {}) });
    const { code, err } = await gomend(["run", ...(text === null ? [] : ["-t", text === "" ? "gone.ts" : "x.ts"])], { cwd });
    expect(code).toBe(2);
    expect(err).toContain(`gomend: ${message}`);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("plugins", () => {
  it("named on the command line run beside gomend's rules", async () => {
    const cwd = tree({ "rules/env.ts": RULE, "a.go": ENV, "leaky.go": LEAKY });
    const { code, out } = await gomend(["check", "--plugin", "rules/env.ts", "--output-format", "concise"], { cwd });
    expect(code).toBe(1);
    expect(out).toContain("a.go:5:29: no-direct-env the environment is read here");
    expect(out).toContain("lost-cancel");
    const only = await gomend(["check", "--plugin", "rules/env.ts", "--select", "no-direct-env", "--output-format", "sarif"], { cwd });
    const driver = JSON.parse(only.out).runs[0].tool.driver as { rules: { id: string; fullDescription: { text: string } }[] };
    expect(driver.rules.find((r) => r.id === "no-direct-env")?.fullDescription.text).toBe("Settings come from one place.");
  });

  it("named by the configuration are loaded only where that is allowed", async () => {
    const cwd = tree({ "rules/env.ts": RULE, "a.go": ENV, ".gomend.yml": "plugins: [rules/env.ts]\n" });
    const refused = await gomend(["check", "--output-format", "concise"], { cwd });
    expect(refused.code).toBe(0);
    expect(`${refused.out}${refused.err}`).toContain("its plugins are not loaded (rules/env.ts): they run code; --allow-plugins allows it");
    const allowed = await gomend(["check", "--allow-plugins", "--output-format", "concise"], { cwd });
    expect([allowed.code, allowed.err]).toEqual([1, ""]);
    expect(allowed.out).toContain("no-direct-env");
    expect((await gomend(["rule", "no-direct-env", "--allow-plugins"], { cwd })).out).toContain("Settings come from one place.");
    expect((await gomend(["rules"], { cwd })).out).not.toContain("no-direct-env");
  });

  it("tell that a configuration names rules of plugins that are not loaded", async () => {
    const cwd = tree({ "rules/env.ts": RULE, "a.go": ENV, ".gomend.yml": "plugins: [rules/env.ts]\nselect: [no-direct-env]\n" });
    const { code, err } = await gomend(["check"], { cwd });
    expect(code).toBe(2);
    expect(err).toContain('.gomend.yml:2:10: unknown rule "no-direct-env"');
    expect(err).toContain("--allow-plugins");
    expect((await gomend(["check", "--allow-plugins"], { cwd })).code).toBe(1);
  });

  it("that cannot be loaded are told", async () => {
    const cwd = tree({ "a.go": ENV, ".gomend.yml": "plugins: [gone.ts]\n" });
    const { code, err } = await gomend(["check", "--allow-plugins"], { cwd });
    expect([code, err]).toEqual([2, "gomend: no such module: gone.ts\n"]);
  });
});
