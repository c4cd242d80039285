/** Proof that packages are as sound with the fixes as without: changed ones, and those of the same module that import them. */
import { readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { jobsFor } from "../../src/engine/jobs.ts";
import type { GoJob } from "../../src/engine/toolchain.ts";
import type { Host } from "../../src/go/build-target.ts";
import { outline } from "../../src/go/outline.ts";
import { check, type Listed, list, type Said, test } from "./go.ts";
import type { Tree } from "./tree.ts";

export interface Proof {
  readonly changed: number;
  /** Packages that import a changed one, and were checked too. */
  readonly importers: number;
  /** Of both: what did not build or load before, with the reason. */
  readonly unsound: readonly string[];
  /** What the go command says with the fixes and did not say without. */
  readonly broken: readonly string[];
  /** Changed files that no platform and tags are known to build. */
  readonly unknown: number;
  /** Packages whose tests pass before and after. */
  readonly passed: readonly string[];
  /** Packages whose tests pass before, and fail after. */
  readonly failed: readonly string[];
}

/** `texts` has the changed files, relative. `tests` is how many packages' tests are to pass before. */
export function prove(tree: Tree, texts: ReadonlyMap<string, string>, overlay: string, host: Host, tests: number): Proof {
  const files = [...texts].map(([path, text]) => ({ absolute: join(tree.original, path), text }));
  writeFileSync(
    overlay,
    JSON.stringify({ Replace: Object.fromEntries([...texts.keys()].map((p) => [join(tree.original, p), join(tree.copy, p)])) }),
  );
  const jobs = jobsFor(files, host, false);
  const unsound = new Set<string>();
  const broken: string[] = [];
  const changed = new Set<string>();
  const importers = new Set<string>();
  const testable: { job: GoJob; dir: string }[] = [];
  for (const job of jobs.all) {
    const all = list(job, host);
    const own = new Set(job.packages.map((p) => p.dir));
    for (const dir of own) changed.add(dir);
    const libraries = files.filter((f) => !f.absolute.endsWith("_test.go")).map((f) => realpathSync(dirname(f.absolute)));
    const paths = new Set(all.filter((p) => own.has(p.dir) && libraries.includes(p.dir)).map((p) => p.path));
    const users = all.filter((p) => !own.has(p.dir) && p.imports.some((i) => paths.has(i)));
    for (const p of users) importers.add(p.dir);
    const packages = all.filter((p) => own.has(p.dir)).concat(users);
    for (const dir of own) if (!packages.some((p) => p.dir === dir)) unsound.add(`${dir}: go list does not know it`);
    for (const p of packages) if (p.error !== "") unsound.add(`${p.path}: ${p.error.trim().split("\n")[0]}`);
    const loaded = packages.filter((p) => p.error === "");
    const where = `${job.packages.length} changed, ${users.length} importers in ${job.dir} for ${job.target.goos}/${job.target.goarch} ${job.target.tags.join(",")}`;
    process.stderr.write(`  ${where}\n`);
    compare(job, host, loaded, overlay, unsound, broken);
    const home = job.target.goos === host.goos && job.target.goarch === host.goarch;
    if (home) testable.push(...loaded.filter((p) => own.has(p.dir)).map((p) => ({ job, dir: p.dir })));
  }
  for (const dir of changed) importers.delete(dir);
  return {
    changed: changed.size,
    importers: importers.size,
    unsound: [...unsound].sort(),
    broken,
    unknown: jobs.unknown.length,
    ...tested(testable, texts, tree, host, overlay, tests),
  };
}

function compare(job: GoJob, host: Host, packages: readonly Listed[], overlay: string, unsound: Set<string>, broken: string[]): void {
  const before = check(job, host, packages, null);
  const after = check(job, host, packages, overlay);
  for (const p of packages) if (before.get(p.path)?.some((f) => f.compiler)) unsound.add(`${p.path}: ${before.get(p.path)?.[0]?.words}`);
  for (const words of before.get("") ?? []) unsound.add(words.words);
  broken.push(...news(before, after));
}

function news(before: Said, after: Said): string[] {
  return [...after].flatMap(([path, words]) => {
    const old = (before.get(path) ?? []).map((w) => w.words);
    return words
      .filter(({ words: w }) => {
        const at = old.indexOf(w);
        if (at >= 0) old.splice(at, 1);
        return at < 0;
      })
      .map((w) => `${path}: ${w.words}`);
  });
}

/** The changed packages with the smallest changed files first: those are the ones whose tests are likely to run anywhere. */
function tested(
  candidates: readonly { readonly job: GoJob; readonly dir: string }[],
  texts: ReadonlyMap<string, string>,
  tree: Tree,
  host: Host,
  overlay: string,
  wanted: number,
): Pick<Proof, "passed" | "failed"> {
  const passed: string[] = [];
  const failed: string[] = [];
  const size = (dir: string): number =>
    [...texts.keys()]
      .map((p) => join(tree.original, p))
      .filter((p) => dirname(p) === dir)
      .reduce((sum, p) => sum + statSync(p).size, 0);
  const order = [...candidates].sort((a, b) => size(a.dir) - size(b.dir));
  for (const { job, dir } of order.slice(0, wanted * MOST_TRIES)) {
    if (passed.length + failed.length >= wanted) break;
    const name = dir.slice(tree.original.length + 1) || ".";
    process.stderr.write(`  testing ${name}\n`);
    const changed = changedTests(dir, texts, tree);
    // All of them, else those that the fixes change; else they are not to be run here, or failing already.
    const names = [[], changed].find((some, i) => (i === 0 || some.length > 0) && test(job, host, dir, null, some));
    if (!names) continue;
    const shown = names.length > 0 ? `${name} (${names.length} changed tests)` : name;
    (test(job, host, dir, overlay, names) ? passed : failed).push(shown);
  }
  return { passed, failed };
}

/** Tests of the package whose own text the fixes change. */
function changedTests(dir: string, texts: ReadonlyMap<string, string>, tree: Tree): string[] {
  return [...texts].flatMap(([path, after]) => {
    const file = join(tree.original, path);
    if (!path.endsWith("_test.go") || dirname(file) !== dir) return [];
    const before = new Set(declared(readFileSync(file, "utf8")).map((d) => d.text));
    return declared(after).flatMap((d) => (before.has(d.text) || !/^Test[A-Z_]/.test(d.name) ? [] : [d.name]));
  });
}

function declared(text: string): { readonly name: string; readonly text: string }[] {
  return outline(text).declarations.map((d) => ({ name: d.names[0] ?? "", text: text.slice(d.start, d.end) }));
}

/** Packages that are tried for each one whose tests are to pass. */
const MOST_TRIES = 4;
