/** What is published, and what it brings with it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  packages: Record<string, { version?: string; hasInstallScript?: boolean; dev?: boolean; link?: boolean; integrity?: string }>;
};

describe("dependencies", () => {
  const page = readFileSync("docs/dependencies.md", "utf8");
  const [runtime = "", building = ""] = page.split("## For building and testing");
  const named = (text: string): string[] => {
    const cells = text.split("\n").flatMap((line) => /^\| (`.*?) \|/.exec(line)?.[1] ?? []);
    return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? "")).sort();
  };

  it("are all named with their reason, and none that is not there", () => {
    expect(named(runtime)).toEqual(Object.keys(manifest.dependencies).sort());
    expect(named(building)).toEqual(Object.keys(manifest.devDependencies).sort());
  });

  it("are exact, locked with their content, and run no script when they are installed", () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
    }
    for (const [path, entry] of Object.entries(lock.packages))
      if (path !== "" && !entry.link) expect([path, entry.integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
    const scripted = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript && !entry.dev);
    expect(scripted).toEqual([]);
    expect(readFileSync(".npmrc", "utf8")).toContain("ignore-scripts=true");
  });

  it("and gomend itself has no script that runs when it is installed", () => {
    // "prepare" builds a checkout that npm was pointed at, as pre-commit does; it does not run for a package of the registry.
    for (const script of ["preinstall", "install", "postinstall", "prepublish"]) expect(manifest.scripts[script]).toBeUndefined();
  });
});

/** Built anew: what is published is what stands here, not what somebody built last. */
describe("the package", () => {
  let dir = "";
  let files: string[] = [];
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "gomend-pack-"));
    execFileSync("git", ["checkout-index", "-a", `--prefix=${dir}/`]);
    symlinkSync(join(process.cwd(), "node_modules"), join(dir, "node_modules"));
    execFileSync("npm", ["run", "-s", "build"], { cwd: dir, stdio: ["ignore", "ignore", "inherit"] });
    const [packed] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: dir, encoding: "utf8" })) as {
      files: { path: string }[];
    }[];
    files = packed?.files.map((f) => f.path) ?? [];
  }, 600_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("contains what it needs and nothing else", () => {
    const kinds: readonly RegExp[] = [
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|action\.yml|\.pre-commit-hooks\.yaml)$/,
      /^docs\/[\w-]+\.md$/,
      /^templates\/[\w.-]+$/,
      /^examples\/([\w-]+\.ts|fixtures\/(before|after)\/[\w-]+\/[\w-]+\.go)$/,
      /^dist\/(cli|index|worker|vitest)\.js$/,
      /^dist\/[\w.-]+-[A-Z0-9]{8}\.js$/,
      /^dist\/(web-tree-sitter|tree-sitter-go|gofmt)\.wasm$/,
      /^dist\/(build-id|THIRD-PARTY\.txt)$/,
      /^dist\/data\/[\w.-]+$/,
      /^dist\/types\/.*\.d\.ts$/,
      /^dist\/page\/[\w.-]+$/,
      /^docs\/rules\/([\w-]+\.md|index\.json)$/,
      /^schema\/[\w.-]+\.json$/,
    ];
    expect(files.filter((f) => !kinds.some((k) => k.test(f)))).toEqual([]);
    for (const needed of [
      "dist/cli.js",
      "dist/index.js",
      "dist/worker.js",
      "dist/gofmt.wasm",
      "dist/tree-sitter-go.wasm",
      "dist/THIRD-PARTY.txt",
    ])
      expect(files).toContain(needed);
    expect(
      files.filter((f) => !f.startsWith("examples/fixtures/")).some((f) => /(^|\/)((test|fixtures|node_modules)\/|\.env|\.npmrc)/.test(f)),
    ).toBe(false);
  });

  it("is as publint would have it", async () => {
    const { messages } = await publint({ pkgDir: dir, strict: true, pack: "npm" });
    expect(messages).toEqual([]);
  }, 300_000);
});

describe("the release", () => {
  const workflow = readFileSync(".github/workflows/release.yml", "utf8");

  it("comes from a tag, with provenance, after all checks, and with no rights but the one it needs", () => {
    expect(workflow).toMatch(/tags: \["v\*"\]/);
    expect(workflow).toMatch(/^permissions: \{\}$/m);
    expect(workflow.match(/^ {6}[\w-]+: write$/gm)).toEqual(["      id-token: write"]);
    const steps = ["bash .ci/run", "npm audit --audit-level=low", "npm run build", "npm publish --provenance"].map((s) =>
      workflow.indexOf(s),
    );
    expect(steps.every((at) => at > 0)).toBe(true);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    expect(workflow).not.toMatch(/secrets\./);
  });
});
