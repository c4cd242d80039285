/**
 * `npm run bench [tree] [-- --runs n --starts n --quick --record]`: what a run of gomend costs beside other tools and beside the least that is possible, on one tree in
 * one run; where its time goes; how it grows with the tree; what starting up costs. The tree is Go's own source where none is named. Every figure is a median, but for the tools
 * that take minutes, which run once. `--quick` leaves these and the growth out. With `--record` the output is kept in docs/bench.md.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { spelling } from "../src/engine/literals.ts";
import { rules } from "../src/transforms/index.ts";
import { directoriesOf, grow } from "./grow.ts";
import { type Command, type Cost, measure, median, method } from "./measure.ts";
import { astGrep, goEnv, goTools, semgrep, versionOf } from "./tools.ts";

const args = process.argv.slice(2);
const runs = Number(option("--runs") ?? 3);
const starts = Number(option("--starts") ?? 15);
const record = flag("--record");
const quick = flag("--quick");
const named = args[0];
const tree = resolve(named ?? join(goEnv("GOROOT") ?? "", "src"));
const gomend = [process.execPath, resolve("dist/cli.js")];
const scratch = mkdtempSync(join(tmpdir(), "gomend-bench-"));
const report = join(scratch, "report.json");
const check = (...more: string[]): Command => ({
  line: [...gomend, "check", "--isolated", "--output-format", "json", "--output-file", report, ...more],
});

const SMALL = `package small

import "time"

func wait(done <-chan struct{}, d time.Duration) bool {
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}
`;

/** The families that stay near to what the five patterns look for. */
const FIRST = "timers,contexts,pools,atomics";

/** One thread of gomend would still have V8 compile and collect on other cores. */
const canPin = spawnSync("taskset", ["-c", "0", "true"]).status === 0;

function onOneCore(command: Command): Command {
  return canPin ? { ...command, line: ["taskset", "-c", "0", ...command.line] } : command;
}

const COLD = "gomend check, cold, all cores";
const ONE = canPin ? "gomend check, cold, one core" : "gomend check, cold, one thread";
const WARM = "gomend check, warm";
const FEW = `gomend check --select ${FIRST}`;
const SAME = "ast-grep scan, five patterns";
const WHOLE = "ast-grep scan, vendor and testdata too";
const FLOOR = "floor: read and search";

/** Bytes that each row of the last table parsed, where it tells. */
const parsedBy = new Map<string, string>();

const WIDTH = 52;

