/** A tree and its copy with all safe fixes: what changed, and what gomend and gofmt say of it. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";

export interface Tree {
  readonly name: string;
  /** The tree itself, which is only read. Absolute, without links. */
  readonly original: string;
  readonly copy: string;
}

export interface Fixed {
  /** As gomend counts them. */
  readonly fixes: number;
  /** Go files that differ, relative. */
  readonly changed: readonly string[];
  /** What must not be: faults of rules, files no longer formatted, a second run with a diff. */
  readonly faults: readonly string[];
}

const COMMIT = ["-c", "user.name=corpus", "-c", "user.email=corpus@localhost", "-c", "commit.gpgsign=false"];

/** Copies a tree below `into`. With `commit` the copy becomes a repository of its own, so that `git diff` in it shows what the fixes did. */
export function copied(path: string, into: string, commit: boolean): Tree {
  const original = realpathSync(path);
  const name = basename(original) === "src" ? "go" : basename(original);
  const copy = join(into, name);
  mkdirSync(into, { recursive: true });
  if (existsSync(copy)) throw new Error(`${copy} exists: give another folder, or take it away`);
  cpSync(original, copy, { recursive: true, verbatimSymlinks: true, filter: (p) => basename(p) !== ".git" });
  if (commit) {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: copy, stdio: "ignore" });
    git("init", "-q");
    git("add", "-A", "-f");
    git(...COMMIT, "commit", "-qm", "as it was");
  }
  return { name, original, copy };
}

export function applied(tree: Tree, flags: readonly string[]): Fixed {
  const faults: string[] = [];
  const first = gomend(tree.copy, "fix", ...flags);
  if (first.status === 2 || first.status === null) faults.push(`gomend fix ended with ${first.status}:\n${first.stderr}`);
  const changed = goFiles(tree.copy).filter((p) => !readFileSync(join(tree.copy, p)).equals(readFileSync(join(tree.original, p))));
  const before = new Set(unformatted(tree.original, changed));
  const worse = unformatted(tree.copy, changed).filter((p) => !before.has(p));
  if (worse.length > 0) faults.push(`no longer formatted:\n${worse.join("\n")}`);
  const second = gomend(tree.copy, "fix", "--diff", ...flags);
  if (second.stdout !== "") faults.push(`a second run has a diff:\n${second.stdout.slice(0, 4000)}`);
  return { fixes: Number(/^Applied (\d+) fix/m.exec(first.stdout)?.[1] ?? 0), changed, faults };
}

function gomend(cwd: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const all = [resolve("dist/cli.js"), ...args, "--isolated", "--no-cache", "."];
  const run = spawnSync(process.execPath, all, { cwd, encoding: "utf8", maxBuffer: 1 << 30 });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

function unformatted(root: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  return execFileSync("gofmt", ["-l", ...paths.map((p) => join(root, p))], { encoding: "utf8" })
    .split("\n")
    .filter((p) => p !== "")
    .map((p) => relative(root, p));
}

function goFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith(".go"))
    .map((e) => relative(root, join(e.parentPath, e.name)))
    .sort();
}
