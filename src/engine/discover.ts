/**
 * Which Go files a run looks at: files, directories, `./...`. Iterative, sorted, and honest about what it could not read.
 */
import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Ignore } from "ignore";
import { patternsIn } from "./patterns.ts";
import { LARGEST_SETTINGS, readRegular } from "./regular.ts";
import type { Problem } from "./report.ts";

export interface Target {
  /** Relative to the working directory, with `/`. */
  readonly path: string;
  readonly absolute: string;
  /** Named itself on the command line: never left out. */
  readonly named: boolean;
}

export interface Discovered {
  /** Sorted by path; each file once. */
  readonly targets: readonly Target[];
  readonly problems: readonly Problem[];
  /** Arguments that do not exist: a mistake of the person, not of a file. */
  readonly missing: readonly string[];
  /** Arguments that are directories in which no Go file was found. */
  readonly empty: readonly string[];
}

export interface DiscoverOptions {
  readonly cwd: string;
  /** Files, directories, `dir/...`; none means the working directory. */
  readonly paths: readonly string[];
  /** Take files under `vendor/`, `testdata/` and what .gitignore names as well. */
  readonly includeIgnored?: boolean;
  /** Told now and then how many files there are so far. */
  readonly onFound?: (files: number) => void;
}

/** Directories that the go command leaves alone, and those that hold no Go of one's own. */
function skippedDirectory(name: string): boolean {
  const first = name.charCodeAt(0);
  return first === 0x2e || first === 0x5f || name === "vendor" || name === "testdata" || name === "node_modules";
}

/** A path as reports show it: relative to the working directory, with `/`. */
export function displayPath(cwd: string, absolute: string): string {
  const rel = relative(cwd, absolute);
  const shown = rel === "" ? "." : rel;
  return sep === "/" ? shown : shown.replaceAll(sep, "/");
}

/** The path of what has the name in a directory; sooner than `join`, since neither needs to be normalized. */
export function entryPath(dir: string, name: string): string {
  return dir.endsWith(sep) ? `${dir}${name}` : `${dir}${sep}${name}`;
}

export function discover(options: DiscoverOptions): Discovered {
  const { cwd } = options;
  const found = new Map<string, Target>();
  const problems: Problem[] = [];
  const missing: string[] = [];
  const empty: string[] = [];
  for (const argument of options.paths.length ? options.paths : ["."]) {
    const absolute = resolve(cwd, argument.replace(/(^|[/\\])\.\.\.$/, "$1") || ".");
    const stat = statOf(absolute);
    if (!stat) {
      missing.push(argument);
    } else if (!stat.isDirectory()) {
      found.set(absolute, { path: displayPath(cwd, absolute), absolute, named: true });
    } else {
      const before = found.size;
      const seen = walk(absolute, options, found, problems);
      if (found.size === before && !seen) empty.push(argument);
    }
  }
  const targets = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { targets, problems, missing, empty };
}

/** Walks one directory; true when it holds Go files that were found already through another argument. */
function walk(root: string, options: DiscoverOptions, found: Map<string, Target>, problems: Problem[]): boolean {
  const { cwd, includeIgnored: all = false, onFound } = options;
  let seen = false;
  const inside = treeOf(root, cwd);
  const rules = all ? null : ancestorRules(root);
  const stack: { dir: string; rules: IgnoreRules | null }[] = [{ dir: root, rules }];
  for (let item = stack.pop(); item; item = stack.pop()) {
    let entries: Dirent[];
    try {
      entries = readdirSync(item.dir, { withFileTypes: true });
    } catch (error) {
      problems.push({ path: displayPath(cwd, item.dir), rule: null, message: `cannot read the directory: ${reason(error)}` });
      continue;
    }
    onFound?.(found.size);
    const here = all ? null : ownRules(item.dir, entries, item.rules, problems, cwd);
    const prefix = displayPath(cwd, item.dir);
    for (const entry of entries) {
      const name = entry.name;
      const absolute = entryPath(item.dir, name);
      if (entry.isDirectory()) {
        if (!all && skippedDirectory(name)) continue;
        if (all && (name === ".git" || name === "node_modules")) continue;
        if (here && ignored(here, absolute, true)) continue;
        stack.push({ dir: absolute, rules: here });
      } else if (name.endsWith(".go")) {
        const first = name.charCodeAt(0);
        if (first === 0x2e || first === 0x5f) continue;
        if (here && ignored(here, absolute, false)) continue;
        const why = entry.isFile() ? null : entry.isSymbolicLink() ? faultOfLink(absolute, inside) : IRREGULAR;
        if (why !== null) {
          const path = prefix === "." ? name : `${prefix}/${name}`;
          if (why !== "")
            problems.push({ path, rule: null, message: why, ...(why === IRREGULAR || why === OUTSIDE ? { harmless: true } : {}) });
          continue;
        }
        if (found.has(absolute)) seen = true;
        else found.set(absolute, { path: prefix === "." ? name : `${prefix}/${name}`, absolute, named: false });
      }
    }
  }
  return seen;
}

