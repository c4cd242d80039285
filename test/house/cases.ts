/**
 * The fixture cases: what stands under fixtures/before, and what it says of itself.
 *
 * A case is `fixtures/before/<rule-id>/<case>.go`, or a directory `<case>/` with several files of one package. A finding is expected on each
 * line that ends in `// want "part of the message" safe unsafe ...`, with the applicability of each alternative in order. Twins with the outcome
 * stand at the same place under fixtures/after: `<case>` for the first alternatives, `<case>.2` for the second ones, and so on.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface CaseFile {
  /** Relative to the case's own directory, with `/`: `basic.go`, or `use.go` of the case `cross-file`. */
  readonly path: string;
  readonly text: string;
}

export interface Want {
  readonly path: string;
  /** Counts from 1. */
  readonly line: number;
  readonly message: string;
  readonly applicability: readonly string[];
}

export interface Case {
  readonly rule: string;
  readonly name: string;
  readonly directory: boolean;
  readonly files: readonly CaseFile[];
  /** The language version that gomend is told, as go.mod would: "1.26". */
  readonly go: string;
  readonly wants: readonly Want[];
}

export const BEFORE = "fixtures/before";
export const AFTER = "fixtures/after";
export const SNAPSHOTS = "test/snapshots";
export const NEWEST = "1.26";

/** The rules that have fixtures, sorted. */
export function fixtureRules(): string[] {
  return existsSync(BEFORE) ? directories(BEFORE) : [];
}

/** All cases of a rule, sorted by name. */
export function casesOf(rule: string): Case[] {
  const dir = join(BEFORE, rule);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .sort()
    .map((entry): Case => {
      const path = join(dir, entry);
      const directory = statSync(path).isDirectory();
      if (!directory && !entry.endsWith(".go")) throw new Error(`${path}: a case is a .go file or a directory`);
      const files = directory ? goFiles(path) : [{ path: entry, text: readFileSync(path, "utf8") }];
      const versions = new Set(files.flatMap((f) => versionOf(f.text) ?? []));
      if (versions.size > 1) throw new Error(`${path}: its files name several Go versions`);
      const wants = files.flatMap((f) => wantsOf(f));
      const name = directory ? entry : entry.slice(0, -".go".length);
      return { rule, name, directory, files, go: [...versions][0] ?? NEWEST, wants };
    });
}

/** The twin for the nth alternatives (from 1), or null when there is none. */
export function twinOf(c: Case, nth: number): CaseFile[] | null {
  const path = twinPath(c, nth);
  if (!existsSync(path)) return null;
  return c.directory ? goFiles(path) : [{ path: `${c.name}.go`, text: readFileSync(path, "utf8") }];
}

export function twinPath(c: Case, nth: number): string {
  const name = nth === 1 ? c.name : `${c.name}.${nth}`;
  return join(AFTER, c.rule, c.directory ? name : `${name}.go`);
}

/** Twins and snapshots on disk that belong to no case. */
export function orphans(root: string): string[] {
  if (!existsSync(root)) return [];
  return directories(root).flatMap((rule) => {
    const names = new Set(casesOf(rule).map((c) => c.name));
    return readdirSync(join(root, rule))
      .filter((entry) => {
        const name = entry.replace(/\.(go|txt)$/, "");
        return !names.has(name) && !names.has(name.replace(/\.\d+$/, ""));
      })
      .map((entry) => join(root, rule, entry));
  });
}

/** Writes a case's files into a directory. */
export function writeCase(dir: string, files: readonly CaseFile[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(dir, file.path)), { recursive: true });
    writeFileSync(join(dir, file.path), file.text);
  }
}

function directories(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => e.name)
    .sort();
}

function goFiles(dir: string, prefix = ""): CaseFile[] {
  return readdirSync(dir, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) => {
      if (e.isDirectory()) return goFiles(join(dir, e.name), `${prefix}${e.name}/`);
      if (!e.name.endsWith(".go")) throw new Error(`${join(dir, e.name)}: a case holds Go files only`);
      return [{ path: prefix + e.name, text: readFileSync(join(dir, e.name), "utf8") }];
    });
}

function versionOf(text: string): string | null {
  const said = /^\uFEFF?\/\/ fixture: *(.*?)\r?\n/.exec(text)?.[1];
  if (said === undefined) return null;
  const version = /^go=(1\.\d+)$/.exec(said)?.[1];
  if (version === undefined) throw new Error(`// fixture: ${said}: expected go=1.<minor>`);
  return version;
}

const LEVELS = new Set(["safe", "unsafe", "display"]);

/** The wants of a file. Throws on one that is misspelt, so that none is passed over in silence. */
export function wantsOf(file: CaseFile): Want[] {
  const wants: Want[] = [];
  for (const [index, line] of file.text.split(/\r?\n/).entries()) {
    const at = line.search(/\/\/ want\b/);
    if (at < 0) continue;
    for (const part of line.slice(at).split(/(?=\/\/ want )/)) {
      const parsed = /^\/\/ want ("(?:[^"\\]|\\.)*")((?: \w+)*) *$/.exec(part);
      const levels = parsed?.[2]?.trim().split(" ").filter(Boolean) ?? [];
      if (!parsed || !levels.every((l) => LEVELS.has(l))) throw new Error(`${file.path}:${index + 1}: not a want: ${part}`);
      wants.push({ path: file.path, line: index + 1, message: JSON.parse(parsed[1] as string) as string, applicability: levels });
    }
  }
  return wants;
}

/** The text as a reader of the documentation should see it: without the fixture's own marks. */
export function withoutMarks(text: string): string {
  return text.replace(/^\/\/ fixture:.*\n(\n)?/, "").replace(/[ \t]*\/\/ want ".*$/gm, "");
}
