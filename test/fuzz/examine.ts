/** One text through all of gomend, and what must hold whatever the text is. Nothing is written. */
import { applyFixes } from "../../src/engine/apply.ts";
import { type Checked, Checker, type CheckerOptions } from "../../src/engine/check.ts";
import { DEFAULTS } from "../../src/engine/config.ts";
import type { State } from "../../src/engine/fix.ts";
import { Preview } from "../../src/engine/preview.ts";
import type { FileChange, Problem } from "../../src/engine/report.ts";
import { Settings } from "../../src/engine/settings.ts";
import { mayDeclare } from "../../src/go/declares.ts";
import { formatGo, isFormatted, loadFormatter } from "../../src/go/format.ts";
import { headEnd } from "../../src/go/kernel/kernel.ts";
import { type Outline, outline } from "../../src/go/outline.ts";
import { loadGrammar } from "../../src/go/parse.ts";
import { readDeclaration } from "../../src/go/syntax/read.ts";
import { GoFile } from "../../src/model/file.ts";
import { buildPackage } from "../../src/model/package.ts";
import type { Fix } from "../../src/rule/rule.ts";
import { rules } from "../../src/transforms/index.ts";
import { outlined, parsed } from "../go/declared.ts";
import { type Comparison, compareTrees } from "../go/trees.ts";

export interface Examined {
  /** What does not hold; empty when all is well. */
  readonly violations: readonly string[];
  /** gofmt's parser takes the text. */
  readonly parses: boolean;
  readonly findings: number;
  /** Fixes that the engine itself refused, because they would not help or bring another finding. */
  readonly refused: number;
  /** The file as its fixes leave it, null when they change nothing. */
  readonly change: FileChange | null;
}

export interface Examination {
  /** The model is asked everything about every node: some of the texts are enough for that. */
  readonly deep: boolean;
}

const CWD = "/nowhere";
const settings = new Settings(rules, DEFAULTS, { select: ["ALL"] });

/** To be awaited once. */
export async function ready(): Promise<void> {
  await Promise.all([loadGrammar(), loadFormatter()]);
}

/** `ready` must have been awaited. Throws nothing: an exception is a violation. */
export async function examine(text: string, name: string, { deep }: Examination): Promise<Examined> {
  const violations: string[] = [];
  let parses = false;
  let findings = 0;
  let refused = 0;
  let change: FileChange | null = null;
  try {
    parses = formatGo(text).ok;
    violations.push(...outlineFaults(text, parses));
    if (deep) {
      violations.push(...readerFaults(text, name));
      askAll(text, name);
    }
    const outcome = await fixed(text, name, deep);
    findings = outcome.checked.findings.length;
    change = outcome.change;
    refused = outcome.problems.filter(isRefusal).length;
    violations.push(...faultsOfOurs(outcome.problems));
    violations.push(...findingFaults(text, outcome.checked, parses));
    if (change) violations.push(...(await outcomeFaults(change, name, parses, outcome.problems)));
  } catch (error) {
    violations.push(`throws: ${error instanceof Error ? `${error.message} ${error.stack?.split("\n")[1]?.trim() ?? ""}` : String(error)}`);
  }
  return { violations, parses, findings, refused, change };
}

// ---------------------------------------------------------------- outline and model

function outlineFaults(text: string, parses: boolean): string[] {
  const o = outline(text);
  const faults = misplaced(text, o);
  if (!parses) return faults;
  if (o.problem) faults.push(`the outline tells a problem where gofmt's parser sees none: ${o.problem.offset}: ${o.problem.message}`);
  const theirs = parsed(text);
  if (theirs && theirs.join("\n") !== outlined(text).join("\n")) faults.push("outline and parser do not see the same declarations");
  const bytes = Buffer.from(text);
  const last = o.importDecls.at(-1)?.end ?? 0;
  if (bytes.subarray(0, headEnd(bytes)).toString().length < last) faults.push("an import stands behind what is taken for the head");
  const missed = o.declarations.flatMap((d) => d.names.filter((n) => !mayDeclare(text, n)));
  if (missed.length > 0) faults.push(`the search for a name's declaration misses ${missed[0]}`);
  return faults;
}

/** What the reader of declarations takes is Go, and read as the grammar reads it where that takes it too. */
function readerFaults(text: string, name: string): string[] {
  const comparison: Comparison = { read: 0, refused: 0, differences: [] };
  compareTrees(name, text, comparison);
  const source = { path: name, text };
  const refused = comparison.differences.some((d) => d.endsWith(BEYOND_GRAMMAR))
    ? outline(text).declarations.filter((d) => readDeclaration(source, d) && !formatGo(`package p\n\n${text.slice(d.start, d.end)}\n`).ok)
    : [];
  return [
    ...comparison.differences.filter((d) => !d.endsWith(BEYOND_GRAMMAR)).map((d) => `the reader and the grammar differ: ${d}`),
    ...refused.map((d) => `the reader takes what go/parser refuses: ${d.names[0]}`),
  ];
}

/** The grammar finds errors in some Go that there are none in. */
const BEYOND_GRAMMAR = "the grammar finds an error";

function misplaced(text: string, { declarations, importDecls }: Outline): string[] {
  let last = 0;
  for (const { start, end, docStart } of [...importDecls, ...declarations].sort((a, b) => a.start - b.start)) {
    if (start < last || end < start || end > text.length || docStart > start || docStart < 0) return [`a declaration at ${start}-${end}`];
    last = end;
  }
  return [];
}

