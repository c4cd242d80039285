/** Mutations of Go files: some that a parser chokes on, and some that leave a file well formed but strange. */
import { Random } from "./random.ts";

type Mutation = (text: string, random: Random, other: string) => string;

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|`[^`]*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\p{L}_][\p{L}\p{N}_]*|[0-9][\w.]*|[-+*/%&|^<>=!:]+|[^\s]/gu;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/gu;

/** Pieces that end, open or turn something. */
const PIECES = [
  "{ } ( ) [ ] \" ' ` /* */ // \n ; , . ... := <- = ! & * \\ \r \r\n \t \u0000 \ufeff \u202e \u2028 \x1b[31m é 世界 😀 𝒳".split(" "),
  [
    "func ",
    "func() {}()",
    "go ",
    "defer ",
    "return\n",
    "break\n",
    "continue\n",
    "goto x\n",
    "x:\n",
    "select {\n",
    "case ",
    "default:\n",
    "for {\n",
    "if true {\n",
  ],
  [
    "else ",
    "switch ",
    "fallthrough\n",
    "range ",
    "type T ",
    "var x ",
    "const c = ",
    "import ",
    "package ",
    "struct{",
    "interface{",
    "map[",
    "chan ",
    "nil",
    "iota",
  ],
  [
    "[T any]",
    "~",
    "0x",
    "1e",
    "'\\",
    '"\\',
    "//go:build x\n",
    "//gomend:ignore ",
    "//nolint",
    "/*\n*/",
    '\nimport "C"\n',
    '\nimport . "os"\n',
    "_",
    "panic(",
    "recover()",
  ],
].flat();

