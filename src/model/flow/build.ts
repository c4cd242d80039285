/**
 * From a function's syntax to its graph. One walk with a stack of its own, so neither nesting nor the length of a
 * condition is limited by the engine's stack; linear in the size of the body.
 */
import type { GoNode } from "../../go/node.ts";
import { Cursor, leave, plain, type Target } from "./cursor.ts";
import { type FlowBlock, FlowEdge, type FlowEnv, type FlowOptions, type Graph } from "./graph.ts";

/** Where break, continue and fallthrough lead within one statement. */
interface Frame {
  readonly label: string | null;
  readonly breakTo: FlowBlock;
  readonly continueTo: FlowBlock | null;
  readonly fallTo: FlowBlock | null;
  readonly outer: Frame | null;
}

type Task = GoNode | (() => void);

export function buildGraph(body: GoNode | null, env: FlowEnv, options: FlowOptions): Graph {
  return new Builder(env, options).run(body);
}

class Builder extends Cursor {
  private readonly labels = new Map<string, FlowBlock>();
  private readonly tasks: Task[] = [];
  private frame: Frame | null = null;
  /** The label of the statement to come. */
  private pending: string | null = null;

  run(body: GoNode | null): Graph {
    const entry = this.block();
    this.current = entry;
    if (body) {
      this.tasks.push(body);
      for (let task = this.tasks.pop(); task; task = this.tasks.pop()) {
        if (typeof task === "function") task();
        else this.statement(task);
      }
      if (this.current) leave(this.current, "end", body);
    }
    markReachable(entry);
    return { entry, blocks: this.blocks, places: this.places };
  }

  // ---------------------------------------------------------------- statements

  private statement(node: GoNode): void {
    const label = this.pending;
    this.pending = null;
    switch (node.kind) {
      case "block":
      case "statement_list":
        this.point(node);
        this.list(node);
        return;
      case "empty_statement":
        this.point(node);
        return;
      case "labeled_statement":
        this.labeled(node);
        return;
      case "return_statement":
        if (this.add(node)) {
          leave(this.here(), "return", node);
          this.current = null;
        }
        return;
      case "break_statement":
      case "continue_statement":
      case "goto_statement":
      case "fallthrough_statement":
        this.branch(node);
        return;
      case "if_statement":
        this.ifStatement(node);
        return;
      case "for_statement":
        this.forStatement(node, label);
        return;
      case "expression_switch_statement":
        this.switchStatement(node, label);
        return;
      case "type_switch_statement":
        this.typeSwitch(node, label);
        return;
      case "select_statement":
        this.select(node, label);
        return;
      default:
        this.add(node);
    }
  }

