/** Packages of other directories, and what go.mod says about a directory, for one run. */
import { homedir } from "node:os";
import { join } from "node:path";
import { Modules as Layout, parseVersion, type Version } from "../go/module.ts";
import { GoFile } from "../model/file.ts";
import type { PackageModel } from "../model/model.ts";
import { buildPackage, type Package } from "../model/package.ts";
import { displayPath } from "./discover.ts";
import type { Disk } from "./disk.ts";

/** The newest language version that gomend knows: what holds where nothing tells. */
export const NEWEST: Version = { major: 1, minor: 26 };

/** When imported packages hold more than this, in bytes by a rough estimate, they are let go. */
const ENOUGH = 24 * 1024 * 1024;
/** What a unit of parsed text costs as syntax nodes and their meaning. */
const PARSED = 60;

export class Modules {
  private readonly cwd: string;
  private readonly forced: Version | null;
  private readonly disk: Disk;
  private readonly layout: Layout;
  private readonly packages = new Map<string, Package | null>();
  private held = 0;

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

  /** By `--go`, the configuration, go.mod, in this order; else the newest known. */
  version(dir: string, configured: string | null): Version {
    return this.forced ?? (configured === null ? null : parseVersion(configured)) ?? this.layout.version(dir) ?? NEWEST;
  }

  /** The package that `path` names in a file of `main`, a directory that is checked; null when its source is not to be had. */
  import(path: string, main: string, from: PackageModel): PackageModel | null {
    const dir = this.layout.directory(path, main);
    if (dir === null) return null;
    // An external test sees what the test files of the package itself export.
    const withTests = from.path === `${path}_test`;
    const key = withTests ? `${dir}\0test` : dir;
    const known = this.packages.get(key);
    if (known !== undefined) return known;
    const made = this.load(dir, path, main, withTests);
    this.packages.set(key, made);
    return made;
  }

  /** Lets imported packages go once they hold much; to be called between packages. */
  trim(): void {
    let parsed = 0;
    for (const pkg of this.packages.values()) parsed += pkg?.parsedBytes ?? 0;
    if (this.held + parsed * PARSED < ENOUGH) return;
    this.packages.clear();
    this.held = 0;
  }

  private load(dir: string, path: string, main: string, withTests: boolean): Package | null {
    const byName = new Map<string, GoFile[]>();
    for (const name of this.disk.goFileNames(dir)) {
      if (name.endsWith("_test.go") && !withTests) continue;
      const file = this.fileAt(join(dir, name));
      const pkg = file.outline.packageName;
      if (pkg === "" || pkg.endsWith("_test")) continue;
      const same = byName.get(pkg);
      if (same) same.push(file);
      else byName.set(pkg, [file]);
    }
    // Beside a library there may be programs that build constraints keep out.
    if (byName.size > 1) byName.delete("main");
    const [chosen] = [...byName].sort(([, a], [, b]) => b.length - a.length);
    if (!chosen) return null;
    const [name, files] = chosen;
    return buildPackage({
      name,
      path,
      dir: displayPath(this.cwd, dir),
      version: this.version(dir, null),
      files,
      triggered: new Map(),
      import: (other, from) => this.import(other, main, from),
    });
  }

  private fileAt(absolute: string): GoFile {
    const path = displayPath(this.cwd, absolute);
    return new GoFile(path, () => {
      const text = this.disk.read(absolute) ?? "";
      this.held += text.length;
      return text;
    });
  }
}

function moduleCache(): string {
  const { GOMODCACHE, GOPATH } = process.env;
  if (GOMODCACHE) return GOMODCACHE;
  const first = GOPATH?.split(process.platform === "win32" ? ";" : ":")[0];
  return join(first || join(homedir(), "go"), "pkg", "mod");
}
