/**
 * `npm run corpus -- [tree ...]`: the proof on large real trees, Go's own source where none is named. Each is copied, and gets all safe fixes of
 * recommended rules; then what changed must be gofmt's, a second run must change nothing, each changed package and each one of the same module that
 * imports it must build and vet as before (in the tree itself, which is only read, by `-overlay`), and tests that pass before must pass after. Exit
 * code 1 when any of that fails.
 *
 * --tests=3      how many changed packages of a tree have their tests run, before and after
 * --keep=folder  leave the copies there, each a repository in which `git diff` shows what the fixes did
 * --record       write the rows into the table in docs/robustness.md, when nothing failed
 * Other flags are gomend's: `--unsafe-fixes`, `--select=lost-cancel`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { goToolchain } from "../src/cli/go.ts";
import { type Proof, prove } from "./corpus/prove.ts";
import { applied, copied, type Fixed } from "./corpus/tree.ts";

const args = process.argv.slice(2);
const own = (name: string): string | undefined => args.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const flags = args.filter((a) => a.startsWith("-") && !/^--(tests=|keep=|record$)/.test(a));
const named = args.filter((a) => !a.startsWith("-"));
const trees = named.length > 0 ? named : [join(execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "src")];
const tests = Number(own("tests") ?? 3);
const keep = own("keep");

const scratch = mkdtempSync(join(tmpdir(), "gomend-corpus-"));
const rows: string[][] = [];
let failed = false;
try {
  const { host } = await goToolchain();
  for (const path of trees) {
    process.stderr.write(`${path}\n`);
    const tree = copied(path, keep ? resolve(keep) : scratch, keep !== undefined);
    const fixed = applied(tree, flags);
    const texts = new Map(fixed.changed.map((p) => [p, readFileSync(join(tree.copy, p), "utf8")]));
    const proof = prove(tree, texts, join(scratch, `${tree.name}.json`), host, tests);
    tell(fixed, proof);
    rows.push(rowOf(tree.name, fixed, proof));
    if (!keep) rmSync(tree.copy, { recursive: true, force: true });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const table = [head(), head().map(() => "---"), ...rows].map((r) => `| ${r.join(" | ")} |`).join("\n");
console.log(table);
if (args.includes("--record") && !failed) record();
process.exitCode = failed ? 1 : 0;

function head(): string[] {
  return [
    "tree",
    "fixes",
    "files",
    "changed packages",
    "importers",
    "of both, did not build before",
    "broken by the fixes",
    "tests that pass before and after",
  ];
}

function rowOf(name: string, fixed: Fixed, proof: Proof): string[] {
  const tests = `${proof.passed.length} of ${proof.passed.length + proof.failed.length}: ${proof.passed.map((p) => `\`${p}\``).join(", ")}`;
  const counts = [fixed.fixes, fixed.changed.length, proof.changed, proof.importers, proof.unsound.length, proof.broken.length];
  return [name, ...counts.map(String), tests];
}

function tell(fixed: Fixed, proof: Proof): void {
  for (const words of proof.unsound) console.log(`not sound before: ${words}`);
  if (proof.unknown > 0) console.log(`${proof.unknown} changed files that no known platform and tags build`);
  const faults = [
    ...fixed.faults,
    ...proof.broken.map((b) => `broken: ${b}`),
    ...proof.failed.map((p) => `tests fail with the fixes: ${p}`),
  ];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) failed = true;
}

/** Rows go in the place of those of the same tree; others stay. */
function record(): void {
  const page = "docs/robustness.md";
  const filled = readFileSync(page, "utf8").replace(/(<!-- corpus -->\n)([\s\S]*?)(<!-- end of corpus -->)/, (_, from, old: string, to) => {
    const kept = new Map(
      old
        .split("\n")
        .slice(2)
        .filter((l) => l !== "")
        .map((l) => [l.split(" | ")[0], l]),
    );
    const lines = table.split("\n");
    for (const l of lines.slice(2)) kept.set(l.split(" | ")[0], l);
    return `${from}${[...lines.slice(0, 2), ...kept.values()].join("\n")}\n${to}`;
  });
  writeFileSync(page, filled);
}
