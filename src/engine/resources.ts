/** Rows of `resources:` in a configuration, as rules. */
import { type OwnAcquire, type OwnResource, parseSymbol, resourceRule, type SymbolName } from "../rule/resources/own.ts";
import type { Rule } from "../rule/rule.ts";
import type { ResourceData } from "./config-schema.ts";

/** `from` says where the row is written: ".gomend.yml". */
export function ruleOfRow(row: ResourceData, from: string): Rule {
  const own: OwnResource = {
    id: row.id,
    acquire: [row.acquire].flat().map(acquireOf),
    release: [row.release].flat(),
    holds: row.holds,
    madeBy: row["made-by"] === undefined ? undefined : [row["made-by"]].flat().map(symbol),
    fix: row.fix,
    applicability: row.applicability,
    because: row.because,
    releaseTwice: row["release-twice"],
    inMain: row["in-main"],
    tier: row.tier,
    title: row.title,
    why: row.why,
    name: row.name,
    type: row.type === undefined ? undefined : typeOf(row.type),
    from,
  };
  return resourceRule(own);
}

function acquireOf(
  entry: string | { call: string; result?: number | undefined; error?: number | undefined; ok?: number | undefined },
): OwnAcquire {
  if (typeof entry === "string") return { of: symbol(entry) };
  const { call, ...results } = entry;
  return { of: symbol(call), ...results };
}

/** The schema has refused what is none. */
function symbol(text: string): SymbolName {
  return parseSymbol(text) as SymbolName;
}

function typeOf(text: string): OwnResource["type"] {
  const pointer = text.startsWith("*");
  const at = text.lastIndexOf(".");
  return { path: text.slice(pointer ? 1 : 0, at), name: text.slice(at + 1), pointer };
}
