/** The review by a plain prompt, in the manner of `git add -p`: for terminals without a screen, and for input that comes through a pipe. */
import { createInterface } from "node:readline";
import type { Rule } from "../../rule/rule.ts";
import { sanitizeLine } from "../../text/sanitize.ts";
import { wantsColor } from "../color.ts";
import { Conductor, type Ending, type Face, type Start } from "./conductor.ts";
import { SECTIONS } from "./core/keys.ts";
import { current, position } from "./core/list.ts";
import type { Overlay, Purpose } from "./core/state.ts";
import type { Desk } from "./desk.ts";
import { bodyRows } from "./draw/body.ts";
import { Highlighter } from "./draw/highlight.ts";
import { overlayText } from "./draw/overlay.ts";
import type { Row } from "./draw/row.ts";
import { asciiOnly, depthOf, type Theme, themeOf } from "./draw/theme.ts";
import type { View } from "./draw/view.ts";

const PROMPT = "Accept this fix [y,n,a,d,A,D,j,k,J,K,u,1-9,p,r,i,e,E,/,f,g,v,w,q,?]? ";

/** Keys that are followed by a text, on the same line or asked for. */
const TYPED: Readonly<Record<string, Purpose>> = { "/": "search", f: "filter", g: "goto", i: "suppress" };
const ASKED: Readonly<Record<Purpose, string>> = { search: "Search: ", filter: "Filter: ", goto: "Go to: ", suppress: "Reason: " };

export async function plainReview(desk: Desk, rules: ReadonlyMap<string, Rule>, start: Start): Promise<Ending> {
  return new Plain(desk, rules, start).run();
}

class Plain implements Face {
  private readonly conductor: Conductor;
  private readonly rules: ReadonlyMap<string, Rule>;
  private readonly highlighter = new Highlighter();
  private readonly theme: Theme = themeOf({
    depth: depthOf(wantsColor(process.stdout), process.env),
    background: "unknown",
    ascii: asciiOnly(process.env) || process.env.TERM === "dumb",
  });
  /** Not even bold text where nobody asked for it and there may be no terminal. */
  private readonly styled = wantsColor(process.stdout) || (process.stdout.isTTY === true && process.env.TERM !== "dumb");
  private readonly lines: Lines;
  private shown: unknown = null;

  constructor(desk: Desk, rules: ReadonlyMap<string, Rule>, start: Start) {
    this.rules = rules;
    this.lines = new Lines();
    this.conductor = new Conductor(desk, this, start);
  }

  /** Nothing is drawn behind the prompt's back. */
  draw(): void {}

  away<T>(work: () => T): Promise<T> {
    return this.lines.away(work);
  }

  async run(): Promise<Ending> {
    const { conductor } = this;
    let over = false;
    const ended = conductor.ended.finally(() => {
      over = true;
      this.lines.close();
    });
    // Faults are told by whoever awaits the end.
    ended.catch(() => {});
    conductor.start();
    while (!over) {
      await conductor.checking;
      await conductor.working;
      // What ends the review is heard of in the next turn.
      await new Promise((resolve) => setImmediate(resolve));
      if (over || (await this.turn()) === "go on") continue;
      conductor.leave(0, "keep");
      break;
    }
    conductor.dispose();
    return ended;
  }

  /** Shows what there is, asks, and does what is answered. */
  private async turn(): Promise<"go on" | "end of input"> {
    const { conductor } = this;
    const { overlay, notice } = conductor.state;
    if (notice !== null) this.say(`${sanitizeLine(notice)}\n`);
    if (overlay && overlay.kind !== "input" && overlay.kind !== "busy") return this.page(overlay);
    const item = current(conductor.state);
    if (!item) {
      this.say("Nothing was found.\n");
      conductor.dispatch({ type: "effect", effect: "quit" });
      return "go on";
    }
    this.show();
    const answer = await this.ask(`(${position(conductor.state) + 1}/${conductor.state.shown.length}) ${PROMPT}`);
    if (answer === null) return "end of input";
    await this.obey(answer);
    return "go on";
  }

