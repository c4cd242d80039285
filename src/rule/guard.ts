/** A mutex put around each use of a variable that several goroutines have. */
import type { GoNode } from "../go/node.ts";
import { unparen } from "../go/node.ts";
import type { Binding, PackageModel } from "../model/model.ts";
import { fix } from "./build.ts";
import { sameBinding } from "./definitions.ts";
import { type Edits, firstOnLine, insertAfter, insertBefore, insertFirst, spanOf, statementOf, textOf } from "./edits.ts";
import { goroutineOf } from "./goroutines.ts";
import { isUnderLock, joins, locksHeldAt, operandOf, startsIn } from "./held.ts";
import { freshName, member, qualifier, reachOf } from "./names.ts";
import type { Fix, ImportIntent } from "./rule.ts";
import { rootBinding, type SharedWrite } from "./shared-writes.ts";
import { climb, isConversion } from "./values.ts";

/** Locks a mutex around the uses that may meet; null where one of them is no statement of its own, or the variable is a field. */
export function guarded(pkg: PackageModel, shared: SharedWrite): Fix | null {
  const { root, place } = shared;
  if (unparen(place).kind !== "identifier" || root.kind === "receiver") return null;
  if (!sameBinding(rootBinding(pkg, shared.write.place), root)) return null; // written under another name, in a function of its own
  const uses = root.entity ? usesOfPackage(pkg, root) : root.uses.filter((u) => u.how !== "write" || u.captured).map((u) => u.node);
  const meeting = uses.filter((n) => !isHandedBack(n) && mayMeet(pkg, n, root) && !isUnderLock(pkg, n));
  const statements = [...new Set(meeting.map((n) => statementOf(n)))];
  const mutex = heldAround(pkg, uses, meeting) ?? declared(pkg, root, shared);
  if (!mutex || statements.some((s) => s === null) || meeting.some((n) => !isPlainUse(n))) return null;
  return fix({
    title: `Lock ${mutex.name} around each use of ${root.name}`,
    applicability: "unsafe",
    because: "the goroutines wait for each other there, and what is done in several statements is still not done as one",
    edits: [mutex.edits, ...(statements as GoNode[]).map((s) => around(pkg, s, mutex.name, root))],
    imports: mutex.imports,
    assumes: [...mutex.assumes, ...(statements as GoNode[])],
  });
}

interface Mutex {
  readonly name: string;
  readonly edits: Edits;
  readonly imports: readonly ImportIntent[];
  readonly assumes: readonly (GoNode | null)[];
}

function usesOfPackage(pkg: PackageModel, root: Binding): GoNode[] {
  return [...pkg.mentions(root.name)].filter((n) => {
    const meant = n.kind === "identifier" ? pkg.binding(n) : null;
    return meant?.entity != null && meant.entity === root.entity && meant.node !== n && pkg.functionOf(n) !== null;
  });
}

/** `return m`, `return &b`: nothing of its content is used. */
function isHandedBack(use: GoNode): boolean {
  let e = climb(use);
  if (e.parent?.kind === "unary_expression" && e.parent.child("operator")?.kind === "&") e = climb(e.parent);
  return e.parent?.kind === "expression_list" && e.parent.parent?.kind === "return_statement";
}

/** Another goroutine may use it then: the use stands in one, or behind the start of one that nothing waited for. */
function mayMeet(pkg: PackageModel, use: GoNode, root: Binding): boolean {
  const func = pkg.functionOf(use);
  if (!func) return false;
  if (root.entity) return func.name !== "init";
  if (func !== root.func) return true;
  if (goroutineOf(pkg, use)) return true;
  const start = use.parent?.kind === "argument_list" ? use.closest("go_statement") : null;
  if (start) return false; // handed to a goroutine
  const flow = pkg.flow(func);
  return startsIn(pkg, func).some((s) => !s.contains(use) && flow.reaches(s, use, (atom) => joins(pkg, atom)));
}

/** The mutex that other uses are guarded by already. */
function heldAround(pkg: PackageModel, uses: readonly GoNode[], meeting: readonly GoNode[]): Mutex | null {
  for (const use of uses) {
    const lock = locksHeldAt(pkg, use)[0];
    const operand = lock && operandOf(lock);
    const binding = operand?.kind === "identifier" ? pkg.binding(operand) : null;
    if (!operand || !binding || unparen((lock as GoNode).child("function") as GoNode).child("field")?.text !== "Lock") continue;
    if (meeting.every((n) => pkg.resolve(binding.name, n) === binding))
      return { name: binding.name, edits: [], imports: [], assumes: [statementOf(operand)] };
  }
  return null;
}

