/**
 * The journal of writes: what files held before gomend changed them, kept outside of the tree until `gomend undo` or twenty writes later.
 * This file says where journals are and what they say; src/engine/write.ts writes them.
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** One file of a write. */
export interface JournalFile {
  /** Absolute, without links. */
  readonly file: string;
  /** The path as it was reported. */
  readonly path: string;
  readonly before: string;
  /** SHA-256 of what was written, in hexadecimal. */
  readonly after: string;
}

export interface Journal {
  readonly version: 1;
  /** Names the write, and the scratch files that it makes beside the files. */
  readonly id: string;
  readonly root: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly at: string;
  readonly files: readonly JournalFile[];
  /** Groups of files, by number, that belong together. */
  readonly groups: readonly (readonly number[])[];
}

/** A journal on disk. */
export interface Kept {
  readonly path: string;
  /** The write was not seen to end: it runs, or was cut short. */
  readonly open: boolean;
}

export const OPEN = ".open.json";
export const CLOSED = ".json";

/** Directories in which journals may be kept; the first that is there or can be made is taken. */
export function stateDirectories(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const { GOMEND_STATE_DIR, XDG_STATE_HOME, LOCALAPPDATA } = env;
  if (GOMEND_STATE_DIR) return [GOMEND_STATE_DIR];
  const own = process.geteuid?.() ?? "user";
  const usual =
    XDG_STATE_HOME && isAbsolute(XDG_STATE_HOME)
      ? join(XDG_STATE_HOME, "gomend")
      : process.platform === "win32" && LOCALAPPDATA
        ? join(LOCALAPPDATA, "gomend", "state")
        : join(homedir(), ".local", "state", "gomend");
  return [usual, join(tmpdir(), `gomend-${own}`)];
}

/** The name of a root's directory among the journals. */
export function rootKey(root: string): string {
  return createHash("sha256").update(root).digest("hex").slice(0, 16);
}

/**
 * Why a directory may not hold journals, or null: whoever can write there could have files of ours overwritten by an undo. A directory that
 * is not there is no fault.
 */
export function distrust(dir: string): string | null {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (!stat) return null;
  if (!stat.isDirectory()) return `${dir} is no directory`;
  const uid = process.geteuid?.();
  if (uid !== undefined && stat.uid !== uid) return `${dir} belongs to somebody else`;
  if (uid !== undefined && (stat.mode & 0o022) !== 0) return `others may write to ${dir}`;
  return null;
}

/** Journals of a root, the newest first. */
export function journalsIn(dir: string): Kept[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  return names
    .filter((n) => n.endsWith(CLOSED))
    .sort()
    .reverse()
    .map((n) => ({ path: join(dir, n), open: n.endsWith(OPEN) }));
}

/** Null when it is not a journal that this version knows, or its files do not stand by absolute paths. */
export function readJournal(path: string): Journal | null {
  try {
    const data = JSON.parse(readFileSync(path, "utf8")) as Journal;
    const strings = [data.id, data.root, data.at, ...data.files.flatMap((f) => [f.file, f.path, f.before, f.after])];
    const numbers = data.groups.flat();
    const whole =
      data.version === 1 &&
      strings.every((s) => typeof s === "string") &&
      /^[\w-]+$/.test(data.id) &&
      data.files.every((f) => isAbsolute(f.file)) &&
      numbers.every((n) => Number.isInteger(n) && n >= 0 && n < data.files.length) &&
      new Set(numbers).size === data.files.length;
    return whole ? data : null;
  } catch {
    return null;
  }
}

export function digest(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** How names of scratch files begin. */
export const SCRATCH = ".gomend-";

/** The scratch file beside the `n`th file of a journal. */
export function scratchOf({ id }: Pick<Journal, "id">, file: string, n: number): string {
  return join(dirname(file), `${SCRATCH}${id}-${n}`);
}

/** An id that sorts by time. */
export function newId(random: string): string {
  return `${Date.now().toString(36).padStart(9, "0")}-${random}`;
}
