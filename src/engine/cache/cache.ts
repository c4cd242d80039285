/**
 * Results of earlier runs, by directory. An entry answers as long as the directory's files, what holds for it (rules, configuration,
 * flags, language version, gomend itself) and all that the check saw of other packages are the same. What it saw is known by name, so that a
 * change elsewhere asks for a new check only where somebody looked.
 *
 * Entries lie in buckets, each one text in the store. Buckets are read when first needed and written at the end, whole; of two runs at
 * the same time the later one wins, and nothing but speed is lost.
 */
import { resolve } from "node:path";
import type { Checked, Trace } from "../check.ts";
import { displayPath, type Target } from "../discover.ts";
import type { Handing } from "../handing.ts";
import type { Modules } from "../modules.ts";
import { readRegular } from "../regular.ts";
import { Contents, contentOf, countsFor, type Mark } from "./contents.ts";
import { type Entry, isEntry, restore, store } from "./entry.ts";
import { digest, headerOf, printOf, type Seen, type SeenHands } from "./seen.ts";

/** Where buckets are kept. Both may fail without harm: then there was nothing, or nothing is kept. */
export interface CacheStore {
  /** Null when there is none, or when it is not as it was written. */
  read(bucket: string): string | null;
  write(bucket: string, text: string): void;
}

export interface CacheOptions {
  readonly cwd: string;
  readonly store: CacheStore;
  /** Tells this build of gomend from any other. */
  readonly build: string;
}

/** One directory that is to be checked, and a text that tells all that holds for it. */
export interface Place {
  readonly dir: string;
  readonly targets: readonly Target[];
  readonly key: string;
  /** What its rules look for in what other packages hand out. */
  readonly handing: Handing | null;
}

interface Bucket {
  /** By directory as reports name it, then by name. */
  readonly marks: Record<string, Record<string, Mark>>;
  /** By key; the last used first. */
  readonly entries: Record<string, Entry[]>;
}

const BUCKETS = 64;
/** Entries of one directory: branches that are gone back and forth between. */
const VARIANTS = 4;
/** Entries that nobody used for so many days are let go. */
const DAYS = 30;
/** A bucket's size, in UTF-16 units, above which its oldest entries are let go: all of them together stay below half a gigabyte. */
const LARGEST = 8 * 1024 * 1024;
/** Changes with what an entry says. */
const FORMAT = 2;

export class ResultCache {
  readonly contents: Contents;
  private readonly options: CacheOptions;
  private readonly modules: Modules;
  private readonly buckets = new Map<string, Bucket>();
  private readonly dirty = new Set<string>();
  private readonly today = Math.floor(Date.now() / 86_400_000);

  constructor(options: CacheOptions, modules: Modules) {
    this.options = options;
    this.modules = modules;
    this.contents = new Contents((absolute) => this.markOf(absolute));
  }

  /** What an earlier check of the place found, if a check would find the same today. */
  lookup(place: Place): Checked | null {
    const entries = this.bucketOf(this.shown(place.dir)).entries[this.keyOf(place)];
    if (!entries) return null;
    const content = this.contents.ofDirectory(place.dir);
    for (const [i, entry] of entries.entries()) {
      if (entry.content !== content || !this.holds(entry, place)) continue;
      const checked = restore(entry.stored, (path, print) => this.source(path, print));
      if (!checked) continue;
      if (i > 0 || entry.day !== this.today) {
        entries.splice(i, 1);
        entries.unshift({ ...entry, day: this.today });
        this.dirty.add(bucketName(this.shown(place.dir)));
      }
      return checked;
    }
    return null;
  }

  keep(place: Place, checked: Checked, trace: Trace): void {
    for (const [absolute, mark] of trace.marks) this.mark(absolute, mark);
    const prints: Record<string, string> = {};
    for (const path of checked.sources.keys()) {
      const mark = trace.marks.get(resolve(this.options.cwd, path));
      if (!mark) return;
      prints[path] = mark[4];
    }
    const shown = this.shown(place.dir);
    const { entries } = this.bucketOf(shown);
    const key = this.keyOf(place);
    const entry: Entry = {
      content: trace.content,
      imports: trace.imports,
      seen: trace.seen,
      handed: trace.handed,
      stored: store(checked, prints),
      day: this.today,
    };
    const others = (entries[key] ?? []).filter((e) => e.content !== entry.content || !sameSeen(e, entry));
    entries[key] = [entry, ...others].slice(0, VARIANTS);
    this.dirty.add(bucketName(shown));
  }

  /** Writes what changed. */
  flush(): void {
    for (const [absolute, mark] of this.contents.marks) if (mark) this.mark(absolute, mark);
    for (const name of this.dirty) {
      const bucket = this.buckets.get(name);
      if (bucket) this.options.store.write(name, textOf(bucket, this.today));
    }
    this.dirty.clear();
  }

  // ------------------------------------------------------------ what an entry hangs on

