/** For which language versions a rule speaks. */
import { atLeast, type Version } from "../go/module.ts";
import type { Rule } from "../rule/rule.ts";

/** Literals that stand in the build line of a file that names a language version. */
const BUILD_LINES = ["//go:build go1.", "&& go1."];

/**
 * What must stand in some file of a package of that version for the rule to speak there: null when it speaks anyway, no literals when
 * it does not speak at all.
 */
export function spokenBy(rule: Rule, version: Version): readonly string[] | null {
  if (fits(rule, version)) return null;
  return rule.go?.byFile ? BUILD_LINES : [];
}

function fits(rule: Rule, version: Version): boolean {
  const { below, from } = rule.go ?? {};
  return !(below !== undefined && atLeast(version, below)) && !(from !== undefined && !atLeast(version, from));
}