const IRREGULAR = "no regular file: not checked";
const OUTSIDE = "a link that leads out of the tree: not checked (name it to check it)";

/**
 * Null for a link to a file within the tree; else why it is not followed, "" for no reason to tell. As the go command does, a link to a directory is not
 * followed, so that no walk can go round in circles. What lies outside is nobody's to read or to write because of a link.
 */
function faultOfLink(absolute: string, inside: string): string | null {
  try {
    if (leadsOutside(absolute, inside)) return OUTSIDE;
    const stat = statSync(absolute);
    return stat.isFile() ? null : stat.isDirectory() ? "" : IRREGULAR;
  } catch (error) {
    return `cannot follow the link: ${reason(error)}`;
  }
}

/** The work tree's top above a directory, or the directory itself, without links. */
export function topOf(root: string): string {
  const from = realpathSync(root);
  for (let dir = from; ; dir = dirname(dir)) {
    if (statSync(join(dir, ".git"), { throwIfNoEntry: false })) return dir;
    if (dirname(dir) === dir) return from;
  }
}

/** The tree that a walk may follow links in: the work tree; where there is none the working directory, or the root when that lies elsewhere. */
function treeOf(root: string, cwd: string): string {
  const top = topOf(root);
  return top === realpathSync(root) && !leadsOutside(root, realpathSync(cwd)) ? realpathSync(cwd) : top;
}

/** Whether a path is, by its links, not within a directory, which is given without links. */
export function leadsOutside(path: string, dir: string): boolean {
  const real = realpathSync(path);
  return real !== dir && !real.startsWith(dir.endsWith(sep) ? dir : `${dir}${sep}`);
}

// ---------------------------------------------------------------- .gitignore

/** The rules of one directory's .gitignore, and those of the directories above it. */
interface IgnoreRules {
  readonly base: string;
  readonly rules: Ignore;
  readonly above: IgnoreRules | null;
}

function ignored(rules: IgnoreRules, absolute: string, directory: boolean): boolean {
  for (let r: IgnoreRules | null = rules; r; r = r.above) {
    let rel = absolute.slice(r.base.length + (r.base.endsWith(sep) ? 0 : 1));
    if (sep !== "/") rel = rel.replaceAll(sep, "/");
    const said = r.rules.test(directory ? `${rel}/` : rel);
    if (said.ignored) return true;
    if (said.unignored) return false;
  }
  return false;
}

function load(file: string, base: string, above: IgnoreRules | null): IgnoreRules | null {
  try {
    return { base, rules: patternsIn(readSettings(file)).rules, above };
  } catch {
    return above;
  }
}

function readSettings(file: string): string {
  return readRegular(file, LARGEST_SETTINGS).toString("utf8");
}

/** Rules of the directories above the root, up to the work tree's top; dropped when they name the root itself, which was asked for. */
function ancestorRules(root: string): IgnoreRules | null {
  const chain: string[] = [];
  let top: string | null = null;
  for (let dir = root; ; dir = dirname(dir)) {
    if (statSync(join(dir, ".git"), { throwIfNoEntry: false })) {
      top = dir;
      break;
    }
    if (dirname(dir) === dir) break;
    chain.push(dirname(dir));
  }
  let rules: IgnoreRules | null = null;
  if (top !== null) rules = load(join(top, ".git", "info", "exclude"), top, null);
  for (const dir of chain.reverse()) rules = load(join(dir, ".gitignore"), dir, rules);
  return rules && root !== top && ignored(rules, root, true) ? null : rules;
}

function ownRules(
  dir: string,
  entries: readonly Dirent[],
  above: IgnoreRules | null,
  problems: Problem[],
  cwd: string,
): IgnoreRules | null {
  if (!entries.some((e) => e.name === ".gitignore" && !e.isDirectory())) return above;
  const file = join(dir, ".gitignore");
  try {
    const { rules, fault } = patternsIn(readSettings(file));
    if (fault) problems.push({ path: displayPath(cwd, file), rule: null, line: fault.line, message: fault.message, harmless: true });
    return { base: dir, rules, above };
  } catch (error) {
    problems.push({ path: displayPath(cwd, file), rule: null, message: `cannot read: ${reason(error)}` });
    return above;
  }
}

/** Undefined for what is not there, whatever is the matter with its path. */
function statOf(absolute: string): Stats | undefined {
  try {
    return statSync(absolute, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** What the system said, in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOENT":
      return "no such file";
    case "ELOOP":
      return "too many levels of symbolic links";
    case "EISDIR":
      return "it is a directory";
    case "EIRREGULAR":
      return "it is no regular file";
    case "EFBIG":
      return "it is too large";
    case "ENAMETOOLONG":
      return "its path is too long";
    case "EROFS":
      return "the file system is read-only";
    case "ENOSPC":
      return "no space left on the device";
    default:
      return code ?? (error instanceof Error ? error.message : String(error));
  }
}

/** The file behind links, for writing. */
export function realFile(absolute: string): string {
  return realpathSync(absolute);
}