  private holds({ imports, seen, handed }: Entry, { dir, handing }: Place): boolean {
    const { cwd } = this.options;
    for (const [path, led] of imports) {
      const now = this.modules.directory(path, dir);
      if ((now === null ? null : displayPath(cwd, now)) !== led) return false;
    }
    return seen.every((s) => this.looksTheSame(s)) && handed.every((h) => this.handsTheSame(h, dir, handing));
  }

  private handsTheSame([path, shown, content, print]: SeenHands, main: string, handing: Handing | null): boolean {
    const dir = resolve(this.options.cwd, shown);
    if (this.modules.ownDirectory(path, main) !== dir || handing === null) return false;
    return this.contents.ofDirectory(dir, countsFor(false)) === content || this.modules.handsOf(path, dir, main, handing).print === print;
  }

  private looksTheSame(seen: Seen): boolean {
    const dir = resolve(this.options.cwd, seen.dir);
    if (this.contents.ofDirectory(dir, countsFor(seen.tests)) === seen.content) return true;
    const files = this.modules.packageAt(dir, seen.tests)?.files;
    if (!files || headerOf(files) !== seen.header) return false;
    return Object.entries(seen.asked).every(([name, print]) => printOf(name, files) === print);
  }

  private source(path: string, print: string): string | null {
    try {
      const bytes = readRegular(resolve(this.options.cwd, path));
      return contentOf(bytes) === print ? bytes.toString("utf8") : null;
    } catch {
      return null;
    }
  }

  // ------------------------------------------------------------ buckets

  private keyOf({ dir, targets, key }: Place): string {
    const shown = targets.map((t) => `${t.named ? "!" : ""}${t.path}`);
    return digest([String(FORMAT), this.options.build, this.shown(dir), key, ...shown]);
  }

  private markOf(absolute: string): Mark | null {
    const { dir, name } = split(this.shown(absolute));
    return this.bucketOf(dir).marks[dir]?.[name] ?? null;
  }

  private mark(absolute: string, mark: Mark): void {
    const { dir, name } = split(this.shown(absolute));
    const { marks } = this.bucketOf(dir);
    marks[dir] ??= {};
    const own = marks[dir];
    if (own[name]?.every((part, i) => part === mark[i])) return;
    own[name] = mark;
    this.dirty.add(bucketName(dir));
  }

  private bucketOf(shown: string): Bucket {
    const name = bucketName(shown);
    let bucket = this.buckets.get(name);
    if (!bucket) {
      bucket = read(this.options.store.read(name));
      this.buckets.set(name, bucket);
    }
    return bucket;
  }

  private shown(absolute: string): string {
    return displayPath(this.options.cwd, absolute);
  }
}

function sameSeen(a: Entry, b: Entry): boolean {
  return JSON.stringify([a.seen, a.handed]) === JSON.stringify([b.seen, b.handed]);
}

function split(path: string): { dir: string; name: string } {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? { dir: ".", name: path } : { dir: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** By the first letters of a path's print, so that a bucket holds the same whatever else the tree has. */
function bucketName(shown: string): string {
  const print = digest([shown]);
  let sum = 0;
  for (let i = 0; i < 4; i++) sum = (sum * 31 + print.charCodeAt(i)) % BUCKETS;
  return `results-${String(sum).padStart(2, "0")}`;
}

function read(text: string | null): Bucket {
  const empty: Bucket = { marks: Object.create(null), entries: Object.create(null) };
  if (text === null) return empty;
  try {
    const data = JSON.parse(text) as { marks?: unknown; entries?: unknown };
    for (const [key, entries] of Object.entries(data.entries ?? {}))
      if (Array.isArray(entries) && entries.every(isEntry)) empty.entries[key] = entries;
    for (const [dir, names] of Object.entries(data.marks ?? {})) {
      const own: Record<string, Mark> = Object.create(null);
      for (const [name, mark] of Object.entries(names ?? {})) if (isMark(mark)) own[name] = mark;
      empty.marks[dir] = own;
    }
  } catch {
    return { marks: Object.create(null), entries: Object.create(null) };
  }
  return empty;
}

function isMark(value: unknown): value is Mark {
  if (!Array.isArray(value) || value.length !== 5 || typeof value[4] !== "string") return false;
  return value.slice(0, 4).every((part) => typeof part === "number" || part === null);
}

/** The bucket without what is old, and without the oldest of what is too much. */
function textOf(bucket: Bucket, today: number): string {
  const kept = Object.entries(bucket.entries)
    .map(([key, entries]) => [key, entries.filter((e) => today - e.day <= DAYS)] as const)
    .filter(([, entries]) => entries.length > 0)
    .sort(([, a], [, b]) => (b[0]?.day ?? 0) - (a[0]?.day ?? 0));
  const text = JSON.stringify({ marks: bucket.marks, entries: Object.fromEntries(kept) });
  if (text.length <= LARGEST) return text;
  let size = 0;
  const few = kept.filter(([, entries]) => {
    size += JSON.stringify(entries).length;
    return size <= LARGEST / 2;
  });
  return JSON.stringify({ marks: {}, entries: Object.fromEntries(few) });
}
