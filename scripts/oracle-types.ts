/**
 * Compares the types of every expression of the standard library and of two public modules with go/types' and writes the figures to docs/model.md.
 * The modules come through Go's own module cache or proxy. Arguments, if any, are patterns of the standard library to compare instead; nothing is written then.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareTypes, type Difference, type Figures } from "../test/oracle/types/compare.ts";

const MODULES = ["golang.org/x/tools@v0.52.0", "github.com/nats-io/nats-server/v2@v2.15.2"];

const go = (...args: string[]) => execFileSync("go", args, { encoding: "utf8" }).trim();
const source = join(go("env", "GOROOT"), "src");
const n = (value: number) => value.toLocaleString("en-US");
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;

const patterns = process.argv.slice(2);
const runs: { name: string; figures: Figures }[] = [];
const standard = { cwd: source, patterns: patterns.length > 0 ? patterns : ["std"], tests: true, keepUnknown: patterns.length > 0 };
report(`standard library (${go("env", "GOVERSION")})`, await compareTypes(standard));
if (patterns.length === 0) {
  for (const module of MODULES) report(module, await compareModule(module));
  mkdirSync("docs", { recursive: true });
  writeFileSync("docs/model.md", page());
}
process.exitCode = runs.some((r) => r.figures.wrong.length + r.figures.wrongSymbols.length > 0) ? 1 : 0;

/** In a module of its own, so that nothing of this repository depends on it. */
async function compareModule(module: string): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), "gomend-module-"));
  try {
    writeFileSync(join(dir, "go.mod"), "module scratch\n\ngo 1.26\n");
    execFileSync("go", ["get", module], { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
    const path = module.slice(0, module.lastIndexOf("@"));
    return await compareTypes({
      cwd: dir,
      patterns: [`${path}/...`],
      tests: true,
      env: { GOFLAGS: "-mod=mod" },
      within: [go("env", "GOMODCACHE")],
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function rows(f: Figures): [string, string][] {
  return [
    ["packages", n(f.packages)],
    ["files", n(f.files)],
    ["expressions and identifiers compared", n(f.compared)],
    ["of them known", `${n(f.known)} (${share(f.known, f.compared)})`],
    ["expressions in function bodies that mention a name", n(f.named)],
    ["of them known", `${n(f.namedKnown)} (${share(f.namedKnown, f.named)})`],
    ["wrong", n(f.wrong.length)],
    ["names of packages, their members, fields and methods told", n(f.symbolsKnown)],
    ["uses of locals and labels resolved to their declaration", n(f.locals)],
    ["names and locals wrong", n(f.wrongSymbols.length)],
  ];
}

function report(name: string, figures: Figures): void {
  runs.push({ name, figures });
  console.log(`${name}, ${(figures.milliseconds / 1000).toFixed(0)} s`);
  for (const [what, value] of rows(figures)) console.log(`  ${value.padStart(22)}  ${what}`);
  for (const d of [...figures.wrong, ...figures.wrongSymbols].slice(0, 50)) console.log(`  ${line(d)}`);
  for (const d of figures.unknown.slice(0, 200)) console.log(`  ${line(d)}`);
}

function line(d: Difference): string {
  return `${d.at}: ${d.code.replaceAll(/\s+/g, " ")}: model ${d.model}, Go ${d.go}`;
}

function page(): string {
  const head = `| | ${runs.map((r) => r.name).join(" | ")} |\n|---|${runs.map(() => "---").join("|")}|`;
  const tables = runs.map((r) => rows(r.figures));
  const body = (tables[0] ?? []).map(([what], i) => `| ${what} | ${tables.map((t) => t[i]?.[1]).join(" | ")} |`).join("\n");
  const wrong = runs.flatMap((r) => [...r.figures.wrong, ...r.figures.wrongSymbols]);
  return `# Types, checked against Go

Written by \`npm run oracle\`; do not edit.

Every expression and identifier of the packages' files (those that build on linux/amd64 without cgo, tests included) is asked of go/types, by
\`test/oracle/types\`, and of the model, which sees all files of a package, whatever platform they are for. A type counts as known when no part of it is
unknown; of one that is known in part, the known part is compared as well. Untyped constants are compared by their kind before the place converts them.
Names (\`net/http.Client.Do\`) are compared wherever the model tells one,
and locals by the place of their declaration.

${head}
${body}

## Wrong

${wrong.map((d) => `- \`${line(d)}\``).join("\n") || "None."}

## What stays unknown

- What build tags declare in several ways, unless those ways agree: a function with one signature on Windows and another elsewhere, a type whose fields differ
  (a field that all that have it agree on is known), constants whose values differ and the lengths of arrays that depend on them.
- What depends on the platform in the table of the standard library (\`syscall\`), and what depends on the size of \`int\` or of a pointer.
- Generic functions that are passed as values without type arguments.
- Declarations in which the grammar finds an error, and everything of \`import "C"\`.
`;
}
