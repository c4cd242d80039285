/** `--new-from-merge-base`, `--new-from-rev`, `--new-from-patch` and `--baseline`: what they leave of the findings. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Base, Limits } from "../engine/base.ts";
import { BadBaseline, type Baseline, formatBaseline, parseBaseline } from "../engine/baseline.ts";
import { displayPath, reason } from "../engine/discover.ts";
import { type Run, UsageError } from "../engine/run.ts";
import { count } from "../report/view.ts";
import { BadPatch, type FilePatch, oldSide, parsePatch } from "../text/patch.ts";
import type { CheckFlags } from "./flags.ts";
import { Git } from "./git.ts";

/** Where `--write-baseline` writes when no `--baseline` says so. */
export const BASELINE = "gomend-baseline.json";

/** Throws `UsageError` for what cannot be compared with. `stdin` is the path that the standard input stands for. */
export async function limitsOf(paths: readonly string[], flags: CheckFlags, cwd: string, stdin: string | null): Promise<Limits> {
  const given = (["newFromMergeBase", "newFromRev", "newFromPatch"] as const).filter((key) => flags[key] !== undefined);
  if (given.length > 1) throw new UsageError("--new-from-merge-base, --new-from-rev and --new-from-patch exclude each other: give one");
  if (flags.writeBaseline) {
    if (given.length > 0) throw new UsageError("--write-baseline writes all findings: leave out --new-from-…");
    return {};
  }
  const base = flags.newFromPatch === undefined ? await fromGit(paths, flags, cwd, stdin) : fromPatch(flags.newFromPatch, cwd);
  const baseline = flags.baseline === undefined ? null : readBaseline(resolve(cwd, flags.baseline), flags.baseline);
  return { ...(base ? { base } : {}), ...(baseline ? { baseline } : {}) };
}

/** Go code depends on these. */
function counts(path: string): boolean {
  return /\.go$|(^|[/\\])go\.(mod|work)$/.test(path);
}

async function fromGit(paths: readonly string[], flags: CheckFlags, cwd: string, stdin: string | null): Promise<Base | null> {
  const revision = flags.newFromMergeBase ?? flags.newFromRev;
  if (revision === undefined) return null;
  const git = await Git.at(cwd, flags.newFromRev === undefined ? "--new-from-merge-base" : "--new-from-rev");
  const sha = flags.newFromRev === undefined ? await git.mergeBase(revision) : await git.commit(revision);
  for (const path of paths) {
    const outside = path !== "-" && !git.holds(resolve(cwd, path));
    if (outside) throw new UsageError(`${path} is not in the git work tree ${git.top}, with which it should be compared`);
  }
  const changed = (await git.changedSince(sha)).filter(counts);
  if (stdin !== null) changed.push(resolve(cwd, stdin));
  const texts = await git.texts(sha, changed);
  return { files: new Map([...texts].map(([file, text]) => [displayPath(cwd, file), text])) };
}

function fromPatch(file: string, cwd: string): Base {
  let patches: FilePatch[];
  try {
    patches = parsePatch(readFileSync(resolve(cwd, file), "utf8")).filter((p) => counts(p.newPath ?? p.oldPath ?? ""));
  } catch (error) {
    if (error instanceof BadPatch) throw new UsageError(`--new-from-patch ${file}: ${error.message}`);
    throw new UsageError(`--new-from-patch: cannot read ${file}: ${reason(error)}`);
  }
  const root = rootOf(patches, cwd);
  const files = new Map<string, string | null>();
  for (const { oldPath, newPath, hunks } of patches) {
    const now = newPath === null ? "" : textAt(join(root, newPath));
    const was = now === null ? null : oldSide(now, hunks);
    if (was === null) {
      throw new UsageError(`--new-from-patch ${file} does not lead to ${newPath} as it is: make the patch of the files that are checked`);
    }
    if (newPath !== null && newPath !== oldPath) files.set(displayPath(cwd, join(root, newPath)), null);
    if (oldPath !== null) files.set(displayPath(cwd, join(root, oldPath)), was);
  }
  return { files };
}

/** What a patch's paths start from: the nearest directory, from here up to the top of the work tree, that has its files. */
function rootOf(patches: readonly FilePatch[], cwd: string): string {
  const names = patches.flatMap((p) => p.newPath ?? []);
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (names.every((name) => existsSync(join(dir, name)))) return dir;
    if (existsSync(join(dir, ".git")) || dirname(dir) === dir) return cwd;
  }
}

function textAt(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function readBaseline(file: string, shown: string): Baseline {
  try {
    return parseBaseline(readFileSync(file, "utf8"), dirname(file));
  } catch (error) {
    if (error instanceof BadBaseline) throw new UsageError(`--baseline ${shown}: ${error.message}`);
    throw new UsageError(`--baseline: cannot read ${shown}: ${reason(error)}; --write-baseline makes one`);
  }
}

/** Writes all findings of a run; gives what to say of it. */
export function writeBaseline(result: Run, flags: CheckFlags, cwd: string): string {
  const shown = flags.baseline ?? BASELINE;
  const file = resolve(cwd, shown);
  const old = existsSync(file) ? readBaseline(file, shown).entries : [];
  const entries = result.baseline(dirname(file), old);
  try {
    writeFileSync(file, formatBaseline(entries));
  } catch (error) {
    throw new UsageError(`cannot write ${shown}: ${reason(error)}`);
  }
  return `${count(entries.length, "finding")} in ${shown}; \`gomend check --baseline ${shown}\` tells only others.\n`;
}
