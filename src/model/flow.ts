/**
 * Control flow of one function: blocks of atoms, and the question that most rules ask of them, `escape`.
 *
 * What counts as certain when a path is searched: see `flow/conditions.ts` for the conditions that are understood, `flow/effects.ts`
 * for what ends a fact. Where more than `MAX_STATES` states would be needed, `escape` answers null: silence.
 */
import type { GoNode } from "../go/node.ts";
import { buildGraph } from "./flow/build.ts";
import { FactTable } from "./flow/facts.ts";
import type { FlowBlock, FlowEnv, FlowOptions, Graph, Place } from "./flow/graph.ts";
import { cyclic } from "./flow/loops.ts";
import { leads, shortestEscape } from "./flow/search.ts";
import type { Escape, Fact, Flow, FuncModel, Witness } from "./model.ts";

export { dump } from "./flow/dump.ts";
export type { FlowEnv, FlowOptions } from "./flow/graph.ts";

/** The flow of a function's body; of a declaration without one, a single empty block. Nothing but the graph is computed before it is asked for. */
export function buildFlow(func: FuncModel, env: FlowEnv, options: FlowOptions = {}): Flow {
  return new FunctionFlow(func, env, buildGraph(func.body, env, options));
}

class FunctionFlow implements Flow {
  readonly func: FuncModel;
  private readonly env: FlowEnv;
  private readonly graph: Graph;
  private facts: FactTable | null = null;
  private onCycle: ReadonlySet<FlowBlock> | null = null;
  private left: Flow["exits"] | null = null;
  private deferred: readonly GoNode[] | null = null;

  constructor(func: FuncModel, env: FlowEnv, graph: Graph) {
    this.func = func;
    this.env = env;
    this.graph = graph;
  }

  get entry(): FlowBlock {
    return this.graph.entry;
  }

  get blocks(): readonly FlowBlock[] {
    return this.graph.blocks;
  }

  locate(node: GoNode): Place | null {
    for (let n: GoNode | null = node; n && n !== this.func.node; n = n.parent) {
      const place = this.graph.places.get(n);
      if (place) return place.block.reachable ? place : null;
    }
    return null;
  }

  escape(from: GoNode, options: Escape): Witness | null {
    const start = this.locate(from);
    return start && shortestEscape(start, this.table(), options);
  }

  reaches(from: GoNode, to: GoNode, stop?: (atom: GoNode) => boolean, facts: readonly Fact[] = []): boolean {
    const start = this.locate(from);
    const end = this.locate(to);
    return start !== null && end !== null && leads(start, end, this.table(), stop, facts);
  }

  inLoop(node: GoNode): boolean {
    this.onCycle ??= cyclic(this.graph.entry);
    const place = this.locate(node);
    return place !== null && this.onCycle.has(place.block);
  }

  get exits(): Flow["exits"] {
    this.left ??= this.graph.blocks.flatMap((block) =>
      block.reachable && block.exit && block.exitAt ? [{ block, kind: block.exit, at: block.exitAt }] : [],
    );
    return this.left;
  }

  get defers(): readonly GoNode[] {
    this.deferred ??= this.graph.blocks
      .flatMap((block) => (block.reachable ? block.atoms.filter((a) => a.kind === "defer_statement") : []))
      .sort((a, b) => a.start - b.start);
    return this.deferred;
  }

  private table(): FactTable {
    this.facts ??= new FactTable(this.graph, this.env);
    return this.facts;
  }
}
