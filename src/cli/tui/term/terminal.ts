/** The terminal that the review runs in: taken over on entering, given back on every way out. */
import { writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { Row } from "../draw/row.ts";
import { type InputEvent, InputParser } from "./input.ts";
import { type Cursor, Painter } from "./painter.ts";

/** Alternate screen, no cursor, no wrapping at the edge, the wheel reported, pasted text marked. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?1000h\x1b[?1006h\x1b[?2004h";
const LEAVE = "\x1b[m\x1b[?2004l\x1b[?1006l\x1b[?1000l\x1b[?7h\x1b[?25h\x1b[?1049l";

/** Milliseconds after which an escape without more is the escape key; a slow line may take them apart. */
const ESCAPE_WAIT = 60;

export interface TerminalEvents {
  readonly onInput: (event: InputEvent) => void;
  readonly onResize: () => void;
  /** The terminal is gone. */
  readonly onEnd: () => void;
}

export class Terminal {
  readonly out: NodeJS.WriteStream;
  private readonly input: NodeJS.ReadStream;
  private readonly events: TerminalEvents;
  private readonly painter = new Painter();
  private parser = new InputParser();
  private decoder = new StringDecoder("utf8");
  private entered = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(events: TerminalEvents, out: NodeJS.WriteStream = process.stdout, input: NodeJS.ReadStream = process.stdin) {
    this.events = events;
    this.out = out;
    this.input = input;
  }

  get columns(): number {
    return this.out.columns || 80;
  }

  get rows(): number {
    return this.out.rows || 24;
  }

  enter(): void {
    if (this.entered) return;
    this.entered = true;
    this.painter.forget();
    this.input.setRawMode(true);
    this.input.on("data", this.onData);
    this.input.on("end", this.events.onEnd);
    this.input.resume();
    this.out.on("resize", this.events.onResize);
    this.out.write(ENTER);
  }

  /** Gives the terminal back, at once: this is also called while the process dies. Does nothing when it was given back. */
  leave(): void {
    if (!this.entered) return;
    this.entered = false;
    if (this.timer) clearTimeout(this.timer);
    this.out.off("resize", this.events.onResize);
    this.input.off("data", this.onData);
    this.input.off("end", this.events.onEnd);
    this.input.pause();
    attempt(() => this.input.setRawMode(false));
    attempt(() => writeSync((this.out as unknown as { fd: number }).fd, LEAVE));
  }

  /** Leaves, works, enters again; the screen is painted anew by the next `draw`. */
  async away<T>(work: () => T | Promise<T>): Promise<T> {
    this.leave();
    try {
      return await work();
    } finally {
      this.enter();
    }
  }

  draw(rows: readonly Row[], cursor: Cursor | null): void {
    if (!this.entered) return;
    const bytes = this.painter.paint(rows, this.columns, this.rows, cursor);
    if (bytes !== "") this.out.write(bytes);
  }

  /** The next `draw` writes everything. */
  forget(): void {
    this.painter.forget();
  }

  write(sequence: string): void {
    if (this.entered) this.out.write(sequence);
  }

  private readonly onData = (chunk: Buffer): void => {
    if (this.timer) clearTimeout(this.timer);
    for (const event of this.parser.feed(this.decoder.write(chunk))) this.events.onInput(event);
    if (!this.parser.waiting) return;
    this.timer = setTimeout(() => {
      for (const event of this.parser.flush()) this.events.onInput(event);
    }, ESCAPE_WAIT);
  };
}

/** A terminal that is gone takes nothing back. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // Nothing can be told to it either.
  }
}
