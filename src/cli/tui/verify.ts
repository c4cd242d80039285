/** `v`: does what is accepted build? */
import type { Run } from "../../engine/run.ts";
import { count } from "../../report/view.ts";
import { verifyChoice } from "../verify.ts";
import { chosen } from "./choose.ts";
import type { Item } from "./core/item.ts";
import type { Decision } from "./core/state.ts";
import { placeOf } from "./summary.ts";

export interface Verdict {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Throws `UsageError` where there is no Go, and on the signal. Nothing is written. */
export async function verifyAccepted(
  run: Run,
  items: readonly Item[],
  decisions: ReadonlyMap<string, Decision>,
  tell: { readonly onProgress: (doing: string) => void; readonly signal: AbortSignal },
): Promise<Verdict> {
  const { culprits, packages } = await verifyChoice(run, chosen(items, decisions).choose, "build", tell);
  const fine = packages.filter((p) => p.status === "fine").length;
  const doubts = packages.filter((p) => p.status !== "fine");
  const byFinding = new Map(items.map((item) => [item.finding, item]));
  const lines = culprits.flatMap(({ finding, fix, words }) => {
    const item = byFinding.get(finding);
    return [`${item ? placeOf(item) : finding.at.path} ${finding.rule}: ${fix.title}`, `  ${words}`];
  });
  for (const p of doubts) lines.push(`${p.dir}: ${p.status === "broken" ? "did not build before either" : "not known"}: ${p.words}`);
  const title =
    culprits.length > 0
      ? `${count(culprits.length, "accepted fix", "accepted fixes")} would not build`
      : `What is accepted builds: ${count(fine, "package")}`;
  return { title, lines };
}
