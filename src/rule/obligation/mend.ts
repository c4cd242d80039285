/** The fixes of a leak: a defer, a release before each way out, or a turn of its own. */
import { type GoNode, unparen } from "../../go/node.ts";
import type { Binding, PackageModel, Witness } from "../../model/model.ts";
import { type FixParts, fix } from "../build.ts";
import {
  atHeadOf,
  type Edits,
  insertAfter,
  insertBefore,
  ownerOf,
  remove,
  replace,
  spanOf,
  statementOf,
  statementsOf,
  unlabelled,
  wrapStatements,
} from "../edits.ts";
import { freshName, member, qualifier, reachOf } from "../names.ts";
import { atomAt } from "../paths.ts";
import type { Fix, ImportIntent } from "../rule.ts";
import { memberOf, underlying } from "../types.ts";
import { isConversion } from "../values.ts";
import { leavesOf, terminates } from "./exits.ts";
import { countedExits, type Leak } from "./leak.ts";
import { deferLines, releaseLines, releaseText, subjectOf } from "./row.ts";
import { comesOtherwise, explicitReleases, isPlainRelease, mayBeAnothers, withoutInnerDefers, withoutThoseAtTheEnd } from "./standing.ts";
import { usedBeyondBlock } from "./turns.ts";

/** What the rule knows and the engine cannot: a reason why a release at the end would be wrong. */
export interface MendOptions {
  /** Why the fix is not safe, null when it is. */
  readonly doubt: string | null;
}

/** The fixes that suit the leak, the default first. */
export function mend(leak: Leak, options: MendOptions = { doubt: null }): (Fix | null)[] {
  const held = named(leak);
  if (!held) return [];
  if (leak.kind === "overwritten") return [];
  if (leak.inLoop) return [beforeEachWayOut(leak, held, options), ownTurn(leak, held)];
  if (leak.handedOver) return [beforeLeakingExits(leak, held, options)];
  return [besideOthers(leak, held, options) ?? deferred(leak, held, options, leak.row.harmlessTwice ? [] : withoutOld(leak))];
}

/** More exits than a person wants to see a Close before. */
const FEW = 3;

/**
 * Where plain Closes stand already: one that is deferred, in their place where they end the function; else one more before the few exits that
 * lack it. They stand where they stand for a reason: the file is renamed below, or `select {}` follows.
 */
function besideOthers(leak: Leak, held: Held, options: MendOptions): Fix | null {
  const explicit = explicitReleases(leak);
  if (
    !leak.row.harmlessTwice ||
    !leak.row.text.endsWith(".Close()") ||
    explicit.length === 0 ||
    held.hoisted ||
    mayBeAnothers(leak, explicit)
  )
    return null;
  const gone = withoutThoseAtTheEnd(leak, explicit);
  if (gone) return deferred(leak, held, options, gone);
  if (!explicit.every((r) => isPlainRelease(leak, r)) || (leakingReturns(leak)?.length ?? FEW + 1) > FEW) return null;
  return beforeLeakingExits(leak, held, options);
}

/** The holder's name as the fix writes it, with the edits that give it one. */
interface Held {
  readonly name: string;
  readonly edits: readonly Edits[];
  readonly imports: readonly ImportIntent[];
  /** The block in which a fresh name is visible. */
  readonly reach: GoNode | null;
  /** The statement that acquires. */
  readonly statement: GoNode;
  /** The edits acquire it before the statement, and defer its release there. */
  readonly hoisted: boolean;
}

/** The name of the holder; a fresh one in the place of `_`, or for a value that is used on the spot. null where none can be given. */
function named(leak: Leak): Held | null {
  const { pkg, row, acquire, call, slot, holder } = leak;
  const statement = statementOf(call);
  if (!statement || !atHeadOf(statement, call)) return null;
  const plain = { edits: [], imports: [], reach: null, statement, hoisted: false };
  if (holder) return isAssignment(unlabelled(statement)) && canRelease(leak, holder) ? { ...plain, name: holder.name } : null;
  const reach = ownerOf(statement);
  const name = freshName(pkg, acquire.name ?? row.name, statement, reach);
  if (slot) {
    if (!isAssignment(unlabelled(statement))) return null;
    const renamed = replace(slot, name);
    if (unlabelled(statement)?.kind !== "assignment_statement") return { ...plain, name, edits: [renamed], reach };
    const declare = declares(leak, statement);
    if (declare) return { ...plain, name, edits: [renamed, declare], reach };
    const type = acquire.type ?? row.type;
    const q = qualifier(pkg, statement, type.path, type.name);
    if (!q) return null;
    const declared = `var ${name} ${type.pointer ? "*" : ""}${member(q, type.name)}`;
    return { ...plain, name, edits: [renamed, insertBefore(statement, declared)], imports: q.imports, reach };
  }
  const plainly = unlabelled(statement);
  if (plainly?.kind === "expression_statement" && plainly.items[0] && unparen(plainly.items[0]) === leak.part) {
    if (acquire.error !== undefined || acquire.result > 0) return null; // the other results would need names too
    const { path, start } = spanOf(call);
    return { ...plain, name, edits: [[{ at: { path, start, end: start }, text: `${name} := ` }]], reach };
  }
  return { ...plain, name, edits: [hoisted(leak, name)], reach, hoisted: true };
}

