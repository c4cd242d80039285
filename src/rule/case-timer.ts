/** A timer made just before a select, for one of its cases to wait on. */
import type { GoNode } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { type Edits, insertBefore, insertFirst, spanOf, statementOf, textOf } from "./edits.ts";
import { freshName, member, qualifier, reachOf } from "./names.ts";

export interface CaseTimer {
  /** The select's statement, or the one at `at`. */
  readonly statement: GoNode;
  readonly name: string;
  /** The statement that makes it. */
  readonly make: string;
  readonly duration: GoNode;
  /** Where the name is visible. */
  readonly reach: GoNode | null;
}

/** The timer with the arguments of `call` (`time.After(d)`), made at `at` for the select. null where it cannot be named. */
export function timerFor(pkg: PackageModel, call: GoNode, select: GoNode, at: GoNode): CaseTimer | null {
  const statement = statementOf(select);
  const time = qualifier(pkg, at, "time", "NewTimer");
  const list = call.child("arguments");
  const duration = list?.items[0];
  if (!statement || !time || !list || !duration) return null;
  const name = freshName(pkg, "timer", at);
  return { statement, name, make: `${name} := ${member(time, "NewTimer")}${textOf(list)}`, duration, reach: reachOf(at) };
}

/** `timer.C` in the place of the channel that the case waits on. */
export function receiveFrom(channel: GoNode, timer: string): Edits {
  return [{ at: spanOf(channel), text: `${timer}.C` }];
}

/** The timer made before the select, received from by `channel`'s case, and stopped first in every other one. */
export function stoppedElsewhere(timer: CaseTimer, channel: GoNode, others: readonly GoNode[]): Edits[] {
  return [
    insertBefore(timer.statement, timer.make),
    receiveFrom(channel, timer.name),
    ...others.map((clause) => insertFirst(clause, `${timer.name}.Stop()`)),
  ];
}