/** A mutex of its own, beside the variable. */
function declared(pkg: PackageModel, root: Binding, { write }: SharedWrite): Mutex | null {
  const at = root.node;
  const q = at && qualifier(pkg, root.entity ? write.at : at, "sync", "Mutex");
  if (!at || !q) return null;
  const type = member(q, "Mutex");
  if (root.entity) return besidePackageVariable(pkg, root, type, q.imports);
  const statement = root.kind === "var" ? statementOf(at) : null;
  const body = root.func?.body;
  if (!body || (root.kind === "var" && !statement)) return null;
  const reach = statement ? reachOf(statement) : body;
  const name = freshName(pkg, "mu", statement ?? body.children[0] ?? body, reach);
  const line = `var ${name} ${type}`;
  const edits = statement ? insertBefore(statement, line) : insertFirst(body, line);
  return { name, edits, imports: q.imports, assumes: [reach] };
}

function besidePackageVariable(pkg: PackageModel, root: Binding, type: string, imports: readonly ImportIntent[]): Mutex | null {
  const entity = root.entity;
  if (!entity || imports.some((i) => i.file !== entity.file.source.path)) return null;
  let name = `${root.name}Mu`;
  for (let i = 2; pkg.lookup(name).length > 0 || [...pkg.mentions(name)].length > 0; i++) name = `${root.name}Mu${i}`;
  const { path } = entity.file.source;
  const start = entity.declaration.docStart;
  return { name, edits: [{ at: { path, start, end: start }, text: `var ${name} ${type}\n\n` }], imports, assumes: [] };
}

const PLAIN = ["expression_statement", "assignment_statement", "inc_statement", "dec_statement", "short_var_declaration"] as const;

/** The use stands in a statement of its own, not in the head of another, nor in a literal in it. */
function isPlainUse(use: GoNode): boolean {
  const statement = statementOf(use);
  if (!statement?.is(...PLAIN)) return false;
  const literal = use.closest("func_literal");
  return !literal || !statement.contains(literal);
}

/** Lock and Unlock around the statement; a value that a call computes is computed before. */
function around(pkg: PackageModel, statement: GoNode, mutex: string, root: Binding): Edits {
  const { path, start, end } = spanOf(statement);
  const value = hoistable(pkg, statement, root);
  const alone = firstOnLine(statement) && statement.source.text.slice(end).search(/\S/) >= 0 && endsLine(statement);
  if (!alone) {
    return [
      { at: { path, start, end: start }, text: `${mutex}.Lock(); ` },
      { at: { path, start: end, end }, text: `; ${mutex}.Unlock()` },
    ];
  }
  const name = value && freshName(pkg, "value", statement, reachOf(statement));
  const before = insertBefore(statement, [...(value && name ? [`${name} := ${textOf(value)}`] : []), `${mutex}.Lock()`]);
  const after = insertAfter(statement, `${mutex}.Unlock()`);
  const replaced: Edits = value && name ? [{ at: spanOf(value), text: name }] : [];
  return before && after && [...before, ...replaced, ...after];
}

function endsLine(statement: GoNode): boolean {
  const { text } = statement.source;
  const newline = text.indexOf("\n", statement.end);
  const rest = text.slice(statement.end, newline < 0 ? text.length : newline).trim();
  return rest === "" || rest.startsWith("//");
}

/** The one value of an assignment, where a call computes it and it does not need the variable itself. */
function hoistable(pkg: PackageModel, statement: GoNode, root: Binding): GoNode | null {
  const values = statement.kind === "assignment_statement" ? (statement.child("right")?.items ?? []) : [];
  const [value] = values;
  if (values.length !== 1 || !value || statement.child("left")?.items.length !== 1 || statement.child("operator")?.kind !== "=")
    return null;
  if (value.find("comment", "func_literal").length > 0 || value.find("identifier").some((n) => n.text === root.name)) return null;
  const works = value.find("call_expression").some((c) => {
    const symbol = pkg.symbol(unparen(c.child("function") ?? c)) ?? "";
    return !isConversion(pkg, c) && !["len", "cap", "append", "min", "max", "make", "new"].includes(symbol);
  });
  return works && pkg.typeOf(value).kind !== "tuple" ? value : null;
}
