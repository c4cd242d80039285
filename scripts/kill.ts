/**
 * Kill -9 at random moments of a write of many files, and what is there afterwards: each file as it was or as it was to become, and after
 * `gomend undo` all as they were. Every fourth undo is killed too, and asked again.
 *
 * npm run kill -- [--times 1000] [--files 200] [--jobs n] [--record]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { undoLast } from "../src/engine/write.ts";
import { changesOf } from "../test/fuzz/kill-child.ts";
import { bundle } from "./bundle.ts";
import { record } from "./record.ts";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "1000" },
    files: { type: "string", default: "200" },
    jobs: { type: "string", default: String(availableParallelism()) },
    record: { type: "boolean", default: false },
  },
});
const times = Number(values.times);
const changes = changesOf(Number(values.files));
const MODES = [0o644, 0o640, 0o755];
const modeOf = (i: number): number => MODES[i % MODES.length] as number;

mkdirSync("node_modules/.cache", { recursive: true });
const program = mkdtempSync("node_modules/.cache/gomend-kill-");
// A kill leaves what the kernel has, on any file system; in memory the parts of a write are of like length, so that moments meet all of them.
const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "gomend-kill-"));
process.env.GOMEND_STATE_DIR = join(scratch, "state");
process.on("exit", () => {
  rmSync(program, { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
await bundle(program, { child: "test/fuzz/kill-child.ts" }, "0.0.0-kill");

const totals = { kills: 0, before: 0, within: 0, after: 0, changed: 0, corrupt: 0, undone: 0, undosKilled: 0, left: 0 };
const started = performance.now();
await Promise.all(Array.from({ length: Number(values.jobs) }, (_, job) => lane(job)));
report();

async function lane(job: number): Promise<void> {
  const dir = join(scratch, String(job));
  lay(dir);
  let longest = (await strike(start("write", dir), Number.POSITIVE_INFINITY)) ?? 50;
  undoLast(dir);
  for (let n = job; n < times; n += Number(values.jobs)) {
    lay(dir);
    const took = await strike(start("write", dir), longest);
    // What a whole write takes is learnt on the way: moments are spread over it, and a little beyond.
    if (took !== null) longest = (longest * 3 + took * 1.05) / 4;
    look(dir);
    if (n % 4 === 0) {
      await strike(start("undo", dir), longest);
      totals.undosKilled++;
    }
    undoLast(dir);
    if (isAsBefore(dir)) totals.undone++;
    totals.left += leftovers(dir);
  }
}

function lay(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  for (const [i, { path, before }] of changes.entries()) {
    mkdirSync(join(dir, path, ".."), { recursive: true });
    writeFileSync(join(dir, path), before);
    chmodSync(join(dir, path), modeOf(i));
  }
}

function start(what: "write" | "undo", dir: string): ChildProcess {
  return spawn(process.execPath, [join(program, "child.js"), what, dir, String(changes.length)], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Kills a process within `longest` milliseconds after it says that it starts; gives how long it took when it was done before, else null. */
function strike(child: ChildProcess, longest: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    let since = 0;
    let killed = false;
    child.stdout?.once("data", () => {
      since = performance.now();
      const until = since + Math.random() * longest;
      // A timer's grain is as long as a part of the write.
      const wait = (): void => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        if (performance.now() < until) setImmediate(wait);
        else killed = child.kill("SIGKILL");
      };
      if (Number.isFinite(longest)) wait();
    });
    child.on("error", reject);
    child.on("close", (_, signal) => resolve(killed && signal === "SIGKILL" ? null : performance.now() - since));
  });
}

/** Each file is whole, whatever the moment. */
function look(dir: string): void {
  let changed = 0;
  for (const { path, before, after } of changes) {
    const now = readFileSync(join(dir, path), "utf8");
    if (now === after) changed++;
    else if (now !== before) totals.corrupt++;
  }
  totals.kills++;
  totals.changed += changed;
  totals[changed === 0 ? "before" : changed === changes.length ? "after" : "within"]++;
}

function isAsBefore(dir: string): boolean {
  return changes.every(({ path, before }, i) => {
    const file = join(dir, path);
    return readFileSync(file).equals(Buffer.from(before, "utf8")) && (statSync(file).mode & 0o777) === modeOf(i);
  });
}

function leftovers(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile() && !e.name.endsWith(".go")).length;
}

function report(): void {
  const n = (value: number): string => value.toLocaleString("en");
  const rows = [
    ["writes of 200 files that were killed", n(totals.kills)],
    [
      "killed before the first file changed, among the files, after the last",
      `${n(totals.before)}, ${n(totals.within)}, ${n(totals.after)}`,
    ],
    ["files neither as before nor as they were to become", n(totals.corrupt)],
    ["undos that were killed too, and asked again", n(totals.undosKilled)],
    ["undos that gave all 200 files their exact bytes and modes", `${n(totals.undone)} of ${n(totals.kills)}`],
    ["scratch files left in the tree", n(totals.left)],
  ];
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  process.stdout.write(`${rows.map(([what, count]) => `${what}: ${count}`).join("\n")}\n${minutes} minutes\n`);
  if (values.record) record([...rows, ["time of killing", `${minutes} minutes, ${new Date().toISOString().slice(0, 10)}`]]);
  process.exitCode = totals.corrupt + totals.left > 0 || totals.undone !== totals.kills ? 1 : 0;
}
