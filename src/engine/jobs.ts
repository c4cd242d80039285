/** What the Go toolchain is to build for a set of changed files: their packages, by module, each for targets that its files belong to. */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type BuildTarget, type Host, targetKey, targetOf } from "../go/build-target.ts";
import { importsOnly } from "../go/outline.ts";
import type { GoJob, GoPackage } from "./toolchain.ts";

export interface ChangedFile {
  readonly absolute: string;
  readonly text: string;
}

export interface Jobs {
  /** Few jobs with many packages. */
  readonly all: readonly GoJob[];
  /** The same, one package at a time, by its directory. */
  readonly byPackage: ReadonlyMap<string, readonly GoJob[]>;
  /** Files that no known target builds. */
  readonly unknown: readonly string[];
}

export function jobsFor(files: readonly ChangedFile[], host: Host, test: boolean): Jobs {
  const unknown: string[] = [];
  const programs = new Map<string, boolean>();
  const targets = new Map<string, Map<string, BuildTarget>>();
  for (const { absolute, text } of files) {
    const dir = realpathSync(dirname(absolute));
    const header = importsOnly(text);
    const target = targetOf({ path: absolute, build: header.build, cgo: header.importDecls.some((d) => d.cgo) }, host);
    if (!target) {
      unknown.push(absolute);
      continue;
    }
    const own = targets.get(dir) ?? new Map<string, BuildTarget>();
    targets.set(dir, own.set(targetKey(target), target));
    if (!absolute.endsWith("_test.go")) programs.set(dir, header.packageName === "main");
  }
  const all = new Map<string, GoJob & { readonly packages: GoPackage[] }>();
  const byPackage = new Map<string, GoJob[]>();
  for (const [dir, own] of targets) {
    const module = moduleAbove(dir);
    const packages = [{ dir, program: programs.get(dir) ?? false }];
    for (const [key, target] of own) {
      const job = { dir: module ?? dir, module: module !== null, packages, target, test };
      byPackage.set(dir, [...(byPackage.get(dir) ?? []), job]);
      const together = all.get(`${job.dir}\0${key}`);
      if (together) together.packages.push(...packages);
      else all.set(`${job.dir}\0${key}`, { ...job, packages: [...packages] });
    }
  }
  return { all: [...all.values()], byPackage, unknown };
}

/** Texts by the paths under which the go command looks for them. */
export function overlayOf(files: readonly ChangedFile[]): Map<string, string> {
  return new Map(files.map(({ absolute, text }) => [join(realpathSync(dirname(absolute)), basename(absolute)), text]));
}

/** The directory of the nearest go.mod. */
function moduleAbove(dir: string): string | null {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, "go.mod"))) return at;
    if (dirname(at) === at) return null;
  }
}