/** False where the holder is declared with a type that does not know the release: `var r io.Reader`, `var v any`. */
function canRelease({ pkg, row, slot }: Leak, holder: Binding): boolean {
  const [, member] = /^\{\}\.(\w+)\b/.exec(row.text) ?? [];
  if (!member || !holder.node || holder.node === slot) return true;
  const type = pkg.typeOf(holder.node);
  return underlying(pkg, type).kind !== "interface" || memberOf(pkg, type, member) !== null;
}

/** `ctx, _ = ` can become `ctx, cancel := ` where the others on the left are declared in the same block: then it declares `cancel` alone. */
function declares({ pkg, func, slot }: Leak, statement: GoNode): Edits {
  const plain = unlabelled(statement);
  const operator = plain?.kind === "assignment_statement" ? plain.child("operator") : null;
  const owner = ownerOf(statement);
  if (!plain || operator?.kind !== "=" || !owner) return null;
  const here = (plain.child("left")?.items ?? []).every((n) => {
    if (n === slot || n.text === "_") return true;
    const binding = n.kind === "identifier" ? pkg.binding(n) : null;
    if (!binding?.node || binding.func !== func) return false;
    return binding.kind === "var"
      ? reachOf(binding.node) === owner && statementOf(binding.node)?.start === declarationOf(binding.node)?.start
      : owner === func.body;
  });
  return here ? replace(operator, ":=") : null;
}

/** The statement that declares the name, when it is no header of another one. */
function declarationOf(name: GoNode): GoNode | null {
  return name.closest("short_var_declaration", "var_declaration");
}

function isAssignment(statement: GoNode | null): boolean {
  return statement?.is("short_var_declaration", "assignment_statement", "var_declaration") ?? false;
}

/** `name := call` before the statement, and the name in the call's place. */
function hoisted(leak: Leak, name: string): Edits {
  const statement = statementOf(leak.call);
  const before = statement && insertBefore(statement, [`${name} := ${leak.call.text}`, ...deferLines(leak.row, leak.acquire, name)]);
  const used = replace(leak.call, name);
  return before && used && [...before, ...used];
}

/** Why a value that is computed before its statement may come too early; null when nothing beside it has effects. */
export function orderDoubt(pkg: PackageModel, call: GoNode, statement: GoNode): string | null {
  const own = call.child("arguments");
  const others = (statement.kind === "select_statement" ? statement.items.map((c) => c.child("communication")) : [statement]).flatMap(
    (c) =>
      c
        ? c
            .find("call_expression")
            .filter(
              (o) => !o.contains(call) && !own?.contains(o) && o.closest("func_literal", "block") === call.closest("func_literal", "block"),
            )
        : [],
  );
  const effects = others.some((o) => unparen(o.child("function") as GoNode).child("field")?.text !== "Done" && !isQuiet(pkg, o));
  return effects ? "it is made before the other calls of this statement are" : null;
}

/** A conversion, a length, or a function of C, none of which changes what a variable of Go holds. */
function isQuiet(pkg: PackageModel, call: GoNode): boolean {
  const symbol = pkg.symbol(unparen(call.child("function") as GoNode)) ?? "";
  return symbol === "len" || symbol === "cap" || symbol.startsWith("C.") || isConversion(pkg, call);
}

// ---------------------------------------------------------------- at the end of the function

