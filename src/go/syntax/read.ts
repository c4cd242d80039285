/**
 * Reads a declaration of Go without a parser generator's tables: some ten times as fast as tree-sitter, and the same tree.
 *
 * It reads what is right and refuses the rest: whatever is no Go, and whatever it does not know for sure how tree-sitter's grammar reads. What is
 * refused is left to tree-sitter, which stays the reference.
 */
import type { GoNode, Source } from "../node.ts";
import type { Range } from "../parse.ts";
import { insertComments } from "./comments.ts";
import { REFUSED } from "./making.ts";
import { StatementReader } from "./statements.ts";
import * as T from "./tokens.ts";

/** The tree of one function, method, `type`, `var` or `const` declaration, as `parse` would give it; null when it is not read here. */
export function readDeclaration(source: Source, at: Range): GoNode | null {
  const text = source.text.slice(at.start, at.end);
  if (text.includes("\0") || text.includes("\ufeff")) return null; // Go takes neither, not even in a comment
  try {
    return new TopReader(source, at.start, at.end).declaration();
  } catch (error) {
    if (error === REFUSED) return null;
    throw error;
  }
}

class TopReader extends StatementReader {
  declaration(): GoNode {
    const node = this.any();
    if (!this.at(T.END) || node.end !== this.limit) this.refuse();
    insertComments(node, this.comments);
    return node;
  }

  private any(): GoNode {
    switch (this.token) {
      case T.FUNC:
        return this.function();
      case T.TYPE:
        return this.typeDeclaration();
      case T.VAR:
        return this.variables();
      case T.CONST:
        return this.constants();
      default:
        return this.refuse();
    }
  }
}
