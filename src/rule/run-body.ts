/** A function's body moved into one that returns what its exits said: `run() error`, or `run() int`. */
import { importName } from "../go/imports.ts";
import { type GoNode, unparen } from "../go/node.ts";
import type { FuncModel, PackageModel } from "../model/model.ts";
import { fix } from "./build.ts";
import { type Edits, insertAfter, replace, spanOf, statementsOf, unlabelled } from "./edits.ts";
import { member, qualifier } from "./names.ts";
import { terminates } from "./obligation/exits.ts";
import type { Fix, ImportIntent } from "./rule.ts";
import { isNamed } from "./types.ts";
import { plainStatement } from "./wait-groups.ts";

type Form = "error" | "int";

/** Calls that end the process and can be written as a return. */
const PRINTS: Readonly<Record<string, string>> = { Fatal: "Print", Fatalf: "Printf", Fatalln: "Println" };

interface Site {
  readonly call: GoNode;
  readonly statement: GoNode;
  /** "os.Exit", "log.Fatalf", "log.Logger.Fatal". */
  readonly symbol: string;
  readonly args: readonly GoNode[];
}

/** The move that leaves no exit behind in the function where the call stands; null where it cannot be written so. */
export function movedToRun(pkg: PackageModel, func: FuncModel, exit: GoNode, form: Form): Fix | null {
  const { body, node } = func;
  const params = node.child("parameters");
  if (!body || !params || node.kind !== "function_declaration" || node.child("result") || node.child("type_parameters")) return null;
  const given = argumentsFor(params);
  const sites = sitesIn(pkg, func);
  if (given === null || !sites.some((s) => s.call === exit)) return null;
  const written = sites.map((s) => (form === "int" ? asStatus(s) : asError(pkg, s)));
  const name = freeName(pkg, func);
  const head = form === "int" ? statusHead(pkg, node, `${name}(${given})`) : errorHead(pkg, node, `${name}(${given})`);
  if (!head || written.some((w) => w === null)) return null;
  const zero = form === "int" ? "0" : "nil";
  const opened = `{\n${head.lines.map((l) => `\t${l}\n`).join("")}}\n\nfunc ${name}${params.text} ${form} `;
  const plain = returnsOf(body).filter((r) => r.items.length === 0);
  const { path } = spanOf(body);
  return fix({
    title: form === "int" ? `Move the body to ${name}, which returns the exit code` : `Move the body to ${name}, which returns the error`,
    applicability: "unsafe",
    because: "the deferred calls run before the process ends, and what is told of the error is told after them",
    edits: [
      [{ at: { path, start: body.start, end: body.start }, text: opened }],
      ...written.map((w) => w?.edits ?? null),
      ...plain.map((r): Edits => [{ at: spanOf(r), text: `return ${zero}` }]),
      atEnd(body, sites, zero),
    ],
    imports: [...head.imports, ...written.flatMap((w) => w?.imports ?? [])],
    assumes: [node],
  });
}

/** The parameters as the call passes them on; null where one has no name. */
function argumentsFor(params: GoNode): string | null {
  const names: string[] = [];
  for (const p of params.items) {
    const own = p.childrenOf("name").map((n) => (p.kind === "variadic_parameter_declaration" ? `${n.text}...` : n.text));
    if (own.length === 0 || own.some((n) => n === "_")) return null;
    names.push(...own);
  }
  return names.join(", ");
}

/** The function's own calls of os.Exit and log.Fatal that are statements. */
function sitesIn(pkg: PackageModel, func: FuncModel): Site[] {
  const found: Site[] = [];
  for (const call of func.node.find("call_expression")) {
    const statement = plainStatement(call);
    const symbol = pkg.symbol(unparen(call.child("function") ?? call)) ?? "";
    if (statement?.kind !== "expression_statement" || !/^(os\.Exit|log\.(Logger\.)?Fatal(f|ln)?)$/.test(symbol)) continue;
    if (pkg.functionOf(call) === func) found.push({ call, statement, symbol, args: call.child("arguments")?.items ?? [] });
  }
  return found;
}

/** `run`; `runServe` for another function than main. With a number where that is taken. */
function freeName(pkg: PackageModel, func: FuncModel): string {
  const own = /^(main|TestMain|init)$/.test(func.name) ? "" : `${func.name.charAt(0).toUpperCase()}${func.name.slice(1)}`;
  const imported = new Set(pkg.files.flatMap((f) => f.imports.map((i) => importName(i))));
  for (let i = 1; ; i++) {
    const name = `run${own}${i > 1 ? i : ""}`;
    if (pkg.lookup(name).length === 0 && !imported.has(name) && pkg.resolve(name, func.node) === null && !isSpelt(func.node, name))
      return name;
  }
}

function isSpelt(node: GoNode, name: string): boolean {
  return (
    node
      .child("parameters")
      ?.find("identifier")
      .some((n) => n.text === name) ?? false
  );
}

