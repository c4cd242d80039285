/** The tree at the left of wide screens. */

import { statusOf } from "../core/filter.ts";
import type { Item } from "../core/item.ts";
import { type TreeRow, treeOf, windowStart } from "../core/tree.ts";
import { apart, cutPath, filled, type Row, row, type Span, span } from "./row.ts";
import { join } from "./theme.ts";
import type { Drawing, View } from "./view.ts";

/** From this many columns on there is a tree. */
export const TREE_FROM = 120;

/** Columns of the tree, the line at its right included; 0 where there is none. */
export function treeWidth(columns: number): number {
  return columns < TREE_FROM ? 0 : Math.min(52, Math.max(36, Math.floor(columns * 0.26)));
}

export function treeDrawing(view: View, width: number, height: number): Drawing {
  const { state, theme } = view;
  const rows = treeOf(state);
  const here = rows.findIndex((r) => r.kind === "item" && r.item.id === state.at);
  const from = windowStart(rows.length, Math.max(0, here), height);
  const edge = span(theme.glyphs.bar, theme.faint);
  const drawn = Array.from({ length: height }, (_, i): Row => {
    const entry = rows[from + i];
    return [...(entry ? treeRow(view, entry, width - 2) : filled([], width - 2)), span(" "), edge];
  });
  return { rows: drawn };
}

function treeRow(view: View, entry: TreeRow, width: number): Row {
  return entry.kind === "item" ? itemRow(view, entry.item, entry.depth, width) : groupRow(view, entry, width);
}

function groupRow({ theme, state }: View, entry: Extract<TreeRow, { kind: "group" }>, width: number): Row {
  const { glyphs } = theme;
  const whole = entry.decided === entry.total;
  const indent = " ".repeat(1 + 2 * entry.depth);
  const counts = span(`${entry.decided}/${entry.total}`, whole ? theme.good : theme.faint);
  const style = entry.depth === 0 ? (entry.open ? theme.strong : "") : theme.faint;
  const room = width - indent.length - 3 - counts.text.length;
  const name = entry.depth === 0 && state.order === "rule" ? entry.name : cutPath(entry.name, room);
  return apart(row(`${indent}`, span(`${entry.open ? glyphs.unfolded : glyphs.folded} `, theme.faint), span(name, style)), [counts], width);
}

function itemRow(view: View, item: Item, depth: 1 | 2, width: number): Row {
  const { state, theme } = view;
  const here = item.id === state.at;
  const mark = markOf(view, item);
  const indent = " ".repeat(1 + 2 * depth);
  const place = `:${item.line}`;
  const name =
    state.order === "rule"
      ? `${cutPath(item.finding.at.path.slice(item.finding.at.path.lastIndexOf("/") + 1), width - indent.length - 3 - place.length)}${place}`
      : `${item.line} ${item.finding.rule}`;
  if (!here) return filled(row(indent, mark, " ", span(name)), width);
  const plain = row(span(indent, theme.here), span(mark.text, theme.here), span(` ${name}`, join(theme.here, "1")));
  return filled(plain, width, theme.here);
}

function markOf({ state, theme }: View, item: Item): Span {
  const { glyphs } = theme;
  switch (statusOf(state.decisions.get(item.id))) {
    case "accepted":
      return span(glyphs.accepted, theme.good);
    case "edited":
      return span(glyphs.edited, theme.good);
    case "rejected":
      return span(glyphs.rejected, theme.bad);
    case "suppressed":
      return span(glyphs.suppressed, theme.warn);
    default:
      return span(item.alternatives.some((a) => a.barred === null) ? glyphs.open : glyphs.none, theme.faint);
  }
}
