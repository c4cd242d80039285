/** What a function returns when it gives up, and the select case in which it does. */
import type { GoNode } from "../go/node.ts";
import type { FuncModel, PackageModel, Param, Type } from "../model/model.ts";
import type { ContextInScope } from "./cancellation.ts";
import { sameBinding } from "./definitions.ts";
import { type Edits, indentOf, statementsOf, textOf, unlabelled } from "./edits.ts";
import { isNamed, underlying } from "./types.ts";

/**
 * The statements with which `func` leaves at `at`: `return nil, ctx.Err()`. `reason` is the expression of the error, null when there is none
 * to tell (a done channel): then a function with an error result gives null. Zero values for the other results; functions whose
 * own returns are naked get `err = ctx.Err()` and `return`. null when a result's zero value cannot be told or written at `at`.
 */
export function giveUp(pkg: PackageModel, func: FuncModel, at: GoNode, reason: string | null): readonly string[] | null {
  const { results } = func;
  if (results.length === 0) return ["return"];
  const failing = results.filter((r) => isNamed(pkg.typeAt(r.type), "error")).at(-1) ?? null;
  if (failing && reason === null) return null;
  if (returnsNaked(func) && results.every((r) => r.binding !== null && pkg.resolve(r.binding.name, at) === r.binding)) {
    return failing ? [`${failing.name} = ${reason}`, "return"] : ["return"];
  }
  const values: string[] = [];
  for (const result of results) {
    const value = result === failing ? reason : zeroValue(pkg, result, at);
    if (value === null) return null;
    values.push(value);
  }
  return [`return ${values.join(", ")}`];
}

/** How the function around a wait leaves it when the context is done. */
export interface Leaving {
  readonly lines: readonly string[];
  /** display where the statements are a sketch, or the context is a field. */
  readonly applicability: "unsafe" | "display";
  readonly because: string;
  /** What the statements rely on. */
  readonly assumes: readonly (GoNode | null)[];
}

export function leaving(pkg: PackageModel, at: GoNode, context: ContextInScope): Leaving {
  const func = pkg.functionOf(at);
  const lines = func && giveUp(pkg, func, at, `${context.text}.Err()`);
  const assumes = func ? [func.node.child("result"), context.binding.node] : [];
  if (!lines) {
    const because = "what this function returns when it gives up cannot be told from here";
    return { lines: ["return // with what says that the work was given up"], applicability: "display", because, assumes };
  }
  if (context.via === "field")
    return {
      lines,
      applicability: "display",
      because: `whether ${context.text} covers this wait is known to the type's author only`,
      assumes,
    };
  return {
    lines,
    applicability: "unsafe",
    because: "the function gives up where it used to wait on; its callers must expect that",
    assumes,
  };
}

/** Named results, and a return of its own without values. */
function returnsNaked(func: FuncModel): boolean {
  if (func.results[0]?.name == null || !func.body) return false;
  let naked = false;
  let explicit = false;
  func.body.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind !== "return_statement") return;
    if (n.items.length > 0) explicit = true;
    else naked = true;
  });
  return naked && !explicit;
}

/** The zero value of a result as it can be written at `at`; null when its type is not known, or its name means something else there. */
export function zeroValue(pkg: PackageModel, result: Param, at: GoNode): string | null {
  const type = pkg.typeAt(result.type);
  if (type.kind === "typeparam") {
    if (result.binding && pkg.resolve(result.binding.name, at) === result.binding) return result.binding.name;
    if (!meansTheSame(pkg, result.type, at) || pkg.resolve("new", at)?.kind !== "builtin") return null;
    return `*new(${textOf(result.type)})`;
  }
  const under = underlying(pkg, type);
  switch (under.kind) {
    case "pointer":
    case "slice":
    case "map":
    case "chan":
    case "func":
    case "interface":
      return "nil";
    case "basic":
      return zeroOfBasic(under);
    case "struct":
    case "array":
      return meansTheSame(pkg, result.type, at) ? `${textOf(result.type)}{}` : null;
    default:
      return null;
  }
}

function zeroOfBasic(type: Type & { kind: "basic" }): string | null {
  if (type.name === "string") return '""';
  if (type.name === "bool") return "false";
  if (type.name === "unsafe.Pointer") return "nil";
  return NUMBERS.has(type.name) ? "0" : null;
}

const NUMBERS = new Set(
  "int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr float32 float64 complex64 complex128 byte rune".split(" "),
);

/** Do the names in a type node mean at `at` what they mean where it stands? */
export function meansTheSame(pkg: PackageModel, type: GoNode, at: GoNode): boolean {
  let same = true;
  type.walk((n) => {
    if (n.kind === "field_declaration_list") return false;
    if (n.kind === "qualified_type") {
      const name = n.child("package");
      if (name && !sameBinding(pkg.binding(name), pkg.resolve(name.text, at))) same = false;
      return false;
    }
    if (n.is("type_identifier", "identifier", "package_identifier") && !sameBinding(pkg.binding(n), pkg.resolve(n.text, at))) same = false;
  });
  return same;
}

/**
 * Puts a case at the end of a select, behind the comments that stand there. `head` without `case` and colon. null where the last case ends in a
 * label: a brace may follow that, a case may not.
 */
export function addCase(select: GoNode, head: string, body: readonly string[]): Edits {
  const closer = select.children[select.children.length - 1];
  if (closer?.kind !== "}" || endsInLabel(select)) return null;
  const { path, text } = select.source;
  const line = text.lastIndexOf("\n", closer.start - 1) + 1;
  const before = text.slice(line, closer.start);
  const own = before.trim() === "";
  const indent = own ? before : indentOf(select);
  const lines = [`case ${head}:`, ...body.map((l) => `\t${l}`)].map((l) => indent + l).join("\n");
  if (own) return [{ at: { path, start: line, end: line }, text: `${lines}\n` }];
  let start = closer.start;
  while (text[start - 1] === " " || text[start - 1] === "\t") start--;
  return [{ at: { path, start, end: closer.start }, text: `\n${lines}\n${indent}` }];
}

function endsInLabel(select: GoNode): boolean {
  const clause = select.items.filter((c) => c.is("communication_case", "default_case")).at(-1);
  const last = clause && statementsOf(clause).at(-1);
  return last !== undefined && unlabelled(last) === null;
}
