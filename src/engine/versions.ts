/** Language versions as rules name them. */
import type { Version } from "../go/module.ts";
import type { Rule } from "../rule/rule.ts";

/** "1.22", "1.22.3", "go1.22" as a version; null for anything else. */
export function versionOf(text: string): Version | null {
  const match = /^(?:go)?(\d+)\.(\d+)(?:\.\d+|rc\d+|beta\d+)?$/.exec(text.trim());
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : null;
}

export function isBelow(version: Version, limit: Version): boolean {
  return version.major - limit.major < 0 || (version.major === limit.major && version.minor < limit.minor);
}

/** Whether the rule speaks for the version. */
export function fits(rule: Rule, version: Version): boolean {
  const below = rule.go?.below === undefined ? null : versionOf(rule.go.below);
  const from = rule.go?.from === undefined ? null : versionOf(rule.go.from);
  return !(below && !isBelow(version, below)) && !(from && isBelow(version, from));
}
