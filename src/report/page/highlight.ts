/** Go code as coloured pieces, line by line. A line is read by itself, so what a raw string or a comment began lines above is not known. */

export type Tone = "keyword" | "string" | "comment" | "number" | "plain";

export interface Piece {
  readonly tone: Tone;
  readonly text: string;
}

const KEYWORDS = new Set(
  (
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct " +
    "switch type var nil true false iota"
  ).split(" "),
);

const TOKEN = /\/\/.*|\/\*.*?(?:\*\/|$)|"(?:\\.|[^"\\])*"?|`[^`]*`?|'(?:\\.|[^'\\])*'?|\b\d[\w.]*|[\p{L}_][\p{L}\p{N}_]*|\s+|./gsu;

export function pieces(line: string): Piece[] {
  const found: Piece[] = [];
  for (const [text] of line.matchAll(TOKEN)) {
    const tone = toneOf(text);
    const last = found.at(-1);
    if (last && last.tone === tone) found[found.length - 1] = { tone, text: last.text + text };
    else found.push({ tone, text });
  }
  return found;
}

function toneOf(text: string): Tone {
  if (text.startsWith("//") || text.startsWith("/*")) return "comment";
  const first = text[0] ?? "";
  if (first === '"' || first === "`" || first === "'") return "string";
  if (first >= "0" && first <= "9") return "number";
  return KEYWORDS.has(text) ? "keyword" : "plain";
}
