/**
 * The long run of fuzzing: mutated Go files through outline, parser, model, rules, planner and writer, in several processes. A text on
 * which a process stands still counts as a hang, one on which it dies as a crash; both are told by number, and the rest goes on.
 *
 * npm run fuzz -- [--files 200000] [--from 0] [--jobs n] [--hang 60] [--record]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { COUNTS, type Counts } from "../test/fuzz/counts.ts";
import { bundle } from "./bundle.ts";
import { record } from "./record.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "20000" },
    from: { type: "string", default: "0" },
    jobs: { type: "string", default: String(availableParallelism()) },
    hang: { type: "string", default: "60" },
    record: { type: "boolean", default: false },
  },
});
const files = Number(values.files);
const from = Number(values.from);
const jobs = Number(values.jobs);
const patience = Number(values.hang) * 1000;
const FAILURES = "test-results/fuzz";

const cache = "node_modules/.cache";
mkdirSync(cache, { recursive: true });
const program = mkdtempSync(join(cache, "gomend-fuzz-"));
// In memory where there is such a place: the writer makes sure of the disk, and the disk is not what is tried.
const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "gomend-fuzz-"));
rmSync(FAILURES, { recursive: true, force: true });
mkdirSync(FAILURES, { recursive: true });
process.on("exit", () => {
  rmSync(program, { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

await bundle(program, { worker: "test/fuzz/worker.ts" }, "0.0.0-fuzz");
const started = performance.now();
const totals = Object.fromEntries(COUNTS.map((c) => [c, 0])) as Counts;
const crashes: number[] = [];
const hangs: number[] = [];
let processes = 0;
await Promise.all(Array.from({ length: jobs }, (_, job) => lane(job)));
const seconds = (performance.now() - started) / 1000;
report();

/** One process after the other takes every `jobs`th text, from behind the one on which its predecessor ended. */
async function lane(job: number): Promise<void> {
  let next = from + job;
  while (next < from + files) {
    const name = `${job}-${processes++}`;
    const progress = join(scratch, name);
    const child = spawn(
      process.execPath,
      [join(program, "worker.js"), String(next), String(jobs), String(from + files), progress, join(scratch, `w${name}`), FAILURES],
      { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, GOMEND_STATE_DIR: join(scratch, `s${name}`) } },
    );
    const { code, hung } = await watch(child, progress);
    const counts = countsIn(progress);
    for (const c of COUNTS) if (c !== "at") totals[c] += counts[c];
    if (code === 0) return;
    (hung ? hangs : crashes).push(counts.at);
    process.stderr.write(`${hung ? "hang" : "crash"} at ${counts.at}\n`);
    next = counts.at + jobs;
  }
}

function watch(child: ChildProcess, progress: string): Promise<{ code: number | null; hung: boolean }> {
  return new Promise((resolve, reject) => {
    let last = -1;
    let since = performance.now();
    let hung = false;
    const timer = setInterval(() => {
      const { at } = countsIn(progress);
      if (at !== last) since = performance.now();
      last = at;
      if (performance.now() - since < patience) return;
      hung = true;
      child.kill("SIGKILL");
    }, 2000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({ code, hung });
    });
  });
}

function countsIn(progress: string): Counts {
  const bytes = existsSync(progress) ? readFileSync(progress) : Buffer.alloc(0);
  const whole = bytes.length >= COUNTS.length * 8;
  return Object.fromEntries(COUNTS.map((c, i) => [c, whole ? bytes.readDoubleLE(i * 8) : 0])) as Counts;
}

function report(): void {
  const n = (value: number): string => value.toLocaleString("en");
  const rows = [
    ["mutated files", n(totals.done)],
    ["of them taken by gofmt's parser", n(totals.parses)],
    ["bytes", n(totals.bytes)],
    ["of them asked everything of the model", n(totals.deep)],
    ["findings", n(totals.findings)],
    ["fixes that the engine refused because they would not help", n(totals.refused)],
    ["files changed by fixes, written and taken back", n(totals.written)],
    ["crashes", n(crashes.length)],
    ["hangs", n(hangs.length)],
    ["invalid outcomes and other violations", n(totals.violations)],
  ];
  const minutes = (seconds / 60).toFixed(1);
  process.stdout.write(`${rows.map(([what, count]) => `${what}: ${count}`).join("\n")}\n${minutes} minutes, ${jobs} processes\n`);
  for (const file of readdirSync(FAILURES))
    process.stdout.write(`${join(FAILURES, file)}: ${readFileSync(join(FAILURES, file), "utf8").split("\n")[0]}\n`);
  if (values.record)
    record([...rows, ["time of fuzzing", `${minutes} minutes, ${jobs} processes, ${new Date().toISOString().slice(0, 10)}`]]);
  process.exitCode = crashes.length + hangs.length + totals.violations > 0 ? 1 : 0;
}
