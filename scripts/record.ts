/** Rows of the table in docs/robustness.md, as measured. */
import { readFileSync, writeFileSync } from "node:fs";

const PAGE = "docs/robustness.md";

/** Puts rows in the place of those with the same first cell, which must be there. */
export function record(rows: readonly (readonly string[])[]): void {
  let page = readFileSync(PAGE, "utf8");
  for (const row of rows) {
    const lines = page.split("\n");
    const at = lines.findIndex((line) => line.startsWith(`| ${row[0]} |`));
    if (at < 0) throw new Error(`${PAGE} has no row "${row[0]}"`);
    lines[at] = `| ${row.join(" | ")} |`;
    page = lines.join("\n");
  }
  writeFileSync(PAGE, page);
}
