/** Unified patches, as `git diff` and `diff -u` print them: read, and taken back from the text that they lead to. */
import type { Hunk, HunkLine } from "./diff.ts";

export interface FilePatch {
  /** null for a file that is new, or gone. Prefixes such as `a/` are taken off. */
  readonly oldPath: string | null;
  readonly newPath: string | null;
  /** Without any for a rename, a change of mode or a binary file. */
  readonly hunks: readonly Hunk[];
}

/** A text that is no patch, or a broken one; the message gives the line. */
export class BadPatch extends Error {
  override name = "BadPatch";
}

/** All files of a patch, in its order. What stands between them (a mail's text, `index` lines) is passed over. Throws `BadPatch`. */
export function parsePatch(patch: string): FilePatch[] {
  const reader = new Reader(patch);
  const files: FilePatch[] = [];
  for (let file = reader.file(); file; file = reader.file()) files.push(file);
  if (files.length === 0 && patch.trim() !== "") throw new BadPatch("no patch: there is no line that starts with --- or diff --git");
  return files;
}

/** Hunks alone, as GitHub and GitLab give them for one file. Throws `BadPatch`. */
export function parseHunks(hunks: string): Hunk[] {
  return new Reader(hunks).hunks();
}

const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const KINDS: Readonly<Record<string, HunkLine["kind"]>> = { " ": "same", "-": "removed", "+": "added" };

class Reader {
  private readonly lines: string[];
  private at = 0;

  constructor(text: string) {
    this.lines = text.split("\n");
    // What the last newline ends is no line.
    if (this.lines.at(-1) === "") this.lines.pop();
  }

  file(): FilePatch | null {
    while (this.at < this.lines.length && !this.isFileStart()) this.at++;
    if (this.at >= this.lines.length) return null;
    let names: { old: string | null; new: string | null } | null = null;
    const git = this.line().startsWith("diff --git ");
    if (git) {
      names = gitNames(this.line().slice("diff --git ".length));
      this.at++;
      for (; this.at < this.lines.length && !/^(--- |diff --git |@@ )/.test(this.line()); this.at++) names = extended(this.line(), names);
    }
    if (this.line().startsWith("--- ") && this.line(1).startsWith("+++ ")) {
      const [old, now] = [nameOf(this.line().slice(4)), nameOf(this.line(1).slice(4))];
      names = withoutPrefixes(old, now);
      this.at += 2;
    }
    return { oldPath: names?.old ?? null, newPath: names?.new ?? null, hunks: this.hunks() };
  }

  hunks(): Hunk[] {
    const hunks: Hunk[] = [];
    for (let header = HEADER.exec(this.line()); header; header = HEADER.exec(this.line())) hunks.push(this.hunk(header));
    return hunks;
  }

  private hunk(header: RegExpExecArray): Hunk {
    const [oldLines, newLines] = [Number(header[2] ?? 1), Number(header[4] ?? 1)];
    const lines: HunkLine[] = [];
    let [old, now] = [oldLines, newLines];
    this.at++;
    while (old > 0 || now > 0) {
      // Mailers strip the blank of an empty context line.
      const line = this.at < this.lines.length ? this.line() || " " : "";
      const kind = KINDS[line[0] ?? ""];
      if (kind === undefined) throw new BadPatch(`line ${this.at + 1}: the hunk ends before its ${oldLines} and ${newLines} lines`);
      if (kind !== "added") old--;
      if (kind !== "removed") now--;
      this.at++;
      const newline = !this.line().startsWith("\\");
      if (!newline) this.at++;
      lines.push({ kind, text: line.slice(1), newline });
    }
    // A side without lines is named by the line before it.
    const start = (text: string | undefined, count: number): number => Number(text) + (count === 0 ? 1 : 0);
    return { oldStart: start(header[1], oldLines), oldLines, newStart: start(header[3], newLines), newLines, lines };
  }

  private isFileStart(): boolean {
    return this.line().startsWith("diff --git ") || (this.line().startsWith("--- ") && this.line(1).startsWith("+++ "));
  }

  private line(ahead = 0): string {
    return this.lines[this.at + ahead] ?? "";
  }
}

interface Names {
  readonly old: string | null;
  readonly new: string | null;
}

/** The lines between `diff --git` and the first hunk that tell of names. */
function extended(line: string, names: Names | null): Names | null {
  const said = /^(rename|copy) (from|to) (.*)$/.exec(line);
  if (said) return { old: names?.old ?? null, new: names?.new ?? null, [said[2] === "from" ? "old" : "new"]: unquoted(said[3] as string) };
  if (line.startsWith("new file mode")) return { old: null, new: names?.new ?? null };
  if (line.startsWith("deleted file mode")) return { old: names?.old ?? null, new: null };
  return names;
}

/** `a/x b/x`, of which each name may be quoted, or hold blanks: then both are the same but for the prefix. */
function gitNames(text: string): Names | null {
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/.exec(text);
  if (quoted) return withoutPrefixes(unquoted(quoted[1] as string), unquoted(quoted[2] as string));
  const half = (text.length - 1) / 2;
  const names = withoutPrefixes(text.slice(0, half), text.slice(half + 1));
  return Number.isInteger(half) && names.old === names.new ? names : null;
}

/** The name of a `---` or `+++` line, without a time stamp; null for /dev/null. */
function nameOf(text: string): string | null {
  const name = unquoted(text.replace(/\r$/, "").replace(/\t[^"]*$/, ""));
  return name === "/dev/null" ? null : name;
}

/** git writes `a/` and `b/`, or by `diff.mnemonicPrefix` another letter each; by `diff.noprefix` none. */
function withoutPrefixes(old: string | null, now: string | null): Names {
  const prefixed = (name: string | null): boolean => name === null || /^[abciow]\//.test(name);
  const same = old !== null && old === now;
  if (same || !prefixed(old) || !prefixed(now)) return { old, new: now };
  return { old: old?.slice(2) ?? null, new: now?.slice(2) ?? null };
}

/** A name as git C-quotes it: octal escapes are UTF-8 bytes. */
function unquoted(name: string): string {
  if (!/^".*"$/.test(name)) return name;
  const bytes: number[] = [];
  const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, '"': 34, "\\": 92 };
  for (const [, octal, letter, plain] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0));
    else bytes.push(...new TextEncoder().encode(plain));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** The old side of a file, from its new side; null when the patch does not lead to that text. */
export function oldSide(after: string, hunks: readonly Hunk[]): string | null {
  const lines = linesOf(after);
  const result: string[] = [];
  let next = 0;
  for (const hunk of hunks) {
    const start = hunk.newStart - 1;
    if (start < next || start > lines.length) return null;
    for (; next < start; next++) result.push(lines[next] as string);
    for (const { kind, text, newline } of hunk.lines) {
      const line = newline ? `${text}\n` : text;
      if (kind !== "added") result.push(line);
      if (kind !== "removed" && lines[next++] !== line) return null;
    }
  }
  result.push(...lines.slice(next));
  return result.join("");
}

/** Lines with their ends; none for an empty text. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
