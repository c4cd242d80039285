/** The same patterns asked of gomend and of ast-grep, over one tree. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { run } from "../../src/engine/run.ts";
import { type Transform, transformRule } from "../../src/index.ts";

export interface Probe {
  /** As gomend takes it; ast-grep wants metavariables in capitals. */
  readonly pattern: string;
  /** Where ast-grep has to see it to read it as what it is, `{}` for the pattern; and the node that is meant. */
  readonly context: string;
  readonly selector: string;
  /** A literal without which no file can hold it. */
  readonly literal: string;
}

const EXPRESSION = "package p\nvar _ = {}";
const STATEMENT = "package p\nfunc f() {\n{}\n}";

const call = (pattern: string, literal: string): Probe => ({ pattern, context: EXPRESSION, selector: "call_expression", literal });
const statement = (pattern: string, selector: string, literal: string): Probe => ({ pattern, context: STATEMENT, selector, literal });

export const PROBES: readonly Probe[] = [
  call("time.AfterFunc($d, $f)", "AfterFunc("),
  call("os.Open($name)", "Open("),
  call("errors.New($$$args)", "New("),
  call('fmt.Sprintf("%d", $x)', "Sprintf("),
  call("append($xs, $ys...)", "append("),
  call("make(chan $t)", "make(chan"),
  call("copy($a, $a)", "copy("),
  { pattern: "len($x) == 0", context: EXPRESSION, selector: "binary_expression", literal: "len(" },
  { pattern: "strings.Index($s, $sep) >= 0", context: EXPRESSION, selector: "binary_expression", literal: "Index(" },
  { pattern: "$x[len($x)-1]", context: EXPRESSION, selector: "index_expression", literal: "len(" },
  { pattern: "sync.WaitGroup{}", context: EXPRESSION, selector: "composite_literal", literal: "WaitGroup{" },
  statement("$x = append($x, $$$ys)", "assignment_statement", "append("),
  statement("defer $m.Unlock()", "defer_statement", "Unlock()"),
  statement("if err != nil { return err }", "if_statement", "return err"),
  statement("go func() { $$$body }()", "go_statement", "go func()"),
  statement("for $i := range $xs { $$$body }", "for_statement", "range"),
];

/** "fmt/print.go:120-140": path and offsets in UTF-16 units. */
export type Place = string;

/** Places of each probe, by the engine's own run over the tree, and the files of which not all could be read. */
export async function byGomend(
  tree: string,
  paths: readonly string[],
): Promise<{ places: Map<Probe, Set<Place>>; unread: ReadonlySet<string> }> {
  const rules = PROBES.map((probe, i) => {
    const transform: Transform = (file, api) => api.report(api.go(file).pattern(probe.pattern), "found");
    return transformRule({ id: `probe-${i}`, transform, triggers: [probe.literal] });
  });
  const { report } = await run({ cwd: tree, paths, rules, isolated: true, includeGenerated: true });
  const faults = report.problems.filter((p) => p.rule !== null);
  if (faults.length > 0) throw new Error(faults.map((p) => `${p.path}: ${p.message}`).join("\n"));
  const places = new Map(
    PROBES.map((probe, i) => {
      const own = report.findings.filter((f) => f.rule === `probe-${i}`);
      return [probe, new Set(own.map((f) => `${f.at.path}:${f.at.start}-${f.at.end}`))];
    }),
  );
  // Declarations that the grammar cannot read are told, and not searched.
  return { places, unread: new Set(report.problems.filter((p) => p.harmless).map((p) => p.path)) };
}

/** Places of each probe by ast-grep, in the files that a walk of gomend's takes: not under vendor and testdata. */
export function byAstGrep(tree: string, paths: readonly string[]): Map<Probe, Set<Place>> {
  const places = new Map<Probe, Set<Place>>(PROBES.map((p) => [p, new Set()]));
  const rules = PROBES.map((probe, i) =>
    JSON.stringify({
      id: `probe-${i}`,
      language: "go",
      rule: { pattern: { context: probe.context.replace("{}", () => inCapitals(probe.pattern)), selector: probe.selector } },
    }),
  );
  const args = ["scan", "--inline-rules", rules.join("\n---\n"), "--json=stream", "--no-ignore", "hidden"];
  const globs = ["**/testdata/**", "**/vendor/**", "**/_*/**", "**/.*/**", "**/_*.go", "**/.*.go"].flatMap((g) => ["--globs", `!${g}`]);
  const out = execFileSync(binary(), [...args, ...globs, ...paths], {
    cwd: tree,
    encoding: "utf8",
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const texts = new Map<string, Buffer>();
  for (const line of out.split("\n")) {
    if (line === "") continue;
    const found = JSON.parse(line) as { file: string; ruleId: string; range: { byteOffset: { start: number; end: number } } };
    const path = found.file.replace(/^\.\//, "");
    const bytes = texts.get(path) ?? readFileSync(join(tree, path));
    texts.set(path, bytes);
    const unit = (offset: number): number => bytes.toString("utf8", 0, offset).length;
    const { start, end } = found.range.byteOffset;
    const probe = PROBES[Number(found.ruleId.slice("probe-".length))] as Probe;
    places.get(probe)?.add(`${path}:${unit(start)}-${unit(end)}`);
  }
  return places;
}

function inCapitals(pattern: string): string {
  return pattern.replace(/\$+[a-z]\w*/g, (name) => name.toUpperCase());
}

function binary(): string {
  const home = dirname(createRequire(import.meta.url).resolve("@ast-grep/cli/package.json"));
  const place = join(dirname(home), `cli-${process.platform}-${process.arch}${process.platform === "linux" ? "-gnu" : ""}`, "ast-grep");
  return existsSync(place) ? place : join(home, "ast-grep");
}
