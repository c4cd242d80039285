/** Hidden marks in comments, by which a later run knows its own. */

/** What a comment of ours is about. */
export type Mark =
  | { readonly kind: "finding" | "fixed" | "back"; readonly fingerprint: string }
  /** The one comment that sums up. */
  | { readonly kind: "summary" };

const PATTERN = /<!-- gomend (?:(summary)|(finding|fixed|back) ([0-9a-f]{16})) -->\s*$/;

export function marker(mark: Mark): string {
  return mark.kind === "summary" ? "<!-- gomend summary -->" : `<!-- gomend ${mark.kind} ${mark.fingerprint} -->`;
}

/** The mark at the end of a comment; null for one that has none. Whether the comment is ours, its author tells. */
export function markIn(body: string): Mark | null {
  const [, summary, kind, fingerprint] = PATTERN.exec(body) ?? [];
  if (summary) return { kind: "summary" };
  if (!kind || !fingerprint) return null;
  return { kind: kind as "finding" | "fixed" | "back", fingerprint };
}
