/** What a command costs: wall time, CPU time of all its threads, peak memory. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Cost {
  /** Seconds. */
  readonly wall: number;
  /** Seconds, user and system. */
  readonly cpu: number;
  /** Mebibytes. */
  readonly rss: number;
}

const GNU = spawnSync("/usr/bin/time", ["-f", "%U", "true"]).status === 0;
const BSD = !GNU && spawnSync("/usr/bin/time", ["-l", "true"]).status === 0;

/** How CPU time and memory are learned, for the report. */
export const method = GNU ? "GNU time (getrusage)" : BSD ? "time -l (getrusage)" : "/proc of the running process, read every 10 ms";

/** A command, where it runs, and what it adds to the environment. */
export interface Command {
  readonly line: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command with its output thrown away. Exit codes 0 and 1 (findings) are fine; anything else throws. */
export async function measure({ line, cwd = process.cwd(), env = {} }: Command): Promise<Cost> {
  const all = { ...process.env, ...env };
  return GNU || BSD ? timed(line, cwd, all) : polled(line, cwd, all);
}

function timed(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Cost {
  const dir = mkdtempSync(join(tmpdir(), "gomend-bench-"));
  const out = join(dir, "cost");
  try {
    const started = process.hrtime.bigint();
    const args = GNU ? ["-q", "-f", "%U %S %M", "-o", out] : ["-l", "-o", out];
    const run = spawnSync("/usr/bin/time", [...args, ...command], { cwd, env, stdio: ["ignore", "ignore", "pipe"], maxBuffer: 1 << 28 });
    const wall = Number(process.hrtime.bigint() - started) / 1e9;
    check(command, run.status, String(run.stderr));
    const text = readFileSync(out, "utf8");
    if (GNU) {
      const [user = 0, system = 0, kib = 0] = text.trim().split(" ").map(Number);
      return { wall, cpu: user + system, rss: kib / 1024 };
    }
    const field = (name: RegExp) => Number(name.exec(text)?.[1] ?? 0);
    return { wall, cpu: field(/([\d.]+) user/) + field(/([\d.]+) sys/), rss: field(/(\d+)\s+maximum resident/) / 1048576 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function polled(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Cost> {
  const [file = "", ...args] = command;
  const started = process.hrtime.bigint();
  const child = spawn(file, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  let rss = 0;
  let cpu = 0;
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      rss = Math.max(rss, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
      const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      // utime and stime are the 14th and 15th field of stat(5), in hundredths of a second.
      cpu = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // gone already
    }
  };
  const timer = setInterval(look, 10);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      const wall = Number(process.hrtime.bigint() - started) / 1e9;
      try {
        check(command, code, said);
        resolve({ wall, cpu, rss });
      } catch (error) {
        reject(error);
      }
    });
  });
}

function check(command: readonly string[], code: number | null, said: string): void {
  if (code !== 0 && code !== 1) throw new Error(`${command.join(" ")} ended with ${code}:\n${said.slice(-2000)}`);
}

/** Median of each figure by itself. */
export function median(costs: readonly Cost[]): Cost {
  const of = (pick: (c: Cost) => number) => {
    const sorted = costs.map(pick).sort((a, b) => a - b);
    return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
  };
  return { wall: of((c) => c.wall), cpu: of((c) => c.cpu), rss: of((c) => c.rss) };
}