/** `old` takes out the releases that go for it. */
function deferred(leak: Leak, held: Held, { doubt }: MendOptions, old: readonly Edits[]): Fix | null {
  const { row, acquire } = leak;
  const anchor = held.hoisted ? null : afterCheck(leak, held.statement);
  if (!held.hoisted && !anchor) return null;
  return fix({
    title: `${row.words.verb} ${subjectOf(row, held.name)} when the function returns`,
    ...because(doubt ?? (held.hoisted ? orderDoubt(leak.pkg, leak.call, held.statement) : null)),
    edits: [
      ...held.edits,
      ...(anchor ? [insertAfter(anchor, deferLines(row, acquire, held.name))] : []),
      ...old,
      ...(row.harmlessTwice ? withoutInnerDefers(leak) : []),
    ],
    imports: held.imports,
    assumes: [held.reach, held.statement],
  });
}

/** The acquiring statement, or the check of its error that follows: the release goes below it. */
function afterCheck(leak: Leak, statement: GoNode): GoNode | null {
  if (leak.acquire.error === undefined) return statement;
  const siblings = statement.parent?.items ?? [];
  const next = siblings[siblings.indexOf(statement) + 1];
  const { error } = leak;
  if (!error) return null;
  if (next && isAssertion(leak, next)) return next;
  const checks = next?.kind === "if_statement" && next.child("condition")?.text === `${error.name} != nil`;
  const consequence = next?.child("consequence");
  return checks && consequence && (terminates(consequence) || neverReturns(leak, consequence)) ? next : null;
}

/** The block ends in a call that does not come back: `t.Fatal(err)`. */
function neverReturns({ pkg }: Leak, block: GoNode): boolean {
  const last = statementsOf(block).at(-1);
  const call = last?.kind === "expression_statement" ? last.items[0] : null;
  return call?.kind === "call_expression" && pkg.noReturn(call) !== null;
}

/** `require.NoError(t, err)` */
function isAssertion({ pkg, error }: Leak, statement: GoNode): boolean {
  const call = statement.kind === "expression_statement" ? statement.items[0] : null;
  if (call?.kind !== "call_expression" || !error) return false;
  const symbol = pkg.symbol(call.child("function") as GoNode) ?? "";
  const names = call.child("arguments")?.items.some((arg) => arg.kind === "identifier" && pkg.binding(arg) === error);
  return (
    names === true &&
    /^(github\.com\/stretchr\/testify\/require\.(NoErrorf?|Nilf?)|gotest\.tools(\/v3)?\/assert\.(NilError|NoError))$/.test(symbol)
  );
}

/** The releases that stand on their own already: twice would be wrong. */
function withoutOld(leak: Leak): Edits[] {
  return leak.events.released.map((r) => {
    const statement = statementOf(r);
    return statement?.kind === "expression_statement" && unparen(statement.items[0] ?? statement) === r ? remove(statement) : null;
  });
}

function because(doubt: string | null): Pick<FixParts, "applicability" | "because"> {
  return doubt === null ? { applicability: "safe" } : { applicability: "unsafe", because: doubt };
}

// ---------------------------------------------------------------- on some ways out

/** A release before each exit on which it leaks: on the others somebody else has it. */
function beforeLeakingExits(leak: Leak, held: Held, { doubt }: MendOptions): Fix | null {
  const exits = leakingReturns(leak);
  if (exits === null || exits.some((e) => comesOtherwise(leak, e))) return null;
  const lines = releaseLines(leak.row, leak.acquire, held.name);
  return fix({
    title: `${leak.row.words.verb} ${subjectOf(leak.row, held.name)} before ${exits.length === 1 ? "this return" : "each return that keeps it"}`,
    ...because(doubt),
    edits: [...held.edits, ...exits.map((e) => (readsHolder(leak, e) ? null : insertBefore(statementOf(e) ?? e, lines)))],
    imports: held.imports,
    assumes: [held.reach, held.statement],
  });
}

/** The return statements at which it leaks; null when it leaks at the closing brace too, or there are more than a person would read. */
export function leakingReturns(leak: Leak): GoNode[] | null {
  const flow = leak.pkg.flow(leak.func);
  const found: GoNode[] = [];
  const stop = (atom: GoNode): boolean => leak.stop(atom) || found.some((f) => atom.contains(f));
  for (
    let w: Witness | null = leak.witness;
    w;
    w = flow.escape(leak.call, { stop, facts: leak.facts, exits: countedExits(leak.func, leak.row) })
  ) {
    if ((w.exit !== "return" && w.exit !== "goexit") || found.length >= 20) return null;
    found.push(w.at);
  }
  return found;
}

