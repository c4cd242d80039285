/**
 * The `report` format: all that `publish` and `merge` need to go on where a run ended, in another process and perhaps on
 * another machine with the same checkout. The JSON core, and beside it hashes of the sources, every fix's outcome and
 * patch, and the changed files. Sources themselves stay out; a reader checks its own against the hashes.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { compare, compareFindings } from "../engine/plan.ts";
import { distinct, type FileChange, type Outcome, type Report } from "../engine/report.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import { applyEdits } from "../text/apply.ts";
import { editsBetween, unifiedPatch } from "../text/diff.ts";
import type { Edit } from "../text/edit.ts";
import { jsonEdit, jsonFinding, jsonProblem, jsonStats, tool } from "./json.ts";
import type { ReportContext } from "./reporter.ts";
import { View } from "./view.ts";

const count = z.number().int().nonnegative();
const applicability = z.enum(["safe", "unsafe", "display"]);
const editSchema = z.object({ path: z.string(), start: count, end: count, text: z.string() });
const place = z.object({
  path: z.string(),
  line: count,
  column: count,
  endLine: count,
  endColumn: count,
  start: count,
  end: count,
});

const outcomeSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("applied"), round: count }),
  /** `rival`: index in `findings`, or null when it is of a later round's text. */
  z.object({ status: z.literal("conflict"), rival: count.nullable() }),
  z.object({ status: z.literal("alternative") }),
  z.object({ status: z.literal("not-selected"), reason: z.string() }),
  z.object({ status: z.literal("invalid"), reason: z.string() }),
]);

const fixSchema = z.object({
  title: z.string(),
  applicability,
  because: z.string().nullable(),
  edits: z.array(editSchema),
  outcome: outcomeSchema.nullable(),
  /** What the fix alone changes, as `git apply` takes it. */
  patch: z.string(),
});

const findingSchema = place.extend({
  rule: z.string(),
  message: z.string(),
  confidence: z.enum(["proven", "likely"]),
  tier: z.enum(["recommended", "pedantic", "harden"]).nullable(),
  fingerprint: z.string(),
  related: z.array(place.extend({ message: z.string() })),
  fixes: z.array(fixSchema),
});

const reportFileSchema = z.object({
  version: z.literal(1),
  tool: z.object({ name: z.literal("gomend"), version: z.string() }),
  /** What was looked at; null where it was no git checkout. */
  checkout: z.object({ commit: z.string(), prefix: z.string() }).nullable().default(null),
  findings: z.array(findingSchema),
  /** Findings in the text after all rounds; null when they are the same as `findings`. */
  left: z.array(findingSchema).nullable(),
  problems: z.array(
    z.object({
      path: z.string(),
      rule: z.string().nullable(),
      message: z.string(),
      line: count.optional(),
      column: count.optional(),
      harmless: z.boolean().optional(),
    }),
  ),
  /** Findings that were left out because a base or a baseline has them. */
  known: count.optional(),
  /** Which part of the tree it speaks for; missing when for all of it. */
  shard: z.object({ index: count, count }).optional(),
  stats: z.object({ files: count, bytes: count, parsedBytes: count, packages: count, milliseconds: z.number().nonnegative() }),
  /** SHA-256 of every source, as UTF-8, by path. */
  sources: z.record(z.string(), z.string()),
  /** What all accepted fixes change together; `after` is the SHA-256 of the outcome. */
  files: z.array(z.object({ path: z.string(), edits: z.array(editSchema), patch: z.string(), after: z.string() })),
});

export type ReportFile = z.infer<typeof reportFileSchema>;
type FileFinding = ReportFile["findings"][number];

export function* reportFile(report: Report, context: ReportContext): Generator<string> {
  const places = new Map(report.findings.map((found, i) => [found, i]));
  const write = (show: "findings" | "left", list: readonly Finding[]): FileFinding[] => {
    const view = new View(report, { ...context, show });
    return list.map((found) => writeFinding(view, found, places));
  };
  const file: ReportFile = {
    version: 1,
    tool: tool(context),
    checkout: context.checkout ?? null,
    findings: write("findings", report.findings),
    left: sameFindings(report) ? null : write("left", report.left),
    problems: report.problems.map((p) => ({ ...jsonProblem(p), ...(p.harmless && { harmless: true }) })),
    ...(report.known !== undefined && { known: report.known }),
    ...(context.shard && { shard: context.shard }),
    stats: jsonStats(report),
    sources: Object.fromEntries([...report.sources].map(([path, text]) => [path, sha256(text)])),
    files: report.files.map(({ path, before, after }) => ({
      path,
      edits: editsBetween(path, before, after).map(jsonEdit),
      patch: unifiedPatch(path, before, after),
      after: sha256(after),
    })),
  };
  yield `${JSON.stringify(file)}\n`;
}

function sameFindings({ findings, left }: Report): boolean {
  return findings.length === left.length && findings.every((found, i) => found === left[i]);
}

function writeFinding(view: View, found: Finding, places: ReadonlyMap<Finding, number>): FileFinding {
  const core = jsonFinding(view, found);
  return {
    ...core,
    tier: found.tier ?? null,
    fixes: found.fixes.map((alternative, i) => ({
      ...(core.fixes[i] as (typeof core.fixes)[number]),
      outcome: writeOutcome(view.outcome(alternative), places),
      patch: view
        .changes(found, alternative)
        .map(({ path, before, after }) => unifiedPatch(path, before, after))
        .join(""),
    })),
  };
}

