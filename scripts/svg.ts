/** Pictures of what stands on a terminal. */
import type { PtyCell } from "./pty.ts";

/** How text is drawn; a colour is the terminal's own when it is null. */
export interface Run {
  readonly text: string;
  readonly column: number;
  readonly columns: number;
  readonly style: Omit<PtyCell, "text" | "width">;
}

export interface Scheme {
  readonly background: string;
  readonly plain: string;
  /** The first sixteen colours. */
  readonly palette: readonly string[];
}

export const DARK: Scheme = {
  background: "#0d1117",
  plain: "#d1d5da",
  palette: [
    ..."#484f58 #ff7b72 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #d1d5da".split(" "),
    ..."#8b949e #ffa198 #7ee787 #f2cc60 #a5d6ff #e2c5ff #b3f0ff #ffffff".split(" "),
  ],
};

export const LIGHT: Scheme = {
  background: "#ffffff",
  plain: "#24292f",
  palette: [
    ..."#24292f #cf222e #116329 #7d4e00 #0969da #8250df #1b7c83 #6e7781".split(" "),
    ..."#57606a #a40e26 #1a7f37 #633c01 #218bff #a475f9 #3192aa #8c959f".split(" "),
  ],
};

const CELL = { width: 8.4, height: 19 };
const MARGIN = 20;
const TITLE = 14;

/** Cells of one row as runs of one style. */
export function runs(cells: readonly PtyCell[]): Run[] {
  const result: { text: string; column: number; columns: number; style: Run["style"] }[] = [];
  let column = 0;
  let key = "";
  for (const { text, width, ...style } of cells) {
    const now = JSON.stringify(style);
    const last = result.at(-1);
    // A wide character stands alone, so that it is drawn as wide as it is.
    if (last && now === key && width === 1) {
      last.text += text;
      last.columns += width;
    } else result.push({ text, column, columns: width, style });
    key = width === 1 ? now : "";
    column += width;
  }
  return result;
}

export function svg(rows: readonly (readonly Run[])[], columns: number, label: string, scheme: Scheme = DARK): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = Math.ceil(rows.length * CELL.height + 2 * MARGIN + TITLE);
  const drawn = rows.map((row, i) => row.map((run) => drawRun(run, MARGIN + 28 + i * CELL.height, scheme)).join(""));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    `<rect width="100%" height="100%" rx="8" fill="${scheme.background}"/>`,
    ...["#ff5f56", "#ffbd2e", "#27c93f"].map((c, i) => `<circle cx="${MARGIN + i * 18}" cy="18" r="5.5" fill="${c}"/>`),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...drawn.filter((row) => row !== ""),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function drawRun({ text, column, columns, style }: Run, y: number, scheme: Scheme): string {
  // Not every viewer keeps the blanks at the ends.
  const lead = text.length - text.trimStart().length;
  const trail = text.length - text.trimEnd().length;
  const x = MARGIN + column * CELL.width;
  const width = columns * CELL.width;
  const own = colorOf(style.foreground, scheme) ?? scheme.plain;
  const behind = colorOf(style.background, scheme);
  const [ink, paper] = style.inverse ? [behind ?? scheme.background, own] : [own, behind];
  const box = paper ? `<rect x="${round(x)}" y="${round(y - 14)}" width="${round(width)}" height="${CELL.height}" fill="${paper}"/>` : "";
  if (text.trim() === "") return box;
  const attributes = [
    `fill="${ink}"`,
    style.bold ? 'font-weight="bold"' : "",
    style.dim ? 'opacity="0.6"' : "",
    style.italic ? 'font-style="italic"' : "",
    style.underline ? 'text-decoration="underline"' : "",
  ].filter(Boolean);
  // Plain spaces would be folded.
  const escaped = text.trim().replaceAll(" ", "\u00a0").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `${box}<text x="${round(x + lead * CELL.width)}" y="${round(y)}" textLength="${round((columns - lead - trail) * CELL.width)}" lengthAdjust="spacingAndGlyphs" ${attributes.join(" ")}>${escaped}</text>`;
}

function colorOf(color: number | string | null, { palette }: Scheme): string | null {
  if (color === null || typeof color === "string") return color;
  if (color < 16) return palette[color] ?? null;
  if (color >= 232) return `#${(8 + (color - 232) * 10).toString(16).padStart(2, "0").repeat(3)}`;
  const cube = (n: number): string => (n === 0 ? 0 : 55 + n * 40).toString(16).padStart(2, "0");
  const i = color - 16;
  return `#${cube(Math.floor(i / 36))}${cube(Math.floor(i / 6) % 6)}${cube(i % 6)}`;
}

function round(n: number): string {
  return String(Math.round(n * 10) / 10);
}
