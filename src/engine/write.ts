/**
 * Writes outcomes to disk: each file whole or not at all, files that belong together all or none, and never over what somebody else wrote
 * meanwhile. What the files held before is in a journal before the first of them changes, so that a write can be taken back, also one that
 * was cut short.
 */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchownSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { realFile, reason, topOf } from "./discover.ts";
import {
  CLOSED,
  digest,
  distrust,
  type Journal,
  type JournalFile,
  journalsIn,
  newId,
  OPEN,
  readJournal,
  rootKey,
  SCRATCH,
  scratchOf,
  stateDirectories,
} from "./journal.ts";
import type { FileChange, Problem } from "./report.ts";

export interface Written {
  readonly written: readonly FileChange[];
  /** One for each file that was left as it is. */
  readonly problems: readonly Problem[];
  /** An earlier write here was cut short, at this time; null when none was. */
  readonly interrupted: string | null;
}

export interface Undone {
  /** When the write was that is taken back; null when there is none to take back. */
  readonly at: string | null;
  /** Files that have their old bytes again, as they were reported; those that had them already are not among them. */
  readonly restored: readonly string[];
  /** One for each file that was left as it is. */
  readonly problems: readonly Problem[];
}

/** How many writes of a root are remembered. */
const REMEMBERED = 20;

/**
 * Writes each change to `absoluteOf(path)`, through a file beside it that takes its place, with mode and owner kept; a link stays a link. A
 * file that no longer holds `before`, or that may not be written, stays untouched and is told under problems; so are the files that belong
 * `together` with it, since half of a change may not compile. `cwd` says where `undoLast` will be asked for it.
 */
export function writeChanges(
  changes: readonly FileChange[],
  absoluteOf: (path: string) => string,
  together: Iterable<readonly string[]> = [],
  cwd: string = process.cwd(),
): Written {
  if (changes.length === 0) return { written: [], problems: [], interrupted: null };
  const problems: Problem[] = [];
  const refuse = (group: readonly FileChange[], failed: string, why: string): void => {
    for (const { path } of group) {
      const belongs = `not written: it belongs together with ${failed}, which could not be written`;
      problems.push({ path, rule: null, message: path === failed ? why : belongs });
    }
  };
  const all = (why: string): Written => {
    for (const { path } of changes) problems.push({ path, rule: null, message: why });
    return { written: [], problems, interrupted: null };
  };
  const root = topOf(cwd);
  const place = placeFor(root);
  if ("why" in place)
    return all(`not written: the journal for gomend undo cannot be kept: ${place.why}; set GOMEND_STATE_DIR to a directory of your own`);
  const lock = lockIn(place.dir);
  if ("why" in lock) return all(lock.why);
  try {
    const interrupted = cleanUp(place.dir);
    const groups: Prepared[] = [];
    for (const group of groupsOf(changes, together)) {
      const failed = firstFailure(group, ({ path, before, after }) => objection(realFile(absoluteOf(path)), before, after));
      if (failed) refuse(group, failed.path, failed.why);
      else groups.push({ group, files: group.map((c) => realFile(absoluteOf(c.path))) });
    }
    if (groups.length === 0) return { written: [], problems, interrupted };
    const journal = journalOf(root, groups);
    const open = join(place.dir, `${journal.id}${OPEN}`);
    const unkept = attempt(() => putFile(`${open}.part`, open, JSON.stringify(journal)));
    if (unkept !== null)
      return { ...all(`not written: the journal for gomend undo cannot be kept in ${place.dir}: ${unkept}`), interrupted };
    const written = commit(groups, journal, refuse);
    if (written.length > 0)
      attempt(() =>
        settle(
          open,
          written.map((c) => realFile(absoluteOf(c.path))),
        ),
      );
    else attempt(() => unlinkSync(open));
    forgetOld(place.dir);
    return { written, problems, interrupted };
  } finally {
    attempt(() => unlinkSync(lock.path));
  }
}

/**
 * Takes back the last write whose journal is kept for `cwd`: files that hold what was written get the exact bytes that they had. Files that
 * were edited since stay, and so do those that belong together with them; they are told under problems, and stay in the journal.
 */
