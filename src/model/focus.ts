/** What a rule looks at: some declarations of a package, indexed as it asks. */
import { type GoNode, gatherBranches, type Kind, unparen } from "../go/node.ts";
import type { Declaration } from "../go/outline.ts";
import type { GoFile } from "./file.ts";

export type Declarations = ReadonlyMap<GoFile, readonly Declaration[]>;

/** One declaration's nodes. Declarations are indexed once, whatever looks at them. */
interface Index {
  /** All but the leaves. */
  readonly branches: readonly GoNode[];
  /** Those of the kinds that were asked for. */
  readonly byKind: Map<Kind, readonly GoNode[]>;
  /** Calls by the last name of their callee. */
  callees: Map<string, GoNode[]> | null;
}

export type Indexes = Map<GoNode, Index>;

export class Focus {
  private readonly files: readonly GoFile[];
  private readonly declarations: () => Declarations;
  private readonly indexes: Indexes;
  private known: GoNode[] | null = null;
  private readonly byFile = new Map<GoFile, readonly GoNode[]>();
  private readonly ofKind = new Map<Kind, GoNode[]>();

  constructor(files: readonly GoFile[], declarations: () => Declarations, indexes: Indexes) {
    this.files = files;
    this.declarations = declarations;
    this.indexes = indexes;
  }

  /** The declarations that parse, in order of file and offset. */
  get roots(): readonly GoNode[] {
    if (this.known) return this.known;
    this.known = this.files.flatMap((file) => this.rootsIn(file));
    return this.known;
  }

  private rootsIn(file: GoFile): readonly GoNode[] {
    const known = this.byFile.get(file);
    if (known) return known;
    const roots: GoNode[] = [];
    const own = this.declarations().get(file);
    if (own) {
      file.parse(own);
      for (const d of own) {
        const root = file.syntax(d);
        if (root) roots.push(root);
      }
    }
    this.byFile.set(file, roots);
    return roots;
  }

  /** In order of file and offset, outer ones first. */
  nodes(kinds: readonly Kind[]): GoNode[] {
    const [only] = kinds;
    if (kinds.length === 1 && only) {
      let found = this.ofKind.get(only);
      if (!found) {
        found = this.roots.flatMap((root) => ofKind(this.index(root), only));
        this.ofKind.set(only, found);
      }
      return found;
    }
    return this.roots.flatMap((root) => {
      const index = this.index(root);
      return kinds.flatMap((k) => ofKind(index, k)).sort(inText);
    });
  }

  /** Calls whose callee's last name is one of these, in order, in files that may have them. */
  callsNamed(names: ReadonlySet<string>, mayHold: (file: GoFile) => boolean): GoNode[] {
    const calls: GoNode[] = [];
    for (const file of this.files) {
      if (!this.declarations().has(file) || !mayHold(file)) continue;
      for (const root of this.rootsIn(file)) {
        const callees = this.callees(root);
        const found: GoNode[] = [];
        for (const name of names) found.push(...(callees.get(name) ?? []));
        calls.push(...(names.size > 1 ? found.sort(inText) : found));
      }
    }
    return calls;
  }

  private index(root: GoNode): Index {
    let index = this.indexes.get(root);
    if (!index) {
      const branches: GoNode[] = [];
      gatherBranches(root, branches);
      index = { branches, byKind: new Map(), callees: null };
      this.indexes.set(root, index);
    }
    return index;
  }

  /** Calls in a declaration by the last name of their callee. */
  callees(root: GoNode): Map<string, GoNode[]> {
    const index = this.index(root);
    if (index.callees) return index.callees;
    const callees = new Map<string, GoNode[]>();
    for (const node of ofKind(index, "call_expression")) {
      const callee = unparen(node.child("function") as GoNode);
      const name = callee.kind === "selector_expression" ? callee.child("field")?.text : callee.kind === "identifier" ? callee.text : null;
      if (!name) continue;
      const same = callees.get(name);
      if (same) same.push(node);
      else callees.set(name, [node]);
    }
    index.callees = callees;
    return callees;
  }
}

function ofKind({ branches, byKind }: Index, kind: Kind): readonly GoNode[] {
  let found = byKind.get(kind);
  if (!found) {
    found = branches.filter((n) => n.kind === kind);
    byKind.set(kind, found);
  }
  return found;
}

function inText(a: GoNode, b: GoNode): number {
  return a.start - b.start || b.end - a.end;
}
