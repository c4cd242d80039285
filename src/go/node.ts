/**
 * Go syntax as plain objects, copied out of tree-sitter in one walk so that nothing of it needs to be freed.
 * Kinds and fields are tree-sitter-go's. Offsets are UTF-16 in the file's own text.
 */
import type { Field, Kind, Token } from "./kinds.ts";

export type { Field, Kind, Token } from "./kinds.ts";

/** One file's text and its path relative to the working directory, with `/`. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A node of the syntax tree; kinds and fields are tree-sitter-go's. */
export class GoNode {
  readonly source: Source;
  readonly kind: Kind | Token;
  readonly start: number;
  readonly end: number;
  readonly parent: GoNode | null;
  /** The name under which the parent holds this node. */
  readonly field: Field | null;
  readonly named: boolean;
  /** All children, tokens and comments included, in the order of the text. */
  readonly children: GoNode[];

  constructor(
    source: Source,
    kind: Kind | Token,
    start: number,
    end: number,
    parent: GoNode | null,
    field: Field | null,
    named: boolean,
    children: GoNode[] = [],
  ) {
    this.source = source;
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.parent = parent;
    this.field = field;
    this.named = named;
    this.children = children;
  }

  get text(): string {
    return this.source.text.slice(this.start, this.end);
  }

  /** The first child held under `name`, or null. */
  child(name: Field): GoNode | null {
    const { children } = this;
    for (let i = 0; i < children.length; i++) {
      const c = children[i] as GoNode;
      if (c.field === name) return c;
    }
    return null;
  }

  /** All children held under `name` (`a, b int` has two names). */
  childrenOf(name: Field): GoNode[] {
    return this.children.filter((c) => c.field === name);
  }

  /** Named children without comments. */
  get items(): GoNode[] {
    return this.children.filter((c) => c.named && c.kind !== "comment");
  }

  is(...kinds: readonly (Kind | Token)[]): boolean {
    return kinds.includes(this.kind);
  }

  /** The nearest ancestor of one of the kinds, not this node itself. */
  closest(...kinds: readonly Kind[]): GoNode | null {
    for (let n = this.parent; n; n = n.parent) if ((kinds as readonly string[]).includes(n.kind)) return n;
    return null;
  }

  /** True when `other` lies within this node (a node contains itself). */
  contains(other: GoNode): boolean {
    return this.source === other.source && this.start <= other.start && other.end <= this.end;
  }

  /** This node and all below it, parents first, in the order of the text. Return false from `visit` to skip the children. */
  walk(visit: (node: GoNode) => boolean | undefined | void): void {
    const left: GoNode[] = [this];
    for (let node = left.pop(); node; node = left.pop()) {
      if (visit(node) === false) continue;
      const { children } = node;
      for (let i = children.length - 1; i >= 0; i--) left.push(children[i] as GoNode);
    }
  }

  /** All descendants of the kinds, this node included, in the order of the text. */
  find(...kinds: readonly Kind[]): GoNode[] {
    const found: GoNode[] = [];
    this.walk((n) => {
      if ((kinds as readonly string[]).includes(n.kind)) found.push(n);
    });
    return found;
  }
}

/** The root of the tree in which the node stands. */
export function topOf(node: GoNode): GoNode {
  let n = node;
  while (n.parent) n = n.parent;
  return n;
}

/** The expression without the parentheses around it. */
export function unparen(node: GoNode): GoNode {
  let n = node;
  while (n.kind === "parenthesized_expression") {
    const inner = n.items[0];
    if (!inner) break;
    n = inner;
  }
  return n;
}

/** Adds a node and all below it, parents first. Leaves and unnamed nodes are left out. */
export function gatherBranches(node: GoNode, into: GoNode[]): void {
  into.push(node);
  const { children } = node;
  for (let i = 0; i < children.length; i++) {
    const child = children[i] as GoNode;
    if (child.children.length > 0) gatherBranches(child, into);
  }
}
