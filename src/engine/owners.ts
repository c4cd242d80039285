/**
 * CODEOWNERS, as GitHub and GitLab read it: patterns as in .gitignore without negation, the last that matches decides; GitLab's sections each
 * decide for themselves, with the section's owners where a line names none.
 *
 * Sources: docs.github.com "About code owners", docs.gitlab.com "Code Owners syntax".
 */
import { statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { faultOfPattern } from "./patterns.ts";
import { LARGEST_SETTINGS, readRegular } from "./regular.ts";

/** Where the two look, in their order. */
const PLACES = [".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

interface Line {
  readonly section: string;
  readonly pattern: Ignore;
  readonly owners: readonly string[];
}

export class Owners {
  private readonly root: string;
  private readonly lines: readonly Line[];

  /** `root` is the directory (absolute) that patterns count from. */
  constructor(root: string, text: string) {
    this.root = root;
    this.lines = [...linesOf(text)];
  }

  /** The CODEOWNERS of the work tree that holds `dir`; null when there is none. */
  static near(dir: string): Owners | null {
    for (let at = dir; ; at = dirname(at)) {
      for (const place of PLACES) {
        const text = read(join(at, place));
        if (text !== null) return new Owners(at, text);
      }
      if (statSync(join(at, ".git"), { throwIfNoEntry: false }) || dirname(at) === at) return null;
    }
  }

  /** Who owns a file (absolute), as written; empty when nobody does. */
  of(absolute: string): readonly string[] {
    const path = relative(this.root, absolute).split(sep).join("/");
    if (path === "" || path.startsWith("../")) return [];
    const bySection = new Map<string, readonly string[]>();
    for (const { section, pattern, owners } of this.lines) if (pattern.ignores(path)) bySection.set(section, owners);
    return [...new Set([...bySection.values()].flat())];
  }
}

function* linesOf(text: string): Generator<Line> {
  let section = "";
  let defaults: readonly string[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const head = /^\^?\[([^\]]+)\](?:\[\d+\])?(.*)$/.exec(line);
    if (head) {
      section = (head[1] ?? "").toLowerCase();
      defaults = words(head[2] ?? "");
      continue;
    }
    const [pattern = "", ...owners] = words(line);
    const plain = pattern.startsWith("!") ? `\\${pattern}` : pattern;
    if (faultOfPattern(plain) !== null) continue;
    yield { section, pattern: ignore().add(plain), owners: owners.length > 0 ? owners : defaults };
  }
}

/** Words of a line; a backslash keeps a blank, and `#` begins a comment. */
function words(text: string): string[] {
  const found = text.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = found.findIndex((word) => word.startsWith("#"));
  return (comment < 0 ? found : found.slice(0, comment)).map((word) => word.replace(/\\ /g, " "));
}

function read(file: string): string | null {
  try {
    return readRegular(file, LARGEST_SETTINGS).toString("utf8");
  } catch {
    return null;
  }
}
