/**
 * The cache on disk: one file a bucket, in a directory of the user's own. A bucket is written beside its place and renamed into it, so that a
 * run that is killed leaves the old one; a print at its head tells a whole one from anything else. What somebody else may write is not read.
 */
import { createHash, randomBytes } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CacheStore } from "../engine/cache/cache.ts";
import { type RunCache, UsageError } from "../engine/run.ts";
import { cacheDirectory, prepare } from "./own-directory.ts";

const HEAD = /^gomend-cache ([0-9a-f]{40})\n/;

/** Temporary files of runs that were killed are taken away after so many milliseconds. */
const ABANDONED = 3_600_000;

/** Fewer files than this are checked sooner than a cache is looked at. */
const LEAST = 50;

export interface CacheFlags {
  readonly cache: boolean;
  readonly cacheDir?: string;
}

/** The cache that the flags and the environment ask for; null for none. Throws `UsageError` when a directory that was named cannot be used. */
export function cacheFor(flags: CacheFlags, env: NodeJS.ProcessEnv = process.env): RunCache | null {
  const off = !flags.cache || (env.GOMEND_NO_CACHE ?? "") !== "";
  const build = buildId();
  if (off || build === null) return null;
  const named = flags.cacheDir ?? (env.GOMEND_CACHE_DIR || null);
  const dir = named ?? cacheDirectory(env);
  const why = prepare(dir);
  if (why === null) return { store: new DiskStore(dir), build, least: LEAST };
  if (named === null) return null;
  throw new UsageError(`the cache directory ${dir} cannot be used: ${why}; choose another with --cache-dir, or none with --no-cache`);
}

export class DiskStore implements CacheStore {
  private readonly dir: string;
  private swept = false;

  constructor(dir: string) {
    this.dir = dir;
  }

  read(bucket: string): string | null {
    const file = join(this.dir, bucket);
    try {
      const stat = lstatSync(file);
      const uid = process.getuid?.();
      if (!stat.isFile() || (uid !== undefined && (stat.uid !== uid || (stat.mode & 0o022) !== 0))) return null;
      const text = readFileSync(file, "utf8");
      const head = HEAD.exec(text);
      const body = head ? text.slice(head[0].length) : "";
      return head && head[1] === print(body) ? body : null;
    } catch {
      return null;
    }
  }

  write(bucket: string, text: string): void {
    const temporary = join(this.dir, `.${bucket}.${randomBytes(6).toString("hex")}.tmp`);
    try {
      this.sweep();
      writeFileSync(temporary, `gomend-cache ${print(text)}\n${text}`, { mode: 0o600, flag: "wx" });
      renameSync(temporary, join(this.dir, bucket));
    } catch {
      // A full disk or a directory that went away costs the next run its speed, nothing else.
      rmSync(temporary, { force: true });
    }
  }

  private sweep(): void {
    if (this.swept) return;
    this.swept = true;
    for (const name of readdirSync(this.dir)) {
      if (!name.endsWith(".tmp")) continue;
      const file = join(this.dir, name);
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (stat && stat.mtimeMs < Date.now() - ABANDONED) rmSync(file, { force: true });
    }
  }
}

function print(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** Tells this build from others; null in the source tree, where any file may have changed since. */
function buildId(): string | null {
  try {
    return readFileSync(fileURLToPath(new URL("./build-id", import.meta.url)), "utf8");
  } catch {
    return null;
  }
}
