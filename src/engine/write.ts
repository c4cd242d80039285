/** Writes outcomes to disk: each file whole or not at all, and never over what somebody else wrote meanwhile. */
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
 * Writes each change to `absoluteOf(path)`, through a file beside it that takes its place, with the mode kept; a link stays a link.
 * A file that no longer holds `before`, or that may not be written, stays untouched and is told under problems.
 */
export function writeChanges(changes: readonly FileChange[], absoluteOf: (path: string) => string): Written {
  const written: FileChange[] = [];
  const problems: Problem[] = [];
  for (const change of changes) {
    const why = writeOne(change, absoluteOf(change.path));
    if (why === null) written.push(change);
    else problems.push({ path: change.path, rule: null, message: why });
  }
  return { written, problems };
}

/** Null when written, else why not. */
function writeOne(change: FileChange, absolute: string): string | null {
  let temporary: string | null = null;
  try {
    const file = realFile(absolute);
    // A rename would replace a read-only file all the same: ask first.
    accessSync(file, constants.W_OK);
    if (readFileSync(file).compare(Buffer.from(change.before, "utf8")) !== 0) return CHANGED;
    const { mode, uid, gid } = statSync(file);
    if ((mode & 0o222) === 0) return READ_ONLY;
    temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString("hex")}.gomend`);
    const fd = openSync(temporary, "wx", mode & 0o7777);
    try {
      const bytes = Buffer.from(change.after, "utf8");
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      if (process.getuid?.() === 0) fchownSync(fd, uid, gid);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    chmodSync(temporary, mode & 0o7777);
    if (readFileSync(file).compare(Buffer.from(change.before, "utf8")) !== 0) return CHANGED;
    renameSync(temporary, file);
    temporary = null;
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EACCES" || code === "EPERM" || code === "EROFS") return READ_ONLY;
    return `not written: ${reason(error)}`;
  } finally {
    if (temporary !== null) {
      try {
        unlinkSync(temporary);
      } catch {
        // it was never made
      }
    }
  }
}

const CHANGED = "not written: the file changed since it was read; run gomend again";
const READ_ONLY = "not written: the file is read-only; make it writable and run gomend again";
