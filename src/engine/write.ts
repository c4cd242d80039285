/**
 * Writes outcomes to disk: each file whole or not at all, files that belong together all or none, and never over what somebody else wrote
 * meanwhile.
 */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { realFile, reason } from "./discover.ts";
import type { FileChange, Problem } from "./report.ts";

export interface Written {
  readonly written: readonly FileChange[];
  /** One for each file that was left as it is. */
  readonly problems: readonly Problem[];
}

/**
 * Writes each change to `absoluteOf(path)`, through a file beside it that takes its place, with the mode kept; a link stays a link. A file
 * that no longer holds `before`, or that may not be written, stays untouched and is told under problems; so are the files that belong
 * `together` with it, since half of a change may not compile.
 */
export function writeChanges(
  changes: readonly FileChange[],
  absoluteOf: (path: string) => string,
  together: Iterable<readonly string[]> = [],
): Written {
  const written: FileChange[] = [];
  const problems: Problem[] = [];
  for (const group of groupsOf(changes, together)) {
    const failed = writeGroup(group, absoluteOf);
    if (!failed) {
      written.push(...group);
      continue;
    }
    for (const { path } of group) {
      const message =
        path === failed.path ? failed.why : `not written: it belongs together with ${failed.path}, which could not be written`;
      problems.push({ path, rule: null, message });
    }
  }
  return { written, problems };
}

/** Changes that hang together, in the order given. */
function groupsOf(changes: readonly FileChange[], together: Iterable<readonly string[]>): FileChange[][] {
  const leader = new Map(changes.map((c) => [c.path, c.path]));
  const find = (path: string): string => {
    let at = path;
    for (let up = leader.get(at); up !== undefined && up !== at; up = leader.get(at)) at = up;
    return at;
  };
  for (const paths of together) {
    const [first, ...rest] = paths.filter((p) => leader.has(p));
    if (first !== undefined) for (const path of rest) leader.set(find(path), find(first));
  }
  const groups = new Map<string, FileChange[]>();
  for (const change of changes) {
    const key = find(change.path);
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return [...groups.values()];
}

/** Null when all is written; else the file that was in the way, and none is. */
function writeGroup(group: readonly FileChange[], absoluteOf: (path: string) => string): { path: string; why: string } | null {
  for (const change of group) {
    const why = attempt(() => objection(change, realFile(absoluteOf(change.path))));
    if (why !== null) return { path: change.path, why };
  }
  const done: FileChange[] = [];
  for (const change of group) {
    const why = attempt(() => replace(change, realFile(absoluteOf(change.path))));
    if (why === null) {
      done.push(change);
      continue;
    }
    for (const { path, before, after } of done) {
      attempt(() => replace({ path, before: after, after: before }, realFile(absoluteOf(path))));
    }
    return { path: change.path, why };
  }
  return null;
}

/** Why the file may not be written, or null. */
function objection(change: FileChange, file: string): string | null {
  // A rename would replace a read-only file all the same, and root may write everything: ask for the bits.
  accessSync(file, constants.W_OK);
  if ((statSync(file).mode & 0o222) === 0) return READ_ONLY;
  const now = readFileSync(file);
  // Another name of the same file was written before.
  return holds(now, change.before) || holds(now, change.after) ? null : CHANGED;
}

/** Puts a new file in the old one's place. */
function replace(change: FileChange, file: string): string | null {
  if (holds(readFileSync(file), change.after)) return null;
  const { mode, uid, gid } = statSync(file);
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString("hex")}.gomend`);
  const fd = openSync(temporary, "wx", mode & 0o7777);
  try {
    try {
      const bytes = Buffer.from(change.after, "utf8");
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      if (process.getuid?.() === 0) fchownSync(fd, uid, gid);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    chmodSync(temporary, mode & 0o7777);
    if (!holds(readFileSync(file), change.before)) {
      unlinkSync(temporary);
      return CHANGED;
    }
    renameSync(temporary, file);
    return null;
  } catch (error) {
    attempt(() => {
      unlinkSync(temporary);
      return null;
    });
    throw error;
  }
}

function holds(bytes: Buffer, text: string): boolean {
  return bytes.equals(Buffer.from(text, "utf8"));
}

function attempt(work: () => string | null): string | null {
  try {
    return work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EACCES" || code === "EPERM" || code === "EROFS") return READ_ONLY;
    return `not written: ${reason(error)}`;
  }
}

const CHANGED = "not written: the file changed since it was read; run gomend again";
const READ_ONLY = "not written: the file is read-only; make it writable and run gomend again";
