/** Builders for findings and fixes. */
import type { GoNode } from "../go/node.ts";
import type { Lazy } from "../model/notes.ts";
import type { Edit, Span } from "../text/edit.ts";
import { type Edits, spanOf } from "./edits.ts";
import type { Applicability, Finding, Fix, ImportIntent, Tier } from "./rule.ts";

export interface FixParts {
  readonly title: string;
  readonly applicability: Applicability;
  /** Why it is not safe; required unless safe. */
  readonly because?: string | undefined;
  readonly edits: readonly Edits[];
  readonly imports?: readonly ImportIntent[];
  /** Code that the reasoning relied on. */
  readonly assumes?: readonly (GoNode | Span | null)[];
}

/**
 * A fix of several changes, sorted, the same change named twice made once. null when one of them cannot be made, when two overlap, or
 * when nothing would change.
 */
export function fix(parts: FixParts): Fix | null {
  const edits: Edit[] = [];
  for (const part of parts.edits) {
    if (part === null) return null;
    edits.push(...part);
  }
  const merged = merge(edits);
  if (merged === null || merged.length === 0) return null;
  if (parts.applicability !== "safe" && !parts.because) throw new Error(`"${parts.title}" does not say why it is not safe`);
  const assumes = parts.assumes?.flatMap((a) => (a === null ? [] : [toSpan(a)]));
  return {
    title: parts.title,
    applicability: parts.applicability,
    ...(parts.applicability !== "safe" && parts.because ? { because: parts.because } : {}),
    edits: merged,
    ...(parts.imports && parts.imports.length > 0 ? { imports: distinct(parts.imports) } : {}),
    ...(assumes && assumes.length > 0 ? { assumes } : {}),
  };
}

/** Sorted by path and start; of two insertions at one place the first named stays first. null when two overlap. */
function merge(edits: readonly Edit[]): Edit[] | null {
  const order = edits.map((edit, i) => ({ edit, i }));
  order.sort((a, b) => compare(a.edit, b.edit) || a.i - b.i);
  const out: Edit[] = [];
  for (const { edit } of order) {
    const last = out[out.length - 1];
    if (last && last.at.path === edit.at.path) {
      const same = last.at.start === edit.at.start && last.at.end === edit.at.end;
      if (same && last.text === edit.text) continue;
      if (same && edit.at.start === edit.at.end) {
        out[out.length - 1] = { at: last.at, text: last.text + edit.text };
        continue;
      }
      if (same || edit.at.start < last.at.end) return null;
    }
    out.push(edit);
  }
  return out;
}

function compare(a: Edit, b: Edit): number {
  if (a.at.path !== b.at.path) return a.at.path < b.at.path ? -1 : 1;
  return a.at.start - b.at.start || a.at.end - b.at.end;
}

function distinct(imports: readonly ImportIntent[]): ImportIntent[] {
  const seen = new Map<string, ImportIntent>();
  for (const i of imports) seen.set(`${i.file}\n${i.path}\n${i.action}`, i);
  return [...seen.values()];
}

function toSpan(at: GoNode | Span): Span {
  return "kind" in at ? spanOf(at) : at;
}

export interface FindingExtra {
  /** "proven" when not given. */
  readonly confidence?: "proven" | "likely";
  readonly related?: readonly { readonly at: GoNode | Span; readonly message: string }[];
  readonly tier?: Tier | undefined;
}

type Fixes = readonly (Fix | null)[];

/** A finding at a node. Fixes that could not be made (null) are left out; given as a function, they are made when somebody asks: for a finding that is told. */
export function finding(
  rule: { readonly id: string },
  at: GoNode | Span,
  message: string,
  fixes: Fixes | (() => Fixes) = [],
  extra: FindingExtra = {},
): Finding {
  const related = extra.related?.map((r) => ({ at: toSpan(r.at), message: r.message }));
  const told = {
    rule: rule.id,
    at: toSpan(at),
    message,
    confidence: extra.confidence ?? "proven",
    ...(related && related.length > 0 ? { related } : {}),
    ...(extra.tier ? { tier: extra.tier } : {}),
  };
  return typeof fixes === "function" ? new FixedLater(told, fixes) : { ...told, fixes: present(fixes) };
}

/** A finding whose fixes are made when somebody asks. */
class FixedLater implements Finding {
  declare readonly rule: string;
  declare readonly at: Span;
  declare readonly message: string;
  declare readonly confidence: "proven" | "likely";
  declare readonly fixes: readonly Fix[];
  readonly #make: () => Fixes;
  #made: readonly Fix[] | null = null;

  static readonly #fixes: Lazy<FixedLater> = {
    enumerable: true,
    get() {
      this.#made ??= present(this.#make());
      return this.#made;
    },
  };

  constructor(told: Omit<Finding, "fixes">, make: () => Fixes) {
    Object.assign(this, told);
    this.#make = make;
    Object.defineProperty(this, "fixes", FixedLater.#fixes);
  }
}

function present(fixes: Fixes): readonly Fix[] {
  return fixes.filter((f) => f !== null);
}
