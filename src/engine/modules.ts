/** Packages of other directories, and what go.mod says about a directory, for one run. */
import { homedir } from "node:os";
import { join } from "node:path";
import { Modules as Layout, parseVersion, type Version } from "../go/module.ts";
import { GoFile } from "../model/file.ts";
import type { PackageModel } from "../model/model.ts";
import { buildPackage, type Package } from "../model/package.ts";
import { digest, type Witness } from "./cache/seen.ts";
import { displayPath, entryPath } from "./discover.ts";
import type { Disk } from "./disk.ts";
import { type HandedNames, type HandedOut, type Handing, withCallers } from "./handing.ts";

/** The newest language version that gomend knows: what holds where nothing tells. */
export const NEWEST: Version = { major: 1, minor: 26 };

/** When imported packages hold more than this, in bytes by a rough estimate, those are let go that were not asked for of late. */
const ENOUGH = 12 * 1024 * 1024;
const LEFT = 8 * 1024 * 1024;
/** What a unit of parsed text costs as syntax nodes and their meaning. */
const PARSED = 60;

/** What a package hands out, and a print of the declarations that this hangs on. */
export interface Hands {
  readonly print: string;
  /** */
  names(): HandedNames;
}

/** The Go files of a directory that a check looks at only because another package imports it, and the packages that they make. */
interface Listed {
  /** In order of name. */
  readonly files: readonly GoFile[];
  /** By whether test files belong to it. */
  readonly packages: Map<boolean, PackageFiles | null>;
  /** What they held when they were weighed last. */
  weight: number;
}

function weightOf(files: readonly GoFile[]): number {
  return files.reduce((sum, file) => sum + file.loaded + PARSED * file.parsed, 0);
}

const NOTHING: Hands = { print: "", names: () => new Map() };

export class Modules {
  private readonly cwd: string;
  private readonly forced: Version | null;
  private readonly disk: Disk;
  private readonly layout: Layout;
  /** Directories of imported packages; what was asked for last stands last. */
  private readonly listed = new Map<string, Listed>();
  /** Those that may have grown since all were weighed, and what all held then. */
  private readonly asked = new Set<Listed>();
  private held = 0;
  private readonly handed = new Map<Handing, Map<string, Hands>>();

  /** `go` is the version of `--go`. */
  constructor(cwd: string, go: string | undefined, disk: Disk) {
    this.cwd = cwd;
    this.forced = go === undefined ? null : parseVersion(go);
    this.disk = disk;
    this.layout = new Layout(disk, { cache: moduleCache(), workspace: process.env.GOWORK !== "off" });
  }

  /** Import path of a package; an external test package has the path of its directory with `_test`. */
  importPath(dir: string, name: string): string {
    const path = this.layout.importPath(dir);
    return path !== "" && name.endsWith("_test") ? `${path}_test` : path;
  }

  /** The path of the module that holds a directory; null when there is none. */
  moduleName(dir: string): string | null {
    return this.layout.moduleOf(dir)?.mod.module ?? null;
  }

  /** By `--go`, the configuration, go.mod, in this order; else the newest known. */
  version(dir: string, configured: string | null): Version {
    return this.forced ?? (configured === null ? null : parseVersion(configured)) ?? this.layout.version(dir) ?? NEWEST;
  }

  /**
   * The packages that one checked directory (`main`, absolute) sees. Each check has its own, so that what it saw of them can be told apart
   * from what others saw; texts and syntax are shared.
   */
  importer(main: string, handing: Handing | null, witness: Witness | null = null): Importer {
    return new Importer(this, main, handing, witness);
  }

  /** `"example.com/m/`: how imports of other packages of the module begin; null where there is no module, and in the standard library. */
  ownPrefix(dir: string): string | null {
    const module = this.layout.moduleOf(dir)?.mod.module ?? "";
    return module === "" || module === "std" ? null : `"${module}/`;
  }

  /** The directory of another package of the module that `main` belongs to; null where the path leads elsewhere. */
  ownDirectory(path: string, main: string): string | null {
    const dir = this.layout.directory(path, main);
    return dir !== null && this.isOwn(dir, main) ? dir : null;
  }

  private isOwn(dir: string, main: string): boolean {
    return this.layout.moduleOf(dir) === this.layout.moduleOf(main);
  }

  /** Whether the package in a directory is asked what it hands out to `main`. */
  handsOver(dir: string, main: string): boolean {
    return this.isOwn(dir, main) && this.ownPrefix(dir) !== null;
  }

  /** What packages of the module hand out to one that imports them by these paths; those that hand out nothing are left out. */
  handedOutTo(main: string, paths: Iterable<string>, handing: Handing, witness: Witness | null): HandedOut {
    const found = new Map<string, HandedNames>();
    for (const path of paths) {
      const dir = this.ownDirectory(path, main);
      if (dir === null || dir === main) continue;
      const hands = this.handsOf(path, dir, main, handing);
      witness?.hands(path, dir, hands.print);
      const names = hands.names();
      if (names.size > 0) found.set(path, names);
    }
    return found;
  }

  /** What the package in a directory of the module hands out to others by itself. */
  handsOf(path: string, dir: string, main: string, handing: Handing): Hands {
    const known = this.handed.get(handing) ?? new Map<string, Hands>();
    this.handed.set(handing, known);
    let hands = known.get(dir);
    if (!hands) {
      hands = this.lookAt(path, dir, main, handing);
      known.set(dir, hands);
    }
    return hands;
  }