const WILD: readonly Mutation[] = [
  // Bytes.
  (t, r) => splice(t, r.int(t.length + 1), 0, r.pick(PIECES)),
  (t, r) => splice(t, r.int(t.length + 1), r.int(12), ""),
  (t, r) => splice(t, r.int(t.length + 1), r.int(200), ""),
  (t, r) => t.slice(0, r.int(t.length + 1)),
  (t, r) => range(t, r, 300, (part, at) => splice(t, at, 0, part)),
  (t, r, o) => range(o, r, 300, (part) => splice(t, r.int(t.length + 1), 0, part)),
  (t, r) => splice(t, r.int(t.length + 1), 1, String.fromCharCode(r.int(r.int(4) === 0 ? 0xd800 : 128))),
  // Braces.
  (t, r) => drop(t, r, /[{}]/g),
  (t, r) => drop(t, r, /[()[\]]/g),
  (t, r) => drop(t, r, /["'`]/g),
  (t, r) => splice(t, r.int(t.length + 1), 0, r.pick(["{", "}", "(", ")"])),
  // Line ends.
  (t) => t.replaceAll(/\r?\n/g, "\r\n"),
  (t) => t.replaceAll("\n", "\r"),
  (t, r) => t.replaceAll("\n", () => (r.int(6) === 0 ? "\r\n" : "\n")),
  (t) => `\ufeff${t}`,
  (t) => t.trimEnd(),
  // Lines.
  (t, r) => lines(t, r, (all, i, j) => [...all.slice(0, i), ...all.slice(j)]),
  (t, r) => lines(t, r, (all, i, j) => [...all.slice(0, j), ...all.slice(i)]),
  (t, r) => lines(t, r, (all, i) => [...all.slice(0, i), all[i + 1] ?? "", all[i] ?? "", ...all.slice(i + 2)]),
  (t, r) => lines(t, r, (all, i) => [...all.slice(0, i), `${all[i]} ${all[i + 1] ?? ""}`, ...all.slice(i + 2)]),
  (t, r, o) =>
    lines(
      o,
      r,
      (all, i, j) => all.slice(i, j),
      (part) => lines(t, r, (all, k) => [...all.slice(0, k), part, ...all.slice(k)]),
    ),
  (t, r) => lines(t, r, (all, i, j) => [...all.slice(0, i), r.pick(WRAPS), ...all.slice(i, j), "}", ...all.slice(j)]),
  // Declarations.
  (t, r, o) => `${t}\n${r.pick(pieces(o))}\n`,
  (t, r) => `${t}\n${r.pick(pieces(t))}\n`,
  // Tokens.
  (t, r) => tokens(t, r, (all, i) => [all[i + 1] ?? "", all[i] ?? "", 2]),
  (t, r) => tokens(t, r, () => ["", "", 1]),
  (t, r) => tokens(t, r, (all, i) => [all[i] ?? "", ` ${all[i] ?? ""}`, 1]),
  (t, r) => tokens(t, r, (all) => [r.pick(all), "", 1]),
  (t, r, o) => tokens(t, r, () => [r.pick(o.match(TOKEN) ?? [""]), "", 1]),
];

/** The file stays as well formed as it was, more often than not. */
const GENTLE: readonly Mutation[] = [
  (t) => t.replaceAll(/\r?\n/g, "\r\n"),
  (t) => `\ufeff${t.startsWith("\ufeff") ? t.slice(1) : t}`,
  (t, r) => `${t}\n${r.pick(pieces(t))}\n`,
  (t, r, o) => `${t}\n${r.pick(pieces(o).filter((p) => !p.includes("package ")))}\n`,
  (t, r) => statement(t, r, (line) => `${line}\n${line}`),
  (t, r) => statement(t, r, () => ""),
  (t, r) => statement(t, r, (line) => `${r.pick(WRAPS)}\n${line}\n}`),
  (t, r) => statement(t, r, (line) => `${line} // é 世界 😀`),
  (t, r) => statement(t, r, (line) => `/* x */${line}`),
  (t, r) => replaceOne(t, r, /\n\n+/g, () => "\n"),
  (t, r) => replaceOne(t, r, /\n(?=\t)/g, () => "\n\n"),
  rename,
  rename,
  (t, r) => replaceOne(t, r, WORD, () => r.pick(t.match(WORD) ?? ["x"])),
  (t, r, o) => replaceOne(t, r, WORD, () => r.pick(o.match(WORD) ?? ["x"])),
  (t, r) => replaceOne(t, r, /[-+*/%&|^<>=!]=?(?=\s)/g, () => r.pick(["+", "-", "==", "!=", "<", "&&", "||", "=", ":=", "<-", "&^"])),
  (t, r) =>
    replaceOne(t, r, /\b\d+\b/g, () => r.pick(["0", "1", "-1", "9223372036854775808", "1.5", "0x_1", "1_000", "'x'", '"s"', "nil"])),
];

const WRAPS = [
  "{",
  "for {",
  "if x := f(); x {",
  "go func() {",
  "defer func() {",
  "select { default:",
  "switch { case true:",
  "func() {",
  "for range x {",
];

export interface Step {
  readonly gentle: boolean;
  /** Which mutation, of those of its kind. */
  readonly which: number;
  readonly seed: number;
}

/** The text after the steps; `other` lends pieces. */
export function mutated(text: string, other: string, steps: readonly Step[]): string {
  let now = text;
  for (const { gentle, which, seed } of steps) {
    const kinds = gentle ? GENTLE : WILD;
    now = (kinds[which % kinds.length] as Mutation)(now, new Random(seed), other);
  }
  // What cannot be encoded cannot stand in a file.
  return Buffer.from(now, "utf8").toString("utf8");
}

/** One to three steps; half of the time all of them gentle. */
export function someSteps(random: Random): Step[] {
  const gentle = random.int(2) === 0;
  const count = 1 + random.int(3);
  return Array.from({ length: count }, () => ({ gentle, which: random.int(1_000), seed: random.int(2 ** 31) }));
}

function splice(text: string, at: number, length: number, put: string): string {
  return text.slice(0, at) + put + text.slice(at + length);
}

function range(text: string, random: Random, most: number, use: (part: string, at: number) => string): string {
  const at = random.int(text.length + 1);
  return use(text.slice(at, at + random.int(most)), at);
}

function drop(text: string, random: Random, what: RegExp): string {
  return replaceOne(text, random, what, () => "");
}

function replaceOne(text: string, random: Random, what: RegExp, by: (found: string) => string): string {
  const all = [...text.matchAll(what)];
  const one = all[random.int(all.length)];
  return one ? splice(text, one.index, one[0].length, by(one[0])) : text;
}

/** `change` is given the lines and a short run of them, from `i` up to and without `j`. */
function lines(
  text: string,
  random: Random,
  change: (all: readonly string[], i: number, j: number) => readonly string[],
  then: (text: string) => string = (t) => t,
): string {
  const all = text.split("\n");
  const i = random.int(all.length);
  return then(change(all, i, Math.min(all.length, i + 1 + random.int(5))).join("\n"));
}

/** Replaces a run of tokens, with what is between them, by two texts; `change` gives them and the length of the run. */
function tokens(text: string, random: Random, change: (all: readonly string[], i: number) => readonly [string, string, number]): string {
  const all = [...text.matchAll(TOKEN)];
  if (all.length === 0) return text;
  const i = random.int(all.length);
  const [first, second, count] = change(
    all.map((m) => m[0]),
    i,
  );
  const from = all[i] as RegExpExecArray;
  const to = all[Math.min(all.length, i + count) - 1] as RegExpExecArray;
  const end = to.index + to[0].length;
  const between = count === 2 ? text.slice(from.index + from[0].length, to.index) : "";
  return text.slice(0, from.index) + first + between + second + text.slice(end);
}

/** One name becomes another of the file's, wherever it stands. */
function rename(text: string, random: Random): string {
  const words = text.match(WORD) ?? [];
  if (words.length === 0) return text;
  const from = random.pick(words);
  const to = random.pick([...words.slice(0, 50), "_", "x", "err", "string", "nil"]);
  return text.replaceAll(WORD, (w) => (w === from ? to : w));
}

/** Changes a line that may be a statement of its own. */
function statement(text: string, random: Random, change: (line: string) => string): string {
  return replaceOne(text, random, /(?<=\n)\t+[^\n{}()]+\([^\n{}]*\)(?=\r?\n)|(?<=\n)\t+[^\n{}]+(?=\r?\n)/g, change);
}

/** Parts between blank lines. */
function pieces(text: string): string[] {
  return text.split(/\n\n+/);
}
