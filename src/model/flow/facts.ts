/**
 * What is known where. A set of facts is a bit mask: two bits for each key, "it is false" and "it is true". Atoms take facts
 * away and give some, edges give and contradict them.
 */
import type { GoNode } from "../../go/node.ts";
import type { Binding, Fact } from "../model.ts";
import { Conditions, exclusive, type Literal } from "./conditions.ts";
import { type Effects, effectsOf } from "./effects.ts";
import type { FlowBlock, FlowEdge, FlowEnv, Graph } from "./graph.ts";

/** facts' = facts & ~kill | gen */
interface Transfer {
  readonly kill: bigint;
  readonly gen: bigint;
}

interface Guard {
  /** Known once the edge was taken. */
  readonly learn: bigint;
  /** One of these known: the edge is not taken. */
  readonly contra: bigint;
  /** All of these known: the edge is not taken. 0 when there is no such set. */
  readonly never: bigint;
}

const NOTHING: Guard = { learn: 0n, contra: 0n, never: 0n };
const NO_TRANSFER: Transfer = { kill: 0n, gen: 0n };

export class FactTable {
  /** Bits of the keys that nothing but an assignment can change. */
  readonly exact: bigint;
  private readonly conditions: Conditions;
  private readonly env: FlowEnv;
  private readonly guards = new Map<FlowEdge, Guard>();
  private readonly atoms = new Map<GoNode, Transfer>();
  private readonly transfers: Transfer[] = [];
  private readonly names = new Set<string>();
  /** The bits that a write to the binding ends. */
  private readonly byBinding = new Map<Binding, bigint>();
  /** Keys that read fields, elements or lengths. */
  private readonly withPaths: number[] = [];
  /** Per key: the bits that hold when it is true. */
  private readonly whenTrue: bigint[] = [];
  private readonly falseBits: bigint;
  private readonly live: bigint[];
  private readonly reachable: readonly FlowBlock[];
  private must: (bigint | null)[] | null = null;
  private readonly graph: Graph;

  constructor(graph: Graph, env: FlowEnv) {
    this.graph = graph;
    this.env = env;
    this.conditions = new Conditions((id) => env.binding(id));
    this.reachable = graph.blocks.filter((b) => b.reachable);
    const edges: { edge: FlowEdge; learnt: Literal[]; anyOf: Literal[] }[] = [];
    const large = largeSwitches(this.reachable);
    for (const block of this.reachable) {
      for (const edge of block.next) {
        if (edge.premise && large.has(edge.premise.tag)) continue;
        const { learnt, anyOf } = this.premises(edge);
        if (learnt.length > 0 || anyOf.length > 0) edges.push({ edge, learnt, anyOf });
      }
    }
    const { keys } = this.conditions;
    let falseBits = 0n;
    let exact = 0n;
    keys.forEach((key, i) => {
      falseBits |= bit(i, false);
      if (key.exact) exact |= both(i);
      for (const b of key.bindings) {
        this.names.add(b.name);
        this.byBinding.set(b, (this.byBinding.get(b) ?? 0n) | both(i));
      }
      if (key.paths.length > 0) this.withPaths.push(i);
    });
    this.falseBits = falseBits;
    this.exact = exact;
    this.relate();
    for (const { edge, learnt, anyOf } of edges) {
      const learn = this.mask(learnt);
      const asked = edge.cond && decidesLoop(edge.cond) ? learn & this.exact : learn;
      const never = anyOf.length > 0 ? anyOf.reduce((m, l) => m | bit(l.key, !l.value), 0n) : 0n;
      this.guards.set(edge, { learn, contra: this.opposite(asked), never });
    }
    this.live = this.liveness();
  }

  private guard(edge: FlowEdge): Guard {
    return this.guards.get(edge) ?? NOTHING;
  }

  /** The facts after the edge, without those that nothing asks for any more; null when it contradicts them. */
  follow(edge: FlowEdge, facts: bigint): bigint | null {
    const { learn, contra, never } = this.guard(edge);
    if ((facts & contra) !== 0n || (never !== 0n && (facts & never) === never)) return null;
    return (facts | learn) & (this.live[edge.to.id] as bigint);
  }

  /** The facts after the atoms of the block from `first` up to, not including, `last`. */
  through(block: FlowBlock, facts: bigint, first = 0, last = block.atoms.length): bigint {
    if (first === 0 && last === block.atoms.length) {
      const { kill, gen } = this.transfer(block);
      return (facts & ~kill) | gen;
    }
    let now = facts;
    for (let i = first; i < last; i++) {
      const { kill, gen } = this.effect(block.atoms[i] as GoNode);
      now = (now & ~kill) | gen;
    }
    return now;
  }

  /** What holds on every path when the block is entered. */
  atEntry(block: FlowBlock): bigint {
    this.must ??= this.dominating();
    return this.must[block.id] ?? 0n;
  }

  /** `facts` with those that the caller knows, which win over what they contradict. */
  given(facts: bigint, known: readonly Fact[]): bigint {
    let now = facts;
    for (const fact of known) {
      const learn = this.mask(this.meaning(fact));
      now = (now & ~this.opposite(learn)) | learn;
    }
    return now;
  }

