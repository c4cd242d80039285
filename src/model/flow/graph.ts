/** The graph as it is built: blocks and edges that can still change. Outside of `flow/` they are seen through `Block` and `Edge`. */
import type { GoNode } from "../../go/node.ts";
import type { Binding, Block, Edge, ExitKind } from "../model.ts";

/** What buildFlow must be told about names; all else is syntax. */
export interface FlowEnv {
  /** How a call ends the path, null when it returns as calls do. Asked for every call that a function evaluates unconditionally. */
  noReturn(call: GoNode): ExitKind | null;
  /** What an identifier means, null when unresolved. Asked only when a path is searched. */
  binding(identifier: GoNode): Binding | null;
  /** The value of a condition that is constant, null for any other. The literals `true` and `false` need no answer. */
  constant?(expression: GoNode): boolean | null;
  /** True for a channel that nobody closes, so that a range over it never ends by itself: a ticker's. */
  endless?(channel: GoNode): boolean;
}

export interface FlowOptions {
  /** False: every condition can go both ways, `true` and `false` included. True when not given. */
  readonly constants?: boolean;
}

/** What else than a boolean expression an edge tells. */
export type Premise =
  /** `tag` equals one of the values (`when`), or none of them (not `when`). */
  | { readonly kind: "equal"; readonly tag: GoNode; readonly values: readonly GoNode[] }
  /** `tag` is nil (`when`), or is not (not `when`). */
  | { readonly kind: "nil"; readonly tag: GoNode };

export class FlowEdge implements Edge {
  readonly to: FlowBlock;
  readonly cond: GoNode | null;
  readonly when: boolean;
  readonly clause: GoNode | null;
  readonly premise: Premise | null;

  constructor(to: FlowBlock, cond: GoNode | null, when: boolean, clause: GoNode | null, premise: Premise | null) {
    this.to = to;
    this.cond = cond;
    this.when = when;
    this.clause = clause;
    this.premise = premise;
  }
}

export class FlowBlock implements Block {
  readonly id: number;
  readonly atoms: GoNode[] = [];
  readonly next: FlowEdge[] = [];
  exit: ExitKind | null = null;
  /** The return statement, the call that ends, or the body for "end"; set together with `exit`. */
  exitAt: GoNode | null = null;
  reachable = false;

  constructor(id: number) {
    this.id = id;
  }
}

/** Where a node is evaluated. For a statement that is no atom: the point at which it is entered, before atom `index`. */
export interface Place {
  readonly block: FlowBlock;
  readonly index: number;
  /** `block.atoms[index]` is the node; else the place is a point between atoms. */
  readonly atom: boolean;
}

export interface Graph {
  readonly entry: FlowBlock;
  readonly blocks: readonly FlowBlock[];
  readonly places: ReadonlyMap<GoNode, Place>;
}
