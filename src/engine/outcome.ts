/** What files look like once fixes are applied: edits, line ends, imports, formatting; and which fix is to blame when that fails. */
import { type Formatted, formatGo } from "../go/format.ts";
import { rewrite } from "../go/rewrite.ts";
import type { Fix } from "../rule/rule.ts";
import { editsByPath } from "./plan.ts";
import type { FileChange } from "./report.ts";

export interface Rendered {
  /** Only files that changed, sorted by path. */
  readonly files: readonly FileChange[];
  /** Fixes that were left out because the outcome would not parse with them, with the reason. */
  readonly invalid: ReadonlyMap<Fix, string>;
  /** Fixes that were left out because a file did not parse to begin with. */
  readonly unparsed: ReadonlyMap<Fix, string>;
}

type TextOf = (path: string) => string;

/**
 * Applies fixes that are not in each other's way. `loadFormatter()` must have been awaited. A fix with which a file's outcome does not
 * parse is left out of every file that it touches; all others stay.
 */
export function renderOutcome(fixes: readonly Fix[], textOf: TextOf): Rendered {
  const invalid = new Map<Fix, string>();
  const unparsed = new Map<Fix, string>();
  const done = new Map<string, FileChange>();
  let kept = fixes;
  for (;;) {
    const blamed = new Map<Fix, string>();
    for (const path of pathsOf(kept)) {
      if (done.has(path)) continue;
      const before = textOf(path);
      const own = kept.filter((f) => touches(f, path));
      const result = renderFile(path, before, own);
      if (result.ok) done.set(path, { path, before, after: result.text });
      else if (!formatGo(before).ok) for (const fix of own) unparsed.set(fix, `${path} does not parse`);
      else for (const fix of blame(path, before, own)) blamed.set(fix, failureText(path, result));
    }
    const out = kept.filter((f) => blamed.has(f) || unparsed.has(f));
    if (out.length === 0) break;
    for (const fix of out) {
      const why = blamed.get(fix);
      if (why !== undefined) invalid.set(fix, why);
      for (const path of pathsOf([fix])) done.delete(path);
    }
    kept = kept.filter((f) => !out.includes(f));
  }
  const live = new Set(pathsOf(kept));
  const files = [...done.values()].filter((f) => live.has(f.path) && f.before !== f.after);
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), invalid, unparsed };
}

function failureText(path: string, result: Formatted & { ok: false }): string {
  return `the outcome of ${path} does not parse: ${result.line}:${result.column}: ${result.message}`;
}

function pathsOf(fixes: readonly Fix[]): string[] {
  const paths = new Set<string>();
  for (const fix of fixes) {
    for (const edit of fix.edits) paths.add(edit.at.path);
    for (const intent of fix.imports ?? []) paths.add(intent.file);
  }
  return [...paths].sort();
}

function touches(fix: Fix, path: string): boolean {
  return fix.edits.some((e) => e.at.path === path) || (fix.imports?.some((i) => i.file === path) ?? false);
}

/** One file with the fixes' edits, imports and formatting. */
function renderFile(path: string, before: string, fixes: readonly Fix[]): Formatted {
  const intents = fixes.flatMap((f) => f.imports?.filter((i) => i.file === path) ?? []);
  return rewrite(path, before, editsByPath(fixes).get(path) ?? [], intents);
}

/** The fixes without which the file parses: those that fail alone; else those that fail on top of what came before them. */
function blame(path: string, before: string, fixes: readonly Fix[]): readonly Fix[] {
  const alone = fixes.filter((f) => !renderFile(path, before, [f]).ok);
  if (alone.length > 0 || fixes.length === 1) return alone.length > 0 ? alone : fixes;
  const good: Fix[] = [];
  const bad: Fix[] = [];
  for (const fix of fixes) {
    if (renderFile(path, before, [...good, fix]).ok) good.push(fix);
    else bad.push(fix);
  }
  return bad;
}