  private async obey(answer: string): Promise<void> {
    const { conductor } = this;
    const key = answer[0] ?? "";
    const purpose = TYPED[key];
    if (key === "") return this.say("y or n, or ? for help\n");
    if (key === "?") return this.say(help());
    if (purpose === undefined) {
      this.shown = null;
      return conductor.dispatch({ type: "key", key: key === " " ? "space" : key, text: key });
    }
    const text = answer.slice(1).trim() || ((await this.ask(ASKED[purpose])) ?? "");
    conductor.dispatch({ type: "input", purpose });
    conductor.dispatch({ type: "paste", text });
    conductor.dispatch({ type: "key", key: "enter", text: "" });
    if (conductor.state.overlay?.kind === "input") conductor.dispatch({ type: "key", key: "escape", text: "" });
  }

  private async page(overlay: Exclude<Overlay, { kind: "input" | "busy" }>): Promise<"go on" | "end of input"> {
    const { conductor } = this;
    this.say(
      `${overlayText(this.view(), 80)
        .map((row) => this.text(row))
        .join("\n")}\n`,
    );
    if (overlay.kind !== "ask") {
      conductor.dispatch({ type: "overlay", overlay: null });
      return "go on";
    }
    const answer = await this.ask(`[${overlay.options.map((o) => o.key).join(",")}]? `);
    if (answer === null) return "end of input";
    conductor.dispatch({ type: "key", key: answer === "" ? "escape" : (answer[0] as string), text: "" });
    return "go on";
  }

  /** The finding, once for each time that it or its decision is another. */
  private show(): void {
    const { state } = this.conductor;
    const now = `${state.at} ${state.pane} ${state.context} ${JSON.stringify(state.decisions.get(state.at ?? "") ?? null)} ${state.alternatives.get(state.at ?? "")}`;
    if (now === this.shown) return;
    this.shown = now;
    const width = Math.min(process.stdout.columns ?? 80, 120);
    this.say(
      `\n${bodyRows(this.view(), width)
        .map((row) => this.text(row))
        .join("\n")}\n`,
    );
  }

  private view(): View {
    const { theme, highlighter, rules } = this;
    const { state, desk } = this.conductor;
    return { state, theme, highlighter, sources: desk.sources, rules: desk.rules ?? rules };
  }

  private async ask(prompt: string): Promise<string | null> {
    this.say(prompt);
    return this.lines.next();
  }

  private say(text: string): void {
    process.stdout.write(text);
  }

  private text(row: Row): string {
    return row
      .map(({ text, style }) => (style === "" || !this.styled ? text : `\x1b[${style}m${text}\x1b[m`))
      .join("")
      .trimEnd();
  }
}

/** What can be said in a line: keys without a name, and numbers in the place of tab. */
function help(): string {
  const rows = SECTIONS.flatMap((s) => s.bindings).flatMap((b) => {
    const key = b.keys.find((k) => k.length === 1) ?? (b.keys[0] === "tab" ? "1-9" : null);
    return key === null || b.label === "" ? [] : [`${key.padEnd(5)}${b.does}`];
  });
  return `${rows.join("\n")}\ni, /, f and g take their text on the same line, as in: i the caller closes it\n`;
}

/** Lines of the standard input, one at a time. */
class Lines {
  private reader = this.open();
  private readonly waiting: string[] = [];
  private ended = false;
  private wake: (() => void) | null = null;

  private open(): ReturnType<typeof createInterface> {
    const reader = createInterface({ input: process.stdin, terminal: false });
    reader.on("line", (line) => {
      this.waiting.push(line);
      this.wake?.();
    });
    reader.on("close", () => {
      this.ended = true;
      this.wake?.();
    });
    return reader;
  }

  /** Null at the end. */
  async next(): Promise<string | null> {
    while (this.waiting.length === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.waiting.shift() ?? null;
  }

  /** Somebody else reads the terminal meanwhile. */
  async away<T>(work: () => T): Promise<T> {
    process.stdin.pause();
    try {
      return work();
    } finally {
      process.stdin.resume();
    }
  }

  close(): void {
    this.reader.close();
  }
}
