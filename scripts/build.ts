/** Builds dist/: the program, the public API with its types, and the licences of what is in the bundle. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Metafile } from "esbuild";
import { bundle, COPIED } from "./bundle.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const metafile = await bundle(
  "dist",
  { cli: "src/cli/main.ts", index: "src/index.ts", vitest: "src/vitest.ts", worker: "src/engine/worker.ts" },
  version,
);
const lazy = stray(metafile);
if (lazy) throw new Error(`${lazy} is loaded by every run: import it where it is needed, by import()`);
execFileSync(process.execPath, [tsc(), "-p", "tsconfig.types.json"], { stdio: "inherit" });
writeFileSync("dist/THIRD-PARTY.txt", notices(metafile));

function tsc(): string {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: { tsc: string } };
  return join(dirname(manifest), bin.tsc);
}

/** The licences of what is bundled or copied into dist. */
function notices(meta: Metafile): string {
  const packages = new Set(COPIED);
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

/** The first of the terminal review's packages that the program loads without being asked, else null. */
function stray(meta: Metafile): string | null {
  const seen = new Set<string>();
  const queue = ["dist/cli.js"];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const i of meta.outputs[path]?.imports ?? []) {
      if (i.external && /^(ink|react)\b/.test(i.path) && i.kind === "import-statement") return i.path;
      // What a command loads on its own counts too: only the review may bring Ink.
      if (!i.external && (i.kind === "import-statement" || !/review|tui/.test(i.path))) queue.push(i.path);
    }
  }
  return null;
}
