/** `gomend rule <id>`: the page of one rule. */
import pc from "picocolors";
import { didYouMean } from "../../engine/selection.ts";
import type { Rule } from "../../rule/rule.ts";
import { wrap } from "../../text/sanitize.ts";
import { wantsColor } from "../color.ts";
import { complain } from "../fail.ts";
import { knownRules } from "../known.ts";

export async function rule(id: string, format: string, allowPlugins: boolean): Promise<number> {
  const rules = await knownRules(allowPlugins);
  const found = rules.find((r) => r.id === id);
  if (!found) {
    const ids = rules.map((r) => r.id);
    return complain(`there is no rule "${id}"${didYouMean(id, ids) || ";"} "gomend rules" lists all`);
  }
  process.stdout.write(format === "json" ? `${JSON.stringify(ruleData(found), null, 2)}\n` : page(found));
  return 0;
}

/** A rule as data: all that it says about itself. */
export function ruleData({ check: _, handsOut: __, mayHold: ___, ...rule }: Rule): Omit<Rule, "check" | "handsOut" | "mayHold"> {
  return rule;
}

const TIERS = {
  recommended: "on by default",
  pedantic: "pedantic: off unless selected",
  harden: "harden: off unless selected; it adds something",
};

function page(rule: Rule): string {
  const color = pc.createColors(wantsColor(process.stdout));
  const width = Math.min(process.stdout.columns ?? 80, 100);
  const from = rule.go?.from;
  const below = rule.go?.below;
  const spoken = from && below ? `from ${from}, below ${below}` : from ? `from ${from}` : below ? `below ${below}` : "all";
  const section = (title: string, lines: readonly string[]): string[] => [
    "",
    color.bold(title),
    ...lines.flatMap((l) => wrap(l, width - 2).map((w) => `  ${w}`)),
  ];
  return `${[
    `${color.bold(color.cyan(rule.id))}  ${rule.title}`,
    color.dim(`${rule.family}, ${TIERS[rule.tier]}, Go ${spoken}${rule.since === "" ? "" : `, since gomend ${rule.since}`}`),
    ...section("Why", [rule.why]),
    ...section("Fix safety", [rule.fixSafety]),
    ...(rule.silent ? section("Silent", [rule.silent]) : []),
    ...(rule.options
      ? section(
          "Options",
          Object.entries(rule.options).map(([name, text]) => `${name}: ${text}`),
        )
      : []),
    ...(rule.sources?.length ? section("Sources", rule.sources) : []),
    ...section("Suppress", [`//gomend:ignore ${rule.id} // reason`]),
  ].join("\n")}\n`;
}
