/** Where gomend keeps what it can make again, and whether that is the user's own. */
import { mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return env.GOMEND_CACHE_DIR || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gomend");
}

/** Makes the directory; null when it is one's own, else what is wrong with it. */
export function prepare(dir: string): string | null {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const stat = statSync(dir);
    if (!stat.isDirectory()) return "it is no directory";
    const uid = process.getuid?.();
    if (uid !== undefined && stat.uid !== uid) return "it belongs to somebody else";
    if (uid !== undefined && (stat.mode & 0o022) !== 0) return "others may write to it (chmod go-w)";
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EEXIST" ? "it is no directory" : (error as Error).message;
  }
}