function writeOutcome(result: Outcome | undefined, places: ReadonlyMap<Finding, number>): FileFinding["fixes"][number]["outcome"] {
  if (!result) return null;
  return result.status === "conflict" ? { status: "conflict", rival: places.get(result.rival) ?? null } : result;
}

/** SHA-256, in hex, of a text as UTF-8. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** A report file that cannot be used; the message says why in one line. */
export class BadReportFile extends Error {
  override name = "BadReportFile";
}

/** Reads what `reportFile` wrote; throws `BadReportFile` for anything else. Fields that are not known are passed over. */
export function parseReportFile(content: string): ReportFile {
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch (error) {
    throw new BadReportFile(`not JSON: ${(error as Error).message}`);
  }
  const parsed = reportFileSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BadReportFile(`not a gomend report: ${issue?.path.join(".") || "document"}: ${issue?.message}`);
}

/**
 * The Report that a file was written from, but for its fixes' imports and `assumes`: the edits hold the imports already.
 * `read` gives the source of a path, or null. A source that is missing or has changed is told as a problem, and what
 * lies in it is left out: its offsets would point anywhere.
 */
export function toReport(file: ReportFile, read: (path: string) => string | null): Report {
  const problems: Report["problems"][number][] = file.problems.map(({ path, rule, message, line, column, harmless }) => ({
    path,
    rule,
    message,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(harmless && { harmless }),
  }));
  const sources = new Map<string, string>();
  for (const [path, hash] of Object.entries(file.sources)) {
    const source = read(path);
    if (source !== null && sha256(source) === hash) sources.set(path, source);
    else problems.push({ path, rule: null, message: source === null ? "not found" : "changed since the report was made" });
  }
  const outcomes = new Map<Fix, Outcome>();
  const fingerprints = new Map<Finding, string>();
  const restored = file.findings.map((found) => readFinding(found));
  const readAll = (list: readonly FileFinding[], objects: readonly Finding[]): Finding[] =>
    list.flatMap((found, i) => {
      const object = objects[i];
      if (!object || !pathsOf(object).every((path) => sources.has(path))) return [];
      fingerprints.set(object, found.fingerprint);
      object.fixes.forEach((alternative, k) => {
        const result = readOutcome(found.fixes[k]?.outcome ?? null, restored);
        if (result) outcomes.set(alternative, result);
      });
      return [object];
    });
  const findings = readAll(file.findings, restored);
  const left = file.left
    ? readAll(
        file.left,
        file.left.map((found) => readFinding(found)),
      )
    : findings;
  const files = file.files.flatMap((change): FileChange[] => {
    const before = sources.get(change.path);
    return before === undefined ? [] : [{ path: change.path, before, after: applyEdits(before, change.edits.map(readEdit)) }];
  });
  const { known, stats } = file;
  return { findings, fingerprints, sources, files, outcomes, left, problems, stats: { ...stats }, ...(known !== undefined && { known }) };
}

function readFinding(found: FileFinding): Finding {
  const { path, start, end } = found;
  return {
    rule: found.rule,
    at: { path, start, end },
    message: found.message,
    confidence: found.confidence,
    related: found.related.map((step) => ({
      at: { path: step.path, start: step.start, end: step.end },
      message: step.message,
    })),
    fixes: found.fixes.map((alternative) => ({
      title: alternative.title,
      applicability: alternative.applicability,
      ...(alternative.because !== null && { because: alternative.because }),
      edits: alternative.edits.map(readEdit),
    })),
    ...(found.tier && { tier: found.tier }),
  };
}

function readEdit({ path, start, end, text }: z.infer<typeof editSchema>): Edit {
  return { at: { path, start, end }, text };
}

function readOutcome(result: FileFinding["fixes"][number]["outcome"], findings: readonly Finding[]): Outcome | null {
  if (result?.status !== "conflict") return result;
  const rival = result.rival === null ? undefined : findings[result.rival];
  return rival ? { status: "conflict", rival } : null;
}

function pathsOf(found: Finding): string[] {
  const spans = [found.at, ...(found.related ?? []).map(({ at }) => at)];
  const edits = found.fixes.flatMap((alternative) => alternative.edits.map(({ at }) => at));
  return [...spans, ...edits].map(({ path }) => path);
}

/** The reports of several shards as one, in the order of a single run. Time is that of the slowest. */
export function mergeReports(reports: readonly Report[]): Report {
  const stats = { files: 0, bytes: 0, parsedBytes: 0, packages: 0, milliseconds: 0 };
  for (const one of reports) {
    stats.files += one.stats.files;
    stats.bytes += one.stats.bytes;
    stats.parsedBytes += one.stats.parsedBytes;
    stats.packages += one.stats.packages;
    stats.milliseconds = Math.max(stats.milliseconds, one.stats.milliseconds);
  }
  const known = reports.flatMap((one) => one.known ?? []);
  return {
    findings: reports.flatMap((one) => one.findings).sort(compareFindings),
    fingerprints: new Map(reports.flatMap((one) => [...one.fingerprints])),
    sources: new Map(reports.flatMap((one) => [...one.sources])),
    files: reports.flatMap((one) => one.files).sort((a, b) => compare(a.path, b.path)),
    outcomes: new Map(reports.flatMap((one) => [...one.outcomes])),
    left: reports.flatMap((one) => one.left).sort(compareFindings),
    problems: distinct(reports.flatMap((one) => one.problems)),
    stats,
    ...(known.length > 0 && { known: known.reduce((sum, n) => sum + n, 0) }),
  };
}