interface Head {
  readonly lines: readonly string[];
  readonly imports: readonly ImportIntent[];
}

function statusHead(pkg: PackageModel, at: GoNode, call: string): Head | null {
  const os = qualifier(pkg, at, "os", "Exit");
  return os && { lines: [`${member(os, "Exit")}(${call})`], imports: os.imports };
}

function errorHead(pkg: PackageModel, at: GoNode, call: string): Head | null {
  const log = qualifier(pkg, at, "log", "Fatal");
  return log && { lines: [`if err := ${call}; err != nil {`, `\t${member(log, "Fatal")}(err)`, "}"], imports: log.imports };
}

// ---------------------------------------------------------------- the exits

interface Written {
  readonly edits: Edits;
  readonly imports: readonly ImportIntent[];
}

/** `os.Exit(2)` becomes `return 2`, `log.Fatal(err)` prints and returns 1. */
function asStatus({ call, statement, symbol, args }: Site): Written | null {
  const [code] = args;
  const edits = symbol === "os.Exit" ? code && around(call, code) : printed(call, statement);
  return edits ? { edits, imports: [] } : null;
}

function printed(call: GoNode, statement: GoNode): Edits {
  const callee = unparen(call.child("function") as GoNode);
  const name = callee.kind === "selector_expression" ? callee.child("field") : callee;
  const prints = PRINTS[name?.text ?? ""];
  const put = insertAfter(statement, "return 1");
  const renamed = name && prints ? replace(name, prints) : null;
  return put && renamed && [...renamed, ...put];
}

/** `log.Fatal(err)` becomes `return err`, `log.Fatalf(...)` becomes `return fmt.Errorf(...)`. */
function asError(pkg: PackageModel, { call, symbol, args }: Site): Written | null {
  const [first] = args;
  const list = call.child("arguments");
  if (!first || !list || list.items.some((a) => a.kind === "variadic_argument")) return null;
  if (symbol === "log.Fatalf") return throughCall(pkg, call, list, "fmt", "Errorf");
  if ((symbol !== "log.Fatal" && symbol !== "log.Fatalln") || args.length !== 1) return null;
  const type = pkg.typeOf(first);
  if (isNamed(type, "error")) return { edits: around(call, first), imports: [] };
  const isText = type.kind === "basic" && (type.name === "string" || type.name === "untyped string");
  return isText ? throughCall(pkg, call, list, "errors", "New") : null;
}

function throughCall(pkg: PackageModel, call: GoNode, list: GoNode, path: string, name: string): Written | null {
  const q = qualifier(pkg, call, path, name);
  const at = { ...spanOf(call), end: list.start };
  return q && { edits: [{ at, text: `return ${member(q, name)}` }], imports: q.imports };
}

/** `return` and the argument in place of the call. null where a comment would be lost. */
function around(call: GoNode, argument: GoNode): Edits {
  const { path, text } = { ...spanOf(call), text: call.source.text };
  const behind = call.find("comment").filter((c) => !argument.contains(c));
  if (behind.some((c) => c.start < argument.end || c.text.startsWith("//") || text[c.end - 1] === "\n")) return null;
  return [
    { at: { path, start: call.start, end: argument.start }, text: "return " },
    { at: { path, start: argument.end, end: call.end }, text: behind.map((c) => ` ${c.text}`).join("") },
  ];
}

// ---------------------------------------------------------------- the other ends

function returnsOf(body: GoNode): GoNode[] {
  const own = body.closest("function_declaration");
  return body.find("return_statement").filter((r) => r.closest("func_literal", "function_declaration") === own);
}

/** A return behind the last statement, where that can be passed. */
function atEnd(body: GoNode, sites: readonly Site[], zero: string): Edits {
  const last = statementsOf(body).at(-1);
  if (!last || ends(body, sites)) return [];
  return insertAfter(last, `return ${zero}`);
}

/** Nothing comes behind the block, once its exits are returns. */
function ends(block: GoNode, sites: readonly Site[]): boolean {
  const last = block.kind === "if_statement" ? block : unlabelled(statementsOf(block).at(-1) ?? block);
  if (!last || (last === block && block.kind !== "if_statement")) return false;
  if (sites.some((s) => s.statement === last) || (last !== block && terminates(block))) return true;
  if (last.kind === "block") return ends(last, sites);
  if (last.is("expression_switch_statement", "type_switch_statement", "select_statement")) {
    const clauses = last.items.filter((c) => c.is("expression_case", "type_case", "communication_case", "default_case"));
    const whole = last.kind === "select_statement" || clauses.some((c) => c.kind === "default_case");
    return whole && last.find("break_statement").length === 0 && clauses.every((c) => ends(c, sites));
  }
  if (last.kind !== "if_statement") return false;
  const then = last.child("consequence");
  const otherwise = last.child("alternative");
  return then !== null && otherwise !== null && ends(then, sites) && ends(otherwise, sites);
}
