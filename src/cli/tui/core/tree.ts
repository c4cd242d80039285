/** The tree beside the review: rules with their packages, or files, folded but for where one is. */

import type { Item } from "./item.ts";
import { countsOf, current, decided } from "./list.ts";
import type { State } from "./state.ts";

export type TreeRow =
  | {
      readonly kind: "group";
      readonly name: string;
      readonly depth: 0 | 1;
      readonly open: boolean;
      readonly decided: number;
      readonly total: number;
    }
  | { readonly kind: "item"; readonly item: Item; readonly depth: 1 | 2 };

export function treeOf(state: State): TreeRow[] {
  const here = current(state);
  const rows: TreeRow[] = [];
  const top = state.order === "rule" ? ruleOf : fileOf;
  for (const [name, items] of grouped(state.shown, top)) {
    const open = here !== null && top(here) === name;
    rows.push(group(state, name, 0, open, items));
    if (!open) continue;
    if (state.order === "file") rows.push(...items.map((item): TreeRow => ({ kind: "item", item, depth: 1 })));
    else rows.push(...packages(state, items, here));
  }
  return rows;
}

function packages(state: State, items: readonly Item[], here: Item): TreeRow[] {
  const rows: TreeRow[] = [];
  for (const [name, own] of grouped(items, (item) => item.directory)) {
    const open = here.directory === name;
    rows.push(group(state, name, 1, open, own));
    if (open) rows.push(...own.map((item): TreeRow => ({ kind: "item", item, depth: 2 })));
  }
  return rows;
}

function group(state: State, name: string, depth: 0 | 1, open: boolean, items: readonly Item[]): TreeRow {
  return { kind: "group", name, depth, open, decided: decided(countsOf(items, state.decisions)), total: items.length };
}

function ruleOf(item: Item): string {
  return item.finding.rule;
}

function fileOf(item: Item): string {
  return item.finding.at.path;
}

function grouped(items: readonly Item[], of: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const own = groups.get(of(item));
    if (own) own.push(item);
    else groups.set(of(item), [item]);
  }
  return groups;
}

/** The first of `height` rows that are shown, so that row `index` stands a third from the top where it can. */
export function windowStart(length: number, index: number, height: number): number {
  return Math.max(0, Math.min(index - Math.floor(height / 3), length - height));
}
