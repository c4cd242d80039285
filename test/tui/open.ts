/** Reviews in a terminal of their own, of trees of their own. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { Pty } from "../../scripts/pty.ts";
import { program } from "../cli/gomend.ts";
import { tree } from "../engine/tree.ts";

export interface Opened {
  readonly pty: Pty;
  readonly cwd: string;
  readonly read: (path: string) => string;
  /** Sends keys one by one: each waits for what the one before shows. */
  readonly keys: (...keys: string[]) => Promise<void>;
}

export interface How {
  readonly columns?: number;
  readonly rows?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly background?: string;
  /** A tree that is there already, in place of files. */
  readonly cwd?: string;
  /** As of an earlier one, so that its session is found. */
  readonly home?: string;
  /** Do not wait for the check to end. */
  readonly early?: boolean;
}

export const ESC = "\x1b";
export const ENTER = "\r";
export const TAB = "\t";
export const CTRL_C = "\x03";
export const CTRL_R = "\x12";
export const CTRL_Z = "\x1a";

const open: Pty[] = [];
const homes: string[] = [];

afterEach(() => {
  for (const pty of open.splice(0)) pty.dispose();
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

/** A directory that is somebody's home until the test ends. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), "gomend-home-"));
  homes.push(home);
  return home;
}

/** Starts the review, and waits until all is checked and shown. */
export async function review(files: Readonly<Record<string, string>>, how: How = {}): Promise<Opened> {
  const cwd = how.cwd ?? tree(files);
  const home = how.home ?? newHome();
  const pty = new Pty({
    args: [program(), ...(how.args ?? ["review"])],
    cwd,
    columns: how.columns ?? 80,
    rows: how.rows ?? 24,
    env: { HOME: home, GOMEND_STATE_DIR: join(home, "state"), GOMEND_NO_CACHE: "1", ...how.env },
    ...(how.background === undefined ? {} : { background: how.background }),
  });
  open.push(pty);
  if (!how.early) await pty.until((text) => / of \d/.test(text) && !text.includes("checking"), "the checked review");
  const keys = async (...all: string[]): Promise<void> => {
    for (const key of all) {
      const from = pty.raw.length;
      pty.send(key);
      for (let i = 0; i < 40 && pty.code === null && !pty.raw.includes("\x1b[?2026l", from); i++) await pty.change(250);
      await pty.settled();
    }
  };
  return { pty, cwd, keys, read: (path) => readFileSync(join(cwd, path), "utf8") };
}
