/** Go's tokens as numbers, and what is known of each. */
import type { Kind, Token } from "../kinds.ts";

export const END = 0;
export const NAME = 1;
export const INT = 2;
export const FLOAT = 3;
export const IMAGINARY = 4;
export const RUNE = 5;
export const STRING = 6;
export const RAW_STRING = 7;

export const PAREN = 10;
export const PAREN_END = 11;
export const SQUARE = 12;
export const SQUARE_END = 13;
export const BRACE = 14;
export const BRACE_END = 15;
export const COMMA = 16;
export const SEMICOLON = 17;
export const DOT = 18;
export const ELLIPSIS = 19;
export const COLON = 20;
export const DEFINE = 21;
export const ASSIGN = 22;
export const INCREMENT = 23;
export const DECREMENT = 24;
export const ARROW = 25;
export const NOT = 26;
export const TILDE = 27;

/** Binary operators; those of `ADD` to `XOR` can stand before an operand as well. */
export const OR_OR = 30;
export const AND_AND = 31;
export const EQUAL = 32;
export const UNEQUAL = 33;
export const LESS = 34;
export const LESS_EQUAL = 35;
export const GREATER = 36;
export const GREATER_EQUAL = 37;
export const ADD = 38;
export const SUBTRACT = 39;
export const OR = 40;
export const XOR = 41;
export const MULTIPLY = 42;
export const DIVIDE = 43;
export const REMAINDER = 44;
export const SHIFT_LEFT = 45;
export const SHIFT_RIGHT = 46;
export const AND = 47;
export const AND_NOT = 48;

/** An assignment operator is its binary operator and this. */
export const ASSIGNING = 20;

export const BREAK = 70;
export const CASE = 71;
export const CHAN = 72;
export const CONST = 73;
export const CONTINUE = 74;
export const DEFAULT = 75;
export const DEFER = 76;
export const ELSE = 77;
export const FALLTHROUGH = 78;
export const FOR = 79;
export const FUNC = 80;
export const GO = 81;
export const GOTO = 82;
export const IF = 83;
export const IMPORT = 84;
export const INTERFACE = 85;
export const MAP = 86;
export const PACKAGE = 87;
export const RANGE = 88;
export const RETURN = 89;
export const SELECT = 90;
export const STRUCT = 91;
export const SWITCH = 92;
export const TYPE = 93;
export const VAR = 94;

/** Names that the grammar knows where an expression may stand. */
export const NEW = 100;
export const MAKE = 101;
export const NIL = 102;
export const TRUE = 103;
export const FALSE = 104;
export const IOTA = 105;

const COUNT = 106;

const WORDS: readonly (readonly [number, string])[] = [
  [BREAK, "break"],
  [CASE, "case"],
  [CHAN, "chan"],
  [CONST, "const"],
  [CONTINUE, "continue"],
  [DEFAULT, "default"],
  [DEFER, "defer"],
  [ELSE, "else"],
  [FALLTHROUGH, "fallthrough"],
  [FOR, "for"],
  [FUNC, "func"],
  [GO, "go"],
  [GOTO, "goto"],
  [IF, "if"],
  [IMPORT, "import"],
  [INTERFACE, "interface"],
  [MAP, "map"],
  [PACKAGE, "package"],
  [RANGE, "range"],
  [RETURN, "return"],
  [SELECT, "select"],
  [STRUCT, "struct"],
  [SWITCH, "switch"],
  [TYPE, "type"],
  [VAR, "var"],
  [NEW, "new"],
  [MAKE, "make"],
  [NIL, "nil"],
  [TRUE, "true"],
  [FALSE, "false"],
  [IOTA, "iota"],
];

const OPERATORS: readonly (readonly [number, Token])[] = [
  [PAREN, "("],
  [PAREN_END, ")"],
  [SQUARE, "["],
  [SQUARE_END, "]"],
  [BRACE, "{"],
  [BRACE_END, "}"],
  [COMMA, ","],
  [SEMICOLON, ";"],
  [DOT, "."],
  [ELLIPSIS, "..."],
  [COLON, ":"],
  [DEFINE, ":="],
  [ASSIGN, "="],
  [INCREMENT, "++"],
  [DECREMENT, "--"],
  [ARROW, "<-"],
  [NOT, "!"],
  [TILDE, "~"],
  [OR_OR, "||"],
  [AND_AND, "&&"],
  [EQUAL, "=="],
  [UNEQUAL, "!="],
  [LESS, "<"],
  [LESS_EQUAL, "<="],
  [GREATER, ">"],
  [GREATER_EQUAL, ">="],
  [ADD, "+"],
  [SUBTRACT, "-"],
  [OR, "|"],
  [XOR, "^"],
  [MULTIPLY, "*"],
  [DIVIDE, "/"],
  [REMAINDER, "%"],
  [SHIFT_LEFT, "<<"],
  [SHIFT_RIGHT, ">>"],
  [AND, "&"],
  [AND_NOT, "&^"],
];

/** How a token is spelt, which is its node's kind. */
export const SPELLING: readonly (Kind | Token)[] = spellings();

/** Precedence of a binary operator; 0 for every other token. */
export const PRECEDENCE: Uint8Array = precedences();

function spellings(): (Kind | Token)[] {
  const table = Array.from<Kind | Token>({ length: COUNT }).fill("\u0000");
  for (const [token, text] of WORDS) table[token] = text as Token;
  for (const [token, text] of OPERATORS) {
    table[token] = text;
    if (token >= ADD && token <= AND_NOT) table[token + ASSIGNING] = `${text}=` as Token;
  }
  return table;
}

function precedences(): Uint8Array {
  const table = new Uint8Array(COUNT);
  table[OR_OR] = 1;
  table[AND_AND] = 2;
  table.fill(3, EQUAL, GREATER_EQUAL + 1);
  table.fill(4, ADD, XOR + 1);
  table.fill(5, MULTIPLY, AND_NOT + 1);
  return table;
}

/** Words by their length and first letter. */
const BY_SHAPE: readonly (readonly (readonly [number, string])[] | undefined)[] = shapes();

function shapes() {
  const table: (readonly [number, string])[][] = Array.from({ length: 12 * 128 });
  for (const entry of WORDS) {
    const [, text] = entry;
    const at = text.length * 128 + text.charCodeAt(0);
    table[at] = [...(table[at] ?? []), entry];
  }
  return table;
}

/** The token of the word `[start, end)`: a keyword, a name that the grammar knows, or `NAME`. */
export function wordToken(text: string, start: number, end: number): number {
  const length = end - start;
  if (length < 2 || length > 11) return NAME;
  const candidates = BY_SHAPE[length * 128 + text.charCodeAt(start)];
  if (candidates === undefined) return NAME;
  for (let k = 0; k < candidates.length; k++) {
    const entry = candidates[k] as readonly [number, string];
    if (text.startsWith(entry[1], start)) return entry[0];
  }
  return NAME;
}
