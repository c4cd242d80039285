/** Finds the WebAssembly files that ship with the packages, in a bundle as in the source tree. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Path of a file: beside this module or one directory up, where a bundle keeps copies; else by module resolution.
 * Throws with both places named when it is in neither.
 */
export function locate(name: string, packaged: string): string {
  for (const place of [`./${name}`, `../${name}`]) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  try {
    return createRequire(import.meta.url).resolve(packaged);
  } catch {
    throw new Error(`${name} is missing: it stands neither beside ${fileURLToPath(import.meta.url)} nor in ${packaged}`);
  }
}