export function undoLast(cwd: string = process.cwd()): Undone {
  const nothing: Undone = { at: null, restored: [], problems: [] };
  const dirs = stateDirectories().map((dir) => join(dir, rootKey(topOf(cwd))));
  const dir = dirs.find((d) => distrust(dirname(d)) === null && journalsIn(d).length > 0);
  if (dir === undefined) return nothing;
  const lock = lockIn(dir);
  if ("why" in lock)
    return { ...nothing, problems: [{ path: "", rule: null, message: lock.why.replace("not written", "not taken back") }] };
  try {
    for (const { path } of journalsIn(dir)) {
      const journal = readJournal(path);
      if (journal) return takeBack(journal, path);
      // Not ours to read, and nothing that an undo could use.
      attempt(() => unlinkSync(path));
    }
    return nothing;
  } finally {
    attempt(() => unlinkSync(lock.path));
  }
}

/** Forgets the last write without taking it back; gives when it was, null when there is none. */
export function forgetLast(cwd: string = process.cwd()): string | null {
  for (const state of stateDirectories()) {
    const [last] = distrust(state) === null ? journalsIn(join(state, rootKey(topOf(cwd)))) : [];
    if (!last) continue;
    const at = readJournal(last.path)?.at ?? "";
    unlinkSync(last.path);
    return at;
  }
  return null;
}

// ---------------------------------------------------------------- writing

