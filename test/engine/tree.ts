/** Directories of files for one test. */
import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";

const made: string[] = [];

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A fresh directory with these files; a path that ends in `/` is an empty directory. Removed after the test. */
export function tree(files: Readonly<Record<string, string | Buffer>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "gomend-test-")));
  made.push(root);
  for (const [path, content] of Object.entries(files)) {
    const absolute = join(root, path);
    if (path.endsWith("/")) mkdirSync(absolute, { recursive: true });
    else {
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
    }
  }
  return root;
}

const NOBODY = 65534;

/** Gives a file to the user of `asNobody`. */
export function ownedByNobody(file: string): void {
  if (process.geteuid?.() === 0) chownSync(file, NOBODY, NOBODY);
}

/** Runs as a user without special rights, for whom permissions mean something, where the tests run as root; with journals of that user. */
export function asNobody<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  const state = tree({});
  chownSync(state, NOBODY, NOBODY);
  const { GOMEND_STATE_DIR } = process.env;
  process.env.GOMEND_STATE_DIR = state;
  process.seteuid?.(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
    if (GOMEND_STATE_DIR === undefined) delete process.env.GOMEND_STATE_DIR;
    else process.env.GOMEND_STATE_DIR = GOMEND_STATE_DIR;
  }
}
