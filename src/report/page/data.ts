/** What the HTML page is given. Texts are sanitized; lines and columns count from 1. */

export type Safety = "safe" | "unsafe" | "display" | "none";

export interface PageData {
  readonly version: string;
  readonly summary: { readonly files: number; readonly bytes: number; readonly packages: number; readonly milliseconds: number };
  readonly rules: readonly PageRule[];
  readonly findings: readonly PageFinding[];
  readonly problems: readonly { readonly place: string; readonly message: string }[];
}

export interface PageRule {
  readonly id: string;
  readonly family: string;
  readonly title: string;
  readonly why: string;
  readonly fixSafety: string;
}

export interface PageFinding {
  /** Index in `rules`. */
  readonly rule: number;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly confidence: "proven" | "likely";
  readonly fingerprint: string;
  /** Of the fix that would be applied. */
  readonly safety: Safety;
  readonly owners: readonly string[];
  readonly code: { readonly first: number; readonly marked: readonly [from: number, to: number]; readonly lines: readonly string[] };
  readonly related: readonly { readonly place: string; readonly message: string }[];
  readonly fixes: readonly PageFix[];
}

export interface PageFix {
  readonly title: string;
  readonly applicability: Exclude<Safety, "none">;
  readonly because: string;
  /** Unified, without file heads where it changes one file. */
  readonly patch: string;
}
