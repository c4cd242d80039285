/**
 * Makes text of a repository safe to print: a path, a name or a comment must not move the cursor, colour the terminal or
 * show code in another order than the compiler reads it (CVE-2021-42574).
 */
import stringWidth from "string-width";

/**
 * C0 but tab and newline, DEL, C1; bidi marks, embeddings, overrides and isolates; zero-width and other invisible format
 * characters but the joiners U+200C and U+200D, which emoji and some scripts need; line and paragraph separators; tags.
 */
const unprintable =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text without control, bidi and invisible characters; tabs and newlines stay; a lone surrogate becomes U+FFFD. */
export function sanitize(text: string): string {
  if (/^[\t\n\x20-\x7e]*$/.test(text)) return text;
  return text.replace(unprintable, "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** JSON that says the same, with what `sanitize` takes out written as escapes: such characters stand in JSON's strings only. */
export function escapeJson(json: string): string {
  if (/^[\t\n\x20-\x7e]*$/.test(json)) return json;
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return json.replace(unprintable, (found) => found.split("").map(escaped).join(""));
}

/** As `sanitize`, on one line: newlines and tabs become spaces. For paths, names and messages. */
export function sanitizeLine(text: string): string {
  return sanitize(text).replace(/[\t\n]/g, " ");
}

/** Characters that take one column each and join with nothing: ASCII, Latin, lines and the few marks that gomend draws itself. */
const simple =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u017f\u2010-\u2015\u2018-\u2027\u2298\u22ee\u2500-\u259f\u25b8\u25be\u25cb\u2713\u2717\u270e]*$/;

/** Columns that a terminal gives to text without tabs; ambiguous East Asian characters count one. */
export function displayWidth(text: string): number {
  return simple.test(text) ? text.length : stringWidth(text);
}

/** A piece of a line that a terminal draws as one, with the UTF-16 range `[offset, end)` of the line that it stands for. */
export interface Cell {
  readonly text: string;
  readonly offset: number;
  readonly end: number;
  /** Columns from the line's start. */
  readonly column: number;
  readonly width: number;
}

/** Made at the first line beyond ASCII: its tables take longer to load than a small file to check. */
let segmenter: Intl.Segmenter | null = null;

/** Cells of one line: sanitized, tabs expanded to the next multiple of `tabWidth` columns. Units that are not printed have no cell. */
export function cells(line: string, tabWidth = 4): Cell[] {
  const result: Cell[] = [];
  let column = 0;
  const add = (raw: string, offset: number): void => {
    if (raw.length === 1 && raw >= " " && raw <= "~") {
      result.push({ text: raw, offset, end: offset + 1, column, width: 1 });
      column++;
      return;
    }
    const text = raw === "\t" ? " ".repeat(tabWidth - (column % tabWidth)) : sanitizeLine(raw);
    if (text === "") return;
    const width = displayWidth(text);
    result.push({ text, offset, end: offset + raw.length, column, width });
    column += width;
  };
  if (simple.test(line)) {
    for (let i = 0; i < line.length; i++) result.push({ text: line[i] ?? "", offset: i, end: i + 1, column: i, width: 1 });
  } else if (/^[\t\x20-\x7e]*$/.test(line)) {
    for (let i = 0; i < line.length; i++) add(line[i] ?? "", i);
  } else {
    segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
    for (const { segment, index } of segmenter.segment(line)) add(segment, index);
  }
  return result;
}

/** Column of the first cell that ends behind an offset: where a mark that starts there is drawn. */
export function startColumn(line: readonly Cell[], offset: number): number {
  return line.find((cell) => cell.end > offset)?.column ?? lineWidth(line);
}

/** Column of the first cell that starts at or behind an offset: where a mark that ends there stops. */
export function endColumn(line: readonly Cell[], offset: number): number {
  return line.find((cell) => cell.offset >= offset)?.column ?? lineWidth(line);
}

export function lineWidth(line: readonly Cell[]): number {
  const last = line.at(-1);
  return last ? last.column + last.width : 0;
}

/** Words of a sanitized text in lines of at most `width` columns; a longer word is broken. Never empty. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of sanitizeLine(text)
    .split(/ +/)
    .flatMap((word) => broken(word, width))) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = "";
    }
    line += (line === "" ? "" : " ") + word;
  }
  return [...lines, line];
}

function broken(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let from = 0;
  let piece = "";
  for (const cell of cells(word)) {
    if (piece !== "" && cell.column + cell.width - from > width) {
      pieces.push(piece);
      piece = "";
      from = cell.column;
    }
    piece += cell.text;
  }
  return [...pieces, piece];
}
