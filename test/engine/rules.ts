/** Rules for tests of the engine: small, and as bad as a test needs them. */
import { defineRule, type Finding, type Fix, type Rule } from "../../src/rule/rule.ts";

/** Finds every call of `name` in functions; `fixes` makes the alternatives for the call's place. */
export function callRule(
  id: string,
  name: string,
  fixes: (at: { path: string; start: number; end: number }, text: string) => readonly Fix[],
  more: Partial<Rule> = {},
): Rule {
  return defineRule({
    id,
    family: "timers",
    title: `calls ${name}`,
    why: "It is a test.",
    fixSafety: "Always safe.",
    since: "0.1.0",
    tier: "recommended",
    triggers: [`${name}(`],
    *check(pkg): Iterable<Finding> {
      for (const call of pkg.nodes("call_expression")) {
        if (call.child("function")?.text !== name) continue;
        const at = { path: call.source.path, start: call.start, end: call.end };
        yield { rule: id, at, message: `${name} is called`, confidence: "proven", fixes: fixes(at, call.source.text) };
      }
    },
    ...more,
  });
}

/** Replaces the call's text. */
export function replace(text: string, more: Partial<Fix> = {}): (at: { path: string; start: number; end: number }) => Fix[] {
  return (at) => [{ title: `Write ${text}`, applicability: "safe", edits: [{ at, text }], ...more }];
}
