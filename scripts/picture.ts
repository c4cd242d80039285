/**
 * `npm run picture`: draws docs/check.svg from what the built program prints on the samples, colours included. Checked in, so that the README shows
 * the real thing.
 */
import { spawnSync } from "node:child_process";
import stringWidth from "string-width";
import { emit } from "./emit.ts";
import { shownOf } from "./pty.ts";
import { runs, svg } from "./svg.ts";

const ARGS = ["check", "samples/courier", "--select", "lost-cancel,pool-get-without-reset"];
const COLUMNS = 100;

const run = spawnSync(process.execPath, ["dist/cli.js", ...ARGS, "--color", "always"], {
  encoding: "utf8",
  env: { ...process.env, COLUMNS: String(COLUMNS) },
});
if (run.status !== 1) throw new Error(`gomend ended with ${run.status}: ${run.stderr}`);
// The time that a run took is nothing to draw: it would differ each time.
const text = `\u001b[90m$\u001b[39m gomend ${ARGS.join(" ")}\n\n${run.stdout.trimEnd()}`.replace(/ in \d+\.\d+ s/, "");
// A terminal would wrap the longest lines; a picture can be wider.
const columns = Math.max(COLUMNS, ...text.split("\n").map((line) => stringWidth(line)));
const rows = (await shownOf(text, columns)).map(runs);
emit("docs/check.svg", svg(rows, columns, "gomend check in a terminal"));
