/**
 * Rules of a user's own on their fixtures: `before/<id>/<case>.go`, or a directory `<case>/` of several files, and what becomes of it under `after/`.
 * All fixes are applied, the unsafe ones too. A case without a twin under `after/` has to stay as it is. Where a case has comments
 * `// want "part of the message"`, findings stand on these lines and on no others.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../rule/rule.ts";
import { unifiedPatch } from "../text/diff.ts";
import { Lines } from "../text/lines.ts";
import type { Report } from "./report.ts";
import { run } from "./run.ts";

export interface TrialFile {
  /** Relative to the case: `basic.go`. */
  readonly path: string;
  readonly text: string;
}

export interface TrialCase {
  readonly rule: Rule;
  readonly name: string;
  /** Where it stands, absolute: a file, or a directory. */
  readonly before: string;
  readonly after: string;
  readonly directory: boolean;
}

export interface Trial {
  /** What does not hold, in the order in which a person would mend it; empty when all is well. */
  readonly failures: readonly string[];
  /** What becomes of the case. */
  readonly outcome: readonly TrialFile[];
  /** The outcome is another text than the case. */
  readonly changes: boolean;
  /** The outcome is another text than what is expected. */
  readonly differs: boolean;
}

/** The cases of a rule, by name. `fixtures` is the directory that holds `before` and `after`. */
export function trialCases(fixtures: string, rule: Rule): TrialCase[] {
  const dir = join(fixtures, "before", rule.id);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .sort()
    .flatMap((entry): TrialCase[] => {
      const before = join(dir, entry);
      const directory = statSync(before).isDirectory();
      if (!directory && !entry.endsWith(".go")) return [];
      return [{ rule, name: entry.replace(/\.go$/, ""), before, after: join(fixtures, "after", rule.id, entry), directory }];
    });
}

export async function tryCase(c: TrialCase): Promise<Trial> {
  const files = filesOf(c.before, c);
  const { report, texts } = await runOn(c, files);
  const outcome = files.map(({ path, text }) => ({ path, text: texts.get(path) ?? text }));
  const changes = outcome.some((f, i) => f.text !== files[i]?.text);
  const expected = existsSync(c.after) ? filesOf(c.after, c) : files;
  const different = differences(expected, outcome);
  return { failures: [...problemsOf(report), ...unmet(files, report), ...different], outcome, changes, differs: different.length > 0 };
}

function filesOf(place: string, { directory, name }: TrialCase): TrialFile[] {
  if (!directory) return [{ path: `${name}.go`, text: readFileSync(place, "utf8") }];
  return readdirSync(place)
    .filter((entry) => entry.endsWith(".go"))
    .sort()
    .map((entry) => ({ path: entry, text: readFileSync(join(place, entry), "utf8") }));
}

async function runOn(c: TrialCase, files: readonly TrialFile[]): Promise<{ report: Report; texts: Map<string, string> }> {
  const options = { rules: [c.rule], isolated: true, fix: true, unsafeFixes: true, select: [c.rule.id] } as const;
  const [only] = files;
  // A file of its own is a package of its own: as if it stood alone in a directory.
  const { report } =
    c.directory || !only
      ? await run({ ...options, cwd: c.before, paths: files.map((f) => f.path), includeGenerated: true })
      : await run({ ...options, cwd: join(c.before, "..", c.name), stdin: { path: only.path, bytes: Buffer.from(only.text, "utf8") } });
  return { report, texts: new Map(report.files.map((f) => [f.path, f.after])) };
}

function problemsOf({ problems }: Report): string[] {
  return problems
    .filter((p) => !p.harmless)
    .map((p) => [p.path, p.line === undefined ? "" : String(p.line), p.message].filter((s) => s !== "").join(": "));
}

// ---------------------------------------------------------------- wants

const WANT = /\/\/ want ("(?:[^"\\]|\\.)*")/g;

/** Findings that are wanted and missing, or there and not wanted; nothing where the case wants none by name. */
function unmet(files: readonly TrialFile[], { findings }: Report): string[] {
  const wants = files.flatMap(({ path, text }) =>
    text
      .split("\n")
      .flatMap((line, i) => [...line.matchAll(WANT)].map((m) => ({ path, line: i + 1, message: JSON.parse(m[1] as string) as string }))),
  );
  if (wants.length === 0) return [];
  const sources = new Map(files.map((f) => [f.path, new Lines(f.text)]));
  const left = findings.map((f) => ({ path: f.at.path, line: sources.get(f.at.path)?.position(f.at.start).line ?? 0, message: f.message }));
  const failures: string[] = [];
  for (const want of wants) {
    const at = left.findIndex((f) => f.path === want.path && f.line === want.line && f.message.includes(want.message));
    if (at < 0) failures.push(`${want.path}:${want.line}: wants "${want.message}", and nothing says so`);
    else left.splice(at, 1);
  }
  return [...failures, ...left.map((f) => `${f.path}:${f.line}: "${f.message}" is not wanted`)];
}

// ---------------------------------------------------------------- differences

function differences(expected: readonly TrialFile[], outcome: readonly TrialFile[]): string[] {
  const patches = outcome.map(({ path, text }) => unifiedPatch(path, expected.find((f) => f.path === path)?.text ?? "", text));
  const missing = expected.filter((f) => !outcome.some((o) => o.path === f.path)).map((f) => `${f.path} is expected, and not there before`);
  const differs = patches.filter((p) => p !== "");
  return [...missing, ...differs.map((p) => `the outcome is another (- expected, + is):\n${p.trimEnd()}`)];
}
