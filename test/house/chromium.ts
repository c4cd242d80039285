/** The browser in which the HTML page is tried: required in CI, else its absence is told loudly. */
import { existsSync } from "node:fs";

const PLACES = [process.env.CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of a Chromium, or null where there is none. Throws in CI where there is none. */
export function chromiumPath(): string | null {
  const found = PLACES.find((path) => path !== "" && existsSync(path));
  if (found) return found;
  if (process.env.CI) throw new Error("Chromium is not installed: in CI the HTML page must be tried in it");
  process.stderr.write("\n!!! Chromium is not installed: nothing tries the HTML page here (set CHROMIUM to its path) !!!\n\n");
  return null;
}

/** Nothing of its own on the network, and no sandbox, which root may not have. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
