/** What is special about database handles. */
import { type GoNode, unparen } from "../../go/node.ts";
import type { PackageModel } from "../../model/model.ts";
import { fix } from "../build.ts";
import { definitionOf } from "../definitions.ts";
import { foreignSymbol } from "../foreign.ts";
import type { Leak } from "../obligation.ts";
import type { Fix } from "../rule.ts";

/** `stmt.Query()` where the statement is of a transaction: its rows end with that. */
export function preparedInTx(pkg: PackageModel, call: GoNode): boolean {
  const callee = unparen(call.child("function") as GoNode);
  const operand = callee.kind === "selector_expression" ? unparen(callee.child("operand") as GoNode) : null;
  const binding = operand?.kind === "identifier" ? pkg.binding(operand) : null;
  const made = binding && definitionOf(pkg, binding)?.value;
  const maker = made?.kind === "call_expression" ? unparen(made.child("function") as GoNode) : null;
  const symbol = maker?.kind === "selector_expression" ? foreignSymbol(pkg, maker) : null;
  return symbol !== null && /\.Tx\.[A-Za-z]+$/.test(symbol);
}

/** `_, err := db.Query("UPDATE ...")` as Exec. */
export function withExec({ pkg, call, acquire, slot }: Leak): Fix | null {
  const callee = unparen(call.child("function") as GoNode);
  const name = callee.child("field");
  if (!name || !acquire.symbol.startsWith("database/sql.") || pkg.symbol(callee) !== acquire.symbol) return null;
  if (slot?.text !== "_" && call.parent?.kind !== "expression_statement") return null;
  const text = name.text.replace("Query", "Exec");
  return fix({
    title: `Call ${text}, which gives no rows`,
    applicability: "unsafe",
    because: "it is right when the statement gives no rows, or they are not wanted",
    edits: [[{ at: { path: name.source.path, start: name.start, end: name.end }, text }]],
  });
}
