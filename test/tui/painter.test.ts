import xterm from "@xterm/headless";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, filled, type Row, row, slice, span, widthOf } from "../../src/cli/tui/draw/row.ts";
import { Painter } from "../../src/cli/tui/term/painter.ts";
import { cells } from "../../src/text/sanitize.ts";

const COLUMNS = 24;
const ROWS = 5;

const text = fc.string({ unit: fc.constantFrom("a", "b", " ", " ", "─", "日", "é", "x"), maxLength: 14 });
const anyRow: fc.Arbitrary<Row> = fc
  .array(fc.tuple(text, fc.constantFrom("", "1", "31", "1;32", "48;5;22")), { maxLength: 4 })
  .map((parts) => row(...parts.map(([t, style]) => span(t, style))));
const screen = fc.array(anyRow, { minLength: ROWS, maxLength: ROWS });

const write = (terminal: xterm.Terminal, data: string): Promise<void> => new Promise((resolve) => terminal.write(data, resolve));

/** Each cell with what tells it from others; blanks of no style at the end of a line are nothing. */
function shown(terminal: xterm.Terminal): string[] {
  return Array.from({ length: ROWS }, (_, y) => {
    const line = terminal.buffer.active.getLine(y);
    let out = "";
    for (let x = 0; x < COLUMNS; x++) {
      const cell = line?.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      out += `${cell.getChars() || " "}${cell.isBold() ? "b" : ""}${cell.isFgDefault() ? "" : cell.getFgColor()}${cell.isBgDefault() ? "" : `/${cell.getBgColor()}`}|`;
    }
    return out;
  });
}

describe("the painter", () => {
  it("leads from any screen to any other, as a fresh drawing does, wide characters and styles included", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(screen, { minLength: 2, maxLength: 4 }), async (screens) => {
        const painter = new Painter();
        const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
        await write(terminal, "\x1b[?7l");
        for (const rows of screens) await write(terminal, painter.paint(rows, COLUMNS, ROWS));
        const fresh = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
        await write(fresh, `\x1b[?7l${new Painter().paint(screens.at(-1) as Row[], COLUMNS, ROWS)}`);
        expect(shown(terminal)).toEqual(shown(fresh));
        terminal.dispose();
        fresh.dispose();
      }),
      { numRuns: 150 },
    );
  });

  it("writes nothing when nothing changed, and little when little did", () => {
    const painter = new Painter();
    const rows = (word: string): Row[] => [row("a line of text"), row("another ", span(word, "32"), " line")];
    painter.paint(rows("green"), 80, 24);
    expect(painter.paint(rows("green"), 80, 24)).toBe("");
    expect(painter.paint(rows("grain"), 80, 24).length).toBeLessThan(40);
    painter.forget();
    expect(painter.paint(rows("grain"), 80, 24)).toContain("another ");
  });

  it("shows a cursor only where text is typed", () => {
    const painter = new Painter();
    expect(painter.paint([row("> ")], 20, 2, { row: 0, column: 2 })).toContain("\x1b[1;3H\x1b[?25h");
    expect(painter.paint([row("> a")], 20, 2, { row: 0, column: 3 })).not.toContain("\x1b[?25h");
    expect(painter.paint([row("> a")], 20, 2)).toBe("\x1b[?25l");
  });
});

describe("rows", () => {
  it("are cut, filled and sliced to exact columns", () => {
    fc.assert(
      fc.property(anyRow, fc.nat(40), fc.nat(40), (r, a, b) => {
        expect(widthOf(cut(r, a))).toBeLessThanOrEqual(Math.max(a, widthOf(r) <= a ? widthOf(r) : a));
        expect(widthOf(filled(r, a))).toBe(a);
        const [from, to] = a < b ? [a, b] : [b, a];
        expect(widthOf(slice(r, from, to))).toBe(Math.max(0, Math.min(to, widthOf(r)) - Math.min(from, widthOf(r))));
      }),
    );
  });

  it("hold nothing that steers a terminal, whatever they are made of", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (raw) => {
        const [only] = row(span(raw));
        expect(only?.text ?? "").not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });

  it("count the marks that gomend draws as string-width does", () => {
    for (const mark of "─│━╭╮╰╯✓✗○⊘✎·▌▸▾⋮…") expect([mark, cells(mark)[0]?.width, cells(`${mark}日`)[0]?.width]).toEqual([mark, 1, 1]);
  });
});
