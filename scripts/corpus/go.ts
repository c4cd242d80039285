/** What the go command says of packages, with changed files in place of a tree's own and without. */
import { spawnSync } from "node:child_process";
import { devNull } from "node:os";
import { dirname, relative, resolve, sep } from "node:path";
import type { GoJob } from "../../src/engine/toolchain.ts";
import type { Host } from "../../src/go/build-target.ts";

/** A package as `go list` tells it. */
export interface Listed {
  /** Absolute, without links. */
  readonly dir: string;
  readonly path: string;
  /** Its files and those of its tests. */
  readonly imports: readonly string[];
  /** It has files besides those of tests. */
  readonly library: boolean;
  readonly main: boolean;
  /** Why it cannot be loaded; "" where it can. */
  readonly error: string;
}

/** What is wrong with packages, by import path: words without lines, and whether they are the compiler's. */
export type Said = ReadonlyMap<string, readonly { readonly words: string; readonly compiler: boolean }[]>;

interface Json {
  readonly Dir?: string;
  readonly ImportPath: string;
  readonly Name?: string;
  readonly Imports?: string[];
  readonly TestImports?: string[];
  readonly XTestImports?: string[];
  readonly GoFiles?: string[];
  readonly CgoFiles?: string[];
  readonly Error?: { readonly Err: string };
  readonly DepsErrors?: readonly { readonly Err: string }[];
}

const LONGEST = 60 * 60 * 1000;
const BESIDE_WORKSPACE = /workspace modules listed|modules listed in go\.work|main modules? \(.*\) do(es)? not contain package/;

/** All packages of the job's module, for its target. */
export function list(job: GoJob, host: Host): Listed[] {
  const fields = "Dir,ImportPath,Name,Imports,TestImports,XTestImports,GoFiles,CgoFiles,Error,DepsErrors";
  const { out } = go(job, host, ["list", "-e", `-json=${fields}`, ...tags(job, host), "./..."]);
  const found: Listed[] = [];
  for (const text of out.split(/(?<=^\})\n/m)) {
    if (text.trim() === "") continue;
    const p = JSON.parse(text) as Json;
    found.push({
      dir: p.Dir ?? "",
      path: p.ImportPath,
      imports: [...(p.Imports ?? []), ...(p.TestImports ?? []), ...(p.XTestImports ?? [])],
      library: (p.GoFiles?.length ?? 0) + (p.CgoFiles?.length ?? 0) > 0,
      main: p.Name === "main",
      error: p.Error?.Err ?? p.DepsErrors?.[0]?.Err ?? "",
    });
  }
  return found;
}

/** Builds libraries, and vets all of them with their tests: types, and what vet finds by default. */
export function check(job: GoJob, host: Host, packages: readonly Listed[], overlay: string | null): Said {
  const said = new Map<string, { words: string; compiler: boolean }[]>();
  const more = [...(overlay === null ? [] : ["-overlay", overlay]), ...tags(job, host)];
  const libraries = packages.filter((p) => p.library && !p.main).map((p) => named(job, p.dir));
  if (libraries.length > 0) listen(go(job, host, ["build", "-o", devNull, ...more, ...libraries]), "build", job, packages, said);
  if (packages.length > 0) listen(go(job, host, ["vet", ...more, ...packages.map((p) => named(job, p.dir))]), "vet", job, packages, said);
  return said;
}

/** True when the tests of the package pass, or those that are named. */
export function test(job: GoJob, host: Host, dir: string, overlay: string | null, names: readonly string[] = []): boolean {
  const more = [...(overlay === null ? [] : ["-overlay", overlay]), ...tags(job, host)];
  const only = names.length > 0 ? [`-run=^(${names.join("|")})$`] : [];
  return go(job, host, ["test", "-count=1", "-short", "-timeout=180s", ...only, ...more, named(job, dir)]).code === 0;
}

/**
 * `# path`, `# path [path.test]`, and the lines about it; what vet finds may stand there without, and is its file's package's. What is of no package is
 * told of "", and is the command's own failure.
 */
function listen(
  { code, err }: Ran,
  command: string,
  job: GoJob,
  packages: readonly Listed[],
  into: Map<string, { words: string; compiler: boolean }[]>,
): void {
  if (code === 0) return;
  let header = "";
  let heard = false;
  for (const line of err.split("\n")) {
    const next = /^# (\S+)/.exec(line);
    if (next) header = next[1] ?? "";
    else if (line.trim() !== "" && !line.startsWith("\t") && !/^go: downloading|^exit status/.test(line)) {
      const file = /^(?:vet: )?(\S+\.go):\d+/.exec(line)?.[1];
      const path = header || (file && packages.find((p) => p.dir === dirname(resolve(job.dir, file)))?.path) || "";
      const words = line.replace(/:\d+(:\d+)?:/g, ":").replaceAll(/\b(line |at )\d+/g, "$1N");
      const compiler = command === "build" || line.startsWith("vet: ") || path === "";
      into.set(path, [...(into.get(path) ?? []), { words: `${command}: ${words}`, compiler }]);
      heard = true;
    }
  }
  if (!heard) into.set("", [{ words: `go ${command} ended with ${code} and said nothing`, compiler: true }]);
}

function named(job: GoJob, dir: string): string {
  const inside = relative(job.dir, dir);
  return inside === "" ? "." : `./${inside.split(sep).join("/")}`;
}

function tags({ target }: GoJob, host: Host): string[] {
  return target.tags.join() === host.tags.join() ? [] : [`-tags=${target.tags.join(",")}`];
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function go(job: GoJob, host: Host, args: readonly string[]): Ran {
  const { target } = job;
  const env: NodeJS.ProcessEnv = { ...process.env, PWD: job.dir, CGO_ENABLED: target.cgo ? "1" : "0" };
  if (target.goos !== host.goos || target.goarch !== host.goarch) Object.assign(env, { GOOS: target.goos, GOARCH: target.goarch });
  const run = (more: NodeJS.ProcessEnv): Ran => {
    const { status, stdout, stderr } = spawnSync("go", args, {
      cwd: job.dir,
      encoding: "utf8",
      env: { ...env, ...more },
      maxBuffer: 1 << 28,
      timeout: LONGEST,
    });
    return { code: status, out: stdout, err: stderr };
  };
  const ran = run({});
  return BESIDE_WORKSPACE.test(ran.err) ? run({ GOWORK: "off" }) : ran;
}
