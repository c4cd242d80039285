/**
 * What happens to a resource that a local holds: where it is released, where it is handed over. What cannot be told counts as handed
 * over, so that the rules stay silent.
 */
import { type GoNode, unparen } from "../../go/node.ts";
import type { Binding, FuncModel, PackageModel, Use } from "../../model/model.ts";
import { Notes } from "../../model/notes.ts";
import { calleesOf } from "../callees.ts";
import { underlying } from "../types.ts";
import { climb, isConversion } from "../values.ts";
import { CALLS_AT_ONCE, LEAVES_OPEN, LEAVES_OPEN_IN, WRAPS } from "./known.ts";
import type { Given } from "./row.ts";

/** What counts as release, seen from the value that is looked at: see `Resource.release` and `received`. */
export interface Ways {
  readonly release: readonly string[];
  readonly received: readonly string[];
  /** Fields through which it stays in use: where one goes, it goes. */
  readonly parts: readonly string[];
  /** For a value that is given to functions instead: what they do with it. */
  readonly given?: Given;
  /** What shares its memory is it, too: see `Resource.memory`. */
  readonly memory?: boolean;
}

/** Nodes of the function in which the resource is held, each in the atom where it happens. */
export interface Events {
  readonly released: GoNode[];
  readonly handed: GoNode[];
  /** Assignments to the holder itself. */
  readonly written: GoNode[];
  /** Calls that get it and may keep it, though they are not taken to release it. */
  readonly lent: GoNode[];
  /** Of the events above: those of a literal that reads the holder when it runs, not when it is made. */
  readonly byCapture: Set<GoNode>;
}

/** What a function does with a parameter, by what its body shows. */
export type Effect = "releases" | "stores" | "returns" | "lends" | "reads" | "unknown";

/** What to follow in a function that releases when it is called, and in one that only must not get out. */
const CALLED: Ways = { release: ["()"], received: [], parts: [] };
const KEPT: Ways = { release: [], received: [], parts: [] };

type Fate = "released" | "handed" | "neutral";

/** Everything that happens to the value of `holder` in `within`, in literals inside of it, and under other names. */
export function eventsOf(pkg: PackageModel, holder: Binding, ways: Ways, within: FuncModel): Events {
  const events: Events = { released: [], handed: [], written: [], lent: [], byCapture: new Set() };
  new Tracker(pkg, within, events).follow(holder, ways);
  return events;
}

/** What happens to the value of an expression that no local holds: an argument, an operand. null when a local takes it. */
export function fateOf(pkg: PackageModel, expression: GoNode, ways: Ways, within: FuncModel): Events & { readonly taken: Binding | null } {
  const events: Events = { released: [], handed: [], written: [], lent: [], byCapture: new Set() };
  const tracker = new Tracker(pkg, within, events);
  tracker.value(expression, ways);
  return { ...events, taken: tracker.firstAlias };
}

const effects = new Notes<Binding, Map<string, Effect>>();

/** What `func` does with its parameter `index` (-1: the receiver). A cycle of calls is taken to add nothing. */
export function effectOnParam(func: FuncModel, index: number, ways: Ways): Effect {
  const param = index < 0 ? null : (func.params[index] ?? null);
  if (!func.body) return "unknown";
  if (index >= 0 && (!param || param.variadic)) return "unknown";
  const binding = index < 0 ? func.receiver : (param?.binding ?? null);
  if (!binding) return "reads";
  const known = effects.noted(binding, () => new Map());
  const key = [ways.release, ways.received, ways.parts, ways.given ? idOf(ways.given) : "", ways.memory ?? ""].join(";");
  const before = known.get(key);
  if (before) return before;
  known.set(key, "reads");
  const events = eventsOf(func.pkg, binding, ways, func);
  const effect: Effect =
    events.released.length > 0
      ? "releases"
      : events.handed.length === 0
        ? events.lent.length > 0
          ? "lends"
          : "reads"
        : events.handed.every((n) => n.kind === "return_statement")
          ? "returns"
          : "stores";
  known.set(key, effect);
  return effect;
}

const givenIds = new Notes<Given, number>();
let lastGiven = 0;

