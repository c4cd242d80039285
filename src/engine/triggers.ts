/**
 * Which files and declarations the rules want to see: one search for the literals that rules name as triggers.
 * Most files of a tree hold none, and are never decoded.
 */
import { headEnd } from "../go/kernel/kernel.ts";
import type { Range } from "../go/parse.ts";
import { isWord } from "../go/scan.ts";
import type { Rule } from "../rule/rule.ts";
import { LiteralSearch, spelling } from "./literals.ts";

/** Literals (by index) that must all be there, and the rules that ask for them, by place in `Triggers.order`. */
interface Group {
  readonly literals: readonly number[];
  readonly rules: number[];
}

/** Literals that must all be there, and the open rules that ask for them. */
interface Asked {
  readonly literals: readonly number[];
  /** By place: those that look at declarations. */
  readonly rules: readonly number[];
  /** Those that are asked about whole files. */
  readonly later: readonly Rule[];
}

/** What a set of open rules leaves of the groups. */
interface Asking {
  readonly groups: readonly Asked[];
  /** Open rules that ask for no literal. */
  readonly always: readonly Rule[];
}

/** What was found in a file's bytes. */
export interface Presence {
  /** The mark is there. */
  readonly marked: boolean;
  /** By literal: 1 when it is there. */
  readonly literals: Uint8Array;
  /** Offset in the bytes up to which imports were looked for. */
  readonly head: number;
}

/** What a file's declarations have for the open rules. */
export interface Selected<D> {
  /** Declarations that some rule wants to see, in order. */
  readonly touched: readonly D[];
  readonly rules: ReadonlySet<Rule>;
  readonly byRule: ReadonlyMap<Rule, readonly D[]>;
}

export class Triggers {
  private readonly literals: string[] = [];
  private readonly groups: Group[] = [];
  private readonly always: readonly Rule[];
  /** By rule that asks for imports: literals one of which must be in the package. */
  private readonly imports = new Map<Rule, readonly number[]>();
  private readonly rules: ReadonlySet<Rule>;
  private readonly order: readonly Rule[];
  private readonly mark: number | null;
  /** Sets of open rules by their places, each the same object every time; what is asked with them. */
  private readonly sets = new Map<string, ReadonlySet<Rule>>();
  private readonly asked = new WeakMap<ReadonlySet<Rule>, Asking>();
  /** By literal, and by rule: the places of declarations in the file at hand. */
  private readonly holders: Lists;
  private readonly wanted: Lists;
  private readonly importSearch: LiteralSearch;
  /** For all that the rules look for but imports. */
  private readonly literalSearch: LiteralSearch;

  /** By rule that asks for marks: literals one of which a file must have for the rule to look at it. */
  private readonly fileMarks = new Map<Rule, readonly number[]>();

  /** `mark` is one more literal to look for, null for none; `marks`: literals one of which a file must have for a rule to look at it. */
  constructor(rules: Iterable<Rule>, mark: string | null, marks: ReadonlyMap<Rule, readonly string[]> = new Map()) {
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
    this.mark = mark === null ? null : indexOf(mark);
    this.rules = new Set(rules);
    this.order = [...this.rules];
    for (const [place, rule] of this.order.entries()) {
      const own = marks.get(rule)?.map(indexOf);
      if (rule.imports) this.imports.set(rule, rule.imports.map(importLiteral).map(indexOf));
      if (own) this.fileMarks.set(rule, own);
      if (rule.triggers.length === 0) always.push(rule);
      for (const trigger of rule.triggers) {
        const parts = typeof trigger === "string" ? [trigger] : trigger;
        // The longest part is the rarest as a rule: look for it first.
        const literals = [...new Set(parts.map(indexOf))].sort((a, b) => this.textOf(b).length - this.textOf(a).length);
        const key = [...literals].sort((a, b) => a - b).join(" ");
        const group = byKey.get(key);
        if (group) {
          if (!group.rules.includes(place)) group.rules.push(place);
        } else {
          const fresh = { literals, rules: [place] };
          byKey.set(key, fresh);
          this.groups.push(fresh);
        }
      }
    }
    this.always = always;
    this.importSearch = new LiteralSearch(this.literals, [...new Set([...this.imports.values()].flat())]);
    const wanted = [
      ...(this.mark === null ? [] : [this.mark]),
      ...this.groups.flatMap((group) => group.literals),
      ...[...this.fileMarks.values()].flat(),
    ];
    this.literalSearch = new LiteralSearch(this.literals, [...new Set(wanted)]);
    this.holders = new Lists(this.literals.length);
    this.wanted = new Lists(this.order.length);
  }

