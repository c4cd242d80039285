/** Runs the program as a person does: bundled, in a process of its own. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { bundle } from "../../scripts/bundle.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
let dir = "";

/** Bundles the program for the tests of this file, with further entries. */
export function bundled(entries: Readonly<Record<string, string>> = {}): void {
  beforeAll(async () => {
    const cache = join(ROOT, "node_modules/.cache");
    mkdirSync(cache, { recursive: true });
    dir = mkdtempSync(join(cache, "gomend-cli-"));
    await bundle(dir, { cli: "src/cli/main.ts", ...entries }, "0.0.0-test");
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface How {
  readonly cwd: string;
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs gomend with a clean environment, no cache and journals of its own; colour and formats are as the environment given says. */
export function gomend(args: readonly string[], { cwd, input = "", env = {} }: How): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(dir, "cli.js"), ...args], {
      cwd,
      env: { PATH: process.env.PATH ?? "", GOMEND_NO_CACHE: "1", GOMEND_STATE_DIR: join(dir, "state"), ...env },
    });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      out += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      err += chunk;
    });
    child.stdin.on("error", () => {});
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

export function program(name = "cli.js"): string {
  return join(dir, name);
}
