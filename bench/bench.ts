/**
 * `npm run bench [tree] [-- --runs n --starts n --record]`: what a cold run of gomend costs beside ast-grep and beside the least that is possible, on one tree in
 * one run, and what starting up costs. The tree is Go's own source where none is named. Every figure is a median. With `--record` the output is
 * kept in docs/bench.md.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { rules } from "../src/transforms/index.ts";
import { type Cost, measure, median, method } from "./measure.ts";

const args = process.argv.slice(2);
const runs = Number(option("--runs") ?? 3);
const starts = Number(option("--starts") ?? 15);
const record = flag("--record");
const named = args[0];
const tree = resolve(named ?? join(execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "src"));
const gomend = [process.execPath, resolve("dist/cli.js")];
const scratch = mkdtempSync(join(tmpdir(), "gomend-bench-"));

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

const said: string[] = [];
try {
  await main();
  if (record) {
    const day = new Date().toISOString().slice(0, 10);
    writeFileSync(
      "docs/bench.md",
      `# What a run costs\n\nRecorded on ${day} with \`npm run bench -- --record\`.\n\n\`\`\`text\n${said.join("\n")}\n\`\`\`\n`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const literals = join(scratch, "literals.json");
  writeFileSync(literals, JSON.stringify([...new Set(rules.flatMap((r) => r.triggers.flat()))]));
  const floorCommand = [process.execPath, resolve("bench/floor.mjs"), tree, literals];
  const seen = JSON.parse(execFileSync(floorCommand[0] as string, floorCommand.slice(1), { encoding: "utf8" })) as Seen;
  const scan = [astGrep(), "scan", "--rule", resolve("bench/time-calls.yml"), "--json=stream"];

  say(`tree      ${named ?? `$(go env GOROOT)/src of ${goVersion()}`}`);
  say(
    `          ${thousands(seen.files)} Go files, ${(seen.bytes / 1e6).toFixed(1)} MB without vendor and testdata, ${thousands(seen.hits)} hold a trigger`,
  );
  say(`machine   ${availableParallelism()} cores, ${cpus()[0]?.model ?? "?"}, node ${process.version}, ${version(scan[0] as string)}`);
  say(`measured  ${method}, median of ${runs} runs each, taken in turn`);
  say();

  const table = await inTurn(
    {
      "gomend check --select ALL": [...gomend, "check", "--no-cache", "--select", "ALL", "--output-format", "json", tree],
      [`gomend check --select ${FIRST}`]: [...gomend, "check", "--no-cache", "--select", FIRST, "--output-format", "json", tree],
      "ast-grep scan, the same files": [...scan, "--globs", "!**/testdata/**", "--globs", "!**/vendor/**", tree],
      "ast-grep scan, vendor and testdata too": [...scan, tree],
      "floor: read and search": floorCommand,
    },
    runs,
  );
  const [mine, first, same, whole, floor] = print(table) as [Cost, Cost, Cost, Cost, Cost];
  say();
  say(`gomend is ${ratio(same.wall, mine.wall)} as fast as ast-grep on the same files (${ratio(same.cpu, mine.cpu)} by CPU time),`);
  say(`          with ${FIRST} alone ${ratio(same.wall, first.wall)} (${ratio(same.cpu, first.cpu)} by CPU time),`);
  say(
    `          ${ratio(whole.wall, mine.wall)} as fast as ast-grep on the whole tree, and takes ${ratio(mine.wall, floor.wall)} the floor's time;`,
  );
  say(`          its memory is ${ratio(mine.rss, same.rss)} ast-grep's`);
  say();

  const small = join(scratch, "small.go");
  writeFileSync(small, SMALL);
  const startUp = await inTurn(
    { "node -e 0": [process.execPath, "-e", "0"], "gomend check small.go": [...gomend, "check", "--no-cache", small] },
    starts,
  );
  const [bare, one] = print(startUp) as [Cost, Cost];
  say();
  say(`start-up is ${ratio(one.wall, bare.wall)} bare node's (median of ${starts})`);
}

interface Seen {
  readonly files: number;
  readonly bytes: number;
  readonly hits: number;
}

/** Each command takes its turn in every round, so that a busy machine is unfair to all alike. The file cache is warm: the tree was read once before. */
async function inTurn(commands: Readonly<Record<string, readonly string[]>>, times: number): Promise<Map<string, Cost>> {
  const costs = new Map(Object.keys(commands).map((name) => [name, [] as Cost[]]));
  for (let run = 0; run < times; run++) {
    for (const [name, command] of Object.entries(commands)) {
      costs.get(name)?.push(await measure(command, scratch));
    }
  }
  return new Map([...costs].map(([name, list]) => [name, median(list)]));
}

function print(table: ReadonlyMap<string, Cost>): Cost[] {
  const width = Math.max(...[...table.keys()].map((k) => k.length));
  say(`${"".padEnd(width)}   wall s    CPU s   peak MB`);
  for (const [name, c] of table) {
    say(`${name.padEnd(width)} ${c.wall.toFixed(3).padStart(8)} ${c.cpu.toFixed(3).padStart(8)} ${c.rss.toFixed(0).padStart(9)}`);
  }
  return [...table.values()];
}

function ratio(a: number, b: number): string {
  return `${(a / b).toFixed(a / b < 10 ? 2 : 1)} times`;
}

function thousands(n: number): string {
  return n.toLocaleString("en");
}

/** The binary itself: its installer is a script, which npm is told not to run. */
function astGrep(): string {
  const require = createRequire(import.meta.url);
  const home = dirname(require.resolve("@ast-grep/cli/package.json"));
  for (const entry of readdirSync(dirname(home))) {
    const binary = join(dirname(home), entry, process.platform === "win32" ? "ast-grep.exe" : "ast-grep");
    if (entry.startsWith("cli-") && existsSync(binary)) return binary;
  }
  throw new Error("the package of ast-grep for this platform is not installed");
}

function version(binary: string): string {
  return execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
}

function flag(name: string): boolean {
  const at = args.indexOf(name);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}

function goVersion(): string {
  return execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim();
}

function say(line = ""): void {
  console.log(line);
  said.push(line);
}

function option(name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}
