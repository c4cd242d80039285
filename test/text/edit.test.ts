import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits, InvalidEdits, mapOffset } from "../../src/text/apply.ts";
import { type Edit, normalise, overlaps, type Span, validateEdits } from "../../src/text/edit.ts";

const at = (start: number, end = start, path = "a.go"): Span => ({ path, start, end });
const edit = (start: number, end: number, text: string, path = "a.go"): Edit => ({ at: at(start, end, path), text });

describe("validateEdits", () => {
  const faults: [string, string, Edit[], RegExp][] = [
    ["behind the end", "abc", [edit(2, 4, "x")], /outside the text of 3 units/],
    ["before the start", "abc", [edit(-1, 1, "x")], /outside/],
    ["reversed", "abc", [edit(2, 1, "x")], /ends before it starts/],
    ["fractional", "abc", [edit(0.5, 1, "x")], /no integer/],
    ["not a number", "abc", [edit(Number.NaN, 1, "x")], /no integer/],
    ["overlapping", "abcdef", [edit(0, 3, "x"), edit(2, 4, "y")], /2-4 overlaps 0-3/],
    ["the same range twice", "abcdef", [edit(0, 3, "x"), edit(0, 3, "y")], /overlaps/],
    ["an insertion inside a replacement", "abcdef", [edit(0, 3, "x"), edit(2, 2, "y")], /overlaps/],
    ["unsorted", "abcdef", [edit(4, 5, "x"), edit(0, 1, "y")], /not sorted/],
    ["an insertion after the replacement that starts there", "abcdef", [edit(1, 3, "x"), edit(1, 1, "y")], /not sorted/],
    ["two files", "abcdef", [edit(0, 1, "x"), edit(2, 3, "y", "b.go")], /b\.go:2-3 is of another file/],
    ["half a surrogate pair", "a😀b", [edit(1, 2, "x")], /splits a surrogate pair at 2/],
    ["an insertion into a surrogate pair", "a😀b", [edit(2, 2, "x")], /surrogate pair/],
    ["half a CRLF", "a\r\nb", [edit(2, 3, "")], /splits a CRLF at 2/],
    ["a lone surrogate as text", "abc", [edit(0, 1, "\ud83d")], /inserts a lone surrogate/],
  ];
  it.each(faults)("refuses %s", (_, text, edits, message) => {
    expect(validateEdits(edits, text)).toMatch(message);
    expect(() => applyEdits(text, edits)).toThrow(InvalidEdits);
  });

  it("takes touching edits, whole pairs and whole line ends", () => {
    expect(validateEdits([edit(0, 0, "i"), edit(0, 1, "x"), edit(1, 1, "j"), edit(1, 1, "k"), edit(1, 2, "y")], "ab")).toBeNull();
    expect(validateEdits([edit(1, 3, ""), edit(3, 5, "\n")], "a😀\r\nb")).toBeNull();
    expect(validateEdits([], "")).toBeNull();
  });
});

describe("applyEdits", () => {
  it("lets texts at one point land in the order of the list", () => {
    const edits = [edit(0, 2, "AB"), edit(2, 2, "1"), edit(2, 2, "2"), edit(2, 3, "C")];
    expect(applyEdits("abcd", edits)).toBe("AB12Cd");
  });

  it("keeps an insertion at either edge of a deletion", () => {
    expect(applyEdits("abcd", [edit(1, 1, "<"), edit(1, 3, ""), edit(3, 3, ">")])).toBe("a<>d");
    expect(applyEdits("ab", [edit(0, 0, "<"), edit(0, 2, ""), edit(2, 2, ">")])).toBe("<>");
  });

  it("inserts into an empty text", () => {
    expect(applyEdits("", [edit(0, 0, "x")])).toBe("x");
  });
});

/** What applying means, without a library: from the last edit to the first, so that offsets stay true. */
function splice(text: string, edits: readonly Edit[]): string {
  return edits.reduceRight((result, { at: { start, end }, text: content }) => result.slice(0, start) + content + result.slice(end), text);
}

const piece = fc.constantFrom("a", "b", "(", " ", "\t", "\n", "\r\n", "日", "é", "😀", "\u202e");
const source = fc.array(piece, { maxLength: 40 });

/** A text with valid edits: cut points between whole pieces, in pairs. */
const edited = source.chain((pieces) => {
  const bounds = [0];
  for (const p of pieces) bounds.push((bounds.at(-1) ?? 0) + p.length);
  const text = pieces.join("");
  const inside = bounds.filter((b) => !(text[b - 1] === "\r" && text[b] === "\n"));
  return fc
    .array(
      fc.tuple(
        fc.nat(inside.length - 1),
        fc.nat(4),
        fc.array(piece, { maxLength: 3 }).map((p) => p.join("")),
      ),
      { maxLength: 8 },
    )
    .map((raw) => {
      const edits: Edit[] = [];
      let from = 0;
      for (const [index, span, content] of raw.sort((a, b) => a[0] - b[0])) {
        const first = Math.max(from, index);
        const last = Math.min(inside.length - 1, first + span);
        const next = edit(inside[first] ?? 0, inside[last] ?? 0, content);
        const previous = edits.at(-1);
        if (previous && previous.at.start === next.at.start && previous.at.end > next.at.end) continue;
        edits.push(next);
        from = last;
      }
      return { text, edits };
    });
});

