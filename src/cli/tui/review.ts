/** The review on a terminal: its input as actions, its state as frames. */
import type { Rule } from "../../rule/rule.ts";
import { wantsColor } from "../color.ts";
import { Conductor, type Ending, type Face, type Start } from "./conductor.ts";
import type { Desk } from "./desk.ts";
import { Highlighter } from "./draw/highlight.ts";
import { asciiOnly, type Background, backgroundOf, backgroundOfReply, depthOf, type Theme, themeOf } from "./draw/theme.ts";
import { treeWidth } from "./draw/tree.ts";
import { Screen } from "./screen.tsx";
import type { InputEvent } from "./term/input.ts";
import { Terminal } from "./term/terminal.ts";

/** So long a terminal has to say what its background is before the first frame. */
const REPLY_WAIT = 120;
/** The exit code after SIGHUP. */
const HANGUP = 129;

/** Runs until the person leaves. The terminal is given back on every way out. */
export async function screenReview(desk: Desk, rules: ReadonlyMap<string, Rule>, start: Start): Promise<Ending> {
  return new Review(desk, rules, start).run();
}

class Review implements Face {
  private readonly conductor: Conductor;
  private readonly rules: ReadonlyMap<string, Rule>;
  private readonly terminal: Terminal;
  private readonly screen: Screen;
  private readonly highlighter = new Highlighter();
  private background: Background = backgroundOf(process.env.COLORFGBG);
  private theme: Theme = this.themeNow();
  private ready = false;
  private drawing = false;

  constructor(desk: Desk, rules: ReadonlyMap<string, Rule>, start: Start) {
    this.rules = rules;
    this.terminal = new Terminal({
      onInput: (event) => this.guarded(() => this.input(event)),
      onResize: () => this.draw(),
      onEnd: () => this.hangUp(HANGUP),
    });
    this.screen = new Screen(this.terminal);
    this.conductor = new Conductor(desk, this, start);
  }

  async run(): Promise<Ending> {
    const stop = this.guard();
    try {
      this.terminal.enter();
      this.askBackground();
      this.conductor.start();
      return await this.conductor.ended;
    } finally {
      this.conductor.dispose();
      this.screen.unmount();
      this.terminal.leave();
      stop();
    }
  }

  /** One frame for all that happens at once. */
  draw(): void {
    if (this.drawing || !this.ready) return;
    this.drawing = true;
    queueMicrotask(() =>
      this.guarded(() => {
        this.drawing = false;
        const { theme, highlighter, rules } = this;
        const { state, desk } = this.conductor;
        this.screen.draw({ state, theme, highlighter, sources: desk.sources, rules: desk.rules ?? rules });
      }),
    );
  }

  async away<T>(work: () => T): Promise<T> {
    try {
      return await this.terminal.away(work);
    } finally {
      this.draw();
    }
  }

  private askBackground(): void {
    const asks = this.depth() !== "none" && this.depth() !== "16";
    // The second question is answered by every terminal, so that nobody waits for the first.
    if (asks) this.terminal.write("\x1b]11;?\x1b\\\x1b[c");
    setTimeout(() => this.begin(), asks ? REPLY_WAIT : 0);
  }

  private begin(): void {
    this.ready = true;
    this.draw();
  }

  private themeNow(): Theme {
    return themeOf({ depth: this.depth(), background: this.background, ascii: asciiOnly(process.env) });
  }

  private depth(): ReturnType<typeof depthOf> {
    return depthOf(wantsColor(process.stdout), process.env);
  }

  private input(event: InputEvent): void {
    switch (event.kind) {
      case "key":
        if (event.key === "ctrl-l") this.terminal.forget();
        return this.conductor.dispatch({ type: "key", key: event.key, text: event.text });
      case "paste":
        return this.conductor.dispatch({ type: "paste", text: event.text });
      case "wheel":
        return this.wheel(event.lines, event.column);
      case "reply":
        if (event.code === 11) this.background = backgroundOfReply(event.text);
        this.theme = this.themeNow();
        return this.begin();
      case "attributes":
        return this.begin();
    }
  }

  /** Over the tree the wheel goes through the list, elsewhere it scrolls. */
  private wheel(lines: number, column: number): void {
    const inTree = column <= treeWidth(this.terminal.columns) && !this.conductor.state.overlay;
    this.conductor.dispatch(inTree ? { type: "move", by: lines > 0 ? 1 : -1, undecided: false } : { type: "scroll", by: lines });
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.conductor.fail(error);
    }
  }

  /** Dies at once: decisions are on disk already. */
  private hangUp(code: number): void {
    this.terminal.leave();
    process.exit(code);
  }

  /** Signals and faults give the terminal back first. Gives what takes the guard away. */
  private guard(): () => void {
    const onExit = (): void => this.terminal.leave();
    const end = (code: number) => (): void => this.hangUp(code);
    const onStop = (): void => {
      this.terminal.leave();
      process.kill(process.pid, "SIGSTOP");
    };
    const onContinue = (): void => {
      this.terminal.leave();
      this.terminal.enter();
      this.draw();
    };
    const onFault = (error: unknown): void => this.conductor.fail(error);
    const listeners: readonly (readonly [string, (argument: unknown) => void])[] = [
      ["SIGHUP", end(HANGUP)],
      ["SIGINT", end(130)],
      ["SIGTERM", end(143)],
      ["SIGTSTP", onStop],
      ["SIGCONT", onContinue],
      ["exit", onExit],
      ["uncaughtException", onFault],
      ["unhandledRejection", onFault],
    ];
    for (const [name, listener] of listeners) process.on(name, listener);
    return () => {
      for (const [name, listener] of listeners) process.off(name, listener);
    };
  }
}