/** Answers do not matter here: that there is one does. */
function askAll(text: string, name: string): void {
  const file = new GoFile(name, () => text);
  const pkg = buildPackage({
    name: file.outline.packageName,
    path: "example.com/p",
    dir: ".",
    version: { major: 1, minor: 22 },
    files: [file],
    triggered: () => new Map([[file, file.declarations]]),
    import: () => null,
  });
  for (const root of pkg.roots) {
    root.walk((node) => {
      if (!node.named) return;
      pkg.typeOf(node);
      pkg.symbol(node);
      if (node.kind === "selector_expression") pkg.selection(node);
      if (/identifier$/.test(node.kind)) for (const use of pkg.binding(node)?.uses ?? []) use.node;
      if (node.kind === "call_expression") pkg.noReturn(node);
    });
  }
  for (const func of pkg.functions) pkg.flow(func);
}

// ---------------------------------------------------------------- rules, plan, outcome

interface Outcome {
  readonly checked: Checked;
  readonly change: FileChange | null;
  readonly problems: readonly Problem[];
}

/** With `whole` the file is parsed as one that somebody named, else as one of many. */
async function fixed(text: string, name: string, whole: boolean): Promise<Outcome> {
  const target = { path: name, absolute: `${CWD}/${name}`, named: whole };
  const options: CheckerOptions = {
    cwd: CWD,
    settings: () => settings,
    includeGenerated: true,
    wholeSyntax: whole,
    overlay: new Map([[name, text]]),
    alone: true,
  };
  const checked = await new Checker(options).checkDirectory(CWD, [target]);
  const first: State = new Map([[".", checked]]);
  const applied = await applyFixes(first, options, new Map([[CWD, [target]]]), () => text, { unsafe: true, fixable: () => true });
  return { checked, change: applied.files[0] ?? null, problems: [...checked.problems, ...applied.problems].filter((p) => p.rule !== null) };
}

/** What the engine found by looking at the outcome: the fix is told as invalid, and nothing of it is written. */
function isRefusal({ message }: Problem): boolean {
  return /is invalid: (it brings a new finding of|its finding is still there)/.test(message);
}

function faultsOfOurs(problems: readonly Problem[]): string[] {
  return problems.filter((p) => !isRefusal(p)).map(({ rule, message }) => `${rule}: ${message}`);
}

/** Every fix that may be applied alone leaves what is outside of its edits as it was. */
function findingFaults(text: string, checked: Checked, parses: boolean): string[] {
  const faults: string[] = [];
  const preview = new Preview(() => text);
  const formatted = parses && isFormatted(text);
  for (const finding of checked.findings) {
    for (const fix of finding.fixes) {
      if (!parses || fix.applicability === "display" || checked.blocked.has(fix) || preview.fault(fix) !== null) continue;
      const [file] = preview.files(fix);
      const fault = file ? outsideFault(text, file.after, fix, formatted) : null;
      if (fault !== null) faults.push(`${finding.rule}: its fix "${fix.title}" ${fault}`);
    }
  }
  return faults;
}

/**
 * What is wrong outside of a fix's edits, or null. Where the file is not formatted, every byte stays; where it is, formatting may move white
 * space, and the semicolons and commas that go with line ends. The import block is the planner's.
 */
function outsideFault(before: string, after: string, fix: Fix, formatted: boolean): string | null {
  const same = formatted ? (t: string) => t.replaceAll(/[\s;,]+/g, "") : (t: string) => t;
  const edited = fix.edits.map((e) => ({ start: e.at.start, end: e.at.end }));
  if (fix.imports?.length) edited.push(importBlock(before));
  edited.sort((a, b) => a.start - b.start || a.end - b.end);
  const now = same(after);
  let from = 0;
  let at = 0;
  const last = { start: before.length, end: before.length };
  for (const span of [...edited, last]) {
    const { start, end } = span;
    const kept = same(before.slice(from, start));
    const found = span === last ? now.length - kept.length : now.indexOf(kept, at);
    if (found < at || (from === 0 && found > 0 && start > 0) || !now.startsWith(kept, found))
      return `changes what stands at ${from}-${start}`;
    at = found + kept.length;
    from = Math.max(from, end);
  }
  return null;
}

/** With the comment behind its last line, which goes along where a lone import becomes a group. */
function importBlock(text: string): { start: number; end: number } {
  const { packageAt, importDecls } = outline(text);
  const starts = importDecls.map((d) => d.docStart);
  const end = Math.max(packageAt.end, ...importDecls.map((d) => d.end));
  const comment = /^[ \t]*\/[/*][^\n]*/.exec(text.slice(end));
  return { start: Math.min(packageAt.end, ...starts), end: end + (comment?.[0].length ?? 0) };
}

async function outcomeFaults(change: FileChange, name: string, parses: boolean, problems: readonly Problem[]): Promise<string[]> {
  if (!parses) return ["a file that does not parse is changed"];
  const { before, after } = change;
  const faults: string[] = [];
  const result = formatGo(after);
  if (!result.ok) faults.push(`the outcome does not parse: ${result.line}:${result.column}: ${result.message}`);
  if (isFormatted(before) && !isFormatted(after)) faults.push("the outcome is not formatted, and the file was");
  if (Buffer.from(after, "utf8").toString("utf8") !== after) faults.push("the outcome cannot be encoded");
  if (problems.some((p) => p.message.includes("could still be applied"))) return faults;
  const again = await fixed(after, name, false);
  if (again.change) faults.push("a second run changes the outcome again");
  return [...faults, ...faultsOfOurs(again.problems).map((p) => `in the second run: ${p}`)];
}
