/** Files that are written to: an error of their Close tells that data was lost, so it goes into the function's error. */
import type { GoNode } from "../../go/node.ts";
import type { FuncModel, PackageModel } from "../../model/model.ts";
import { fix } from "../build.ts";
import { type Edits, insertAfter, ownerOf, replace, statementOf, statementsOf, unlabelled } from "../edits.ts";
import { freshName } from "../names.ts";
import type { Leak } from "../obligation.ts";
import type { Fix } from "../rule.ts";
import { isNamed } from "../types.ts";
import { isErrorCheck } from "./check.ts";

const WRITERS: ReadonlySet<string> = new Set(["os.Create", "os.CreateTemp", "os.Root.Create", "io/ioutil.TempFile"]);

/** Is what was opened written to? With flags that cannot be told it may be. */
export function opensForWriting({ acquire, call }: Leak): boolean {
  if (WRITERS.has(acquire.symbol)) return true;
  if (acquire.symbol !== "os.OpenFile" && acquire.symbol !== "os.Root.OpenFile") return false;
  const flags = call.child("arguments")?.items[1];
  return flags !== undefined && !/^(\w+\.)?O_RDONLY$|^0$/.test(flags.text);
}

/** A deferred literal that closes the file and gives the error to the function's result. null where the function has none, or its name is hidden. */
export function closeIntoResult(leak: Leak): Fix | null {
  const { pkg, func, holder, call, error, slot, events } = leak;
  const statement = statementOf(call);
  if (!holder || !error || !slot || !statement || leak.inLoop || leak.handedOver || leak.kind !== "path") return null;
  if (!unlabelled(statement)?.is("short_var_declaration", "assignment_statement", "var_declaration")) return null;
  if (events.written.some((n) => n !== slot)) return null; // the literal would close another file
  const siblings = statement.parent?.items ?? [];
  const check = siblings[siblings.indexOf(statement) + 1];
  if (!check || !isErrorCheck(pkg, check, error)) return null;
  const result = namedResult(pkg, func, statement);
  if (!result) return null;
  const closing = freshName(pkg, "closeErr", statement, ownerOf(statement));
  const lines = [
    "defer func() {",
    `\tif ${closing} := ${holder.name}.Close(); ${result.name} == nil {`,
    `\t\t${result.name} = ${closing}`,
    "\t}",
    "}()",
  ];
  return fix({
    title: `Close ${holder.name} when the function returns, and return the error of Close`,
    applicability: "unsafe",
    because: "callers get an error where a failed Close went unseen before",
    edits: [result.edits, insertAfter(check, lines)],
    assumes: [func.node.child("result"), statement, check],
  });
}

/** The name of the error result as a literal at the statement can use it, with the edits that give it one. */
function namedResult(pkg: PackageModel, func: FuncModel, statement: GoNode): { name: string; edits: Edits } | null {
  const last = func.results.at(-1);
  const list = func.node.child("result");
  if (!last || !list || !isNamed(pkg.typeAt(last.type), "error")) return null;
  if (last.binding)
    return pkg.resolve(last.binding.name, statement) === last.binding && !shadowedIn(pkg, statement, last.binding.name)
      ? { name: last.binding.name, edits: [] }
      : null;
  if (last.name !== null || func.results.some((r) => r.name !== null)) return null;
  const name = reusable(pkg, func, statement) ? "err" : freshName(pkg, "retErr", statement, func.node);
  const { path } = list.source;
  if (list.kind !== "parameter_list") return { name, edits: replace(list, `(${name} ${list.text})`) };
  const edits = func.results.map((r) => ({ at: { path, start: r.type.start, end: r.type.start }, text: r === last ? `${name} ` : "_ " }));
  return { name, edits };
}

/** `f, err := os.Create(p)` in an inner block declares an `err` of its own. */
function shadowedIn(pkg: PackageModel, statement: GoNode, name: string): boolean {
  const plain = unlabelled(statement);
  if (plain?.kind === "assignment_statement") return false;
  return (plain?.child("left")?.items ?? []).some((n) => n.text === name && pkg.binding(n)?.node === n);
}

/**
 * Could the result be named `err`, so that the body's own declarations of it at top level become uses of the result? Each must be a `:=`
 * that declares something else too.
 */
function reusable(pkg: PackageModel, func: FuncModel, statement: GoNode): boolean {
  const { body } = func;
  if (!body || ownerOf(statement) !== body || func.params.some((p) => p.name === "err")) return false;
  for (const s of statementsOf(body)) {
    const plain = unlabelled(s);
    if (plain?.kind === "var_declaration" && plain.find("identifier").some((n) => n.text === "err" && n.parent?.kind === "var_spec"))
      return false;
    if (plain?.kind === "short_var_declaration") {
      const left = plain.child("left")?.items ?? [];
      const own = left.find((n) => n.text === "err");
      if (!own) continue;
      if (!isNamed(pkg.typeOf(own), "error")) return false;
      if (!left.some((n) => n !== own && n.text !== "_" && pkg.binding(n)?.node === n)) return false;
    } else if (plain?.is("const_declaration", "type_declaration") && plain.text.includes("err")) return false;
  }
  return true;
}
