/** A program in a terminal of its own: a pseudo-terminal, and what a terminal makes of its output. For tests, measurements and pictures. */
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

export interface PtyOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What the terminal says its background is when it is asked, as "rgb:0d0d/1111/1717"; by default it does not answer. */
  readonly background?: string;
}

/** One cell of a row: what is drawn, and how. */
export interface PtyCell {
  readonly text: string;
  /** Columns that it takes; a wide character's second one has no cell. */
  readonly width: number;
  /** null for the terminal's own colour; else an index of the palette, or "#rrggbb". */
  readonly foreground: number | string | null;
  readonly background: number | string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

export class Pty {
  readonly terminal: xterm.Terminal;
  /** Everything that was written. */
  raw = "";
  /** Null while it runs; a signal counts as its number and 128. */
  code: number | null = null;
  private readonly process: ReturnType<typeof spawn>;
  private wake: (() => void)[] = [];
  private readonly options: PtyOptions;

  /** Runs Node with the arguments. */
  constructor(options: PtyOptions) {
    this.options = options;
    const { args, cwd, columns, rows, env = {} } = options;
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1_000 });
    this.process = spawn(process.execPath, [...args], {
      cols: columns,
      rows,
      cwd,
      name: env.TERM ?? "xterm-256color",
      env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", TERM: "xterm-256color", LANG: "C.UTF-8", ...env },
    });
    this.process.onData((data) => {
      this.raw += data;
      this.answer(data);
      this.terminal.write(data, () => this.stir());
    });
    this.process.onExit(({ exitCode, signal }) => {
      this.code = signal ? 128 + signal : exitCode;
      this.stir();
    });
  }

  get pid(): number {
    return this.process.pid;
  }

  send(keys: string): void {
    this.process.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.process.resize(columns, rows);
  }

  kill(signal: string): void {
    this.process.kill(signal);
  }

  /** The rows of the screen, without blanks at their ends. */
  screen(): string[] {
    const buffer = this.terminal.buffer.active;
    return Array.from({ length: this.terminal.rows }, (_, y) => buffer.getLine(buffer.baseY + y)?.translateToString(true) ?? "");
  }

  text(): string {
    return this.screen().join("\n");
  }

  /** Waits until the condition holds; throws, with the screen, when it does not within the time. */
  async until(holds: (text: string) => boolean, what: string, milliseconds = 40_000): Promise<void> {
    const end = Date.now() + milliseconds;
    while (!holds(this.text())) {
      if (Date.now() > end || (this.code !== null && !holds(this.text()))) {
        throw new Error(`${what}: not seen${this.code === null ? "" : `, the program ended with ${this.code}`}\n${this.text()}`);
      }
      await this.change(100);
    }
  }

  /** Waits for a text on the screen. */
  see(wanted: string | RegExp, milliseconds?: number): Promise<void> {
    const holds = (text: string): boolean => (typeof wanted === "string" ? text.includes(wanted) : wanted.test(text));
    return this.until(holds, String(wanted), milliseconds);
  }

  async exit(milliseconds = 40_000): Promise<number> {
    const end = Date.now() + milliseconds;
    while (this.code === null) {
      if (Date.now() > end) throw new Error(`the program does not end\n${this.text()}`);
      await this.change(100);
    }
    // What it wrote last is still on its way.
    await this.change(50);
    return this.code;
  }

  /** Kills what still runs. */
  dispose(): void {
    if (this.code === null) this.process.kill("SIGKILL");
    this.terminal.dispose();
  }

  /** Resolves when the screen shows all that was written so far. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.terminal.write("", resolve));
  }

  /** Resolves when nothing was written for a while, and the screen shows it all. */
  async quiet(milliseconds = 400): Promise<void> {
    for (let length = -1; length !== this.raw.length; ) {
      length = this.raw.length;
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
    await this.settled();
  }

  /** Cells of one row. */
  cells(y: number): PtyCell[] {
    return cellsOf(this.terminal, y);
  }

  /** Resolves at the next output, at the program's end, or after the time. */
  change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private stir(): void {
    const { wake } = this;
    this.wake = [];
    for (const resolve of wake) resolve();
  }

  /** Says what a terminal says when it is asked. */
  private answer(data: string): void {
    if (this.options.background !== undefined && data.includes("\x1b]11;?")) this.send(`\x1b]11;${this.options.background}\x1b\\`);
    if (data.includes("\x1b[c")) this.send("\x1b[?62;22c");
  }
}

/** What a terminal that is wide and high enough shows of a text with colours: cells, row by row. */
export async function shownOf(text: string, columns: number): Promise<PtyCell[][]> {
  const rows = text.split("\n").length;
  const terminal = new xterm.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  return Array.from({ length: rows }, (_, y) => cellsOf(terminal, y));
}

function cellsOf(terminal: xterm.Terminal, y: number): PtyCell[] {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.baseY + y);
  const result: PtyCell[] = [];
  for (let x = 0; line && x < terminal.cols; x++) {
    const cell = line.getCell(x);
    if (!cell || cell.getWidth() === 0) continue;
    result.push({
      text: cell.getChars() || " ",
      width: cell.getWidth(),
      foreground: cell.isFgDefault() ? null : cell.isFgRGB() ? hex(cell.getFgColor()) : cell.getFgColor(),
      background: cell.isBgDefault() ? null : cell.isBgRGB() ? hex(cell.getBgColor()) : cell.getBgColor(),
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
      italic: cell.isItalic() !== 0,
      underline: cell.isUnderline() !== 0,
      inverse: cell.isInverse() !== 0,
    });
  }
  return result;
}

function hex(color: number): string {
  return `#${color.toString(16).padStart(6, "0")}`;
}
