/** Suppression comments of a text. */
import type { Range } from "./parse.ts";

export interface Suppression {
  readonly tool: "gomend" | "nolint";
  /** Rules that it names; null for all of them. */
  readonly ids: readonly string[] | null;
  readonly reason: string;
  /** The comment. */
  readonly at: Range;
  /** Nothing but white space stands before it on its line. */
  readonly alone: boolean;
}

export function suppressionsIn(text: string): Suppression[] {
  const found: Suppression[] = [];
  for (const m of text.matchAll(/\/\/\s?(gomend:ignore|nolint)\b(:[\w,-]+)?([^\n\r]*)/g)) {
    const start = m.index;
    const lineStart = text.lastIndexOf("\n", start) + 1;
    const alone = text.slice(lineStart, start).trim() === "";
    const [body, reason = ""] = (m[3] ?? "").split("//");
    const at = { start, end: start + m[0].trimEnd().length };
    if (m[1] === "nolint") {
      const linters = m[2]?.slice(1).split(",");
      if (!linters || linters.includes("all") || linters.includes("gomend")) found.push({ tool: "nolint", ids: null, reason, at, alone });
    } else found.push({ tool: "gomend", ids: (body ?? "").split(/[\s,]+/).filter((x) => x !== ""), reason: reason.trim(), at, alone });
  }
  return found;
}
