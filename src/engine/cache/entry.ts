/** A cache entry: what a check found, as data, and what that hangs on. Entries come from disk and are taken apart with suspicion. */
import type { Finding, Fix } from "../../rule/rule.ts";
import type { Span } from "../../text/edit.ts";
import type { Checked } from "../check.ts";
import type { Problem } from "../report.ts";
import type { Resolved, Seen, SeenHands } from "./seen.ts";

export interface Entry {
  /** Print of the directory's Go files. */
  readonly content: string;
  readonly imports: readonly Resolved[];
  readonly seen: readonly Seen[];
  readonly handed: readonly SeenHands[];
  readonly stored: Stored;
  /** Day of the last use, counted from 1970. */
  readonly day: number;
}

/** A `Checked` without its texts: those are read again, and must have these prints. */
export interface Stored {
  readonly findings: readonly Finding[];
  /** Beside `findings`. */
  readonly fingerprints: readonly string[];
  readonly declarations: readonly string[];
  /** `[finding, fix, reason, fault]`. */
  readonly blocked: readonly (readonly [finding: number, fix: number, reason: string, fault: boolean])[];
  /** Print by path. */
  readonly sources: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
  readonly files: number;
  readonly bytes: number;
  readonly packages: number;
}

export function store(checked: Checked, sources: Readonly<Record<string, string>>): Stored {
  const blocked: Stored["blocked"][number][] = [];
  for (const [f, finding] of checked.findings.entries())
    for (const [x, fix] of finding.fixes.entries()) {
      const why = checked.blocked.get(fix);
      if (why) blocked.push([f, x, why.reason, why.fault]);
    }
  return {
    findings: checked.findings,
    fingerprints: checked.findings.map((f) => checked.fingerprints.get(f) ?? ""),
    declarations: checked.findings.map((f) => checked.declarations.get(f) ?? ""),
    blocked,
    sources,
    problems: checked.problems,
    files: checked.files,
    bytes: checked.bytes,
    packages: checked.packages,
  };
}

/** `sourceOf` gives the text of a file with this print, else null: then the whole is null, and so it is when anything is out of place. */
export function restore(stored: Stored, sourceOf: (path: string, print: string) => string | null): Checked | null {
  const sources = new Map<string, string>();
  for (const [path, print] of Object.entries(stored.sources)) {
    const text = sourceOf(path, print);
    if (text === null) return null;
    sources.set(path, text);
  }
  const { findings } = stored;
  if (!findings.every((f) => lies(f, sources))) return null;
  const blocked = new Map<Fix, { reason: string; fault: boolean }>();
  for (const [f, x, reason, fault] of stored.blocked) {
    const fix = findings[f]?.fixes[x];
    if (!fix) return null;
    blocked.set(fix, { reason, fault });
  }
  return {
    findings,
    fingerprints: new Map(findings.map((f, i) => [f, stored.fingerprints[i] ?? ""])),
    declarations: new Map(findings.map((f, i) => [f, stored.declarations[i] ?? ""])),
    blocked,
    sources,
    problems: stored.problems,
    files: stored.files,
    bytes: stored.bytes,
    parsedBytes: 0,
    packages: stored.packages,
  };
}

/** Whether all places of a finding lie in the texts; its related places may be in files that are not held. */
function lies(finding: Finding, sources: ReadonlyMap<string, string>): boolean {
  const within = (at: Span, needed: boolean): boolean => {
    const text = sources.get(at.path);
    if (text === undefined) return !needed;
    return at.start >= 0 && at.start <= at.end && at.end <= text.length;
  };
  return (
    within(finding.at, true) &&
    (finding.related ?? []).every((r) => within(r.at, false)) &&
    finding.fixes.every((fix) => fix.edits.every((e) => within(e.at, true)))
  );
}

// ---------------------------------------------------------------- shape

type Check = (value: unknown) => boolean;

const text: Check = (v) => typeof v === "string";
const count: Check = (v) => typeof v === "number" && Number.isSafeInteger(v) && v >= 0;
const flag: Check = (v) => typeof v === "boolean";
const oneOf =
  (...all: readonly string[]): Check =>
  (v) =>
    all.includes(v as string);
const maybe =
  (check: Check): Check =>
  (v) =>
    v === undefined || check(v);
const nullable =
  (check: Check): Check =>
  (v) =>
    v === null || check(v);
const list =
  (check: Check): Check =>
  (v) =>
    Array.isArray(v) && v.every(check);
const tuple =
  (...checks: readonly Check[]): Check =>
  (v) =>
    Array.isArray(v) && v.length === checks.length && checks.every((c, i) => c(v[i]));
const table =
  (check: Check): Check =>
  (v) =>
    isRecord(v) && Object.values(v).every(check);
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (v) =>
    isRecord(v) && Object.entries(fields).every(([name, check]) => check(v[name]));

function isRecord(v: unknown): v is Record<string, unknown> {
  return typeof v === "object" && v !== null && !Array.isArray(v);
}

const span = record({ path: text, start: count, end: count });
const finding = record({
  rule: text,
  at: span,
  message: text,
  confidence: oneOf("proven", "likely"),
  related: maybe(list(record({ at: span, message: text }))),
  tier: maybe(oneOf("recommended", "pedantic", "harden")),
  fixes: list(
    record({
      title: text,
      applicability: oneOf("safe", "unsafe", "display"),
      because: maybe(text),
      edits: list(record({ at: span, text })),
      imports: maybe(list(record({ file: text, path: text, action: oneOf("add", "drop"), alias: maybe(text) }))),
      assumes: maybe(list(span)),
    }),
  ),
});
const stored = record({
  findings: list(finding),
  fingerprints: list(text),
  declarations: list(text),
  blocked: list(tuple(count, count, text, flag)),
  sources: table(text),
  problems: list(
    record({ path: text, rule: nullable(text), message: text, line: maybe(count), column: maybe(count), harmless: maybe(flag) }),
  ),
  files: count,
  bytes: count,
  packages: count,
});
const entry = record({
  content: text,
  imports: list(tuple(text, nullable(text))),
  seen: list(record({ dir: text, tests: flag, content: text, header: text, asked: table(text) })),
  handed: list(tuple(text, text, text, text)),
  stored,
  day: count,
});

export function isEntry(value: unknown): value is Entry {
  return entry(value);
}