  /** Looks for all literals at once. `bytes` is the file as it is on disk. */
  search(bytes: Buffer): Presence {
    return this.presence(bytes, bytes.length);
  }

  /**
   * Searches the files of one directory, for imports above the declarations alone. Gives what was found in each file, and the rules that can find something.
   */
  searchTogether(files: readonly Buffer[]): { readonly presences: readonly Presence[]; readonly open: ReadonlySet<Rule> } {
    const presences = files.map((bytes) => this.presence(bytes, headEnd(bytes)));
    return { presences, open: this.open(presences) };
  }

  private presence(bytes: Buffer, head: number): Presence {
    const literals = this.literalSearch.search(bytes, this.importSearch.search(bytes.subarray(0, head)));
    return { marked: this.mark !== null && literals[this.mark] === 1, literals, head };
  }

  /** The rules that can find something in a package: those that ask for nothing, and those whose import and mark its files have. */
  open(files: Iterable<Presence>): ReadonlySet<Rule> {
    const found = [...files].map((p) => p.literals);
    return this.without(this.without(this.rules, this.imports, found), this.fileMarks, found);
  }

  /** The rules but those that ask for literals none of which was found. */
  private without(rules: ReadonlySet<Rule>, asked: ReadonlyMap<Rule, readonly number[]>, found: readonly Uint8Array[]): ReadonlySet<Rule> {
    const left = this.order.filter((rule) => rules.has(rule) && someHas(found, asked.get(rule)));
    if (left.length === rules.size) return rules;
    const key = left.map((rule) => this.order.indexOf(rule)).join(" ");
    const known = this.sets.get(key) ?? new Set(left);
    this.sets.set(key, known);
    return known;
  }

  /** All rules: for a package of which not all files were searched. */
  get all(): ReadonlySet<Rule> {
    return this.rules;
  }

  private asking(open: ReadonlySet<Rule>): Asking {
    const known = this.asked.get(open);
    if (known) return known;
    const { order } = this;
    const groups = this.groups.flatMap(({ literals, rules }) => {
      const own = rules.filter((r) => open.has(order[r] as Rule));
      const later = own.map((r) => order[r] as Rule).filter((rule) => rule.later);
      return own.length > 0 ? [{ literals, rules: own.filter((r) => !order[r]?.later), later }] : [];
    });
    const asking = { groups, always: this.always.filter((r) => open.has(r)) };
    this.asked.set(open, asking);
    return asking;
  }

  /** False when no declaration of the file can hold a trigger of the open rules. */
  touches({ literals }: Presence, open: ReadonlySet<Rule>): boolean {
    const { groups, always } = this.asking(open);
    return always.length > 0 || groups.some((group) => holdsAll(literals, group.literals));
  }