/** True when what is returned is computed with the holder, or with what was acquired beside it: a release before would come too early. */
function readsHolder(leak: Leak, exit: GoNode): boolean {
  if (exit.find("func_literal").length > 0) return true;
  const results = leak.slot?.parent?.kind === "expression_list" ? leak.slot.parent.items : [];
  const beside = results.filter((n, i) => n === leak.slot || i !== leak.acquire.error).map((n) => n.text);
  const readable = (i: GoNode): boolean =>
    i.parent?.kind === "selector_expression" && (leak.row.readable?.includes(i.parent.child("field")?.text ?? "") ?? false);
  return exit.find("identifier").some((i) => (beside.includes(i.text) || i.text === leak.holder?.name) && !readable(i));
}

// ---------------------------------------------------------------- in loops

/** A release before each way out of the block that acquires in every turn. */
function beforeEachWayOut(leak: Leak, held: Held, { doubt }: MendOptions): Fix | null {
  if (held.hoisted) return null;
  const region = ownerOf(held.statement);
  if (!region || !leak.func.body || region === leak.func.body) return null;
  if (usedBeyondBlock(leak)) return null; // it is not the block's own
  if (leak.acquire.error !== undefined && !afterCheck(leak, held.statement)) return null; // the end of the turn may be one on which there is nothing
  const ways = leavesOf(region, held.statement);
  if (ways === null) return null;
  const flow = leak.pkg.flow(leak.func);
  const lines = releaseLines(leak.row, leak.acquire, held.name);
  const unwinds = leak.row.exits?.includes("goexit") ? unwindsIn(leak.pkg, region, held.statement) : [];
  const acquires = atomAt(flow, leak.call);
  // what the next turn acquires is that turn's own
  const open = [...ways, ...unwinds].filter((w) => flow.reaches(leak.call, w, (atom) => atom === acquires || leak.stop(atom), leak.facts));
  if (open.some((w) => !w.is("break_statement", "continue_statement") && readsHolder(leak, w))) return null;
  const edits: Edits[] = open.map((w) => insertBefore(statementOf(w) ?? w, lines));
  const last = statementsOf(region).at(-1);
  if (last && !terminates(region) && !leak.stop(last)) {
    if (!leak.row.harmlessTwice && leak.events.released.length > 0) return null;
    edits.push(insertAfter(last, lines));
  }
  return fix({
    title: `${leak.row.words.verb} ${subjectOf(leak.row, held.name)} on each way out of the turn`,
    applicability: "unsafe",
    because: doubt ?? "a panic in the turn leaves it open, and so would a way out that is added later",
    edits: [...held.edits, ...edits],
    imports: held.imports,
    assumes: [held.reach, region],
  });
}

/** Calls behind `after` in the region that end the goroutine: `t.Fatal(err)`. What is deferred runs, what is open stays open. */
export function unwindsIn(pkg: PackageModel, region: GoNode, after: GoNode): GoNode[] {
  const found: GoNode[] = [];
  region.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind === "call_expression" && n.start >= after.end && pkg.noReturn(n) === "goexit") found.push(n);
  });
  return found;
}

/** The rest of the turn in a function literal, with a defer. Only where nothing in it leaves the turn. */
function ownTurn(leak: Leak, held: Held): Fix | null {
  const region = ownerOf(held.statement);
  if (held.hoisted || !region || region.parent?.kind !== "for_statement" || held.statement.kind === "labeled_statement") return null;
  const rest = statementsOf(region);
  const from = rest.indexOf(held.statement);
  const last = rest.at(-1);
  if (!last || from < 0 || (leak.holder?.node && leak.holder.node !== leak.slot)) return null;
  const inside = rest.slice(from);
  if (leavesOf(region, held.statement)?.length !== 0) return null;
  if (inside.some((s) => s.find("labeled_statement", "goto_statement").length > 0)) return null;
  const anchor = afterCheck(leak, held.statement);
  if (!anchor) return null;
  const text = releaseText(leak.row, leak.acquire, held.name);
  return fix({
    title: `Put the turn into a function literal that ends with ${text}`,
    applicability: "unsafe",
    because: "the rest of the turn becomes a function of its own: for recover, for defers in it, and in stack traces",
    edits: [
      ...held.edits,
      insertAfter(
        anchor,
        deferLines(leak.row, leak.acquire, held.name).map((l) => `\t${l}`),
      ),
      ...(leak.row.harmlessTwice ? [] : withoutOld(leak)),
      wrapStatements(held.statement, last, "func() {", "}()"),
    ],
    imports: held.imports,
    assumes: [region],
  });
}