  /** The bits of the keys that the facts speak of. */
  keysOf(facts: readonly Fact[]): bigint {
    return facts.flatMap((fact) => this.meaning(fact)).reduce((mask, { key }) => mask | both(key), 0n);
  }

  private meaning({ binding, field, is }: Fact): Literal[] {
    const name = this.conditions.nameOf(binding) + (field === undefined ? "" : `.${field}`);
    const key = this.conditions.find(is === "true" || is === "false" ? name : `${name} == nil`);
    if (key !== null) return [{ key, value: is === "nil" || is === "true" }];
    // Nobody compares it with nil, but perhaps with something that is not nil: `err == io.EOF`.
    return is === "nil" ? this.conditions.equalities(name).map((other) => ({ key: other, value: false })) : [];
  }

  // ---------------------------------------------------------------- edges

  private premises(edge: FlowEdge): { learnt: Literal[]; anyOf: Literal[] } {
    const { cond, premise, when } = edge;
    if (cond) return { learnt: this.conditions.learn(cond, when), anyOf: [] };
    if (!premise) return { learnt: [], anyOf: [] };
    if (premise.kind === "nil") return { learnt: this.conditions.nilness(premise.tag, when), anyOf: [] };
    const each = premise.values.map((v) => this.conditions.equality(premise.tag, v, when));
    if (!when || each.length === 1) return { learnt: each.flat(), anyOf: [] };
    return { learnt: [], anyOf: each.every((l) => l.length === 1) ? each.flat() : [] };
  }

  /** Equalities of one left side with different constants: one true, the others false. */
  private relate(): void {
    const { keys } = this.conditions;
    const groups = new Map<string, number[]>();
    keys.forEach((key, i) => {
      this.whenTrue[i] = bit(i, true);
      if (!key.equal) return;
      const group = groups.get(key.equal.left);
      if (group) group.push(i);
      else groups.set(key.equal.left, [i]);
    });
    for (const group of groups.values()) {
      if (group.length > MAX_VALUES) continue;
      for (const a of group) {
        for (const b of group) {
          const left = keys[a]?.equal;
          const right = keys[b]?.equal;
          if (left && right && exclusive(left.right, right.right)) this.whenTrue[a] = (this.whenTrue[a] as bigint) | bit(b, false);
        }
      }
    }
  }

  private mask(literals: readonly Literal[]): bigint {
    let m = 0n;
    for (const { key, value } of literals) m |= value ? (this.whenTrue[key] as bigint) : bit(key, false);
    return m;
  }

  private opposite(mask: bigint): bigint {
    return ((mask & this.falseBits) << 1n) | ((mask >> 1n) & this.falseBits);
  }

  // ---------------------------------------------------------------- atoms

  private transfer(block: FlowBlock): Transfer {
    let t = this.transfers[block.id];
    if (!t) {
      let kill = 0n;
      let gen = 0n;
      for (const atom of block.atoms) {
        const e = this.effect(atom);
        kill |= e.kill;
        gen = (gen & ~e.kill) | e.gen;
      }
      t = { kill, gen };
      this.transfers[block.id] = t;
    }
    return t;
  }

  private effect(atom: GoNode): Transfer {
    let t = this.atoms.get(atom);
    if (!t) {
      t = this.computeEffect(atom);
      this.atoms.set(atom, t);
    }
    return t;
  }

  private computeEffect(atom: GoNode): Transfer {
    if (this.names.size === 0 || atom.children.length === 0) return NO_TRANSFER;
    const effects = effectsOf(atom);
    if (effects.names.length === 0 && effects.members.length === 0) return NO_TRANSFER;
    let kill = 0n;
    for (const name of effects.names) {
      const binding = this.names.has(name.text) ? this.env.binding(name) : null;
      if (binding) kill |= this.byBinding.get(binding) ?? 0n;
    }
    if (this.withPaths.length > 0 && effects.members.length > 0) {
      const written = effects.members.flatMap((m) => this.conditions.canonical(m)?.text ?? []);
      for (const key of this.withPaths) {
        if (this.conditions.keys[key]?.paths.some((p) => written.some((w) => overlaps(p, w)))) kill |= both(key);
      }
    }
    return { kill, gen: this.assigned(effects) & kill };
  }

  private assigned(effects: Effects): bigint {
    let gen = 0n;
    for (const { name, value } of effects.assigns) {
      const binding = this.names.has(name.text) ? this.env.binding(name) : null;
      if (binding) gen |= this.mask(this.assignment(binding, value));
    }
    return gen;
  }

