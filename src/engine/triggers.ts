/**
 * Which files and declarations the rules want to see: one search for the literals that rules name as triggers.
 * Most files of a tree hold none, and are never decoded.
 */
import type { Range } from "../go/parse.ts";
import type { Rule } from "../rule/rule.ts";

interface Literal {
  readonly text: string;
  readonly bytes: Buffer;
}

/** Literals (by index) that must all be there, and the rules that ask for them. */
interface Group {
  readonly literals: readonly number[];
  readonly rules: Rule[];
}

/** Which literals stand in a file, looked up when first asked for. */
export class Presence {
  private readonly literals: readonly Literal[];
  private readonly bytes: Buffer;
  /** 0: not looked up. */
  private readonly known: Int8Array;

  constructor(literals: readonly Literal[], bytes: Buffer) {
    this.literals = literals;
    this.bytes = bytes;
    this.known = new Int8Array(literals.length);
  }

  has(literal: number): boolean {
    if (this.known[literal] === 0) this.known[literal] = this.bytes.includes((this.literals[literal] as Literal).bytes) ? 1 : -1;
    return this.known[literal] === 1;
  }
}

export class Triggers {
  private readonly literals: Literal[] = [];
  private readonly groups: Group[] = [];
  private readonly always: readonly Rule[];

  constructor(rules: Iterable<Rule>) {
    const byText = new Map<string, number>();
    const byKey = new Map<string, Group>();
    const always: Rule[] = [];
    for (const rule of rules) {
      if (rule.triggers.length === 0) always.push(rule);
      for (const trigger of rule.triggers) {
        const parts = typeof trigger === "string" ? [trigger] : [...trigger];
        const literals = parts
          .map((text) => {
            let index = byText.get(text);
            if (index === undefined) {
              index = this.literals.length;
              byText.set(text, index);
              this.literals.push({ text, bytes: Buffer.from(text, "utf8") });
            }
            return index;
          })
          // The longest part is the rarest as a rule: look for it first.
          .sort((a, b) => (this.literals[b] as Literal).text.length - (this.literals[a] as Literal).text.length);
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
  }

  /** What of a file's bytes, as they are on disk, could touch a rule; null when no declaration of it can hold a trigger. */
  touches(bytes: Buffer): Presence | null {
    const presence = new Presence(this.literals, bytes);
    const touched = this.always.length > 0 || this.groups.some((group) => group.literals.every((l) => presence.has(l)));
    return touched ? presence : null;
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
        set = declarationsWith(text, (this.literals[literal] as Literal).text, declarations);
        occurrences.set(literal, set);
      }
      return set;
    };
    for (const group of this.groups) {
      const [first, ...rest] = group.literals;
      if (first === undefined || !group.literals.every((l) => presence.has(l))) continue;
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
