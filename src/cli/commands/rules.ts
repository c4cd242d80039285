/** `gomend rules`: the table of rules. */
import pc from "picocolors";
import type { Rule } from "../../rule/rule.ts";
import { wantsColor } from "../color.ts";
import { knownRules } from "../known.ts";
import { columns } from "../tables.ts";
import { ruleData } from "./rule.ts";

export async function rules(format: string, allowPlugins: boolean): Promise<number> {
  const all = await knownRules(allowPlugins);
  if (format === "json") {
    process.stdout.write(`${JSON.stringify(all.map(ruleData), null, 2)}\n`);
    return 0;
  }
  const color = pc.createColors(wantsColor(process.stdout));
  const head = ["rule", "family", "tier", "go", "finds"].map(color.bold);
  const rows = all.map((r) => [r.id, r.family, r.tier, goRange(r), r.title]);
  process.stdout.write(columns([head, ...rows]));
  return 0;
}

/** "all", "<1.23", ">=1.21", ">=1.21 <1.23". */
export function goRange({ go }: Rule): string {
  return (
    [go?.from === undefined ? "" : `>=${go.from}`, go?.below === undefined ? "" : `<${go.below}`].filter((s) => s !== "").join(" ") || "all"
  );
}
