/** Statements that leave a block, by syntax. */
import type { GoNode } from "../../go/node.ts";
import { statementsOf, unlabelled } from "../edits.ts";

/**
 * Returns, breaks, continues and gotos behind `after` in `region` (a block or clause) that lead out of it, function literals left aside.
 * null when a jump's target cannot be told.
 */
export function leavesOf(region: GoNode, after: GoNode): GoNode[] | null {
  const ways: GoNode[] = [];
  let odd = false;
  region.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.end <= after.end) return;
    switch (n.kind) {
      case "return_statement":
        ways.push(n);
        return;
      case "goto_statement":
        odd = true;
        return;
      case "break_statement":
      case "continue_statement": {
        const target = targetOf(n);
        if (!target) odd = true;
        else if (!region.contains(target) || target === region) ways.push(n);
      }
    }
  });
  return odd ? null : ways;
}

const LOOPS = ["for_statement"] as const;
const BREAKABLE = ["for_statement", "expression_switch_statement", "type_switch_statement", "select_statement"] as const;

/** The statement that a break or continue leaves or repeats. */
export function targetOf(jump: GoNode): GoNode | null {
  const label = jump.items[0]?.text;
  const kinds = jump.kind === "continue_statement" ? LOOPS : BREAKABLE;
  for (let n = jump.closest(...kinds, "func_literal"); n && n.kind !== "func_literal"; n = n.closest(...kinds, "func_literal")) {
    if (label === undefined) return n;
    if (n.parent?.kind === "labeled_statement" && n.parent.child("label")?.text === label) return n;
  }
  return null;
}

/** True when the end of the block or clause is never reached: its last statement returns, jumps away or panics. */
export function terminates(owner: GoNode): boolean {
  const last = unlabelled(statementsOf(owner).at(-1) ?? owner);
  return last !== null && last !== owner && statementTerminates(last);
}

/** Go's terminating statements, and break, continue and goto with them. */
function statementTerminates(s: GoNode): boolean {
  switch (s.kind) {
    case "return_statement":
    case "goto_statement":
    case "break_statement":
    case "continue_statement":
    case "fallthrough_statement":
      return true;
    case "expression_statement":
      return s.items[0]?.kind === "call_expression" && s.items[0].child("function")?.text === "panic";
    case "block":
      return terminates(s);
    case "if_statement": {
      const otherwise = s.child("alternative");
      if (!otherwise) return false;
      const then = s.child("consequence");
      const both = otherwise.kind === "block" ? terminates(otherwise) : statementTerminates(otherwise);
      return both && then !== null && terminates(then);
    }
    case "for_statement":
      return s.items.length === 1 && !hasBreakTo(s);
    case "expression_switch_statement":
    case "type_switch_statement":
      return s.items.some((c) => c.kind === "default_case") && clausesTerminate(s);
    case "select_statement":
      return clausesTerminate(s);
    default:
      return false;
  }
}

function clausesTerminate(s: GoNode): boolean {
  const clauses = s.items.filter((c) => c.is("expression_case", "type_case", "communication_case", "default_case"));
  return clauses.every(terminates) && !hasBreakTo(s);
}

function hasBreakTo(s: GoNode): boolean {
  return s.find("break_statement").some((b) => targetOf(b) === s);
}
