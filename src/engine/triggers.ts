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
  /** Some declaration may hold a trigger. */
  readonly touched: boolean;
  /** The mark is there. */
  readonly marked: boolean;
  /** By literal: 1 when it is there. */
  readonly literals: Uint8Array;
}

export class Triggers {
  private readonly literals: string[] = [];
  private readonly groups: Group[] = [];
  private readonly always: readonly Rule[];
  private readonly mark: number;
  private readonly searcher: LiteralSearch;

  /** `mark` is one more literal to look for. */
  constructor(rules: Iterable<Rule>, mark: string) {
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
    for (const rule of rules) {
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
    const touched = this.always.length > 0 || this.groups.some((group) => group.literals.every((l) => literals[l] === 1));
    return { touched, marked: literals[this.mark] === 1, literals };
  }

  /** The declarations that hold all parts of a trigger, in order, and the rules whose triggers they hold. */
  select<D extends Range>(
    text: string,
    declarations: readonly D[],
    presence: Presence,
  ): { readonly touched: D[]; readonly rules: Set<Rule> } {
    const rules = new Set<Rule>(this.always);
    const touched = new Set<D>(this.always.length > 0 ? declarations : []);
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
      let any = false;
      for (const d of holding(first)) {
        if (!rest.every((l) => holding(l).has(d))) continue;
        touched.add(d);
        any = true;
      }
      if (any) for (const rule of group.rules) rules.add(rule);
    }
    return { touched: declarations.filter((d) => touched.has(d)), rules };
  }

  private textOf(literal: number): string {
    return this.literals[literal] as string;
  }
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
