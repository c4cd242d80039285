/** Compares the flow of every function of the standard library with go/cfg's and writes the figures to docs/flow.md. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareTree } from "../test/oracle/flow/compare.ts";

const go = (...args: string[]) => execFileSync("go", args, { encoding: "utf8" }).trim();
const started = performance.now();
const figures = await compareTree(join(go("env", "GOROOT"), "src"));
const seconds = ((performance.now() - started) / 1000).toFixed(0);

const n = (value: number) => value.toLocaleString("en-US");
const rows: [string, string][] = [
  ["files", n(figures.files)],
  ["functions and literals compared", n(figures.functions)],
  ["of them can return", n(figures.returning)],
  ["statements and expressions compared", n(figures.nodes)],
  ["of them unreachable", n(figures.dead)],
  ["simple statements whose followers were compared", n(figures.statements)],
  ["functions not compared: the grammar finds an error in them", n(figures.unparsed.length)],
  ["differences", n(figures.differences.length)],
];
const table = rows.map(([what, value]) => `| ${what} | ${value} |`).join("\n");
const list = figures.differences.map((d) => `- \`${d.at}\`: ${d.what}`).join("\n");
const unparsed = figures.unparsed.map((at) => `- \`${at}\``).join("\n");
const page = `# Control flow, checked against Go

Written by \`npm run oracle:flow\`; do not edit.

Every function and function literal of the standard library (${go("env", "GOVERSION")}, tests and test data included, as far as Go parses
them) is built twice: by \`src/model/flow\` and by golang.org/x/tools/go/cfg ${toolsVersion()}. Compared are, for every statement and
expression that go/cfg places in a block, whether control can come to it; for every simple statement, which others a path leads to from
there; and for every function, whether it can return. go/cfg takes every condition for open and only looks at calls that are statements of
their own, so constants are switched off and calls that end a path are known by one list of names on both sides.

| | |
|---|---|
${table}

## Differences

${list || "None."}

## Not compared

${unparsed || "None."}
`;

mkdirSync("docs", { recursive: true });
writeFileSync("docs/flow.md", page);
for (const [what, value] of rows) console.log(`${value.padStart(10)}  ${what}`);
console.log(`${seconds.padStart(10)}  seconds`);
for (const d of figures.differences.slice(0, 50)) console.log(`${d.at}: ${d.what}`);
process.exitCode = figures.differences.length > 0 ? 1 : 0;

function toolsVersion(): string {
  return go("list", "-C", "test/oracle/flow", "-m", "-f", "{{.Version}}", "golang.org/x/tools");
}
