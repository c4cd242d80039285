/**
 * Prints of files' contents. A file whose size, times and inode are as they were need not be read again; one that was written within
 * the last moments before it was looked at is read all the same, since its times may not tell a further write.
 */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { goFileNames } from "../disk.ts";
import { readRegular } from "../regular.ts";
import { digest } from "./seen.ts";

/** `[size, mtimeMs, ctimeMs, inode, content]`; the times are null where they cannot be trusted. */
export type Mark = readonly [size: number, mtime: number | null, ctime: number | null, inode: number, content: string];

/** Within this time, in milliseconds, two writes may leave the same times behind. */
const RACY = 2_000;

export class Contents {
  /** By absolute path, of this run; null for a file that was seen with two contents. */
  readonly marks = new Map<string, Mark | null>();
  private readonly known: (absolute: string) => Mark | null;
  private readonly now: number;

  /** `known` gives what an earlier run noted. */
  constructor(known: (absolute: string) => Mark | null, now: number = Date.now()) {
    this.known = known;
    this.now = now;
  }

  /** Print of a file; null when it cannot be read. */
  of(absolute: string): string | null {
    const noted = this.marks.get(absolute);
    const mark = noted === undefined ? this.look(absolute) : noted;
    return mark === null ? null : mark[4];
  }

  /** A file's bytes, noted on the way; throws as `readRegular` does. */
  read(absolute: string): Buffer {
    const state = stateOf(absolute, this.now);
    const bytes = readRegular(absolute);
    const content = contentOf(bytes);
    const noted = this.marks.get(absolute);
    const changed = !state || noted === null || (noted !== undefined && noted[4] !== content);
    this.marks.set(absolute, changed ? null : [...state, content]);
    return bytes;
  }

  /** Print of the Go files of a directory, names and contents; null when one cannot be read. */
  ofDirectory(dir: string, wanted: (name: string) => boolean = () => true): string | null {
    const parts: string[] = [];
    for (const name of goFileNames(dir)) {
      if (!wanted(name)) continue;
      const content = this.of(join(dir, name));
      if (content === null) return null;
      parts.push(name, content);
    }
    return digest(parts);
  }

  private look(absolute: string): Mark | null {
    const state = stateOf(absolute, this.now);
    if (!state) return null;
    const before = this.known(absolute);
    const same = before?.every((part, i) => i === 4 || (part !== null && part === state[i]));
    const content = before && same ? before[4] : attempt(() => contentOf(readRegular(absolute)));
    if (content === null) return null;
    const mark: Mark = [...state, content];
    this.marks.set(absolute, mark);
    return mark;
  }
}

type FileState = readonly [size: number, mtime: number | null, ctime: number | null, inode: number];

/** A file's state as of now; to be asked before its bytes are read. Null when there is no such file. */
function stateOf(absolute: string, now: number): FileState | null {
  const stat = attempt(() => statSync(absolute, { throwIfNoEntry: false }));
  if (!stat?.isFile()) return null;
  const racy = stat.mtimeMs > now - RACY || stat.ctimeMs > now - RACY;
  return [stat.size, racy ? null : stat.mtimeMs, racy ? null : stat.ctimeMs, stat.ino];
}

/** Print of bytes. */
export function contentOf(bytes: Uint8Array): string {
  return createHash("sha1").update(bytes).digest("base64url");
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}

/** Whether a file counts for a package that is imported, with its tests or without. */
export function countsFor(tests: boolean): (name: string) => boolean {
  return (name) => tests || !name.endsWith("_test.go");
}
