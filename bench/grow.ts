/** Trees of several sizes made of one: a part of its directories, or several copies of it. */
import { copyFileSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

interface Directory {
  readonly files: readonly string[];
  readonly bytes: number;
}

export interface Grown {
  readonly root: string;
  readonly bytes: number;
  readonly files: number;
}

/** Directories with Go files, vendor and testdata left out, each with its go.mod. */
export function directoriesOf(tree: string): Directory[] {
  const found: Directory[] = [];
  const visit = (dir: string): void => {
    const files: string[] = [];
    let bytes = 0;
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) {
        if (!/^([._].*|vendor|testdata|node_modules)$/.test(entry.name)) visit(path);
      } else if (entry.name.endsWith(".go") || entry.name === "go.mod") {
        files.push(path);
        bytes += statSync(path).size;
      }
    }
    if (files.length > 0) found.push({ files, bytes });
  };
  visit(tree);
  return found;
}

/** A tree of about `bytes` below `root`. Of a part every n-th directory is taken, so that it is like the whole. */
export function grow(tree: string, directories: readonly Directory[], bytes: number, root: string): Grown {
  const all = directories.reduce((sum, d) => sum + d.bytes, 0);
  let written = 0;
  let files = 0;
  for (let copy = 0; written < bytes * 0.98; copy++) {
    const share = Math.min(1, (bytes - written) / all);
    let due = 0;
    for (const directory of directories) {
      due += share;
      const isModule = directory.files.some((f) => f.endsWith("go.mod"));
      if (due < 1 && !isModule) continue;
      if (due >= 1) due -= 1;
      for (const file of directory.files) {
        const to = join(root, String(copy), relative(tree, file));
        mkdirSync(dirname(to), { recursive: true });
        copyFileSync(file, to);
      }
      written += directory.bytes;
      files += directory.files.length;
    }
  }
  return { root, bytes: written, files };
}
