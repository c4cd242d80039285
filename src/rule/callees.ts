/** The function that a call runs, where its source is at hand. */
import { type GoNode, unparen } from "../go/node.ts";
import type { Entity, FuncModel, PackageModel } from "../model/model.ts";

/** The literal, function or method that is called; null for interface methods, values, build-tagged twins and other modules. */
export function calleeOf(pkg: PackageModel, call: GoNode): FuncModel | null {
  const found = calleesOf(pkg, call);
  return found.length === 1 ? (found[0] as FuncModel) : null;
}

/**
 * The functions one of which is called: several where build tags declare it in several ways. None for interface methods, values and
 * other modules, and where one of them has no body in Go.
 */
export function calleesOf(pkg: PackageModel, call: GoNode): readonly FuncModel[] {
  const callee = call.child("function");
  if (!callee) return [];
  let e = unparen(callee);
  if (e.kind === "func_literal") return [pkg.functionAt(e)];
  if (e.is("index_expression", "type_instantiation_expression")) e = unparen(e.child("operand") ?? e.items[0] ?? e);
  const entities = e.kind === "identifier" ? ofName(pkg, e) : e.kind === "selector_expression" ? ofSelector(pkg, e) : [];
  const funcs = entities.flatMap(({ node, pkg: own }) => (node?.child("body") ? [own.functionAt(node)] : []));
  return funcs.length === entities.length ? funcs : [];
}

function ofName(pkg: PackageModel, name: GoNode): readonly Entity[] {
  const binding = pkg.binding(name);
  return binding?.kind === "func" && binding.entity ? functions(binding.entity.pkg, binding.name) : [];
}

function ofSelector(pkg: PackageModel, selector: GoNode): readonly Entity[] {
  const operand = selector.child("operand");
  const field = selector.child("field");
  if (!operand || !field) return [];
  const imported = operand.kind === "identifier" ? pkg.binding(operand) : null;
  if (imported?.kind === "import") {
    const other = imported.import ? pkg.import(imported.import.path) : null;
    return other ? functions(other, field.text) : [];
  }
  const method = pkg.selection(selector)?.entity;
  return method ? (method.receiver === null ? [method] : method.pkg.method(method.receiver, method.name)) : [];
}

function functions(pkg: PackageModel, name: string): readonly Entity[] {
  const entities = pkg.lookup(name);
  return entities.every((e) => e.kind === "func") ? entities : [];
}
