/**
 * SARIF 2.1.0 (OASIS Standard, with errata 01). Columns are UTF-16 units and count from 1. Fixes that are only a sketch
 * are no `fixes` here, since a consumer may offer to apply what it finds there; they are named under `properties`.
 */
import { editsByPath } from "../engine/plan.ts";
import type { Problem, Report } from "../engine/report.ts";
import type { Finding, Fix, Rule } from "../rule/rule.ts";
import type { Edit, Span } from "../text/edit.ts";
import type { ReportContext } from "./reporter.ts";
import { severityOf, View } from "./view.ts";

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

export function* sarif(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  const rules = descriptors(view, context);
  const indexes = new Map(rules.map((rule, i) => [rule.id, i]));
  const run = {
    tool: { driver: { name: "gomend", version: context.version, semanticVersion: context.version, rules } },
    invocations: [
      {
        executionSuccessful: report.problems.every((problem) => problem.rule === null),
        toolExecutionNotifications: report.problems.map(notification),
      },
    ],
    columnKind: "utf16CodeUnits",
  };
  yield `{"$schema":${JSON.stringify(schema)},"version":"2.1.0","runs":[${JSON.stringify(run).slice(0, -1)},"results":[`;
  let separator = "\n";
  for (const finding of view.findings) {
    yield separator + JSON.stringify(result(view, finding, indexes));
    separator = ",\n";
  }
  yield "]}]}\n";
}

/** Metadata of every rule that ran, and a bare descriptor for findings of gomend's own that no rule stands behind. */
function descriptors(view: View, context: ReportContext): { id: string }[] {
  const known = context.rules.map(descriptor);
  const ids = new Set(known.map((rule) => rule.id));
  const others = new Set(view.findings.map((finding) => finding.rule).filter((id) => !ids.has(id)));
  return [...known, ...[...others].map((id) => ({ id }))];
}

function descriptor(rule: Rule): { id: string } & Record<string, unknown> {
  const help = [rule.why, `When its fixes are safe: ${rule.fixSafety}`];
  if (rule.silent) help.push(`When it stays silent: ${rule.silent}`);
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: { text: help.join("\n\n") },
    defaultConfiguration: { level: severityOf(rule.tier) },
    properties: { tags: [rule.family, rule.tier], family: rule.family, tier: rule.tier, since: rule.since },
  };
}

function result(view: View, finding: Finding, indexes: ReadonlyMap<string, number>): object {
  const related = finding.related ?? [];
  const fixes = finding.fixes.flatMap((fix) => sarifFix(view, finding, fix));
  const sketches = finding.fixes.filter((fix) => fix.applicability === "display").map((fix) => fix.title);
  const fingerprint = view.fingerprint(finding);
  return {
    ruleId: finding.rule,
    ruleIndex: indexes.get(finding.rule) ?? -1,
    level: view.severity(finding),
    message: message(finding.message),
    locations: [location(view, finding.at)],
    ...(related.length > 0 && {
      relatedLocations: related.map(({ at, message: text }, id) => ({ id, ...location(view, at), message: message(text) })),
      codeFlows: [{ threadFlows: [{ locations: steps(view, finding) }] }],
    }),
    ...(fixes.length > 0 && { fixes }),
    ...(fingerprint !== "" && { partialFingerprints: { "gomend/v1": fingerprint } }),
    properties: { confidence: finding.confidence, ...(sketches.length > 0 && { sketches }) },
  };
}

/** The witness: from the finding along the path on which it shows. */
function steps(view: View, finding: Finding): object[] {
  const path = [{ at: finding.at, message: finding.message }, ...(finding.related ?? [])];
  return path.map((step) => ({ location: { ...location(view, step.at), message: message(step.message) } }));
}

/** None for a sketch or a fix that is invalid, and none for a fix without a change: `artifactChanges` is never empty. */
function sarifFix(view: View, finding: Finding, fix: Fix): object[] {
  if (fix.applicability === "display" || view.outcome(fix)?.status === "invalid") return [];
  const files = editsByPath([{ ...fix, edits: view.wholeEdits(finding, fix) }]);
  if (files.size === 0) return [];
  const because = fix.because ? `: ${fix.because}` : "";
  const artifactChanges = [...files].map(([path, edits]) => ({
    artifactLocation: artifact(path),
    replacements: edits.map((edit) => replacement(view, edit)),
  }));
  return [
    {
      description: message(`${fix.title} (${fix.applicability}${because})`),
      artifactChanges,
      properties: { applicability: fix.applicability },
    },
  ];
}

function replacement(view: View, { at, text }: Edit): object {
  return { deletedRegion: region(view, at), ...(text !== "" && { insertedContent: { text } }) };
}

function location(view: View, at: Span): { physicalLocation: object } {
  return { physicalLocation: { artifactLocation: artifact(at.path), region: region(view, at) } };
}

function region(view: View, at: Span): object {
  const { start, end } = view.range(at);
  return {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
    charOffset: at.start,
    charLength: at.end - at.start,
  };
}

/** A relative URI, so that a viewer resolves it against its own checkout. */
function artifact(path: string): { uri: string; uriBaseId?: string } {
  const uri = path.split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? { uri: `file://${uri}` } : { uri, uriBaseId: "%SRCROOT%" };
}

/** A plain text message, in which `[text](target)` would be a link (SARIF 2.1.0, 3.11.6). */
function message(text: string): { text: string } {
  return { text: text.replace(/\[(?=[^[\]]*\]\()/g, "\\[") };
}

function notification(problem: Problem): object {
  const region = problem.line === undefined ? {} : { region: { startLine: problem.line, startColumn: problem.column ?? 1 } };
  return {
    level: problem.rule === null ? "warning" : "error",
    message: message(problem.message),
    ...(problem.path !== "" && {
      locations: [{ physicalLocation: { artifactLocation: artifact(problem.path), ...region } }],
    }),
    ...(problem.rule !== null && { associatedRule: { id: problem.rule } }),
  };
}
