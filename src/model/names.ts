/** What the files of a package declare, by name. */
import type { GoNode } from "../go/node.ts";
import type { Declaration } from "../go/outline.ts";
import { readHead } from "../go/syntax/read.ts";
import type { GoFile } from "./file.ts";
import type { Entity, PackageModel } from "./model.ts";

export class PackageEntity implements Entity {
  readonly name: string;
  readonly receiver: string | null;
  readonly file: GoFile;
  readonly pkg: PackageModel;
  readonly declaration: Declaration;
  #node: GoNode | null | undefined;

  constructor(name: string, declaration: Declaration, file: GoFile, pkg: PackageModel) {
    this.name = name;
    this.receiver = declaration.receiver;
    this.file = file;
    this.pkg = pkg;
    this.declaration = declaration;
  }

  get kind(): Entity["kind"] {
    return this.declaration.kind;
  }

  get node(): GoNode | null {
    if (this.#node === undefined) this.#node = this.#find();
    return this.#node;
  }

  get head(): GoNode | null {
    return (this.#node === undefined && headOf(this.file, this.declaration)) || this.node;
  }

  #find(): GoNode | null {
    const root = this.file.syntax(this.declaration);
    return !root || this.kind === "func" || this.kind === "method" ? root : (specsOf(root).get(this.name) ?? null);
  }
}

/** A declaration that declares a name. */
interface NamedAt {
  readonly file: GoFile;
  readonly declaration: Declaration;
}

interface Names {
  readonly byName: ReadonlyMap<string, readonly NamedAt[]>;
  /** Names of the methods of a type, in the order of the files. */
  readonly byReceiver: ReadonlyMap<string, readonly string[]>;
}

/** By identity: models of the same files share what is declared in them. */
const names = new WeakMap<object, Names>();

export function namesOf(identity: object, files: readonly GoFile[]): Names {
  const known = names.get(identity);
  if (known) return known;
  const byName = new Map<string, NamedAt[]>();
  const byReceiver = new Map<string, string[]>();
  for (const file of files)
    for (const declaration of file.declarations)
      for (const name of declaration.names) {
        if (name === "_" || (name === "init" && declaration.kind === "func")) continue;
        const same = byName.get(name);
        if (same) same.push({ file, declaration });
        else byName.set(name, [{ file, declaration }]);
        if (declaration.kind !== "method" || declaration.receiver === null) continue;
        const methods = byReceiver.get(declaration.receiver);
        if (!methods) byReceiver.set(declaration.receiver, [name]);
        else if (!methods.includes(name)) methods.push(name);
      }
  const made = { byName, byReceiver };
  names.set(identity, made);
  return made;
}

const heads = new WeakMap<Declaration, GoNode>();

/** A function or method without its body; null where only the whole declaration tells. */
function headOf(file: GoFile, declaration: Declaration): GoNode | null {
  if (declaration.body === null) return null;
  const known = heads.get(declaration);
  if (known) return known;
  const head = readHead(file.source, declaration.start, declaration.body);
  if (head) heads.set(declaration, head);
  return head;
}

const specs = new WeakMap<GoNode, Map<string, GoNode>>();

/** The specs of a `type`, `var` or `const` declaration by the names that they declare. */
function specsOf(root: GoNode): Map<string, GoNode> {
  let byName = specs.get(root);
  if (!byName) {
    byName = new Map();
    for (const spec of root.items.flatMap((c) => (c.kind === "var_spec_list" ? c.items : [c])))
      for (const n of spec.childrenOf("name")) if (!byName.has(n.text)) byName.set(n.text, spec);
    specs.set(root, byName);
  }
  return byName;
}