  /**
   * The declarations that hold all parts of a trigger of an open rule, in order, and the rules whose triggers they hold, each with its own,
   * without those of which the rule says by the text that it can find nothing there. A rule that is asked about whole files needs no declaration.
   */
  select<D extends Range>(text: string, declarations: readonly D[], presence: Presence, open: ReadonlySet<Rule>): Selected<D> {
    const { groups, always } = this.asking(open);
    const { holders, wanted, order } = this;
    const rules = new Set<Rule>(always);
    const byRule = new Map<Rule, readonly D[]>();
    for (const rule of always) if (!rule.later) byRule.set(rule, declarations);
    const touched = new Uint8Array(declarations.length).fill(byRule.size > 0 ? 1 : 0);
    holders.begin();
    wanted.begin();
    const holding = (literal: number): readonly number[] => {
      if (!holders.has(literal)) declarationsWith(text, this.textOf(literal), declarations, holders.of(literal));
      return holders.of(literal);
    };
    for (let g = 0; g < groups.length; g++) {
      const { literals, rules: places, later } = groups[g] as Asked;
      if (!holdsAll(presence.literals, literals)) continue;
      for (const rule of later) rules.add(rule);
      if (places.length === 0) continue;
      for (const d of holding(literals[0] as number)) {
        if (!literals.every((l, i) => i === 0 || includes(holding(l), d))) continue;
        for (const place of places) wanted.of(place).push(d);
      }
    }
    for (let place = 0; place < order.length; place++) {
      const rule = order[place] as Rule;
      if (!wanted.has(place) || !this.looksAt(rule, presence)) continue;
      const own = [...new Set(wanted.of(place))].sort((a, b) => a - b).filter((d) => mayHold(rule, text, declarations[d] as D));
      if (own.length === 0) continue;
      rules.add(rule);
      for (const d of own) touched[d] = 1;
      byRule.set(
        rule,
        own.map((d) => declarations[d] as D),
      );
    }
    return { touched: declarations.filter((_, d) => touched[d] === 1), rules, byRule };
  }

  /** False for a file that lacks the rule's mark. */
  private looksAt(rule: Rule, { literals }: Presence): boolean {
    return this.fileMarks.get(rule)?.some((l) => literals[l] === 1) ?? true;
  }

  private textOf(literal: number): string {
    return this.literals[literal] as string;
  }
}

function mayHold(rule: Rule, text: string, { start, end }: Range): boolean {
  return rule.mayHold?.(text.slice(start, end)) ?? true;
}

/** How an import is spelt; `path/...` stands for the path and all below it. */
function importLiteral(path: string): string {
  return path.endsWith("/...") ? `"${path.slice(0, -4)}` : `"${path}"`;
}

/** Whether one of the literals was found anywhere; true when there are none. */
function someHas(found: readonly Uint8Array[], literals: readonly number[] | undefined): boolean {
  return !literals || found.some((f) => literals.some((l) => f[l] === 1));
}

function holdsAll(present: Uint8Array, literals: readonly number[]): boolean {
  for (let i = 0; i < literals.length; i++) if (present[literals[i] as number] !== 1) return false;
  return true;
}

/** Adds the places of the declarations (sorted, disjoint) in which the literal stands, in order. */
function declarationsWith<D extends Range>(text: string, spelt: string, declarations: readonly D[], found: number[]): void {
  const { text: literal, word } = spelling(spelt);
  let next = 0;
  for (let at = text.indexOf(literal); at >= 0; ) {
    while (next < declarations.length && (declarations[next] as D).end < at + literal.length) next++;
    const d = declarations[next];
    if (!d) break;
    if (d.start <= at && !(word && isWord(text.charCodeAt(at + literal.length)))) {
      found.push(next);
      next++;
      at = text.indexOf(literal, d.end);
    } else at = text.indexOf(literal, at + 1);
  }
}

/** Lists of declarations by row, which are used again for every file. */
class Lists {
  private readonly lists: number[][];
  private readonly begun: Uint32Array;
  private now = 0;

  constructor(rows: number) {
    this.lists = Array.from({ length: rows }, () => []);
    this.begun = new Uint32Array(rows);
  }

  /** Forgets all: another file. */
  begin(): void {
    this.now++;
  }

  has(row: number): boolean {
    return this.begun[row] === this.now;
  }

  /** The row's list, empty when it is asked for the first time. */
  of(row: number): number[] {
    const list = this.lists[row] as number[];
    if (!this.has(row)) {
      this.begun[row] = this.now;
      list.length = 0;
    }
    return list;
  }
}

/** Is it in the sorted list? */
function includes(sorted: readonly number[], wanted: number): boolean {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
