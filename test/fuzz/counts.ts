/** What a process of the long run counts. */

/** What the progress file holds, as numbers of eight bytes. */
export const COUNTS = ["at", "done", "bytes", "parses", "deep", "findings", "refused", "changes", "written", "violations"] as const;
export type Counts = Record<(typeof COUNTS)[number], number>;
