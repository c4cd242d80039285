/**
 * Fingerprints: what stays the same about a finding when the code around it moves. Made of the rule, the path, the declaration
 * around it and its own text without regard to white space; equal ones are told apart by their order.
 */
import { createHash } from "node:crypto";
import type { Declaration } from "../go/outline.ts";
import type { Finding } from "../rule/rule.ts";

/** "Server.run", "run", "type Options", "" above all declarations. `declarations` are sorted and disjoint. */
export function declarationAt(declarations: readonly Declaration[], offset: number): string {
  let low = 0;
  let high = declarations.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const d = declarations[middle] as Declaration;
    if (offset < d.start) high = middle - 1;
    else if (offset >= d.end) low = middle + 1;
    else {
      const name = d.names[0] ?? "";
      if (d.kind === "method") return `${d.receiver ?? ""}.${name}`;
      return d.kind === "func" ? name : `${d.kind} ${name}`;
    }
  }
  return "";
}

/** 16 hexadecimal digits for each finding. The findings are sorted; `declarationOf` as `declarationAt` says it. */
export function fingerprints(
  findings: readonly Finding[],
  declarationOf: (finding: Finding) => string,
  textOf: (path: string) => string,
): Map<Finding, string> {
  const seen = new Map<string, number>();
  const result = new Map<Finding, string>();
  for (const finding of findings) {
    const { path, start, end } = finding.at;
    const key = [finding.rule, path, declarationOf(finding), normalised(textOf(path).slice(start, end))].join("\0");
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    result.set(finding, createHash("sha256").update(`${key}\0${ordinal}`).digest("hex").slice(0, 16));
  }
  return result;
}

function normalised(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
