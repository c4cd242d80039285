/**
 * Writes a generated file, or with `--check` fails when the file on disk differs: stale generated files fail CI.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export function emit(path: string, text: string): void {
  if (process.argv.includes("--check")) {
    let now = "";
    try {
      now = readFileSync(path, "utf8");
    } catch {
      // missing counts as stale
    }
    if (now !== text) {
      console.error(`${path} is stale: run npm run gen`);
      process.exitCode = 1;
    }
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