interface Prepared {
  readonly group: readonly FileChange[];
  /** Where each is, without links. */
  readonly files: readonly string[];
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

function journalOf(root: string, groups: readonly Prepared[]): Journal {
  const files: JournalFile[] = [];
  const numbers = groups.map(({ group, files: real }) =>
    group.map(({ path, before, after }, i) => {
      files.push({ file: real[i] as string, path, before, after: digest(after) });
      return files.length - 1;
    }),
  );
  const id = newId(randomBytes(6).toString("hex"));
  return { version: 1, id, root, pid: process.pid, at: new Date().toISOString(), files, groups: numbers };
}

/**
 * Writes all new files first, so that a full disk is met before anything changes, and then puts them in place, group by group. A group of which
 * one file fails is put back as it was.
 */
function commit(
  groups: readonly Prepared[],
  journal: Journal,
  refuse: (group: readonly FileChange[], failed: string, why: string) => void,
): FileChange[] {
  const written: FileChange[] = [];
  const ready: { readonly group: readonly FileChange[]; readonly moves: readonly Move[] }[] = [];
  let n = 0;
  for (const { group, files } of groups) {
    const moves = group.map((change, i): Move => {
      const file = files[i] as string;
      return { change, file, scratch: scratchOf(journal, file, n++) };
    });
    const failed = firstFailure(
      moves,
      ({ change, file, scratch }) => prepare(scratch, file, change.after),
      (m) => m.change.path,
    );
    if (!failed) ready.push({ group, moves });
    else {
      for (const { scratch } of moves) attempt(() => unlinkSync(scratch));
      refuse(group, failed.path, failed.why);
    }
  }
  for (const { group, moves } of ready) {
    const done: Move[] = [];
    const failed = firstFailure(
      moves,
      (move) => {
        const why = putInPlace(move);
        if (why === null) done.push(move);
        return why;
      },
      (m) => m.change.path,
    );
    if (!failed) {
      written.push(...group);
      continue;
    }
    for (const { scratch } of moves) attempt(() => unlinkSync(scratch));
    const stuck = done.filter(({ change, file, scratch }) => {
      const back = { ...change, before: change.after, after: change.before };
      return attempt(() => prepare(scratch, file, back.after) ?? putInPlace({ change: back, file, scratch })) !== null;
    });
    const left = stuck.map((m) => m.change.path).join(", ");
    refuse(group, failed.path, stuck.length === 0 ? failed.why : `${failed.why}; ${left} could not be put back: gomend undo does it`);
  }
  return written;
}

interface Move {
  readonly change: FileChange;
  readonly file: string;
  readonly scratch: string;
}

/** Why the file may not be written, or null. */
function objection(file: string, before: string, after: string): string | null {
  // A rename would replace a read-only file all the same, and root may write everything: ask for the bits.
  const { mode, uid } = statSync(file);
  if (!statSync(file).isFile()) return "not written: it is no regular file";
  accessSync(file, constants.W_OK);
  if ((mode & 0o222) === 0) return READ_ONLY;
  const own = process.geteuid?.();
  if (own !== undefined && own !== 0 && own !== uid) return "not written: the file belongs to another user, and would not afterwards";
  const now = readFileSync(file);
  // Another name of the same file was written before.
  return holds(now, before) || holds(now, after) ? null : CHANGED;
}

/** Writes a file that is to take another's place, with its mode and owner. */
function prepare(scratch: string, file: string, text: string): null {
  const { mode, uid, gid } = statSync(file);
  const fd = openSync(scratch, "wx", mode & 0o777);
  try {
    writeAll(fd, text);
    // What the owner may be kept for, root alone can do; the group is kept where it may be.
    if (process.getuid) attempt(() => fchownSync(fd, uid, gid));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  chmodSync(scratch, mode & 0o7777);
  return null;
}

function putInPlace({ change, file, scratch }: Move): string | null {
  const now = readFileSync(file);
  if (holds(now, change.before)) renameSync(scratch, file);
  else {
    unlinkSync(scratch);
    if (!holds(now, change.after)) return CHANGED;
  }
  return null;
}

// ---------------------------------------------------------------- taking back

function takeBack(journal: Journal, path: string): Undone {
  const restored: string[] = [];
  const problems: Problem[] = [];
  const left: number[][] = [];
  removeScratch(journal);
  for (const group of journal.groups) {
    const files = group.map((n) => journal.files[n] as JournalFile);
    const failed = firstFailure(files, refusal);
    if (failed) {
      left.push([...group]);
      for (const f of files) {
        const belongs = `not taken back: it belongs together with ${failed.path}, which cannot be`;
        problems.push({ path: f.path, rule: null, message: f.path === failed.path ? failed.why : belongs });
      }
      continue;
    }
    const stuck: number[] = [];
    for (const n of group) {
      const file = journal.files[n] as JournalFile;
      const why = attempt(() => restore(journal, n, restored));
      if (why === null) continue;
      stuck.push(n);
      problems.push({ path: file.path, rule: null, message: why.replace("not written", "not taken back") });
    }
    if (stuck.length > 0) left.push(stuck);
  }
  if (left.length === 0) unlinkSync(path);
  else {
    let n = 0;
    const groups = left.map((group) => group.map(() => n++));
    putFile(`${path}.part`, path, JSON.stringify({ ...journal, files: left.flat().map((i) => journal.files[i]), groups }));
  }
  return { at: journal.at, restored, problems };
}

/** Why a file cannot be taken back, or null. */
function refusal({ file, before, after }: JournalFile): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return "not taken back: the file is gone";
  const now = readFileSync(file);
  if (holds(now, before)) return null;
  if (digest(now) !== after) return "not taken back: the file was edited since";
  accessSync(file, constants.W_OK);
  return (stat.mode & 0o222) === 0 ? "not taken back: the file is read-only" : null;
}

function restore(journal: Journal, n: number, restored: string[]): string | null {
  const { file, path, before, after } = journal.files[n] as JournalFile;
  if (holds(readFileSync(file), before)) return null;
  const scratch = scratchOf(journal, file, n);
  prepare(scratch, file, before);
  if (digest(readFileSync(file)) !== after) {
    unlinkSync(scratch);
    return "not taken back: the file was edited since";
  }
  renameSync(scratch, file);
  restored.push(path);
  return null;
}

// ---------------------------------------------------------------- journals

/** Where journals of a root are kept, made when it is not there yet. */
function placeFor(root: string): { readonly dir: string } | { readonly why: string } {
  let why = "";
  for (const state of stateDirectories()) {
    const dir = join(state, rootKey(root));
    const failed = attempt(() => {
      mkdirSync(state, { recursive: true, mode: 0o700 });
      const distrusted = distrust(state);
      if (distrusted !== null) return distrusted;
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      accessSync(dir, constants.W_OK);
      return distrust(dir);
    });
    if (failed === null) return { dir };
    why ||= `${state}: ${failed.replace(/^not written: /, "")}`;
  }
  return { why };
}

/** The write is whole: its journal says so, and the directories know of it should the power fail. */
function settle(open: string, files: readonly string[]): void {
  for (const dir of new Set(files.map((f) => dirname(f)))) attempt(() => syncDirectory(dir));
  renameSync(open, `${open.slice(0, -OPEN.length)}${CLOSED}`);
}

/** Takes away what writes that were cut short left beside the files; gives when the last of them was. */
function cleanUp(dir: string): string | null {
  let last: string | null = null;
  for (const { path, open } of journalsIn(dir)) {
    const journal = open ? readJournal(path) : null;
    if (!journal) continue;
    last ??= journal.at;
    removeScratch(journal);
    // It is told once.
    attempt(() => renameSync(path, `${path.slice(0, -OPEN.length)}${CLOSED}`));
  }
  return last;
}

function removeScratch(journal: Journal): void {
  for (const [n, { file }] of journal.files.entries()) attempt(() => unlinkSync(scratchOf(journal, file, n)));
}

function forgetOld(dir: string): void {
  for (const { path } of journalsIn(dir).slice(REMEMBERED)) attempt(() => unlinkSync(path));
}

// ---------------------------------------------------------------- one at a time

/** How long to wait for another gomend. */
const PATIENCE = 20_000;
const PAUSE = 25;

/** The lock that was taken, or why none could be. */
function lockIn(dir: string): { readonly path: string } | { readonly why: string } {
  const lock = join(dir, "lock");
  const own = join(dir, `lock.${process.pid}.${randomBytes(4).toString("hex")}`);
  const until = Date.now() + PATIENCE;
  try {
    const unmade = attempt(() => putFile(own, null, String(process.pid)));
    if (unmade !== null) return { why: unmade };
    for (;;) {
      const why = attempt(() => linkSync(own, lock));
      if (why === null) return { path: lock };
      if (!why.endsWith("EEXIST")) return { why };
      if (Date.now() > until) return { why: BUSY };
      stealFromTheDead(lock, own);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  } finally {
    attempt(() => unlinkSync(own));
  }
}

/** Takes a lock away whose process is gone. One that was renewed in between is given back. */
function stealFromTheDead(lock: string, own: string): void {
  attempt(() => {
    const holder = readFileSync(lock, "utf8");
    if (isAlive(Number(holder))) return;
    const aside = `${own}.dead`;
    renameSync(lock, aside);
    if (readFileSync(aside, "utf8") !== holder) attempt(() => linkSync(aside, lock));
    unlinkSync(aside);
  });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

// ---------------------------------------------------------------- small things

/** Writes a file for this user alone, and moves it into place once it is whole. */
function putFile(path: string, target: string | null, text: string): void {
  const fd = openSync(path, "w", 0o600);
  try {
    writeAll(fd, text);
    if (target !== null) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  if (target === null) return;
  renameSync(path, target);
  attempt(() => syncDirectory(dirname(target)));
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function syncDirectory(dir: string): void {
  const fd = openSync(dir, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function firstFailure<T>(
  items: readonly T[],
  work: (item: T) => string | null,
  pathOf: (item: T) => string = (item) => (item as { readonly path: string }).path,
): { path: string; why: string } | null {
  for (const item of items) {
    const why = attempt(() => work(item));
    if (why !== null) return { path: pathOf(item), why };
  }
  return null;
}

function holds(bytes: Buffer, text: string): boolean {
  return bytes.equals(Buffer.from(text, "utf8"));
}

function attempt(work: () => string | null | void): string | null {
  try {
    return work() ?? null;
  } catch (error) {
    const { code, path = "" } = error as NodeJS.ErrnoException;
    const denied = code === "EACCES" || code === "EPERM" || code === "EROFS";
    if (denied) return basename(path).startsWith(SCRATCH) ? READ_ONLY_DIRECTORY : READ_ONLY;
    return `not written: ${reason(error)}`;
  }
}

const BUSY = "not written: another gomend is writing here; run again when it is done";
const CHANGED = "not written: the file changed since it was read; run gomend again";
const READ_ONLY_DIRECTORY = "not written: its directory is read-only; make it writable and run gomend again";
const READ_ONLY = "not written: the file is read-only; make it writable and run gomend again";
