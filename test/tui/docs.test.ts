import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SECTIONS } from "../../src/cli/tui/core/keys.ts";

const page = readFileSync(new URL("../../docs/review.md", import.meta.url), "utf8");

describe("docs/review.md", () => {
  it("has the key table that the program has", () => {
    const told = SECTIONS.flatMap((s) => s.bindings).filter((b) => b.label !== "");
    const rows = told.map((b) => `| ${b.label} | ${b.does} |`);
    const start = page.indexOf("| key | does |\n|---|---|\n") + "| key | does |\n|---|---|\n".length;
    expect(page.slice(start, page.indexOf("\n\n", start)).split("\n")).toEqual(rows);
  });
});