describe("properties", () => {
  it("applyEdits equals splicing", () => {
    fc.assert(
      fc.property(edited, ({ text, edits }) => {
        expect(validateEdits(edits, text)).toBeNull();
        expect(applyEdits(text, edits)).toBe(splice(text, edits));
      }),
      { numRuns: 2_000 },
    );
  });

  it("normalised edits stay valid, do the same, hold no no-op, and are a fixed point", () => {
    fc.assert(
      fc.property(edited, ({ text, edits }) => {
        const small = normalise(edits, text);
        expect(validateEdits(small, text)).toBeNull();
        expect(applyEdits(text, small)).toBe(splice(text, edits));
        for (const { at: span, text: content } of small) expect(content).not.toBe(text.slice(span.start, span.end));
        expect(normalise(small, text)).toEqual(small);
      }),
      { numRuns: 2_000 },
    );
  });

  it("mapOffset finds every unit that no edit replaced", () => {
    fc.assert(
      fc.property(edited, ({ text, edits }) => {
        const after = splice(text, edits);
        for (let offset = 0; offset < text.length; offset++) {
          if (edits.some(({ at: span }) => span.start <= offset && offset < span.end)) continue;
          expect(after[mapOffset(edits, offset)]).toBe(text[offset]);
        }
        expect(mapOffset(edits, text.length)).toBe(after.length);
        for (let offset = 1; offset <= text.length; offset++) {
          expect(mapOffset(edits, offset)).toBeGreaterThanOrEqual(mapOffset(edits, offset - 1));
          expect(mapOffset(edits, offset, "before")).toBeLessThanOrEqual(mapOffset(edits, offset, "after"));
        }
      }),
    );
  });

  it("edits of two fixes that do not overlap can be merged in either order", () => {
    fc.assert(
      fc.property(edited, edited, ({ text, edits }, other) => {
        const theirs = other.edits.filter((b) => validateEdits([b], text) === null && edits.every((a) => !overlaps(a, b)));
        const merged = [...edits, ...theirs].sort((a, b) => a.at.start - b.at.start || a.at.end - b.at.end);
        expect(validateEdits(merged, text)).toBeNull();
      }),
    );
  });
});

describe("mapOffset", () => {
  const edits = [edit(2, 2, "xyz"), edit(4, 6, "Q")]; // ab|cd[ef]gh -> abxyzcdQgh
  it.each([
    [0, "after", 0],
    [2, "after", 5],
    [2, "before", 2],
    [4, "after", 7],
    [5, "before", 7],
    [5, "after", 8],
    [6, "after", 8],
    [8, "after", 10],
  ] as const)("maps %i (%s) to %i", (offset, bias, expected) => {
    expect(mapOffset(edits, offset, bias)).toBe(expected);
  });
});

describe("normalise", () => {
  it("keeps only what differs", () => {
    const text = "time.After(d)\r\nnext 😀 end";
    expect(normalise([edit(0, 13, "time.NewTimer(d)")], text)).toEqual([edit(5, 10, "NewTimer")]);
    expect(normalise([edit(0, 4, "time"), edit(5, 5, "")], text)).toEqual([]);
  });

  it("cuts neither a pair nor a CRLF", () => {
    expect(normalise([edit(0, 2, "😁")], "😀")).toEqual([edit(0, 2, "😁")]); // 😀 and 😁 share their first half
    expect(normalise([edit(0, 3, "a\n")], "a\r\n")).toEqual([edit(1, 3, "\n")]);
    expect(normalise([edit(0, 2, "a\r\n")], "a\n")).toEqual([edit(1, 2, "\r\n")]);
  });
});

describe("overlaps", () => {
  const cases: [string, Edit | Span, Edit | Span, boolean][] = [
    ["replacements that share a unit", edit(0, 3, "x"), edit(2, 4, "y"), true],
    ["replacements that touch", edit(0, 3, "x"), edit(3, 4, "y"), false],
    ["replacements of different files", edit(0, 3, "x"), edit(0, 3, "y", "b.go"), false],
    ["an insertion inside a replacement", edit(0, 3, "x"), edit(1, 1, "y"), true],
    ["an insertion at a replacement's start", edit(1, 3, "x"), edit(1, 1, "y"), true],
    ["an insertion at a replacement's end", edit(1, 3, "x"), edit(3, 3, "y"), true],
    ["an insertion beside a replacement", edit(1, 3, "x"), edit(4, 4, "y"), false],
    ["two insertions at one point", edit(2, 2, "x"), edit(2, 2, "y"), true],
    ["insertions at two points", edit(2, 2, "x"), edit(3, 3, "y"), false],
    ["a replacement of assumed code", edit(2, 4, "x"), at(3, 9), true],
    ["a replacement that touches assumed code", edit(2, 3, "x"), at(3, 9), false],
    ["an insertion inside assumed code", edit(5, 5, "x"), at(3, 9), true],
    ["an insertion at the edge of assumed code", edit(3, 3, "x"), at(3, 9), false],
    ["an insertion at an assumed place", edit(3, 3, "x"), at(3), true],
    ["a replacement around an assumed place", edit(2, 4, "x"), at(3), true],
    ["a replacement beside an assumed place", edit(3, 4, "x"), at(3), false],
    ["assumed code twice", at(3, 9), at(3, 9), false],
  ];
  it.each(cases)("%s", (_, a, b, expected) => {
    expect(overlaps(a, b)).toBe(expected);
    expect(overlaps(b, a)).toBe(expected);
  });
});