  private assignment(binding: Binding, value: GoNode | null): Literal[] {
    const { conditions } = this;
    const name = conditions.nameOf(binding);
    const truth = conditions.find(name);
    const learnt: Literal[] = [];
    if (value === null || value.kind === "true" || value.kind === "false") {
      if (truth !== null) learnt.push({ key: truth, value: value?.kind === "true" });
    }
    const constant = value && conditions.canonical(value)?.constant;
    const made = value !== null && alwaysNonNil(value);
    for (const key of conditions.equalities(name)) {
      const right = conditions.keys[key]?.equal?.right;
      if (!right) continue;
      if (value === null) {
        if (ZEROS.has(right.text)) learnt.push({ key, value: true });
        else if (right.kind !== "name") learnt.push({ key, value: false });
      } else if (constant) {
        if (constant.text === right.text) learnt.push({ key, value: true });
        else if (exclusive(constant, right)) learnt.push({ key, value: false });
      } else if (made && right.kind === "nil") learnt.push({ key, value: false });
    }
    return learnt;
  }

  // ---------------------------------------------------------------- over the graph

  /** Per block: the keys that a condition may still ask for before something ends them. */
  private liveness(): bigint[] {
    const live: bigint[] = this.graph.blocks.map(() => 0n);
    if (this.conditions.keys.length === 0) return live;
    const before = predecessors(this.reachable);
    const todo = [...this.reachable];
    const queued = new Set<FlowBlock>(todo);
    for (let block = todo.pop(); block; block = todo.pop()) {
      queued.delete(block);
      let out = 0n;
      for (const edge of block.next) {
        const { contra, never } = this.guard(edge);
        const asked = contra | never;
        out |= asked | this.opposite(asked) | (live[edge.to.id] as bigint);
      }
      const now = out & ~this.transfer(block).kill;
      if (now === live[block.id]) continue;
      live[block.id] = now;
      for (const from of before[block.id] ?? []) {
        if (queued.has(from)) continue;
        queued.add(from);
        todo.push(from);
      }
    }
    return live;
  }

  /** Per block: what holds on every path to it. Null for a block that is never entered. */
  private dominating(): (bigint | null)[] {
    const at: (bigint | null)[] = this.graph.blocks.map(() => null);
    at[this.graph.entry.id] = 0n;
    // Blocks come about roughly in the order of execution; the first of the queue is the lowest.
    let round: FlowBlock[] = [this.graph.entry];
    while (round.length > 0) {
      const next = new Set<FlowBlock>();
      for (const block of round.sort((a, b) => a.id - b.id)) {
        const out = this.through(block, at[block.id] as bigint);
        for (const edge of block.next) {
          const { learn, contra } = this.guard(edge);
          const facts = (out & ~contra) | learn;
          const old = at[edge.to.id] ?? null;
          const now = old === null ? facts : old & facts;
          if (now === old) continue;
          at[edge.to.id] = now;
          next.add(edge.to);
        }
      }
      round = [...next];
    }
    return at;
  }
}

/** A switch of more values is taken for a table: each value is a key, and nobody repeats them within a function. */
const MAX_VALUES = 64;

/** The tags of switches with too many values. */
function largeSwitches(blocks: readonly FlowBlock[]): ReadonlySet<GoNode> {
  const values = new Map<GoNode, number>();
  for (const { next } of blocks) {
    for (const { premise, when } of next) {
      if (premise?.kind === "equal" && when) values.set(premise.tag, (values.get(premise.tag) ?? 0) + premise.values.length);
    }
  }
  return new Set([...values].filter(([, count]) => count > MAX_VALUES).map(([tag]) => tag));
}

const ZEROS: ReadonlySet<string> = new Set(["nil", "0", '""', "``", "0.0"]);

const MAKERS: ReadonlySet<string> = new Set(["make", "new", "errors.New", "fmt.Errorf"]);

/** Expressions that make something, so that the name that takes it is not nil. */
function alwaysNonNil(value: GoNode): boolean {
  if (value.kind === "unary_expression") return value.child("operator")?.kind === "&";
  if (value.kind === "call_expression") return MAKERS.has(value.child("function")?.text ?? "");
  return value.kind === "composite_literal" || value.kind === "func_literal";
}

/** The condition of a `for`: something in the loop must change it, were it by a call that does not show. */
function decidesLoop(cond: GoNode): boolean {
  let n: GoNode = cond;
  while (n.parent?.is("parenthesized_expression", "binary_expression", "unary_expression")) n = n.parent;
  return n.parent?.is("for_statement", "for_clause") ?? false;
}

function bit(key: number, value: boolean): bigint {
  return 1n << BigInt(2 * key + (value ? 1 : 0));
}

function both(key: number): bigint {
  return 3n << BigInt(2 * key);
}

/** Writing the one changes the other: the same place, or one is a part of the other. */
function overlaps(read: string, written: string): boolean {
  const [short, long] = read.length < written.length ? [read, written] : [written, read];
  if (!long.startsWith(short)) return false;
  return long.length === short.length || long[short.length] === "." || long[short.length] === "[";
}

/** Per block: where one comes to it from. */
function predecessors(blocks: readonly FlowBlock[]): FlowBlock[][] {
  const before: FlowBlock[][] = [];
  for (const from of blocks) {
    for (const { to } of from.next) {
      const list = before[to.id];
      if (list) list.push(from);
      else before[to.id] = [from];
    }
  }
  return before;
}
