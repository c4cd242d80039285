/**
 * `npm run picture:review`: draws docs/review.svg from the screen of the built program, reviewing the samples in a terminal of its own. Checked in, so that
 * the README shows the real thing.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emit } from "./emit.ts";
import { Pty } from "./pty.ts";
import { runs, svg } from "./svg.ts";

const COLUMNS = 160;
const ROWS = 40;
/** Two accepted, one rejected, and then a fix with several places. */
const KEYS = ["n", "y", "J", "J", "y", "g", "stats.go:11\r"];
/** A look is enough: what is shown must not change any more. */
const QUIET = 1_500;

const home = mkdtempSync(join(tmpdir(), "gomend-picture-"));
try {
  const cwd = join(home, "courier");
  cpSync("samples/courier", cwd, { recursive: true });
  const pty = new Pty({
    args: [join(process.cwd(), "dist/cli.js"), "review"],
    cwd,
    columns: COLUMNS,
    rows: ROWS,
    env: { HOME: home, GOMEND_STATE_DIR: join(home, "state"), GOMEND_NO_CACHE: "1", COLORTERM: "truecolor" },
    background: "rgb:0d0d/1111/1717",
  });
  await pty.until((text) => / of \d/.test(text) && !text.includes("checking"), "the checked review");
  await pty.quiet(QUIET);
  for (const key of KEYS) {
    pty.send(key);
    await pty.quiet(QUIET);
  }
  const rows = Array.from({ length: ROWS }, (_, y) => runs(pty.cells(y)));
  emit("docs/review.svg", svg(rows, COLUMNS, "gomend review in a terminal"));
  pty.dispose();
} finally {
  rmSync(home, { recursive: true, force: true });
}
