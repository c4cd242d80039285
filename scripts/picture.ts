/**
 * `npm run picture`: draws docs/check.svg from what the built program prints on the samples, colours included. Checked in, so that the README shows
 * the real thing.
 */
import { spawnSync } from "node:child_process";
import stringWidth from "string-width";
import { emit } from "./emit.ts";

const ARGS = ["check", "samples/courier", "--select", "lost-cancel,pool-get-without-reset"];
const COLUMNS = 100;
const CELL = { width: 8.4, height: 19 };
const MARGIN = 20;

const BACKGROUND = "#0d1117";
const PLAIN = "#d1d5da";
const COLORS: Readonly<Record<number, string>> = {
  30: "#484f58",
  31: "#ff7b72",
  32: "#56d364",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#56d4dd",
  37: "#d1d5da",
  90: "#8b949e",
};

interface Style {
  readonly color: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

const NONE: Style = { color: PLAIN, bold: false, dim: false, italic: false, underline: false, inverse: false };

const run = spawnSync(process.execPath, ["dist/cli.js", ...ARGS, "--color", "always"], {
  encoding: "utf8",
  env: { ...process.env, COLUMNS: String(COLUMNS) },
});
if (run.status !== 1) throw new Error(`gomend ended with ${run.status}: ${run.stderr}`);
// The time that a run took is nothing to draw: it would differ each time.
const lines = `\u001b[90m$\u001b[39m gomend ${ARGS.join(" ")}\n\n${run.stdout.trimEnd()}`.replace(/ in \d+\.\d+ s/, "").split("\n");
emit("docs/check.svg", svg(lines));

function svg(rows: readonly string[]): string {
  // A terminal would wrap the longest lines; a picture can be wider.
  const columns = Math.max(COLUMNS, ...rows.map((row) => stringWidth(row)));
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = Math.ceil(rows.length * CELL.height + 2 * MARGIN + 14);
  let style = NONE;
  const drawn = rows.map((row, i) => {
    const y = MARGIN + 28 + i * CELL.height;
    let column = 0;
    const spans: string[] = [];
    for (const part of row.split(/(\u001b\[[\d;]*m)/)) {
      const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
      if (codes !== undefined) style = codes.split(";").map(Number).reduce(after, style);
      else if (part !== "") {
        spans.push(span(part, MARGIN + column * CELL.width, y, style));
        column += stringWidth(part);
      }
    }
    return spans.join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="gomend check in a terminal">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    ...["#ff5f56", "#ffbd2e", "#27c93f"].map((c, i) => `<circle cx="${MARGIN + i * 18}" cy="18" r="5.5" fill="${c}"/>`),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...drawn.filter((row) => row !== ""),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function span(text: string, x: number, y: number, style: Style): string {
  const width = stringWidth(text) * CELL.width;
  const box = style.inverse
    ? `<rect x="${round(x)}" y="${round(y - 14)}" width="${round(width)}" height="${CELL.height}" fill="${style.color}"/>`
    : "";
  const attributes = [
    `fill="${style.inverse ? BACKGROUND : style.color}"`,
    style.bold ? 'font-weight="bold"' : "",
    style.dim ? 'opacity="0.6"' : "",
    style.italic ? 'font-style="italic"' : "",
    style.underline ? 'text-decoration="underline"' : "",
  ].filter(Boolean);
  if (text.trim() === "") return box;
  // Plain spaces would be folded.
  const escaped = text.replaceAll(" ", "\u00a0").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `${box}<text x="${round(x)}" y="${round(y)}" textLength="${round(width)}" lengthAdjust="spacingAndGlyphs" ${attributes.join(" ")}>${escaped}</text>`;
}

function round(n: number): string {
  return String(Math.round(n * 10) / 10);
}

/** The style after one SGR code. */
function after(style: Style, code: number): Style {
  switch (code) {
    case 0:
      return NONE;
    case 1:
      return { ...style, bold: true };
    case 2:
      return { ...style, dim: true };
    case 3:
      return { ...style, italic: true };
    case 4:
      return { ...style, underline: true };
    case 7:
      return { ...style, inverse: true };
    case 22:
      return { ...style, bold: false, dim: false };
    case 23:
      return { ...style, italic: false };
    case 24:
      return { ...style, underline: false };
    case 27:
      return { ...style, inverse: false };
    case 39:
      return { ...style, color: PLAIN };
    default:
      return { ...style, color: COLORS[code >= 91 && code <= 97 ? code - 60 : code] ?? style.color };
  }
}
