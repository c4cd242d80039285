/** The files as a run sees them: what is on disk, with texts of its own in place of some files. */
import { isAscii } from "node:buffer";
import { readdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Contents } from "./cache/contents.ts";
import { displayPath } from "./discover.ts";
import { readRegular } from "./regular.ts";

/** Texts that stand for what is on disk, by path as reports show it; null for a file that counts as not there. */
export type Overlay = ReadonlyMap<string, string | null>;

export class Disk {
  readonly overlay: Overlay;
  private readonly cwd: string;
  /** Names that the overlay adds to (true) or takes out of (false) a directory, by absolute path. */
  private readonly names = new Map<string, Map<string, boolean>>();

  private readonly contents: Contents | null;

  /** `contents` is told of all that is read. */
  constructor(cwd: string, overlay: Overlay, contents: Contents | null = null) {
    this.cwd = cwd;
    this.overlay = overlay;
    this.contents = contents;
    for (const [path, text] of overlay) {
      const absolute = resolve(cwd, path);
      const dir = dirname(absolute);
      const names = this.names.get(dir) ?? new Map<string, boolean>();
      names.set(absolute.slice(dir.length).replace(/^[/\\]/, ""), text !== null);
      this.names.set(dir, names);
    }
  }

  /** The text of a file (absolute), null when it is not there or cannot be read. */
  read(absolute: string): string | null {
    const text = this.overlay.size === 0 ? undefined : this.overlay.get(displayPath(this.cwd, absolute));
    return text === undefined ? this.readOrNull(absolute) : text;
  }

  /** What is on disk; throws as `readRegular` does. */
  bytes(absolute: string): Buffer {
    return this.contents ? this.contents.read(absolute) : readRegular(absolute);
  }

  /** The bytes of a file as the run sees it; none when it is not there or cannot be read. */
  bytesOf(absolute: string): Buffer {
    const text = this.overlay.size === 0 ? undefined : this.overlay.get(displayPath(this.cwd, absolute));
    if (text !== undefined) return Buffer.from(text ?? "", "utf8");
    try {
      return this.bytes(absolute);
    } catch {
      return Buffer.alloc(0);
    }
  }

  private readOrNull(absolute: string): string | null {
    try {
      return decoded(this.bytes(absolute));
    } catch {
      return null;
    }
  }

  isDirectory(absolute: string): boolean {
    if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) return true;
    return [...this.names].some(([dir, names]) => isWithin(dir, absolute) && [...names.values()].includes(true));
  }

  /** Names of the Go files of a directory that the go command would look at; none when it cannot be read. */
  goFileNames(dir: string): string[] {
    const changed = this.names.get(dir);
    const names = entriesOf(dir).filter((n) => changed?.get(n) !== false);
    for (const [name, there] of changed ?? []) if (there && !names.includes(name)) names.push(name);
    return names.filter(isGoFile);
  }
}

/** The text of a file. Most are ASCII, whose bytes can be copied as they are. */
export function decoded(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString("latin1") : bytes.toString("utf8");
}

function isGoFile(name: string): boolean {
  return name.endsWith(".go") && !name.startsWith(".") && !name.startsWith("_");
}

/** Names of the Go files of a directory as it is on disk. */
export function goFileNames(dir: string): string[] {
  return entriesOf(dir).filter(isGoFile);
}

function isWithin(dir: string, parent: string): boolean {
  return dir === parent || (dir.startsWith(parent) && /[/\\]/.test(dir[parent.length] ?? ""));
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
