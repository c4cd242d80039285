/**
 * Which files and declarations the rules want to see: one search for the literals that rules name as triggers.
 * Most files of a tree hold none, and are never decoded.
 */
import type { Range } from "../go/parse.ts";
import type { Rule } from "../rule/rule.ts";
import { LiteralSearch } from "./literals.ts";

/** Literals (by index) that must all be there, and the rules that ask for them. */
interface Group {
  readonly literals: readonly number[];
  readonly rules: Rule[];
}

/** What was found in a file's bytes. */
export interface Presence {
  /** The mark is there. */
  readonly marked: boolean;
  /** By literal: 1 when it is there. */
  readonly literals: Uint8Array;
}

export class Triggers {
  private readonly literals: string[] = [];
  private readonly groups: Group[] = [];
  private readonly always: readonly Rule[];
  /** By rule that asks for imports or marks: lists of literals, of each of which one must be in the package. */
  private readonly gates = new Map<Rule, readonly (readonly number[])[]>();
  private readonly rules: ReadonlySet<Rule>;
  private readonly mark: number;
  private readonly searcher: LiteralSearch;

  /** `mark` is one more literal to look for; `marks`: literals one of which a package must have for a rule. */
  constructor(rules: Iterable<Rule>, mark: string, marks: ReadonlyMap<Rule, readonly string[]> = new Map()) {
    const byText = new Map<string, number>();
    const indexOf = (text: string): number => {
      let index = byText.get(text);
      if (index === undefined) {
        index = this.literals.length;
        byText.set(text, index);
        this.literals.push(text);
      }
      return index;
    };
    const byKey = new Map<string, Group>();
    const always: Rule[] = [];
    this.mark = indexOf(mark);
    this.rules = new Set(rules);
    for (const rule of this.rules) {
      const gates = [rule.imports?.map(importLiteral), marks.get(rule)].flatMap((texts) => (texts ? [texts.map(indexOf)] : []));
      if (gates.length > 0) this.gates.set(rule, gates);
      if (rule.triggers.length === 0) always.push(rule);
      for (const trigger of rule.triggers) {
        const parts = typeof trigger === "string" ? [trigger] : trigger;
        // The longest part is the rarest as a rule: look for it first.
        const literals = [...new Set(parts.map(indexOf))].sort((a, b) => this.textOf(b).length - this.textOf(a).length);
        const key = [...literals].sort((a, b) => a - b).join(" ");
        const group = byKey.get(key);
        if (group) {
          if (!group.rules.includes(rule)) group.rules.push(rule);
        } else {
          const fresh = { literals, rules: [rule] };
          byKey.set(key, fresh);
          this.groups.push(fresh);
        }
      }
    }
    this.always = always;
    this.searcher = new LiteralSearch(this.literals);
  }

  /** Looks for all literals at once. `bytes` is the file as it is on disk. */
  search(bytes: Buffer): Presence {
    const literals = this.searcher.search(bytes);
    return { marked: literals[this.mark] === 1, literals };
  }

  /** The rules that can find something in a package: those that ask for nothing, and those whose import and mark its files have. */
  open(files: Iterable<Presence>): ReadonlySet<Rule> {
    const presences = [...files];
    const has = (literal: number): boolean => presences.some((p) => p.literals[literal] === 1);
    const closed = [...this.gates].filter(([, gates]) => !gates.every((gate) => gate.some(has)));
    if (closed.length === 0) return this.rules;
    const open = new Set(this.rules);
    for (const [rule] of closed) open.delete(rule);
    return open;
  }

  /** All rules: for a package of which not all files were searched. */
  get all(): ReadonlySet<Rule> {
    return this.rules;
  }

  /** False when no declaration of the file can hold a trigger of the open rules. */
  touches({ literals }: Presence, open: ReadonlySet<Rule>): boolean {
    return (
      this.always.some((r) => open.has(r)) ||
      this.groups.some((group) => group.literals.every((l) => literals[l] === 1) && group.rules.some((r) => open.has(r)))
    );
  }

  /**
   * The declarations that hold all parts of a trigger of an open rule, in order, and the rules whose triggers they hold, each with its own.
   * A rule that is asked about whole files needs no declaration.
   */
  select<D extends Range>(
    text: string,
    declarations: readonly D[],
    presence: Presence,
    open: ReadonlySet<Rule>,
  ): { readonly touched: D[]; readonly rules: Set<Rule>; readonly byRule: ReadonlyMap<Rule, readonly D[]> } {
    const rules = new Set<Rule>(this.always.filter((r) => open.has(r)));
    const touched = new Set<D>([...rules].some((r) => !r.later) ? declarations : []);
    const own = new Map<Rule, Set<D>>();
    for (const rule of rules) if (!rule.later) own.set(rule, new Set(declarations));
    const occurrences = new Map<number, Set<D>>();
    const holding = (literal: number): Set<D> => {
      let set = occurrences.get(literal);
      if (!set) {
        set = declarationsWith(text, this.textOf(literal), declarations);
        occurrences.set(literal, set);
      }
      return set;
    };
    for (const group of this.groups) {
      const [first, ...rest] = group.literals;
      if (first === undefined || !group.literals.every((l) => presence.literals[l] === 1)) continue;
      const asking = group.rules.filter((r) => open.has(r));
      for (const rule of asking) if (rule.later) rules.add(rule);
      if (asking.every((rule) => rule.later)) continue;
      const held = [...holding(first)].filter((d) => rest.every((l) => holding(l).has(d)));
      if (held.length === 0) continue;
      for (const d of held) touched.add(d);
      for (const rule of asking) {
        rules.add(rule);
        const set = own.get(rule) ?? new Set<D>();
        own.set(rule, set);
        for (const d of held) set.add(d);
      }
    }
    const inOrder = (set: ReadonlySet<D>): D[] => declarations.filter((d) => set.has(d));
    return { touched: inOrder(touched), rules, byRule: new Map([...own].map(([rule, set]) => [rule, inOrder(set)])) };
  }

  private textOf(literal: number): string {
    return this.literals[literal] as string;
  }
}

/** How an import is spelt; `path/...` stands for the path and all below it. */
function importLiteral(path: string): string {
  return path.endsWith("/...") ? `"${path.slice(0, -4)}` : `"${path}"`;
}

/** Declarations (sorted, disjoint) in which the literal stands. */
function declarationsWith<D extends Range>(text: string, literal: string, declarations: readonly D[]): Set<D> {
  const found = new Set<D>();
  let next = 0;
  for (let at = text.indexOf(literal); at >= 0; ) {
    while (next < declarations.length && (declarations[next] as D).end < at + literal.length) next++;
    const d = declarations[next];
    if (!d) break;
    if (d.start <= at) {
      found.add(d);
      next++;
      at = text.indexOf(literal, d.end);
    } else at = text.indexOf(literal, at + 1);
  }
  return found;
}
