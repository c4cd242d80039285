import { expect, it } from "vitest";
import { escapeJson } from "../../src/text/sanitize.ts";

it("JSON says the same without a character that steers a terminal", () => {
  const value = { "a\u202eb": ["\u001b[2J\u009b1m\u007f", "é 世界 😀", "\u2066\u{e0041}\ufeff", "\t\n\\u202e"] };
  const json = escapeJson(JSON.stringify(value));
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toMatch(/^[\x20-\x7eé世界😀]*$/u);
  expect(escapeJson('{"a":1}\n')).toBe('{"a":1}\n');
});
