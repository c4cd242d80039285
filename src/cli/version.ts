/** gomend's own version: put in by the build, read from package.json in the source tree. */
import { readFileSync } from "node:fs";

export function version(): string {
  const built = process.env.GOMEND_VERSION;
  if (built !== undefined) return built;
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
