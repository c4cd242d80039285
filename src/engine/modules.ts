/** Modules: import paths, language versions, and the packages of other directories. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Version } from "../go/module.ts";
import { GoFile } from "../model/file.ts";
import type { PackageModel } from "../model/model.ts";
import { buildPackage } from "../model/package.ts";
import { displayPath } from "./discover.ts";
import { versionOf } from "./versions.ts";

export class Modules {
  private readonly cwd: string;
  private readonly forced: Version | null;
  constructor(cwd: string, go: string | undefined, overlay: (path: string) => string | null) {
    this.cwd = cwd;
    this.forced = go === undefined ? null : versionOf(go);
    void overlay;
  }
  #mods = new Map<string, { dir: string; path: string; version: Version | null } | null>();
  mod(dir: string): { dir: string; path: string; version: Version | null } | null {
    const k = this.#mods.get(dir);
    if (k !== undefined) return k;
    let r: { dir: string; path: string; version: Version | null } | null = null;
    try {
      const t = readFileSync(join(dir, "go.mod"), "utf8");
      r = { dir, path: /^module\s+(\S+)/m.exec(t)?.[1] ?? "", version: versionOf(/^go\s+(\S+)/m.exec(t)?.[1] ?? "") };
    } catch {
      r = dirname(dir) === dir ? null : this.mod(dirname(dir));
    }
    this.#mods.set(dir, r);
    return r;
  }
  importPath(dir: string, name: string): string {
    const m = this.mod(dir);
    void name;
    if (!m) return "";
    const rel = relative(m.dir, dir).replaceAll(sep, "/");
    if (m.path === "std") return rel;
    return rel ? `${m.path}/${rel}` : m.path;
  }
  version(dir: string, go: string | null): Version {
    return this.forced ?? this.mod(dir)?.version ?? (go === null ? null : versionOf(go)) ?? { major: 1, minor: 26 };
  }
  import(path: string, dir: string, from: PackageModel): PackageModel | null {
    const m = this.mod(dir);
    void from;
    if (!m || !(path === m.path || path.startsWith(`${m.path}/`))) return null;
    const target = join(m.dir, path.slice(m.path.length));
    let names: string[];
    try {
      names = readdirSync(target).filter((n) => n.endsWith(".go") && !n.endsWith("_test.go"));
    } catch {
      return null;
    }
    const files = names.map((n) => new GoFile(displayPath(this.cwd, join(target, n)), () => readFileSync(join(target, n), "utf8")));
    return buildPackage({
      name: files[0]?.outline.packageName ?? "",
      path,
      dir: displayPath(this.cwd, target),
      version: this.version(target, null),
      files,
      triggered: new Map(),
      import: (p, f) => this.import(p, target, f),
    });
  }
}
