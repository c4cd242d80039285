/** What a function is to the program. */
import type { FuncModel } from "../model/model.ts";
import { isExported } from "../model/types/select.ts";

/** The declaration around a literal; a declared function itself. */
export function outermost(func: FuncModel): FuncModel {
  let f = func;
  while (f.outer) f = f.outer;
  return f;
}

/** main.main: its end is the process's. */
export function isMain(func: FuncModel): boolean {
  return func.name === "main" && func.pkg.name === "main" && func.node.kind === "function_declaration";
}

/** Other packages may call it. */
export function isOpen(func: FuncModel): boolean {
  return func.pkg.name !== "main" && isExported(func.name);
}
