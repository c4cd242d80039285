/** `npm run picture:html`: docs/html.png, the HTML page of the fixtures as Chromium draws it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, chromiumPath } from "../test/house/chromium.ts";

const executablePath = chromiumPath();
if (!executablePath) process.exit(2);
const dir = mkdtempSync(join(tmpdir(), "gomend-picture-"));
const file = join(dir, "report.html");
spawnSync(process.execPath, [resolve("dist/cli.js"), "check", ".", "--output-format", `html=${file}`, "--output-format", "concise"], {
  cwd: "fixtures/before",
});
const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
const page = await browser.newPage({ viewport: { width: 1200, height: 820 }, colorScheme: "light" });
await page.goto(pathToFileURL(file).href);
await page.waitForSelector("#detail-title");
await page.screenshot({ path: "docs/html.png" });
await browser.close();
rmSync(dir, { recursive: true, force: true });
