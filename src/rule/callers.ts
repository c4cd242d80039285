/** Who calls a function that only its package can call. */
import type { GoNode } from "../go/node.ts";
import type { Binding, FuncModel, PackageModel } from "../model/model.ts";
import { calleeOf } from "./callees.ts";
import { isOpen } from "./functions.ts";
import { perPackage } from "./per-package.ts";
import { climb } from "./values.ts";

/** Every call of the function, tests left out; null where others may call it, it is used in another way, or what is called cannot be told. */
export const callersOf = perPackage((pkg, func: FuncModel): readonly GoNode[] | null => {
  if (func.name === "" || isOpen(func)) return null;
  const calls: GoNode[] = [];
  for (const name of pkg.mentions(func.name)) {
    if (name.parent === func.node || (pkg.fileOf(name).test && !func.file.test)) continue; // its own declaration, or a test's use
    const callee = climb(name.parent?.kind === "selector_expression" && name.field === "field" ? name.parent : name);
    const call = callee.parent;
    if (call?.kind !== "call_expression" || callee.field !== "function" || calleeOf(pkg, call)?.node !== func.node) return null;
    calls.push(call);
  }
  return calls;
});

/** Nothing mentions the function: it is there to be compiled, or forgotten. Not so what C calls, or the runtime. */
export function isNeverCalled(pkg: PackageModel, func: FuncModel): boolean {
  if (func.node.kind !== "function_declaration" || ["main", "init"].includes(func.name)) return false;
  if (isOpen(func)) return false;
  const { text } = func.node.source;
  if (text.includes(`//export ${func.name}`) || text.includes(`//go:linkname ${func.name}`)) return false;
  return [...pkg.mentions(func.name)].every((name) => name.parent === func.node);
}

/** What each caller hands over for a parameter; null where that cannot be told, or nobody calls. */
export function givenFor(pkg: PackageModel, param: Binding): readonly GoNode[] | null {
  const { func } = param;
  if (param.kind !== "param" || !func) return null;
  const index = func.params.findIndex((p) => p.binding === param);
  const given = callersOf(pkg, func)?.map((call) => call.child("arguments")?.items[index] ?? null);
  return given && given.length > 0 && given.every((g) => g !== null) && !func.params[index]?.variadic ? given : null;
}

/** The function's end is the end of the process: no caller goes on behind its call. */
export function endsProcess(func: FuncModel): boolean {
  const calls = callersOf(func.pkg, func);
  if (!calls || calls.length === 0) return false;
  return calls.every((call) => {
    if (climb(call).parent?.is("go_statement", "defer_statement")) return false;
    const caller = func.pkg.functionOf(call);
    return caller !== null && func.pkg.flow(caller).escape(call, { stop: () => false, turn: true }) === null;
  });
}
