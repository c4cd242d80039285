/** A line that is being typed. */

export interface TextLine {
  readonly text: string;
  /** UTF-16 offset of the cursor. */
  readonly at: number;
}

export const EMPTY_LINE: TextLine = { text: "", at: 0 };

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The line after a key; the same line when the key means nothing here. */
export function typed(line: TextLine, key: string, text: string): TextLine {
  const { at } = line;
  switch (key) {
    case "backspace":
      return remove(line, before(line), at);
    case "delete":
    case "ctrl-d":
      return remove(line, at, after(line));
    case "left":
    case "ctrl-b":
      return { ...line, at: before(line) };
    case "right":
    case "ctrl-f":
      return { ...line, at: after(line) };
    case "home":
    case "ctrl-a":
      return { ...line, at: 0 };
    case "end":
    case "ctrl-e":
      return { ...line, at: line.text.length };
    case "ctrl-u":
      return remove(line, 0, at);
    case "ctrl-k":
      return remove(line, at, line.text.length);
    case "ctrl-w":
      return remove(line, line.text.slice(0, at).replace(/\S+\s*$/, "").length, at);
    default:
      return text === "" ? line : inserted(line, text);
  }
}

export function inserted(line: TextLine, text: string): TextLine {
  const clean = text.replace(/[\r\n\t]+/g, " ");
  return { text: line.text.slice(0, line.at) + clean + line.text.slice(line.at), at: line.at + clean.length };
}

function remove(line: TextLine, from: number, to: number): TextLine {
  return { text: line.text.slice(0, from) + line.text.slice(to), at: from };
}

function before({ text, at }: TextLine): number {
  let last = 0;
  for (const { index } of segmenter.segment(text)) if (index < at) last = index;
  return last;
}

function after({ text, at }: TextLine): number {
  for (const { index, segment } of segmenter.segment(text)) if (index >= at) return index + segment.length;
  return text.length;
}
