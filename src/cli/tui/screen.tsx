/** Ink and the painter joined: a view becomes what stands on the terminal. */
import { PassThrough, Writable } from "node:stream";
import { type Instance, render } from "ink";
import { App } from "./app.tsx";
import type { View } from "./draw/view.ts";
import { Surface, SurfaceContext } from "./surface.tsx";
import type { Terminal } from "./term/terminal.ts";

export class Screen {
  private readonly terminal: Terminal;
  private readonly surface = new Surface();
  private instance: Instance | null = null;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  draw(view: View): void {
    const { columns, rows } = this.terminal;
    const app = (
      <SurfaceContext.Provider value={this.surface}>
        <App view={view} columns={columns} rows={rows} />
      </SurfaceContext.Provider>
    );
    if (this.instance) this.instance.rerender(app);
    else this.instance = render(app, this.silent());
    const { rows: drawn, cursor } = this.surface.compose(columns, rows);
    this.terminal.draw(drawn, cursor);
  }

  unmount(): void {
    this.instance?.unmount();
    this.instance = null;
  }

  /** Ink lays out only: what it would write itself, and what it would read, is nothing. */
  private silent(): NonNullable<Parameters<typeof render>[1]> & object {
    const { terminal } = this;
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const stdout = Object.defineProperties(nowhere, {
      columns: { get: () => terminal.columns },
      rows: { get: () => terminal.rows },
    }) as unknown as NodeJS.WriteStream;
    const stdin = new PassThrough() as unknown as NodeJS.ReadStream;
    return { stdout, stdin, stderr: stdout, debug: true, patchConsole: false, exitOnCtrlC: false };
  }
}
