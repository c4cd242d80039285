/** The place of the builder in the graph: atoms go to the current block, conditions are taken apart from there. */
import type { GoNode } from "../../go/node.ts";
import type { ExitKind } from "../model.ts";
import { endingCall } from "./ends.ts";
import { FlowBlock, FlowEdge, type FlowEnv, type FlowOptions, type Place } from "./graph.ts";

/** Where a condition leads; `clause` when that is a clause of a switch. */
export interface Target {
  readonly block: FlowBlock;
  readonly clause: GoNode | null;
}

export class Cursor {
  protected readonly blocks: FlowBlock[] = [];
  protected readonly places = new Map<GoNode, Place>();
  /** Null after a statement that control does not pass. */
  protected current: FlowBlock | null = null;
  private readonly env: FlowEnv;
  private readonly constants: boolean;

  constructor(env: FlowEnv, options: FlowOptions) {
    this.env = env;
    this.constants = options.constants ?? true;
  }

  protected block(): FlowBlock {
    const block = new FlowBlock(this.blocks.length);
    this.blocks.push(block);
    return block;
  }

  /** The block that takes the next atom; a new one without predecessors where control cannot come. */
  protected here(): FlowBlock {
    this.current ??= this.block();
    return this.current;
  }

  protected jump(to: FlowBlock, clause: GoNode | null = null): void {
    this.current?.next.push(new FlowEdge(to, null, true, clause, null));
    this.current = null;
  }

  /** Marks the point at which a statement that is no atom is entered. */
  protected point(node: GoNode): void {
    const block = this.here();
    this.places.set(node, { block, index: block.atoms.length, atom: false });
  }

  /** Adds an atom. False when a call in it ends the path. */
  protected add(node: GoNode): boolean {
    const block = this.here();
    this.places.set(node, { block, index: block.atoms.length, atom: true });
    block.atoms.push(node);
    const end = endingCall(node, this.env);
    if (!end) return true;
    leave(block, end.kind, end.call);
    this.current = null;
    return false;
  }

  /** Takes a condition apart, from the current block on; leaves no current block. */
  protected condition(root: GoNode, yes: Target, no: Target): void {
    const todo: { node: GoNode; yes: Target; no: Target; at: FlowBlock | null }[] = [{ node: root, yes, no, at: null }];
    for (let item = todo.pop(); item; item = todo.pop()) {
      const { node, yes, no, at } = item;
      if (at) this.current = at;
      const inner = node.kind === "parenthesized_expression" ? node.items[0] : undefined;
      const operator = node.child("operator")?.kind;
      if (inner) {
        this.point(node);
        todo.push({ node: inner, yes, no, at: null });
      } else if (node.kind === "unary_expression" && operator === "!") {
        this.point(node);
        todo.push({ node: node.child("operand") as GoNode, yes: no, no: yes, at: null });
      } else if (node.kind === "binary_expression" && (operator === "&&" || operator === "||")) {
        this.point(node);
        const rest = this.block();
        const right = { node: node.child("right") as GoNode, yes, no, at: rest };
        const left = node.child("left") as GoNode;
        todo.push(right);
        if (operator === "&&") todo.push({ node: left, yes: plain(rest), no, at: null });
        else todo.push({ node: left, yes, no: plain(rest), at: null });
      } else {
        this.test(node, yes, no);
      }
    }
    this.current = null;
  }

  private test(node: GoNode, yes: Target, no: Target): void {
    const block = this.here();
    if (!this.add(node)) return;
    const constant = this.constant(node);
    if (constant !== null) {
      const target = constant ? yes : no;
      block.next.push(new FlowEdge(target.block, null, true, target.clause, null));
      return;
    }
    block.next.push(new FlowEdge(yes.block, node, true, yes.clause, null), new FlowEdge(no.block, node, false, no.clause, null));
  }

  /** A range over it never ends by itself. */
  protected endless(channel: GoNode | null): boolean {
    return this.constants && channel !== null && (this.env.endless?.(channel) ?? false);
  }

  private constant(node: GoNode): boolean | null {
    if (!this.constants) return null;
    if (node.kind === "true") return true;
    if (node.kind === "false") return false;
    return this.env.constant?.(node) ?? null;
  }
}

export function plain(block: FlowBlock): Target {
  return { block, clause: null };
}

export function leave(block: FlowBlock, kind: ExitKind, at: GoNode): void {
  block.exit = kind;
  block.exitAt = at;
}
