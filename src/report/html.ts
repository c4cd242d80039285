/**
 * One page for people who would rather look: totals, a map of the packages, filters, and each finding with its diff. It holds all that it shows
 * and asks nothing of any network; its content policy allows its own script and style and nothing else.
 */
import { createHash } from "node:crypto";
import type { Report } from "../engine/report.ts";
import type { Finding, Fix } from "../rule/rule.ts";
import { unifiedPatch } from "../text/diff.ts";
import { sanitize, sanitizeLine } from "../text/sanitize.ts";
import { script, style } from "./page/assets.ts";
import type { PageData, PageFinding, PageFix, PageRule, Safety } from "./page/data.ts";
import type { ReportContext } from "./reporter.ts";
import { count, View } from "./view.ts";

/** Lines of source before and after the finding, and the most that are shown of it. */
const AROUND = 3;
const MOST = 12;

export function* html(report: Report, context: ReportContext): Generator<string> {
  const view = new View(report, context);
  const rules = [...new Set(view.findings.map((f) => f.rule))].sort();
  const policy = `default-src 'none'; script-src '${hash(script)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>gomend: ${count(view.findings.length, "finding")}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>gomend report</h1>
${totals(view, report)}
</header>
<section aria-labelledby="map-title">
<h2 id="map-title">Packages by findings</h2>
<div id="map"></div>
</section>
<form id="filters" role="search" aria-label="Findings">
<label>Search <input id="search" type="search" placeholder="place, rule or message" aria-keyshortcuts="/"></label>
<label>Rule <select id="rule"><option value="">all</option></select></label>
<label>Safety <select id="safety"><option value="">all</option></select></label>
<label id="owner-field">Owner <select id="owner"><option value="">all</option></select></label>
<label>Path <input id="path" placeholder="all"></label>
<button id="clear" type="button" hidden>Show all</button>
<p id="count" role="status"></p>
</form>
<main>
<div id="list" role="listbox" aria-label="Findings" tabindex="0"></div>
<article id="detail" aria-label="The finding" tabindex="-1"></article>
</main>
${problems(report)}
<footer><kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>/</kbd> search, <kbd>Enter</kbd> to the finding, <kbd>Esc</kbd> back to the list.
Made by gomend ${markup(context.version)}.</footer>
<noscript><p>This page needs its own script to show the findings.</p></noscript>
<script type="application/json" id="data">`;
  yield* dataOf(view, report, context, rules);
  yield `</script>\n<script>${script}</script>\n</body>\n</html>\n`;
}

/** The data in pieces, so that no one text holds all of a large report twice. */
function* dataOf(view: View, report: Report, context: ReportContext, rules: readonly string[]): Generator<string> {
  const { files, bytes, packages, milliseconds } = report.stats;
  const { findings: _, ...head }: PageData = {
    version: context.version,
    summary: { files, bytes, packages, milliseconds },
    rules: rules.map((id) => pageRule(view, id)),
    findings: [],
    problems: [],
  };
  yield `${embed(head).slice(0, -1)},"findings":[`;
  const index = new Map(rules.map((id, i) => [id, i]));
  for (const [i, finding] of view.findings.entries())
    yield `${i > 0 ? "," : ""}\n${embed(pageFinding(view, finding, index.get(finding.rule) ?? 0, context))}`;
  yield "]}";
}

function totals(view: View, report: Report): string {
  const n: Record<Safety, number> = { safe: 0, unsafe: 0, display: 0, none: 0 };
  for (const f of view.findings) n[safetyOf(view, f)]++;
  const files = new Set(view.findings.map((f) => f.at.path)).size;
  const cards: [string, number, string][] = [
    ["", view.findings.length, view.findings.length === 1 ? "finding" : "findings"],
    ["safe", n.safe, "with a safe fix"],
    ["unsafe", n.unsafe, "with a fix to decide on"],
    ["display", n.display, "with a sketch"],
    ["none", n.none, "to mend by hand"],
  ];
  const list = cards.filter(([, value], i) => i === 0 || value > 0).map(([kind, value, label]) => card(kind, value, label));
  return `<p class="dim">${count(files, "file")} with findings; ${count(report.stats.files, "file")} in ${count(report.stats.packages, "package")} checked.</p>
<dl class="totals">${list.join("")}</dl>`;
}

function card(kind: string, value: number, label: string): string {
  return `<div class="${kind}"><dt>${label}</dt><dd>${String(value).replace(/\B(?=(\d{3})+$)/g, ",")}</dd></div>`;
}

function problems({ problems: all }: Report): string {
  if (all.length === 0) return "";
  const items = all.map(({ path, line, rule, message }) => {
    const place = [path || "gomend", ...(line === undefined ? [] : [String(line)])].join(":");
    return `<li><code>${markup(place)}</code> ${rule === null ? "" : `(fault in rule ${markup(rule)}) `}${markup(message)}</li>`;
  });
  return `<section aria-labelledby="problems-title">
<h2 id="problems-title">${count(all.length, "problem")}</h2>
<ul>${items.join("")}</ul>
</section>`;
}

function pageRule(view: View, id: string): PageRule {
  const rule = view.rule(id);
  return { id, family: rule?.family ?? "", title: rule?.title ?? "", why: rule?.why ?? "", fixSafety: rule?.fixSafety ?? "" };
}

function pageFinding(view: View, finding: Finding, rule: number, context: ReportContext): PageFinding {
  const { path, start, end } = finding.at;
  const from = view.position(path, start);
  const to = view.position(path, end);
  return {
    rule,
    path: sanitizeLine(path),
    line: from.line,
    column: from.column,
    message: sanitizeLine(finding.message),
    confidence: finding.confidence,
    fingerprint: view.fingerprint(finding),
    safety: safetyOf(view, finding),
    owners: (context.ownersOf?.(path) ?? []).map(sanitizeLine),
    code: codeOf(view, path, from.line, to.line),
    related: (finding.related ?? []).map(({ at, message }) => ({
      place: sanitizeLine(`${at.path}:${view.position(at.path, at.start).line}`),
      message: sanitizeLine(message),
    })),
    fixes: finding.fixes.map((fix) => pageFix(view, finding, fix)),
  };
}

function safetyOf(view: View, finding: Finding): Safety {
  return view.offered(finding)?.applicability ?? (finding.fixes.length > 0 ? "display" : "none");
}

function codeOf(view: View, path: string, from: number, to: number): PageFinding["code"] {
  const lines = view.lines(path);
  const first = Math.max(1, from - AROUND);
  const last = Math.min(lines.count, to + AROUND, first + MOST + AROUND - 1);
  const shown: string[] = [];
  for (let line = first; line <= last; line++) shown.push(sanitize(lines.lineText(line)).trimEnd());
  return { first, marked: [from, to], lines: shown };
}

function pageFix(view: View, finding: Finding, fix: Fix): PageFix {
  const changes = view.changes(finding, fix);
  const patches = changes.map(({ path, before, after }) => unifiedPatch(path, before, after));
  // The place is told above: a head is needed only to tell files apart.
  const patch = patches.length === 1 ? (patches[0] ?? "").replace(/^(?:(?:diff|index|old|new|---|\+\+\+)[^\n]*\n)+/, "") : patches.join("");
  return {
    title: sanitizeLine(fix.title),
    applicability: fix.applicability,
    because: sanitizeLine(fix.because ?? ""),
    patch: sanitize(patch),
  };
}

/** JSON that cannot end the script element it stands in. */
function embed(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function markup(text: string): string {
  return sanitizeLine(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;
}
