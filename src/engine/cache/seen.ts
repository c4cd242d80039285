/**
 * What the check of one directory saw of other packages: where their imports led, and a print of each name that was asked for. An answer
 * holds as long as all of them are the same.
 */
import { createHash } from "node:crypto";
import type { GoFile } from "../../model/file.ts";
import { ALL } from "../../model/package.ts";

/** A package of another directory, as one check saw it. Prints are of the text, so that equal ones mean equal answers. */
export interface Seen {
  /** As reports name it. */
  readonly dir: string;
  /** With its test files: an external test package looked at it. */
  readonly tests: boolean;
  /** Print of the whole content of its files: while it stays the same nothing else needs to be asked. */
  readonly content: string;
  /** Print of what stands above the declarations: package clauses, imports, build lines. */
  readonly header: string;
  /** By what was asked for (see `PackageInput.onAsked`): print of the declarations that answer. */
  readonly asked: Readonly<Record<string, string>>;
}

/** Where an import led; null when its source was not to be had. */
export type Resolved = readonly [path: string, dir: string | null];

/** What a package of the module hands out, as one check saw it: a print of its files, and one of the declarations that it hangs on. */
export type SeenHands = readonly [path: string, dir: string, content: string, print: string];

export function digest(parts: Iterable<string>): string {
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("base64url");
}

/** Print of everything that the named question can be answered from. */
export function printOf(asked: string, files: readonly GoFile[]): string {
  const parts: string[] = [];
  for (const file of files) {
    if (asked === ALL) parts.push(file.path, file.source.text);
    else
      for (const d of file.declarations) {
        const answers = asked.startsWith(".") ? d.kind === "method" && d.receiver === asked.slice(1) : d.names.includes(asked);
        if (answers) parts.push(file.path, d.kind, file.source.text.slice(d.start, d.end));
      }
  }
  return digest(parts);
}

/** Print of the files' heads. */
export function headerOf(files: readonly GoFile[]): string {
  return digest(
    files.flatMap(({ path, packageName, generated, imports, build }) => [
      path,
      packageName,
      JSON.stringify([generated, imports.map((i) => [i.alias, i.path]), build.map((b) => b.expression)]),
    ]),
  );
}

/** Notes what a check asks of other packages. */
export class Witness {
  private readonly resolved = new Map<string, string | null>();
  private readonly packages = new Map<string, { dir: string; tests: boolean; files: readonly GoFile[]; asked: Set<string> }>();

  private readonly handing = new Map<string, { dir: string; print: string }>();

  /** It was asked what the package `path` in `dir` (absolute) hands out. */
  hands(path: string, dir: string, print: string): void {
    this.handing.set(path, { dir, print });
  }

  /** As `seen`. */
  handed(shown: (dir: string) => string, contentOf: (dir: string) => string | null): SeenHands[] | null {
    const all: SeenHands[] = [];
    for (const [path, { dir, print }] of this.handing) {
      const content = contentOf(dir);
      if (content === null) return null;
      all.push([path, shown(dir), content, print]);
    }
    return all;
  }

  /** The import `path` led to `dir` (absolute), or nowhere. */
  led(path: string, dir: string | null): void {
    this.resolved.set(path, dir);
  }

  /** Gives what is to be told of each question to the package. */
  watch(dir: string, tests: boolean, files: readonly GoFile[]): (name: string) => void {
    const asked = new Set<string>();
    this.packages.set(tests ? `${dir}\0test` : dir, { dir, tests, files, asked });
    return (name) => asked.add(name);
  }

  /** What was seen; `contentOf` gives the print of a directory's files, null when it cannot be had. Null when nothing can be said. */
  seen(shown: (dir: string) => string, contentOf: (dir: string, tests: boolean) => string | null): Seen[] | null {
    const all: Seen[] = [];
    for (const { dir, tests, files, asked } of this.packages.values()) {
      const content = contentOf(dir, tests);
      if (content === null) return null;
      const names = [...asked].sort().map((name) => [name, printOf(name, files)] as const);
      all.push({ dir: shown(dir), tests, content, header: headerOf(files), asked: Object.fromEntries(names) });
    }
    return all;
  }

  imports(shown: (dir: string) => string): Resolved[] {
    return [...this.resolved].map(([path, dir]) => [path, dir === null ? null : shown(dir)]);
  }
}
