/** The bundle of the program: ES modules for Node, with the WebAssembly files and the data that they read beside them. */
import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** Read at run time from beside the bundle. */
const WASM = ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-go/tree-sitter-go.wasm", "@wasm-fmt/gofmt/gofmt.wasm"];

/** The packages that `WASM` comes from; what else is bundled stands in the metafile. */
export const COPIED = ["web-tree-sitter", "tree-sitter-go", "@wasm-fmt/gofmt"];

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
      resolveDir: ROOT,
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

/**
 * Bundles `entries` (name of the output without its ending: source, relative to the repository) into `outdir`, whose content is replaced. Ink and React stay packages
 * of their own and are loaded by the review alone. Throws, and leaves `outdir` as it was, when something does not build.
 */
export async function bundle(outdir: string, entries: Readonly<Record<string, string>>, version: string): Promise<Metafile> {
  // A thread loads one file sooner than the many that the commands share.
  const { worker, ...commands } = entries;
  const groups = [commands, worker === undefined ? {} : { worker }].filter((group) => Object.keys(group).length > 0);
  const parts = await Promise.all(groups.map((group) => outputOf(outdir, group, version)));
  const outputFiles = parts.flatMap((part) => part.outputFiles);
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  for (const file of outputFiles) {
    const isProgram = basename(file.path) === "cli.js";
    writeFileSync(file.path, isProgram ? `#!/usr/bin/env node\n${file.text}` : file.contents);
    if (isProgram) chmodSync(file.path, 0o755);
  }
  for (const wasm of WASM) cpSync(require.resolve(wasm), join(outdir, basename(wasm)));
  cpSync(join(ROOT, "src/model/data"), join(outdir, "data"), { recursive: true });
  writeFileSync(join(outdir, "build-id"), buildId(outdir));
  const [inputs, outputs] = [parts.map((p) => p.metafile.inputs), parts.map((p) => p.metafile.outputs)];
  return { inputs: Object.assign({}, ...inputs), outputs: Object.assign({}, ...outputs) };
}

function outputOf(outdir: string, entries: Readonly<Record<string, string>>, version: string) {
  return build({
    absWorkingDir: ROOT,
    entryPoints: Object.entries(entries).map(([out, path]) => ({ in: path, out })),
    outdir,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    chunkNames: "[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node20",
    minify: true,
    legalComments: "none",
    plugins: [lazyStringWidth],
    external: ["ink", "react", "react/jsx-runtime", "jiti", "vitest"],
    jsx: "automatic",
    define: { "process.env.GOMEND_VERSION": JSON.stringify(version) },
    // Bundled CommonJS packages ask for Node's own modules by require.
    banner: { js: 'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);' },
    logLevel: "warning",
  });
}

/** Print of all that was built: what the cache goes by to tell one build from another. */
function buildId(outdir: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  for (const path of files.map((e) => join(e.parentPath, e.name)).sort()) hash.update(path.slice(outdir.length)).update(readFileSync(path));
  return hash.digest("hex");
}
