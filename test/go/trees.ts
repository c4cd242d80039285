/** Trees of the reader and of the grammar, side by side. */
import type { GoNode, Source } from "../../src/go/node.ts";
import { outline } from "../../src/go/outline.ts";
import { parse } from "../../src/go/parse.ts";
import { readDeclaration } from "../../src/go/syntax/read.ts";

export interface Comparison {
  /** Declarations that were read, and those that were left to the grammar although it finds no error in them. */
  read: number;
  refused: number;
  /** What is not the same: at most a few, in words. */
  differences: string[];
}

/** Compares the tree of each declaration of a text with the grammar's. */
export function compareTrees(path: string, text: string, into: Comparison): void {
  // Behind a file's last declaration the grammar wants a line's end.
  const source: Source = { path, text: text.endsWith("\n") ? text : `${text}\n` };
  for (const d of outline(source.text).declarations) {
    const mine = readDeclaration(source, d);
    const { roots, errors } = parse(source, [d]);
    const [theirs] = roots;
    const fine = theirs?.start === d.start && errors.length === 0;
    if (!mine) {
      if (fine) into.refused++;
      continue;
    }
    into.read++;
    const difference = fine ? unlike(mine, theirs) : "the grammar finds an error";
    if (difference && into.differences.length < 10) into.differences.push(`${path} ${d.names[0]}: ${difference}`);
  }
}

/** The first thing in which two trees differ, or null. */
function unlike(a: GoNode, b: GoNode): string | null {
  const own = (n: GoNode): string => `${n.field}:${n.kind}/${n.named} ${n.start}-${n.end} in ${n.parent?.kind} ${n.parent?.start}`;
  const left: (readonly [GoNode, GoNode])[] = [[a, b]];
  for (let pair = left.pop(); pair; pair = left.pop()) {
    const [x, y] = pair;
    if (own(x) !== own(y) || x.children.length !== y.children.length || x.source !== y.source) {
      const of = (n: GoNode): string => `${own(n)} [${n.children.map((c) => c.kind).join(" ")}]`;
      return `${of(x)} is ${of(y)} by the grammar: ${JSON.stringify(x.text.slice(0, 200))}`;
    }
    for (let i = 0; i < x.children.length; i++) {
      const child = x.children[i] as GoNode;
      if (child.parent !== x) return `a child of ${own(x)} does not know its parent`;
      left.push([child, y.children[i] as GoNode]);
    }
  }
  return null;
}
