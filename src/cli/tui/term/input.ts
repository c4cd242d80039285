/** What a terminal sends, as keys: a parser without a terminal. Replies to questions, pasted text and the wheel are told apart from keys. */

export type InputEvent =
  | {
      readonly kind: "key";
      /** "y", "ctrl-r", "enter", "up", ...: what key tables hold. */
      readonly key: string;
      /** What the key would add to a line of text; "" for keys that add nothing. */
      readonly text: string;
    }
  | { readonly kind: "paste"; readonly text: string }
  | { readonly kind: "wheel"; readonly lines: number; readonly column: number }
  /** A reply to an OSC question: its number and what follows. */
  | { readonly kind: "reply"; readonly code: number; readonly text: string }
  /** The terminal says what it is: every earlier question has been answered by now, or never will be. */
  | { readonly kind: "attributes" };

const PASTE_END = "\x1b[201~";

const FINALS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  Z: "backtab",
};

const TILDES: Readonly<Record<string, string>> = {
  1: "home",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
};

const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\0": "ctrl-space",
};

/** Lines that one notch of the wheel moves. */
const NOTCH = 3;

export class InputParser {
  private rest = "";
  private pasted: string | null = null;

  /** True when a sequence has begun, or an escape key was pressed: `flush` after a moment tells which. */
  get waiting(): boolean {
    return this.rest !== "";
  }

  feed(text: string): InputEvent[] {
    this.rest += text;
    const events: InputEvent[] = [];
    for (let next = this.next(); next; next = this.next()) if (next !== "skip") events.push(next);
    return events;
  }

  /** Nothing more came: what is left is what it seems. */
  flush(): InputEvent[] {
    const { rest } = this;
    if (rest === "" || this.pasted !== null) return [];
    this.rest = "";
    if (rest === "\x1b") return [key("escape")];
    // A sequence cut short is no key.
    return [];
  }

  private next(): InputEvent | "skip" | null {
    const { rest } = this;
    if (this.pasted !== null) return this.paste();
    if (rest === "") return null;
    if (rest[0] !== "\x1b") return this.character();
    if (rest.length === 1) return null;
    if (rest[1] === "[") return this.control();
    if (rest[1] === "]") return this.operating();
    if (rest[1] === "O") return rest.length < 3 ? null : this.take(3, named(FINALS[rest[2] ?? ""]));
    // Two escapes in a row: the first was a key.
    if (rest[1] === "\x1b") return this.take(1, key("escape"));
    const [first = ""] = rest.slice(1);
    return this.take(1 + first.length, key(`alt-${first}`));
  }

  private character(): InputEvent | null {
    const [first = ""] = this.rest;
    // Half of a pair: the other half follows.
    if (/[\ud800-\udbff]/.test(first) && first.length === 1 && this.rest.length === 1) return null;
    const known = CONTROLS[first];
    if (known !== undefined) return this.take(1, key(known));
    const code = first.charCodeAt(0);
    if (code < 0x20) return this.take(1, key(`ctrl-${String.fromCharCode(code + 0x60)}`));
    return this.take(first.length, first === " " ? key("space", " ") : key(first, first));
  }

  /** `ESC [ parameters final`. */
  private control(): InputEvent | "skip" | null {
    const m = /^\x1b\[([0-?]*)([ -/]*)([@-~])/.exec(this.rest);
    if (!m) return /^\x1b\[[0-?]*[ -/]*$/.test(this.rest) && this.rest.length < 64 ? null : this.take(2, "skip");
    const [whole, parameters = "", , final = ""] = m;
    if (final === "~" && parameters === "200") {
      this.rest = this.rest.slice(whole.length);
      this.pasted = "";
      return "skip";
    }
    if (/^[mM]$/.test(final) && parameters.startsWith("<")) return this.take(whole.length, mouse(parameters.slice(1)));
    if (final === "c" && parameters.startsWith("?")) return this.take(whole.length, { kind: "attributes" });
    const [first = "", modifier = ""] = parameters.split(";");
    const name = final === "~" ? TILDES[first] : FINALS[final];
    return this.take(whole.length, named(name, modifier));
  }

  /** `ESC ] code ; text BEL` or `ESC ] code ; text ESC \`. */
  private operating(): InputEvent | "skip" | null {
    const m = /^\x1b\](\d*);?([^\x07\x1b]*)(?:\x07|\x1b\\)/.exec(this.rest);
    if (m) return this.take(m[0].length, { kind: "reply", code: Number(m[1]), text: m[2] ?? "" });
    return this.rest.length < 256 ? null : this.take(2, "skip");
  }

  private paste(): InputEvent | null {
    const end = this.rest.indexOf(PASTE_END);
    if (end < 0) return null;
    const text = this.rest.slice(0, end);
    this.rest = this.rest.slice(end + PASTE_END.length);
    this.pasted = null;
    return { kind: "paste", text };
  }

  private take<T>(length: number, event: T): T {
    this.rest = this.rest.slice(length);
    return event;
  }
}

function key(name: string, text = ""): InputEvent {
  return { kind: "key", key: name, text };
}

/** A key with its modifier, as xterm numbers them: 1 and the bits shift 1, alt 2, control 4. */
function named(name: string | undefined, modifier = ""): InputEvent | "skip" {
  if (name === undefined) return "skip";
  const bits = modifier === "" ? 0 : Number(modifier) - 1;
  const prefix = `${bits & 4 ? "ctrl-" : ""}${bits & 2 ? "alt-" : ""}${bits & 1 ? "shift-" : ""}`;
  return key(prefix + name);
}

function mouse(parameters: string): InputEvent | "skip" {
  const [button = 0, column = 1] = parameters.split(";").map(Number);
  if ((button & 0b11000011) !== 64 && (button & 0b11000011) !== 65) return "skip";
  return { kind: "wheel", lines: button & 1 ? NOTCH : -NOTCH, column };
}
