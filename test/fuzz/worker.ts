/**
 * A process of the long run: `node worker.js <first> <step> <end> <progress file> <scratch> <failures>`. Where it stands is in the progress
 * file before each text, so that a crash or a hang is known by its text.
 */
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { FileChange } from "../../src/engine/report.ts";
import { COUNTS, type Counts } from "./counts.ts";
import { ready } from "./examine.ts";
import { examineNth, isDeep, kindOf, nth, smallest, writtenAndUndone } from "./run.ts";
import { seeds } from "./seeds.ts";

/** How many changes are written together. */
const BATCH = 50;
/** A kind of failure is kept in so many files. */
const KEPT = 3;

async function work(first: number, step: number, end: number, progress: string, scratch: string, failures: string): Promise<void> {
  await ready();
  const all = seeds(true);
  const counts: Counts = {
    at: first,
    done: 0,
    bytes: 0,
    parses: 0,
    deep: 0,
    findings: 0,
    refused: 0,
    changes: 0,
    written: 0,
    violations: 0,
  };
  const fd = openSync(progress, "w");
  const tell = (): void => {
    writeSync(fd, Buffer.from(Float64Array.from(COUNTS.map((c) => counts[c])).buffer), 0, COUNTS.length * 8, 0);
  };
  const kept = new Map<string, number>();
  const fail = async (violation: string, text: string | null): Promise<void> => {
    counts.violations++;
    const kind = kindOf(violation);
    const times = (kept.get(kind) ?? 0) + 1;
    kept.set(kind, times);
    if (times > KEPT) return;
    const small = text === null ? "" : await smallest(counts.at, text, kind);
    writeFileSync(join(failures, `${counts.at}-${times}.txt`), `${violation}\n${"-".repeat(20)}\n${small}`);
  };
  let batch: FileChange[] = [];
  const flush = async (): Promise<void> => {
    const here = join(scratch, String(counts.at));
    for (const violation of writtenAndUndone(batch, here)) await fail(violation, null);
    rmSync(here, { recursive: true, force: true });
    counts.written += batch.length;
    batch = [];
  };
  for (let n = first; n < end; n += step) {
    counts.at = n;
    tell();
    const text = nth(n, all);
    const result = await examineNth(n, text);
    for (const violation of result.violations) await fail(violation, text);
    counts.done++;
    counts.bytes += Buffer.byteLength(text);
    counts.parses += result.parses ? 1 : 0;
    counts.deep += isDeep(n) ? 1 : 0;
    counts.findings += result.findings;
    counts.refused += result.refused;
    if (!result.change) continue;
    counts.changes++;
    batch.push(result.change);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  tell();
  closeSync(fd);
}

const [first, step, end, progress = "", scratch = "", failures = ""] = process.argv.slice(2);
await work(Number(first), Number(step), Number(end), progress, scratch, failures);
