import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cells, displayWidth, endColumn, lineWidth, sanitize, sanitizeLine, startColumn, wrap } from "../../src/text/sanitize.ts";

describe("sanitize", () => {
  it.each([
    ["an escape sequence", "a\x1b[31mred\x1b[0m", "a[31mred[0m"],
    ["a C1 control sequence introducer", "a\x9b31mb", "a31mb"],
    ["an operating system command", "\x1b]8;;evil\x07x", "]8;;evilx"],
    ["carriage return, backspace, delete", "a\rb\bc\x7fd", "abcd"],
    ["bidi overrides", "access\u202e\u2066admin\u2069\u2066", "accessadmin"],
    ["bidi marks", "a\u200eb\u200fc\u061cd", "abcd"],
    ["zero-width space, word joiner, BOM", "a\u200bb\u2060c\ufeffd", "abcd"],
    ["line and paragraph separators", "a\u2028b\u2029c", "abc"],
    ["tags", "a\u{e0041}b", "ab"],
    ["a lone surrogate", "a\ud83db", "a\ufffdb"],
  ])("strips %s", (_, raw, expected) => expect(sanitize(raw)).toBe(expected));

  it.each(["tab\tand\nnewline", "日本語 — ünïcode", "👨‍👩‍👧 family", "می‌خواهم"])("keeps %j", (raw) => expect(sanitize(raw)).toBe(raw));

  it("leaves nothing that moves a terminal, whatever comes in", () => {
    const unit = fc.oneof(fc.nat(0x2100), fc.nat(0xffff), fc.integer({ min: 0xe0000, max: 0xe01ff }));
    fc.assert(
      fc.property(fc.array(unit), (points) => {
        const clean = sanitize(String.fromCodePoint(...points));
        expect(clean.replace(/[\t\n]/g, "")).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u);
        expect(sanitize(clean)).toBe(clean);
      }),
      { numRuns: 500 },
    );
  });

  it("puts names on one line", () => expect(sanitizeLine("a\nb\tc\x1b")).toBe("a b c"));
});

describe("cells", () => {
  it("expands tabs to stops and counts wide characters twice", () => {
    const line = cells("\tx日\ty");
    expect(line.map(({ text, column, width }) => [text, column, width])).toEqual([
      ["    ", 0, 4],
      ["x", 4, 1],
      ["日", 5, 2],
      [" ", 7, 1],
      ["y", 8, 1],
    ]);
    expect(lineWidth(line)).toBe(9);
  });

  it("draws a cluster as one cell and nothing for what is stripped", () => {
    const line = cells("👨‍👩‍👧\u202ee\u0301!");
    expect(line.map(({ text, offset, end, width }) => [text, offset, end, width])).toEqual([
      ["👨‍👩‍👧", 0, 8, 2],
      ["e\u0301", 9, 11, 1],
      ["!", 11, 12, 1],
    ]);
  });

  it("finds the columns of a mark", () => {
    const line = cells("日\u202e本x"); // columns 0, 2, 4
    expect(startColumn(line, 1)).toBe(2); // the stripped character: what follows
    expect(startColumn(line, 3)).toBe(4);
    expect(endColumn(line, 1)).toBe(2);
    expect(endColumn(line, 3)).toBe(4);
    expect(endColumn(line, 4)).toBe(5);
    expect(startColumn(line, 99)).toBe(5);
  });
});

describe("wrap", () => {
  it("keeps to the width, breaks what has no spaces, and loses no word", () => {
    expect(wrap("the quick brown fox", 9)).toEqual(["the quick", "brown fox"]);
    expect(wrap("日本語日本語 x", 6)).toEqual(["日本語", "日本語", "x"]);
    expect(wrap("", 9)).toEqual([""]);
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "bc", " ", "日", "😀", "\n")), fc.integer({ min: 2, max: 12 }), (parts, width) => {
        const lines = wrap(parts.join(""), width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join("").replace(/ /g, "")).toBe(parts.join("").replace(/[ \n]/g, ""));
      }),
    );
  });
});