  private lookAt(path: string, dir: string, main: string, handing: Handing): Hands {
    const contents = this.disk
      .goFileNames(dir)
      .filter((name) => !name.endsWith("_test.go"))
      .map((name) => this.disk.bytesOf(entryPath(dir, name)));
    const files = handing.touches(contents) ? (this.packageAt(dir, false)?.files ?? []) : [];
    const texts = withCallers(files, handing.select(files));
    if (texts.length === 0) return NOTHING;
    let names: HandedNames | null = null;
    return {
      print: digest(texts),
      names: () => {
        const pkg = names ? null : new Importer(this, main, handing, null).packageIn(path, dir, false);
        names ??= pkg ? handing.names(pkg) : new Map();
        return names;
      },
    };
  }

  /** Where the package `path` stands for a file of `main`; null when its source is not to be had. */
  directory(path: string, main: string): string | null {
    return this.layout.directory(path, main);
  }

  /** Lets the files of imported packages go once they hold much; to be called between directories. */
  trim(): void {
    for (const listed of this.asked) {
      const weight = weightOf(listed.files);
      this.held += weight - listed.weight;
      listed.weight = weight;
    }
    this.asked.clear();
    if (this.held < ENOUGH) return;
    for (const [dir, { weight }] of this.listed) {
      this.listed.delete(dir);
      this.held -= weight;
      if (this.held < LEFT) return;
    }
  }

  /** The package that an import of the directory gives, with its test files or without; the same object until its files are let go. */
  packageAt(dir: string, withTests: boolean): PackageFiles | null {
    const listed: Listed = this.listed.get(dir) ?? {
      files: this.filesIn(dir),
      packages: new Map(),
      weight: 0,
    };
    this.asked.add(listed);
    this.listed.delete(dir);
    this.listed.set(dir, listed);
    let made = listed.packages.get(withTests);
    if (made === undefined) {
      made = packageFiles(listed.files, withTests);
      listed.packages.set(withTests, made);
    }
    return made;
  }

  shown(dir: string): string {
    return displayPath(this.cwd, dir);
  }

  private filesIn(dir: string): GoFile[] {
    const shown = this.shown(dir);
    return this.disk.goFileNames(dir).map((name) => {
      const path = shown === "." ? name : `${shown}/${name}`;
      return new GoFile(path, () => this.disk.read(entryPath(dir, name)) ?? "");
    });
  }
}

/** The imported packages of one check. */
export class Importer {
  private readonly modules: Modules;
  private readonly main: string;
  private readonly handing: Handing | null;
  private readonly witness: Witness | null;
  private readonly packages = new Map<string, Package | null>();

  constructor(modules: Modules, main: string, handing: Handing | null, witness: Witness | null) {
    this.modules = modules;
    this.main = main;
    this.handing = handing;
    this.witness = witness;
  }

  /** The package that `path` names in a file of `from`; null when its source is not to be had. */
  import(path: string, from: PackageModel): PackageModel | null {
    const dir = this.modules.directory(path, this.main);
    this.witness?.led(path, dir);
    if (dir === null) return null;
    // An external test sees what the test files of the package itself export.
    return this.packageIn(path, dir, from.path === `${path}_test`);
  }

  packageIn(path: string, dir: string, withTests: boolean): Package | null {
    const key = withTests ? `${dir}\0test` : dir;
    const known = this.packages.get(key);
    if (known !== undefined) return known;
    const made = this.load(dir, path, withTests);
    this.packages.set(key, made);
    return made;
  }

  private load(dir: string, path: string, withTests: boolean): Package | null {
    const files = this.modules.packageAt(dir, withTests);
    const onAsked = this.witness?.watch(dir, withTests, files?.files ?? []);
    if (!files) return null;
    const handing = this.modules.handsOver(dir, this.main) ? this.handing : null;
    return buildPackage({
      name: files.name,
      path,
      dir: this.modules.shown(dir),
      version: this.modules.version(dir, null),
      files: files.files,
      // What it may hand out is of interest to those who ask for it.
      triggered: () => handing?.select(files.files) ?? new Map(),
      identity: files,
      import: (other, from) => this.import(other, from),
      ...(onAsked ? { onAsked } : {}),
    });
  }
}

export interface PackageFiles {
  readonly name: string;
  readonly files: readonly GoFile[];
}

/** The files of the package that an import of their directory gives; null when there is none. */
function packageFiles(files: readonly GoFile[], withTests: boolean): PackageFiles | null {
  const byName = new Map<string, GoFile[]>();
  for (const file of files) {
    if (file.test && !withTests) continue;
    const pkg = file.packageName;
    if (pkg === "" || pkg.endsWith("_test")) continue;
    const same = byName.get(pkg);
    if (same) same.push(file);
    else byName.set(pkg, [file]);
  }
  // Beside a library there may be programs that build constraints keep out.
  if (byName.size > 1) byName.delete("main");
  const [chosen] = [...byName].sort(([, a], [, b]) => b.length - a.length);
  return chosen ? { name: chosen[0], files: chosen[1] } : null;
}

function moduleCache(): string {
  const { GOMODCACHE, GOPATH } = process.env;
  if (GOMODCACHE) return GOMODCACHE;
  const first = GOPATH?.split(process.platform === "win32" ? ";" : ":")[0];
  return join(first || join(homedir(), "go"), "pkg", "mod");
}
