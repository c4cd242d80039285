/**
 * Builds dist/: the program and the public API as ES modules for Node, with the WebAssembly files and the data that they read beside them.
 * Ink and React stay packages of their own and are loaded by the review alone; everything else is bundled, for a quick start.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";

const require = createRequire(import.meta.url);
const entries: Record<string, string> = { cli: "src/cli/main.ts", index: "src/index.ts", worker: "src/engine/worker.ts" };
const version = (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;

/**
 * string-width builds its tables when it is loaded, which takes longer than a whole run on a small file. It is needed for text beyond ASCII only,
 * so it is loaded then.
 */
const lazyStringWidth: Plugin = {
  name: "lazy-string-width",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, ({ kind, importer }) =>
      kind === "import-statement" && !importer.includes("node_modules") ? { path: "string-width", namespace: "lazy" } : null,
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, () => ({
      resolveDir: process.cwd(),
      contents: `
        let width;
        export default function stringWidth(text, options) {
          if (/^[ -~]*$/.test(text)) return text.length;
          width ??= require("string-width").default;
          return width(text, options);
        }`,
    }));
  },
};

const { metafile, outputFiles } = await build({
  entryPoints: Object.entries(entries)
    .filter(([, path]) => existsSync(path))
    .map(([out, path]) => ({ in: path, out })),
  outdir: "dist",
  write: false,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  plugins: [lazyStringWidth],
  metafile: true,
  legalComments: "none",
  chunkNames: "[name]-[hash]",
  external: ["ink", "react", "react/jsx-runtime"],
  jsx: "automatic",
  define: { "process.env.GOMEND_VERSION": JSON.stringify(version) },
  // Bundled CommonJS packages ask for Node's own modules by require.
  banner: { js: 'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);' },
  logLevel: "warning",
});

// A build that fails leaves the last one alone.
rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
for (const file of outputFiles) writeFileSync(file.path, file.contents);

const cli = "dist/cli.js";
writeFileSync(cli, `#!/usr/bin/env node\n${readFileSync(cli, "utf8").replace(/^#!.*\n/, "")}`);
chmodSync(cli, 0o755);

for (const wasm of ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-go/tree-sitter-go.wasm", "@wasm-fmt/gofmt/gofmt.wasm"]) {
  cpSync(require.resolve(wasm), join("dist", wasm.slice(wasm.lastIndexOf("/") + 1)));
}
if (existsSync("src/model/data")) cpSync("src/model/data", "dist/data", { recursive: true });
if (existsSync("src/index.ts")) execFileSync(process.execPath, [tsc(), "-p", "tsconfig.types.json"], { stdio: "inherit" });
writeFileSync("dist/THIRD-PARTY.txt", notices(metafile));

const lazy = stray(metafile);
if (lazy) throw new Error(`${lazy} is loaded by every run: import it where it is needed, by import()`);

function tsc(): string {
  const manifest = require.resolve("typescript/package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: { tsc: string } };
  return join(dirname(manifest), bin.tsc);
}

/** The licences of what is bundled or copied into dist. */
function notices(meta: Metafile): string {
  const packages = new Set(["web-tree-sitter", "tree-sitter-go", "@wasm-fmt/gofmt"]);
  for (const input of Object.keys(meta.inputs)) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input)?.[1];
    if (name) packages.add(name);
  }
  const parts = [...packages].sort().map((name) => {
    const dir = join("node_modules", name);
    const manifest = JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as { version: string; license?: string };
    const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
    return `${name} ${manifest.version} (${manifest.license ?? "see below"})\n\n${file ? readFileSync(join(dir, file), "utf8").trim() : ""}`;
  });
  return `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** The first of the terminal review's packages that the program's entry imports without being asked, else null. */
function stray(meta: Metafile): string | null {
  const seen = new Set<string>();
  const queue = [cli];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const i of meta.outputs[path]?.imports ?? []) {
      if (i.kind !== "import-statement") continue;
      if (i.external && (i.path === "ink" || i.path.startsWith("react"))) return i.path;
      if (!i.external) queue.push(i.path);
    }
  }
  return null;
}