function idOf(given: Given): number {
  return givenIds.noted(given, () => ++lastGiven);
}

/** What those of which one is called do with it, where they agree; null where nothing is known. */
function agreedEffect(funcs: readonly FuncModel[], index: number, ways: Ways): Effect | null {
  const found = new Set(funcs.map((f) => effectOnParam(f, index, ways)));
  const [only] = found;
  return found.size === 1 ? (only ?? null) : null;
}

class Tracker {
  readonly pkg: PackageModel;
  readonly within: FuncModel;
  readonly events: Events;
  /** The first local that took the value. */
  firstAlias: Binding | null = null;
  readonly #seen = new Set<Binding>();
  /** The first that was followed. */
  #root: Binding | null = null;

  constructor(pkg: PackageModel, within: FuncModel, events: Events) {
    this.pkg = pkg;
    this.within = within;
    this.events = events;
  }

  follow(binding: Binding, ways: Ways): void {
    if (this.#seen.has(binding)) return;
    this.#seen.add(binding);
    this.#root ??= binding;
    const literals = new Set<GoNode>();
    for (const use of binding.uses) {
      if (use.func === this.within) this.#use(use, ways, binding === this.#root);
      else {
        const literal = this.#literalAround(use);
        if (literal) literals.add(literal);
      }
    }
    for (const literal of literals) this.#literal(literal, binding, ways);
  }

  #use(use: Use, ways: Ways, isHolder: boolean): void {
    if (use.how !== "write") this.value(use.node, ways);
    else if (ways.memory && isOwnValue(use))
      return; // `x = append(x, ...)`
    else if (isHolder) this.events.written.push(use.node); // another name that gets another value changes nothing
  }

