/**
 * What a change may have to do with: the packages it touches and all that import them, directly or not. What is outside says today what it said
 * before the change.
 */
import { dirname, resolve } from "node:path";
import { importsOnly } from "../go/outline.ts";
import type { Target } from "./discover.ts";
import type { Disk, Overlay } from "./disk.ts";
import type { Modules } from "./modules.ts";

/** `changed` are the files that the change touched, as they were. Directories (absolute) of `groups`, in their order. */
export function affected(
  groups: ReadonlyMap<string, Target[]>,
  changed: Overlay,
  cwd: string,
  disk: Disk,
  modules: Modules,
): Map<string, Target[]> {
  const touched = new Set<string>();
  for (const path of changed.keys()) {
    // Which packages stand for which imports may be another question now.
    if (!path.endsWith(".go")) return new Map(groups);
    touched.add(dirname(resolve(cwd, path)));
  }
  const importers = new Map<string, string[]>();
  for (const [dir, targets] of groups) {
    for (const imported of importsOf(dir, targets, disk, modules)) {
      const known = importers.get(imported);
      if (known) known.push(dir);
      else importers.set(imported, [dir]);
    }
  }
  const queue = [...touched];
  for (let dir = queue.pop(); dir !== undefined; dir = queue.pop()) {
    for (const importer of importers.get(dir) ?? []) {
      if (touched.has(importer)) continue;
      touched.add(importer);
      queue.push(importer);
    }
  }
  return new Map([...groups].filter(([dir]) => touched.has(dir)));
}

/** Directories that a directory's files import. */
function importsOf(dir: string, targets: readonly Target[], disk: Disk, modules: Modules): Set<string> {
  const paths = new Set<string>();
  for (const { absolute } of targets) for (const { path } of importsOnly(disk.read(absolute) ?? "").imports) paths.add(path);
  const dirs = new Set<string>();
  for (const path of paths) {
    const imported = modules.directory(path, dir);
    if (imported !== null && imported !== dir) dirs.add(imported);
  }
  return dirs;
}
