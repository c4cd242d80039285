/**
 * `npm run bench:review`: bytes written, and time from key to frame, of `gomend review` with 2,000 findings at several sizes. The keys go through a
 * pseudo-terminal, so that the time is what a person waits for: input, state, layout, frame, output.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { large } from "../test/tui/trees.ts";
import { Pty } from "./pty.ts";

const FINDINGS = 2_000;
const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
/** Each is answered by a frame. */
const KEYS = ["y", "J", "n", "J", "J", "K", " ", "J", "u", "y", "p", "p", "}", "{", "J", "j", "k", "y"];
const ROUNDS = 25;
const FRAME_END = "\x1b[?2026l";
const PAGE = "docs/review.md";

interface Sample {
  readonly key: string;
  readonly bytes: number;
  readonly time: number;
}

const cwd = mkdtempSync(join(tmpdir(), "gomend-review-"));
try {
  for (const [path, text] of Object.entries(large(FINDINGS))) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
  const rows = ["| size | keys | bytes, median | bytes, 99 % | time, median | time, 99 % | processor |", "|---|---|---|---|---|---|---|"];
  for (const [columns, height] of SIZES) {
    const { samples, processor } = await measure(columns, height);
    const bytes = sorted(samples.map((s) => s.bytes));
    const times = sorted(samples.map((s) => s.time));
    const row = `| ${columns}x${height} | ${samples.length} | ${at(bytes, 0.5)} | ${at(bytes, 0.99)} | ${ms(at(times, 0.5))} | ${ms(at(times, 0.99))} | ${ms(processor)} |`;
    console.log(row);
    for (const key of new Set(KEYS)) {
      const own = samples.filter((s) => s.key === key);
      console.log(
        `   ${JSON.stringify(key)}: ${at(sorted(own.map((s) => s.bytes)), 0.5)} B, ${ms(at(sorted(own.map((s) => s.time)), 0.5))}`,
      );
    }
    rows.push(row);
  }
  if (process.argv.includes("--write")) record(rows);
} finally {
  rmSync(cwd, { recursive: true, force: true });
}

async function measure(columns: number, rows: number): Promise<{ samples: Sample[]; processor: number }> {
  const state = mkdtempSync(join(tmpdir(), "gomend-state-"));
  const env = { GOMEND_STATE_DIR: state, COLORTERM: "truecolor", GOMEND_NO_CACHE: "1" };
  const pty = new Pty({
    args: ["dist/cli.js", "review", cwd].map((a, i) => (i === 0 ? join(process.cwd(), a) : a)),
    cwd,
    columns,
    rows,
    env,
    background: "rgb:0d0d/1111/1717",
  });
  try {
    await pty.until((text) => text.includes(`0/${FINDINGS}`) && !text.includes("checking"), "all findings");
    // The first frames load and compile what later ones have.
    for (let i = 0; i < 40; i++) await press(pty, "J");
    const samples: Sample[] = [];
    const before = processorTime(pty.pid);
    for (let round = 0; round < ROUNDS; round++) for (const key of KEYS) samples.push(await press(pty, key));
    return { samples, processor: (processorTime(pty.pid) - before) / samples.length };
  } finally {
    pty.dispose();
    rmSync(state, { recursive: true, force: true });
  }
}

async function press(pty: Pty, key: string): Promise<Sample> {
  const from = pty.raw.length;
  const start = performance.now();
  pty.send(key);
  while (!pty.raw.includes(FRAME_END, from)) {
    if (performance.now() - start > 10_000) throw new Error(`no frame for ${JSON.stringify(key)}\n${pty.text()}`);
    await pty.change(1_000);
  }
  const time = performance.now() - start;
  return { key, bytes: Buffer.byteLength(pty.raw.slice(from)), time };
}

/** Milliseconds that a process has used so far, in steps of ten, where the system tells; else none. */
function processorTime(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function at(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] ?? 0;
}

function ms(n: number): string {
  return `${n.toFixed(1)} ms`;
}

/** Puts the table between its marks on the page. */
function record(rows: readonly string[]): void {
  const page = readFileSync(PAGE, "utf8");
  const where = `Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model.trim() ?? "unknown"}.`;
  const [start, end] = ["<!-- bench:review -->", "<!-- /bench:review -->"];
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < 0) throw new Error(`${PAGE} has no ${start} … ${end}`);
  writeFileSync(PAGE, `${page.slice(0, from + start.length)}\n${rows.join("\n")}\n\n${where}\n${page.slice(to)}`);
}
