import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InputEvent, InputParser } from "../../src/cli/tui/term/input.ts";

const read = (...chunks: string[]): string[] => {
  const parser = new InputParser();
  return [...chunks.flatMap((c) => parser.feed(c)), ...parser.flush()].map(told);
};

function told(event: InputEvent): string {
  switch (event.kind) {
    case "key":
      return event.key;
    case "paste":
      return `paste(${event.text})`;
    case "wheel":
      return `wheel(${event.lines},${event.column})`;
    case "reply":
      return `reply(${event.code},${event.text})`;
    case "attributes":
      return "attributes";
  }
}

describe("input", () => {
  it.each([
    ["letters", "yN?", ["y", "N", "?"]],
    ["named keys", "\r\t \x7f\x1b[Z", ["enter", "tab", "space", "backspace", "backtab"]],
    ["control keys", "\x03\x12\x1a\x0c", ["ctrl-c", "ctrl-r", "ctrl-z", "ctrl-l"]],
    ["arrows, in both modes", "\x1b[A\x1bOB\x1b[1;2C\x1b[1;5D", ["up", "down", "shift-right", "ctrl-left"]],
    ["pages and ends", "\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1b[3~", ["pageup", "pagedown", "home", "end", "delete"]],
    ["alt", "\x1bx", ["alt-x"]],
    ["the escape key", "\x1b", ["escape"]],
    ["the escape key and another", "\x1b\x1b[A", ["escape", "up"]],
    ["what is beyond ASCII", "é日🚀", ["é", "日", "🚀"]],
    ["the wheel, and no click", "\x1b[<64;10;5M\x1b[<65;11;5M\x1b[<0;1;1M\x1b[<0;1;1m", ["wheel(-3,10)", "wheel(3,11)"]],
    ["pasted text as one", "\x1b[200~yes\ry\x1b[201~n", ["paste(yes\ry)", "n"]],
    ["what a terminal answers", "\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;22c", ["reply(11,rgb:0000/0000/0000)", "attributes"]],
    ["no sequence that it does not know", "\x1b[9;9q\x1b[200;1zy", ["y"]],
  ])("knows %s", (_, text, keys) => expect(read(text)).toEqual(keys));

  it("does not care where it is cut into pieces", () => {
    const whole = "yn\x1b[A\x1b[<64;10;5M\x1b[200~a\nb\x1b[201~\x1b]11;rgb:0/0/0\x07é🚀\x1b[1;5Dq";
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 6 }), (cuts) => {
        const at = [0, ...[...new Set(cuts)].sort((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, i) => whole.slice(at[i], end));
        expect(read(...pieces)).toEqual(read(whole));
      }),
    );
  });

  it("never throws and never waits for ever", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("\x1b", "[", "]", "<", ";", "1", "~", "M", "y", "\x07", "200", "é")), (parts) => {
        const parser = new InputParser();
        for (const part of parts) parser.feed(part);
        parser.feed("\x1b[201~");
        parser.flush();
        const after = parser.feed("y").concat(parser.flush());
        expect(after.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
