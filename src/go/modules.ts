/**
 * Which module a directory belongs to, the import path of a directory, and the directory of an import path: within the module, its
 * workspace, its replacements, its vendor directory and the module cache. Nothing is fetched.
 */
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { type GoMod, parseGoMod, parseGoWork, type Replacement } from "./gomod.ts";
import type { Version } from "./version.ts";

/** Access to files; paths are absolute, as the platform writes them. */
export interface FileReader {
  /** The text of a file, null when it cannot be read. */
  read(path: string): string | null;
  isDirectory(path: string): boolean;
}

export interface Module {
  /** The directory of its go.mod. */
  readonly dir: string;
  readonly mod: GoMod;
}

export interface ModulesOptions {
  /** GOMODCACHE; null when there is none. */
  readonly cache?: string | null;
  /** GOWORK=off sets this to false. */
  readonly workspace?: boolean;
}

/** What the go command assumes of a module without a `go` line. */
export const UNSTATED: Version = { major: 1, minor: 16 };

interface Workspace {
  readonly modules: readonly Module[];
  readonly replace: readonly { readonly dir: string; readonly of: Replacement }[];
}

/** Remembers what it read: make a new one when files changed. */
export class Modules {
  private readonly files: FileReader;
  private readonly cache: string | null;
  private readonly workspaces: boolean;
  private readonly byDir = new Map<string, Module | null>();
  private readonly workByDir = new Map<string, Workspace | null>();
  private readonly dirs = new Map<string, boolean>();

  constructor(files: FileReader, options: ModulesOptions = {}) {
    this.files = files;
    this.cache = options.cache ?? null;
    this.workspaces = options.workspace ?? true;
  }

  /** The module of a directory: that of the nearest go.mod upward; null when there is none. */
  moduleOf(dir: string): Module | null {
    return this.upward(dir, this.byDir, (at) => {
      const text = this.files.read(join(at, "go.mod"));
      return text === null ? undefined : { dir: at, mod: parseGoMod(text) };
    });
  }

  /**
   * Import path of a directory; "" when no module holds it. Directories of the modules `std` and `cmd` of Go's own tree are named as Go names
   * them: `net/http`, `cmd/go`.
   */
  importPath(dir: string): string {
    const module = this.moduleOf(dir);
    if (!module || module.mod.module === "") return "";
    const inside = relative(module.dir, dir).split(sep).join("/");
    if (module.mod.module === "std") return inside;
    return inside === "" ? module.mod.module : `${module.mod.module}/${inside}`;
  }

  /** The `go` line that rules the packages of a directory; null when no go.mod tells. */
  version(dir: string): Version | null {
    const module = this.moduleOf(dir);
    return module && (module.mod.go ?? UNSTATED);
  }

  /**
   * The directory of an import path, as the main module that holds `from` sees it: its requirements choose the versions, for what its
   * dependencies import too, so pass a directory of the main module then. null when it is not to be had, and for the standard library.
   */
  directory(path: string, from: string): string | null {
    const module = this.moduleOf(from);
    if (!module) return null;
    const work = this.workspaceOf(module);
    const mains = work?.modules ?? [module];
    const main = longest(mains, (m) => m.mod.module, path);
    if (main) {
      // A nested module is not part of the outer one.
      const dir = join(main.dir, ...rest(path, main.mod.module));
      return this.exists(dir) && this.moduleOf(dir) === main ? dir : null;
    }
    if (module.mod.module === "std") {
      const own = join(module.dir, ...path.split("/"));
      if (this.exists(own)) return own;
    }
    const vendored = join(module.dir, "vendor", ...path.split("/"));
    if (this.exists(vendored)) return vendored;
    return this.required(path, module, work);
  }

  private required(path: string, module: Module, work: Workspace | null): string | null {
    const replacing = [...(work?.replace ?? []), ...module.mod.replace.map((of) => ({ dir: module.dir, of }))];
    const requires = (work?.modules ?? [module]).flatMap((m) => m.mod.require);
    const candidates = requires
      .filter((r) => covers(r.path, path))
      .sort((a, b) => b.path.length - a.path.length || (a.path === b.path ? newer(a.version, b.version) : 0));
    for (const { path: modulePath, version } of candidates) {
      const replaced = replacing.find(
        (r) => r.of.from.path === modulePath && (r.of.from.version === null || r.of.from.version === version),
      );
      const dir = replaced ? this.replacement(replaced) : this.cached(modulePath, version);
      const found = dir && join(dir, ...rest(path, modulePath));
      if (found && this.exists(found)) return found;
    }
    return null;
  }

  private replacement({ dir, of }: { dir: string; of: Replacement }): string | null {
    const { path, version } = of.to;
    if (version !== null) return this.cached(path, version);
    return isAbsolute(path) ? path : resolve(dir, path);
  }

  private cached(path: string, version: string): string | null {
    return this.cache === null ? null : `${join(this.cache, ...escapePath(path).split("/"))}@${escapePath(version)}`;
  }

  /** The workspace that uses the module; null when there is none. */
  private workspaceOf(module: Module): Workspace | null {
    if (!this.workspaces) return null;
    const work = this.upward(module.dir, this.workByDir, (at) => {
      const text = this.files.read(join(at, "go.work"));
      if (text === null) return undefined;
      const { use, replace } = parseGoWork(text);
      const modules = use.flatMap((dir) => {
        const own = this.moduleOf(resolve(at, dir));
        return own ? [own] : [];
      });
      return { modules, replace: replace.map((of) => ({ dir: at, of })) };
    });
    return work?.modules.includes(module) ? work : null;
  }

  /** The answer for the nearest directory upward that has one. */
  private upward<T>(dir: string, known: Map<string, T | null>, at: (dir: string) => T | undefined): T | null {
    const passed: string[] = [];
    let found: T | null = null;
    for (let here = dir; ; here = dirname(here)) {
      const before = known.get(here);
      if (before !== undefined) {
        found = before;
        break;
      }
      passed.push(here);
      const own = at(here);
      if (own !== undefined) {
        found = own;
        break;
      }
      if (dirname(here) === here) break;
    }
    for (const here of passed) known.set(here, found);
    return found;
  }

  private exists(dir: string): boolean {
    let known = this.dirs.get(dir);
    if (known === undefined) {
      known = this.files.isDirectory(dir);
      this.dirs.set(dir, known);
    }
    return known;
  }
}

/** Module paths in the cache write capitals as `!` and the small letter. */
export function escapePath(path: string): string {
  let escaped = "";
  for (const c of path) escaped += c >= "A" && c <= "Z" ? `!${c.toLowerCase()}` : c;
  return escaped;
}

function covers(module: string, path: string): boolean {
  return module !== "" && (path === module || path.startsWith(`${module}/`));
}

function longest<T>(all: readonly T[], of: (item: T) => string, path: string): T | null {
  let best: T | null = null;
  for (const item of all) if (covers(of(item), path) && (!best || of(item).length > of(best).length)) best = item;
  return best;
}

function rest(path: string, module: string): string[] {
  return path === module ? [] : path.slice(module.length + 1).split("/");
}

/** Order of versions as semver has it, newest first; of what cannot be told apart the first stays. */
function newer(a: string, b: string): number {
  const left = a.split("-", 1)[0]?.slice(1).split(".").map(Number) ?? [];
  const right = b.split("-", 1)[0]?.slice(1).split(".").map(Number) ?? [];
  for (let i = 0; i < 3; i++) {
    const difference = (right[i] ?? 0) - (left[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(a.includes("-")) - Number(b.includes("-"));
}
