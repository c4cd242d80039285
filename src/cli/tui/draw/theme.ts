/** What things look like: by the colours that the terminal has, and whether its background is dark, where it says so. */
import type { Style } from "./row.ts";

export type Depth = "none" | "16" | "256" | "true";
export type Background = "dark" | "light" | "unknown";

/** What a piece of Go is, as far as colours go. */
export const SYNTAX = ["plain", "keyword", "type", "string", "constant", "function", "comment"] as const;
export type Syntax = (typeof SYNTAX)[number];

export interface Glyphs {
  readonly accepted: string;
  readonly rejected: string;
  readonly open: string;
  readonly suppressed: string;
  readonly edited: string;
  readonly none: string;
  readonly folded: string;
  readonly unfolded: string;
  readonly line: string;
  readonly bar: string;
  readonly full: string;
  readonly empty: string;
  readonly gap: string;
  readonly dot: string;
}

const UNICODE: Glyphs = {
  accepted: "✓",
  rejected: "✗",
  open: "○",
  suppressed: "⊘",
  edited: "✎",
  none: "·",
  folded: "▸",
  unfolded: "▾",
  line: "─",
  bar: "│",
  full: "━",
  empty: "─",
  gap: "⋮",
  dot: "·",
};

const ASCII: Glyphs = {
  accepted: "y",
  rejected: "n",
  open: "o",
  suppressed: "i",
  edited: "e",
  none: ".",
  folded: "+",
  unfolded: "-",
  line: "-",
  bar: "|",
  full: "=",
  empty: "-",
  gap: ":",
  dot: "-",
};

export interface Theme {
  readonly glyphs: Glyphs;
  readonly plain: Style;
  readonly strong: Style;
  readonly faint: Style;
  readonly accent: Style;
  readonly key: Style;
  readonly good: Style;
  readonly bad: Style;
  readonly warn: Style;
  readonly rule: Style;
  /** The row of the list that the review stands on. */
  readonly here: Style;
  readonly notice: Style;
  readonly syntax: Readonly<Record<Syntax, Style>>;
  /** A changed line: its sign and number, its text, and the words in it that changed. */
  readonly added: Change;
  readonly removed: Change;
}

export interface Change {
  readonly sign: Style;
  readonly text: Style;
  readonly word: Style;
  /** Colours of syntax are told by `text` too, so that they show through. */
  readonly tinted: boolean;
}

export interface ThemeOptions {
  readonly depth: Depth;
  readonly background: Background;
  readonly ascii: boolean;
}

export function themeOf({ depth, background, ascii }: ThemeOptions): Theme {
  const glyphs = ascii ? ASCII : UNICODE;
  if (depth === "none") return { ...PLAIN, glyphs };
  const base: Theme = { ...SIXTEEN, glyphs };
  if (depth === "16" || background === "unknown") return base;
  const rich = background === "dark" ? DARK : LIGHT;
  const tints = depth === "true" ? rich.tints : { added: rich.words.added, removed: rich.words.removed };
  const change = (sign: Style, own: { readonly line: Style; readonly word: Style }): Change => ({
    sign: join(sign, own.line),
    text: own.line,
    word: own.word,
    tinted: true,
  });
  return {
    ...base,
    faint: rich.faint,
    syntax: rich.syntax,
    added: change(rich.good, tints.added),
    removed: change(rich.bad, tints.removed),
  };
}

/** One style on top of another. */
export function join(...styles: readonly Style[]): Style {
  return styles.filter((s) => s !== "").join(";");
}

/** The colours of a terminal, from its environment; `wanted` is false where none are to be used. */
export function depthOf(wanted: boolean, env: Readonly<Record<string, string | undefined>>): Depth {
  if (!wanted) return "none";
  const { FORCE_COLOR, COLORTERM = "", TERM = "" } = env;
  if (FORCE_COLOR === "3") return "true";
  if (FORCE_COLOR === "2") return "256";
  if (/truecolor|24bit/i.test(COLORTERM)) return "true";
  return /256|kitty|ghostty|alacritty|foot|wezterm/i.test(TERM) ? "256" : "16";
}

/** What `COLORFGBG`, which some terminals set, says about the background. */
export function backgroundOf(colorFgBg: string | undefined): Background {
  const last = Number(/;(\d+)$/.exec(colorFgBg ?? "")?.[1] ?? Number.NaN);
  if (Number.isNaN(last)) return "unknown";
  return last === 7 || (last >= 9 && last <= 15) ? "light" : "dark";
}

/** What a terminal answers when it is asked for its background: "rgb:1c1c/1c1c/1c1c". */
export function backgroundOfReply(reply: string): Background {
  const m = /^rgba?:([\da-f]+)\/([\da-f]+)\/([\da-f]+)/i.exec(reply);
  if (!m) return "unknown";
  const [r = 0, g = 0, b = 0] = m.slice(1, 4).map((hex) => Number.parseInt(hex, 16) / (16 ** hex.length - 1));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.5 ? "light" : "dark";
}

/** True where the locale says that the terminal shows ASCII only. */
export function asciiOnly(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return locale !== "" && !/utf-?8/i.test(locale);
}

const PLAIN: Omit<Theme, "glyphs"> = {
  plain: "",
  strong: "1",
  faint: "2",
  accent: "1",
  key: "1",
  good: "",
  bad: "",
  warn: "1",
  rule: "1",
  here: "7",
  notice: "7",
  syntax: { plain: "", keyword: "", type: "", string: "", constant: "", function: "", comment: "2" },
  added: { sign: "1", text: "1", word: "1;4", tinted: false },
  removed: { sign: "2", text: "2", word: "2;4", tinted: false },
};

/** The terminal's own palette: right on whatever background the person chose it for. */
const SIXTEEN: Omit<Theme, "glyphs"> = {
  plain: "",
  strong: "1",
  faint: "2",
  accent: "36",
  key: "1;36",
  good: "32",
  bad: "31",
  warn: "33",
  rule: "1;35",
  here: "7",
  notice: "7",
  syntax: { plain: "", keyword: "35", type: "36", string: "33", constant: "36", function: "34", comment: "2" },
  added: { sign: "32", text: "32", word: "1;4;32", tinted: false },
  removed: { sign: "31", text: "31", word: "1;4;31", tinted: false },
};

const fg = (n: number): Style => `38;5;${n}`;
const bg = (n: number): Style => `48;5;${n}`;
const tint = (r: number, g: number, b: number): Style => `48;2;${r};${g};${b}`;

const DARK = {
  faint: fg(245),
  good: fg(114),
  bad: fg(210),
  syntax: {
    plain: "",
    keyword: fg(210),
    type: fg(215),
    string: fg(153),
    constant: fg(117),
    function: fg(183),
    comment: fg(245),
  },
  words: { added: { line: "", word: bg(22) }, removed: { line: "", word: bg(52) } },
  tints: {
    added: { line: tint(18, 38, 32), word: tint(28, 84, 52) },
    removed: { line: tint(44, 24, 28), word: tint(112, 42, 44) },
  },
} as const;

const LIGHT = {
  faint: fg(243),
  good: fg(28),
  bad: fg(124),
  syntax: {
    plain: "",
    keyword: fg(161),
    type: fg(130),
    string: fg(25),
    constant: fg(26),
    function: fg(91),
    comment: fg(243),
  },
  words: { added: { line: "", word: bg(157) }, removed: { line: "", word: bg(217) } },
  tints: {
    added: { line: tint(222, 250, 228), word: tint(164, 236, 182) },
    removed: { line: tint(255, 235, 233), word: tint(255, 200, 196) },
  },
} as const;
