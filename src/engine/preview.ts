/**
 * One fix alone, as it would leave the files. Thousands of fixes may be shown in one report, so that only the declarations that a fix touches
 * are run through gofmt, where nothing else of the file changes; what comes out is what `renderOutcome` gives.
 */
import { type Formatted, formatGo, isFormatted } from "../go/format.ts";
import { type Declaration, outline } from "../go/outline.ts";
import { editsIn, lineEnd } from "../go/rewrite.ts";
import type { Fix } from "../rule/rule.ts";
import type { Edit } from "../text/edit.ts";
import { renderOutcome } from "./outcome.ts";
import { editsByPath } from "./plan.ts";
import type { FileChange } from "./report.ts";

interface Known {
  readonly text: string;
  readonly declarations: readonly Declaration[];
  /** undefined: not asked yet. */
  formatted?: boolean;
}

export class Preview {
  private readonly textOf: (path: string) => string;
  private readonly known = new Map<string, Known>();
  private readonly made = new Map<string, Formatted>();

  /** `loadFormatter()` must have been awaited. */
  constructor(textOf: (path: string) => string) {
    this.textOf = textOf;
  }

  /** Only files that change. Throws when the outcome does not parse, or when there is none. */
  files(fix: Fix): readonly FileChange[] {
    const small = this.inDeclarations(fix, true);
    if (small) return small;
    const rendered = renderOutcome([fix], this.textOf);
    const fault = rendered.invalid.get(fix) ?? rendered.unparsed.get(fix);
    if (fault !== undefined) throw new Error(fault);
    return rendered.files;
  }

  /** Why the fix is invalid, a fault of its rule; null when its outcome parses, or when the file did not to begin with. */
  fault(fix: Fix): string | null {
    return this.inDeclarations(fix, false) ? null : (renderOutcome([fix], this.textOf).invalid.get(fix) ?? null);
  }

  /** The outcome of a fix all of whose edits lie within declarations, which parse with them; null: look at whole files. */
  private inDeclarations(fix: Fix, format: boolean): readonly FileChange[] | null {
    if (fix.imports?.length) return null;
    const files: FileChange[] = [];
    for (const [path, edits] of editsByPath([fix])) {
      const file = this.file(path);
      const end = lineEnd(file.text);
      const parts = partsOf(file, editsIn(edits, file.text));
      if (!parts) return null;
      let after = "";
      let from = 0;
      for (const { declaration: d, text } of parts) {
        const head = `package p${end}${end}`;
        const parsed = this.formatted(`${head}${text}${end}`);
        if (!parsed.ok) return null;
        if (format) file.formatted ??= isFormatted(file.text);
        const written = file.formatted ? parsed.text.slice(head.length, -end.length) : text;
        after += file.text.slice(from, d.start) + written;
        from = d.end;
      }
      after += file.text.slice(from);
      if (after !== file.text) files.push({ path, before: file.text, after });
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** A fix is tried before it is shown, and two fixes may make the same of a declaration. */
  private formatted(text: string): Formatted {
    let made = this.made.get(text);
    if (!made) {
      made = formatGo(text);
      this.made.set(text, made);
    }
    return made;
  }

  private file(path: string): Known {
    let known = this.known.get(path);
    if (!known) {
      const text = this.textOf(path);
      known = { text, declarations: outline(text).declarations };
      this.known.set(path, known);
    }
    return known;
  }
}

/** Declarations with their edits applied, in order; null when an edit lies outside of them or at an edge. `edits` are sorted. */
function partsOf(file: Known, edits: readonly Edit[]): { declaration: Declaration; text: string }[] | null {
  const parts: { declaration: Declaration; text: string }[] = [];
  let next = 0;
  for (const declaration of file.declarations) {
    const { start, end } = declaration;
    let text = "";
    let from = start;
    for (let edit = edits[next]; edit && edit.at.start > start && edit.at.end < end; edit = edits[++next]) {
      text += file.text.slice(from, edit.at.start) + edit.text;
      from = edit.at.end;
    }
    if (from > start) parts.push({ declaration, text: text + file.text.slice(from, end) });
  }
  return next === edits.length ? parts : null;
}
