/** What design holds of every rewrite, as functions that give what is broken, in words. */
import { formatGo, isFormatted } from "../../src/go/format.ts";
import { outline } from "../../src/go/outline.ts";
import { parse } from "../../src/go/parse.ts";
import type { Finding } from "../../src/rule/rule.ts";
import { applyEdits } from "../../src/text/apply.ts";
import { compareEdits, type Edit } from "../../src/text/edit.ts";
import type { CaseFile } from "./cases.ts";

/** Holds for any outcome of a file. */
export function brokenPromises(before: CaseFile, after: CaseFile): string[] {
  const said: string[] = [];
  const parsed = formatGo(after.text);
  if (!parsed.ok) return [`${after.path} does not parse: ${parsed.line}:${parsed.column}: ${parsed.message}`];
  if (isFormatted(before.text) && !isFormatted(after.text)) said.push(`${after.path} is no longer formatted`);
  for (const comment of lost(commentsOf(before), commentsOf(after))) said.push(`${after.path} lost the comment ${JSON.stringify(comment)}`);
  if (before.text.startsWith("\uFEFF") !== after.text.startsWith("\uFEFF")) said.push(`${after.path}: its byte order mark came or went`);
  const ends = lineEnds(before.text);
  if (ends !== "mixed" && lineEnds(after.text) !== ends) said.push(`${after.path}: its line ends were ${ends} and are not any more`);
  return said;
}

/** No byte outside the edits, the imports and the formatting changed. */
export function strayChanges(before: CaseFile, after: CaseFile, edits: readonly Edit[]): string[] {
  const own = edits.filter((e) => e.at.path === before.path).sort(compareEdits);
  const expected = bare(applyEdits(before.text, own));
  const real = bare(after.text);
  if (expected === real) return [];
  let at = 0;
  while (expected[at] === real[at]) at++;
  return [
    `${after.path} differs from its edits: expected ${JSON.stringify(expected.slice(at, at + 60))}, found ${JSON.stringify(real.slice(at, at + 60))}`,
  ];
}

/** The text without imports and without what gofmt may move: white space, and the semicolons and brackets of statements that it takes apart. */
function bare(text: string): string {
  const { imports } = outline(text);
  let rest = text;
  for (const i of [...imports].reverse()) rest = rest.slice(0, i.at.start) + rest.slice(i.at.end);
  return rest
    .replace(/^import\s*(\(\s*\)|$)?/gm, "")
    .replace(/[\s;]+/g, "")
    .replace(/^\uFEFF/, "");
}

/** The comments; of a preamble, which is code that a fix may add a header to, each line. */
function commentsOf(file: CaseFile): string[] {
  const found: string[] = [];
  const preambles = outline(file.text).importDecls.flatMap((d) => d.preamble ?? []);
  for (const root of parse(file).roots) {
    for (const c of root.find("comment")) {
      const isPreamble = preambles.some((p) => p.start <= c.start && c.start < p.end);
      found.push(...(isPreamble ? c.text.split("\n") : [c.text]).map((text) => text.trimEnd()));
    }
  }
  return found;
}

/** Of the first list, with its repetitions, what the second has not. Comments are compared without white space, which gofmt may move. */
function lost(before: readonly string[], after: readonly string[]): string[] {
  const left = new Map<string, number>();
  const key = (c: string) => c.replace(/\s+/g, "");
  for (const c of after) left.set(key(c), (left.get(key(c)) ?? 0) + 1);
  return before.filter((c) => {
    const n = left.get(key(c)) ?? 0;
    left.set(key(c), n - 1);
    return n <= 0;
  });
}

function lineEnds(text: string): "lf" | "crlf" | "mixed" {
  const crlf = text.split("\r\n").length - 1;
  const all = text.split("\n").length - 1;
  if (crlf === 0) return "lf";
  return crlf === all ? "crlf" : "mixed";
}

/** How a finding and its fixes are worded. */
export function illWorded(finding: Finding, text: string): string[] {
  const said: string[] = [];
  const { message, fixes } = finding;
  if (/[.!]$/.test(message)) said.push(`the message ends in a full stop: ${message}`);
  const first = /^\p{L}[\p{L}\p{N}_.]*/u.exec(message)?.[0] ?? "";
  if (/^\p{Lu}/u.test(first) && !text.includes(first))
    said.push(`the message begins with a capital that is no name of the code: ${message}`);
  if (message.trim() === "") said.push("the message is empty");
  const titles = new Set<string>();
  for (const fix of fixes) {
    if (!/^[A-Z][a-z]+ \S/.test(fix.title)) said.push(`the title is no verb phrase: ${fix.title}`);
    if (/[.!]$/.test(fix.title)) said.push(`the title ends in a full stop: ${fix.title}`);
    if (fix.applicability !== "safe" && !fix.because?.trim()) said.push(`it is ${fix.applicability} and does not say why: ${fix.title}`);
    if (fix.applicability === "safe" && fix.because !== undefined) said.push(`it is safe and says why it is not: ${fix.title}`);
    if (titles.has(fix.title)) said.push(`two alternatives have one title: ${fix.title}`);
    titles.add(fix.title);
  }
  return said;
}
