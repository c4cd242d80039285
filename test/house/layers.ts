/** The rules of the house about who may import whom, as a function of one source file. */
import { posix } from "node:path";

/** Imports point left only. */
const ORDER = ["text", "go", "model", "rule", "transforms", "api", "engine", "report", "forge", "cli"] as const;

/** Packages with one importer. */
const SOLE: Readonly<Record<string, string>> = {
  "magic-string": "src/text/apply.ts",
  diff: "src/text/diff.ts",
  "web-tree-sitter": "src/go/parse.ts",
  "@wasm-fmt/gofmt": "src/go/format.ts",
  "@octokit/core": "src/cli/publish/github.ts",
  "@octokit/plugin-paginate-rest": "src/cli/publish/github.ts",
  "@octokit/plugin-retry": "src/cli/publish/github.ts",
  "@octokit/plugin-throttling": "src/cli/publish/github.ts",
  "@gitbeaker/rest": "src/cli/publish/gitlab.ts",
};

/** They bring large libraries that speak to the network: loaded by import() where they are needed, and by nothing else. */
const LAZY = new Set(["src/cli/publish/github.ts", "src/cli/publish/gitlab.ts"]);

/** Hands the public API to the modules that it loads. */
const USER_CODE = "src/cli/user-code.ts";

/** Writes files, and is called by src/cli alone: see docs/adr/0006. */
const WRITER = "src/engine/write.ts";

/** Opens files by descriptor, for reading alone. */
const READER = "src/engine/regular.ts";

const NETWORK = new Set(["http", "https", "http2", "net", "tls", "dgram", "dns"].map((m) => `node:${m}`));
const PROGRAMS = "node:child_process";
const WRITES =
  /^(write|append|rename|unlink|rm|mkdir|mkdtemp|copyFile|cp|chmod|chown|utimes|truncate|symlink|link|createWriteStream|ftruncate|futimes|open)/;
const IMPORT =
  /^(?:import|export)\s+(?:type\s+)?([\w*{}\s,$]*?)\s*\bfrom\s*"([^"\n]+)"|\bimport\s*\(\s*"([^"\n]+)"\s*\)|^import\s*"([^"\n]+)"/gm;

/** What the file may not do, in words; empty when all is well. `path` is relative to the repository, with `/`. */
export function violations(path: string, text: string): string[] {
  const layer = layerOf(path);
  const said: string[] = [];
  for (const m of text.matchAll(IMPORT)) {
    const names = m[1] ?? "*";
    const from = (m[2] ?? m[3] ?? m[4]) as string;
    const target = posix.join(posix.dirname(path), from);
    if (m[3] === undefined && LAZY.has(target)) said.push(`imports ${target}: load it by import()`);
    if (from.startsWith(".")) said.push(...relativeImport(path, layer, target));
    else said.push(...packageImport(path, layer, names, from));
  }
  if (path === READER && /O_(WRONLY|RDWR|CREAT|APPEND|TRUNC)|openSync\([^)]*"/.test(text)) said.push("opens for writing");
  if (layer !== "cli") {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    if (/\bconsole\.|\bprocess\.(stdout|stderr|stdin)\b/.test(code)) said.push("speaks to the terminal: only src/cli may");
    if (/(^|[^.\w])fetch\(/.test(code)) said.push("speaks to the network: only src/cli may");
  }
  return said;
}

function layerOf(path: string): (typeof ORDER)[number] | "index" | null {
  if (path === "src/index.ts" || path === "src/vitest.ts") return "index";
  const name = /^src\/(\w+)\//.exec(path)?.[1];
  return ORDER.find((l) => l === name) ?? null;
}

function relativeImport(path: string, layer: ReturnType<typeof layerOf>, target: string): string[] {
  const other = layerOf(target);
  if (layer === null || other === null) return [`imports ${target}, which is in no layer`];
  if (target === WRITER && layer !== "cli") return [`imports ${target}: only src/cli may write`];
  if (layer === "index") return other === "cli" ? ["the public API imports the command line"] : [];
  if (other === "index" && path !== USER_CODE) return ["imports the public API: import what it re-exports"];
  if (other === "index") return [];
  if (ORDER.indexOf(other) > ORDER.indexOf(layer)) return [`imports ${target}: ${other} stands right of ${layer}`];
  if (layer === "transforms" && path !== "src/transforms/index.ts" && other !== "rule")
    return [`imports ${target}: a transform imports src/rule only`];
  return [];
}

function packageImport(path: string, layer: ReturnType<typeof layerOf>, names: string, from: string): string[] {
  const said: string[] = [];
  const sole = SOLE[from];
  if (sole && sole !== path) said.push(`imports ${from}: only ${sole} may`);
  if (layer === "cli") return said;
  if (layer === "transforms" || layer === "rule") said.push(`imports ${from}: ${layer} is pure`);
  if (NETWORK.has(from)) said.push(`imports ${from}: only src/cli may use the network`);
  if (from === PROGRAMS) said.push(`imports ${from}: only src/cli may run programs`);
  if (from === "node:fs" || from === "node:fs/promises") {
    if (!names.includes("{")) said.push(`imports ${from} whole: name what it reads`);
    for (const name of names.match(/\w+/g) ?? [])
      if (path !== WRITER && WRITES.test(name) && !(path === READER && name === "openSync"))
        said.push(`imports ${name} of ${from}: only src/cli may write`);
  }
  return said;
}
