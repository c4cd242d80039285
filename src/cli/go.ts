/** The Go toolchain: found in PATH, asked to build or test packages with texts in place of what is on disk. */
import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { basename, join, relative, sep } from "node:path";
import { UsageError } from "../engine/run.ts";
import type { GoFault, GoJob, GoPackage, Toolchain } from "../engine/toolchain.ts";
import type { Host } from "../go/build-target.ts";
import { parseVersion } from "../go/module.ts";
import { faultsIn } from "./go-words.ts";

/** How long one go command may take. */
const LONGEST = 20 * 60 * 1000;
const MOST_OUTPUT = 64 * 1024 * 1024;

/** The toolchain in PATH. Throws `UsageError` when there is none that works. */
export async function goToolchain(signal?: AbortSignal): Promise<Toolchain> {
  const { code, out, err } = await go(["env", "-json", "GOOS", "GOARCH", "CGO_ENABLED", "GOFLAGS", "GOVERSION"], tmpdir(), {}, signal);
  if (code !== 0) throw new UsageError(`the Go toolchain does not work: ${firstLine(err) || `go env ended with ${code}`}`);
  const env = JSON.parse(out) as Record<"GOOS" | "GOARCH" | "CGO_ENABLED" | "GOFLAGS" | "GOVERSION", string>;
  const version = parseVersion(env.GOVERSION.split(" ")[0] ?? "");
  if (!version) throw new UsageError(`the Go toolchain has an unknown version: ${env.GOVERSION}`);
  const host: Host = {
    goos: env.GOOS,
    goarch: env.GOARCH,
    cgo: env.CGO_ENABLED === "1",
    tags: tagsIn(env.GOFLAGS),
    go: version,
  };
  return { host, check: (job, overlay) => check(job, overlay, host, signal), importers: (job) => importers(job, host, signal) };
}

/** The tags of `-tags=a,b` in GOFLAGS, sorted. */
function tagsIn(flags: string): string[] {
  const last = [...flags.matchAll(/(?:^|\s)--?tags=(\S*)/g)].at(-1)?.[1] ?? "";
  return last
    .split(",")
    .filter((tag) => tag !== "")
    .sort();
}

async function check(job: GoJob, overlay: ReadonlyMap<string, string>, host: Host, signal?: AbortSignal): Promise<readonly GoFault[]> {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), "gomend-verify-")));
  try {
    const originals = new Map<string, string>();
    for (const [path, text] of overlay) {
      const file = join(scratch, `${originals.size}-${basename(path)}`);
      writeFileSync(file, text);
      originals.set(file, path);
    }
    const replace = join(scratch, "overlay.json");
    writeFileSync(replace, JSON.stringify({ Replace: Object.fromEntries([...originals].map(([file, path]) => [path, file])) }));
    const flags = [...(overlay.size > 0 ? ["-overlay", replace] : []), ...tagFlags(job, host)];
    const faults: GoFault[] = [];
    for (const args of commands(job, flags)) {
      const { code, out, err } = await inModule(args, job, host, signal);
      if (code !== 0) faults.push(...faultsIn(`${err}\n${out}`, job.dir, originals));
    }
    return distinct(faults);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A package as `go list` tells it. */
interface Listed {
  readonly Dir: string;
  readonly ImportPath: string;
  readonly Name?: string;
  readonly Imports?: readonly string[];
  readonly TestImports?: readonly string[];
  readonly XTestImports?: readonly string[];
}

async function importers(job: GoJob, host: Host, signal?: AbortSignal): Promise<readonly GoPackage[]> {
  if (!job.module) return [];
  const fields = "-json=Dir,ImportPath,Name,Imports,TestImports,XTestImports";
  const { out } = await inModule(["list", "-e", fields, ...tagFlags(job, host), "./..."], job, host, signal);
  const all = out
    .split(/(?<=^\})\n/m)
    .filter((text) => text.trim() !== "")
    .map((text) => JSON.parse(text) as Listed);
  const changed = new Set(job.packages.map((p) => p.dir));
  const seen = new Set(all.filter((p) => changed.has(p.Dir)).map((p) => p.ImportPath));
  for (let size = -1; size !== seen.size; ) {
    size = seen.size;
    for (const p of all) if (p.Imports?.some((i) => seen.has(i))) seen.add(p.ImportPath);
  }
  return all
    .filter((p) => !changed.has(p.Dir))
    .filter((p) => seen.has(p.ImportPath) || [...(p.TestImports ?? []), ...(p.XTestImports ?? [])].some((i) => seen.has(i)))
    .map((p) => ({ dir: p.Dir, program: p.Name === "main" }));
}

/** Compiling says most; vet looks at test files and programs too, without linking them. One cheap analyzer keeps vet from having its own opinions. */
function commands(job: GoJob, flags: readonly string[]): string[][] {
  const names = job.packages.map(({ dir }) => nameOf(job.dir, dir));
  if (job.test) return [["test", ...flags, ...names]];
  const libraries = job.packages.filter((p) => !p.program).map(({ dir }) => nameOf(job.dir, dir));
  const build = libraries.length > 0 ? [["build", "-o", devNull, ...flags, ...libraries]] : [];
  return [...build, ["vet", "-json", "-assign", ...flags, ...names]];
}

function nameOf(from: string, dir: string): string {
  const inside = relative(from, dir);
  return inside === "" ? "." : `./${inside.split(sep).join("/")}`;
}

function tagFlags({ target }: GoJob, host: Host): string[] {
  return target.tags.join() === host.tags.join() ? [] : [`-tags=${target.tags.join(",")}`];
}

/** A module beside the workspace that its directory lies in is built by itself. */
async function inModule(args: readonly string[], job: GoJob, host: Host, signal?: AbortSignal): Promise<Ran> {
  const { target } = job;
  const env: Record<string, string> = { PWD: job.dir, CGO_ENABLED: target.cgo ? "1" : "0" };
  if (target.goos !== host.goos || target.goarch !== host.goarch) Object.assign(env, { GOOS: target.goos, GOARCH: target.goarch });
  if (!job.module) env.GO111MODULE = "off";
  const ran = await go(args, job.dir, env, signal);
  return ran.code !== 0 && BESIDE_WORKSPACE.test(ran.err) ? go(args, job.dir, { ...env, GOWORK: "off" }, signal) : ran;
}

const BESIDE_WORKSPACE = /workspace modules listed|modules listed in go\.work|main modules? \(.*\) do(es)? not contain package/;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function go(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: { ...process.env, ...env },
      maxBuffer: MOST_OUTPUT,
      timeout: LONGEST,
      windowsHide: true,
      ...(signal ? { signal } : {}),
    };
    execFile("go", args, options, (error, out, err) => {
      if (signal?.aborted) return reject(signal.reason);
      if (!error) return resolve({ code: 0, out, err });
      if (error.code === "ENOENT")
        return reject(new UsageError("--verify needs the Go toolchain, and there is no go in PATH: install Go, or leave --verify out"));
      if (typeof error.code === "number") return resolve({ code: error.code, out, err });
      return reject(new UsageError(`go ${args[0]} was cut short in ${cwd}: ${error.killed ? "it took too long" : error.message}`));
    });
  });
}

function distinct(faults: readonly GoFault[]): GoFault[] {
  return [...new Map(faults.map((f) => [f.words, f])).values()];
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
