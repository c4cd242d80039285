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
  return unlessRefused(() => new TopReader(source, at.start, at.end).declaration());
}

/**
 * A function or method without its body, which begins at `body`; null when it is not read here. Neither are type parameters and types that are
 * written out in a signature, `struct{...}`: they are known by their nodes, which the whole declaration has too.
 */
export function readHead(source: Source, start: number, body: number): GoNode | null {
  return unlessRefused(() => new TopReader(source, start, body).head());
}

function unlessRefused(read: () => GoNode): GoNode | null {
  try {
    return read();
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

  head(): GoNode {
    const node = this.any();
    if (!this.at(T.END) || hasOwnTypes(node)) this.refuse();
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

function hasOwnTypes({ kind, children }: GoNode): boolean {
  switch (kind) {
    case "type_parameter_list":
    case "type_arguments":
    case "struct_type":
    case "interface_type":
      return true;
    default:
      return children.some(hasOwnTypes);
  }
}