  /** The statements below `node` are next, in order. */
  private list(node: GoNode): void {
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i] as GoNode;
      if (child.named && child.kind !== "comment") this.tasks.push(child);
    }
  }

  private labeled(node: GoNode): void {
    const label = node.child("label");
    const name = label?.text ?? "";
    const target = this.label(name);
    this.jump(target);
    this.current = target;
    this.point(node);
    const inner = node.items.find((n) => n !== label);
    if (!inner) return;
    this.pending = name;
    this.tasks.push(inner);
  }

  private label(name: string): FlowBlock {
    let block = this.labels.get(name);
    if (!block) {
      block = this.block();
      this.labels.set(name, block);
    }
    return block;
  }

  private branch(node: GoNode): void {
    this.point(node);
    const label = node.items[0]?.text ?? null;
    const to = this.branchTarget(node, label);
    if (to) this.jump(to);
    else this.current = null; // not valid Go: nothing is known of what follows
  }

  private branchTarget(node: GoNode, label: string | null): FlowBlock | null {
    if (node.kind === "goto_statement") return label === null ? null : this.label(label);
    for (let f = this.frame; f; f = f.outer) {
      if (label !== null && f.label !== label) continue;
      if (node.kind === "break_statement") return f.breakTo;
      const to = node.kind === "continue_statement" ? f.continueTo : f.fallTo;
      if (to) return to;
    }
    return null;
  }

  private ifStatement(node: GoNode): void {
    this.point(node);
    const initializer = node.child("initializer");
    const condition = node.child("condition");
    const consequence = node.child("consequence");
    const alternative = node.child("alternative");
    if (initializer) this.add(initializer);
    const then = this.block();
    const done = this.block();
    const otherwise = alternative ? this.block() : done;
    if (condition) this.condition(condition, plain(then), plain(otherwise));
    this.current = then;
    this.tasks.push(() => {
      this.current = done;
    });
    if (alternative) {
      this.tasks.push(
        () => this.jump(done),
        alternative,
        () => {
          this.current = otherwise;
        },
      );
    }
    this.tasks.push(() => this.jump(done));
    if (consequence) this.tasks.push(consequence);
  }

  private forStatement(node: GoNode, label: string | null): void {
    this.point(node);
    const body = node.child("body");
    const head = node.items.find((n) => n !== body) ?? null;
    const clause = head?.kind === "for_clause" ? head : null;
    const range = head?.kind === "range_clause" ? head : null;
    const condition = clause ? clause.child("condition") : range ? null : head;
    const update = clause?.child("update") ?? null;

    if (clause) this.point(clause);
    const initializer = clause?.child("initializer");
    if (initializer) this.add(initializer);
    const ranged = range?.child("right");
    if (ranged) this.add(ranged);

    const top = this.block();
    const done = this.block();
    const post = update ? this.block() : top;
    this.jump(top);
    this.current = top;
    if (range) {
      const inside = this.block();
      if (this.add(range)) {
        top.next.push(new FlowEdge(inside, null, true, null, null));
        if (!this.endless(ranged ?? null)) top.next.push(new FlowEdge(done, null, true, null, null));
      }
      this.current = inside;
    } else if (condition) {
      const inside = this.block();
      this.condition(condition, plain(inside), plain(done));
      this.current = inside;
    }
    this.enter(label, done, post, null);
    this.tasks.push(() => {
      this.jump(post);
      if (update) {
        this.current = post;
        this.add(update);
        this.jump(top);
      }
      this.frame = this.frame?.outer ?? null;
      this.current = done;
    });
    if (body) this.tasks.push(body);
  }

  private enter(label: string | null, breakTo: FlowBlock, continueTo: FlowBlock | null, fallTo: FlowBlock | null): void {
    this.frame = { label, breakTo, continueTo, fallTo, outer: this.frame };
  }

  // ---------------------------------------------------------------- clauses

  private switchStatement(node: GoNode, label: string | null): void {
    this.point(node);
    const initializer = node.child("initializer");
    if (initializer) this.add(initializer);
    const tag = node.child("value");
    if (tag) this.add(tag);
    const clauses = node.items.filter((n) => n.is("expression_case", "default_case"));
    const bodies = clauses.map(() => this.block());
    const done = this.block();
    clauses.forEach((clause, i) => {
      const values = clause.child("value")?.items ?? [];
      const body = { block: bodies[i] as FlowBlock, clause };
      if (clause.kind === "default_case") return;
      if (tag && tag.kind !== "true") this.equals(tag, values, body);
      else for (const value of values) this.either(value, body);
    });
    const fallback = clauses.findIndex((c) => c.kind === "default_case");
    if (fallback >= 0) this.jump(bodies[fallback] as FlowBlock, clauses[fallback]);
    else this.jump(done);
    this.clauses(clauses, bodies, done, label, true);
  }

  /** One value of a switch without a tag: a condition of its own. */
  private either(value: GoNode, body: Target): void {
    const next = this.block();
    this.here();
    this.condition(value, body, plain(next));
    this.current = next;
  }

  /** The values of one clause, compared with the tag in turn. Values without calls share one block. */
  private equals(tag: GoNode, values: readonly GoNode[], body: Target): void {
    let group: GoNode[] = [];
    const test = () => {
      const premise = { kind: "equal", tag, values: group } as const;
      const next = this.block();
      this.current?.next.push(new FlowEdge(body.block, null, true, body.clause, premise), new FlowEdge(next, null, false, null, premise));
      this.current = next;
      group = [];
    };
    for (const value of values) {
      if (group.length > 0 && !SIMPLE.has(value.kind)) test();
      group.push(value);
      this.add(value);
    }
    if (group.length > 0) test();
  }

  private typeSwitch(node: GoNode, label: string | null): void {
    this.point(node);
    const initializer = node.child("initializer");
    if (initializer) this.add(initializer);
    const value = node.child("value");
    if (value) this.add(value);
    const head = this.here();
    const clauses = node.items.filter((n) => n.is("type_case", "default_case"));
    const bodies = clauses.map(() => this.block());
    const done = this.block();
    const premise = value ? ({ kind: "nil", tag: value } as const) : null;
    const nils = clauses.map((c) => c.childrenOf("type").map((t) => t.text === "nil"));
    const covered = nils.some((list) => list.includes(true));
    const link = (to: FlowBlock, clause: GoNode | null, is: boolean | null) => {
      head.next.push(new FlowEdge(to, null, is ?? true, clause, is === null ? null : premise));
    };
    clauses.forEach((clause, i) => {
      const list = nils[i] ?? [];
      const mixed = clause.kind === "default_case" ? !covered : list.includes(true) && list.includes(false);
      link(bodies[i] as FlowBlock, clause, mixed ? null : list.includes(true));
    });
    if (!clauses.some((c) => c.kind === "default_case")) link(done, null, covered ? false : null);
    this.clauses(clauses, bodies, done, label, false);
  }

  private select(node: GoNode, label: string | null): void {
    this.point(node);
    const head = this.here();
    const clauses = node.items.filter((n) => n.is("communication_case", "default_case"));
    const bodies = clauses.map(() => this.block());
    const done = this.block();
    clauses.forEach((clause, i) => {
      head.next.push(new FlowEdge(bodies[i] as FlowBlock, null, true, clause, null));
    });
    this.clauses(clauses, bodies, done, label, false);
  }

  /** The clauses' statements are next, in order, each in its own block; then `done`. */
  private clauses(clauses: readonly GoNode[], bodies: readonly FlowBlock[], done: FlowBlock, label: string | null, falls: boolean): void {
    this.current = null;
    this.tasks.push(() => {
      this.current = done;
    });
    for (let i = clauses.length - 1; i >= 0; i--) {
      const clause = clauses[i] as GoNode;
      this.tasks.push(
        () => {
          this.jump(done);
          this.frame = this.frame?.outer ?? null;
        },
        ...clause.items.filter((n) => n.kind === "statement_list"),
        () => {
          this.current = bodies[i] as FlowBlock;
          this.point(clause);
          this.enter(label, done, null, falls ? (bodies[i + 1] ?? null) : null);
          const communication = clause.child("communication");
          if (communication) this.add(communication);
        },
      );
    }
  }
}

const SIMPLE: ReadonlySet<string> = new Set([
  "identifier",
  "selector_expression",
  "nil",
  "true",
  "false",
  "int_literal",
  "float_literal",
  "imaginary_literal",
  "rune_literal",
  "interpreted_string_literal",
  "raw_string_literal",
]);

function markReachable(entry: FlowBlock): void {
  entry.reachable = true;
  const todo = [entry];
  for (let block = todo.pop(); block; block = todo.pop()) {
    for (const { to } of block.next) {
      if (to.reachable) continue;
      to.reachable = true;
      todo.push(to);
    }
  }
}