const said: string[] = [];
try {
  await main();
  if (record) {
    const day = new Date().toISOString().slice(0, 10);
    writeFileSync(
      "docs/bench.md",
      `# What a run costs\n\nRecorded on ${day} with \`npm run bench -- --record\`.\n\n\`\`\`text\n${said.join("\n")}\n\`\`\`\n\n${readFileSync("bench/missed.md", "utf8")}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const literals = join(scratch, "literals.json");
  writeFileSync(literals, JSON.stringify([...new Set(rules.flatMap((r) => r.triggers.flat()).map((literal) => spelling(literal).text))]));
  const floorLine = [process.execPath, resolve("bench/floor.mjs"), tree, literals] as const;
  const seen = JSON.parse(execFileSync(floorLine[0], floorLine.slice(1), { encoding: "utf8" })) as Seen;
  const scan = [astGrep(), "scan", "--rule", resolve("bench/time-calls.yml"), "--json=stream"] as const;

  say(`tree      ${named ?? `$(go env GOROOT)/src of ${goEnv("GOVERSION")}`}`);
  say(
    `          ${thousands(seen.files)} Go files, ${megabytes(seen.bytes)} MB without vendor and testdata, ${thousands(seen.hits)} hold a trigger`,
  );
  say(`machine   ${availableParallelism()} cores, ${cpus()[0]?.model ?? "?"}, node ${process.version}, ${versionOf(scan[0])}`);
  say(`measured  ${method}, median of ${runs} runs each, taken in turn`);
  say();

  const kept = join(scratch, "kept");
  await measure(check("--cache-dir", kept, tree));
  const costs = await inTurn(
    {
      [COLD]: check("--no-cache", tree),
      [ONE]: onOneCore(check("--no-cache", "--jobs", "1", tree)),
      [WARM]: check("--cache-dir", kept, tree),
      [FEW]: check("--no-cache", "--select", FIRST, tree),
      [SAME]: { line: [...scan, "--globs", "!**/testdata/**", "--globs", "!**/vendor/**", tree] },
      [WHOLE]: { line: [...scan, tree] },
      [FLOOR]: { line: floorLine },
    },
    runs,
  );
  const missing: string[] = [];
  if (!quick) {
    for (const [name, command] of Object.entries({ ...goTools(tree, scratch, missing), ...semgrep(tree, missing) })) {
      try {
        costs.set(`${name} (once)`, await measure(command));
      } catch (error) {
        missing.push(`${name}: ${String(error).split("\n").slice(0, 3).join(" ")}`);
      }
    }
  }
  print(costs);
  for (const why of missing) say(`not measured: ${why}`);
  say();
  compare(costs);
  profile();
  if (!quick) await growth();
  await startUp();
}

function compare(costs: ReadonlyMap<string, Cost>): void {
  const of = (name: string): Cost => costs.get(name) as Cost;
  const [cold, one, warm, few, same, floor] = [COLD, ONE, WARM, FEW, SAME, FLOOR].map(of) as [Cost, Cost, Cost, Cost, Cost, Cost];
  say(`gomend, all recommended rules, cold, is ${ratio(same.wall, cold.wall)} as fast as ast-grep on the same files (aim 6),`);
  say(`          with ${FIRST} alone ${ratio(same.wall, few.wall)};`);
  say(`          it takes ${ratio(cold.wall, floor.wall)} the floor's time (aim 4),`);
  say(`          warm ${((100 * warm.wall) / cold.wall).toFixed(0)} % of cold (aim 15),`);
  say(`          on all cores it is ${ratio(one.wall, cold.wall)} as fast as on one (aim 1.7 on two),`);
  say(`          and needs ${cold.rss.toFixed(0)} MB at most (aim 400)`);
  say();
}

/** Where one thread's time goes, by phase and rule, as `--stats` tells. */
function profile(): void {
  const [node = "", ...line] = onOneCore(check("--no-cache", "--jobs", "1", "--stats", tree)).line;
  const told = spawnSync(node, line, { encoding: "utf8" }).stderr.split("\n");
  const [phases, byRule] = [
    told.filter((l) => /^(walk|read|search|outline|model|rules) /.test(l)),
    told.filter((l) => /^ {2}[a-z-]+ +\d+ ms/.test(l)),
  ];
  say("one thread's time");
  for (const l of phases) say(`  ${l}`);
  for (const l of byRule.slice(0, 8)) say(`  ${l}`);
  say(`    the other ${byRule.length - 8} rules together  ${sumOf(byRule.slice(8))} ms`);
  say();
}

function sumOf(lines: readonly string[]): number {
  return lines.reduce((sum, l) => sum + Number(/(\d+) ms/.exec(l)?.[1] ?? 0), 0);
}

/** Time and memory over trees of 10 to 300 MB. */
async function growth(): Promise<void> {
  const directories = directoriesOf(tree);
  say(`${"parts and copies of the tree".padEnd(WIDTH)}   wall s    CPU s   peak MB   s per 100 MB   parsed MB`);
  for (const size of [10, 30, 100, 300]) {
    const root = join(scratch, "grown");
    const grown = grow(tree, directories, size * 1e6, root);
    const cost = await measure(check("--no-cache", root));
    const name = `${megabytes(grown.bytes)} MB, ${thousands(grown.files)} files`;
    say(`${row(name, cost)} ${((100 * 1e6 * cost.wall) / grown.bytes).toFixed(2).padStart(14)} ${parsed().padStart(11)}`);
    rmSync(root, { recursive: true, force: true });
  }
  say();
}

async function startUp(): Promise<void> {
  const small = join(scratch, "small.go");
  writeFileSync(small, SMALL);
  const costs = await inTurn(
    { "node -e 0": { line: [process.execPath, "-e", "0"] }, "gomend check small.go": { line: [...gomend, "check", "--no-cache", small] } },
    starts,
  );
  print(costs);
  const [bare, one] = [...costs.values()] as [Cost, Cost];
  say();
  say(`start-up is ${ratio(one.wall, bare.wall)} bare node's (median of ${starts})`);
}

interface Seen {
  readonly files: number;
  readonly bytes: number;
  readonly hits: number;
}

/** Each command takes its turn in every round, so that a busy machine is unfair to all alike. The file cache is warm: the tree was read once before. */
async function inTurn(commands: Readonly<Record<string, Command>>, times: number): Promise<Map<string, Cost>> {
  const costs = new Map(Object.keys(commands).map((name) => [name, [] as Cost[]]));
  for (let run = 0; run < times; run++) {
    for (const [name, command] of Object.entries(commands)) {
      costs.get(name)?.push(await measure(command));
      if (command.line.includes(report)) parsedBy.set(name, parsed());
    }
  }
  return new Map([...costs].map(([name, list]) => [name, median(list)]));
}

/** What the last report says of the bytes parsed, in MB. */
function parsed(): string {
  const { stats } = JSON.parse(readFileSync(report, "utf8")) as { stats: { parsedBytes: number } };
  return megabytes(stats.parsedBytes);
}

function print(table: ReadonlyMap<string, Cost>): void {
  say(`${"".padEnd(WIDTH)}   wall s    CPU s   peak MB   parsed MB`);
  for (const [name, cost] of table) say(`${row(name, cost)} ${(parsedBy.get(name) ?? "").padStart(11)}`.trimEnd());
}

function row(name: string, c: Cost): string {
  return `${name.padEnd(WIDTH)} ${c.wall.toFixed(3).padStart(8)} ${c.cpu.toFixed(3).padStart(8)} ${c.rss.toFixed(0).padStart(9)}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function ratio(a: number, b: number): string {
  return `${(a / b).toFixed(a / b < 10 ? 2 : 1)} times`;
}

function thousands(n: number): string {
  return n.toLocaleString("en");
}

function flag(name: string): boolean {
  const at = args.indexOf(name);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}

function say(line = ""): void {
  console.log(line);
  said.push(line);
}

function option(name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}
