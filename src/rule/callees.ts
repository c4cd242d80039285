/** The function that a call runs, where its source is at hand. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Entity, FuncModel, PackageModel } from "../model/model.ts";

/** The literal, function or method that is called; null for interface methods, values, build-tagged twins and other modules. */
export function calleeOf(pkg: PackageModel, call: GoNode): FuncModel | null {
  const callee = call.child("function");
  if (!callee) return null;
  let e = unparen(callee);
  if (e.kind === "func_literal") return pkg.functionAt(e);
  if (e.is("index_expression", "type_instantiation_expression")) e = unparen(e.child("operand") ?? e.items[0] ?? e);
  const entity = e.kind === "identifier" ? ofName(pkg, e) : e.kind === "selector_expression" ? ofSelector(pkg, e) : null;
  const node = entity?.node;
  return entity && node?.child("body") ? entity.pkg.functionAt(node) : null;
}

function ofName(pkg: PackageModel, name: GoNode): Entity | null {
  const binding = pkg.binding(name);
  return binding?.kind === "func" && binding.entity ? single(binding.entity.pkg, binding.name) : null;
}

function ofSelector(pkg: PackageModel, selector: GoNode): Entity | null {
  const operand = selector.child("operand");
  const field = selector.child("field");
  if (!operand || !field) return null;
  const imported = operand.kind === "identifier" ? pkg.binding(operand) : null;
  if (imported?.kind === "import") {
    const other = imported.import ? pkg.import(imported.import.path) : null;
    return other ? single(other, field.text) : null;
  }
  return pkg.selection(selector)?.entity ?? null;
}

function single(pkg: PackageModel, name: string): Entity | null {
  const entities = pkg.lookup(name);
  return entities.length === 1 && entities[0]?.kind === "func" ? entities[0] : null;
}
