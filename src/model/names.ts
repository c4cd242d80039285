/** What the files of a package declare, by name. */
import type { GoNode } from "../go/node.ts";
import type { Declaration } from "../go/outline.ts";
import { readHead } from "../go/syntax/read.ts";
import type { GoFile } from "./file.ts";
import type { Entity, PackageModel } from "./model.ts";
import { Notes } from "./notes.ts";

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

/** By identity: models of the same files share what is declared in them. */
const names = new Notes<object, Names>();

export function namesOf(identity: object, files: readonly GoFile[]): Names {
  return names.noted(identity, () => new Names(files));
}

/** After questions about so many names the outlines of all files are worth their time: one takes as long as some twenty searches. */
const FEW = 24;

/** The names that files declare. While few are asked for, only files in which they may be declared are outlined. */
class Names {
  readonly #files: readonly GoFile[];
  readonly #asked = new Set<string>();
  #all: Table | null = null;

  constructor(files: readonly GoFile[]) {
    this.#files = files;
  }

  /** What declares the name, in the order of the files. */
  entities(name: string, pkg: PackageModel): readonly PackageEntity[] {
    if (name === "_") return NONE;
    return (this.#tableFor(name) ?? new Table(this.#files.filter((f) => f.mayDeclare(name)))).entities(name, pkg);
  }

  /** Names of the methods of a type, in the order of the files. */
  methodsOf(type: string): readonly string[] {
    return (this.#tableFor(`.${type}`) ?? new Table(this.#files.filter((f) => f.mentions(type)))).methodsOf(type);
  }

  /** The table of all files; null while it is not worth its time. */
  #tableFor(question: string): Table | null {
    if (!this.#all && (this.#asked.size >= FEW || this.#files.every((f) => f.outlined))) this.#all = new Table(this.#files);
    this.#asked.add(question);
    return this.#all;
  }
}

/** A hash table of numbers, since files declare thousands of names of which a few dozen are asked for: a map would hash and keep them all. */
class Table {
  readonly #names: string[] = [];
  readonly #declarations: Declaration[] = [];
  readonly #files: GoFile[] = [];
  /** By hash: the first place. By place: the next one of that hash. -1 where there is none. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  constructor(files: readonly GoFile[]) {
    for (const file of files) {
      const { declarations } = file;
      for (let i = 0; i < declarations.length; i++) this.#add(file, declarations[i] as Declaration);
    }
    let size = 16;
    while (size < this.#names.length) size *= 2;
    this.#first = new Int32Array(size).fill(-1);
    this.#next = new Int32Array(this.#names.length);
    for (let i = this.#names.length - 1; i >= 0; i--) {
      const hash = hashOf(this.#names[i] as string) & (size - 1);
      this.#next[i] = this.#first[hash] as number;
      this.#first[hash] = i;
    }
  }

  #add(file: GoFile, declaration: Declaration): void {
    const { kind, names } = declaration;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      if (name === "_" || (name === "init" && kind === "func")) continue;
      this.#names.push(name);
      this.#declarations.push(declaration);
      this.#files.push(file);
    }
  }

  /** What declares the name, in the order of the files. */
  entities(name: string, pkg: PackageModel): readonly PackageEntity[] {
    const found: PackageEntity[] = [];
    for (let i = this.#first[hashOf(name) & (this.#first.length - 1)] as number; i >= 0; i = this.#next[i] as number)
      if (this.#names[i] === name) found.push(new PackageEntity(name, this.#declarations[i] as Declaration, this.#files[i] as GoFile, pkg));
    return found.length > 0 ? found : NONE;
  }

  /** Names of the methods of a type, in the order of the files. */
  methodsOf(type: string): readonly string[] {
    const found = new Set<string>();
    for (let i = 0; i < this.#names.length; i++)
      if ((this.#declarations[i] as Declaration).receiver === type) found.add(this.#names[i] as string);
    return [...found];
  }
}

const NONE: readonly PackageEntity[] = [];

function hashOf(name: string): number {
  const { length } = name;
  return length * 7 + name.charCodeAt(0) * 31 + name.charCodeAt(length >> 1) * 127 + name.charCodeAt(length - 1) * 8191;
}

const heads = new Notes<Declaration, GoNode>();

/** A function or method without its body; null where only the whole declaration tells. */
function headOf(file: GoFile, declaration: Declaration): GoNode | null {
  if (declaration.body === null) return null;
  const known = heads.get(declaration);
  if (known) return known;
  const head = readHead(file.source, declaration.start, declaration.body);
  if (head) heads.set(declaration, head);
  return head;
}

const specs = new Notes<GoNode, Map<string, GoNode>>();

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
