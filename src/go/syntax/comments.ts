/** Puts comments into a tree that was made without them. */
import { GoNode } from "../node.ts";
import { NO_CHILDREN } from "./making.ts";

/** Each comment (start, end; in order) becomes a child of the lowest node around it. */
export function insertComments(root: GoNode, comments: readonly number[]): void {
  for (let k = 0; k < comments.length; k += 2) insert(root, comments[k] as number, comments[k + 1] as number);
}

function insert(root: GoNode, start: number, end: number): void {
  let holder = root;
  while (true) {
    const before = lastBefore(holder.children, start);
    const child = holder.children[before];
    if (child && child.end > start) {
      holder = child;
      continue;
    }
    const comment = new GoNode(root.source, "comment", start, end, holder, null, true, NO_CHILDREN);
    holder.children.splice(before + 1, 0, comment);
    return;
  }
}

/** Index of the last child that begins before the offset, or -1. */
function lastBefore(children: readonly GoNode[], at: number): number {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((children[middle] as GoNode).start < at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