  /** The literal, made directly in the function, in which a captured use stands; null for a use outside of the function. */
  #literalAround(use: Use): GoNode | null {
    for (let f = use.func; f?.outer; f = f.outer) if (f.outer === this.within) return f.node;
    return null;
  }

  // ---------------------------------------------------------------- values

  /** Follows the value of an expression to where it is released, kept or forgotten. */
  value(expression: GoNode, ways: Ways): void {
    let e = expression;
    for (;;) {
      const p: GoNode | null = e.parent;
      if (!p) return;
      switch (p.kind) {
        case "parenthesized_expression":
        case "type_assertion_expression":
        case "type_conversion_expression":
          e = p;
          continue;
        case "selector_expression": {
          const view = ways.memory ? viewOf(this.pkg, p) : null;
          const part = view ? ways : this.#select(p, ways);
          if (!part) return;
          e = view ?? p;
          ways = part;
          continue;
        }
        case "call_expression":
          return this.#atCall(p, ways.release.includes("()") ? "released" : "neutral");
        case "argument_list": {
          const call = p.parent as GoNode;
          if (isConversion(this.pkg, call) || ways.given?.(this.pkg, call, e) === "passes") {
            e = call;
            continue;
          }
          this.#atCall(call, this.#argument(call, e, ways));
          return;
        }
        case "unary_expression":
          if (!ways.memory || p.child("operator")?.kind !== "*") return this.#unary(p, ways);
          e = p;
          continue;
        case "variadic_argument":
          if (!ways.memory) return this.#hand(e);
          e = p;
          continue;
        case "slice_expression":
          if (!ways.memory || e.field !== "operand") return;
          e = p;
          continue;
        case "expression_list":
          if (p.parent?.kind === "return_statement") return this.#hand(p.parent);
          return this.#assigned(p, e, ways);
        case "return_statement":
          return this.#hand(p);
        case "var_spec":
        case "assignment_statement":
        case "short_var_declaration":
          return this.#assigned(null, e, ways);
        case "range_clause":
          if (ways.received.includes("")) this.events.released.push(e);
          return;
        case "send_statement":
          if (e.field === "value") this.#hand(e);
          return;
        case "index_expression":
          if (e.field === "index") this.#hand(e);
          return;
        case "binary_expression":
        case "expression_statement":
        case "if_statement":
        case "for_statement":
        case "for_clause":
        case "expression_case":
        case "expression_switch_statement":
        case "inc_statement":
        case "dec_statement":
          return;
        default:
          return this.#hand(e);
      }
    }
  }

  /** What `x.f` leaves to follow; null when it is done with. */
  #select(selector: GoNode, ways: Ways): Ways | null {
    const field = selector.child("field")?.text ?? "";
    const outer = climb(selector);
    const call = outer.parent?.kind === "call_expression" && outer.field === "function" ? outer.parent : null;
    if (ways.release.includes(field)) {
      if (!call) return CALLED; // a method value
      this.#atCall(call, "released");
      return null;
    }
    if (call) {
      const callees = calleesOf(this.pkg, call).filter((f) => f.receiver);
      const effect = callees.length > 0 ? (agreedEffect(callees, -1, ways) ?? "stores") : "reads";
      this.#atCall(call, effect === "releases" ? "released" : effect === "stores" ? "handed" : "neutral");
      return null;
    }
    const release = ways.release.flatMap((r) => (r.startsWith(`${field}.`) ? [r.slice(field.length + 1)] : []));
    const received = ways.received.includes(field) ? [""] : [];
    return release.length + received.length > 0 || ways.parts.includes(field) ? { release, received, parts: [] } : null;
  }

  #unary(unary: GoNode, ways: Ways): void {
    const operator = unary.child("operator")?.kind;
    if (operator === "<-" && ways.received.includes("")) this.events.released.push(unary);
    else if (operator === "&" || (operator === "*" && !ways.given)) this.#hand(unary);
  }

  /** The value is the right side of an assignment, at the place that `e` has in `list`. */
  #assigned(list: GoNode | null, e: GoNode, ways: Ways): void {
    const statement = list ? list.parent : e.parent;
    if (!statement) return;
    const isLeft = (list ?? e).field === "left" || (list ?? e).field === "name";
    if (isLeft) return; // `x.f = 1`, `*x = 1`: seen as a selector before
    const left =
      statement.kind === "var_spec" ? statement.childrenOf("name").filter((c) => c.named) : (statement.child("left")?.items ?? []);
    const target = left[list ? list.items.indexOf(e) : 0];
    const commaOk = e.kind === "type_assertion_expression" && left.length === 2 && (!list || list.items.length === 1);
    if (!target || (list && list.items.length !== left.length && !commaOk)) return this.#hand(e);
    this.take(target, e, ways);
  }

  /** The value goes into `target`: a local that is followed on, `_`, or a place that outlives the function. */
  take(target: GoNode, e: GoNode, ways: Ways): void {
    const name = unparen(target);
    if (name.text === "_" || (ways.memory && this.#isOwnMemory(name))) return;
    const binding = name.kind === "identifier" ? this.pkg.binding(name) : null;
    const own = binding !== null && binding.func === this.within && (binding.kind === "var" || binding.kind === "param");
    if (!own) return this.#hand(e);
    this.firstAlias ??= binding;
    this.follow(binding, ways);
  }

  /** `*x`, `x.f`: back into what is followed. */
  #isOwnMemory(target: GoNode): boolean {
    const root = target.is("unary_expression", "selector_expression") ? unparen(target.child("operand") ?? target) : null;
    const binding = root?.kind === "identifier" ? this.pkg.binding(root) : null;
    return binding !== null && this.#seen.has(binding);
  }

  // ---------------------------------------------------------------- calls

  #atCall(call: GoNode, fate: Fate): void {
    if (fate === "handed" || climb(call).parent?.kind === "go_statement") this.#hand(call);
    else if (fate === "released") this.events.released.push(call);
  }

  #hand(node: GoNode): void {
    this.events.handed.push(node);
  }

  /** What a call made of the value, its first result, is followed to where it is kept. */
  #wrapped(call: GoNode): void {
    const list = climb(call).parent;
    const left =
      list?.kind === "expression_list" && list.items.length === 1
        ? (list.parent?.child("left")?.items ?? list.parent?.childrenOf("name").filter((c) => c.named) ?? [])
        : [];
    const first = left[0];
    if (left.length > 1 && first) this.take(first, call, KEPT);
    else this.value(call, KEPT);
  }

  #argument(call: GoNode, argument: GoNode, ways: Ways): Fate {
    const callee = unparen(call.child("function") as GoNode);
    const symbol = this.pkg.symbol(callee);
    const given = ways.given?.(this.pkg, call, argument);
    if (given === "lends") this.events.lent.push(call);
    if (given) return given === "releases" ? "released" : "neutral";
    if (symbol !== null && (LEAVES_OPEN.has(symbol) || LEAVES_OPEN_IN.some((p) => symbol.startsWith(p)))) return "neutral";
    if (symbol !== null && WRAPS.has(symbol)) {
      this.#wrapped(call);
      return "neutral";
    }
    const index = call.child("arguments")?.items.indexOf(argument) ?? -1;
    const effect = index < 0 ? null : agreedEffect(calleesOf(this.pkg, call), index, ways);
    if (effect === "lends") this.events.lent.push(call);
    return effect === "releases" ? "released" : effect === "reads" || effect === "lends" ? "neutral" : "handed";
  }

  // ---------------------------------------------------------------- literals

  /** A literal that uses the holder: what it does with it happens when and if it is called. */
  #literal(literal: GoNode, binding: Binding, ways: Ways): void {
    const inner = this.pkg.functionAt(literal);
    const inside = eventsOf(this.pkg, binding, ways, inner);
    const fate: Fate = inside.released.length > 0 ? "released" : inside.handed.length + inside.written.length > 0 ? "handed" : "neutral";
    if (inside.lent.length > 0) this.events.lent.push(literal);
    const mark = { released: this.events.released.length, handed: this.events.handed.length };
    this.#run(literal, fate, inside.written.length > 0);
    for (const n of this.events.released.slice(mark.released)) this.events.byCapture.add(n);
    for (const n of this.events.handed.slice(mark.handed)) this.events.byCapture.add(n);
  }

  #run(literal: GoNode, fate: Fate, writes: boolean): void {
    const e = climb(literal);
    const p = e.parent;
    if (writes) return this.#hand(literal);
    if (p?.kind === "call_expression" && e.field === "function") return this.#atCall(p, fate);
    if (p?.kind === "argument_list") return this.#atCall(p.parent as GoNode, this.#callback(p.parent as GoNode, e, fate));
    if (fate === "handed") return this.#hand(literal);
    // A literal in a local is followed like the resource itself: its call does what the literal does.
    this.value(literal, fate === "released" ? CALLED : KEPT);
  }

  /** A literal given to a call: does the callee run it before it returns, and forget it? */
  #callback(call: GoNode, literal: GoNode, fate: Fate): Fate {
    const symbol = this.pkg.symbol(unparen(call.child("function") as GoNode));
    if (symbol !== null && CALLS_AT_ONCE.has(symbol)) return fate;
    const index = call.child("arguments")?.items.indexOf(literal) ?? -1;
    const effect = index < 0 ? null : agreedEffect(calleesOf(this.pkg, call), index, CALLED);
    return effect === "releases" || effect === "reads" ? fate : "handed";
  }
}

/** The value that is written to the local is made of what was in it. */
function isOwnValue({ node, binding }: Use): boolean {
  const list = node.parent;
  const values = list?.parent?.child("right")?.items ?? [];
  const value = list?.kind === "expression_list" && values.length === list.items.length ? values[list.items.indexOf(node)] : undefined;
  return value !== undefined && binding.uses.some((u) => value.contains(u.node));
}

/** What a selection gives of the value's own memory: a field that refers to some, what `buf.Bytes()` returns. null for copies. */
function viewOf(pkg: PackageModel, selector: GoNode): GoNode | null {
  const call = climb(selector).parent;
  if (call?.kind === "call_expression" && climb(selector).field === "function")
    return pkg.symbol(selector) === "bytes.Buffer.Bytes" ? call : null;
  return REFERS.has(underlying(pkg, pkg.typeOf(selector)).kind) ? selector : null;
}

const REFERS: ReadonlySet<string> = new Set(["slice", "map", "pointer", "chan", "func", "interface", "unknown"]);
