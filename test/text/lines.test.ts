import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lines } from "../../src/text/lines.ts";

const text = fc
  .array(fc.constantFrom("a", "\t", "\n", "\r\n", "\r", "é", "日", "😀", "\ud83d", "\ufeff"), { maxLength: 60 })
  .map((p) => p.join(""));

describe("Lines", () => {
  it("counts \\n alone, as Go does", () => {
    const lines = new Lines("a\rb\r\nc\n");
    expect(lines.count).toBe(3);
    expect([1, 2, 3].map((line) => lines.lineText(line))).toEqual(["a\rb", "c", ""]);
    expect(lines.position(2)).toEqual({ line: 1, column: 3 });
    expect(lines.lineStart(2)).toBe(5);
    expect(lines.lineEnd(1)).toBe(3);
  });

  it("has one line for an empty text, and an empty line before a bare newline", () => {
    expect(new Lines("").count).toBe(1);
    expect(new Lines("").position(0)).toEqual({ line: 1, column: 1 });
    expect(new Lines("\n\r\n").lineText(1)).toBe("");
    expect(new Lines("\n\r\n").lineText(2)).toBe("");
  });

  it("counts columns in UTF-16 units and bytes in UTF-8", () => {
    const lines = new Lines("日本 x\n😀y");
    expect(lines.position(6)).toEqual({ line: 2, column: 2 }); // within the pair
    expect(lines.position(7)).toEqual({ line: 2, column: 3 });
    expect(lines.byteOffset(3)).toBe(7);
    expect(lines.byteOffset(6)).toBe(9);
    expect(lines.byteColumn(7)).toBe(5);
    expect(lines.offsetOfByte(10)).toBe(5);
    expect(lines.offsetOfByte(13)).toBe(7);
  });

  it("refuses places that are not there", () => {
    const lines = new Lines("ab\ncd");
    expect(() => lines.position(6)).toThrow(RangeError);
    expect(() => lines.position(-1)).toThrow(RangeError);
    expect(() => lines.lineStart(3)).toThrow(RangeError);
    expect(() => lines.offset(1, 4)).toThrow(RangeError);
    expect(() => lines.offset(2, 4)).toThrow(RangeError);
    expect(() => lines.byteOffset(Number.NaN)).toThrow(RangeError);
    expect(() => lines.offsetOfByte(6)).toThrow(RangeError);
    expect(() => new Lines("日").offsetOfByte(4)).toThrow(RangeError);
    expect(lines.offset(1, 3)).toBe(2);
    expect(lines.offset(2, 3)).toBe(5);
  });

  it("agrees with counting by hand", () => {
    fc.assert(
      fc.property(text, (source) => {
        const lines = new Lines(source);
        expect(lines.count).toBe(source.split("\n").length);
        source.split("\n").forEach((line, i) => {
          expect(lines.lineText(i + 1)).toBe(i + 1 < lines.count ? line.replace(/\r$/, "") : line);
        });
        for (let offset = 0; offset <= source.length; offset++) {
          const before = source.slice(0, offset);
          const { line, column } = lines.position(offset);
          expect(line).toBe(before.split("\n").length);
          expect(column).toBe(offset - (before.lastIndexOf("\n") + 1) + 1);
          expect(lines.offset(line, column)).toBe(offset);
        }
      }),
    );
  });

  it("agrees with the encoder on bytes", () => {
    fc.assert(
      fc.property(text, (source) => {
        const lines = new Lines(source);
        let offset = 0;
        for (const character of source) {
          const byte = Buffer.byteLength(source.slice(0, offset));
          expect(lines.byteOffset(offset)).toBe(byte);
          expect(lines.offsetOfByte(byte)).toBe(offset);
          for (let inside = 1; inside < Buffer.byteLength(character); inside++) {
            expect(lines.offsetOfByte(byte + inside)).toBe(offset);
          }
          if (character.length === 2) expect(lines.byteOffset(offset + 1)).toBe(byte);
          offset += character.length;
        }
        expect(lines.byteOffset(source.length)).toBe(Buffer.byteLength(source));
        expect(lines.offsetOfByte(Buffer.byteLength(source))).toBe(source.length);
      }),
    );
  });
});
