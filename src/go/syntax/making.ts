/** Nodes while they are made: children first, then what holds them. */
import { type Field, GoNode, type Kind } from "../node.ts";

/** A node that may still change. */
export type Making = { -readonly [K in "kind" | "start" | "end" | "parent" | "field" | "children"]: GoNode[K] };

/** Thrown for everything that is not read here; one object, so that a refusal costs no stack trace. */
export const REFUSED = new Error("not read");

/** Shared by all leaves; nobody adds to a node once it is made. */
export const NO_CHILDREN: GoNode[] = [];

/** A node of its children, which stand in the order of the text. */
export function branch(kind: Kind, children: GoNode[]): GoNode {
  const first = children[0] as GoNode;
  const last = children[children.length - 1] as GoNode;
  const node = new GoNode(first.source, kind, first.start, last.end, null, null, true, children);
  for (let i = 0; i < children.length; i++) (children[i] as Making).parent = node;
  return node;
}

/** The node, held under `field`. */
export function held(node: GoNode, field: Field): GoNode {
  (node as Making).field = field;
  return node;
}
